import Datasets

/// How one feature becomes rows of the embedding table: an unknown row first, then one row for each value
/// that training saw, or for a number one row that is scaled by it.
package struct FeatureField: Sendable, Equatable, Codable {
  package enum Side: String, Sendable, Codable { case item, user }

  package enum Kind: String, Sendable, Codable {
    /// The entity's own id.
    case identity
    case categories
    case number
  }

  package var name: String
  package var side: Side
  package var kind: Kind
  /// The values that have rows of their own, in the order of those rows.
  package var values: [String] = []
  /// How much each of the values counts beside others of the same entity; all alike if nil.
  package var weights: [Float]?
  /// The mean and spread of a number.
  package var mean = 0.0
  package var deviation = 1.0
  /// The first row of the table, which stands for every value that training did not see.
  package var start = 0

  package var rows: Int { kind == .number ? 2 : values.count + 1 }

  /// Whether another is the same feature, perhaps with other values.
  package func isContinued(by other: FeatureField) -> Bool {
    (name, side, kind) == (other.name, other.side, other.kind)
  }
}

extension FeatureField {
  /// Puts the values of an earlier fit before those that are new.
  fileprivate mutating func grow(from before: FeatureField) {
    let known = Set(before.values)
    values = before.values + values.filter { !known.contains($0) }
    (mean, deviation) = (before.mean, before.deviation)
  }
}

/// Which fields a data set gives and which of their values training saw.
package struct FieldFit: Sendable {
  package private(set) var fields: [FeatureField] = []

  /// - Parameters:
  ///   - rows: the interaction rows of all training tasks.
  ///   - known: fields whose values keep their rows, and whose numbers their mean and spread.
  ///   - name: a feature of the items that becomes no field.
  package init(
    _ data: Dataset, training rows: [Int32], growing known: [FeatureField] = [],
    leavingOut name: String? = nil
  ) {
    var seenItems = [Bool](repeating: false, count: data.items.count)
    var seenUsers = [Bool](repeating: false, count: data.users.count)
    for row in rows {
      seenItems[Int(data.interactions.items[Int(row)])] = true
      seenUsers[Int(data.interactions.users[Int(row)])] = true
    }
    var identity = FeatureField(name: "item", side: .item, kind: .identity)
    identity.values = seenItems.indices.filter { seenItems[$0] }.map { data.items.ids.names[$0] }
    fields.append(identity)
    for feature in data.items.features where feature.name != name {
      fields.append(Self.fit(feature, .item, seenItems))
    }
    for feature in data.users.features { fields.append(Self.fit(feature, .user, seenUsers)) }
    var start = 0
    for index in fields.indices {
      if let before = known.first(where: { $0.isContinued(by: fields[index]) }) {
        fields[index].grow(from: before)
      }
      fields[index].start = start
      start += fields[index].rows
    }
  }

  private static func fit(_ feature: Feature, _ side: FeatureField.Side, _ seen: [Bool])
    -> FeatureField
  {
    switch feature.values {
    case .categories(let vocabulary, let offsets, let codes):
      var known = [Bool](repeating: false, count: vocabulary.count)
      for entity in seen.indices where seen[entity] {
        for at in offsets[entity]..<offsets[entity + 1] { known[Int(codes[Int(at)])] = true }
      }
      var field = FeatureField(name: feature.name, side: side, kind: .categories)
      let places = known.indices.filter { known[$0] }
      field.values = places.map { vocabulary.names[$0] }
      if !feature.weights.isEmpty { field.weights = places.map { feature.weight(of: $0) } }
      return field
    case .numbers(let numbers):
      let values = seen.indices.filter { seen[$0] && numbers[$0].isFinite }.map {
        Double(numbers[$0])
      }
      var field = FeatureField(name: feature.name, side: side, kind: .number)
      (field.mean, field.deviation) = meanAndDeviation(of: values)
      return field
    }
  }
}
