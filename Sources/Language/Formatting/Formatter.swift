/// A script in the one form that all scripts share; nil when faults of its form leave open what was
/// meant. Only spaces, indents and empty lines change, and `_` in the names of options.
package func formatted(_ text: String) -> String? {
  let (script, faults) = parse(text)
  guard !faults.contains(where: { $0.severity == .error }) else { return nil }
  var formatter = Formatter(source: Source(text: text), keys: script.optionKeys)
  for token in script.tokens { formatter.add(token) }
  return formatter.finished()
}

private struct Formatter {
  let source: Source
  /// Where the names of options begin.
  let keys: Set<Int>
  var lines: [String] = []
  var line = ""
  /// The brackets that are open where the line begins and now; true for braces.
  var open: [Bool] = []
  var openAtStart = 0
  var last: Token?
  var isSpaced = false
  var continues = false
  var isContinued = false

  init(source: Source, keys: Set<Int>) {
    self.source = source
    self.keys = keys
  }

  mutating func add(_ token: Token) {
    switch token.kind {
    case .space: isSpaced = true
    case .newline: endLine()
    case .continuation:
      // A mark on an empty line continues what the line before it continued.
      guard !line.isEmpty else { return }
      line += " \\"
      continues = true
      endLine()
    case .end: if !line.isEmpty { endLine() }
    default: word(token)
    }
  }

  private mutating func word(_ token: Token) {
    var text = source.slice(token.range)
    if keys.contains(token.range.lower) { text = canonical(option: text) }
    if token.isTrivia { text = trimmed(text) }
    if case .symbol(let symbol) = token.kind, symbol.closes, !open.isEmpty { open.removeLast() }
    if line.isEmpty {
      if case .symbol(let symbol) = token.kind, symbol.closes {
        openAtStart = min(openAtStart, open.count)
      }
    } else if needsSpace(before: token) {
      line += token.isTrivia ? "  " : " "
    }
    line += text
    if case .symbol(let symbol) = token.kind, symbol.opens { open.append(symbol == .openBrace) }
    last = token
    isSpaced = false
  }

  /// Whether a space stands before a token that is not the first of its line.
  private func needsSpace(before token: Token) -> Bool {
    guard let last else { return false }
    if token.isTrivia { return true }
    switch (last.kind, token.kind) {
    case (.symbol(.openBrace), .symbol(.closeBrace)): return false
    case (_, .symbol(.openBrace)), (_, .symbol(.closeBrace)), (.symbol(.openBrace), _),
      (.symbol(.semicolon), _), (.symbol(.colon), _):
      return true
    case (_, .symbol(.semicolon)), (_, .symbol(.closeBracket)), (_, .symbol(.closeParenthesis)),
      (_, .symbol(.comma)), (.symbol(.openBracket), _), (.symbol(.openParenthesis), _),
      (_, .symbol(.colon)), (_, .symbol(.range)), (.symbol(.range), _):
      return false
    case (.symbol(.comma), _): return open.last.map { !$0 } ?? false
    case (_, .symbol(.pipe)), (.symbol(.pipe), _): return true
    default: return isSpaced
    }
  }

  private mutating func endLine() {
    defer {
      line = ""
      last = nil
      isSpaced = false
      openAtStart = open.count
      isContinued = continues
      continues = false
    }
    guard !line.isEmpty else {
      // One empty line at most, and none at the beginning.
      if let last = lines.last, !last.isEmpty { lines.append("") }
      return
    }
    let level = openAtStart + (isContinued ? 1 : 0)
    lines.append(String(repeating: "  ", count: level) + line)
  }

  private func trimmed(_ text: String) -> String {
    String(text.reversed().drop { $0 == " " || $0 == "\t" || $0 == "\r" }.reversed())
  }

  func finished() -> String {
    var lines = lines
    while lines.last?.isEmpty == true { lines.removeLast() }
    return lines.isEmpty ? "" : lines.joined(separator: "\n") + "\n"
  }
}

extension Symbol {
  fileprivate var opens: Bool {
    self == .openBrace || self == .openBracket || self == .openParenthesis
  }
  fileprivate var closes: Bool {
    self == .closeBrace || self == .closeBracket || self == .closeParenthesis
  }
}

extension Script {
  /// Where the names of options begin, ids and titles before `=` left out.
  fileprivate var optionKeys: Set<Int> {
    var keys = Set<Int>()
    func add(_ arguments: [ArgumentSyntax]) {
      for argument in arguments {
        guard let key = argument.key, key.text.utf8.first?.isLetter == true,
          key.range.upper - key.range.lower == key.text.utf8.count
        else { continue }
        keys.insert(key.range.lower)
      }
    }
    func visit(_ statements: [Statement]) {
      for statement in statements {
        for call in statement.calls { add(call.arguments) }
        if case .settings(let arguments) = statement.kind { add(arguments) }
        for block in statement.blocks { visit(block.statements) }
      }
    }
    visit(statements)
    return keys
  }
}

extension Statement {
  /// The calls that stand in it, those of its blocks left out.
  package var calls: [Call] {
    switch kind {
    case .pipeline(let calls), .assignment(_, .pipeline(let calls)): calls
    default: []
    }
  }

  /// The blocks that stand directly in it.
  package var blocks: [StatementBlock] {
    switch kind {
    case .branch(let branch): [branch.then] + (branch.otherwise.map { [$0] } ?? [])
    case .loop(let loop): [loop.body]
    case .definition(let definition): [definition.body]
    case .expectation(let expectation):
      if case .fault(_, _, let block) = expectation.kind { [block] } else { [] }
    default: []
    }
  }
}
