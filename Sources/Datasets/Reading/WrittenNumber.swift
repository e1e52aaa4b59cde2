/// One number as a table writes it, taken apart: `-1.234,50 €`, `$3.50`, `3.0 out of 5`, `60%`.
struct WrittenNumber {
  /// Digits and marks, without blanks and apostrophes between thousands.
  private(set) var digits: [UInt8] = []
  private(set) var isNegative = false
  /// An exponent with its `e`.
  private(set) var exponent = ""
  /// What stands before or behind the number.
  private(set) var unit = ""
  /// The number behind `out of` or a slash.
  private(set) var outOf: Double?
  private(set) var marks = MarkCounts()

  var unitKey: String { NumberForm.key(of: unit) }

  init?(_ text: String) {
    guard text.utf8.count <= 64 else { return nil }
    let bytes = Self.plainBytes(text)
    var rest = bytes[...]
    takeSign(&rest)
    guard let prefix = Self.takeCurrency(&rest) else { return nil }
    if !prefix.isEmpty {
      unit = prefix
      Self.takeBlanks(&rest)
      takeSign(&rest)
    }
    guard takeDigits(&rest), count(digits) else { return nil }
    takeExponent(&rest)
    guard takeUnit(rest) else { return nil }
  }

  /// The number with a point for its fraction and nothing between thousands; nil where its marks are none
  /// of such a number.
  func spelling(hasDecimalComma: Bool) -> String? {
    let decimal: UInt8 = hasDecimalComma ? 44 : 46
    let group: UInt8 = hasDecimalComma ? 46 : 44
    let parts = digits.split(separator: decimal, omittingEmptySubsequences: false)
    guard parts.count <= 2, !parts.dropFirst().contains(where: { $0.contains(group) }) else {
      return nil
    }
    let groups = parts[0].split(separator: group, omittingEmptySubsequences: false)
    if groups.count > 1 {
      guard (1...3).contains(groups[0].count), groups.dropFirst().allSatisfy({ $0.count == 3 })
      else { return nil }
    }
    var spelling = isNegative ? "-" : ""
    spelling += String(decoding: groups.joined(), as: UTF8.self)
    if parts.count == 2 { spelling += "." + String(decoding: parts[1], as: UTF8.self) }
    return spelling + exponent
  }

  /// Blanks that are wider or do not break as blanks, and the sign of minus as `-`.
  private static func plainBytes(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    for scalar in trimmed(text).unicodeScalars {
      switch scalar {
      case "\u{A0}", "\u{202F}", "\u{2009}": bytes.append(32)
      case "\u{2212}": bytes.append(45)
      case "\u{2019}": bytes.append(39)
      default: bytes += Array(String(scalar).utf8)
      }
    }
    return bytes
  }

  private mutating func takeSign(_ rest: inout ArraySlice<UInt8>) {
    guard let first = rest.first, first == 45 || first == 43 else { return }
    isNegative = first == 45
    rest = rest.dropFirst()
  }

  private static func takeBlanks(_ rest: inout ArraySlice<UInt8>) {
    rest = rest.drop { $0 == 32 }
  }

  /// The sign or the code of a currency; nil where other words stand before the number.
  private static func takeCurrency(_ rest: inout ArraySlice<UInt8>) -> String? {
    let word = rest.prefix { !isDigit($0) && ![32, 43, 44, 45, 46].contains($0) }
    if word.isEmpty { return "" }
    let text = String(decoding: word, as: UTF8.self)
    guard currencies.contains(text.uppercased()) else { return nil }
    rest = rest.dropFirst(word.count)
    return text
  }

  private static let currencies: Set<String> = [
    "$", "€", "£", "¥", "₹", "₩", "₽", "₺", "₫", "฿", "₴", "₪", "₦", "US$", "USD", "EUR", "GBP",
    "JPY", "CNY", "INR", "CHF", "CAD", "AUD", "C$", "A$", "R$", "BRL", "KR", "RS",
  ]

  /// Digits, and marks that have digits behind them.
  private mutating func takeDigits(_ rest: inout ArraySlice<UInt8>) -> Bool {
    while let byte = rest.first {
      let next = rest.dropFirst()
      if Self.isDigit(byte) {
        digits.append(byte)
      } else if byte == 44 || byte == 46 {
        // A point may end a number, as in `4.`.
        if next.first.map(Self.isDigit) != true {
          guard byte == 46, !digits.isEmpty, next.first.map({ $0 != 46 && $0 != 44 }) ?? true else {
            return false
          }
          digits.append(byte)
          rest = next
          break
        }
        digits.append(byte)
      } else if byte == 32 || byte == 39, Self.startsGroup(next), !digits.isEmpty {
        marks.otherGroups += 1
      } else {
        break
      }
      rest = next
    }
    return digits.contains(where: Self.isDigit)
  }

  /// Whether three digits stand there, and no fourth.
  private static func startsGroup(_ rest: ArraySlice<UInt8>) -> Bool {
    rest.prefix(4).prefix(while: isDigit).count == 3
  }

  private mutating func takeExponent(_ rest: inout ArraySlice<UInt8>) {
    guard let first = rest.first, first | 0x20 == UInt8(ascii: "e") else { return }
    var after = rest.dropFirst()
    let sign = after.first.flatMap { $0 == 45 || $0 == 43 ? $0 : nil }
    if sign != nil { after = after.dropFirst() }
    let power = after.prefix(while: Self.isDigit)
    guard !power.isEmpty, power.count == after.count else { return }
    exponent = String(decoding: rest, as: UTF8.self)
    rest = []
  }

  /// What stands behind the number: nothing, a unit, or what the number is out of.
  private mutating func takeUnit(_ rest: ArraySlice<UInt8>) -> Bool {
    let isSpaced = rest.first == 32
    let text = trimmed(String(decoding: rest, as: UTF8.self))
    if text.isEmpty { return true }
    for word in ["out of", "of", "/", "von", "sur"] where text.lowercased().hasPrefix(word) {
      let whole = trimmed(text.dropFirst(word.count))
      guard let whole = Double(decimal: whole), whole.isFinite else { continue }
      outOf = whole
      return true
    }
    let isUnit =
      text.count <= 12 && unit.isEmpty
      && text.unicodeScalars.allSatisfy {
        !("0"..."9").contains($0) && ($0.properties.isAlphabetic || Self.unitMarks.contains($0))
      }
    // `1990s` is a decade and no number of seconds.
    guard isUnit, isSpaced || text != "s" else { return false }
    unit = text
    return true
  }

  private static let unitMarks: Set<Unicode.Scalar> = [
    "%", "°", "$", "€", "£", "¥", "₹", "²", "³", "/", "·", "'", "\"", " ", ".", "★", "‰",
  ]

  private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

  /// Counts what the marks can mean; false where they can mean nothing.
  private mutating func count(_ digits: [UInt8]) -> Bool {
    let commas = digits.count { $0 == 44 }
    let points = digits.count { $0 == 46 }
    switch (commas, points) {
    case (0, 0): marks.longWhole = digits.count > 3 ? 1 : 0
    case (1, 0), (0, 1):
      let place = digits.firstIndex { $0 == 44 || $0 == 46 } ?? 0
      let isEither = digits.count - place == 4 && (1...3).contains(place) && digits[0] != 48
      switch (commas == 1, isEither) {
      case (true, true): marks.commaEither = 1
      case (true, false): marks.commaDecimal = 1
      case (false, true): marks.pointEither = 1
      case (false, false): marks.pointDecimal = 1
      }
    default:
      if spelling(hasDecimalComma: false) != nil {
        marks.commaGroups = 1
      } else if spelling(hasDecimalComma: true) != nil {
        marks.pointGroups = 1
      } else {
        return false
      }
    }
    return true
  }
}
