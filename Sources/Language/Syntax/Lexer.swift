/// The tokens of a text, without gaps and without overlap, an `end` last; and what is wrong with them.
package func tokens(of text: String) -> (tokens: [Token], diagnostics: [Diagnostic]) {
  var text = text
  return text.withUTF8 { buffer in
    var lexer = Lexer(bytes: buffer, at: 0, end: buffer.count)
    lexer.run()
    return (lexer.tokens, lexer.diagnostics)
  }
}

/// Cuts a part of a text into tokens. Takes every byte sequence; never fails.
struct Lexer {
  let bytes: UnsafeBufferPointer<UInt8>
  var at: Int
  let end: Int
  var tokens: [Token] = []
  var diagnostics: [Diagnostic] = []
  /// How many texts without a closing quote this line has. After a few no more are searched for, which keeps
  /// the lexer linear.
  var unbalanced = 0
  static let mostUnbalanced = 50

  init(bytes: UnsafeBufferPointer<UInt8>, at: Int, end: Int) {
    self.bytes = bytes
    self.at = at
    self.end = end
    tokens.reserveCapacity((end - at) / 4)
  }

  /// The byte some places ahead, or zero beyond the end.
  func peek(_ ahead: Int = 0) -> UInt8 { at + ahead < end ? bytes[at + ahead] : 0 }

  func starts(_ text: StaticString, ahead: Int = 0) -> Bool {
    let count = text.utf8CodeUnitCount
    guard at + ahead + count <= end else { return false }
    for i in 0..<count where bytes[at + ahead + i] != text.utf8Start[i] { return false }
    return true
  }

  mutating func run() {
    if at == 0, starts("\u{FEFF}") { emit(.space, 3) }
    while at < end { next() }
    tokens.append(Token(.end, SourceRange(end, end)))
  }

  mutating func emit(_ kind: Token.Kind, _ count: Int) {
    tokens.append(Token(kind, SourceRange(at, at + count)))
    at += count
  }

  private mutating func next() {
    let byte = peek()
    switch byte {
    case 0x0A:
      unbalanced = 0
      emit(.newline, 1)
    case 0x0D where peek(1) == 0x0A: emit(.newline, 2)
    case 0x20, 0x09, 0x0D: emit(.space, run { $0 == 0x20 || $0 == 0x09 })
    case UInt8(ascii: "#"): comment()
    case UInt8(ascii: "\""): text()
    case UInt8(ascii: "'"): rawText()
    case UInt8(ascii: "$"): variable()
    case UInt8(ascii: "\\"): backslash()
    default:
      if beginsWord { word() } else if !symbol() { strange() }
    }
  }

  /// How many bytes from here on, the first not asked, are such.
  func run(_ belongs: (UInt8) -> Bool) -> Int {
    var count = 1
    while at + count < end, belongs(bytes[at + count]) { count += 1 }
    return count
  }

  private mutating func comment() {
    let kind: Token.Kind =
      switch peek(1) {
      case UInt8(ascii: ">"): .output
      case UInt8(ascii: "#"): .documentation
      default: .comment
      }
    var count = run { $0 != 0x0A }
    if bytes[at + count - 1] == 0x0D, at + count < end { count -= 1 }
    emit(kind, count)
  }

  private mutating func backslash() {
    var count = 1
    while peek(count) == 0x20 || peek(count) == 0x09 { count += 1 }
    if at + count == end {
      emit(.continuation, count)
    } else if peek(count) == 0x0A {
      emit(.continuation, count + 1)
    } else if peek(count) == 0x0D, peek(count + 1) == 0x0A {
      emit(.continuation, count + 2)
    } else {
      invalid(
        1, "`\\` stands only at the end of a line, to continue it",
        help: "write paths with `/`, or in single quotes: 'a\\b'")
    }
  }

  private mutating func symbol() -> Bool {
    for symbol in Symbol.beginning[Int(peek())] where starts(symbol.spelling) {
      emit(.symbol(symbol), symbol.spelling.utf8CodeUnitCount)
      return true
    }
    return false
  }

  // MARK: Words and numbers

  private var beginsWord: Bool {
    let byte = peek()
    let after = peek(1)
    if byte.isLetter || byte.isDigit || byte == UInt8(ascii: "_") { return true }
    if byte >= 0x80 { return !isPlusMinus(0) && foreign(at) == nil }
    if byte == UInt8(ascii: "-") {
      return after.isDigit || after.isLetter || starts("--") || isPoint
    }
    if byte == UInt8(ascii: ".") {
      return after.isDigit || after == UInt8(ascii: "/") || starts("../")
    }
    let isPath = byte == UInt8(ascii: "/") || starts("~/")
    return isPath && (after.isNamePart || byte == UInt8(ascii: "~"))
  }

  /// `-.5`
  private var isPoint: Bool { starts("-.") && peek(2).isDigit }

  func isPlusMinus(_ ahead: Int) -> Bool { starts("±", ahead: ahead) }

  private mutating func word() {
    var count = 1
    while at + count < end, belongsToWord(count) { count += 1 }
    // `lr:` in `param lr: number` is a name and a mark.
    while count > 1, peek(count - 1) == UInt8(ascii: ":") { count -= 1 }
    if peek(count) == UInt8(ascii: "%"), number(count) != nil { count += 1 }
    emit(number(count) == nil ? .word : .number, count)
  }

  private func number(_ count: Int) -> Number? {
    let first = peek()
    guard first.isDigit || first == UInt8(ascii: "-") || first == UInt8(ascii: "."), count <= 64
    else { return nil }
    return Number.reading(UnsafeBufferPointer(rebasing: bytes[at..<at + count]))
  }

  private func belongsToWord(_ count: Int) -> Bool {
    let byte = peek(count)
    if byte < 0x80, byte.isNamePart { return true }
    switch byte {
    case UInt8(ascii: "-"), UInt8(ascii: "@"), UInt8(ascii: "/"), UInt8(ascii: ":"): return true
    case UInt8(ascii: "."):
      // `1..5` is a range, `data/../x` a path.
      return peek(count + 1) != UInt8(ascii: ".") && peek(count - 1) != UInt8(ascii: ".")
        || peek(count - 1) == UInt8(ascii: "/")
        || peek(count - 1) == UInt8(ascii: ".")
          && (peek(count + 1) == UInt8(ascii: "/")
            || count > 1 && peek(count - 2) == UInt8(ascii: "/"))
    case UInt8(ascii: "+"):
      return peek(count - 1) | 0x20 == UInt8(ascii: "e") && peek(count + 1).isDigit
        && peek(count - 2).isDigit && peek().isDigit
    case 0x80...: return !isPlusMinus(count) && foreign(at + count) == nil
    default: return false
    }
  }

  private mutating func variable() {
    var count = 1
    while isVariablePart(count) { count += 1 }
    guard count > 1 else {
      return invalid(1, "`$` needs a name", help: "a variable is written `$name`")
    }
    while peek(count) == UInt8(ascii: "."), isVariablePart(count + 1) {
      count += 2
      while isVariablePart(count) { count += 1 }
    }
    emit(.variable, count)
  }

  private func isVariablePart(_ ahead: Int) -> Bool {
    let byte = peek(ahead)
    if byte < 0x80 {
      return byte.isNamePart || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "@")
    }
    return !isPlusMinus(ahead) && foreign(at + ahead) == nil
  }
}

extension Symbol {
  /// The marks that begin with a byte, longer ones first.
  static let beginning: [[Symbol]] = (0...UInt8.max).map { byte in
    allCases.filter { $0.rawValue.utf8.first == byte }
  }

  /// The mark as bytes, for comparing without making strings.
  var spelling: StaticString {
    switch self {
    case .plusMinusSpelled: "+/-"
    case .equal: "=="
    case .unequal: "!="
    case .atMost: "<="
    case .atLeast: ">="
    case .about: "~="
    case .range: ".."
    case .plusMinus: "±"
    case .assign: "="
    case .less: "<"
    case .greater: ">"
    case .plus: "+"
    case .minus: "-"
    case .times: "*"
    case .divide: "/"
    case .openParenthesis: "("
    case .closeParenthesis: ")"
    case .openBracket: "["
    case .closeBracket: "]"
    case .openBrace: "{"
    case .closeBrace: "}"
    case .comma: ","
    case .semicolon: ";"
    case .pipe: "|"
    case .colon: ":"
    }
  }
}
