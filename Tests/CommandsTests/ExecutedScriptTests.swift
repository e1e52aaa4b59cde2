import Commands
import Language
import Reports
import Testing

/// Documents of a run: a script with what it says at its place.
@Suite struct ExecutedScriptTests {
  /// The cells of a document, and how the run ended.
  private func run(_ text: String, given: [String] = []) -> (cells: [Cell], result: RunResult) {
    let source = Source(name: "t.mrs", text: text)
    var script = ExecutedScript(source, given: given)
    var interpreter = Interpreter()
    let frontEnd = FrontEnd(host: RecordingHost()) { script.take($0) }
    let result = interpreter.run(source, for: frontEnd)
    return (script.cells, result)
  }

  private func text(_ cell: Cell) -> String {
    cell.reports.map { PlainRenderer().text($0) }.joined()
  }

  @Test func eachCellHasWhatItsLinesHaveSaid() {
    let (cells, result) = run(
      """
      ## # Title
      load data
      #> recorded once

      split tasks
      for k in [1, 2] {
        show "round {$k}"
      }

      ## Text
      show "last"; show "line"
      """)
    #expect(result == .completed)
    #expect(
      cells.count == 5 && cells.map { !$0.reports.isEmpty } == [false, true, true, false, true])
    #expect(text(cells[1]).contains("Loaded sample") && !cells[1].text.contains("#>"))
    #expect(text(cells[2]).hasSuffix("round 1\nround 2\n") && cells[2].places == [0, 1, 1])
    #expect(text(cells[4]) == "last\nline\n" && cells[4].places == [0, 0])
  }

  @Test func aDocumentEndsWithTheLineThatFails() {
    let text = "load data\n\nsplit tasks\nsplit tasks query=9000\n\nshow \"never\"\n"
    for script in [text, text.replacing("query", with: "qury")] {
      let (cells, result) = run(script)
      #expect(result != .completed && cells.count == 2)
      #expect(cells[1].faults.count == 1 && cells[1].status == .failed)
      #expect((script == text) == !cells[0].reports.isEmpty, "nothing runs when one word is wrong")
      for type in notebookFormats.types {
        guard let format = type.init() as? any NotebookFormat else { continue }
        let document = format.text(of: cells)
        let code = cells[1].faults[0].code
        #expect(document.contains(code) && !document.contains("never"), "\(type.name)")
        // The line is that of the script.
        if script == text { #expect(document.contains("t.mrs:4"), "\(type.name)") }
      }
    }
  }

  @Test func markedCellsAndEmptyScriptsHaveTheirPlaces() {
    let (cells, _) = run(
      "\n# %% [markdown]\n## Text\n# %%\n\nshow \"a\"\n\nshow \"b\"\n# %%\nshow \"c\"\n")
    #expect(cells.map(text) == ["", "a\nb\n", "c\n"])
    #expect(
      run("").cells.isEmpty && run("\n\n").cells.isEmpty && run("## only text").cells.count == 1)
  }

  @Test func whatWasGivenAndWhyItEndedStandsThere() {
    let source = Source(name: "t.mrs", text: "load data\n\nparam k = 3\nshow $k\n")
    var script = ExecutedScript(source, given: ["k=7"])
    #expect(text(script.cells[1]) == "Given to this run: k=7.\n")
    script.end(because: "took too long")
    #expect(
      script.cells.count == 1
        && text(script.cells[0]).contains("The run ended here: took too long."))
  }
}
