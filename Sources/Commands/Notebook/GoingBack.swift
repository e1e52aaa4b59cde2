import Language
import Reports

/// `undo 2`: back to the state two cells ago.
package struct Undo: NotebookCommand {
  var count = 1

  package init() {}

  package static let signature = Signature<Self>(
    "undo", "Goes back to the session as it was before the last cell.",
    [
      .positional(
        "count", \.count, "how many cells", isRequired: false,
        expects: "a whole number of 1 or more", where: { $0 >= 1 })
    ],
    examples: [Example("undo"), Example("undo 3")])

  package func run(in notebook: inout Notebook, host: any Host) throws -> NotebookRequest {
    .show(state(after: try notebook.step(-count)))
  }
}

/// `redo`: forward again after `undo`.
package struct Redo: NotebookCommand {
  var count = 1

  package init() {}

  package static let signature = Signature<Self>(
    "redo", "Goes forward again after undo.",
    [
      .positional(
        "count", \.count, "how many cells", isRequired: false,
        expects: "a whole number of 1 or more", where: { $0 >= 1 })
    ],
    examples: [Example("redo")])

  package func run(in notebook: inout Notebook, host: any Host) throws -> NotebookRequest {
    .show(state(after: try notebook.step(count)))
  }
}

/// `goto 7`, `goto careful`: to the state after a cell or of a branch.
package struct GoTo: NotebookCommand {
  var goal = ""

  package init() {}

  package static let signature = Signature<Self>(
    "goto", "Goes to the session as it was after a cell, or to a named state.",
    details: "Nothing is lost by going: `undo` comes back. `goto 0` is the empty session.",
    [
      .positional(
        "goal", \.goal, "the number of a cell, or a name given by `branch`",
        expects: "the number of a cell or the name of a branch", where: { !$0.isEmpty })
    ],
    examples: [Example("goto 3"), Example("goto careful")])

  package func run(in notebook: inout Notebook, host: any Host) throws -> NotebookRequest {
    let named = notebook.named.first { $0.name == goal }
    guard let number = named?.cell ?? Int(goal) else {
      throw CommandFailure(
        "E0802", "no branch is called `\(goal)`",
        help: ["`branch` lists them; `goto 3` goes to a cell"],
        suggestions: suggestions(for: goal, among: notebook.named.map(\.name)), argument: goal)
    }
    try notebook.go(to: number)
    return .show(state(after: number))
  }
}

/// `branch careful`: gives the present state a name.
package struct Branching: NotebookCommand {
  var title = ""

  package init() {}

  package static let signature = Signature<Self>(
    "branch", "Gives the present state of the session a name to go back to.",
    details: "Without a name it lists the names.",
    [
      .positional(
        "name", \.title, "what to call it", isRequired: false,
        expects: "a word that is no number", where: { Int($0) == nil })
    ],
    examples: [Example("branch careful"), Example("branch")])

  package func run(in notebook: inout Notebook, host: any Host) throws -> NotebookRequest {
    if !title.isEmpty {
      notebook.name(title)
      return .show(
        Report([
          .text("`goto \(title)` comes back to the state \(after(notebook.path[notebook.place])).")
        ]))
    }
    guard !notebook.named.isEmpty else { return .show(Report([.note("No state has a name yet.")])) }
    let table = Table(
      columns: [.init("name"), .init("state after cell", .right)],
      rows: notebook.named.map { [.text($0.name), .count($0.cell)] })
    return .show(Report([.table(table)]))
  }
}

private func after(_ cell: Int) -> String {
  cell == 0 ? "before the first cell" : "after cell \(cell)"
}

private func state(after cell: Int) -> Report {
  Report([.text("The session is as it was \(after(cell)).")])
}
