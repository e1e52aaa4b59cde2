import Language
import Reports

/// `history`: the cells of this session.
package struct CellHistory: NotebookCommand {
  var words: [String] = []

  package init() {}

  package static let signature = Signature<Self>(
    "history", "Lists the cells of this session, with how long they took.",
    details: """
      A cell is stale when something that its result came from is another now: the tasks it was trained \
      on, the seed, a variable, a file. The same again makes nothing stale. Nothing runs again by itself; \
      `rerun stale` does it, and `show graph` draws what came from what.
      """,
    [.rest("word", \.words, "only cells that contain all of these")],
    examples: [Example("history"), Example("history maml")])

  package func run(in notebook: inout Notebook, host: any Host) throws -> NotebookRequest {
    let abandoned = notebook.abandoned
    let stale = notebook.stale(host)
    let shown = notebook.cells.filter { cell in words.allSatisfy { cell.text.contains($0) } }
    var table = Table(
      columns: [.init("cell", .right), .init("state"), .init("time", .right), .init("text")],
      rows: shown.map { cell in
        let isGone = abandoned.contains(cell.number) && cell.status == .completed
        let state =
          stale[cell.number] != nil ? "stale" : cell.isPartial ? "partial" : cell.status.rawValue
        return [
          .count(cell.number), .text(isGone ? "undone" : state),
          .text(duration(cell.seconds)), .text(cell.text.replacing("\n", with: " ⏎ ")),
        ]
      })
    var reasons: [String: [Int]] = [:]
    for cell in shown {
      if let why = stale[cell.number] { reasons[why.reason, default: []].append(cell.number) }
    }
    table.footnotes = reasons.sorted { ($0.value[0], $0.key) < ($1.value[0], $1.key) }.map {
      reason, cells in
      "stale \(cells.map { "\($0)" }.joined(separator: ", ")): \(reason)"
    }
    if !reasons.isEmpty { table.footnotes.append("`rerun stale` runs them again") }
    return .show(Report(shown.isEmpty ? [.note("No cells yet.")] : [.table(table)]))
  }
}
