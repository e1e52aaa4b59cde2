/// A part of a text and how it is shown.
package struct Highlight: Sendable, Equatable {
  package enum Style: String, Sendable, CaseIterable {
    case verb, keyword, member, option, number, text, variable, comment, output, heading
    case symbol, word, unknown
  }

  package var range: SourceRange
  package var style: Style

  package init(_ range: SourceRange, _ style: Style) {
    self.range = range
    self.style = style
  }
}

/// How the parts of a text are shown, in order and without overlap; spaces are left out.
package func highlights(in text: String, context: AssistanceContext) -> [Highlight] {
  let (script, _) = parse(text)
  var painter = Highlighter(context: context.checking, end: text.utf8.count)
  painter.paint(script.statements)
  return script.tokens.compactMap { token in
    guard let usual = token.kind.style else { return nil }
    return Highlight(token.range, painter.styles[token.range.lower] ?? usual)
  }
}

extension Token.Kind {
  /// How a token is shown when nothing more is known of it.
  fileprivate var style: Highlight.Style? {
    switch self {
    case .word: .word
    case .number: .number
    case .text, .rawText: .text
    case .variable: .variable
    case .symbol, .continuation: .symbol
    case .comment: .comment
    case .documentation: .heading
    case .output: .output
    case .invalid: .unknown
    case .newline, .space, .end: nil
    }
  }
}

/// Finds what words mean by the statements they stand in; styles by where a token begins.
private struct Highlighter {
  var context: CheckContext
  /// Where the text ends: a word there may still be being typed.
  let end: Int
  var styles: [Int: Highlight.Style] = [:]

  mutating func paint(_ statements: [Statement]) {
    for statement in statements { paint(statement) }
  }

  private mutating func paint(_ statement: Statement) {
    if case .pipeline = statement.kind {} else { styles[statement.head.lower] = .keyword }
    switch statement.kind {
    case .version, .invalid: break
    case .pipeline(let calls): paint(calls)
    case .assignment(let name, let value):
      switch value {
      case .expression(let expression): paint(expression)
      case .pipeline(let calls): paint(calls)
      }
      bind(name)
    case .settings(let arguments):
      if let type = context.settings { paint(arguments, of: type) }
    case .parameter(let parameter):
      if let value = parameter.defaultValue { paint(value) }
      bind(parameter.name)
    case .branch(let branch):
      paint(branch.condition)
      paint(branch.then.statements)
      if let otherwise = branch.otherwise { paint(otherwise.statements) }
    case .loop(let loop):
      paint(loop.sequence)
      bind(loop.variable)
      paint(loop.body.statements)
    case .definition(let definition):
      for parameter in definition.parameters { bind(parameter.name) }
      styles[definition.name.range.lower] = .verb
      context.procedures[definition.name.text] = Procedure(definition, source: Source(text: ""))
      paint(definition.body.statements)
    case .inclusion(let path): paint(path)
    case .expectation(let expectation): paint(expectation)
    }
  }

  private mutating func paint(_ expectation: Expectation) {
    switch expectation.kind {
    case .condition(let condition, let tolerance, let over):
      paint(condition)
      if let tolerance {
        styles[tolerance.range.lower] = .keyword
        paint(tolerance.amount)
      }
      if let over { styles[over.range.lower] = .keyword }
    case .fault(_, let code, let block):
      if let code { styles[code.range.lower] = .member }
      paint(block.statements)
    }
  }

  private mutating func bind(_ name: Name) {
    styles[name.range.lower] = .variable
    context.variables[name.text] = BoundValue(nil)
  }

  private mutating func paint(_ calls: [Call]) {
    for call in calls {
      let verb = call.verb
      if context.procedures[verb.text] != nil {
        styles[verb.range.lower] = .verb
        for argument in call.arguments {
          if let key = argument.key { styles[key.range.lower] = .option }
          paint(argument.value)
        }
      } else if let type = context.command(verb.text) {
        styles[verb.range.lower] = .verb
        paint(call.arguments, of: type)
      } else {
        let known = context.commands.names + Keyword.allCases.map(\.rawValue)
        let mayGrow = verb.range.upper == end && known.contains { $0.hasPrefix(verb.text) }
        styles[verb.range.lower] = mayGrow ? .word : .unknown
      }
    }
  }

  private mutating func paint(
    _ written: [ArgumentSyntax], of type: any Configurable.Type
  ) {
    var root: any Configurable = type.init()
    let arguments = written.map { argument in
      var evaluator = Evaluator(context.variables)
      return Argument(argument, evaluator.value(of: argument.value))
    }
    let binding = Language.bind(arguments, to: &root)
    for (argument, form) in zip(written, binding.takers) {
      if let key = argument.key, form?.place != .pairs { styles[key.range.lower] = .option }
      paint(argument.value)
      let isNamed =
        form?.members != nil || [.flag, .filler, .noun].contains(form?.place)
        || form?.namedValues.isEmpty == false
      if isNamed, case .word = argument.value.kind {
        styles[argument.value.range.lower] = .member
      }
    }
    for (index, problem) in binding.problems {
      guard let index else { continue }
      let range = problem.range(in: written[index])
      if range.upper < end || problem.code == "E0206" { styles[range.lower] = .unknown }
    }
  }

  private mutating func paint(_ expression: Expression) {
    switch expression.kind {
    case .variable(let name, _):
      let isKnown = context.variables[name.text] != nil || expression.range.upper == end
      styles[expression.range.lower] = isKnown ? .variable : .unknown
    case .list(let elements): for element in elements { paint(element) }
    case .range(let lower, let upper, _):
      paint(lower)
      paint(upper)
    case .negative(let operand): paint(operand)
    case .not(let operand):
      styles[expression.range.lower] = .keyword
      paint(operand)
    case .binary(let left, _, let right):
      paint(left)
      paint(right)
    case .element(let base, let index):
      paint(base)
      paint(index)
    case .number, .word, .text, .invalid: break
    }
  }
}
