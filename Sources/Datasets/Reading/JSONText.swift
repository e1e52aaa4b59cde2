/// Reads JSON from bytes, value by value, without making a tree of it (RFC 8259). Python's way to show the same
/// values can be read as well: `{'user': u'a', 'fresh': True, 'old': None}`.
struct JSONText {
  let contents: FileContents
  private(set) var position: Int
  let end: Int
  let isPython: Bool

  init(
    _ contents: FileContents, from position: Int? = nil, to end: Int? = nil, isPython: Bool = false
  ) {
    self.contents = contents
    self.isPython = isPython
    self.position = position ?? contents.textStart
    self.end = end ?? contents.bytes.count
  }

  /// What is wrong at the present place.
  func error(_ message: String) -> DatasetError {
    DatasetError(
      message, file: contents.path, line: contents.line(at: min(position, contents.bytes.count)),
      code: "E0512")
  }

  /// The next byte that is no white space, not passed over.
  mutating func peek() -> UInt8? {
    while position < end, [32, 9, 10, 13].contains(contents.bytes[position]) { position += 1 }
    return position < end ? contents.bytes[position] : nil
  }

  /// Passes over that character if it is next.
  mutating func take(_ character: Character) -> Bool {
    guard peek() == character.asciiValue else { return false }
    position += 1
    return true
  }

  mutating func expect(_ character: Character, _ place: String) throws(DatasetError) {
    guard take(character) else { throw error("`\(character)` is missing \(place)") }
  }

  /// A text in quotes, as a token.
  mutating func stringToken() throws(DatasetError) -> UInt64 {
    let quote = takePythonQuote()
    if quote == nil { try expect("\"", "where a text starts") }
    let start = position
    var escaped: UInt64 = 0
    while position < end, contents.bytes[position] != quote ?? 34 {
      if contents.bytes[position] < 32 {
        throw error("a text holds a line end or control character")
      }
      if contents.bytes[position] == 92 {
        escaped = 2
        position += 1
      }
      position += 1
    }
    guard position < end else { throw error("a text has no closing quote") }
    let length = position - start
    position += 1
    guard length < 1 << 22 else { throw error("a text is longer than 4 MB") }
    return UInt64(start) << 24 | UInt64(length) << 2 | escaped
  }

  /// Passes over the quote that starts a text in Python, and a letter before it, and returns it.
  private mutating func takePythonQuote() -> UInt8? {
    guard isPython, let first = peek() else { return nil }
    let letters = "uUbBrR".utf8.contains(first) ? 1 : 0
    guard position + letters < end else { return nil }
    let quote = contents.bytes[position + letters]
    guard quote == 34 || quote == 39 else { return nil }
    position += letters + 1
    return quote
  }

  /// Whether a text starts here.
  mutating func isAtText() -> Bool {
    guard let first = peek() else { return false }
    if first == 34 { return true }
    guard isPython else { return false }
    if first == 39 { return true }
    guard "uUbBrR".utf8.contains(first), position + 1 < end else { return false }
    return contents.bytes[position + 1] == 34 || contents.bytes[position + 1] == 39
  }

  /// Whether a list starts here; in Python a tuple is one.
  mutating func isAtList() -> Bool {
    guard let first = peek() else { return false }
    return first == UInt8(ascii: "[") || isPython && first == UInt8(ascii: "(")
  }

  /// A word such as `true` and `null`, as it is written.
  mutating func wordBytes() -> Range<Int> {
    _ = peek()
    let start = position
    while position < end, (97...122).contains(contents.bytes[position] | 0x20) { position += 1 }
    return start..<position
  }

  /// A number as it is written.
  mutating func numberBytes() throws(DatasetError) -> Range<Int> {
    _ = peek()
    let start = position
    while position < end, "+-.0123456789eE".utf8.contains(contents.bytes[position]) {
      position += 1
    }
    if position == start || position - start > 64 { throw error("a number is expected here") }
    let stop = position
    if isPython, position < end, contents.bytes[position] == UInt8(ascii: "L") { position += 1 }
    return start..<stop
  }

  /// Passes over any value.
  mutating func skipValue(depth: Int = 0) throws(DatasetError) {
    if depth > 64 { throw error("more than 64 levels of brackets") }
    if isAtText() {
      _ = try stringToken()
    } else if isAtList() {
      try elements { text throws(DatasetError) in try text.skipValue(depth: depth + 1) }
    } else if peek() == UInt8(ascii: "{") {
      try members { text throws(DatasetError) in try text.skipValue(depth: depth + 1) }
    } else if isAtWord() {
      _ = wordBytes()
    } else {
      _ = try numberBytes()
    }
  }

  /// Whether `true`, `false` or `null` starts here; in Python also `True`, `None`, `nan` and the like.
  mutating func isAtWord() -> Bool {
    guard let first = peek() else { return false }
    return (isPython ? "tfnTFNiI" : "tfn").utf8.contains(first)
  }

  /// Calls `body` at the value of each member of an object; it must read exactly that value.
  private mutating func members(
    _ body: (inout JSONText) throws(DatasetError) -> Void
  ) throws(DatasetError) {
    try object { text, _ throws(DatasetError) in try body(&text) }
  }

  /// Calls `body` with the name of each member at its value.
  mutating func object(
    _ body: (inout JSONText, UInt64) throws(DatasetError) -> Void
  ) throws(DatasetError) {
    try expect("{", "where an object starts")
    if take("}") { return }
    repeat {
      if isPython, peek() == UInt8(ascii: "}") { break }
      let name = try stringToken()
      try expect(":", "behind a name")
      try body(&self, name)
    } while take(",")
    try expect("}", "at the end of an object")
  }

  /// Calls `body` at each element of a list.
  mutating func elements(
    _ body: (inout JSONText) throws(DatasetError) -> Void
  ) throws(DatasetError) {
    let isTuple = isPython && take("(")
    if !isTuple { try expect("[", "where a list starts") }
    let close: Character = isTuple ? ")" : "]"
    if take(close) { return }
    repeat {
      if isPython, peek() == close.asciiValue { break }
      try body(&self)
    } while take(",")
    try expect(close, "at the end of a list")
  }

  /// The text that a token stands for.
  func string(of token: UInt64) -> String {
    let text = String(decoding: contents.bytes(of: token), as: UTF8.self)
    return token & 2 == 0 ? text : Self.unescaped(text)
  }

  /// The text with its escapes read; what no escape can be is left as it is.
  static func unescaped(_ text: String) -> String {
    var units: [UInt16] = []
    var rest = Array(text.utf16)[...]
    while let unit = rest.popFirst() {
      guard unit == 92, let next = rest.popFirst() else {
        units.append(unit)
        continue
      }
      let simple: [UInt16: UInt16] = [98: 8, 102: 12, 110: 10, 114: 13, 116: 9]
      if next == 117, rest.count >= 4,
        let code = UInt16(String(decoding: rest.prefix(4), as: UTF16.self), radix: 16)
      {
        units.append(code)
        rest = rest.dropFirst(4)
      } else if next == 120, rest.count >= 2,  // Python's \x41
        let code = UInt16(String(decoding: rest.prefix(2), as: UTF16.self), radix: 16)
      {
        units.append(code)
        rest = rest.dropFirst(2)
      } else if next == 85, rest.count >= 8,  // and \U0001F600
        let code = UInt32(String(decoding: rest.prefix(8), as: UTF16.self), radix: 16),
        let scalar = UnicodeScalar(code)
      {
        units += Array(String(scalar).utf16)
        rest = rest.dropFirst(8)
      } else {
        units.append(simple[next] ?? next)
      }
    }
    return String(decoding: units, as: UTF16.self)
  }
}

extension JSONText {
  /// The texts and numbers of a list as it is written; a text that is no list is the only one.
  static func elements(ofList list: String, isPython: Bool) -> [String] {
    let contents = FileContents(path: "", Array(list.utf8))
    return withExtendedLifetime(contents) {
      var text = JSONText(contents, from: 0, isPython: isPython)
      guard text.isAtList() else { return list.isEmpty ? [] : [list] }
      var found: [String] = []
      do throws(DatasetError) {
        try text.elements { text throws(DatasetError) in
          if text.isAtText() {
            found.append(text.string(of: try text.stringToken()))
          } else if text.isAtWord() || text.isAtList() || text.peek() == UInt8(ascii: "{") {
            try text.skipValue()
          } else {
            let range = try text.numberBytes()
            found.append(String(decoding: contents.bytes[range], as: UTF8.self))
          }
        }
      } catch { return found }
      return found
    }
  }
}
