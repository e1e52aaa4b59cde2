import Commands
import Language
import LibC
import Reports

/// Where results and messages go and how they are written: results to standard output, progress and
/// diagnostics to standard error.
package struct Output {
  package var results: any Renderer
  package var messages: any Renderer
  package var isQuiet: Bool
  let host: TerminalHost
  let write: (String, Int32) -> Void
  private let last = Last()

  /// The report that was shown last, for all copies.
  private final class Last {
    var report: Report?
  }

  /// - Parameter write: where texts go, by file descriptor; tests collect them.
  package init(
    results: any Renderer, messages: any Renderer, isQuiet: Bool = false, host: TerminalHost,
    write: @escaping (String, Int32) -> Void = Terminal.write
  ) {
    self.results = results
    self.messages = messages
    self.isQuiet = isQuiet
    self.host = host
    self.write = write
  }

  /// What is to be seen of an event.
  package func show(_ event: WorkbenchEvent) {
    switch event {
    case .progress(let progress): host.show(progress)
    case .statement(let outcome): if let report = outcome.report { show(report) }
    case .said(let report): show(report)
    case .ended(let ending): show(ending.result, of: ending.source, hasKept: ending.hasKept)
    case .warned(let faults, let source): show(faults, in: source)
    default: if let sentence = event.sentence { say(sentence) }
    }
  }

  package func show(_ report: Report) {
    host.clearProgress()
    guard !isQuiet else { return }
    let text = results.text(report, after: last.report)
    if !text.isEmpty { last.report = report }
    write(host.isTimeless ? withoutTimes(text) : text, STDOUT_FILENO)
  }

  package func show(_ diagnostic: Diagnostic, in source: Source) {
    host.clearProgress()
    // A value of the command line is no line of the script.
    let source = diagnostic.given.map { Source(text: $0) } ?? source
    write(messages.text(diagnostic, in: source), STDERR_FILENO)
  }

  /// A line that is neither a result nor a fault.
  package func say(_ text: String) {
    host.clearProgress()
    let lines = messages is TerminalRenderer ? wrapped(text, to: messages.page.width) : [text]
    write(lines.map { messages.page.ink($0, .dim) + "\n" }.joined(), STDERR_FILENO)
  }

  /// At most this many faults of one source are shown; the rest are mostly consequences.
  static let mostFaults = 20

  /// What a run that did not complete has to say.
  ///
  /// - Parameter hasKept: whether statements before the one that stopped it have done something.
  package func show(_ result: RunResult, of source: Source, hasKept: Bool = false) {
    switch result {
    case .completed: host.clearProgress()
    case .interrupted:
      say(
        hasKept
          ? "interrupted; what was done before stays, the rest did not run"
          : "interrupted; the session is as it was before this command")
    case .failed(let fault), .expectationFailed(let fault): show(fault, in: source)
    case .invalid(let faults): show(faults, in: source)
    }
  }

  /// The first of many faults, or all for a program that reads them.
  package func show(_ faults: [Diagnostic], in source: Source) {
    let shown = messages is JSONRenderer ? faults.count : Output.mostFaults
    for fault in faults.prefix(shown) { show(fault, in: source) }
    if faults.count > shown { say("… and \(faults.count - shown) more") }
  }

  /// Follows the width of a terminal that may have changed.
  mutating func follow(_ terminal: Terminal) {
    if terminal.hasOutput { results.page.width = Terminal.width(of: STDOUT_FILENO) }
    if terminal.hasErrors { messages.page.width = Terminal.width(of: STDERR_FILENO) }
  }
}
