import Language

extension Entities {
  /// One number feature for each column of the array: `image.0`, `image.1`, … .
  ///
  /// - Parameters:
  ///   - order: the ids of its rows; nil when the rows are in the order of the entities.
  ///   - rated: how many of the entities have ratings: an array may tell of those alone.
  /// - Returns: of how many entities it tells, and which had other numbers.
  package mutating func attach(
    _ array: NumPyArray, named name: String, order: [String]?, path: String, rated: Int? = nil
  ) throws(DatasetError) -> (known: Int, replaced: ReplacedValues) {
    let rowCount = order?.count ?? count
    guard array.rows == rowCount || order == nil && array.rows == rated else {
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
    for (row, id) in (order ?? Array(ids.names.prefix(array.rows))).enumerated() {
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
    var changed = Set<Int>()
    for column in 0..<array.columns {
      changed.formUnion(
        take(
          Feature(
            array.columns == 1 ? name : "\(name).\(column)",
            .numbers(rows.map { $0 < 0 ? .nan : array.values[$0 * array.columns + column] }))))
    }
    var replaced = ReplacedValues()
    replaced.add(name, changed)
    return (known, replaced)
  }

  /// Takes up those of the ids that are not there, where the others tell that they are of the same catalogue: some
  /// are known, or what is told of them is known of others already.
  ///
  /// - Returns: how many those are.
  package mutating func welcome(_ names: [String], describedBy features: [String]) -> Int {
    let before = count
    let isSameCatalogue =
      names.contains { ids[$0] != nil }
      || self.features.contains { features.contains($0.name) }
    if isSameCatalogue { extend(with: names) }
    return count - before
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
