import Commands
import Language
import Reports

/// One execution of a cell, as the events of the workbench come.
final class CellRun {
  let outputs: CellOutputs
  /// Why it failed or was stopped, if it did.
  private(set) var fault: KernelFault?
  /// A text that the front end is to offer to be edited.
  private(set) var edited: String?
  private(set) var wantsToLeave = false
  private let count: Int
  /// Where the last statement of the cell stands: what that says is the cell's result.
  private let last: SourceRange?
  /// Whether what was handed in runs, and not what it brought about.
  private var isOwn = true

  /// - Parameters:
  ///   - code: the cell, spelled out.
  ///   - count: the number that the cell will have.
  init(_ code: String, count: Int, outputs: CellOutputs) {
    self.count = count
    self.outputs = outputs
    last = Source(text: code).parsed.script.statements.last?.range
  }

  func take(_ event: WorkbenchEvent) {
    switch event {
    case .started(let number, let text, let isHandedIn):
      isOwn = isHandedIn
      if !isHandedIn { outputs.say("mrs [\(number)]> \(LineText.cleaned(text))\n") }
    case .progress(let progress): outputs.show(progress)
    case .statement(let outcome):
      guard let report = outcome.report else { return }
      outputs.show(report, resultOf: isOwn && outcome.range == last ? count : nil)
    case .said(let report): outputs.show(report)
    case .ended(let ending): end(ending)
    case .warned(let faults, let source):
      let texts = faults.map { PlainRenderer().text($0, in: source) }
      outputs.say(texts.joined(separator: "\n"), to: "stderr")
    case .edit(let text, _): edited = text
    case .leave: wantsToLeave = true
    case .stopped(let cell):
      fail(
        KernelFault(
          "Interrupted", "stopped; the epochs that were finished are kept in cell \(cell)",
          lines: [
            "stopped; the epochs that were finished are kept, and `undo` drops them"
          ]))
    case .dropped, .notice, .recovered:
      if let sentence = event.sentence { outputs.say(sentence + "\n", to: "stderr") }
    }
  }

  private func end(_ ending: WorkbenchEvent.Ending) {
    switch ending.result {
    case .completed: break
    case .interrupted:
      let sentence =
        ending.hasKept
        ? "interrupted; what was done before stays, the rest did not run"
        : "interrupted; the session is as it was before this cell"
      fail(KernelFault("Interrupted", sentence, lines: [sentence]))
    case .failed(let fault), .expectationFailed(let fault):
      fail(KernelFault([fault], in: ending.source))
    case .invalid(let faults): fail(KernelFault(faults, in: ending.source))
    }
  }

  private func fail(_ fault: KernelFault) {
    self.fault = fault
    outputs.show(fault)
  }
}
