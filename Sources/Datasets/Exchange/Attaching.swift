import Language

extension Entities {
  /// One number feature for each column of the array: `image.0`, `image.1`, … .
  ///
  /// - Parameters:
  ///   - order: the ids of its rows; nil when the rows are in the order of the entities.
  ///   - rated: how many of the entities have ratings: an array may tell of those alone.
  package mutating func attach(
    _ array: NumPyArray, named name: String, order: [String]?, path: String, rated: Int? = nil
  ) throws(DatasetError) -> Int {
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
    for column in 0..<array.columns {
      replace(
        by: Feature(
          array.columns == 1 ? name : "\(name).\(column)",
          .numbers(rows.map { $0 < 0 ? .nan : array.values[$0 * array.columns + column] })))
    }
    return known
  }

  /// Adds the feature, or puts it in the place of the one with its name.
  private mutating func replace(by feature: Feature) {
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
