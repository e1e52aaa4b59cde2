import Datasets
import Language
import MetaLearning
import Models

/// What `adapt` is told behind `=`: a rating of an item, or the value of a feature.
package enum ToldValue: ArgumentReadable, Equatable {
  case number(Double)
  case text(String)
  case list([String])

  package static var expectation: String { "a rating, or the value of a feature" }
  package static var numbers: NumberBounds? { Double.numbers }

  package var argumentText: String {
    switch self {
    case .number(let number): Number.text(number)
    case .text(let text): text
    case .list(let texts): texts.joined(separator: ",")
    }
  }

  package var asNumber: Double? {
    if case .number(let number) = self { number } else { nil }
  }

  package static func read(_ value: Value) -> ToldValue? {
    if let number = Double.read(value) { return .number(number) }
    if case .list = value { return [String].read(value).map { .list($0) } }
    return String.read(value).map { .text($0) }
  }

  package var texts: [String] {
    if case .list(let texts) = self { texts } else { [argumentText] }
  }
}

/// What is known of a user whom the data do not know, besides their ratings.
package struct Newcomer: Sendable {
  /// Their features: they are the only one, number 0.
  package let person: Entities
  /// What models do not know of it, in sentences.
  package private(set) var remarks: [String] = []

  /// How a feature's name begins where an item is called so, too: `user.age`.
  private static func prefix(_ data: Dataset) -> String { data.owner.noun + "." }

  /// The feature of users that a key names, if it is not the name of an item.
  static func feature(
    _ pair: KeyedValue<ToldValue>, of data: Dataset
  ) throws(CommandFailure) -> String? {
    guard !pair.isQuoted else { return nil }
    let names = data.users.features.map(\.name)
    if names.contains(pair.key) {
      guard data.items.ids[pair.key] != nil || data.items.titles.contains(pair.key) else {
        return pair.key
      }
      throw CommandFailure(
        "E0205", "`\(pair.key)` is a feature of users, and an item is called so, too",
        help: [
          "the item: \(Value.text(pair.key).sourceText)=\(pair.value.argumentText)",
          "the feature: \(prefix(data))\(pair.key)=\(pair.value.argumentText)",
        ], argument: pair.key)
    }
    guard pair.key.hasPrefix(prefix(data)) else { return nil }
    let name = String(pair.key.dropFirst(prefix(data).count))
    return names.contains(name) ? name : nil
  }

  /// - Parameter told: values by the names of features.
  package init(
    _ told: [String: ToldValue], _ data: Dataset, _ model: TrainedModel
  ) throws(CommandFailure) {
    var features: [Feature] = []
    for known in data.users.features {
      var feature = known.selecting([])
      switch (known.values, told[known.name]) {
      case (.numbers, nil): feature.values = .numbers([.nan])
      case (.numbers, let value?):
        guard let number = value.asNumber, Float(number).isFinite else {
          throw CommandFailure(
            "E0302", "`\(known.name)` is a number, and not `\(value.argumentText)`",
            argument: known.name)
        }
        feature.values = .numbers([Float(number)])
      case (.categories, let value):
        let texts = value?.texts ?? []
        // What is said twice counts once.
        let vocabulary = Vocabulary(texts)
        feature.values = .categories(
          vocabulary, offsets: [0, Int32(vocabulary.count)],
          codes: Array(0..<Int32(vocabulary.count)))
        remarks += texts.compactMap { Self.remark($0, known.name, model) }
      }
      features.append(feature)
    }
    person = Entities(ids: Vocabulary(["a new user"]), features: features)
  }

  /// That a model has not seen a category, or knows nothing of the feature.
  private static func remark(_ text: String, _ name: String, _ model: TrainedModel) -> String? {
    let field = model.problem.encoder.fields.first { $0.side == .user && $0.name == name }
    guard let field else { return "`\(name)`: the model was trained without it" }
    guard !field.values.contains(text) else { return nil }
    return "`\(name)=\(text)`: no training user has it, so it counts as unknown; known: "
      + named(field.values, most: 6)
  }
}
