import Commands
import Language
import Reports
import Testing

/// Commands joined by `|`, and verbs that scripts make.
@Suite struct PipelineTests {
  private func run(
    _ text: String, _ host: RecordingHost = RecordingHost()
  ) -> (result: RunResult, said: [String]) {
    var interpreter = Interpreter()
    var said: [String] = []
    let result = interpreter.run(Source(name: "t.mrs", text: text), host: host) {
      if let report = $0.report { said.append(PlainRenderer().text(report)) }
    }
    return (result, said)
  }

  @Test func whatACommandSaidIsWrittenInTheFormOfTheEnding() throws {
    let host = RecordingHost()
    let lines = ["md", "html", "json", "csv", "tex", "txt"].map {
      "evaluate mae ndcg@5 | save report \"board.\($0)\"\n"
    }
    let (result, said) = run("load data\nsplit tasks\n" + lines.joined(), host)
    #expect(result == .completed)
    #expect(said.last?.contains("Wrote") == true && said.last?.contains("item-mean") == true)
    let table = try #require(host.text("board.csv"))
    #expect(table.hasPrefix("model,MAE,MAE ±,nDCG@5,nDCG@5 ±\nchance,"))
    #expect(table.split(separator: "\n").count == 6)
    #expect(host.text("board.md")?.contains("| model |") == true)
    #expect(host.text("board.html")?.contains("<table>") == true)
    #expect(host.text("board.json").flatMap { JSON(parsing: $0) }?["blocks"] != nil)
    #expect(host.text("board.tex")?.contains("\\toprule\nmodel & MAE & nDCG@5 \\\\\n") == true)
    #expect(host.text("board.txt")?.contains("item-mean") == true)
  }

  @Test func aPaperMarksWhatIsBestAndWhatDiffers() throws {
    let host = RecordingHost()
    let text = """
      load data
      split tasks
      compare item-mean mf by=mae | save report "plain.tex"
      compare item-mean mf by=mae | save report "marked.tex" bold=best stars=yes
      evaluate mae | save report "none.tex" bold=none stars=yes
      """
    let (result, said) = run(text, host)
    #expect(result == .completed)
    let (plain, marked) = try (
      #require(host.text("plain.tex")), #require(host.text("marked.tex"))
    )
    #expect(plain.contains("\\textbf{item-mean}") && !plain.contains("^{*"))
    #expect(!marked.contains("\\textbf{item-mean}"))
    // Of each metric one value is the best, whichever way is better.
    let columns = try #require(marked.firstMatch(of: #/toprule\n(.*) \\\\/#)).1.split(
      separator: " & ")
    #expect(marked.matches(of: #/boldmath/#).count >= columns.count - 1)
    #expect(
      marked.contains(#/\$\^{\*+}\$/#)
        && marked.contains("stars: MAE differs from that of item-mean"))
    #expect(host.text("none.tex")?.contains("boldmath") == false)
    #expect(said.last?.contains("No stars: nothing here was tested") == true)
  }

  @Test func aFileOfTablesIsNotWrittenWhereThereIsNone() throws {
    for line in ["let k = 5; show $k", "let l = [1, 2]; show $l"] {
      let host = RecordingHost()
      guard case .failed(let fault) = run("\(line) | save report \"k.csv\"\n", host).result else {
        Issue.record("\(line) is written")
        continue
      }
      #expect(fault.code == "E0208" && fault.message.contains("is a table"))
      #expect(host.text("k.csv") == nil)
      #expect(run("\(line) | save report \"k.txt\"\n", host).result == .completed)
      #expect(host.text("k.txt")?.isEmpty == false)
    }
  }

  @Test func theResultOfAPipelineIsThatOfItsFirstCommand() {
    let text = "load data\nsplit tasks\nlet r = evaluate mae | save report \"r.csv\"\n"
    #expect(run(text + "expect $r.item-mean.mae < 2\n").result == .completed)
  }

  @Test(arguments: [
    ("save report \"x.md\"", "E0208"), ("show | topk 5", "E0208"),
    ("show | save session \"x.mrs\"", "E0208"), ("show | save report \"x.doc\"", "E0302"),
    ("show | save report \".md\"", "E0302"), ("show | save report", "E0205"),
  ])
  func whatCannotBeJoinedIsToldBeforeRunning(line: String, code: String) {
    let found = Interpreter().check(Source(name: "t", text: line)).map(\.code)
    #expect(found.contains(code), "\(found)")
  }

  @Test func aVerbOfTheScriptHasHelp() {
    let text = """
      ## Trains for a moment.
      def quick(rate = 0.01, epochs) {
        meta-train maml lr=$rate epochs=$epochs
      }
      help quick
      """
    let (result, said) = run(text)
    #expect(result == .completed)
    #expect(said.last?.contains("Trains for a moment.") == true)
    #expect(said.last?.contains("quick [rate=0.01] EPOCHS") == true)
    #expect(run("help quick").result != .completed)
  }
}
