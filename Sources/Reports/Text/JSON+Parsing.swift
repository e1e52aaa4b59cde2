extension JSON {
  /// The value that a text holds, or nil when it is not JSON from its first to its last byte.
  package init?(parsing text: some StringProtocol) {
    guard let value = JSON.read(text).value else { return nil }
    self = value
  }

  /// The value that a text holds, nil when it is not JSON, and the byte up to which it could be.
  ///
  /// - Parameter mendsHalves: whether half of a surrogate pair, which some programs write, is read as the
  ///   replacement character.
  package static func read(
    _ text: some StringProtocol, mendsHalves: Bool = false
  ) -> (value: JSON?, end: Int) {
    var reader = JSONReader(bytes: Array(text.utf8), mendsHalves: mendsHalves)
    guard let value = reader.value(depth: 0) else { return (nil, reader.at) }
    reader.skipSpace()
    return (reader.at == reader.bytes.count ? value : nil, reader.at)
  }
}

private struct JSONReader {
  let bytes: [UInt8]
  let mendsHalves: Bool
  var at = 0

  var byte: UInt8? { at < bytes.count ? bytes[at] : nil }

  mutating func skipSpace() {
    while let byte, byte == 32 || (9...10).contains(byte) || byte == 13 { at += 1 }
  }

  /// Nesting deeper than 200 is refused: it would only serve to exhaust the stack.
  mutating func value(depth: Int) -> JSON? {
    skipSpace()
    guard let byte, depth < 200 else { return nil }
    switch byte {
    case UInt8(ascii: "{"): return object(depth: depth)
    case UInt8(ascii: "["): return array(depth: depth)
    case UInt8(ascii: "\""): return string().map { .string($0) }
    case UInt8(ascii: "t"): return take("true") ? .truth(true) : nil
    case UInt8(ascii: "f"): return take("false") ? .truth(false) : nil
    case UInt8(ascii: "n"): return take("null") ? .null : nil
    default: return number()
    }
  }

  private mutating func take(_ word: StaticString) -> Bool {
    let count = word.utf8CodeUnitCount
    guard at + count <= bytes.count else { return false }
    for offset in 0..<count where bytes[at + offset] != word.utf8Start[offset] { return false }
    at += count
    return true
  }

  private mutating func object(depth: Int) -> JSON? {
    at += 1
    var members: [JSON.Member] = []
    skipSpace()
    if take("}") { return .object(members) }
    while true {
      skipSpace()
      guard byte == UInt8(ascii: "\""), let name = string() else { return nil }
      skipSpace()
      guard take(":"), let value = value(depth: depth + 1) else { return nil }
      members.append(JSON.Member(name, value))
      skipSpace()
      if take("}") { return .object(members) }
      guard take(",") else { return nil }
    }
  }

  private mutating func array(depth: Int) -> JSON? {
    at += 1
    var values: [JSON] = []
    skipSpace()
    if take("]") { return .array(values) }
    while true {
      guard let value = value(depth: depth + 1) else { return nil }
      values.append(value)
      skipSpace()
      if take("]") { return .array(values) }
      guard take(",") else { return nil }
    }
  }

  private mutating func number() -> JSON? {
    let start = at
    while let byte, (48...57).contains(byte) || [43, 45, 46, 69, 101].contains(byte) { at += 1 }
    return bytes[start..<at].withUnsafeBufferPointer { Double(decimal: $0) }.map { .number($0) }
  }

  private mutating func string() -> String? {
    at += 1
    var text: [UInt8] = []
    while let byte {
      at += 1
      switch byte {
      case UInt8(ascii: "\""): return String(validating: text, as: UTF8.self)
      case UInt8(ascii: "\\"):
        guard let scalar = escaped() else { return nil }
        text.append(contentsOf: Array(String(Character(scalar)).utf8))
      case 0..<32: return nil
      default: text.append(byte)
      }
    }
    return nil
  }

  private mutating func escaped() -> Unicode.Scalar? {
    guard let byte else { return nil }
    at += 1
    switch byte {
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "u"): return unicode()
    default: return nil
    }
  }

  private mutating func unicode() -> Unicode.Scalar? {
    guard let high = unit() else { return nil }
    guard (0xD800..<0xE000).contains(high) else { return Unicode.Scalar(high) }
    let behind = at
    if high < 0xDC00, take("\\u"), let low = unit(), (0xDC00..<0xE000).contains(low) {
      return Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
    }
    at = behind
    return mendsHalves ? "\u{FFFD}" : nil
  }

  private mutating func unit() -> UInt32? {
    guard at + 4 <= bytes.count, bytes[at] != UInt8(ascii: "+") else { return nil }
    defer { at += 4 }
    return UInt32(String(decoding: bytes[at..<at + 4], as: UTF8.self), radix: 16)
  }
}
