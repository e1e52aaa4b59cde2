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
    // The last statement that ended as it should.
    var last: SourceRange?
    // A training that was stopped keeps its best epoch and succeeds; here its model goes with the script.
    var stopped: SourceRange?
    let frontEnd = FrontEnd(host: output.host.shared) { event in
      document?.take(event)
      switch event {
      case .statement(let outcome) where mrs_signals_interrupts() > 0: stopped = outcome.range
      case .statement(let outcome):
        last = outcome.range
        output.show(event)
      case .ended(let ending) where ending.result == .interrupted || stopped != nil: break
      default: output.show(event)
      }
    }
    interpreter.warn(of: source, for: frontEnd)
    let result = interpreter.run(source, for: frontEnd)
    guard result == .interrupted || stopped != nil else { return ExitStatus(result) }
    output.say(
      source.interruption(at: stopped ?? last.map { source.statement(behind: $0) } ?? nil))
    return .interrupted
  }

  /// Everything wrong with a source, said; nothing runs.
  ///
  /// - Parameter host: looks at the files that the script names.
  package func check(
    _ source: Source, host: TerminalHost, deniesWarnings: Bool = false
  ) -> (faults: [Diagnostic], status: ExitStatus) {
    let faults = Interpreter().check(source, host: host, lints: true)
    output.show(faults, in: source)
    let isRefused = faults.contains { deniesWarnings || $0.severity == .error }
    return (faults, isRefused ? .invalid : .success)
  }
}

extension Source {
  /// The statement that was running when the one at a range was the last to have ended: the block that it stands
  /// in, else the next with a command.
  fileprivate func statement(behind range: SourceRange) -> SourceRange? {
    let statements = parsed.script.statements
    let around = statements.first { $0.range.lower <= range.lower && range.upper <= $0.range.upper }
    if let around, !around.blocks.isEmpty { return around.range }
    return statements.first { $0.range.lower >= range.upper && !$0.isBare }?.range
  }

  /// What a script comes to that was stopped in a statement.
  fileprivate func interruption(at range: SourceRange?) -> String {
    guard let range else { return "interrupted; nothing was done or saved" }
    let line = self.line(of: range.lower)
    let text = slice(range).prefix { !$0.isNewline }
    let name = text.count > 40 ? "\(text.prefix(40))…" : String(text)
    return
      "interrupted at line \(line), `\(name)`: neither it nor what follows has done or saved anything"
      + (text.contains("checkpoint=") ? "; run again, it goes on from its checkpoint" : "")
  }
}

extension Statement {
  /// Whether it runs no command.
  fileprivate var isBare: Bool { calls.isEmpty && blocks.isEmpty }
}
