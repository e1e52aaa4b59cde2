extension Parser {
  /// The operator at a token, if it is one.
  func operatorAt(_ ahead: Int) -> Operator? {
    switch token(ahead).kind {
    case .symbol(let symbol): Operator(symbol)
    case .word: Operator.words.first { matches(token(ahead).range, $0.spelling) }?.operator
    default: nil
    }
  }

  mutating func expression() -> Expression {
    deeper(Expression(.invalid, token().range)) { $0.operation(above: 0) }
  }

  /// Values joined by operators that bind more strongly than `floor`.
  private mutating func operation(above floor: Int) -> Expression {
    var left = operand(above: floor)
    var length = 0
    skipNewlinesBeforeOperator()
    while let next = operatorAt(0), next.precedence > floor {
      length += 1
      guard length <= Parser.deepest else {
        report(
          "E0108", "this expression is too long", at: token().range, label: "continues here",
          help: ["bind parts of it with `let`"])
        skipExpression()
        break
      }
      let mark = token()
      checkSpaces(around: mark)
      step()
      if brackets > 0 { skipNewlines() }
      let right = deeper(Expression(.invalid, token().range)) {
        $0.operation(above: next.precedence)
      }
      left = Expression(.binary(left, next, right), left.range.union(right.range))
      if next.isComparison, let again = operatorAt(0), again.isComparison {
        report(
          "E0102", "comparisons do not chain", at: token().range,
          label: "compares the answer of the first",
          help: ["write `\(next.rawValue) … and … \(again.rawValue) …`"])
      }
      skipNewlinesBeforeOperator()
    }
    return left
  }

  private mutating func skipNewlinesBeforeOperator() {
    guard brackets > 0, token().kind == .newline else { return }
    let before = cursor
    skipNewlines()
    if operatorAt(0) == nil { cursor = before }
  }

  private mutating func skipExpression() {
    while !atEndOfStatement, !at(.openBrace), !at(.closeParenthesis), !at(.closeBracket) { step() }
  }

  private mutating func checkSpaces(around mark: Token) {
    let before = isAdjacent
    let after = isAdjacentToNext
    guard before || after, token(1).kind != .end, token(1).kind != .newline else { return }
    let spelled = text(mark.range)
    report(
      "E0106", "an operator needs spaces around it", at: mark.range,
      label: "write ` \(spelled) `",
      fix: .init(
        mark.range, (before ? " " : "") + spelled + (after ? " " : ""), isCertain: true))
  }

  private mutating func operand(above floor: Int) -> Expression {
    let first = token()
    if at(word: "not"), floor < 4 {
      step()
      let value = deeper(Expression(.invalid, first.range)) { $0.operation(above: 3) }
      return Expression(.not(value), first.range.union(value.range))
    }
    return ranged()
  }

  /// A primary, or a range between two: `1..5`, `0..1 step 0.1`.
  mutating func ranged() -> Expression {
    let lower = primary()
    guard at(.range) else { return lower }
    step()
    let upper = primary()
    var step: Expression?
    if at(word: "step"), token(1).kind == .number || token(1).kind == .variable {
      self.step()
      step = primary()
    }
    return Expression(
      .range(lower, upper, step: step), lower.range.union(step?.range ?? upper.range))
  }

  /// A value without operators.
  mutating func primary() -> Expression {
    var value = simple()
    while at(.openBracket), isAdjacent, depth < Parser.deepest {
      let open = token().range
      step()
      let index = expression()
      close(.closeBracket, opened: open, what: "this index")
      value = Expression(.element(value, index), value.range.union(last.range))
      guard case .element(let base, _) = value.kind, case .variable = base.kind else { break }
    }
    return value
  }

  private mutating func simple() -> Expression {
    let first = token()
    let range = first.range
    switch first.kind {
    case .number:
      step()
      return Expression(Number.reading(text(range)).map { .number($0) } ?? .invalid, range)
    case .word:
      step()
      return Expression(.word(text(range)), range)
    case .text, .rawText:
      step()
      return Expression(.text(parts(of: first)), range)
    case .variable:
      step()
      return variable(range)
    case .symbol(.minus):
      step()
      let value = deeper(Expression(.invalid, range)) { $0.primary() }
      return Expression(.negative(value), range.union(value.range))
    case .symbol(.openParenthesis):
      return deeper(Expression(.invalid, range)) { $0.parenthesised() }
    case .symbol(.openBracket):
      return deeper(Expression(.invalid, range)) { $0.list() }
    default:
      if first.kind != .invalid {
        report("E0102", "a value is expected here", at: here, label: seen)
      }
      return Expression(.invalid, here)
    }
  }

  /// `$name.field.field` as a name and fields.
  private func variable(_ range: SourceRange) -> Expression {
    var names: [Name] = []
    var lower = range.lower + 1
    for place in lower...range.upper
    where place == range.upper || bytes[place] == UInt8(ascii: ".") {
      let part = SourceRange(lower, place)
      names.append(Name(text(part), part))
      lower = place + 1
    }
    let name = names.removeFirst()
    return Expression(.variable(name, fields: names), range)
  }

  private mutating func parenthesised() -> Expression {
    let open = token().range
    step()
    skipNewlines()
    brackets += 1
    defer { brackets -= 1 }
    let value = expression()
    skipNewlinesBefore(.closeParenthesis)
    close(.closeParenthesis, opened: open, what: "this bracket")
    return Expression(value.kind, open.union(last.range))
  }

  private mutating func list() -> Expression {
    let open = token().range
    step()
    var elements: [Expression] = []
    skipNewlines()
    brackets += 1
    defer { brackets -= 1 }
    while !at(.closeBracket), token().kind != .end, !at(.openBrace) {
      elements.append(expression())
      skipNewlinesBefore(.comma)
      skipNewlinesBefore(.closeBracket)
      guard accept(.comma) else { break }
      skipNewlines()
    }
    close(.closeBracket, opened: open, what: "this list")
    return Expression(.list(elements), open.union(last.range))
  }

  /// Steps over the ends of lines when `symbol` stands behind them, or nothing more at all.
  private mutating func skipNewlinesBefore(_ symbol: Symbol) {
    let before = cursor
    skipNewlines()
    if !at(symbol), token().kind != .end { cursor = before }
  }

  /// Takes a closing bracket, or says where one was opened and is not closed.
  mutating func close(_ symbol: Symbol, opened: SourceRange, what: String) {
    if accept(symbol) { return }
    if token().kind == .end { isOpen = true }
    guard !isReported(token().range) || token().kind == .end else { return }
    report(
      "E0103", "\(what) is not closed", at: opened, label: "opened here",
      secondary: [.init(here, "`\(symbol.rawValue)` is expected here")],
      help: ["put `\(symbol.rawValue)` where it ends"])
  }
}

extension Parser {
  /// The value that is all that stands in the statement, as `show` takes it; nil when there is none.
  var loneValue: (range: SourceRange, shown: String)? {
    var trial = self
    let before = diagnostics.count
    let value = trial.expression()
    guard trial.diagnostics.count == before, trial.atEndOfStatement else { return nil }
    let range = token().range.union(trial.last.range)
    guard range.upper - range.lower <= 1000 else { return nil }
    let written = text(range)
    switch value.kind {
    case .variable, .element: return (range, written)
    default: return (range, "(\(written))")
    }
  }
}
