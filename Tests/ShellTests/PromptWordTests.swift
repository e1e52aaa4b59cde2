import Commands
import Language
import Reports
import Shell
import Testing

/// What people type at the prompt who know other ones.
@Suite struct PromptWordTests {
  private func seen(_ lines: [String]) -> (bench: Workbench, said: [String], hasLeft: Bool) {
    let bench = Workbench()
    var said: [String] = []
    var hasLeft = false
    let frontEnd = FrontEnd(host: TerminalHost()) { event in
      switch event {
      case .statement(let outcome):
        said += outcome.report.map { [PlainRenderer().text($0).trimmingSpaces] } ?? []
      case .said(let report): said.append(PlainRenderer().text(report).trimmingSpaces)
      case .warned(let faults, _): said += faults.map(\.code)
      case .leave: hasLeft = true
      default: break
      }
    }
    for line in lines { bench.run(line, for: frontEnd) }
    return (bench, said, hasLeft)
  }

  @Test(arguments: ["exit", "exit()", "quit()", "q", ":q", "bye", "logout", "quit", "exit;"])
  func wordsThatLeaveElsewhereLeaveHere(word: String) { #expect(seen([word]).hasLeft) }

  @Test(arguments: [
    ("2 + 3", "5"), ("2+3", "5"), ("7-2*3", "1"), ("5/2", "2.5"), ("k", "4"), ("$k", "4"),
    ("$k + 1", "5"),
    ("[1, 2]", "1, 2"), ("\"k is {$k}\"", "k is 4"), ("k;", "4"),
  ])
  func aValueAloneIsShown(line: String, shown: String) {
    #expect(seen(["let k = 4", line]).said.last == shown)
  }

  @Test func questionMarksAskForHelp() {
    let wanted = seen(["help topk"]).said.last ?? ""
    for line in ["? topk", "topk?", "topk??"] { #expect(seen([line]).said.last == wanted) }
    #expect(seen(["?"]).said.last == seen(["help"]).said.last)
  }

  @Test func namesOfOnesOwnComeFirst() {
    #expect(!seen(["def q(k) { show $k }", "q 3"]).hasLeft)
    #expect(seen(["def bye { show 7 }", "bye"]).said.last == "7")
  }

  @Test func fixTakesTheFixOfTheLastLineAndOfNoOther() {
    let (bench, said, _) = seen(["laod data", "fix", "show"])
    #expect(said.first?.hasPrefix("Loaded") == true)
    #expect(bench.notebook.mended == nil)
    #expect(seen(["spilt tasks"]).bench.notebook.mended == "split tasks")
    #expect(seen(["frobnicate"]).bench.notebook.mended == nil)
    #expect(seen(["laod data", "let k = 3"]).bench.notebook.mended == nil)
  }

  @Test func warningsAreSaidAtThePrompt() {
    #expect(seen(["let k = 3", "let t = \"top-$k\""]).said.contains("W0608"))
  }

  @Test func anIdThatIsNotThereHasNoFix() throws {
    let lines = ["load data", "split tasks", "meta-train maml steps=1 epochs=1"]
    for (line, near) in [
      ("adapt user 4242", nil), ("similar item 3300", nil),
      ("adapt user 699", "did you mean `"),
    ] {
      let failed = try #require(seen(lines + [line]).bench.notebook.failed)
      let fault = try #require(failed.faults.first)
      #expect(fault.code == "E0502" && fault.fix == nil, "\(line)")
      #expect(fault.help[0].contains("their ids are numbers from 1 to"), "\(fault.help)")
      if let near {
        #expect(fault.help.last?.hasPrefix(near) == true)
      } else {
        #expect(fault.help.count == 1)
      }
    }
  }

  @Test func columnsWithOddNamesAreOfferedInQuotes() throws {
    let scratch = Scratch()
    try Files.write(
      Array("Reader Name,//bookID,#stars\na,x,1\nb,y,2\n".utf8), to: scratch.path + "/n.csv",
      named: "")
    var session = Interpreter()
    for (user, meant) in [
      ("\"Reader Nam\"", "\"Reader Name\""), ("bookID", "\"//bookID\""), ("stars", "\"#stars\""),
    ] {
      let line = "load csv \"n.csv\" user=\(user) item=x rating=y"
      let result = session.run(Source(text: line), host: TerminalHost(directory: scratch.path))
      guard case .failed(let fault) = result else {
        Issue.record("\(line): \(result)")
        continue
      }
      #expect(fault.fix?.replacement == meant)
    }
  }
}
