import Language
import Reports

/// `why`: what the last message means, and what in this session led to it.
package struct Why: NotebookCommand {
  var cell: Int?

  package init() {}

  package static let signature = Signature<Self>(
    "why", "Explains the last error: what it means, and what in this session led to it.",
    [
      .positional(
        "cell", \.cell, "the cell that failed; the last one that did if not given",
        isRequired: false, expects: "the number of a cell", where: { ($0 ?? 1) >= 1 })
    ],
    examples: [Example("why"), Example("why 3")])

  package func run(in notebook: inout Notebook, host: any Host) throws -> NotebookRequest {
    let failed = try cell.map { try notebook.cell($0) } ?? notebook.failed
    guard let failed, let fault = failed.faults.first else {
      return .show(
        Report([.text(cell.map { "Cell \($0) did not fail." } ?? "Nothing has failed.")]))
    }
    return .show(report(fault, of: failed, in: notebook))
  }

  private func report(_ fault: Diagnostic, of cell: Cell, in notebook: Notebook) -> Report {
    let page = codePage(of: fault.code)
    func sentence(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }
    var blocks: [Report.Block] = [
      .heading("\(fault.code): \(page?.title ?? fault.message)"),
      .code(cell.text), .text("\(sentence(fault.message))."),
    ]
    if !fault.help.isEmpty { blocks.append(.note(fault.help.joined(separator: "; "))) }
    if let text = page?.text, !text.isEmpty { blocks.append(.text(text)) }
    let history = Antecedents(of: cell, in: notebook)
    if !history.table.rows.isEmpty { blocks.append(.table(history.table)) }
    blocks += history.remarks.map { .text($0) }
    if let page, !page.wrong.isEmpty {
      blocks.append(.note("`explain \(page.code)` shows an example and its mend."))
    }
    return Report(blocks)
  }
}

/// What a cell needed, and where it was to come from.
private struct Antecedents {
  var table = Table(
    "What it needs", columns: [.init("what"), .init("is"), .init("from")])
  var remarks: [String] = []
  private let notebook: Notebook

  init(of cell: Cell, in notebook: Notebook) {
    self.notebook = notebook
    for noun in notebook.nouns(neededBy: cell) { add(noun, before: cell) }
    for slot in variables(in: cell.text).sorted() {
      let maker = notebook.makers[cell.before]?[slot] ?? 0
      let (state, from) = maker > 0 ? ("there", line(maker)) : ("missing", "no cell has bound it")
      table.rows.append([.text(slot.name), .text(state), .text(from)])
    }
    if !table.rows.isEmpty { remarks += notebook.remark(onUndoneBefore: cell).map { [$0] } ?? [] }
  }

  private mutating func add(_ noun: Noun, before cell: Cell) {
    let state = notebook.state(before: cell)
    guard let entry = state.ledger.entry(noun) else {
      let failed = notebook.cells.last {
        $0.number < cell.number && $0.status != .completed && notebook.gives($0, noun)
      }
      let from =
        failed.map { "cell \($0.number) \($0.status.rawValue): \(oneLine($0.text))" }
        ?? "`\(noun.remedy)` would make it"
      table.rows.append([.text(noun.name), .text("missing"), .text(from)])
      return
    }
    if let (source, now) = state.ledger.replacement(staling: noun) {
      table.rows.append([
        .text(noun.name), .text("stale"),
        .text("\(text(of: entry.site)), and \(source.name) anew by \(text(of: now.site))"),
      ])
    } else {
      table.rows.append([.text(noun.name), .text("there"), .text(text(of: entry.site))])
    }
  }

  /// The name of a place, with the text of the cell that it is.
  private func text(of site: NounLedger.Site) -> String {
    guard case .elsewhere(let name) = site else { return "this cell" }
    let words = name.split(separator: " ")
    guard words.count >= 2, words[0] == "cell", let number = Int(words[1]) else { return name }
    return line(number)
  }

  private func line(_ number: Int) -> String {
    let cell = notebook.cells.first { $0.number == number }
    return "cell \(number): \(oneLine(cell?.text ?? ""))"
  }

  private func oneLine(_ text: String) -> String { text.replacing("\n", with: " ⏎ ") }
}

extension Notebook {
  /// What the calls of a cell need, each before what is made from it.
  fileprivate func nouns(neededBy cell: Cell) -> [Noun] {
    var needed: [Noun] = []
    func add(_ noun: Noun) {
      for source in noun.sources { add(source) }
      if !needed.contains(noun) { needed.append(noun) }
    }
    for (type, bound) in calls(of: cell) {
      for noun in bound.nouns(of: type).needs + type.uses { add(noun) }
    }
    return needed
  }

  /// Whether a cell was to make something.
  fileprivate func gives(_ cell: Cell, _ noun: Noun) -> Bool {
    calls(of: cell).contains { type, bound in bound.nouns(of: type).gives.contains(noun) }
  }

  private func calls(of cell: Cell) -> [(any Configurable.Type, BoundArguments)] {
    parse(cell.text).script.statements.flatMap(\.calls).compactMap { call in
      guard let type = interpreter.catalog.types.first(where: { $0.name == call.verb.text }) else {
        return nil
      }
      var evaluator = Evaluator(interpreter.variables)
      let arguments = call.arguments.map {
        Argument($0, evaluator.value(of: $0.value))
      }
      return (type, BoundArguments(arguments, of: type))
    }
  }

  /// That cells which a cell may have counted on had been undone when it ran.
  fileprivate func remark(onUndoneBefore cell: Cell) -> String? {
    let there = way(to: cell.before)
    let gone = cells.filter {
      $0.number < cell.number && $0.status == .completed && !there.contains($0.number)
    }
    guard let last = gone.last else { return nil }
    let names = gone.map { "\($0.number)" }.joined(separator: ", ")
    let subject = gone.count == 1 ? "Cell \(names) had" : "Cells \(names) had"
    return
      "\(subject) been undone before it; `goto \(last.number)` brings back what was made there."
  }
}
