import Commands
import Language
import Reports
import Testing

import Shell

/// Everything that a run wrote, by file descriptor.
final class Written {
  var out = ""
  var err = ""

  func output(_ renderer: any Renderer = PlainRenderer()) -> Output {
    Output(
      results: renderer, messages: PlainRenderer(), host: TerminalHost(),
      write: { text, file in
        if file == 1 { self.out += text } else { self.err += text }
      })
  }
}

@Suite struct ReplTests {
  private let written = Written()

  private func session(_ inputs: LineInput...) -> (Repl, ScriptedEditor) {
    let editor = ScriptedEditor(inputs)
    let terminal = Terminal(
      hasInput: false, hasOutput: false, hasErrors: false, allowsColour: false)
    let repl = Repl(
      editor: editor, history: History(), output: written.output(), terminal: terminal)
    #expect(repl.run() == .success)
    return (repl, editor)
  }

  @Test func anErrorDoesNotLeave() {
    let (repl, editor) = session(.line("laod"), .line("topk 5"), .line("load data"))
    #expect(editor.prompts.count == 4)
    #expect(repl.notebook.interpreter.session.data != nil)
    #expect(written.err.contains("E0201") && written.err.contains("E0402"))
  }

  @Test func ctrlCAtThePromptDropsTheLineAndKeepsTheNumber() {
    let (_, editor) = session(.interrupted, .line("show"), .line("   "), .line("show"))
    #expect(editor.prompts == ["mrs [1]> ", "mrs [1]> ", "mrs [2]> ", "mrs [2]> ", "mrs [3]> "])
  }

  @Test func quitLeaves() {
    let (_, editor) = session(.line("quit"), .line("show"))
    #expect(editor.prompts.count == 1)
  }

  @Test func aCellOfSeveralLinesIsCheckedBeforeItsFirstLineRuns() {
    let (repl, _) = session(.line("load data\nspilt tasks"))
    #expect(repl.notebook.interpreter.session.data == nil)
  }
}

@Suite struct ScriptRunnerTests {
  private let written = Written()

  private func run(_ text: String, parameters: [String: Value] = [:]) -> Shell.ExitStatus {
    ScriptRunner(output: written.output(), parameters: parameters)
      .run(Source(name: "test.mrs", text: text))
  }

  @Test func statusesAreThoseOfTheManual() {
    #expect(run("") == .success)
    #expect(run("load data") == .success)
    #expect(run("nonsense") == .invalid)
    #expect(run("help nonsense") == .failed)
    #expect(run("let r = load data\nexpect 1 > 2") == .differs)
  }

  @Test func nothingRunsWhenALaterLineIsWrong() {
    #expect(run("load data\nfoo\nbar") == .invalid)
    #expect(written.out.isEmpty)
    #expect(written.err.contains("test.mrs:2:1") && written.err.contains("test.mrs:3:1"))
  }

  @Test func parametersAreFilledFromTheCommandLine() throws {
    let values = try Parameters(["k=3", "name=a=b"]).values
    #expect(values["k"] == .number(Number(3, spelling: "3")))
    #expect(values["name"] == .word("a=b"))
    #expect(throws: (any Error).self) { try Parameters(["novalue"]) }
  }

  @Test func helpExplainsEverythingThatHasAName() {
    for topic in TopicGroup.topics {
      let before = written.out.count
      #expect(run("help \(topic.name)") == .success, "\(topic.name)")
      #expect(written.out.count > before, "\(topic.name)")
    }
    #expect(run("help nonsense") == .failed)
  }
}

@Suite struct ProgressLineTests {
  @Test func theLineNeverWrapsAndSaysRateAndRest() {
    var line = ProgressLine()
    var progress = Progress("meta-train maml", done: 0, total: 20, unit: "epochs")
    progress.detail = "validation mse 0.74"
    progress.recent = [3, 2, 1]
    #expect(line.update(progress, at: 0, width: 80, page: Page()) == nil)
    progress.done = 10
    let text = line.update(progress, at: 5, width: 120, page: Page()) ?? ""
    #expect(text.contains("10/20 epochs  2/s  ETA 5.0 s  validation mse 0.74  █▅▁"))
    for width in [20, 40, 60] {
      #expect(displayWidth(line.text(progress, elapsed: 5, width: width, page: Page())) < width)
    }
    #expect(line.clear() == "\r\u{1B}[K")
    #expect(line.clear() == nil)
  }

  @Test func theValidationMetricAndItsCourseStayInNarrowTerminals() {
    let line = ProgressLine()
    var progress = Progress("meta-train maml", done: 413, total: 3000, unit: "steps")
    progress.detail = "valid 0.6147 · epoch 28 · loss 0.5234"
    progress.recent = (0..<28).map { 28 - Double($0) }
    for width in [80, 100, 160] {
      let text = line.text(progress, elapsed: 5, width: width, page: Page())
      #expect(displayWidth(text) < width)
      #expect(text.contains("ETA") && text.contains("valid 0.6147") && text.hasSuffix("▁"))
    }
    #expect(line.text(progress, elapsed: 5, width: 160, page: Page()).contains("loss 0.5234"))
  }

  @Test func drawingMoreOftenThanTenTimesASecondIsLeftOut() {
    var line = ProgressLine()
    var drawn = 0
    for tick in 0..<1000 {
      let progress = Progress("x", done: Double(tick), total: 1000)
      if line.update(progress, at: Double(tick) / 1000, width: 80, page: Page()) != nil {
        drawn += 1
      }
    }
    #expect(drawn <= 10)
  }
}

@Suite struct JournalTests {
  private let scratch = Scratch()

  @Test func aSessionThatWasCutOffIsFoundWithWhatItHadDone() {
    var journal: Journal? = Journal(folder: scratch.path)
    journal?.starts("load data")
    journal?.reaches(["load data"])
    journal?.starts("split tasks")
    journal?.reaches(["load data", "split tasks"])
    journal?.starts("undo")
    journal?.reaches(["load data"])
    journal?.starts("meta-train maml")
    #expect(RecoverableSession.newest(in: scratch.path) == nil, "it is alive")
    journal = nil
    var lost = RecoverableSession.newest(in: scratch.path)
    #expect(lost?.statements == ["load data"])
    #expect(lost?.running == "meta-train maml")
    lost?.forget()
    #expect(RecoverableSession.newest(in: scratch.path) == nil)
  }

  @Test func aSessionThatEndedProperlyLeavesNothing() throws {
    let journal = Journal(folder: scratch.path)
    journal.reaches(["load data"])
    journal.finish()
    #expect(try Files.list(scratch.path, named: "").isEmpty)
  }

  @Test func aRecordCutShortCostsThatRecordAlone() throws {
    let path = scratch.path + "/1-1.jsonl"
    try Files.write(
      Array("{\"keep\":0,\"add\":[\"load data\"]}\n{\"keep\":1,\"add\":[\"spl".utf8), to: path,
      named: "")
    #expect(RecoverableSession.newest(in: scratch.path)?.statements == ["load data"])
  }

  @Test func aFolderThatCannotBeMadeOnlyWarns() {
    let journal = Journal(folder: "/proc/nowhere")
    journal.starts("load data")
    #expect(journal.warning != nil)
  }
}
