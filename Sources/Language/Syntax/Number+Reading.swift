extension Number {
  /// The units a number can be written with, and what each is worth.
  package static let units: [(suffix: String, factor: Double, unit: Unit?)] = [
    ("k", 1e3, nil), ("M", 1e6, nil), ("%", 0.01, .percent),
    ("ms", 1e-3, .seconds), ("s", 1, .seconds), ("m", 60, .seconds), ("min", 60, .seconds),
    ("h", 3600, .seconds), ("d", 86400, .seconds),
    ("B", 1, .bytes), ("kB", 1e3, .bytes), ("KB", 1e3, .bytes), ("MB", 1e6, .bytes),
    ("GB", 1e9, .bytes),
  ]

  /// The number that a text spells, with its unit; nil when it spells none: `10  -0.01  1e-3  5%`.
  package static func reading(_ text: String) -> Number? {
    var text = text
    return text.withUTF8 { reading($0) }
  }

  /// The number that bytes spell.
  static func reading(_ bytes: UnsafeBufferPointer<UInt8>) -> Number? {
    let text = String(decoding: bytes, as: UTF8.self)
    guard let end = magnitudeEnd(bytes),
      let value = Double(decimal: UnsafeBufferPointer(rebasing: bytes[..<end])), value.isFinite
    else { return nil }
    if end == bytes.count { return Number(value, spelling: text) }
    let suffix = String(decoding: bytes[end...], as: UTF8.self)
    guard let unit = units.first(where: { $0.suffix == suffix }) else { return nil }
    let scaled = unit.factor == 0.01 ? value / 100 : value * unit.factor
    return Number(scaled, unit: unit.unit, spelling: text)
  }

  /// Where the digits end and the unit begins; nil when no number begins here.
  private static func magnitudeEnd(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    var at = 0
    func digits() { while at < bytes.count, bytes[at].isDigit { at += 1 } }
    if at < bytes.count, bytes[at] == UInt8(ascii: "-") { at += 1 }
    let first = at
    digits()
    if at + 1 < bytes.count, bytes[at] == UInt8(ascii: "."), bytes[at + 1].isDigit {
      at += 1
      digits()
    }
    guard at > first else { return nil }
    if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
      var after = at + 1
      if after < bytes.count, bytes[after] == UInt8(ascii: "+") || bytes[after] == UInt8(ascii: "-")
      {
        after += 1
      }
      if after < bytes.count, bytes[after].isDigit {
        at = after
        digits()
      }
    }
    return at
  }
}

extension UInt8 {
  var isDigit: Bool { self >= 0x30 && self <= 0x39 }
  var isLetter: Bool { (self | 0x20) >= 0x61 && (self | 0x20) <= 0x7A }
  /// A letter, a digit, `_`, or a part of a character beyond ASCII.
  var isNamePart: Bool { isLetter || isDigit || self == 0x5F || self >= 0x80 }
}
