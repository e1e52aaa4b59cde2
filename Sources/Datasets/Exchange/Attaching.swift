import Language

extension Entities {
  /// One number feature for each column of the array: `image.0`, `image.1`, … .
  ///
  /// - Parameter order: the ids of its rows; nil when the rows are in the order of the entities.
  package mutating func attach(
    _ array: NumPyArray, named name: String, order: [String]?, path: String
  ) throws(DatasetError) -> Int {
    let rowCount = order?.count ?? count
    guard array.rows == rowCount else {
      throw DatasetError(
        "the array has \(counted(array.rows, "row")), and "
          + (order == nil
            ? "the data have \(grouped(rowCount)) ids" : "ids= names \(grouped(rowCount))"),
        file: path,
        help: [
          order == nil
            ? "name a file with the id of each row: ids=…" : "it needs one line for each row"
        ], code: "E0514")
    }
    guard array.columns <= 4096 else {
      throw DatasetError("more than 4096 numbers for each", file: path, code: "E0514")
    }
    var rows = [Int](repeating: -1, count: count)
    for (row, id) in (order ?? ids.names).enumerated() {
      guard let entity = ids[id] else { continue }
      if rows[entity] >= 0 {
        throw DatasetError("`\(id)` has two rows", file: path, line: row + 1, code: "E0513")
      }
      rows[entity] = row
    }
    let known = rows.count { $0 >= 0 }
    guard known > 0 else {
      throw DatasetError("none of the ids is known", file: path, code: "E0513")
    }
    for column in 0..<array.columns {
      add(
        Feature(
          array.columns == 1 ? name : "\(name).\(column)",
          .numbers(rows.map { $0 < 0 ? .nan : array.values[$0 * array.columns + column] })))
    }
    return known
  }

  /// The columns of a delimited file: numbers where all of a column are, else categories, several of
  /// them where bars divide a field. Returns how many entities it describes.
  package mutating func attach(
    table contents: FileContents, id: String?, prefix: String?, noun: String,
    badRows: BadRows = .refuse
  ) throws(DatasetError) -> (known: Int, notes: [String]) {
    let header = try DelimitedHeader(contents)
    let usual = usualName(noun, among: header.names) ?? header.names.first { $0 == "id" }
    guard let id = id ?? usual, header.names.contains(id) else {
      throw DatasetError(
        id.map { "the header has no column `\($0)`" } ?? "no column looks like the \(noun)",
        file: contents.path, line: 1,
        help: ["it has: " + header.names.joined(separator: ", "), "name it: id=…"], code: "E0511")
    }
    let rows = try header.scan(badRows: badRows) { $0 == id ? .id : .text }
    let table = try EntityTable(rows, id: id, of: ids, noun: noun)
    for name in header.names where name != id {
      let texts = try table.texts(name)
      let numbers = texts.map { $0.isEmpty ? .nan : float(in: $0) }
      let shown = prefix.map { "\($0).\(name)" } ?? name
      if name == "title" || name == "name" {
        titles = texts
      } else if zip(texts, numbers).allSatisfy({ $0.isEmpty || $1.isFinite }) {
        add(Feature(shown, .numbers(numbers)))
      } else {
        add(try table.categoryLists(shown, from: name, separator: "|"))
      }
    }
    let strangers = rows.count - table.known
    var notes = rows.skippedNote.map { [$0] } ?? []
    if strangers > 0 {
      notes.append(
        "\(strangers) of its \(counted(rows.count, "row")) describe\(strangers == 1 ? "s" : "") no rated \(noun)"
      )
    }
    return (table.known, notes)
  }

  /// Adds features, those of a known name in the place of the earlier one; returns how many those are.
  package mutating func take(_ features: [Feature]) -> Int {
    let known = Set(self.features.map(\.name))
    for feature in features { add(feature) }
    return features.count { known.contains($0.name) }
  }

  /// Adds the feature, or puts it in the place of the one with its name.
  private mutating func add(_ feature: Feature) {
    if let place = features.firstIndex(where: { $0.name == feature.name }) {
      features[place] = feature
    } else {
      features.append(feature)
    }
  }
}

extension FileContents {
  /// The lines of a text file, without blank ones.
  package func lines() throws(DatasetError) -> [String] {
    try requireText()
    var lines: [String] = []
    var offset = textStart
    while offset < bytes.count {
      let line = lineBytes(at: offset)
      guard let text = TextEncoding.utf8.text(line.bytes) else {
        throw DatasetError(
          "this is not UTF-8 text", file: path, line: self.line(at: offset), code: "E0511")
      }
      if !text.isEmpty { lines.append(text) }
      offset = line.next
    }
    return lines
  }
}
