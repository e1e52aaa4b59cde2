import Datasets
import Models

extension ModelFile {
  /// Data with all that a model file knows by itself, to rank without those that it was trained on: the ids of its
  /// items, the scale, and the names of features. Nobody has rated anything in them, and no item has a value of any
  /// feature.
  package static func knownData(_ file: Safetensors) throws(ModelFileError) -> Dataset {
    let fields = try fields(file)
    let items = Vocabulary(fields.first?.values ?? [])
    func features(_ side: FeatureField.Side, _ count: Int) -> [Feature] {
      fields.filter { $0.side == side && $0.kind != .identity }.map { field in
        guard field.kind == .categories else {
          return Feature(field.name, .numbers(Array(repeating: .nan, count: count)))
        }
        let offsets = [Int32](repeating: 0, count: count + 1)
        return Feature(
          field.name, .categories(Vocabulary(field.values), offsets: offsets, codes: []))
      }
    }
    var data = Dataset(
      name: "the model's own", users: Entities(ids: Vocabulary(), features: features(.user, 0)),
      items: Entities(ids: items, features: features(.item, items.count)),
      interactions: Interactions(), scale: try scale(file))
    data.feedback = feedback(file)
    return data
  }
}
