import Datasets
import Kernels

/// Which table rows describe each item and each user of a data set, by fields that training fitted.
///
/// A value that training did not see is the unknown row of its field; a feature that the data lack is
/// unknown for all.
package struct FeatureEncoder: Sendable {
  package let fields: [FeatureField]
  package private(set) var items: EntityCodes
  package private(set) var users: EntityCodes
  /// Whose tasks it is for: what users and items are.
  package let owner: TaskOwner
  /// The rows of the items' own ids, and of the data sets that they come from.
  private let identity: Range<Int32>
  private let domains: Range<Int32>

  private let unknownRows: [Int32]

  package var tableRows: Int { fields.last.map { $0.start + $0.rows } ?? 0 }

  /// The row of an item's own id, or the unknown row.
  package func identityRow(ofItem item: Int32) -> Int32 {
    items.rows[Int(items.offsets[Int(item) * items.fields])]
  }

  /// The row that stands for one where that much is not known.
  func hidden(_ row: Int32, _ hidden: HiddenFields) -> Int32 {
    if hidden.contains(.items), identity.contains(row) { return identity.lowerBound }
    return hidden.contains(.domains) && domains.contains(row) ? domains.lowerBound : row
  }

  /// The row that stands for every value of an item's field that training did not see.
  package func unknownRow(ofItemField field: Int) -> Int32 { unknownRows[field] }

  /// - Parameters:
  ///   - rows: the interaction rows of all training tasks.
  ///   - known: fields of an earlier training, which it goes on with.
  ///   - leavesOutDomain: whether the data set that an item comes from is none of its features.
  package init(
    _ data: Dataset, training rows: [Int32], growing known: [FeatureField] = [],
    leavesOutDomain: Bool = false
  ) {
    let fit = FieldFit(
      data, training: rows, growing: known,
      leavingOut: leavesOutDomain ? Dataset.domainFeature : nil)
    self.init(fit.fields, data)
  }

  /// The entities of some data by fields that were fitted before, perhaps to other data.
  package init(_ fields: [FeatureField], _ data: Dataset) {
    self.fields = fields
    owner = data.owner
    func rows(_ field: FeatureField?) -> Range<Int32> {
      field.map { Int32($0.start)..<Int32($0.start + $0.rows) } ?? 0..<0
    }
    let own = fields.filter { $0.side == .item }
    unknownRows = own.map { Int32($0.start) }
    identity = rows(own.first { $0.kind == .identity })
    domains = rows(
      own.first { $0.kind == .categories && $0.name == Dataset.domainFeature })
    items = EntityCodes(
      fields.filter { $0.side == .item }.map { Self.codes(of: data.items, in: $0) },
      count: data.items.count)
    users = EntityCodes(
      fields.filter { $0.side == .user }.map { Self.codes(of: data.users, in: $0) },
      count: data.users.count)
  }

  /// The same with one field of one entity unknown; `field` counts those of its side.
  package func hiding(_ field: Int, of side: FeatureField.Side, entity: Int) -> FeatureEncoder {
    let unknown = Int32(fields.filter { $0.side == side }[field].start)
    var encoder = self
    switch side {
    case .item: encoder.items = items.replacing(field, of: entity, with: unknown)
    case .user: encoder.users = users.replacing(field, of: entity, with: unknown)
    }
    return encoder
  }

  /// The same fields with other users, of whom other features may be known.
  package func describing(users: Entities) -> FeatureEncoder {
    var encoder = self
    encoder.users = codes(of: users)
    return encoder
  }

  /// What the fields of users are for some who need not be in the data.
  package func codes(of users: Entities) -> EntityCodes {
    EntityCodes(
      fields.filter { $0.side == .user }.map { Self.codes(of: users, in: $0) }, count: users.count)
  }

  /// The same with further items behind those that there are.
  package func adding(items: Entities) -> FeatureEncoder {
    var encoder = self
    encoder.items.append(
      EntityCodes(
        fields.filter { $0.side == .item }.map { Self.codes(of: items, in: $0) },
        count: items.count))
    return encoder
  }

  typealias Codes = [[(row: Int32, weight: Float)]]

  /// For each entity, its rows of one field and their weights.
  private static func codes(of entities: Entities, in field: FeatureField) -> Codes {
    let start = Int32(field.start)
    let unknown = [(row: start, weight: Float(1))]
    if field.kind == .identity {
      let rows = rows(of: entities.ids, in: field)
      return rows.map { [(row: $0, weight: Float(1))] }
    }
    guard let feature = entities.features.first(where: { $0.name == field.name }) else {
      return Array(repeating: unknown, count: entities.count)
    }
    switch (feature.values, field.kind) {
    case (.categories(let vocabulary, let offsets, let codes), .categories):
      let rows = rows(of: vocabulary, in: field)
      return (0..<entities.count).map { entity in
        let known = codes[Int(offsets[entity])..<Int(offsets[entity + 1])].map { rows[Int($0)] }
          .filter { $0 != start }
        if known.isEmpty { return unknown }
        guard let weights = field.weights else {
          return known.map { (row: $0, weight: 1 / Float(known.count)) }
        }
        let own = known.map { weights[Int($0 - start) - 1] }
        let sum = own.reduce(0, +)
        return zip(known, own).map { (row: $0, weight: $1 / sum) }
      }
    case (.numbers(let numbers), .number):
      return numbers.map { number in
        guard number.isFinite else {
          // The mean is zero deviations away from itself.
          return feature.fillsWithMean ? [(row: start + 1, weight: Float(0))] : unknown
        }
        return [(row: start + 1, weight: Float((Double(number) - field.mean) / field.deviation))]
      }
    default:
      return Array(repeating: unknown, count: entities.count)
    }
  }

  /// The table row of each name; the unknown row where training did not see it.
  private static func rows(of vocabulary: Vocabulary, in field: FeatureField) -> [Int32] {
    var rows = [Int32](repeating: Int32(field.start), count: vocabulary.count)
    for (number, value) in field.values.enumerated() {
      if let code = vocabulary[value] { rows[code] = Int32(field.start + number + 1) }
    }
    return rows
  }
}

/// Table rows and their weights for each entity and field: entity `e`, field `f` has the entries
/// `offsets[e · fields + f] ..< offsets[e · fields + f + 1]`.
package struct EntityCodes: Sendable {
  package let fields: Int
  package private(set) var offsets: [Int32]
  package private(set) var rows: [Int32]
  package private(set) var weights: [Float]

  init(_ columns: [FeatureEncoder.Codes], count: Int) {
    var offsets: [Int32] = [0]
    var rows: [Int32] = []
    var weights: [Float] = []
    for entity in 0..<count {
      for column in columns {
        for entry in column[entity] {
          rows.append(entry.row)
          weights.append(entry.weight)
        }
        offsets.append(Int32(rows.count))
      }
    }
    fields = columns.count
    self.offsets = offsets
    self.rows = rows
    self.weights = weights
  }

  /// How many entities.
  package var count: Int { fields == 0 ? 0 : (offsets.count - 1) / fields }

  /// The entries of one entity, all fields together.
  package func entries(of entity: Int) -> Range<Int> {
    Int(offsets[entity * fields])..<Int(offsets[(entity + 1) * fields])
  }

  /// The entries of one field of one entity.
  package func entries(of entity: Int, field: Int) -> Range<Int> {
    let at = entity * fields + field
    return Int(offsets[at])..<Int(offsets[at + 1])
  }

  /// Adds other entities with as many fields.
  mutating func append(_ others: EntityCodes) {
    let end = Int32(rows.count)
    offsets += others.offsets.dropFirst().map { $0 + end }
    rows += others.rows
    weights += others.weights
  }

  /// The same with the entries of one field of one entity replaced by a single row.
  func replacing(_ field: Int, of entity: Int, with row: Int32) -> EntityCodes {
    var copy = self
    let at = entity * fields + field
    let entries = entries(of: entity, field: field)
    copy.rows.replaceSubrange(entries, with: [row])
    copy.weights.replaceSubrange(entries, with: [1])
    let growth = Int32(1 - entries.count)
    for later in at + 1..<offsets.count { copy.offsets[later] += growth }
    return copy
  }
}
