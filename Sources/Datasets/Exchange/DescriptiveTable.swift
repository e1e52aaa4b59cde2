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
  ///   - separator: what stands between the fields of a file that is no JSON.
  init(
    _ contents: FileContents, of subject: ColumnReading.Subject, names: [String],
    separator: Separator = .guess, badRows: BadRows
  ) throws(DatasetError) {
    try contents.requireText()
    var text = JSONText(contents)
    if let first = text.peek(), first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
      try self.init(json: contents, of: subject, badRows: badRows)
    } else {
      try self.init(
        delimited: contents, of: subject, names: names, separator: separator, badRows: badRows)
    }
  }

  private init(
    delimited contents: FileContents, of subject: ColumnReading.Subject, names: [String],
    separator: Separator, badRows: BadRows
  ) throws(DatasetError) {
    let header = try Self.header(of: contents, subject, names, separator)
    var rows = try header.scan(badRows: badRows) { $0.isEmpty ? .skip : .text }
    rows.encoding = .guessed(contents.bytes)
    var columns: [(name: String, cells: FeatureColumn.Cells)] = []
    for name in header.names where !name.isEmpty {
      columns.append((name, .texts(try rows.texts(name))))
    }
    self.contents = contents
    self.columns = columns
    count = rows.count
    notes = rows.skippedNote.map { [$0] } ?? []
    leftOut = []
    let table = rows
    line = { table.line(ofRow: $0) }
  }

  /// `::` where it alone makes as many fields as there are names, whatever stands in texts besides.
  private static func guessed(_ contents: FileContents, _ names: [String]) -> Separator {
    let doubled = LineSplitter(contents, separator: .mark("::")).line(at: contents.textStart)
    return names.count > 1 && doubled.fields.count == names.count ? .mark("::") : .guess
  }

  /// The line of names, or what stands for one in tables without: those of MovieLens, with `::` in a row.
  private static func header(
    of contents: FileContents, _ subject: ColumnReading.Subject, _ names: [String],
    _ separator: Separator
  ) throws(DatasetError) -> DelimitedHeader {
    let first = try DelimitedHeader(
      contents, separator: separator, names: names, mayRepeat: true)
    guard names.isEmpty, case .mark = first.separator,
      usualName(subject.noun, among: first.names) == nil, !first.names.contains("id")
    else {
      return try DelimitedHeader(
        contents, separator: separator == .guess ? guessed(contents, names) : separator,
        names: names)
    }
    let count = first.names.count
    if subject == .items, count == 3 {
      return try DelimitedHeader(
        contents, separator: separator, names: ["id", "title", "genres"])
    }
    let fields = ["id"] + (1..<max(2, count)).map { "field\($0)" }
    throw DatasetError(
      "the first line has \(counted(count, "field")) and names no column of \(subject.noun)s",
      file: contents.path, line: 1,
      help: ["name them: columns=[\(fields.joined(separator: ", "))]"], code: "E0511")
  }
}

extension DescriptiveTable {
  private init(
    json contents: FileContents, of subject: ColumnReading.Subject, badRows: BadRows
  ) throws(DatasetError) {
    let members = try JSONMembers(contents, lines: .max)
    let names = members.paths.filter { !$0.isEmpty && members.kinds[$0] != .nothing }
    var scan = JSONLinesScan(contents, roles: [], others: names, isPython: members.isPython)
    try scan.run(badRows: badRows)
    let rows = scan.table(names.map { Field($0, .text) })
    var columns: [(name: String, cells: FeatureColumn.Cells)] = []
    for name in names {
      let texts = try rows.texts(name)
      let lists = { JSONText.elements(ofList: $0, isPython: members.isPython) }
      columns.append(
        (name, members.listed.contains(name) ? .lists(texts.map(lists)) : .texts(texts)))
    }
    self.contents = contents
    self.columns = columns
    count = rows.count
    notes = rows.skippedNote.map { [$0] } ?? []
    leftOut = members.names(.nothing).filter { !$0.isEmpty }.map { name in
      ColumnReading(
        file: contents.path, column: name, role: .leftOut, how: "neither texts nor numbers",
        isGuess: true)
    }
    let values = scan.columns
    line = { row in
      let places = values.first ?? []
      return places.indices.contains(row) ? contents.line(at: Int(places[row] >> 24)) : 1
    }
  }
}
