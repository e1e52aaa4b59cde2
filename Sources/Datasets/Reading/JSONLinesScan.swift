import Language

/// The columns of a file of JSON lines while they grow, each value a token: a place in the file.
struct JSONLinesScan {
  let contents: FileContents
  let isPython: Bool
  /// The paths of the members: user and item, those of the values that every object must have, others.
  private let paths: [String]
  private let required: Int
  private let tree: JSONMemberTree
  private(set) var columns: [[UInt64]]
  private(set) var skipped = 0
  /// How many ids had blanks at their ends.
  private(set) var trimmed = 0
  private(set) var firstSkipped: DatasetError?
  /// The lines of the first few that were passed over.
  private(set) var skippedLines: [Int] = []
  /// The values of the present line.
  private var row: [UInt64?]
  /// The items of the present line, where it has a list of them.
  private var items: [UInt64] = []

  /// - Parameters:
  ///   - roles: user, item, and what else no object may lack.
  ///   - others: further members, empty where an object has none.
  init(_ contents: FileContents, roles: [String], others: [String], isPython: Bool) {
    self.contents = contents
    self.isPython = isPython
    paths = roles + others
    required = roles.count
    tree = JSONMemberTree(paths)
    columns = paths.map { _ in [] }
    row = paths.map { _ in nil }
  }

  mutating func run(badRows: BadRows) throws(DatasetError) {
    var offset = contents.textStart
    var lines = 0
    while offset < contents.bytes.count {
      if lines & 0xFF == 0 { try DatasetError.throwIfUnwanted() }
      lines += 1
      let line = contents.lineBytes(at: offset)
      let text = JSONText(
        contents, from: offset, to: offset + line.bytes.count, isPython: isPython)
      offset = line.next
      if line.bytes.isEmpty { continue }
      do throws(DatasetError) {
        try read(text)
      } catch {
        if badRows == .refuse {
          var refusal = error
          refusal.help.append(BadRows.advice)
          throw refusal
        }
        skipped += 1
        firstSkipped = firstSkipped ?? error
        if skippedLines.count < ScannedTable.mostSkippedLines, let line = error.line {
          skippedLines.append(line)
        }
      }
    }
    if columns.first?.isEmpty ?? true {
      throw DatasetError("the file has no rows", file: contents.path, code: "E0511")
    }
  }

  /// The rows as a table.
  ///
  /// - Parameter fields: those of the columns, in the order of the members.
  func table(_ fields: [Field]) -> ScannedTable {
    var table = ScannedTable(
      contents: contents, layout: RowLayout(fields), start: contents.textStart,
      columns: columns.map { .tokens($0) }, count: columns.first?.count ?? 0, skipped: skipped,
      firstSkipped: firstSkipped)
    table.skippedLines = skippedLines
    table.escapes = .json
    table.trimmedIDs = trimmed
    return table
  }

  private mutating func read(_ line: JSONText) throws(DatasetError) {
    var text = line
    for place in row.indices { row[place] = nil }
    items.removeAll(keepingCapacity: true)
    try readObject(&text, at: JSONMemberTree.root)
    if text.peek() != nil { throw text.error("something follows the object") }
    for place in 0..<required where row[place] == nil && (place != 1 || items.isEmpty) {
      throw text.error("the object has no \(name(place))")
    }
    // A token of no length at the start of the line is an empty text.
    let nothing = UInt64(line.position) << 24
    for item in items.isEmpty ? [row[1] ?? nothing] : items {
      for place in columns.indices {
        columns[place].append(place == 1 ? item : row[place] ?? nothing)
      }
    }
  }

  private mutating func readObject(_ text: inout JSONText, at node: Int) throws(DatasetError) {
    try text.object { text, name throws(DatasetError) in
      guard let child = tree.child(of: node, named: contents.bytes(of: name)) else {
        return try text.skipValue()
      }
      if text.peek() == UInt8(ascii: "{"), tree.hasChildren(child) {
        return try readObject(&text, at: child)
      }
      guard let place = tree.place(of: child) else { return try text.skipValue() }
      try readValue(&text, place)
    }
  }

  private mutating func readValue(_ text: inout JSONText, _ place: Int) throws(DatasetError) {
    if place == 1, required > 1, text.isAtList() {
      var items: [UInt64] = []
      var isPlain = true
      try text.elements { text throws(DatasetError) in
        let token = try Self.plain(&text)
        if var token {
          trim(&token)
          items.append(token)
        } else {
          isPlain = false
        }
      }
      guard isPlain else {
        throw text.error("\(name(place)) must be a list of texts or numbers")
      }
      self.items = items
      return
    }
    let start = text.peek().map { _ in text.position } ?? 0
    let isList = text.isAtList()
    let token = try Self.plain(&text)
    if place >= required {
      if isList {
        let length = text.position - start
        guard length < 1 << 22 else { throw text.error("\(name(place)) is longer than 4 MB") }
        row[place] = UInt64(start) << 24 | UInt64(length) << 2
      } else {
        row[place] = token
      }
      return
    }
    guard var token else {
      throw text.error("\(name(place)) must be a \(place < 2 ? "text or a number" : "number")")
    }
    if place < 2 { trim(&token) }
    if place < 2, token >> 2 & 0x3F_FFFF == 0 { throw text.error("\(name(place)) is empty") }
    row[place] = token
  }

  /// Leaves off blanks at the ends of an id.
  private mutating func trim(_ token: inout UInt64) {
    let bytes = contents.bytes(of: token)
    guard bytes.first == 32 || bytes.last == 32 else { return }
    let first = bytes.firstIndex { $0 != 32 } ?? bytes.count
    let last = bytes.lastIndex { $0 != 32 }.map { $0 + 1 } ?? first
    token = UInt64(Int(token >> 24) + first) << 24 | UInt64(last - first) << 2 | token & 2
    trimmed += 1
  }

  private func name(_ place: Int) -> String { "`\(paths[place])`" }

  /// A text, a number or a truth value as it is written; nil for any other value, which is passed over.
  private static func plain(_ text: inout JSONText) throws(DatasetError) -> UInt64? {
    if text.isAtText() { return try text.stringToken() }
    guard let first = text.peek() else { throw text.error("a value is missing") }
    let range: Range<Int>
    if first == 45 || first == 43 || (48...57).contains(first) {
      range = try text.numberBytes()
    } else if text.isAtWord() {
      range = text.wordBytes()
      guard [116, 102].contains(first | 0x20) else { return nil }
    } else {
      try text.skipValue()
      return nil
    }
    return UInt64(range.lowerBound) << 24 | UInt64(range.count) << 2
  }
}
