import Commands
import Datasets
import Language
import MetaLearning
import Models
import Reports

/// Items that a request describes, and that the data do not know: a model scores them by their features.
struct NewItems: Sendable {
  private let entities: Entities
  let remarks: [String]

  /// - Parameter described: as `new_items` has them; nil is made of none.
  init?(_ described: [JSON], _ served: Served, at pointer: String) throws(Problem) {
    guard !described.isEmpty else { return nil }
    var ids = Vocabulary()
    for (place, item) in described.enumerated() {
      let id = item["item"]?.string ?? ""
      guard served.known.item(id) == nil, ids[id] == nil else {
        throw Problem(
          422, "E0205", "there is an item `\(shortened(id))` already",
          at: "\(pointer)/\(place)/item")
      }
      ids.insert(id)
    }
    let told = described.map { Told.features($0["features"]) }
    let features = served.known.data.items.features.map { known in
      Self.feature(known, told.map { $0[known.name] })
    }
    entities = Entities(
      ids: ids, titles: described.map { $0["title"]?.string ?? "" }, features: features)
    let seen = served.model.problem.encoder.fields.filter { $0.side == .item }
    remarks = features.flatMap { feature -> [String] in
      guard case .categories(let names, _, _) = feature.values else { return [] }
      let known = Set(seen.first { $0.name == feature.name }?.values ?? [])
      return names.names.filter { !known.contains($0) }.map {
        "`\(feature.name)=\(shortened($0))`: no item of the training has it, so it counts as unknown"
      }
    }
  }

  /// Values of a feature in the form of a known one.
  private static func feature(_ known: Feature, _ values: [ToldValue?]) -> Feature {
    var feature = known
    switch known.values {
    case .numbers:
      feature.values = .numbers(values.map { $0?.asNumber.map { Float($0) } ?? .nan })
    case .categories:
      var vocabulary = Vocabulary()
      var offsets: [Int32] = [0]
      var codes: [Int32] = []
      for value in values {
        codes += Set(value?.texts ?? []).sorted().map { Int32(vocabulary.insert($0)) }
        offsets.append(Int32(codes.count))
      }
      feature.weights = []
      feature.values = .categories(vocabulary, offsets: offsets, codes: codes)
    }
    return feature
  }

  /// The scores of all of them for somebody, by the weights that are adapted to the same ratings.
  func scored(
    for asker: Asker, _ served: Served
  ) throws(ScoreError) -> [(item: String, title: String, score: Float)] {
    let first = served.known.itemCount
    let model = served.model.with(served.model.problem.encoder.adding(items: entities))
    let numbers = (first..<first + entities.count).map { Int32($0) }
    let scores = try model.finiteScores(for: asker.context, items: numbers)
    return scores.indices.map { (entities.ids.names[$0], entities.label($0), scores[$0]) }
  }
}
