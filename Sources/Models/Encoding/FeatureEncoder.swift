import Datasets
import Kernels

/// One feature as rows of the embedding table: an unknown row, then one row for each value.
package struct Field: Sendable, Equatable {
  package enum Side: String, Sendable { case item, user }

  package var name: String
  package var side: Side
  /// The first row of the table, which stands for every value that training did not see.
  package var start: Int
  package var rows: Int
}

/// Which table rows describe each item and each user. Fitted on the rows of training tasks only.
///
/// A value that no training row has is encoded as the unknown row of its field, and a number is scaled by
/// the mean and spread of the entities that training rows have.
package struct FeatureEncoder: Sendable {
  package let fields: [Field]
  package let items: EntityCodes
  package let users: EntityCodes

  package var tableRows: Int { fields.last.map { $0.start + $0.rows } ?? 0 }

  /// The row of an item's own id, or the unknown row.
  package func identityRow(ofItem item: Int32) -> Int32 {
    items.rows[Int(items.offsets[Int(item) * items.fields])]
  }

  /// - Parameter rows: the interaction rows of all training tasks.
  package init(_ data: Dataset, training rows: [Int32]) {
    var seenItems = [Bool](repeating: false, count: data.items.count)
    var seenUsers = [Bool](repeating: false, count: data.users.count)
    for row in rows {
      seenItems[Int(data.interactions.items[Int(row)])] = true
      seenUsers[Int(data.interactions.users[Int(row)])] = true
    }
    var fields: [Field] = []
    var start = 0
    items = Self.encode(
      data.items, identity: "item", side: .item, seen: seenItems, fields: &fields, start: &start)
    users = Self.encode(
      data.users, identity: nil, side: .user, seen: seenUsers, fields: &fields, start: &start)
    self.fields = fields
  }

  private static func encode(
    _ entities: Entities, identity: String?, side: Field.Side, seen: [Bool],
    fields: inout [Field], start: inout Int
  ) -> EntityCodes {
    var columns: [[[(row: Int32, weight: Float)]]] = []
    func add(_ name: String, rows: Int, _ codes: [[(row: Int32, weight: Float)]]) {
      fields.append(Field(name: name, side: side, start: start, rows: rows))
      columns.append(codes.map { $0.map { ($0.row + Int32(start), $0.weight) } })
      start += rows
    }
    if let identity {
      add(
        identity, rows: entities.count + 1,
        seen.indices.map { [(row: seen[$0] ? Int32($0) + 1 : 0, weight: 1)] })
    }
    for feature in entities.features {
      switch feature.values {
      case .categories(let vocabulary, let offsets, let codes):
        add(
          feature.name, rows: vocabulary.count + 1,
          categories(seen: seen, count: vocabulary.count, offsets: offsets, codes: codes))
      case .numbers(let numbers):
        add(feature.name, rows: 2, scaled(numbers, seen: seen))
      }
    }
    return EntityCodes(columns, count: entities.count)
  }

  /// The mean of the known values' rows, or the unknown row.
  private static func categories(
    seen: [Bool], count: Int, offsets: [Int32], codes: [Int32]
  ) -> [[(row: Int32, weight: Float)]] {
    var known = [Bool](repeating: false, count: count)
    for entity in seen.indices where seen[entity] {
      for at in offsets[entity]..<offsets[entity + 1] { known[Int(codes[Int(at)])] = true }
    }
    return seen.indices.map { entity in
      let values = codes[Int(offsets[entity])..<Int(offsets[entity + 1])].filter {
        known[Int($0)]
      }
      if values.isEmpty { return [(0, 1)] }
      return values.map { (row: $0 + 1, weight: 1 / Float(values.count)) }
    }
  }

  /// (x − mean) / deviation times one row, or the unknown row.
  private static func scaled(_ numbers: [Float], seen: [Bool]) -> [[(row: Int32, weight: Float)]] {
    let known = seen.indices.filter { seen[$0] && numbers[$0].isFinite }.map { Double(numbers[$0]) }
    let mean = known.reduce(0, +) / Double(max(1, known.count))
    let variance = known.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(max(1, known.count))
    let deviation = variance > 0 ? variance.squareRoot() : 1
    return numbers.map { number in
      number.isFinite ? [(Int32(1), Float((Double(number) - mean) / deviation))] : [(Int32(0), Float(1))]
    }
  }
}

/// Table rows and their weights for each entity and field: entity `e`, field `f` has the entries
/// `offsets[e · fields + f] ..< offsets[e · fields + f + 1]`.
package struct EntityCodes: Sendable {
  package let fields: Int
  package let offsets: [Int32]
  package let rows: [Int32]
  package let weights: [Float]

  init(_ columns: [[[(row: Int32, weight: Float)]]], count: Int) {
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

  /// The entries of one entity, all fields together.
  package func entries(of entity: Int) -> Range<Int> {
    Int(offsets[entity * fields])..<Int(offsets[(entity + 1) * fields])
  }
}
