import Language
import Reports

/// `rerun 3..7 steps=10`: cells again, with other options.
package struct Rerun: NotebookCommand {
  var cells = CellRange(1, 0)
  var changes: [KeyedValue<WrittenValue>] = []

  package init() {}

  package static let signature = Signature<Self>(
    "rerun", "Runs cells again, as new cells, with other options if given.",
    details: "An option replaces its value in every cell that has it or whose command takes it.",
    [
      .positional(
        "cells", \.cells, "which: `3`, `3..7` or `stale`; the last one if not given",
        isRequired: false),
      .pairs("option", \.changes, "options with their new values"),
    ],
    examples: [
      Example("rerun"), Example("rerun 3"), Example("rerun 3..5 steps=10"),
      Example("rerun stale", "all whose results no longer hold"),
    ])

  package func run(in notebook: inout Notebook, host: any Host) throws -> NotebookRequest {
    let numbers = numbers(in: notebook, host)
    if numbers.isEmpty { return .show(Report([.text("No cell is stale.")])) }
    var texts = try numbers.map { try notebook.cell($0).text }
    for change in changes {
      let changed = texts.map { changing($0, change, notebook) }
      guard changed.contains(where: { $0 != nil }) else {
        throw CommandFailure(
          "E0203", "none of these cells takes the option `\(change.key)`", argument: change.key)
      }
      texts = zip(texts, changed).map { $1 ?? $0 }
    }
    return .run(texts, again: numbers)
  }

  private func numbers(in notebook: Notebook, _ host: any Host) -> [Int] {
    if cells.isStale { return notebook.stale(host).keys.sorted() }
    let last = notebook.number - 1
    return cells.low <= cells.high ? Array(cells.low...cells.high) : [last]
  }

  /// The text with the option changed, or nil when it has no place for it.
  private func changing(
    _ text: String, _ change: KeyedValue<WrittenValue>, _ notebook: Notebook
  ) -> String? {
    let source = Source(text: text)
    var result = text
    var isChanged = false
    for call in parse(text).0.statements.reversed().flatMap(\.calls).reversed() {
      if let range = call.argument(ofOption: change.key)?.value.range {
        result = source.replacing(range, in: result, with: change.value.text)
        isChanged = true
      }
    }
    if isChanged { return result }
    let appended = "\(text) \(change.key)=\(change.value.text)"
    let refused = ["E0203", "E0205", "E0206", "E0305"]
    let catalog = notebook.interpreter.catalog
    let faults = Interpreter(session: Session(), catalog: catalog).check(Source(text: appended))
    return faults.contains { refused.contains($0.code) } || endsWithPair(appended, catalog)
      ? nil : appended
  }

  /// Whether the last argument is one of any `key=value`, such as the rating of an item, and no option.
  private func endsWithPair(_ text: String, _ catalog: Catalog<any Command>) -> Bool {
    guard let call = parse(text).0.statements.last?.calls.last,
      let type = catalog.types.first(where: { $0.name == call.verb.text })
    else { return false }
    var root: any Configurable = type.init()
    var evaluator = Evaluator(Scope())
    let arguments = call.arguments.map {
      Argument($0, evaluator.value(of: $0.value))
    }
    return bind(arguments, to: &root).takers.last.flatMap(\.self)?.place == .pairs
  }
}

/// `edit 3`: a cell in the user's own editor; what comes out is run.
package struct Edit: NotebookCommand {
  var cell = 0

  package init() {}

  package static let signature = Signature<Self>(
    "edit", "Opens a cell in $EDITOR and runs what comes out of it.",
    [
      .positional(
        "cell", \.cell, "its number; the last one if not given", isRequired: false,
        expects: "the number of a cell", where: { $0 >= 0 })
    ],
    examples: [Example("edit"), Example("edit 3")])

  package func run(in notebook: inout Notebook, host: any Host) throws -> NotebookRequest {
    let number = cell > 0 ? cell : notebook.number - 1
    return .edit(number == 0 ? "" : try notebook.cell(number).text, again: number)
  }
}

/// How an earlier session is brought back.
package struct Recovery: Sendable {
  /// Also what stands behind damaged lines.
  package var isDamaged = false
  /// Also trainings with secret noise, which spend their ε each time.
  package var spends = false
  /// Without the next statement.
  package var skips = false

  package init() {}
}

/// `recover`: what an earlier session did that did not end properly.
package struct Recover: NotebookCommand {
  var recovery = Recovery()

  package init() {}

  package static let signature = Signature<Self>(
    "recover", "Runs again what an earlier session did that was cut off.",
    details: """
      Sessions are written down cell by cell while they run. Training repeats exactly, and only as far as \
      it came when it was stopped. Each line that is written down has a digest: where one is damaged or \
      missing, only what stands before it is brought back, unless `damaged` asks for the rest, which may \
      make another session than the one that was.

      A training with secret noise (noise-source=system) is not run again without being asked, since it would spend its \
      ε on the same users once more: `recover` stops before it. `recover spend` trains it again; `recover skip` leaves \
      out the statement that it stopped before, such as after `open model` has brought the model back from its file.
      """,
    [
      .flag(
        "damaged", \.recovery.isDamaged,
        "also what stands behind damaged lines, as far as it can be read"),
      .flag("spend", \.recovery.spends, "train with secret noise again, which spends its ε again"),
      .flag("skip", \.recovery.skips, "leave out the statement that it stopped before"),
    ],
    examples: [
      Example("recover"), Example("recover damaged", "even behind damaged lines"),
      Example("recover skip", "all but the next statement"),
    ])

  package func run(in notebook: inout Notebook, host: any Host) throws -> NotebookRequest {
    .recover(recovery)
  }
}

/// `quit`
package struct Quit: NotebookCommand {
  package init() {}

  package static let signature = Signature<Self>(
    "quit", "Leaves the prompt, as Ctrl-D does.", examples: [Example("quit")])

  package func run(in notebook: inout Notebook, host: any Host) throws -> NotebookRequest { .leave }
}
