import Language
import Reports

/// Runs scripts of the language in a session, one statement after the other. A value: a copy is a
/// snapshot of everything a user has made, so going back is assigning it.
package struct Interpreter: Sendable {
  package var session: Session
  /// What `let` has bound.
  package private(set) var variables: [String: Value] = [:]
  /// The statements that succeeded, as they were written.
  package private(set) var log: [String] = []

  package init(session: Session = Session()) {
    self.session = session
  }

  /// Everything wrong with a source that can be known without running it, in order of place.
  package func check(_ source: Source) -> [Diagnostic] { [] }

  /// What completion and highlighting know after all that ran so far.
  package func assistance(
    live: @escaping AssistanceContext.LiveValues = { _, _ in [] }
  ) -> AssistanceContext {
    AssistanceContext(
      commands: commands.members, settings: Settings.self, variables: variables, live: live)
  }

  /// Checks a source and runs it until something fails; `observe` sees every statement that ran.
  ///
  /// Nothing runs when the check finds an error. Each command works on a copy of the session that is
  /// kept only when it succeeds.
  package mutating func run(
    _ source: Source, host: any Host, observe: (StatementOutcome) -> Void = { _ in }
  ) -> RunResult {
    .completed
  }
}

/// What became of one statement.
package struct StatementOutcome: Sendable {
  package var range: SourceRange
  /// The statement as it was written.
  package var text: String
  /// What it said, if it succeeded and had something to say.
  package var report: Report?
  /// Why it failed, if it did.
  package var diagnostic: Diagnostic?
  package var seconds: Double
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
