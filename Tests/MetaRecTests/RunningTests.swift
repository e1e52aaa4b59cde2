import MetaRec
import Synchronization
import Testing

/// Scripts in a laboratory: outputs, results, progress, stopping, turns.
@Suite struct RunningTests {
  @Test func aScriptReadsAndWritesFilesOfItsHostAlone() throws {
    let host = MemoryHost(texts: ["data/r.csv": World.csv])
    let lab = try Laboratory(host: host)
    let outputs = try lab.perform(
      "load \"data/r.csv\"; let d = describe; export \"out/ratings.csv\"")
    #expect(outputs.first?.text().contains("640 ratings of 30 items by 40 users") == true)
    #expect(host.files.keys.sorted() == ["data/r.csv", "out/ratings.csv"])
    #expect(try lab.data().count == 640)
    #expect(code { try lab.perform("load \"/etc/passwd\"") } == "E0501")
    #expect(code { try Laboratory().perform("load \"data/r.csv\"") } == "E0501")
  }

  @Test func aSavedScriptSaysThatItDoesNotLoadWhatWasGiven() throws {
    let lab = try Laboratory()
    try lab.give(World.interactions())
    let said = try lab.perform("split tasks query=4; save session \"s.mrs\"")
    #expect(said.last?.text().contains("given by the program") == true)
    let loaded = try Laboratory().perform("load data; save session \"s.mrs\"")
    #expect(loaded.last?.text().contains("given by the program") == false)
  }

  @Test func resultsAreTypedAndWhatIsNotThereIsAnError() throws {
    let lab = try World.trained()
    let ndcg = try lab["r"]["ndcg@5"].number
    #expect((0...1).contains(ndcg))
    #expect(try lab["r"]["users"].number == 8)
    let perUser = try lab["r"]["per-user"]
    #expect(try perUser["users"].texts.count == 8)
    #expect(try perUser["ndcg@5"].numbers.count == 8)
    #expect(code { _ = try lab["q"] } == "E0703")
    #expect(code { _ = try lab["r"]["ndgc@5"] } == "E0204")
    #expect(code { _ = try lab["r"].number } == "E0301")
    #expect(code { _ = try lab["r"]["users"]["x"] } == "E0301")
    #expect(code { _ = try perUser["users"][99] } == "E0302")
    #expect(code { _ = try perUser["users"][-1] } == "E0302")
  }

  @Test func faultsAreFoundBeforeAnythingRunsAndSayWhere() throws {
    let lab = try Laboratory()
    #expect(throws: LaboratoryError.self) { try lab.perform("load data\nsplit taks") }
    #expect(lab.slots.isEmpty)
    do {
      _ = try lab.check("load data\nsplit tasks bye=user", name: "mine")
      Issue.record("a slip was not found")
    } catch let error as LaboratoryError {
      #expect(error.code == "E0203")
      #expect(error.diagnostics[0].place?.line == 2)
      #expect(error.diagnostics[0].replacement?.isEmpty == false)
      #expect(error.description.contains("mine"))
    }
    let script = try lab.check("load data")
    #expect(try lab.check("load data") == script)
  }

  @Test func aFailureKeepsWhatRanBefore() throws {
    let lab = try Laboratory()
    #expect(code { try lab.perform("let a = 1\nload data\nexpect 1 == 2\nlet b = 2") } == "E0701")
    #expect(lab.slots == [.data])
    #expect(try lab["a"].number == 1)
    #expect(code { _ = try lab["b"] } == "E0703")
  }

  @Test func eventsArriveInOrderAndTheLaboratoryIsFreeAtTheirEnd() async throws {
    let lab = try Laboratory(threads: 2)
    try lab.give(World.interactions())
    var (said, progress): ([String], Int) = ([], 0)
    for try await event in lab.run(World.training + "show") {
      switch event {
      case .output(let output): said.append(output.statement)
      case .progress(let step):
        progress += 1
        #expect(step.done <= step.total)
      case .remark: break
      }
    }
    #expect(said.count == 3 && said.last == "show")
    #expect(progress > 0)
    try lab.give(World.interactions())
    #expect(lab.slots == [.data, .model])
  }

  @Test func cancellingTheTaskStopsATrainingAndKeepsTheRest() async throws {
    let lab = try Laboratory(threads: 2)
    let started = Mutex(false)
    let task = Task {
      for try await event in lab.run(
        "load data; split tasks; meta-train maml steps=5 epochs=5000 patience=5000; let x = 1")
      {
        if case .progress = event { started.withLock { $0 = true } }
      }
    }
    while !started.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(5)) }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(lab.slots.isSuperset(of: [.data, .tasks]))
    #expect(code { _ = try lab["x"] } == "E0703")
    try lab.perform("let x = 2")
    #expect(try lab["x"].number == 2)
  }

  @Test func leavingTheLoopStopsTheRunAndTheNextOneHasItsTurn() async throws {
    let lab = try Laboratory(threads: 2)
    for try await event in lab.run("load data; split tasks; meta-train maml epochs=5000") {
      if case .progress = event { break }
    }
    try await lab.run("let x = 3").outputs()
    #expect(try lab["x"].number == 3)
  }

  @Test func whatCannotWaitSaysThatTheLaboratoryIsBusy() async throws {
    let lab = try Laboratory()
    try lab.perform("load data; split tasks")
    let codes = Mutex<Set<String?>>([])
    let data = try World.interactions()
    try lab.perform("meta-train maml epochs=1") { event in
      guard case .progress = event else { return }
      let found = [
        code { try lab.perform("show") }, code { try lab.give(data) },
        code { try lab.setParameter("x", to: 1) },
      ]
      codes.withLock { $0.formUnion(found) }
      #expect(lab.slots == [.data, .tasks])
    }
    #expect(codes.withLock { $0 } == ["E0913"])
    async let first = lab.run("let a = 1").outputs()
    async let second = lab.run("let b = 2").outputs()
    _ = try await (first, second)
    #expect(try lab["a"].number + lab["b"].number == 3)
  }

  @Test func stopEndsWhatRunsOnTheCallingThread() throws {
    let lab = try Laboratory(threads: 2)
    #expect(throws: CancellationError.self) {
      try lab.perform("load data; split tasks; meta-train maml epochs=5000") { event in
        if case .progress = event { lab.stop() }
      }
    }
    lab.stop()
    try lab.perform("show")
  }

  @Test func twoAtTheSameTimeHaveTheBitsOfOneAlone() async throws {
    @Sendable func digest() async throws -> [String] {
      let lab = try Laboratory(threads: 2)
      try lab.give(World.interactions())
      try await lab.run(World.training + "let r = evaluate ndcg@5 mae").outputs()
      let top = try lab.recommender().adapted(to: ["i3": 5, "i9": 1]).top(10)
      return ["\(try lab["r"]["mae"].number)", "\(top)"]
    }
    let alone = try await digest()
    let together = try await withThrowingTaskGroup(of: [String].self) { group in
      for _ in 0..<4 { group.addTask { try await digest() } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(together.allSatisfy { $0 == alone })
  }

  @Test func aCopyGoesItsOwnWay() throws {
    let lab = try Laboratory()
    try lab.perform("let x = 1")
    let other = lab.copy()
    try other.perform("let x = 2")
    #expect(try lab["x"].number == 1)
    #expect(try other["x"].number == 2)
  }

  @Test func parametersComeFromTheHost() throws {
    let lab = try Laboratory()
    try lab.setParameter("k", to: 7)
    try lab.perform("param k: number = 3; let x = $k")
    #expect(try lab["x"].number == 7)
  }

  @Test func deepNestingEndsInADiagnosticOnAThreadOfARun() async throws {
    let lab = try Laboratory()
    for text in [
      "let x = " + String(repeating: "(", count: 20_000) + "1",
      String(repeating: "if yes { ", count: 20_000) + "show"
        + String(repeating: " }", count: 20_000),
    ] {
      await #expect(throws: LaboratoryError.self) { try await lab.run(text).outputs() }
    }
  }

  @Test(arguments: [-1, 257, Int.max, Int.min]) func threadsAreInBounds(threads: Int) {
    #expect(code { _ = try Laboratory(threads: threads) } == "E0302")
  }
}
