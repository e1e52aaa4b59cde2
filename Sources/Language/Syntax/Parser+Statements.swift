extension Parser {
  /// The statement that begins at the next token, which is not the end of one.
  mutating func statement() -> Statement {
    let first = token()
    guard first.kind == .word else { return notAStatement() }
    if token(1).kind == .invalid, isAdjacentToNext { return broken(first) }
    let kind: Statement.Kind
    switch keyword(first.range) {
    case .let: kind = assignment()
    case .set: kind = settings()
    case .param: kind = parameter()
    case .if: kind = deeper(.invalid) { $0.branch() }
    case .else: kind = strayElse()
    case .for: kind = loop()
    case .def: kind = definition()
    case .include: kind = inclusion()
    case .expect: kind = expectation()
    case nil: kind = version() ?? .pipeline(pipeline())
    }
    let range = first.range.union(cursor > 0 ? last.range : first.range)
    return Statement(kind: kind, range: range, head: first.range)
  }

  /// A statement whose first word has a strange character in it, which is reported.
  private mutating func broken(_ first: Token) -> Statement {
    skipStatement()
    return Statement(kind: .invalid, range: first.range.union(last.range), head: first.range)
  }

  private mutating func notAStatement() -> Statement {
    let range = token().range
    if token().kind != .invalid {
      var (help, fix) = ("`help` lists the verbs", nil as Diagnostic.Fix?)
      if token().kind == .variable, case .symbol(.assign) = token(1).kind {
        let name = text(SourceRange(range.lower + 1, range.upper))
        help = "bind a name with `let`"
        fix = .init(range, "let \(name)", isCertain: true)
      } else if let value = loneValue {
        help = "`show \(value.shown)` shows what it is"
        fix = .init(value.range, "show \(value.shown)")
      }
      report(
        "E0102", "a statement begins with a verb", at: range, label: seen, help: [help], fix: fix)
    }
    skipStatement()
    return Statement(kind: .invalid, range: range.union(last.range), head: range)
  }

  /// `mrs 1`
  private mutating func version() -> Statement.Kind? {
    guard at(word: "mrs"), token(1).kind == .number else { return nil }
    step()
    let range = token().range
    let number = Number.reading(text(range))
    step()
    guard let number, number.value == 1 else {
      report(
        "E0111", "this is version 1 of the language", at: range, label: "asks for another one",
        help: ["write `mrs 1`, or run the script with a newer mrs"])
      return .invalid
    }
    return .version(1)
  }

  /// The name behind a keyword.
  private mutating func name(of what: String, example: String) -> Name? {
    guard token().kind == .word else {
      var fix: Diagnostic.Fix?
      if token().kind == .variable {
        let range = token().range
        fix = .init(range, text(SourceRange(range.lower + 1, range.upper)), isCertain: true)
      }
      report(
        "E0110", "\(what) needs a name", at: here, label: seen, help: ["for example: \(example)"],
        fix: fix)
      return nil
    }
    let name = Name(text(token().range), token().range)
    step()
    let isPlain = name.text.utf8.allSatisfy { $0.isNamePart || $0 == UInt8(ascii: "-") }
    let begins = name.text.utf8.first.map { !$0.isDigit && $0 != UInt8(ascii: "-") } ?? false
    if !isPlain || !begins {
      report(
        "E0110", "`\(name.text)` cannot be a name", at: name.range,
        help: ["a name is made of letters, digits, `-` and `_`, and begins with a letter"])
    } else if Keyword(rawValue: name.text) != nil {
      report(
        "E0110", "`\(name.text)` is a keyword and cannot be a name", at: name.range,
        help: ["choose another name"])
    }
    return name
  }

  private mutating func assignment() -> Statement.Kind {
    step()
    guard let name = name(of: "`let`", example: "let r = evaluate") else {
      skipStatement()
      return .invalid
    }
    guard accept(.assign) else {
      report(
        "E0110", "`let \(name.text)` needs `=` and a value", at: here, label: seen,
        help: ["for example: let \(name.text) = evaluate"])
      skipStatement()
      return .invalid
    }
    if beginsCall {
      guard !beginsStatement("behind `=`") else {
        skipStatement()
        return .invalid
      }
      return .assignment(name, .pipeline(pipeline()))
    }
    return .assignment(name, .expression(expression()))
  }

  /// Whether a keyword stands where a value or a verb should; says so.
  mutating func beginsStatement(_ place: String) -> Bool {
    guard token().kind == .word, keyword(token().range) != nil else { return false }
    report(
      "E0102", "a value or a verb is expected \(place)", at: token().range,
      label: "`\(text(token().range))` begins a statement of its own",
      help: ["begin a new line, or put `;` between statements"])
    return true
  }

  /// Whether a call stands here: a word that is not part of an expression.
  private var beginsCall: Bool {
    guard token().kind == .word else { return false }
    let values: [StaticString] = ["not", "yes", "no", "true", "false"]
    if values.contains(where: { at(word: $0) }) { return false }
    if token(1).kind == .symbol(.comma) { return false }
    guard let next = operatorAt(1), next != .in, next != .contains else { return true }
    return next == .minus && token(1).range.upper == token(2).range.lower
  }

  private mutating func settings() -> Statement.Kind {
    step()
    let arguments = arguments()
    if arguments.isEmpty {
      report(
        "E0110", "`set` needs what to set", at: here, label: seen,
        help: ["for example: set seed=7 threads=2"])
    }
    return .settings(arguments)
  }

  /// `name`, `name: type`, `name = value`
  private mutating func formalParameter(of what: String, example: String) -> FormalParameter? {
    guard let name = name(of: what, example: example) else { return nil }
    var parameter = FormalParameter(name: name)
    if accept(.colon) {
      if token().kind == .word {
        parameter.type = Name(text(token().range), token().range)
        step()
      } else {
        report(
          "E0110", "a type is expected behind `:`", at: here, label: seen,
          help: ["types: " + ValueType.allCases.map(\.rawValue).joined(separator: " ")])
      }
    }
    if accept(.assign) { parameter.defaultValue = expression() }
    return parameter
  }

  private mutating func parameter() -> Statement.Kind {
    step()
    guard let parameter = formalParameter(of: "`param`", example: "param lr: number = 0.01")
    else {
      skipStatement()
      return .invalid
    }
    return .parameter(parameter)
  }

  private mutating func branch() -> Statement.Kind {
    step()
    let condition = expression()
    skipToBlock()
    guard let then = block(after: "`if`") else {
      skipStatement()
      return .invalid
    }
    var branch = Branch(condition: condition, then: then)
    guard acceptElse() else { return .branch(branch) }
    if at(word: "if") {
      let first = token()
      let nested = deeper(Statement.Kind.invalid) { $0.branch() }
      let range = first.range.union(last.range)
      branch.otherwise = StatementBlock(
        statements: [Statement(kind: nested, range: range, head: first.range)], range: range)
    } else {
      branch.otherwise = block(after: "`else`")
    }
    return .branch(branch)
  }

  /// Takes an `else`, which may stand on the line after the block.
  private mutating func acceptElse() -> Bool {
    let before = cursor
    skipNewlines()
    guard at(word: "else") else {
      cursor = before
      return false
    }
    step()
    return true
  }

  private mutating func strayElse() -> Statement.Kind {
    report(
      "E0102", "`else` belongs behind the block of an `if`", at: token().range,
      label: "no `if` ends here", help: ["for example: if $r.mae < 1 { topk } else { describe }"])
    step()
    if at(.openBrace) { _ = block(after: "`else`") } else { skipStatement() }
    return .invalid
  }

  /// After a head that could not be read: steps to its block, if it is on the same line.
  mutating func skipToBlock() {
    while !atEndOfStatement, !at(.openBrace) {
      if !isReported(token().range), token().kind != .invalid {
        report("E0102", "a block is expected here", at: token().range, label: seen)
      }
      step()
    }
  }

  private mutating func loop() -> Statement.Kind {
    step()
    guard let variable = name(of: "`for`", example: "for k in [5, 10] { topk $k }") else {
      skipStatement()
      return .invalid
    }
    guard at(word: "in") else {
      report(
        "E0110", "`for \(variable.text)` needs `in` and values", at: here, label: seen,
        help: ["for example: for \(variable.text) in 1..5 { … }"])
      skipStatement()
      return .invalid
    }
    step()
    let sequence = expression()
    skipToBlock()
    guard let body = block(after: "`for`") else {
      skipStatement()
      return .invalid
    }
    return .loop(Loop(variable: variable, sequence: sequence, body: body))
  }

  private mutating func definition() -> Statement.Kind {
    var documentation = documentation(above: significant[cursor])
    step()
    guard let name = name(of: "`def`", example: "def trial(lr = 0.01) { … }") else {
      skipStatement()
      return .invalid
    }
    var parameters: [FormalParameter] = []
    if at(.openParenthesis) {
      let open = token().range
      step()
      skipNewlines()
      while token().kind == .word || token().kind == .variable {
        guard let parameter = formalParameter(of: "a parameter", example: "def trial(lr = 0.01)")
        else {
          step()
          continue
        }
        parameters.append(parameter)
        skipNewlines()
        guard accept(.comma) else { break }
        skipNewlines()
      }
      close(.closeParenthesis, opened: open, what: "this list of parameters")
    }
    skipToBlock()
    if documentation.isEmpty { documentation = self.documentation(below: significant[cursor]) }
    guard let body = block(after: "`def`") else {
      skipStatement()
      return .invalid
    }
    return .definition(
      Definition(name: name, parameters: parameters, body: body, documentation: documentation))
  }

  /// The `##` lines that end right above a token, without their marks.
  private func documentation(above index: Int) -> String {
    documentation(all[..<index].reversed()).reversed().joined(separator: "\n")
  }

  /// Those that begin right below it, as at the prompt, where lines above are not part of the cell.
  private func documentation(below index: Int) -> String {
    documentation(all[(index + 1)...]).joined(separator: "\n")
  }

  private func documentation(_ tokens: some Sequence<Token>) -> [String] {
    var lines: [String] = []
    var breaks = 0
    for token in tokens where token.kind != .space {
      switch token.kind {
      case .documentation:
        lines.append(String(text(token.range).dropFirst(2).drop { $0 == " " }))
        breaks = 0
      case .newline: breaks += 1
      default: breaks = 2
      }
      if breaks == 2 { break }
    }
    return lines
  }

  private mutating func inclusion() -> Statement.Kind {
    step()
    switch token().kind {
    case .text, .rawText, .word: return .inclusion(primary())
    default:
      report(
        "E0110", "`include` needs a file", at: here, label: seen,
        help: ["for example: include \"setup.mrs\""])
      skipStatement()
      return .invalid
    }
  }

  private mutating func expectation() -> Statement.Kind {
    step()
    let severity: Diagnostic.Severity? =
      at(word: "error") ? .error : at(word: "warning") ? .warning : nil
    if let severity, token(1).kind == .word || token(1).kind == .symbol(.openBrace) {
      step()
      var code: Name?
      if token().kind == .word {
        code = Name(text(token().range), token().range)
        step()
      }
      guard let body = block(after: "`expect \(severity.rawValue)`") else {
        skipStatement()
        return .invalid
      }
      return .expectation(Expectation(kind: .fault(severity, code: code, body)))
    }
    if atEndOfStatement {
      report(
        "E0110", "`expect` needs a condition", at: here, label: seen,
        help: ["for example: expect $r.ndcg@10 >= 0.3"])
      return .invalid
    }
    let condition = expression()
    let tolerance = tolerance()
    let over = pairedTest()
    return .expectation(
      Expectation(kind: .condition(condition, tolerance: tolerance, over: over)))
  }

  private mutating func tolerance() -> Tolerance? {
    let kind: Tolerance.Kind
    let first = token().range
    if at(.plusMinus) || at(.plusMinusSpelled) || at(word: "within") {
      kind = .within
    } else if at(word: "by") {
      kind = .by
    } else {
      return nil
    }
    step()
    let amount = expression()
    return Tolerance(kind: kind, amount: amount, range: first.union(amount.range))
  }

  private mutating func pairedTest() -> PairedTestClause? {
    guard at(word: "over") else { return nil }
    let first = token().range
    step()
    guard token().kind == .word, case let units = Name(text(token().range), token().range),
      token(1).kind == .word, text(token(1).range) == "p", token(2).kind == .symbol(.less)
    else {
      report(
        "E0110", "a paired test is written `over users p<0.01`", at: first.union(here), label: seen)
      skipStatement()
      return nil
    }
    for _ in 0..<3 { step() }
    let level = primary()
    return PairedTestClause(units: units, level: level, range: first.union(level.range))
  }
}
