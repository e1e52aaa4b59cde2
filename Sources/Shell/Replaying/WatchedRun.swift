import Commands
import Language
import Reports

/// One run of a script with everything that can be seen of it.
struct WatchedRun {
  /// What an expectation came to, each time it was reached.
  struct Expectation {
    var range: SourceRange
    var fault: Diagnostic?
    var seconds: Double
  }

  private(set) var result = RunResult.completed
  /// What was printed, by the places of `recordings(in:)`.
  private(set) var outputs: [[String]]
  /// What each place changed of the state.
  private(set) var states: [StateFingerprint?]
  /// How long each place took.
  private(set) var times: [Double]
  private(set) var expectations: [Expectation] = []
  private(set) var seconds = 0.0
  /// The seed that the script ended with.
  private(set) var seed = 0
  private(set) var resultsTaken = 0

  init(
    _ source: Source, places: [Recording], host: any Host, variation: RunVariation = RunVariation(),
    parameters: [String: Value] = [:], store: (any ResultStore)? = nil
  ) {
    outputs = places.map { _ in [] }
    states = places.map { _ in nil }
    times = places.map { _ in 0 }
    var interpreter = Interpreter()
    interpreter.execution.variation = variation
    interpreter.parameters = parameters
    interpreter.execution.store = store
    var outcomes: [StatementOutcome] = []
    var sessions = places.map { _ in Session?.none }
    let start = host.now()
    let frontEnd = FrontEnd(host: host) { event in
      if case .statement(let outcome) = event { outcomes.append(outcome) }
    }
    result = interpreter.run(source, for: frontEnd)
    seconds = host.now() - start
    seed = interpreter.session.settings.seed
    resultsTaken = interpreter.execution.resultsTaken
    for outcome in outcomes {
      if outcome.isExpectation {
        expectations.append(
          Expectation(
            range: outcome.range, fault: outcome.diagnostic, seconds: outcome.seconds))
      }
      guard let place = places.firstIndex(where: { $0.statements.covers(outcome.range) }) else {
        continue
      }
      times[place] += outcome.seconds
      if let report = outcome.report { outputs[place] += recordLines(report) }
      if outcome.diagnostic == nil { sessions[place] = outcome.session }
    }
    var before = StateFingerprint()
    for (place, session) in sessions.enumerated() {
      guard let session else { continue }
      let state = StateFingerprint(session)
      let changes = state.changes(since: before)
      if !changes.isEmpty { states[place] = changes }
      before = state
    }
  }
}

extension SourceRange {
  /// Whether the other begins within this range.
  func covers(_ other: SourceRange) -> Bool {
    lower <= other.lower && other.lower < max(upper, lower + 1)
  }
}
