import Commands
import Language
import Reports
import Synchronization

/// The document that is made of a run while it goes on; it is written once, when the run has ended or is ended.
package final class PublishedRun: Sendable {
  private let path: String
  private let format: any NotebookFormat
  private let isTimeless: Bool
  private let state: Mutex<(script: ExecutedScript, isWritten: Bool)>

  /// - Parameters:
  ///   - given: values of parameters as they were written.
  ///   - isTimeless: whether lengths of time are left out.
  /// - Throws: why the document could not be written.
  package init(
    _ source: Source, to path: String, given: [String], isTimeless: Bool
  ) throws(CommandFailure) {
    guard let format = notebookFormat(of: path) else {
      throw CommandFailure(
        "E0302", "`\(path)` has no ending that says what to write", argument: path)
    }
    if let obstacle = TerminalHost().obstacle(writing: path) { throw obstacle }
    self.path = path
    self.format = format
    self.isTimeless = isTimeless
    state = Mutex((ExecutedScript(source, given: given), false))
  }

  package func take(_ event: WorkbenchEvent) { state.withLock { $0.script.take(event) } }

  /// Writes the document of a run that is ended from outside, as far as it came.
  func end(because reason: String) {
    try? write { $0.end(because: reason) }
  }

  private func shown(_ cells: [Cell]) -> [Cell] {
    guard isTimeless else { return cells }
    return cells.map { cell in
      var cell = cell
      cell.reports = cell.reports.map(\.timeless)
      return cell
    }
  }

  /// Writes the document, unless it is written; whoever asks meanwhile waits for that.
  package func write(_ last: (inout ExecutedScript) -> Void = { _ in }) throws(CommandFailure) {
    let failure = state.withLock { state -> CommandFailure? in
      guard !state.isWritten else { return nil }
      state.isWritten = true
      last(&state.script)
      let text = format.text(of: shown(state.script.cells))
      do throws(CommandFailure) {
        try Files.write(Array(text.utf8), to: path, named: path)
        return nil
      } catch {
        return error
      }
    }
    if let failure { throw failure }
  }
}
