/// One word of printed output, cut into numbers and what stands around them: `ndcg@10=0.41`.
struct OutputToken: Equatable {
  enum Piece: Equatable {
    case text(String)
    /// A number with the places it was printed to.
    case number(Double, places: Int, spelling: String)
  }

  var text: String
  var pieces: [Piece]

  init(_ text: String) {
    self.text = text
    pieces = OutputToken.pieces(of: text)
  }

  /// The words of a line; lines that tables are drawn with are no words.
  static func tokens(of line: String) -> [OutputToken] {
    line.split { $0.isWhitespace || $0.isDrawing }
      .filter { !$0.allSatisfy { $0 == "-" || $0 == "|" || $0 == "=" } }
      .map { OutputToken(String($0)) }
  }

  private static func pieces(of text: String) -> [Piece] {
    let bytes = Array(text.utf8)
    var pieces: [Piece] = []
    var words: [UInt8] = []
    var at = 0
    while at < bytes.count {
      guard bytes[at].isDigit, let end = numberEnd(bytes, at) else {
        words.append(bytes[at])
        at += 1
        continue
      }
      // A minus belongs to the number unless it joins two words.
      var start = at
      if words.last == UInt8(ascii: "-"), words.count == 1 || !words[words.count - 2].isNamePart {
        words.removeLast()
        start -= 1
      }
      if !words.isEmpty { pieces.append(.text(String(decoding: words, as: UTF8.self))) }
      words = []
      pieces.append(number(String(decoding: bytes[start..<end], as: UTF8.self)))
      at = end
    }
    if !words.isEmpty { pieces.append(.text(String(decoding: words, as: UTF8.self))) }
    return pieces
  }

  private static func number(_ spelling: String) -> Piece {
    let plain = String(spelling.filter { $0 != "," })
    let mantissa = plain.split { $0 == "e" || $0 == "E" }
    let fraction = mantissa.first?.split(separator: ".", omittingEmptySubsequences: false)
    var places = fraction.map { $0.count > 1 ? $0[1].count : 0 } ?? 0
    if mantissa.count > 1, let exponent = Int(mantissa[1]) { places -= exponent }
    return .number(Double(decimal: plain) ?? 0, places: places, spelling: spelling)
  }

  /// Where the number that begins at a digit ends: digits, thousands, a fraction, an exponent.
  private static func numberEnd(_ bytes: [UInt8], _ start: Int) -> Int? {
    var at = start
    func isDigit(_ place: Int) -> Bool { place < bytes.count && bytes[place].isDigit }
    while isDigit(at) { at += 1 }
    while at + 3 < bytes.count, bytes[at] == UInt8(ascii: ","), isDigit(at + 1), isDigit(at + 2),
      isDigit(at + 3), !isDigit(at + 4)
    {
      at += 4
    }
    if at < bytes.count, bytes[at] == UInt8(ascii: "."), isDigit(at + 1) {
      at += 1
      while isDigit(at) { at += 1 }
    }
    if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
      var after = at + 1
      if after < bytes.count, bytes[after] == UInt8(ascii: "-") || bytes[after] == UInt8(ascii: "+")
      {
        after += 1
      }
      if isDigit(after) {
        at = after
        while isDigit(at) { at += 1 }
      }
    }
    return at > start ? at : nil
  }

  // MARK: Comparing

  /// The only number of this token and what follows it: `0.41`, `5%`.
  var number: (value: Double, places: Int, suffix: String)? {
    guard case .number(let value, let places, _)? = pieces.first, pieces.count <= 2 else {
      return nil
    }
    guard pieces.count == 2 else { return (value, places, "") }
    guard case .text(let suffix) = pieces[1] else { return nil }
    return (value, places, suffix)
  }

  /// Whether this recorded token stands for a token that was seen.
  func matches(_ seen: OutputToken, slack: Double) -> Bool {
    guard text != seen.text else { return true }
    guard pieces.count == seen.pieces.count else { return false }
    return zip(pieces, seen.pieces).allSatisfy { recorded, seen in
      switch (recorded, seen) {
      case (.text(let a), .text(let b)): return a == b
      case (.number(let a, let places, let spelling), .number(let b, let seenPlaces, _)):
        if places == 0, seenPlaces == 0, !spelling.contains("e") { return a == b }
        let unit = power(10, -places)
        return abs(a - b) <= slack * unit * (1 + 1e-9) + 1e-12 * abs(a)
      default: return false
      }
    }
  }
}

/// `base` to a whole power, without a mathematical library.
private func power(_ base: Double, _ exponent: Int) -> Double {
  var result = 1.0
  for _ in 0..<min(abs(exponent), 320) { result *= exponent < 0 ? 1 / base : base }
  return result
}

extension Character {
  /// Whether it is one of the characters that boxes and bars are drawn with.
  fileprivate var isDrawing: Bool {
    unicodeScalars.first.map { (0x2500...0x259F).contains($0.value) } ?? false
  }
}
