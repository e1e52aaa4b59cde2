/// The statements of a text and everything wrong with its form. Never fails: what cannot be
/// understood is left out, and reading goes on at the next statement.
package func parse(_ text: String) -> (script: Script, diagnostics: [Diagnostic]) {
  guard text.utf8.count <= Source.longest else {
    let diagnostic = Diagnostic(
      "E0109", "this source is too long: \(counted(text.utf8.count, "byte"))",
      at: SourceRange(0, 0),
      label: "begins here", help: ["a script has at most \(grouped(Source.longest)) bytes"])
    let all = SourceRange(0, text.utf8.count)
    return (
      Script(statements: [], tokens: [Token(.invalid, all)], isOpen: false), [diagnostic]
    )
  }
  var text = text
  return text.withUTF8 { buffer in
    var lexer = Lexer(bytes: buffer, at: 0, end: buffer.count)
    lexer.run()
    var parser = Parser(bytes: buffer, tokens: lexer.tokens, diagnostics: lexer.diagnostics)
    let statements = parser.statements(until: nil)
    let script = Script(statements: statements, tokens: lexer.tokens, isOpen: parser.isOpen)
    return (script, parser.diagnostics.stablySorted(by: \.primary.range.lower))
  }
}

/// Reads tokens into statements, with recovery at the ends of statements and at closing brackets.
struct Parser {
  /// Blocks, brackets and chains of operators may nest this deep.
  static let deepest = 100

  let bytes: UnsafeBufferPointer<UInt8>
  /// All tokens, trivia among them.
  let all: [Token]
  /// Indices into `all` of what is no trivia; the last is the end.
  let significant: [Int]
  var cursor = 0
  var depth = 0
  /// How many brackets are open: within them, the ends of lines mean nothing.
  var brackets = 0
  var diagnostics: [Diagnostic]
  var isOpen = false

  init(bytes: UnsafeBufferPointer<UInt8>, tokens: [Token], diagnostics: [Diagnostic]) {
    self.bytes = bytes
    self.diagnostics = diagnostics
    all = tokens
    significant = tokens.indices.filter { !tokens[$0].isTrivia }
    if tokens.count > 1, tokens[tokens.count - 2].kind == .continuation { isOpen = true }
  }

  // MARK: Looking and stepping

  func token(_ ahead: Int = 0) -> Token {
    let place = min(cursor + ahead, significant.count - 1)
    return all[significant[place]]
  }

  /// The token before the cursor.
  var last: Token { all[significant[max(cursor - 1, 0)]] }

  func at(_ symbol: Symbol) -> Bool { token().kind == .symbol(symbol) }

  func at(word: StaticString) -> Bool { token().kind == .word && matches(token().range, word) }

  /// The keyword that stands there.
  func keyword(_ range: SourceRange) -> Keyword? {
    let word = bytes[range.lower..<range.upper]
    return Keyword.spellings.first { $0.spelling.elementsEqual(word) }?.keyword
  }

  func matches(_ range: SourceRange, _ text: StaticString) -> Bool {
    guard range.upper - range.lower == text.utf8CodeUnitCount else { return false }
    for i in 0..<text.utf8CodeUnitCount where bytes[range.lower + i] != text.utf8Start[i] {
      return false
    }
    return true
  }

  var atEndOfStatement: Bool {
    switch token().kind {
    case .newline, .end, .symbol(.semicolon), .symbol(.closeBrace): true
    default: false
    }
  }

  /// Whether nothing stands between this token and the one before it.
  var isAdjacent: Bool { cursor > 0 && last.range.upper == token().range.lower }

  /// Whether nothing stands between this token and the next one.
  var isAdjacentToNext: Bool { token().range.upper == token(1).range.lower }

  func text(_ range: SourceRange) -> String {
    String(decoding: bytes[range.lower..<range.upper], as: UTF8.self)
  }

  mutating func step() { if cursor < significant.count - 1 { cursor += 1 } }

  mutating func accept(_ symbol: Symbol) -> Bool {
    guard at(symbol) else { return false }
    step()
    return true
  }

  mutating func skipNewlines() { while token().kind == .newline { step() } }

  // MARK: Diagnostics

  mutating func report(
    _ code: String, _ message: String, at range: SourceRange, label: String = "",
    secondary: [Diagnostic.Label] = [], help: [String] = [], fix: Diagnostic.Fix? = nil
  ) {
    diagnostics.append(
      Diagnostic(
        code, message, at: range, label: label, secondary: secondary, help: help, fix: fix))
  }

  /// The place of the next token; where the line ends, the place right behind the last one.
  var here: SourceRange {
    if atEndOfStatement, !at(.closeBrace), cursor > 0 {
      return SourceRange(last.range.upper, last.range.upper)
    }
    return token().range
  }

  /// What a message calls the next token.
  var seen: String {
    switch token().kind {
    case .newline, .end: "the line ends here"
    case .number: "this is a number"
    case .text, .rawText: "this is a text"
    case .variable: "this is a variable"
    default: "this is `\(text(token().range))`"
    }
  }

  /// Runs `body` one level deeper, or reports that this is too deep and passes over the rest.
  mutating func deeper<T>(_ otherwise: T, _ body: (inout Parser) -> T) -> T {
    guard depth < Parser.deepest else {
      if !diagnostics.contains(where: { $0.code == "E0108" }) {
        report(
          "E0108", "this is nested too deeply", at: token().range, label: "level \(depth + 1)",
          help: ["at most \(Parser.deepest) levels of brackets and blocks are understood"])
      }
      passNested()
      return otherwise
    }
    depth += 1
    defer { depth -= 1 }
    return body(&self)
  }

  /// Steps over what is too deep: up to where its brackets are closed again.
  private mutating func passNested() {
    var open = 0
    repeat {
      switch token().kind {
      case .symbol(.openBracket), .symbol(.openBrace), .symbol(.openParenthesis): open += 1
      case .symbol(.closeBracket), .symbol(.closeBrace), .symbol(.closeParenthesis): open -= 1
      case .end:
        isOpen = isOpen || open > 0
        return
      default: break
      }
      if open < 0 { return }
      step()
    } while open > 0
  }

  // MARK: Statements

  /// Statements up to the end, or up to the brace that closes the block opened at `brace`.
  mutating func statements(until brace: SourceRange?) -> [Statement] {
    var statements: [Statement] = []
    while true {
      switch token().kind {
      case .newline, .symbol(.semicolon): step()
      case .end: return statements
      case .symbol(.closeBrace):
        if brace != nil { return statements }
        report(
          "E0103", "`}` closes nothing", at: token().range, label: "no block is open here",
          help: ["delete it, or open a block with `{`"])
        step()
      default:
        statements.append(statement())
        finishStatement()
      }
    }
  }

  /// Steps to the end of the statement; what stands before it is one too much.
  private mutating func finishStatement() {
    guard !atEndOfStatement else { return }
    if token().kind != .invalid, !isReported(token().range) {
      report(
        "E0102", "the statement should end here", at: token().range, label: seen,
        help: ["begin a new line, or put `;` between statements"])
    }
    skipStatement()
  }

  func isReported(_ range: SourceRange) -> Bool {
    guard let last = diagnostics.last else { return false }
    return last.primary.range.upper >= range.lower && last.primary.range.lower <= range.upper
  }

  /// Steps over everything up to the end of the line, and over blocks that it opens.
  mutating func skipStatement() {
    var open = 0
    while token().kind != .end {
      switch token().kind {
      case .symbol(.openBrace): open += 1
      case .symbol(.closeBrace):
        if open == 0 { return }
        open -= 1
      case .newline, .symbol(.semicolon): if open == 0 { return }
      default: break
      }
      step()
    }
    if open > 0 { isOpen = true }
  }

  /// `{ … }`; nil with a diagnostic where none begins.
  mutating func block(after what: String) -> StatementBlock? {
    guard at(.openBrace) else {
      report(
        "E0103", "\(what) needs a block", at: here, label: "`{` is expected here",
        help: ["write the statements between `{` and `}`"])
      return nil
    }
    let open = token().range
    return deeper(nil) { parser in
      parser.step()
      let statements = parser.statements(until: open)
      let close = parser.token().range
      if !parser.accept(.closeBrace) {
        parser.isOpen = true
        parser.report(
          "E0103", "this block is not closed", at: open, label: "opened here",
          help: ["put `}` where it ends"])
      }
      return StatementBlock(statements: statements, range: open.union(close))
    }
  }
}
