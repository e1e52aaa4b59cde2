import Commands
import LibC
import Reports
import Shell
import Synchronization
import Testing
import frontend

/// Another front end than the prompt, over files: it has cells, undo, recovery and stopping with no copy of
/// anything that the prompt does.
@Suite struct FrontEndTests {
  private let scratch = Scratch()

  /// What a front end writes when these lines come in; `also` sees each event.
  private func run(
    _ folder: String, _ lines: [String], also: @escaping (JSONFrontEnd, JSON) -> Void = { _, _ in }
  ) -> (events: [JSON], session: Interpreter) {
    let waiting = Mutex(lines[...])
    var events: [JSON] = []
    var frontEnd: JSONFrontEnd?
    let new = JSONFrontEnd(
      host: TerminalHost(), journals: JournalFolder(folder),
      input: { waiting.withLock { $0.popFirst() } },
      write: { line in
        guard let event = JSON(parsing: line) else {
          Issue.record("\(line)")
          return
        }
        events.append(event)
        if let frontEnd { also(frontEnd, event) }
      })
    frontEnd = new
    new.run()
    return (events, new.bench.notebook.interpreter)
  }

  private func state(_ interpreter: Interpreter) -> [String] {
    interpreter.log + [StateFingerprint(interpreter.session).text]
  }

  @Test func whereverItIsKilledItGoesOnWithTheSameState() throws {
    var cuts: [(bytes: [UInt8], state: [String], event: String)] = []
    let lines = [
      "load data", "split tasks query=5", "set seed=7", "undo", "meta-train maml epochs=1",
      "adapt user 42",
    ]
    var hasProgressed = false
    let whole = run(scratch.path, lines) { frontEnd, event in
      let name = event["event"]?.string ?? ""
      guard name == "ready" || name == "progress" && !hasProgressed else { return }
      hasProgressed = hasProgressed || name == "progress"
      guard let file = try? Files.list(scratch.path, named: "").first,
        let contents = try? Files.contents(of: scratch.path + "/" + file, named: "")
      else { return }
      let now = state(frontEnd.bench.notebook.interpreter)
      cuts.append((contents.withBytes { Array($0) }, now, name))
    }
    #expect(whole.events.last?["event"] == .string("ready"))
    #expect(try Files.list(scratch.path, named: "").isEmpty, "it ended as it should")
    #expect(cuts.count == lines.count + 2 && cuts.contains { $0.event == "progress" })
    for cut in cuts {
      let folder = Scratch()
      try Files.write(cut.bytes, to: folder.path + "/1-1.jsonl", named: "")
      let (events, session) = run(folder.path, ["recover"])
      #expect(state(session) == cut.state)
      let count = Double(cut.state.count - 1)
      let recovered = events.first { $0["event"] == .string("recovered") }
      #expect(recovered?["done"]?.number ?? 0 == count && recovered?["of"]?.number ?? 0 == count)
      let isTold = events.contains { event in
        event["text"]?.string?.contains("this was running: meta-train maml") == true
      }
      #expect(isTold == (cut.event == "progress"))
    }
  }

  @Test func aLineThatAsksToStopIsObeyedWhileACellRuns() {
    // The next line waits until the training has begun and a model is there to keep.
    let hasBegun = Mutex(false)
    let training = "meta-train maml epochs=100000 patience=0 batch=20"
    let typed = ["load data", "split tasks", training, "interrupt", "interrupt", "redo"]
    let lines = Mutex(typed[...])
    var events: [String] = []
    let frontEnd = JSONFrontEnd(
      host: TerminalHost(), journals: JournalFolder(scratch.path),
      input: {
        let line = lines.withLock { $0.popFirst() }
        while line == "interrupt", !hasBegun.withLock({ $0 }) { usleep(1000) }
        if line == "interrupt" { hasBegun.withLock { $0 = false } }
        return line
      },
      write: { line in
        events.append(line)
        // The second one comes when the first has been obeyed.
        let isDue = line.contains("\"done\":40,") || line.contains("Ctrl-C again")
        if isDue { hasBegun.withLock { $0 = true } }
      })
    frontEnd.run()
    let notices = events.filter { $0.contains("\"event\":\"notice\"") }
    #expect(notices.contains { $0.contains("Ctrl-C again drops this model") }, "\(notices)")
    #expect(notices.contains { $0.contains("dropped: the session is as it was before cell 3") })
    #expect(frontEnd.bench.notebook.interpreter.session.model?.isPartial == true, "redo")
  }
}
