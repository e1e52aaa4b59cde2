/// Which row of a file describes each user or item.
struct EntityRows {
  /// The ids: those that were known, and of items behind them those that only the file has, since it is the
  /// catalogue.
  let ids: Vocabulary
  /// The row that describes each entity, or -1.
  let rows: [Int32]
  /// How many of its rows describe an entity that was known, and how many one that was not.
  let known: Int
  let strangers: Int

  /// - Parameters:
  ///   - names: the id in each row of the file.
  ///   - mayBeNew: whether all of them may be unknown: items that came later.
  ///   - line: the line of a row.
  init(
    _ names: [String], of known: Vocabulary, _ subject: ColumnReading.Subject, file: String,
    mayBeNew: Bool = false, line: (Int) -> Int
  ) throws(DatasetError) {
    var ids = known
    var rows = [Int32](repeating: -1, count: ids.count)
    var (found, strangers) = (0, 0)
    for (row, name) in names.enumerated() {
      if known[name] != nil { found += 1 } else { strangers += 1 }
      guard known[name] != nil || subject == .items else { continue }
      let number = ids.insert(name)
      if number == rows.count { rows.append(-1) }
      if rows[number] >= 0 {
        throw DatasetError(
          "\(subject.noun) \(name) is described a second time", file: file, line: line(row),
          help: ["line \(line(Int(rows[number]))) describes it first"], code: "E0513")
      }
      rows[number] = Int32(row)
    }
    if found == 0, !mayBeNew {
      throw DatasetError(
        "none of its \(names.count) ids is the id of a rated \(subject.noun)", file: file,
        help: ["is this the \(subject.noun) file of another data set?"], code: "E0513")
    }
    self.ids = ids
    self.rows = rows
    self.known = found
    self.strangers = strangers
  }
}

/// A file that describes users or items, one a line, put in the order of the entities' numbers.
struct EntityTable {
  let table: ScannedTable
  private let described: EntityRows
  private var rows: [Int32] { described.rows }

  init(
    _ table: ScannedTable, id: String, of ids: Vocabulary, _ subject: ColumnReading.Subject
  ) throws(DatasetError) {
    self.table = table
    described = try EntityRows(
      table.texts(id), of: ids, subject, file: table.contents.path
    ) { table.line(ofRow: $0) }
  }

  /// What is to be said of it: rows that could not be read.
  var notes: [String] {
    table.skippedNote.map { [$0] } ?? []
  }

  /// The ids in the order of the values that it gives.
  var ids: Vocabulary { described.ids }

  /// The text of a field for each entity; empty where it is unknown.
  func texts(_ name: String) throws(DatasetError) -> [String] {
    let texts = try table.texts(name)
    guard texts.count == table.count else {
      throw DatasetError(
        "there is no column `\(name)`", file: table.contents.path, line: 1,
        help: ["columns: " + table.layout.fields.map(\.name).joined(separator: ", ")],
        code: "E0511")
    }
    return rows.map { $0 < 0 ? "" : texts[Int($0)] }
  }

  /// One category each, or none where the field is empty.
  func category(
    _ name: String, from field: String? = nil, _ shown: (String) -> String = { $0 }
  ) throws(DatasetError) -> Feature {
    categories(name, try texts(field ?? name).map { $0.isEmpty ? [] : [shown($0)] })
  }

  /// Any number of categories each, written with `separator` between them.
  func categoryLists(
    _ name: String, from field: String? = nil, separator: Character
  ) throws(DatasetError) -> Feature {
    categories(
      name,
      try texts(field ?? name).map { text in
        text.split(separator: separator).map { word in
          String(word.drop { $0 == " " })
        }
      })
  }

  /// As many numbers for each entity as for any other, each place a feature of its own.
  func numberLists(_ name: String) throws(DatasetError) -> [Feature] {
    let lists = try texts(name).map { text in
      text.split(separator: " ").map { float(in: String($0)) }
    }
    let width = lists.first { !$0.isEmpty }?.count ?? 0
    for (entity, list) in lists.enumerated() where !list.isEmpty {
      guard list.count == width, list.allSatisfy(\.isFinite) else {
        throw DatasetError(
          "`\(name)` must hold \(width) finite numbers here as elsewhere",
          file: table.contents.path, line: table.line(ofRow: Int(rows[entity])), code: "E0512")
      }
    }
    return (0..<width).map { place in
      Feature("\(name).\(place)", .numbers(lists.map { $0.isEmpty ? .nan : $0[place] }))
    }
  }

  /// One number each; NaN where it is unknown.
  func numbers(_ name: String, from field: String? = nil) -> Feature {
    let numbers = table.numbers(field ?? name)
    return Feature(
      name,
      .numbers(rows.map { numbers.indices.contains(Int($0)) ? numbers[Int($0)] : .nan }))
  }
}

extension Dataset {
  /// Notes a table that it was told of, and what is to be said of it.
  mutating func add(_ table: EntityTable) {
    sources.append(table.table.contents.source)
    notes += table.notes
  }
}

/// The feature with these categories for each entity in turn.
func categories(_ name: String, _ lists: [[String]]) -> Feature {
  var vocabulary = Vocabulary()
  var offsets: [Int32] = [0]
  var codes: [Int32] = []
  for list in lists {
    for category in list { codes.append(Int32(vocabulary.insert(category))) }
    offsets.append(Int32(codes.count))
  }
  return Feature(name, .categories(vocabulary, offsets: offsets, codes: codes))
}

extension ScannedTable {
  /// The line a row was read from; exact where no rows were skipped and no field has line ends.
  func line(ofRow row: Int) -> Int {
    var offset = start
    var remaining = row
    while offset < contents.bytes.count {
      let line = contents.lineBytes(at: offset)
      if !line.bytes.isEmpty {
        if remaining == 0 { break }
        remaining -= 1
      }
      offset = line.next
    }
    return contents.line(at: offset)
  }
}
