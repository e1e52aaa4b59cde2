import Commands
import Language
import Reports
import Testing

/// Scripts of the real language.
@Suite struct RealScriptsTests {
  private let brief = "load data\nsplit tasks\nmeta-train maml steps=5\nadapt user 42\ntopk 10\n"

  private func check(_ text: String, host: (any Host)? = nil) -> [Diagnostic] {
    Interpreter().check(Source(name: "t.mrs", text: text), host: host)
  }

  @Test func theFiveLinesOfTheBriefAreRight() {
    #expect(check(brief).isEmpty, "\(check(brief).map(\.message))")
  }

  @Test func everyLineOfTheBriefIsNeeded() {
    let lines = brief.split(separator: "\n")
    for left in 0..<3 {
      let text = lines.indices.filter { $0 != left }.map { lines[$0] }.joined(separator: "\n")
      #expect(check(text).contains { $0.code == "E0401" || $0.code == "E0402" }, "\(text)")
    }
  }

  @Test func aNewSplitMakesTheModelStale() {
    #expect(check(brief + "split tasks query=5\ntopk").map(\.code) == ["E0404"])
    let judged = check("load\nsplit\nmeta-train\nsplit query=5\nevaluate")
    #expect(judged.map(\.code) == ["E0404"])
    #expect(check("load\nsplit\nmeta-train\nsplit query=5\nmeta-train\nevaluate").isEmpty)
    #expect(check("load\nsplit\nevaluate").isEmpty)
  }

  @Test func theSameLinesAgainMakeNothingStale() {
    let again = "load\nsplit\nmeta-train\nadapt user 42\n"
    for same in ["split", "load\nsplit", "load\nsplit tasks", "set threads=2\nsplit"] {
      #expect(check(again + same + "\nevaluate\ntopk").isEmpty, "\(same)")
    }
    for other in ["set seed=8\nsplit", "load\nbinarize threshold=4\nsplit", "split query=9"] {
      #expect(check(again + other + "\nevaluate").map(\.code) == ["E0404"], "\(other)")
    }
    // A command whose seed only running tells may make others.
    #expect(
      check(again + "let s = evaluate users\nset seed=$s.users\nsplit\nevaluate").map(\.code)
        .contains("E0404"))
  }

  @Test func filesThatAreNotThereAreFoundBeforeAnythingRuns() throws {
    let host = RecordingHost(["ratings.csv": "user,item,rating\n"])
    let found = check("load csv \"rating.csv\"", host: host)
    let first = try #require(found.first { $0.code == "E0501" })
    #expect(first.fix?.replacement == "\"ratings.csv\"")
    #expect(!check("load csv \"ratings.csv\"", host: host).contains { $0.code == "E0501" })
  }

  @Test func anInputIsNotOverwritten() throws {
    let host = RecordingHost([
      "ratings.csv": "user,item,rating\n", "a.mrs": "load csv \"ratings.csv\"\n",
    ])
    func faults(_ text: String) -> [Diagnostic] {
      check(text, host: host).filter { $0.code == "E0516" }
    }
    let found = try #require(faults("load csv \"ratings.csv\"\nexport \"./ratings.csv\"").first)
    #expect(found.secondary.map(\.range) == [SourceRange(9, 22)])
    #expect(faults("include \"a.mrs\"\nexport \"ratings.csv\"").count == 1)
    #expect(faults("save session \"t.mrs\"").count == 1)
    #expect(faults("load\nexport \"x.csv\"\nload csv \"x.csv\"\nexport \"x.csv\"").isEmpty)
    #expect(check("load\nexport \"x.csv\"\nload csv \"x.csv\"", host: host).isEmpty)
  }

  @Test func includedFilesThatAreNotThereAreFound() {
    let host = RecordingHost([:])
    #expect(check("include \"setup.mrs\"\nadapt 42", host: host).map(\.code) == ["E0501"])
    let inBranch = check("let x = 1\nif $x > 2 { load csv \"r.csv\" }", host: host)
    #expect(inBranch.map(\.severity) == [.warning])
  }

  @Test func lintsAreAskedFor() {
    let text = "let a = 1\nload data\nlet b = describe\nlet b = describe\n"
    let lints = Interpreter().check(Source(name: "t.mrs", text: text), lints: true)
    #expect(Set(lints.map(\.code)) == ["W0601", "W0602", "W0604", "E0405"])
    #expect(lints.allSatisfy { $0.severity == .warning })
    #expect(check(text).isEmpty)
  }

  @Test func everyExampleOfEveryCommandIsUnderstood() {
    for form in commands.members.forms {
      for example in form.examples {
        let (_, faults) = parse(example.line)
        #expect(faults.isEmpty, "\(example.line)")
        let names = check(example.line).filter { !$0.code.hasPrefix("E04") }
        #expect(names.isEmpty, "\(example.line): \(names.map(\.message))")
      }
    }
  }

  @Test func theExamplesOfThePagesHoldForTheRealLanguage() {
    for page in codePages where page.code < "E05" && !page.wrong.isEmpty {
      let wrong = Interpreter().check(Source(name: "t.mrs", text: page.wrong), lints: true)
      #expect(wrong.contains { $0.code == page.code }, "\(page.code) \(page.wrong)")
      let rest = check(page.right).filter { $0.severity == .error }
      #expect(rest.isEmpty, "\(page.code) \(page.right): \(rest.map(\.message))")
    }
  }

  @Test func severalValuesOfAnOptionAreASweep() throws {
    let text =
      "load data\nsplit tasks\nlet s = meta-train maml steps=[0, 2] inner-lr=[0.05, 0.1] epochs=1"
    #expect(check(text).isEmpty, "\(check(text).map(\.message))")
    #expect(check("load; split; meta-train maml steps=[1, x] epochs=1").map(\.code) == ["E0301"])
    #expect(
      check("load; split; meta-train maml steps=1..5 epochs=[0, -1]").map(\.code) == ["E0302"])
    #expect(
      check("load; split; meta-train maml steps=0..500 batch=1..500").map(\.code) == ["E0302"])
    var interpreter = Interpreter()
    var shown: [Report] = []
    let result = interpreter.run(Source(text: text), host: RecordingHost()) { outcome in
      if let report = outcome.report { shown.append(report) }
    }
    #expect(result == .completed)
    guard case .table(let table)? = shown.last?.blocks.first else { return #expect(Bool(false)) }
    #expect(table.rows.count == 4)
    let losses = shown.last?.result["runs"]?.elements?.compactMap { run -> Double? in
      guard case .record(let record) = run, case .number(let loss)? = record["loss"] else {
        return nil
      }
      return loss.value
    }
    guard case .number(let kept)? = shown.last?.result["loss"] else { return #expect(Bool(false)) }
    #expect(losses?.count == 4)
    #expect(kept.value == losses?.min())
    #expect(interpreter.session.model != nil)
  }

  @Test func aLeakFoundInRunningShowsWhereModelAndTasksWereMade() {
    let lines = [
      "load data", "split tasks", "meta-train maml epochs=1", "keep model first",
      "split tasks query=5", "compare first mf",
    ]
    var interpreter = Interpreter()
    guard
      case .failed(let fault) = interpreter.run(
        Source(name: "t.mrs", text: lines.joined(separator: "\n")), host: RecordingHost())
    else {
      Issue.record("a leak was not found")
      return
    }
    let text = Source(text: lines.joined(separator: "\n"))
    #expect(fault.code == "E0404")
    #expect(text.slice(fault.primary.range) == "first")
    #expect(fault.secondary.map { text.line(of: $0.range.lower) } == [4, 5])
    // In a later cell the lines have names only.
    var cells = Interpreter()
    _ = cells.run(
      Source(name: "In[1]", text: lines.dropLast().joined(separator: "\n")), host: RecordingHost())
    guard
      case .failed(let later) = cells.run(
        Source(name: "In[2]", text: "compare first mf"), host: RecordingHost())
    else {
      Issue.record("a leak was not found")
      return
    }
    #expect(later.help.contains { $0.contains("In[1] line 4") }, "\(later.help)")
    #expect(later.help.contains { $0.contains("In[1] line 5") }, "\(later.help)")
  }

  @Test func explainShowsThePageOfACode() throws {
    var interpreter = Interpreter()
    var shown: [StatementOutcome] = []
    let result = interpreter.run(Source(text: "explain e0404"), host: RecordingHost()) {
      shown.append($0)
    }
    #expect(result == .completed)
    #expect(shown.first?.report?.blocks.first == .heading("E0404: something stale"))
    #expect(check("explain E0440").first?.code == "E0202")
  }
}
