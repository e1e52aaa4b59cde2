/// Everything wrong with a source that can be known without running it, in order of place, and what
/// would be known after it ran.
///
/// - Parameter lints: also what is not wrong but will trouble whoever replays it.
package func check(
  _ source: Source, in context: CheckContext, lints: Bool = false
) -> CheckedScript {
  let (script, faults) = (source.parsed.script, source.parsed.diagnostics)
  var checker = Checker(source: source, context: context)
  checker.keepsBound = true
  checker.diagnostics = faults
  checker.check(script.statements)
  checker.checkParametersAreDeclared()
  checker.warnOfNamesInTexts(script)
  if lints {
    // An unseen file may use the name, so that it must not be called unused.
    checker.diagnostics += Language.lints(of: script, source, in: context)
      .filter { faults.isEmpty || !["W0602", "W0607", "E0405"].contains($0.code) }
  }
  var seen = Set<Finding>()
  let all = checker.diagnostics.filter { seen.insert(Finding($0)).inserted }
  return CheckedScript(
    source: source, diagnostics: all.stablySorted(by: \.primary.range.lower),
    after: checker.context, calls: checker.checkedCalls.bound)
}

/// What makes two diagnostics the same one.
struct Finding: Hashable {
  let code: String
  let range: SourceRange
  let message: String

  init(_ diagnostic: Diagnostic) {
    code = diagnostic.code
    range = diagnostic.primary.range
    message = diagnostic.message
  }
}

/// Everything wrong with a part of a source, as far as it can be known without running it.
package func check(
  _ statements: [Statement], of source: Source, in context: CheckContext
) -> [Diagnostic] {
  var checker = Checker(source: source, context: context)
  checker.check(statements)
  return checker.diagnostics
}

/// Goes through statements as a run would, with values as far as they are known: an abstract interpreter.
struct Checker {
  let source: Source
  var context: CheckContext
  var diagnostics: [Diagnostic] = []
  /// The files being included, outermost first.
  var including: [String] = []
  /// How many calls of procedures were followed; bounded, so that checking stays linear in the script's
  /// length.
  var followed = 0
  /// How many loops are open. The bodies of outermost loops are checked twice, since a round may need what
  /// the round before gave.
  var loops = 0
  /// Whether the order of steps is checked: not in the body of a `def`, whose callers decide what is there.
  var followsNouns = true

  /// Whether a file was included that could not be read: names that it may define are then not reported
  /// missing.
  var hasUnseen = false
  /// Calls seen before, shared by all that check one script.
  let checkedCalls: CheckedCallCache
  /// Included files seen before, shared likewise.
  let inclusions: Inclusions
  let definitions = Definitions()
  /// How many branches, loops and procedures are open: what stands in them may never run.
  var conditions = 0
  /// Whether calls that are bound are kept for running; only those of the script itself are.
  var keepsBound = false
  /// The files that the script reads and writes so far.
  var touched = TouchedFiles()
  var declared: Set<String> = []

  init(
    source: Source, context: CheckContext, checkedCalls: CheckedCallCache = CheckedCallCache(),
    inclusions: Inclusions = Inclusions()
  ) {
    self.inclusions = inclusions
    self.source = source
    self.context = context
    self.checkedCalls = checkedCalls
    if !source.name.isEmpty { including = [source.name] }
  }

  mutating func check(_ statements: [Statement]) {
    for statement in statements { check(statement) }
  }

  private mutating func check(_ statement: Statement) {
    switch statement.kind {
    case .version, .invalid: break
    case .pipeline(let calls): _ = check(pipeline: calls)
    case .assignment(let name, let value): assign(name, value)
    case .settings(let arguments):
      if let type = context.settings { check(settings: arguments, of: type) }
    case .parameter(let parameter): check(parameter)
    case .branch(let branch): check(branch)
    case .loop(let loop): check(loop)
    case .definition(let definition): check(definition)
    case .inclusion(let path): check(inclusion: path)
    case .expectation(let expectation): check(expectation, at: statement.range)
    }
  }

  /// The value of an expression as far as it is known, its faults reported.
  mutating func value(of expression: Expression) -> Value? {
    var evaluator = Evaluator(context.variables)
    let value = evaluator.value(of: expression)
    report(evaluator.diagnostics)
    return value
  }

  /// Keeps an evaluator's diagnostics, but for names that an unseen file may have bound.
  mutating func report(_ found: [Diagnostic]) {
    guard !found.isEmpty else { return }
    diagnostics += found.filter { !(hasUnseen && $0.code == "E0207") }
  }

  func line(_ range: SourceRange) -> String { "line \(source.line(of: range.lower))" }

  // MARK: Names

  mutating func bind(_ name: Name, _ variable: BoundValue) {
    context.variables[name.text] = variable
  }

  private mutating func assign(_ name: Name, _ value: AssignedValue) {
    switch value {
    case .expression(let expression):
      let known = self.value(of: expression)
      bind(name, BoundValue(known, origin: ""))
    case .pipeline(let calls):
      if let word = wordInstead(of: calls) {
        bind(name, BoundValue(.word(word)))
        return
      }
      let fields = check(pipeline: calls, asksForFields: true)
      guard let call = calls.last else { return }
      let line = source.line(of: call.range.lower)
      bind(
        name, BoundValue(nil, fields: fields, origin: .result(verb: call.verb.text, line: line)))
    }
  }

  /// In `let x = warm`, the word, which is no verb and does not look like one.
  func wordInstead(of calls: [Call]) -> String? {
    guard calls.count == 1, let call = calls.first, call.arguments.isEmpty,
      !isVerb(call.verb.text), suggestions(for: call.verb.text, among: verbs).isEmpty
    else { return nil }
    return call.verb.text
  }

  func isVerb(_ name: String) -> Bool {
    context.command(name) != nil || context.procedures[name] != nil
  }

  var verbs: [String] { context.commands.names + context.procedures.keys.sorted() }

  private mutating func check(_ parameter: FormalParameter) {
    let name = parameter.name
    declared.insert(name.text)
    let usual = parameter.defaultValue.flatMap { value(of: $0) }
    check(type: parameter, default: usual)
    var given = context.parameters[name.text]
    if let unfit = given, let type = parameter.type.flatMap({ ValueType(rawValue: $0.text) }),
      !type.contains(unfit)
    {
      given = nil
      let written = "\(name.text)=\(unfit.sourceText)"
      let place = SourceRange(name.text.utf8.count + 1, written.utf8.count)
      diagnostics.append(
        Diagnostic(
          "E0301", "`\(name.text)` needs \(type.expectation)", at: place,
          label: "this is \(unfit.description)", help: ["run it with another value"]))
      diagnostics[diagnostics.count - 1].given = written
    }
    if context.parameters[name.text] == nil, parameter.defaultValue == nil, context.needsParameters
    {
      diagnostics.append(
        Diagnostic(
          "E0205", "`\(name.text)` has no value", at: name.range,
          help: [
            "run the script with `\(name.text)=…`, or give it a default: param \(name.text) = …"
          ]))
    }
    bind(name, BoundValue(given ?? usual, origin: "this parameter"))
  }

  /// Says which values of the command line no `param` of the script takes.
  mutating func checkParametersAreDeclared() {
    for name in context.parameters.keys.sorted()
    where !declared.contains(name) && !hasUnseen && context.needsParameters {
      var found =
        Problem(
          "E0203", "the script has no parameter `\(name)`",
          help: declared.isEmpty
            ? ["it has none: `param \(name) = …` makes one"]
            : ["parameters: " + declared.sorted().joined(separator: " ")],
          suggestions: suggestions(for: name, among: declared.sorted())
        ).diagnostic(at: SourceRange(0, name.utf8.count))
      found.given = context.parameters[name].map { "\(name)=\($0.sourceText)" }
      diagnostics.append(found)
    }
  }

  /// Says when a parameter's type is unknown or its default is of another one.
  mutating func check(type parameter: FormalParameter, default known: Value?) {
    guard let type = parameter.type else { return }
    guard let valueType = ValueType(rawValue: type.text) else {
      let names = ValueType.allCases.map(\.rawValue)
      diagnostics.append(
        Problem(
          "E0202", "no type is called `\(type.text)`",
          help: ["types: " + names.joined(separator: " ")],
          suggestions: suggestions(for: type.text, among: names)
        ).diagnostic(at: type.range))
      return
    }
    if let known, let written = parameter.defaultValue, !valueType.contains(known) {
      diagnostics.append(
        Diagnostic(
          "E0301", "`\(parameter.name.text)` needs \(valueType.expectation)", at: written.range,
          label: "this is \(known.description)"))
    }
  }

  // MARK: Blocks

  /// Checks a block; names it binds end with it, names from outside keep what it gave them.
  mutating func check(_ block: StatementBlock) {
    let outside = context.variables
    let procedures = context.procedures
    check(block.statements)
    context.variables = context.variables.within(outside)
    context.procedures = procedures
  }

  private mutating func check(_ branch: Branch) {
    var evaluator = Evaluator(context.variables)
    _ = evaluator.truth(of: branch.condition)
    report(evaluator.diagnostics)
    let before = (ledger: context.ledger, variables: context.variables)
    conditions += 1
    defer { conditions -= 1 }
    check(branch.then)
    let then = (ledger: context.ledger, variables: context.variables)
    (context.ledger, context.variables) = before
    if let otherwise = branch.otherwise { check(otherwise) }
    context.ledger = context.ledger.joined(with: then.ledger)
    context.variables = context.variables.joined(with: then.variables)
  }

  private mutating func check(_ loop: Loop) {
    let sequence = value(of: loop.sequence)
    if let sequence, sequence.elements == nil {
      report(sequence: sequence.description, loop)
    }
    if sequence == nil, let kind = Evaluator(context.variables).kind(of: loop.sequence),
      kind != .list
    {
      report(sequence: kind.description, loop)
    }
    let elements = sequence?.elements
    let before = (ledger: context.ledger, variables: context.variables)
    let hidden = context.variables[loop.variable.text]
    bind(loop.variable, BoundValue(elements?.count == 1 ? elements?.first : nil))
    let changes = context.variables.changes
    loops += 1
    conditions += 1
    defer { conditions -= 1 }
    check(loop.body)
    let first = context.ledger
    // The second pass: in the next round, what the body gave may have made stale what its beginning uses.
    if first != before.ledger, loops <= 2, elements.map({ $0.count > 1 }) ?? true {
      check(loop.body)
    }
    loops -= 1
    // Each value is checked by itself, since some may not fit though their common type does.
    if let elements, elements.count > 1, elements.count <= 20, loops == 0 {
      checkValues(elements, of: loop, from: before.variables)
    }
    if context.variables.changes == changes {
      context.variables = before.variables
    } else {
      context.variables = before.variables.joined(with: context.variables)
      context.variables[loop.variable.text] = hidden
    }
    if elements.map({ $0.isEmpty }) ?? true {
      context.ledger = before.ledger.joined(with: context.ledger)
    }
  }

  private mutating func report(sequence: String, _ loop: Loop) {
    diagnostics.append(
      Diagnostic(
        "E0306", "`for` needs a list or a range", at: loop.sequence.range,
        label: "this is \(sequence)", help: ["for example: [5, 10] or 1..5"]))
  }

  /// Goes through the body with each value, only to find arguments that do not fit.
  private mutating func checkValues(
    _ elements: [Value], of loop: Loop, from variables: Scope
  ) {
    var trial = self
    trial.diagnostics = []
    trial.followsNouns = false
    trial.loops = 3
    for element in elements {
      trial.context.variables = variables
      trial.bind(loop.variable, BoundValue(element))
      trial.check(loop.body)
      guard !trial.diagnostics.isEmpty else { continue }
      let known = Set(diagnostics.map(\.primary.range))
      diagnostics += trial.diagnostics.filter { !known.contains($0.primary.range) }
      trial.diagnostics = []
    }
  }

  private mutating func check(_ expectation: Expectation, at range: SourceRange) {
    switch expectation.kind {
    case .condition(let condition, let tolerance, let over):
      check(condition: condition, tolerance, over)
    case .fault(let severity, let code, let block):
      check(fault: severity, code, in: block, at: range)
    }
  }

  private mutating func check(
    condition: Expression, _ tolerance: Tolerance?, _ over: PairedTestClause?
  ) {
    var evaluator = Evaluator(context.variables)
    _ = evaluator.truth(of: condition)
    if let tolerance { _ = evaluator.number(tolerance.amount, for: "a tolerance") }
    if let over { _ = evaluator.number(over.level, for: "a level of significance") }
    report(evaluator.diagnostics)
    guard tolerance != nil || over != nil else { return }
    if case .binary(_, let mark, _) = condition.kind, mark.isComparison, mark != .in,
      mark != .contains
    {
      return
    }
    diagnostics.append(
      Diagnostic(
        "E0110", "this needs a comparison of two numbers before it",
        at: tolerance?.range ?? over?.range ?? condition.range,
        help: ["for example: expect $r.mae == 0.74 ± 0.002"]))
  }

  /// `expect error`: diagnostics of the block with this code are expected, and so no faults.
  private mutating func check(
    fault severity: Diagnostic.Severity, _ code: Name?, in block: StatementBlock,
    at range: SourceRange
  ) {
    var trial = self
    trial.diagnostics = []
    trial.check(block)
    let isWanted = { (found: Diagnostic) in
      found.severity == severity && (code.map { $0.text == found.code } ?? true)
    }
    if let code, codePage(of: code.text) == nil {
      let known = codePages.map(\.code)
      diagnostics.append(
        Problem(
          "E0202", "no message has the code `\(code.text)`", help: ["`explain code` lists them"],
          suggestions: suggestions(for: code.text, among: known)
        ).diagnostic(at: code.range))
      return
    }
    if trial.diagnostics.contains(where: isWanted) { return }
    // If the code was not found, the run may still fail with it. Diagnostics of other codes remain faults.
    diagnostics += trial.diagnostics
  }
}
