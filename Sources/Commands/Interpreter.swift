import Kernels
import Language
import Reports

/// Runs scripts of the language in a session, one statement after the other. A value: a copy is a
/// snapshot of everything a user has made, so going back is assigning it.
package struct Interpreter: Sendable {
  package var session: Session
  /// What `let` has bound and what is known of it.
  package internal(set) var variables = Scope()
  /// The verbs that `def` has made.
  package internal(set) var procedures: [String: Procedure] = [:]
  /// The values that the command line gives to `param`.
  package var parameters: [String: Value] = [:]
  /// How commands are performed.
  package var execution = Execution()

  package init(session: Session = Session(), catalog: Catalog<any Command> = commands) {
    self.session = session
    self.session.catalog = catalog
  }

  /// The verbs, which hosts add to.
  package var catalog: Catalog<any Command> {
    get { session.catalog }
    set { session.catalog = newValue }
  }

  /// The statements that succeeded, as they were written.
  package var log: [String] { session.log.entries.map(\.text) }

  /// Which nouns are there, and from what they were made.
  package var ledger: NounLedger { session.ledger }

  /// How far the training came that has made the model since an earlier state, if it was stopped.
  func stopped(since before: Interpreter) -> TrainingStop? {
    session.stamps[.currentModel] == before.session.stamps[.currentModel] ? nil : session.stopped
  }

  /// Everything wrong with a source that can be known without running it, in order of place. Files
  /// that it names are looked at when there is a host to do it.
  ///
  /// - Parameter lints: also what is not wrong but will trouble whoever replays it.
  package func check(
    _ source: Source, host: (any Host)? = nil, lints: Bool = false
  ) -> [Diagnostic] {
    checked(source, host: host, lints: lints).diagnostics
  }

  /// A source checked, to be run.
  package func checked(
    _ source: Source, host: (any Host)? = nil, lints: Bool = false, needsParameters: Bool = false
  ) -> CheckedScript {
    var context = checkContext(host)
    context.needsParameters = needsParameters
    return Arithmetic.standard { Language.check(source, in: context, lints: lints) }
  }

  /// What the checker has to know after all that ran so far.
  package func checkContext(_ host: (any Host)? = nil) -> CheckContext {
    var context = CheckContext(
      commands: catalog.members, settings: Settings.self, variables: variables,
      procedures: procedures, ledger: ledger, capabilities: capabilities,
      callProperties: callProperties,
      resultFields: { ($0 as? any Command)?.resultFields })
    context.parameters = parameters
    if let host {
      context.files = FileKnowledge(host)
    }
    return context
  }

  /// What completion and highlighting know after all that ran so far.
  package func assistance(
    live: @escaping AssistanceContext.LiveValues = { _, _ in [] }
  ) -> AssistanceContext {
    AssistanceContext(checkContext(), live: live)
  }

  /// Checks a source and runs it until something fails; `observe` sees every statement that ran.
  ///
  /// Nothing runs when the check finds an error. Each command works on a copy of the session that is
  /// kept only when it succeeds.
  package mutating func run(
    _ source: Source, host: any Host, observe: (StatementOutcome) -> Void = { _ in }
  ) -> RunResult {
    run(checked(source, host: host, needsParameters: true), host: host, observe: observe)
  }

  /// Runs what was checked in the present state.
  package mutating func run(
    _ script: CheckedScript, host: any Host, observe: (StatementOutcome) -> Void = { _ in }
  ) -> RunResult {
    let faults = script.errors
    guard faults.isEmpty else { return .invalid(faults) }
    // A run within a command of another computes with that one's threads.
    let pool = host.pool ?? ThreadPool.current ?? ThreadPool()
    return Arithmetic.standard {
      pool.whileUsed(atMost: session.threads) { follow(script, host: host, observe: observe) }
    }
  }

  private mutating func follow(
    _ script: CheckedScript, host: any Host, observe: (StatementOutcome) -> Void
  ) -> RunResult {
    let source = script.source
    session.settings.draw = execution.variation.draw
    session.settings.usualThreads = execution.variation.threads
    session.kernels = host.kernels
    let result = withoutActuallyEscaping(observe) { observe in
      var run = Run(interpreter: self, host: host, script: script, observe: observe)
      let result = run.all(script.statements)
      self = run.interpreter
      return result
    }
    let isOneLine = source.lineStarts.count == 1
    let name = { (range: SourceRange) in
      isOneLine && !source.name.isEmpty
        ? source.name : "\(source.name) line \(source.line(of: range.lower))"
    }
    session.settleSites(name)
    return result
  }
}

/// What became of one statement.
package struct StatementOutcome: Sendable {
  /// Where it stands in the source that was run; a statement of an included file or of a procedure
  /// stands where that was called.
  package var range: SourceRange
  /// The statement as it was written.
  package var text: String
  /// What it said, if it succeeded and had something to say.
  package var report: Report?
  /// Why it failed, if it did.
  package var diagnostic: Diagnostic?
  package var seconds: Double
  package var isExpectation = false
  /// What the session held after it.
  package var session: Session
}

/// How the run of a source ended.
package enum RunResult: Sendable, Equatable {
  case completed
  /// Nothing ran.
  case invalid([Diagnostic])
  case failed(Diagnostic)
  case expectationFailed(Diagnostic)
  case interrupted
}

/// What the checker can ask of a command beyond its signature.
private let capabilities: @Sendable (any Configurable.Type) -> CheckContext.Capabilities = { type in
  var capabilities: CheckContext.Capabilities = []
  if type is any InputCommand.Type { capabilities.insert(.input) }
  if type is any SweepCommand.Type { capabilities.insert(.sweep) }
  if type is any ConstrainedCommand.Type { capabilities.insert(.contradiction) }
  if type is any WithholdingCommand.Type { capabilities.insert(.withholding) }
  if type is any FrugalCommand.Type { capabilities.insert(.frugal) }
  return capabilities
}

/// The answers of a command.
private let callProperties: @Sendable (any Configurable) -> CheckContext.CallProperties = {
  configurable in
  CheckContext.CallProperties(
    takesInput: (configurable as? any InputCommand)?.takesInput ?? false,
    needsInput: (configurable as? any InputCommand)?.needsInput ?? false,
    sweep: (configurable as? any SweepCommand)?.sweepForm,
    contradiction: (configurable as? any ConstrainedCommand)?.contradiction?.problem,
    withheld: (configurable as? any SweepCommand)?.training.withheld
      ?? (configurable as? any WithholdingCommand)?.withheld ?? [],
    given: (configurable as? any WithholdingCommand)?.given ?? [],
    withdrawn: (configurable as? any WithholdingCommand)?.withdrawn ?? [],
    unneeded: (configurable as? any FrugalCommand)?.unneeded ?? [])
}

extension Source {
  /// The text of a file; bytes that are not UTF-8 become a character the checker reports.
  ///
  /// - Parameters:
  ///   - longest: how many bytes it may have.
  ///   - kind: what it is read as.
  package init(
    reading path: String, host: any Host, longest: Int = Source.longest, as kind: String = "script"
  ) throws(CommandFailure) {
    let contents = try host.read(path)
    // Not even looked at: a text of gigabytes would only fill the memory.
    guard contents.bytes.count <= longest else {
      throw CommandFailure(
        "E0109", "`\(path)` is too long for a \(kind): \(counted(contents.bytes.count, "byte"))",
        help: ["a \(kind) has at most \(grouped(longest)) bytes"], argument: path)
    }
    guard !contents.withBytes({ $0.starts(with: [0xFF, 0xFE]) || $0.starts(with: [0xFE, 0xFF]) })
    else {
      throw CommandFailure(
        "E0101", "`\(path)` is UTF-16 text", help: ["save the file as UTF-8"], argument: path)
    }
    self.init(name: path, text: contents.withBytes { String(decoding: $0, as: UTF8.self) })
  }
}

extension FileKnowledge {
  /// What a host tells of files.
  fileprivate init(_ host: any Host) {
    self.init(
      source: { path in
        do throws(CommandFailure) {
          return .success(try Source(reading: path, host: host))
        } catch {
          return .failure(error.problem)
        }
      },
      // Of files that ranks own, that of rank 0 is looked for.
      obstacleToReading: { host.obstacle(reading: OwnFiles.path($0, of: 0))?.problem },
      obstacleToWriting: { host.obstacle(writing: $0)?.problem },
      exists: { host.kind(of: $0) != nil })
  }
}

extension CommandFailure {
  /// The failure of a path as a problem of the argument that names it.
  fileprivate var problem: Problem {
    let isMissing = code == "E0501" && help.isEmpty
    return Problem(
      code, message,
      help: isMissing
        ? ["paths are relative to the script, at the prompt to the current folder"] : help,
      suggestions: suggestions.map { Value.text($0).sourceText })
  }
}
