import Kernels
import Language
import Models
import Reports

extension Run {
  /// Runs calls joined by `|` as one statement: the session is kept when all of them succeed.
  mutating func pipeline(_ calls: [Call], of statement: Statement) throws(Stop) -> Report {
    if calls.count == 1, let call = calls.first,
      let procedure = interpreter.procedures[call.verb.text]
    {
      return try run(procedure, call)
    }
    let start = host.now()
    let before = interpreter.session
    do throws(Stop) {
      var report: Report?
      for call in calls { report = try run(call, input: report) }
      if let report { said.append(report) }
      outcome(statement, report: report, diagnostic: nil, since: start)
      return report ?? Report()
    } catch {
      interpreter.session = before
      if case .failed(let diagnostic) = error {
        outcome(statement, report: nil, diagnostic: diagnostic, since: start)
      }
      throw error
    }
  }

  private func outcome(
    _ statement: Statement, report: Report?, diagnostic: Diagnostic?, since start: Double
  ) {
    observe(
      StatementOutcome(
        range: site ?? statement.range, text: source.slice(statement.range), report: report,
        diagnostic: diagnostic, seconds: host.now() - start, session: interpreter.session))
  }

  private mutating func run(_ call: Call, input: Report?) throws(Stop) -> Report {
    guard let type = interpreter.catalog.types.first(where: { $0.name == call.verb.text }) else {
      throw .failed(
        placed(Diagnostic("E0201", "there is no command `\(call.verb.text)`", at: call.verb.range)))
    }
    if let (command, sweep) = try sweep(call, of: type) {
      try refuse(sweepOf: call)
      return try run(command, sweep, call)
    }
    let (root, binding) = try bound(call, of: type)
    guard var command = root as? any Command else { return Report() }
    if let input, var receiver = command as? any InputCommand {
      receiver.input = input
      command = receiver
    }
    var nouns = binding.nouns(of: type)
    nouns.needs = binding.needs(of: command)
    let ledger = interpreter.ledger
    try refuseStale(nouns, call, of: type, in: ledger)
    try refuse(command, nouns.needs, call)
    var canonical = CanonicalCommand(command)
    canonical.key = nouns.gives.isEmpty ? nil : ledger.key(command)
    canonical.isGlance = nouns.needs.isEmpty && nouns.gives.isEmpty && type.uses.isEmpty
    canonical.declared = command.declaredReads(nouns.needs, in: interpreter.session)
    return try run(command, call, canonical)
  }

  /// The command of a call with its arguments: as the checker has bound it, where all of them were known.
  private mutating func bound(
    _ call: Call, of type: any Configurable.Type
  ) throws(Stop) -> (any Configurable, BoundArguments) {
    if let known = bound[call.range.lower] { return (known.root, known.arguments) }
    var root: any Configurable = type.init()
    let binding = try bind(call.arguments, to: &root, whole: call.verb.range)
    return (root, binding)
  }

  /// The runs that a call asks for; nil when it asks for one.
  private mutating func sweep(
    _ call: Call, of type: any Configurable.Type
  ) throws(Stop) -> (any SweepCommand, Sweep)? {
    guard type is any SweepCommand.Type else { return nil }
    let arguments = try arguments(of: call.arguments)
    guard arguments.contains(where: { $0.key != nil && $0.value?.elements != nil }) else {
      return nil
    }
    var root: any Configurable = type.init()
    let bound = BoundArguments(arguments, to: &root)
    guard let command = root as? any SweepCommand,
      let sweep = Sweep(bound, drawing: command.strategy.draws)
    else { return nil }
    return (command, sweep)
  }

  /// Does what a call asks for, in the way of this run; the session is changed on success only.
  ///
  /// - Parameter canonical: how it is stamped.
  mutating func run(
    _ command: any Command, _ call: Call, _ canonical: CanonicalCommand? = nil
  ) throws(Stop) -> Report {
    let bound = BoundCall(
      command: command, text: String(source.slice(call.range).prefix { !$0.isNewline }),
      line: site == nil ? source.line(of: call.range.lower) : 0)
    var execution = interpreter.execution
    defer { interpreter.execution = execution }
    var canonical = canonical ?? CanonicalCommand(command)
    if let distortion = execution.variation.distortion, bound.givesFirstData {
      canonical.details += " distorted by \(distortion)"
    }
    let declared = canonical.declared
    return try attempt(canonical, call) { session, host in
      do {
        let report = try execution.perform(bound, in: &session, host: host)
        return report.worded(
          for: session.owner(about: declared.union(type(of: command).gives.compactMap { Slot($0) }))
        )
      } catch let failure as CommandFailure {
        throw failure.worded(for: session.owner(about: declared))
      }
    }
  }

  /// Does what a call asks for on a copy of the session, which is kept on success.
  mutating func attempt<T>(
    _ command: CanonicalCommand, _ call: Call,
    _ work: (inout Session, FileRecordingHost) throws -> T
  ) throws(Stop) -> T {
    do {
      return try noting(command, call.verb.range) { session, host in
        // On as many threads as are set by now.
        let threads = session.unrecorded.threads
        return try host.whileWanted {
          try ThreadPool.limited(to: threads) { try work(&session, host) }
        }
      }
    } catch {
      throw stop(error, call)
    }
  }

  /// Does work on a copy of the session, which is kept on success; what it reads and writes is noted, and what it
  /// writes is stamped.
  mutating func noting<T, Failure: Error>(
    _ command: CanonicalCommand, _ range: SourceRange,
    _ work: (inout Session, FileRecordingHost) throws(Failure) -> T
  ) throws(Failure) -> T {
    let before = interpreter.session
    var draft = before
    let (trace, watched) = (SlotTrace(), FileRecordingHost(host))
    draft.record(trace)
    let result = try work(&draft, watched)
    var command = command
    // What was only estimated is never what a run would make.
    if interpreter.execution.plan != nil { command.details += " planned" }
    // Digests of all that was written are work, too.
    let noted = ThreadPool.limited(to: draft.unrecorded.threads) {
      draft.settle(command, trace, since: before, host: watched, at: .here(site ?? range))
    }
    access.add(command.isGlance ? noted.asGlance : noted)
    interpreter.session = draft
    return result
  }

  /// Why a run stops at a call that threw.
  private func stop(_ error: any Error, _ call: Call) -> Stop {
    switch error {
    case let failure as CommandFailure:
      var diagnostic = placed(failure.diagnostic(of: call, in: source, interpreter.catalog))
      if failure.code == "E0404" {
        let model = failure.argument ?? interpreter.session.model?.title
        diagnostic = interpreter.session.completed(diagnostic, model: model)
      }
      return .failed(diagnostic)
    case let error as ScoreError:
      let failure = CommandFailure(error, in: interpreter.session)
      return .failed(placed(failure.diagnostic(of: call, in: source, interpreter.catalog)))
    case is Interrupted: return .interrupted
    default:
      return .failed(
        placed(
          Diagnostic(
            "E0900", "`\(call.verb.text)` failed in a way it should not: \(error)",
            at: call.verb.range, help: ["this is a fault of mrs, please report it"])))
    }
  }

  /// Stops at a command that would need data that stay with other owners.
  private func refuse(_ command: any Command, _ needs: [Noun], _ call: Call) throws(Stop) {
    guard let obstacle = interpreter.session.ownersObstacle(to: command, needs: needs) else {
      return
    }
    throw .failed(placed(obstacle.diagnostic(of: call, in: source, interpreter.catalog)))
  }

  /// Stops at a sweep there, which keeps and compares what one process has.
  private func refuse(sweepOf call: Call) throws(Stop) {
    guard interpreter.session.unrecorded.data?.owners != nil else { return }
    let obstacle = CommandFailure.owned(
      "several values of an option are a sweep, which works on data in one place",
      "one value, or a loop: `for x in […] { … }`", nil)
    throw .failed(placed(obstacle.diagnostic(of: call, in: source, interpreter.catalog)))
  }

  /// Stops at a call that needs something made from what is another now: where files or branches decide what there
  /// is, only running tells.
  private func refuseStale(
    _ nouns: (needs: [Noun], gives: [Noun]), _ call: Call, of type: any Configurable.Type,
    in ledger: NounLedger
  ) throws(Stop) {
    guard interpreter.execution.plan == nil else { return }
    let stale = ledger.staleness(
      needs: nouns.needs, uses: type.uses, gives: nouns.gives, of: call.verb, in: source)
    if let found = stale?.2 { throw .failed(placed(found)) }
  }

  /// Gives the arguments their values and binds them; the run stops where one does not fit.
  @discardableResult
  mutating func bind(
    _ written: [ArgumentSyntax], to root: inout any Configurable, whole: SourceRange
  ) throws(Stop) -> BoundArguments {
    let bound = BoundArguments(try arguments(of: written), to: &root)
    guard let (index, problem) = bound.binding.problems.first else { return bound }
    let range = index.map { problem.range(in: written[$0]) } ?? whole
    throw .failed(placed(problem.diagnostic(at: range)))
  }

  private mutating func arguments(of written: [ArgumentSyntax]) throws(Stop) -> [Argument] {
    var arguments: [Argument] = []
    for argument in written {
      arguments.append(Argument(argument, try value(of: argument.value)))
    }
    return arguments
  }

  /// Runs the body of a procedure with the values of its parameters.
  private mutating func run(_ procedure: Procedure, _ call: Call) throws(Stop) -> Report {
    var values = Scope()
    var names: [String] = []
    func bind(_ parameter: FormalParameter, _ value: Value, _ written: String) {
      values[parameter.name.text] = BoundValue(value, origin: "this parameter")
      names.append("let \(parameter.name.text) = \(value.isWritable ? value.sourceText : written)")
    }
    for (argument, parameter) in procedure.match(call.arguments).matched {
      guard let parameter else { continue }
      bind(parameter, try value(of: argument.value), source.slice(argument.value.range))
    }
    for parameter in procedure.definition.parameters where values[parameter.name.text] == nil {
      guard let written = parameter.defaultValue else { continue }
      bind(parameter, try value(of: written), procedure.source.slice(written.range))
    }
    access.reads.insert(.procedure(procedure.name))
    let outer = (source, bound, site, interpreter.variables)
    site = site ?? call.verb.range
    (source, bound) = (procedure.source, [:])
    interpreter.variables = values
    defer { (source, bound, site, interpreter.variables) = outer }
    try recordingParts({ $0.block("if yes", names) }) { run throws(Stop) in
      try run.run(procedure.definition.body)
    }
    return Report()
  }
}

extension CommandFailure {
  /// The failure as a diagnostic of one place.
  package func diagnostic(at range: SourceRange) -> Diagnostic {
    Problem(code, message, help: help, suggestions: suggestions.map(Value.written))
      .diagnostic(at: range)
  }

  /// The failure as a diagnostic of a call: at the argument that is to blame, else at its verb.
  func diagnostic(
    of call: Call, in source: Source, _ catalog: Catalog<any Command>
  ) -> Diagnostic {
    guard let argument else {
      return quotedRange(of: call, in: source).map { diagnostic(at: $0) }
        ?? diagnostic(atVerbOf: call)
    }
    let place =
      call.arguments.lazy.compactMap { self.place(in: $0, of: call, argument, source, catalog) }
      .first
    if let place { return diagnostic(at: place) }
    let arguments = call.arguments.filter { source.slice($0.value.range).hasPrefix("$") }
    let near = arguments.count == 1 ? arguments[0].value.range : quotedRange(of: call, in: source)
    return near.map { diagnostic(at: $0) } ?? diagnostic(atVerbOf: call)
  }

  /// Where this argument of a call is what is to blame.
  private func place(
    in written: ArgumentSyntax, of call: Call, _ blamed: String, _ source: Source,
    _ catalog: Catalog<any Command>
  ) -> SourceRange? {
    if source.slice(written.range) == blamed { return written.value.range }
    if let key = written.key, canonical(option: key.text) == canonical(option: blamed) {
      // A failure about an option blames its value, one about a pair its key.
      return isPair(key.text, of: call, catalog) ? key.range : written.value.range
    }
    return written.value.alternatives.map(\.range).first { range in
      let value = source.slice(range)
      let isQuoted = value.hasPrefix("\"") || value.hasPrefix("'")
      let text = isQuoted ? value.dropFirst().dropLast() : Substring(value)
      // A file in a folder that the call names is blamed on the folder.
      return text == blamed || isQuoted && blamed.hasPrefix(text + "/")
    }
  }

  /// At the verb, for what stands nowhere in the call, and so cannot be put in its place.
  private func diagnostic(atVerbOf call: Call) -> Diagnostic {
    var failure = self
    failure.suggestions = []
    failure.help += suggestions.isEmpty ? [] : ["did you mean `\(suggestions[0])`?"]
    return failure.diagnostic(at: call.verb.range)
  }

  /// Where the call writes a value that the message quotes.
  private func quotedRange(of call: Call, in source: Source) -> SourceRange? {
    let parts = message.split(separator: "`", omittingEmptySubsequences: false)
    let quoted = Set(parts.indices.filter { $0 % 2 == 1 }.map { String(parts[$0]) })
    return call.arguments.flatMap(\.value.alternatives).map(\.range).first { range in
      quoted.contains(source.slice(range).filter { $0 != "\"" && $0 != "'" })
    }
  }

  /// Whether a command takes any key, and this one is the name of none of its options.
  private func isPair(
    _ key: String, of call: Call, _ catalog: Catalog<any Command>
  ) -> Bool {
    let type = catalog.types.first { $0.name == call.verb.text }
    guard let parameters = type?.form.parameters else { return false }
    return parameters.contains { $0.place == .pairs }
      && !parameters.contains { canonical(option: $0.name) == canonical(option: key) }
  }
}

extension Expression {
  /// The elements of a list, or what is no list itself.
  fileprivate var alternatives: [Expression] {
    if case .list(let elements) = kind { return elements }
    return [self]
  }
}
