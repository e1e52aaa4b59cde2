extension Parser {
  /// What a text token says when nothing is to be put into it.
  mutating func plainText(_ token: Token) -> String {
    parts(of: token).map { part in
      switch part {
      case .literal(let text): text
      case .value(let expression): "{" + text(expression.range) + "}"
      }
    }.joined()
  }

  /// The parts of a text token: as written, and values in braces.
  mutating func parts(of token: Token) -> [TextPart] {
    var upper = token.range.upper
    let quote = bytes[token.range.lower]
    if upper - token.range.lower > 1, bytes[upper - 1] == quote { upper -= 1 }
    if token.kind == .rawText {
      return [.literal(text(SourceRange(min(token.range.lower + 1, upper), upper)))]
    }
    var parts: [TextPart] = []
    var literal: [UInt8] = []
    var at = token.range.lower + 1
    // After a brace without its closing one no other is searched for, which keeps the parser linear.
    var closes = true
    while at < upper {
      let byte = bytes[at]
      let end = closes && byte == UInt8(ascii: "{") ? holeEnd(at, upper) : nil
      if byte == UInt8(ascii: "\\") {
        at = escape(at, upper, into: &literal)
      } else if let end {
        parts.append(.literal(String(decoding: literal, as: UTF8.self)))
        literal = []
        parts.append(.value(hole(SourceRange(at + 1, end))))
        at = end + 1
      } else {
        if byte == UInt8(ascii: "{") { closes = false }
        literal.append(byte)
        at += 1
      }
    }
    if !literal.isEmpty || parts.isEmpty {
      parts.append(.literal(String(decoding: literal, as: UTF8.self)))
    }
    return parts
  }

  /// Appends what the escape at a backslash means; returns the place behind it.
  private mutating func escape(_ at: Int, _ upper: Int, into literal: inout [UInt8]) -> Int {
    guard at + 1 < upper else { return upper }
    switch bytes[at + 1] {
    case UInt8(ascii: "n"): literal.append(0x0A)
    case UInt8(ascii: "t"): literal.append(0x09)
    case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "{"), UInt8(ascii: "}"):
      literal.append(bytes[at + 1])
    default:
      var end = at + 2
      while end < upper, bytes[end] & 0xC0 == 0x80 { end += 1 }
      report(
        "E0104", "`\(text(SourceRange(at, end)))` means nothing in a text",
        at: SourceRange(at, end),
        help: ["known: \\n \\t \\\\ \\\" \\{ \\} — or use single quotes, where nothing is special"])
      literal.append(contentsOf: bytes[at..<end])
      return end
    }
    return at + 2
  }

  /// The place of the brace that closes the one at `at`.
  private func holeEnd(_ at: Int, _ upper: Int) -> Int? {
    var open = [false]
    var place = at + 1
    while place < upper {
      let inText = open.last ?? false
      switch bytes[place] {
      case UInt8(ascii: "\\") where inText: place += 1
      case UInt8(ascii: "\""): if inText { open.removeLast() } else { open.append(true) }
      case UInt8(ascii: "{"): open.append(false)
      case UInt8(ascii: "}") where !inText:
        open.removeLast()
        if open.isEmpty { return place }
      default: break
      }
      place += 1
    }
    return nil
  }

  /// The value in the braces of a text.
  private mutating func hole(_ range: SourceRange) -> Expression {
    deeper(Expression(.invalid, range)) { outer in
      var lexer = Lexer(bytes: outer.bytes, at: range.lower, end: range.upper)
      lexer.run()
      var parser = Parser(
        bytes: outer.bytes, tokens: lexer.tokens, diagnostics: lexer.diagnostics)
      parser.depth = outer.depth
      guard parser.token().kind != .end else {
        outer.report(
          "E0102", "nothing stands in these braces",
          at: SourceRange(range.lower - 1, range.upper + 1),
          help: ["write `{$name}` for a value, `\\{` for a brace"])
        return Expression(.invalid, range)
      }
      let value = parser.expression()
      if parser.token().kind != .end, parser.diagnostics.isEmpty {
        parser.report(
          "E0102", "only one value can stand in braces", at: parser.token().range,
          help: ["write `\\{` for a brace"])
      }
      if case .word(let word) = value.kind {
        parser.report(
          "E0106", "`{\(word)}` is no value: variables begin with `$`", at: value.range,
          help: ["write `\\{` for a brace"], fix: .init(value.range, "$" + word))
      }
      outer.diagnostics += parser.diagnostics
      return value
    }
  }
}
