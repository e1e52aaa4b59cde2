import Language

/// A table about users or items as texts, however the file writes it.
struct DescriptiveTable {
  let contents: FileContents
  /// What each row says under each name: a text, or a list of them.
  let columns: [(name: String, cells: FeatureColumn.Cells)]
  /// How many rows it has.
  let count: Int
  let notes: [String]
  /// What is left out of it, with the reason.
  let leftOut: [ColumnReading]
  /// Which line a row stands in.
  let line: (Int) -> Int

  var names: [String] { columns.map(\.name) }

  /// - Parameters:
  ///   - names: those of the columns of a file whose first line is a row already; empty for others.
  init(
    _ contents: FileContents, of subject: ColumnReading.Subject, names: [String], badRows: BadRows
  ) throws(DatasetError) {
    try contents.requireText()
    var text = JSONText(contents)
    if let first = text.peek(), first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
      try self.init(json: contents, of: subject, badRows: badRows)
    } else {
      try self.init(delimited: contents, of: subject, names: names, badRows: badRows)
    }
  }

  private init(
    delimited contents: FileContents, of subject: ColumnReading.Subject, names: [String],
    badRows: BadRows
  ) throws(DatasetError) {
    let (layout, start) = try Self.layout(contents, of: subject, names: names)
    var rows = try layout.scan(contents, from: start, badRows: badRows)
    rows.encoding = .guessed(contents.bytes)
    var columns: [(name: String, cells: FeatureColumn.Cells)] = []
    for field in layout.fields where !field.name.isEmpty {
      columns.append((field.name, .texts(try rows.texts(field.name))))
    }
    self.contents = contents
    self.columns = columns
    count = rows.count
    notes = rows.skippedNote.map { [$0] } ?? []
    leftOut = []
    let table = rows
    line = { table.line(ofRow: $0) }
  }

  /// How its rows are written, and where the first one starts.
  private static func layout(
    _ contents: FileContents, of subject: ColumnReading.Subject, names: [String]
  ) throws(DatasetError) -> (RowLayout, Int) {
    let first = String(
      decoding: contents.lineBytes(at: contents.textStart).bytes.prefix(1 << 16), as: UTF8.self)
    guard first.contains("::") else {
      let header = try DelimitedHeader(contents, separator: nil, names: names)
      return (header.layout { $0.isEmpty ? .skip : .text }, header.next)
    }
    let fields = first.split(separator: ":", omittingEmptySubsequences: true).map {
      trimmed($0)
    }
    var known = names
    if known.isEmpty, subject == .items, fields.count == 3, usualName("item", among: fields) == nil {
      // As `movies.dat` of MovieLens has them, without a line of names.
      known = ["id", "title", "genres"]
    }
    let start =
      known.isEmpty ? contents.lineBytes(at: contents.textStart).next : contents.textStart
    let all = known.isEmpty ? fields : known
    guard Set(all).count == all.count, known.isEmpty == false || usualName(subject.noun, among: all) != nil
    else {
      throw DatasetError(
        "the first line has \(counted(fields.count, "field")) and names no column of \(subject.noun)s",
        file: contents.path, line: 1,
        help: ["name them: columns=[id\(fields.dropFirst().indices.map { ", field\($0 + 1)" }.joined())]"],
        code: "E0511")
    }
    return (
      RowLayout(all.map { Field($0, .text) }, separator: ":", isDoubled: true), start
    )
  }
}

extension DescriptiveTable {
  private init(
    json contents: FileContents, of subject: ColumnReading.Subject, badRows: BadRows
  ) throws(DatasetError) {
    var rows = JSONRows(contents: contents)
    try rows.read(badRows: badRows)
    self.contents = contents
    count = rows.lines.count
    columns = rows.order.compactMap { name in
      rows.cells[name].map { (name, $0.cells(count: rows.lines.count)) }
    }
    leftOut = rows.leftOut.map { name, why in
      ColumnReading(file: contents.path, column: name, role: .leftOut, how: why, isGuess: true)
    }
    notes = rows.skippedNote.map { [$0] } ?? []
    let lines = rows.lines
    line = { lines.indices.contains($0) ? lines[$0] : 1 }
  }
}
