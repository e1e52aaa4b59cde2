import Commands
import Language
import Reports
import Testing

/// A workbench without any shell: what front ends see, and what comes back of a session that was cut off.
@Suite struct WorkbenchTests {
  private let host = RecordingHost()
  private let seen = Seen()

  /// What a front end has seen, in words.
  private final class Seen {
    var words: [String] = []
    /// Called with each event, before it is noted.
    var also: (WorkbenchEvent) -> Void = { _ in }
    var stops = 0

    func take(_ event: WorkbenchEvent) {
      also(event)
      switch event {
      case .started(let number, let text, let isHandedIn):
        words.append("\(isHandedIn ? "" : "again ")\(number): \(text)")
      case .progress: if words.last != "progress" { words.append("progress") }
      case .statement(let outcome): words.append(outcome.diagnostic?.code ?? "statement")
      case .ended(let ending): words.append(ending.cell.map { "\($0.status)" } ?? "no cell")
      case .said(let report): words.append(PlainRenderer().text(report).trimmingSpaces)
      case .recovered(let done, let all, _): words.append("recovered \(done) of \(all)")
      case .edit(let text, let number): words.append("edit \(number): \(text)")
      case .leave: words.append("leave")
      case .warned, .notice, .stopped, .dropped: words.append(event.sentence ?? "warned")
      }
    }
  }

  private var frontEnd: FrontEnd {
    FrontEnd(
      host: host,
      stops: { [seen] in
        defer { seen.stops = 0 }
        return seen.stops
      }, take: { [seen] in seen.take($0) })
  }

  /// What is seen of lines.
  private func run(_ bench: Workbench, _ lines: String...) -> [String] {
    seen.words = []
    for line in lines { bench.run(line, for: frontEnd) }
    return seen.words
  }

  private func state(_ bench: Workbench) -> [String] {
    let interpreter = bench.notebook.interpreter
    return interpreter.log + [StateFingerprint(interpreter.session).text]
  }

  // MARK: Events

  @Test func eventsComeInTheOrderOfWhatHappens() {
    let bench = Workbench()
    #expect(
      run(bench, "set seed=3; show", "nonsense", "expect 1 > 2") == [
        "1: set seed=3; show", "statement", "completed", "2: nonsense", "failed",
        "3: expect 1 > 2", "E0701", "failed",
      ], "\(seen.words)")
    #expect(run(bench, "  ").isEmpty)
    let before = "The session is as it was before the first cell."
    #expect(run(bench, "undo") == ["4: undo", "no cell", before])
    #expect(run(bench, "edit 1") == ["4: edit 1", "no cell", "edit 1: set seed=3; show"])
    #expect(run(bench, "quit") == ["4: quit", "no cell", "leave"])
    #expect(
      run(bench, "rerun 1") == [
        "4: rerun 1", "no cell", "again 4: set seed=3; show", "statement", "completed",
      ], "\(seen.words)")
  }

  @Test func whatIsStaleIsSaidAfterTheCell() {
    let bench = Workbench()
    _ = run(bench, "load data", "split tasks", "let r = compare mf item-mean")
    let words = run(bench, "split tasks query=5")
    #expect(words.last?.contains("Cell 3 is stale now: tasks changed by cell 4.") == true)
  }

  @Test func whileACellRunsTheNotebookIsTheOneBeforeAndNothingElseRuns() {
    let bench = Workbench()
    seen.also = { [frontEnd] event in
      guard case .statement = event else { return }
      #expect(bench.notebook.cells.isEmpty)
      bench.interrupt(for: frontEnd)
      bench.run("set seed=9", for: frontEnd)
    }
    #expect(run(bench, "show").contains { $0.hasPrefix("a cell is running") })
    #expect(bench.notebook.interpreter.log == ["show"])
  }

  @Test func aScriptGivesOutTheSameEvents() {
    var interpreter = Interpreter()
    let source = Source(name: "s.mrs", text: "load data\nsplit tasks\nmeta-train maml epochs=1\n")
    #expect(interpreter.run(source, for: frontEnd) == .completed)
    #expect(
      seen.words == ["statement", "statement", "progress", "statement", "no cell"],
      "\(seen.words)")
  }

  // MARK: Stopping

  /// A bench whose third cell is a training that was stopped after so many wishes to stop.
  private func stopped(_ stops: Int) -> Workbench {
    let bench = Workbench()
    _ = run(bench, "load data", "split tasks")
    host.interruptsAt = host.progress.count + 40
    seen.stops = stops
    _ = run(bench, "meta-train maml epochs=50 patience=0 batch=20")
    host.interruptsAt = nil
    return bench
  }

  @Test func askingOnceMoreToStopDropsWhatAStoppedTrainingLeft() {
    let bench = stopped(1)
    #expect(seen.words.last == "Ctrl-C again drops this model")
    #expect(bench.notebook.interpreter.session.model?.isPartial == true)
    bench.interrupt(for: frontEnd)
    #expect(seen.words.last?.hasPrefix("dropped: the session is as it was before cell 3") == true)
    #expect(bench.notebook.interpreter.session.model == nil)
    let count = seen.words.count
    bench.interrupt(for: frontEnd)
    #expect(seen.words.count == count)
    _ = run(bench, "redo")
    #expect(bench.notebook.interpreter.session.model?.isPartial == true)
  }

  @Test func askingTwiceDropsItAtOnceAndAnotherCellKeepsIt() {
    #expect(stopped(2).notebook.interpreter.session.model == nil)
    let bench = stopped(1)
    _ = run(bench, "show")
    bench.interrupt(for: frontEnd)
    #expect(bench.notebook.interpreter.session.model != nil)
  }

  // MARK: Journal and recovery

  @Test func whateverCellASessionIsCutOffInItComesBack() {
    let journals = MemoryJournals()
    let bench = Workbench(journals: journals)
    var cuts: [(store: MemoryJournals, state: [String])] = []
    // In the middle of a cell the state is the one before it.
    seen.also = { [self] event in
      if case .statement = event { cuts.append((journals.crashed(), state(bench))) }
    }
    for line in [
      "load data", "set seed=5", "split tasks", "undo", "split tasks query=5", "goto 2",
      "split tasks query=7; meta-train maml epochs=1", "help nonsense",
    ] {
      bench.run(line, for: frontEnd)
      cuts.append((journals.crashed(), state(bench)))
    }
    seen.also = { _ in }
    #expect(cuts.count > 12)
    for cut in cuts {
      let other = Workbench(journals: cut.store)
      let count = cut.state.count - 1
      seen.words = []
      other.open(for: frontEnd)
      #expect(seen.words.isEmpty == (count == 0))
      if count > 0 {
        #expect(seen.words[0].contains("of minute 1 was cut off"))
        #expect(run(other, "recover").contains("recovered \(count) of \(count)"))
      }
      #expect(state(other) == cut.state)
      // The new session is written down in place of the old one.
      #expect(cut.store.names().count == 1)
      other.close()
      #expect(cut.store.names().isEmpty)
    }
  }

  @Test func whatFailsToComeBackCanBeGoneOnWith() {
    let journals = MemoryJournals()
    let first = Workbench(journals: journals)
    host.files["a.mrs"] = Array("set seed=8".utf8)
    _ = run(first, "set seed=5", "include \"a.mrs\"", "load data")
    let other = Workbench(journals: journals.crashed())
    host.files = [:]
    let words = run(other, "recover")
    #expect(words.contains("recovered 1 of 3"), "\(words)")
    host.files["a.mrs"] = Array("set seed=8".utf8)
    #expect(run(other, "recover").contains("recovered 2 of 2"))
    #expect(state(other) == state(first))
    #expect(run(other, "recover").last == "there is nothing to recover")
  }

  /// Secret noise is not paid for twice without being asked.
  @Test func recoveringDoesNotSpendPrivacyAgain() throws {
    let training =
      "meta-train maml epochs=1 privacy=gaussian epsilon=8 delta=1e-3 noise-source=system"
    let journals = MemoryJournals()
    let first = Workbench(journals: journals)
    _ = run(first, "load data", "split tasks", training, "save model \"m.safetensors\"", "describe")
    let saved = first.notebook.interpreter.session.model?.weightsDigest
    #expect(saved != nil)

    let store = journals.crashed()
    let other = Workbench(journals: store)
    #expect(run(other, "recover skip").last?.contains("has not stopped before a statement") == true)
    let words = run(other, "recover")
    #expect(words.contains("recovered 2 of 5") && words.contains("E0409"), "\(words)")
    #expect(other.notebook.interpreter.session.model == nil)
    // The same again: nothing is spent by insisting.
    #expect(run(other, "recover").contains("recovered 0 of 3"))
    #expect(run(other, "open model \"m.safetensors\"").last == "completed")
    #expect(run(other, "recover skip").contains("recovered 2 of 2"))
    #expect(other.notebook.interpreter.session.model?.weightsDigest == saved)

    let asked = Workbench(journals: journals.crashed())
    #expect(run(asked, "recover spend").contains("recovered 5 of 5"))
    let again = asked.notebook.interpreter.session.model
    #expect(again != nil && again?.weightsDigest != saved)
    // Simulated noise spends nothing.
    let simulated = MemoryJournals()
    _ = run(
      Workbench(journals: simulated), "load data", "split tasks",
      training.replacing("=system", with: "=seed"))
    #expect(run(Workbench(journals: simulated.crashed()), "recover").contains("recovered 3 of 3"))
  }

  @Test func aStoreThatIsFullOnlyWarnsAndOnce() {
    let journals = MemoryJournals()
    journals.room = 0
    let bench = Workbench(journals: journals)
    bench.open(for: frontEnd)
    #expect(seen.words == ["this session is not written down: no room"])
    #expect(run(bench, "set seed=1").last == "completed")
    journals.room = 600
    let later = Workbench(journals: journals)
    seen.words = []
    later.open(for: frontEnd)
    #expect(seen.words.isEmpty)
    let words = run(later, "set seed=1", "set seed=2", "set seed=3", "set seed=4")
    let warning = "this session is no longer written down: no room"
    #expect(words.count { $0 == warning } == 1)
    #expect(later.notebook.interpreter.session.settings.seed == 4)
  }

  @Test func twoSessionsOfOneStoreDoNotSeeEachOther() {
    let journals = MemoryJournals()
    let first = Workbench(journals: journals)
    _ = run(first, "set seed=5")
    let second = Workbench(journals: journals)
    seen.words = []
    second.open(for: frontEnd)
    #expect(seen.words.isEmpty)
    #expect(run(second, "recover").last == "there is nothing to recover")
    first.close()
    second.close()
    #expect(journals.names().isEmpty)
  }

  // MARK: Following

  private final class Class: CellSink, CellFeed {
    var cells: [SharedCell] = []
    func add(_ cell: SharedCell) -> Bool {
      cells.append(cell)
      return true
    }
    func news() -> [SharedCell] { [] }
    func warning() -> String? { nil }
  }

  @Test func cellsThatAreSharedArePulled() {
    let shared = Class()
    let teacher = Workbench(sharing: shared)
    _ = run(teacher, "load data", "nonsense", "set seed=4")
    let pupil = Workbench(following: shared)
    #expect(
      run(pupil, "pull 1..3") == [
        "1: pull 1..3", "no cell", "again 1: load data", "statement", "completed",
        "again 2: set seed=4", "completed",
      ], "\(seen.words)")
    #expect(state(pupil) == state(teacher))
    #expect(run(pupil, "pull 9").last?.hasSuffix("no such cell; the newest is 3") == true)
  }
}
