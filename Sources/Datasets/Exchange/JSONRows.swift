import Language

/// JSON lines as rows of a table: members of members have names with dots, `maker.name`.
struct JSONRows {
  /// The values under one name while they are read.
  struct Column {
    var texts: [Int: String] = [:]
    var lists: [Int: [String]] = [:]

    func cells(count: Int) -> FeatureColumn.Cells {
      if lists.isEmpty { return .texts((0..<count).map { texts[$0] ?? "" }) }
      return .lists(
        (0..<count).map { lists[$0] ?? texts[$0].map { $0.isEmpty ? [] : [$0] } ?? [] })
    }
  }

  let contents: FileContents
  private(set) var lines: [Int] = []
  /// The names in the order in which they first come.
  private(set) var order: [String] = []
  private(set) var cells: [String: Column] = [:]
  /// What cannot be a column, and why.
  private(set) var leftOut: [(String, String)] = []
  private var skipped: [DatasetError] = []

  init(contents: FileContents) { self.contents = contents }

  /// What is to be said of lines that could not be read.
  var skippedNote: String? {
    guard let first = skipped.first else { return nil }
    return "\(contents.path): \(counted(skipped.count, "line")) could not be read and "
      + "\(skipped.count == 1 ? "was" : "were") passed over; line \(first.line ?? 0): \(first.message)"
  }

  mutating func read(badRows: BadRows) throws(DatasetError) {
    // Refuses a file that is one list, or an object over several lines.
    let isPython = try JSONMembers(contents).isPython
    var offset = contents.textStart
    var number = 0
    while offset < contents.bytes.count {
      if number & 0xFF == 0 { try DatasetError.throwIfUnwanted() }
      let line = contents.lineBytes(at: offset)
      number += 1
      let text = JSONText(
        contents, from: offset, to: offset + line.bytes.count, isPython: isPython)
      offset = line.next
      if line.bytes.isEmpty { continue }
      do throws(DatasetError) {
        try add(text, line: number)
      } catch {
        guard badRows == .skip else {
          var refusal = error
          refusal.help.append(BadRows.advice)
          throw refusal
        }
        skipped.append(error)
      }
    }
    if lines.isEmpty {
      throw DatasetError("the file has no rows", file: contents.path, code: "E0511")
    }
  }

  private mutating func add(_ line: JSONText, line number: Int) throws(DatasetError) {
    var text = line
    var found: [(String, Value)] = []
    try Self.members(of: &text, under: "", depth: 0, &found)
    if text.peek() != nil { throw text.error("something follows the object") }
    let row = lines.count
    lines.append(number)
    for (name, value) in found {
      switch value {
      case .text(let text): cells[column(name), default: Column()].texts[row] = text
      case .list(let list): cells[column(name), default: Column()].lists[row] = list
      case .other(let what):
        if !leftOut.contains(where: { $0.0 == name }) { leftOut.append((name, what)) }
      }
    }
  }

  /// The name, which is one of the columns from then on.
  private mutating func column(_ name: String) -> String {
    if cells[name] == nil { order.append(name) }
    return name
  }

  private enum Value {
    case text(String)
    case list([String])
    case other(String)
  }

  private static func members(
    of text: inout JSONText, under prefix: String, depth: Int, _ found: inout [(String, Value)]
  ) throws(DatasetError) {
    if depth > 16 { throw text.error("more than 16 levels of objects") }
    try text.object { text, token throws(DatasetError) in
      let name = prefix + text.string(of: token)
      if text.peek() == UInt8(ascii: "{") {
        try members(of: &text, under: name + ".", depth: depth + 1, &found)
      } else {
        found.append((name, try value(of: &text)))
      }
    }
  }

  private static func value(of text: inout JSONText) throws(DatasetError) -> Value {
    if text.isAtList() {
      var list: [String] = []
      var isPlain = true
      try text.elements { text throws(DatasetError) in
        if let element = try plain(&text) { list.append(element) } else { isPlain = false }
      }
      return isPlain ? .list(list) : .other("a list of objects or lists")
    }
    return .text(try plain(&text) ?? "")
  }

  /// A text, a number as it is written, or a truth value; nothing for null, nil for what has parts.
  private static func plain(_ text: inout JSONText) throws(DatasetError) -> String? {
    if text.isAtText() { return text.string(of: try text.stringToken()) }
    if text.peek() == UInt8(ascii: "{") || text.isAtList() {
      try text.skipValue()
      return nil
    }
    let start = text.position
    try text.skipValue()
    let spelling = String(decoding: text.contents.bytes[start..<text.position], as: UTF8.self)
    return spelling == "null" || spelling == "None" ? "" : spelling
  }
}
