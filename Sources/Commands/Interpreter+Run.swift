import Language
import Reports

/// One run of a source: the interpreter as it changes, and where in which source it is.
struct Run {
  /// Why a run stops before its end.
  enum Stop: Error {
    case failed(Diagnostic)
    case expectation(Diagnostic)
    case interrupted
  }

  var interpreter: Interpreter
  let host: any Host
  var source: Source
  /// The calls of the source that is run which are bound already, by where they begin.
  var bound: [Int: BoundCommand]
  let observe: (StatementOutcome) -> Void
  /// Where the file or procedure being run was called, in the source that was given; nil in itself.
  var site: SourceRange?
  /// The files being run, outermost first.
  var files: [String]
  /// What the statement that runs has read and written so far, and said.
  var access = Access()
  var said: [Report] = []
  var completed = CompletedParts()

  init(
    interpreter: Interpreter, host: any Host, script: CheckedScript,
    observe: @escaping (StatementOutcome) -> Void
  ) {
    self.interpreter = interpreter
    self.host = host
    source = script.source
    bound = script.calls
    self.observe = observe
    files = [source.name]
  }

  /// Runs the statements of the source that was given; what succeeded enters the log.
  mutating func all(_ statements: [Statement]) -> RunResult {
    do throws(Stop) {
      for (index, statement) in statements.enumerated() {
        if index > 0 { try goOn() }
        var before = interpreter
        before.session.log = SessionLog()
        (access, said, completed) = (Access(), [], CompletedParts())
        do throws(Stop) { try run(statement) } catch {
          record(statement, from: before)
          throw error
        }
        record(statement, from: before)
      }
      return .completed
    } catch {
      switch error {
      case .failed(let diagnostic): return .failed(diagnostic)
      case .expectation(let diagnostic): return .expectationFailed(diagnostic)
      case .interrupted: return .interrupted
      }
    }
  }

  /// Writes down what a statement came to.
  private mutating func record(_ statement: Statement, from before: Interpreter) {
    if case .version = statement.kind { return }
    if interpreter.session.log.entries.isEmpty {
      interpreter.session.log.seed = before.session.settings.seed
    }
    access.writes.formUnion(interpreter.namesChanged(since: before))
    access.reads.formUnion(spoken(in: statement, before))
    for slot in access.reads { access.contents[slot] = before.content(of: slot) }
    var start = 0
    for part in completed.parts {
      var entry = SessionLog.Entry(part.text, head: source.slice(statement.head))
      if case .parameter(let parameter) = statement.kind,
        let given = interpreter.parameters[parameter.name.text]
      {
        // The saved script must not need the command line to come to the same numbers.
        entry.text = "param \(parameter.name.text) = \(given.sourceText)"
      }
      entry.access = access
      entry.reports = said[start..<part.end].map { Report($0.blocks) }
      interpreter.session.log.entries.append(entry)
      start = part.end
      // The next part goes on with what this one has made.
      access.reads.formUnion(access.writes)
    }
  }

  mutating func run(_ statements: [Statement]) throws(Stop) {
    for (index, statement) in statements.enumerated() {
      if index > 0 { try goOn() }
      try run(statement)
    }
  }

  /// Stops between two statements: a command may have finished early because of Ctrl-C, and what
  /// follows it was not wanted then.
  private func goOn(_ progress: Progress = Progress("", done: 0, total: 0)) throws(Stop) {
    if completed.isCut { throw .interrupted }
    do { try host.checkpoint(progress) } catch { throw .interrupted }
  }

  /// Runs a block; names it binds end with it.
  mutating func run(_ block: StatementBlock) throws(Stop) {
    let outside = interpreter.variables
    let procedures = interpreter.procedures
    defer {
      interpreter.variables = interpreter.variables.within(outside)
      interpreter.procedures = procedures
    }
    try run(block.statements)
  }

  private mutating func run(_ statement: Statement) throws(Stop) {
    try recordingParts(statement) { run throws(Stop) in try run.execute(statement) }
  }

  private mutating func execute(_ statement: Statement) throws(Stop) {
    switch statement.kind {
    case .version, .invalid: break
    case .pipeline(let calls): _ = try pipeline(calls, of: statement)
    case .assignment(let name, let value): try assign(name, value, statement)
    case .settings(let arguments): try set(arguments, statement)
    case .parameter(let parameter): try self.parameter(parameter)
    case .branch(let branch): try self.branch(branch)
    case .loop(let loop): try self.loop(loop)
    case .definition(let definition):
      let procedure = Procedure(definition, source: source)
      interpreter.procedures[procedure.name] = procedure
      interpreter.session.procedures[procedure.name] = procedure
    case .inclusion(let path): try include(path)
    case .expectation(let expectation): try watch(expectation, statement)
    }
  }

  // MARK: Values

  /// The value of an expression; it has one, or the run stops.
  mutating func value(of expression: Expression) throws(Stop) -> Value {
    var evaluator = Evaluator(interpreter.variables)
    let value = evaluator.value(of: expression)
    note(evaluator)
    if let fault = evaluator.diagnostics.first { throw .failed(placed(fault)) }
    guard let value else {
      throw .failed(
        placed(Diagnostic("E0703", "this has no value", at: expression.range)))
    }
    return value
  }

  /// Whether a condition holds; the run stops where that has no answer.
  mutating func truth(of expression: Expression) throws(Stop) -> Bool {
    var evaluator = Evaluator(interpreter.variables)
    let truth = evaluator.truth(of: expression)
    note(evaluator)
    if let fault = evaluator.diagnostics.first { throw .failed(placed(fault)) }
    return truth ?? false
  }

  private mutating func note(_ evaluator: Evaluator) {
    guard !evaluator.readNames.isEmpty else { return }
    access.add(Access(reads: Set(evaluator.readNames.map { .variable($0) })))
  }

  /// A diagnostic of the source being run, as one of the source that was given.
  func placed(_ diagnostic: Diagnostic) -> Diagnostic {
    guard let site else { return diagnostic }
    var placed = diagnostic
    let line = source.line(of: diagnostic.primary.range.lower)
    let file = source.name.isEmpty ? "" : "`\(source.name)` "
    placed.message = "\(file)line \(line): \(diagnostic.message)"
    placed.primary = .init(site, "`\(source.slice(diagnostic.primary.range))`")
    placed.secondary = []
    placed.fix = nil
    return placed
  }

  private mutating func assign(
    _ name: Name, _ value: AssignedValue, _ statement: Statement
  ) throws(Stop) {
    switch value {
    case .expression(let expression):
      interpreter.variables[name.text] = BoundValue(try self.value(of: expression))
    case .pipeline(let calls):
      if calls.count == 1, let call = calls.first, call.arguments.isEmpty,
        !isVerb(call.verb.text)
      {
        interpreter.variables[name.text] = BoundValue(.word(call.verb.text))
        return
      }
      let report = try pipeline(calls, of: statement)
      let verb = calls.last?.verb.text ?? ""
      let isCell = source.lineStarts.count == 1 && !source.name.isEmpty
      interpreter.variables[name.text] = BoundValue(
        report.result.asValue,
        origin: isCell
          ? "the result of `\(verb)` (\(source.name))"
          : .result(verb: verb, line: source.line(of: statement.range.lower)))
    }
  }

  private func isVerb(_ name: String) -> Bool {
    interpreter.procedures[name] != nil || interpreter.catalog.members.names.contains(name)
  }

  private mutating func parameter(_ parameter: FormalParameter) throws(Stop) {
    let name = parameter.name.text
    if let given = interpreter.parameters[name] {
      access.reads.insert(.parameter(name))
      interpreter.variables[name] = BoundValue(given, origin: "this parameter")
    } else if let written = parameter.defaultValue {
      interpreter.variables[name] = BoundValue(try value(of: written), origin: "this parameter")
    }
  }

  private mutating func set(_ arguments: [ArgumentSyntax], _ statement: Statement) throws(Stop) {
    var settings: any Configurable = interpreter.session.settings
    try bind(arguments, to: &settings, whole: statement.head)
    guard let settings = settings as? Settings else { return }
    let command = CanonicalCommand(text: described(settings))
    noting(command, statement.head) { session, _ in session.settings = settings }
  }

  // MARK: Flow

  private mutating func branch(_ branch: Branch) throws(Stop) {
    let holds = try truth(of: branch.condition)
    guard let body = holds ? branch.then : branch.otherwise else { return }
    try recordingParts({ $0.block("if yes") }) { run throws(Stop) in try run.run(body) }
  }

  private mutating func loop(_ loop: Loop) throws(Stop) {
    let elements = try value(of: loop.sequence).elements ?? []
    let hidden = interpreter.variables[loop.variable.text]
    defer { interpreter.variables[loop.variable.text] = hidden }
    let source = source
    interpreter.execution.plan?.enter(rounds: elements.count)
    defer { interpreter.execution.plan?.leave(rounds: elements.count) }
    let isPlanned = interpreter.execution.plan != nil
    let rounds = !isPlanned ? Array(elements.indices) : Plan.tried(of: elements.count)
    for index in rounds {
      let element = elements[index]
      if completed.isCut { throw .interrupted }
      let end = said.count
      try recordingParts({ loop.written(of: source, elements, whole: index, until: end, then: $0) })
      {
        run throws(Stop) in
        try run.goOn(
          Progress(
            "for \(loop.variable.text)", done: Double(index), total: Double(elements.count),
            unit: "rounds"))
        run.interpreter.variables[loop.variable.text] = BoundValue(element)
        try run.run(loop.body)
      }
    }
  }

  private mutating func include(_ path: Expression) throws(Stop) {
    let written = try value(of: path).text
    let name = pathBeside(files.last ?? "", written, isScript: files.count > 1)
    // Where the checker could not follow: a circle would have no end.
    guard files.count < deepestInclusion else {
      throw .failed(placed(Diagnostic(tooDeep: name, at: path.range)))
    }
    let file: Source
    let watched = FileRecordingHost(host)
    do { file = try Source(reading: name, host: watched) } catch {
      throw .failed(placed(error.diagnostic(at: path.range)))
    }
    let outer = (source, bound, site, files)
    defer { (source, bound, site, files) = outer }
    access.add(Access(facts: watched.facts))
    access.reads.formUnion(variables(in: file.text))
    site = site ?? path.range
    (source, bound) = (file, [:])
    files.append(name)
    try recordingParts({ $0 }) { run throws(Stop) in
      try run.run(file.parsed.script.statements)
    }
  }
}
