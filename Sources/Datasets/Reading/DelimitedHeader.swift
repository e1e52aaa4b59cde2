import Language

/// The first line of a delimited file.
struct DelimitedHeader {
  let contents: FileContents
  let names: [String]
  let separator: Separator
  /// Where the second line starts.
  let next: Int

  /// - Parameters:
  ///   - given: names for a file whose first line is a row already, empty ones for columns to leave out; none for
  ///     other files.
  ///   - mayRepeat: whether the same name may stand twice, as in what is no header.
  init(
    _ contents: FileContents, separator: Separator = .guess, names given: [String] = [],
    mayRepeat: Bool = false
  ) throws(DatasetError) {
    try contents.requireText()
    self.contents = contents
    self.separator =
      separator == .guess ? try TableSketch(contents).separator : separator
    let line = LineSplitter(contents, separator: self.separator).line(at: contents.textStart)
    next = given.isEmpty ? line.next : contents.textStart
    names = given.isEmpty ? line.fields.map { contents.text(ofPlace: $0) } : given
    var seen = Set<String>()
    for name in names where !seen.insert(name).inserted && !mayRepeat {
      // Told names may leave out several columns.
      if name.isEmpty, !given.isEmpty { continue }
      throw DatasetError(
        given.isEmpty ? "the header names `\(name)` twice" : "columns= names `\(name)` twice",
        file: contents.path, line: given.isEmpty ? 1 : nil, code: "E0511")
    }
  }

  /// How the rows are written, for the quick reader.
  func layout(_ kind: (String) -> FieldKind) -> RowLayout {
    let bytes = separator.bytes
    return RowLayout(
      names.map { Field($0, kind($0)) },
      separator: Character(UnicodeScalar(bytes.first ?? 32)), isDoubled: bytes.count == 2,
      isQuoted: true)
  }

  /// The rows as columns.
  ///
  /// - Parameter rereads: whether columns of numbers or times that are not written plainly become texts.
  func scan(
    badRows: BadRows = .refuse, rereads: Bool = false, _ kind: (String) -> FieldKind
  ) throws(DatasetError) -> ScannedTable {
    let bytes = separator.bytes
    let layout = layout(kind)
    if bytes.count == 1 || bytes.count == 2 && bytes[0] == bytes[1] {
      return try layout.scan(contents, from: next, badRows: badRows, rereads: rereads)
    }
    return try layout.split(contents, at: separator, from: next, badRows: badRows)
  }

  func require(_ expected: [String]) throws(DatasetError) {
    for name in expected where !names.contains(name) {
      throw .noColumn(name, "the header has no column", among: names, file: contents.path)
    }
  }
}

extension RowLayout {
  /// The rows of a file that the quick reader cannot divide, all fields that are read as texts.
  func split(
    _ contents: FileContents, at separator: Separator, from start: Int, badRows: BadRows
  ) throws(DatasetError) -> ScannedTable {
    try contents.requireText()
    let splitter = LineSplitter(contents, separator: separator)
    var columns = [[UInt64]](repeating: [], count: fields.count)
    var (place, lines, skipped) = (start, 0, 0)
    var firstSkipped: DatasetError?
    while place < contents.bytes.count {
      if lines & 0x3FF == 0 { try DatasetError.throwIfUnwanted() }
      lines += 1
      let line = place
      let (row, next) = splitter.line(at: place)
      place = next
      if row.count == 1, row[0] >> 2 & 0x3F_FFFF == 0 { continue }
      if let message = fault(in: row, separator) {
        let error = DatasetError(
          message, file: contents.path, line: contents.line(at: line), help: [BadRows.advice],
          code: "E0512")
        if badRows == .refuse { throw error }
        skipped += 1
        firstSkipped = firstSkipped ?? error
        continue
      }
      for (index, token) in row.prefix(fields.count).enumerated() { columns[index].append(token) }
    }
    let count = columns.first?.count ?? 0
    guard count > 0 else { throw noRows(contents, skipped: skipped) }
    var layout = self
    for index in fields.indices where ![.id, .skip].contains(fields[index].kind) {
      layout.fields[index].kind = .text
    }
    var table = ScannedTable(
      contents: contents, layout: layout, start: start, columns: columns.map { .tokens($0) },
      count: count, skipped: skipped, firstSkipped: firstSkipped)
    table.trimmedIDs = separator == .space ? 0 : 1
    return table
  }

  private func fault(in row: [UInt64], _ separator: Separator) -> String? {
    let names = fields.map(\.name).joined(separator: ", ")
    let shape = "\(fields.count) fields separated by \(separator.spoken): \(names)"
    if row.count < fields.count { return "the line ends after \(row.count) of \(shape)" }
    if row.count > fields.count, !allowsMore { return "the line has more than \(shape)" }
    for (field, token) in zip(fields, row) where field.kind == .id && token >> 2 & 0x3F_FFFF == 0 {
      return "\(field.name) is empty"
    }
    return nil
  }

  /// Why a file has no rows.
  func noRows(_ contents: FileContents, skipped: Int) -> DatasetError {
    DatasetError(
      skipped > 0 ? "no row can be read; all \(skipped) are malformed" : "the file has no rows",
      file: contents.path, help: ["a row is: " + fields.map(\.name).joined(separator: ", ")],
      code: "E0511")
  }
}
