/// Warnings about what is no error but makes a script hard to reproduce, in order of place.
/// For files: a line at the prompt is not looked at.
package func lints(of source: Source, in context: CheckContext) -> [Diagnostic] {
  lints(of: source.parsed.script, source, in: context)
}

func lints(of script: Script, _ source: Source, in context: CheckContext) -> [Diagnostic] {
  var linter = Linter(source: source, context: context)
  linter.isLesson = script.tokens.contains { lessonMark(of: $0, in: source) != nil }
  linter.visit(script.statements)
  linter.finish(script)
  return linter.found.stablySorted(by: \.primary.range.lower)
}

private struct Linter {
  let source: Source
  let context: CheckContext
  var found: [Diagnostic] = []
  var hasVersion = false
  var seed: SourceRange?
  /// The first verb that makes something.
  var maker: Name?
  /// Whether it is a lesson, whose steps run in the learner's own session: some warnings do not apply.
  var isLesson = false
  /// The binding of a name.
  struct NameBinding {
    var range: SourceRange
    var keyword: Keyword
    /// The block it stands in.
    var block: Int
    var isResult = false
  }
  /// Names that were bound and not read since, with what bound them.
  var unread: [String: NameBinding] = [:]
  var block = 0
  var blocks = 0

  init(source: Source, context: CheckContext) {
    self.source = source
    self.context = context
  }

  mutating func warn(
    _ code: String, _ message: String, at range: SourceRange, label: String = "",
    help: [String] = [], fix: Diagnostic.Fix? = nil
  ) {
    found.append(
      Diagnostic(code, message, at: range, label: label, severity: .warning, help: help, fix: fix))
  }

  mutating func visit(_ statements: [Statement]) {
    for statement in statements { visit(statement) }
  }

  private mutating func visit(_ statement: Statement) {
    for call in statement.calls { visit(call) }
    switch statement.kind {
    case .version: hasVersion = true
    case .settings(let arguments):
      for argument in arguments {
        if argument.key?.text == "seed" { seed = seed ?? argument.range }
        read(argument.value)
      }
    case .assignment(let name, let value):
      if case .expression(let expression) = value { read(expression) }
      assign(name, value)
    case .parameter(let parameter):
      if let value = parameter.defaultValue { read(value) }
      unread[parameter.name.text] = NameBinding(
        range: parameter.name.range, keyword: .param, block: block)
    case .branch(let branch): read(branch.condition)
    case .loop(let loop): read(loop.sequence)
    case .expectation(let expectation): visit(expectation)
    case .pipeline, .definition, .inclusion, .invalid: break
    }
    for inner in statement.blocks {
      let outer = block
      blocks += 1
      block = blocks
      visit(inner.statements)
      block = outer
    }
  }

  /// Notes what a name is bound to; a result that is bound over before anyone read it was for nothing.
  private mutating func assign(_ name: Name, _ value: AssignedValue) {
    if let before = unread[name.text], before.isResult, before.block == block {
      warn(
        "E0405",
        "the result of line \(source.line(of: before.range.lower)) is bound over before it is read",
        at: name.range, help: ["give one of the two another name"])
      found[found.count - 1].secondary = [.init(before.range, "bound here")]
    }
    var bond = NameBinding(range: name.range, keyword: .let, block: block)
    if case .pipeline(let calls) = value {
      bond.isResult = calls.last.map { context.command($0.verb.text) != nil } ?? false
    }
    unread[name.text] = bond
  }

  private mutating func visit(_ call: Call) {
    if maker == nil, let type = context.command(call.verb.text), !type.gives.isEmpty {
      maker = call.verb
    }
    for argument in call.arguments {
      read(argument.value)
      guard let path = argument.value.plainText, path.hasPrefix("/") || path.hasPrefix("~/") else {
        continue
      }
      warn(
        "W0603", "this path means something on this machine only", at: argument.value.range,
        help: ["write it relative to the script, or make it a `param`"])
    }
  }

  private mutating func visit(_ expectation: Expectation) {
    guard case .condition(let condition, let tolerance, let over) = expectation.kind else { return }
    read(condition)
    if let over { read(over.level) }
    if !condition.readsVariables {
      warn(
        "W0606", "this expectation does not depend on anything", at: condition.range,
        label: "no `$name` in it", help: ["bind a result with `let` and expect something of it"])
    }
    guard let tolerance else { return }
    read(tolerance.amount)
    guard case .number(let amount) = tolerance.amount.kind,
      case .binary(_, _, let right) = condition.kind, case .number(let value) = right.kind
    else { return }
    let share = amount.unit == .percent ? amount.value : amount.value / max(abs(value.value), 1e-12)
    if tolerance.kind == .within, share > 0.1 {
      warn(
        "W0605", "this tolerance lets nearly everything pass", at: tolerance.range,
        label: "more than 10% of \(value.spelling)", help: ["a tolerance of 1% is usual"])
    }
  }

  private mutating func read(_ expression: Expression) {
    for name in expression.variables { unread[name] = nil }
  }

  mutating func finish(_ script: Script) {
    for token in script.tokens {
      guard let mark = lessonMark(of: token, in: source) else { continue }
      for word in mark.split(separator: "$").dropFirst() {
        unread[String(word.prefix { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" })] = nil
      }
    }
    let unread = unread.sorted { ($0.value.range.lower, $0.key) < ($1.value.range.lower, $1.key) }
    for (name, bound) in unread where !name.hasPrefix("_") {
      warn(
        bound.keyword == .let ? "W0602" : "W0607", "`\(name)` is never used", at: bound.range,
        help: ["delete it, or read it with `$\(name)`"])
    }
    guard !isLesson else { return }
    // Behind a byte order mark.
    let start = SourceRange(source.textStart, source.textStart)
    if !hasVersion, !script.statements.isEmpty {
      warn(
        "W0604", "the script does not say which version of the language it is written in",
        at: start, help: ["begin it with `mrs 1`"], fix: .init(start, "mrs 1\n", isCertain: true))
    }
    if seed == nil, let maker {
      warn(
        "W0601", "no seed is set", at: maker.range, label: "uses the seed of whoever runs it",
        help: ["begin with `set seed=7`"])
    }
  }
}

/// What stands behind the mark of a lesson, `#?`; nil for another token.
private func lessonMark(of token: Token, in source: Source) -> String? {
  guard token.kind == .comment else { return nil }
  let text = source.slice(token.range)
  return text.hasPrefix("#?") && !text.hasPrefix(FetchedData.mark) ? text : nil
}

extension Expression {
  /// The variables that stand in it, at their places.
  package var variableNames: [Name] {
    switch kind {
    case .variable(let name, _): [name]
    case .text(let parts):
      parts.flatMap { part -> [Name] in
        guard case .value(let value) = part else { return [] }
        return value.variableNames
      }
    case .list(let elements): elements.flatMap(\.variableNames)
    case .range(let lower, let upper, let step):
      lower.variableNames + upper.variableNames + (step?.variableNames ?? [])
    case .negative(let operand), .not(let operand): operand.variableNames
    case .binary(let left, _, let right), .element(let left, let right):
      left.variableNames + right.variableNames
    case .number, .word, .invalid: []
    }
  }

  /// The names of the variables that stand in it.
  package var variables: [String] { variableNames.map(\.text) }

  var readsVariables: Bool { !variables.isEmpty }

  /// The text it is, when nothing is put into it.
  package var plainText: String? {
    switch kind {
    case .word(let word): return word
    case .text(let parts):
      guard parts.count == 1, case .literal(let text) = parts[0] else { return nil }
      return text
    default: return nil
    }
  }
}
