import CLineEditor
import Commands
import Language

/// Runs a whole script: checked first, then statement by statement until something fails.
package struct ScriptRunner {
  package var output: Output
  package var parameters: [String: Value]
  /// What hears of everything that happens, too.
  package var document: PublishedRun?

  package init(
    output: Output, parameters: [String: Value] = [:], document: PublishedRun? = nil
  ) {
    self.output = output
    self.parameters = parameters
    self.document = document
  }

  /// Runs the source in a new session; results appear as they come.
  package func run(_ source: Source) -> ExitStatus {
    var interpreter = Interpreter()
    interpreter.parameters = parameters
    let frontEnd = FrontEnd(host: output.host) { event in
      output.show(event)
      document?.take(event)
    }
    interpreter.warn(of: source, for: frontEnd)
    let result = interpreter.run(source, for: frontEnd)
    // A training that was stopped keeps its best epoch and succeeds; the script was stopped all the same.
    if result == .completed, mrs_signals_interrupts() > 0 { return .interrupted }
    return ExitStatus(result)
  }

  /// Everything wrong with a source, said; nothing runs.
  ///
  /// - Parameter host: looks at the files that the script names.
  package func check(
    _ source: Source, host: TerminalHost, deniesWarnings: Bool = false
  ) -> ExitStatus {
    let faults = Interpreter().check(source, host: host, lints: true)
    output.show(faults, in: source)
    return faults.contains { deniesWarnings || $0.severity == .error } ? .invalid : .success
  }
}
