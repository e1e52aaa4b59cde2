import Language
import Reports

/// A command about the cells themselves; it runs at the prompt, as a line of its own.
package protocol NotebookCommand: Command {
  /// What it says or wants done; it may change which state the notebook is in.
  func run(in notebook: inout Notebook, host: any Host) throws -> NotebookRequest
}

/// What a command of the notebook wants done.
package enum NotebookRequest: Sendable {
  case show(Report)
  /// Run these as new cells, one after the other, each in place of an earlier one.
  case run([String], again: [Int])
  /// Let the user edit this, and run it in place of an earlier cell.
  case edit(String, again: Int)
  /// Run what a session that did not end properly had done.
  case recover(Recovery)
  /// Run these cells of the session that is followed; the newest one for nil.
  case pull(ClosedRange<Int>?)
  case leave
}

/// Whether a text is a command about cells and nothing else.
package func isNotebookCommand(_ text: String, in catalog: Catalog<any Command>) -> Bool {
  let (script, _) = parse(text)
  guard script.statements.count == 1, case .pipeline(let calls) = script.statements[0].kind,
    calls.count == 1
  else { return false }
  return catalog.types.contains { $0.name == calls[0].verb.text && $0 is any NotebookCommand.Type }
}

extension NotebookCommand {
  package func run(in session: inout Session, host: any Host) throws -> Report {
    throw CommandFailure(
      "E0801", "`\(Self.name)` works at the prompt only, as a line of its own",
      help: ["a script has no cells to go back to"])
  }
}
