import Commands
import Datasets
import Kernels
import Language
import Synchronization
import Testing

import Shell

/// What a script will take, found out in miniature.
@Suite struct PlanTests {
  private func plan(
    _ text: String, calibration: Calibration = Calibration(), host: FileRecordingHost? = nil
  ) throws -> (plan: Plan, result: RunResult, interpreter: Interpreter) {
    var interpreter = Interpreter()
    interpreter.execution.variation.passesOverExpectations = true
    interpreter.execution.plan = Plan(calibration: calibration, memory: { heldMemory() })
    let result = interpreter.run(
      Source(name: "t.mrs", text: text),
      host: host ?? FileRecordingHost(TerminalHost(), isDry: true))
    return (try #require(interpreter.execution.plan), result, interpreter)
  }

  @Test func stepsComeInOrderWithSizesAndBounds() throws {
    let (plan, result, _) = try plan(
      "load data\nsplit tasks\nlet t = meta-train epochs=9 patience=2\nexpect $t.loss < 0\nadapt 42\n"
    )
    #expect(result == .completed)
    #expect(plan.steps.map(\.line) == [1, 2, 3, 5])
    #expect(plan.steps[0].sizes.contains("24,045 ratings"))
    #expect(plan.steps[1].sizes == "480 + 60 + 60 tasks")
    let training = plan.steps[2]
    #expect(training.bounds.contains(training.seconds))
    #expect(training.sizes == "3 to 9 epochs")
    #expect(plan.bytes > 1e6)
  }

  @Test func planningTrainsOnFewTasksAndKeepsAll() throws {
    let (_, _, interpreter) = try plan("load data\nsplit tasks\nmeta-train epochs=50\n")
    #expect(interpreter.session.tasks?.train.count == 480)
    #expect((interpreter.session.model?.history.count ?? 0) <= 3)
  }

  /// What a baseline is called and how it is set holds for the steps behind it.
  @Test func baselinesOfTheScriptAreKnown() throws {
    let (_, result, interpreter) = try plan(
      "load data\nsplit tasks\nbaseline mf factors=64 as=large\nevaluate mae with=[large]\n")
    #expect(result == .completed)
    #expect(interpreter.session.namedBaselines["large"] != nil)
  }

  @Test func roundsOfALoopAddUp() throws {
    let (plan, _, _) = try plan(
      "load data\nsplit tasks\nfor k in 1..3 { meta-train epochs=1 steps=$k }\n"
        + "meta-train epochs=1 steps=[1, 2]\n")
    #expect(plan.steps.map(\.runs) == [1, 1, 3, 2])
  }

  /// Scripts whose running would take years, and the most training steps and simulated tests that planning
  /// each may take.
  @Test(arguments: [
    ("meta-train maml epochs=100000 steps=1000 patience=0", 80),
    ("model mlp hidden=4096,4096,4096 embed=512\nmeta-train maml steps=5", 80),
    ("abtest mf popularity users=10000000 runs=100000", 0),
    ("search random n=1000 maml lr=0.001..0.01 epochs=1000", 600),
    ("for k in 1..100000 { meta-train ridge epochs=$k }", 600),
    ("for i in 1..1000 { for k in 1..1000 { adapt 42; topk 300 } }", 20),
    ("meta-train ridge epochs=1000\nevaluate mae seeds=100 resplit=yes", 80),
    ("split tasks folds=100\nmeta-train ridge\nevaluate mae resplit=yes seeds=100", 80),
    ("baseline svd factors=1000 epochs=1000\nevaluate mae with=[svd]", 0),
    ("meta-train maml epochs=1\nplot adaptation steps=1000 users=100000", 80),
    ("meta-train maml epochs=1000\naudit privacy canaries=20 trainings=1000 shadows=1000", 160),
    ("meta-train maml epochs=1000\nplot privacy epsilon=[1, 2, 4, 8] seeds=100 delta=1e-3", 240),
    ("meta-train maml epochs=100000 patience=0 over=federated clients=400 per-round=2", 1000),
  ])
  func whatAPlanDoesItselfDoesNotGrowWithOptions(text: String, steps: Int) throws {
    let counter = CountingHost()
    let (plan, result, interpreter) = try plan(
      "load data\nsplit tasks\nmeta-train ridge epochs=1\n" + text,
      host: FileRecordingHost(counter, isDry: true))
    #expect(result == .completed)
    #expect(counter.count(of: "steps") <= steps + 80)
    #expect(counter.count(of: "tests") <= 60)
    // What is tried has small layers and few inner steps.
    let tried = try #require(interpreter.session.model)
    #expect(tried.weights.count < 1_000_000)
    #expect(plan.steps.last.map { $0.seconds > 0 } == true)
  }

  @Test func aHeavyCommandIsReckonedUpFromItsMiniature() throws {
    let known = try plan("load data\nsplit tasks\nabtest mf popularity users=2000 runs=5000").plan
    let heavy = try plan("load data\nsplit tasks\nabtest mf popularity users=2000 runs=100000").plan
    let (few, many) = (try #require(known.steps.last), try #require(heavy.steps.last))
    #expect(many.seconds > 3 * few.seconds)
    for (line, heavier) in [
      (
        "audit privacy canaries=20 trainings=1 shadows=0",
        "audit privacy canaries=20 trainings=60 shadows=40"
      ),
      ("plot privacy epsilon=[8] delta=1e-3", "plot privacy epsilon=[8] delta=1e-3 seeds=60"),
    ] {
      let trained = "load data\nsplit tasks\nmeta-train fomaml steps=1 epochs=1\n"
      let (light, heavy) = (try plan(trained + line).plan, try plan(trained + heavier).plan)
      let (few, many) = (try #require(light.steps.last), try #require(heavy.steps.last))
      #expect(many.seconds > 3 * few.seconds, "\(heavier)")
    }
    let loop = try plan("load data\nsplit tasks\nfor k in 1..80 { meta-train ridge epochs=1 }").plan
    #expect(loop.steps.map(\.runs) == [1, 1, 80])
    #expect(loop.untried == 72)
  }

  @Test func runsThatDivergeAreNoEndOfAPlannedSearch() throws {
    let (plan, result, interpreter) = try plan(
      "load data\nsplit tasks\nsearch grid maml inner-lr=[50, 0.1] epochs=2\nevaluate mae\n")
    #expect(result == .completed)
    #expect(plan.steps.map(\.line) == [1, 2, 3, 4])
    #expect(interpreter.session.model != nil)
  }

  @Test func nothingIsWrittenAndEverythingNamed() throws {
    let scratch = Scratch()
    let host = FileRecordingHost(TerminalHost(directory: scratch.path), isDry: true)
    let (_, result, _) = try plan(
      "load data\nexport \"x.csv\"\nload csv \"x.csv\"\nsplit tasks\n", host: host)
    #expect(result == .completed)
    #expect(host.written == ["x.csv"])
    #expect(try Files.list(scratch.path, named: "").isEmpty)
  }

  @Test func whatWasMeasuredOnceIsKnownTheNextTime() throws {
    let text = "load data\nsplit tasks\nmeta-train epochs=5\nevaluate mae\n"
    let first = try plan(text).plan
    #expect(first.calibration.entries.count == 2)
    var known = first.calibration
    for key in known.entries.keys { known.entries[key]?.each = 1000 }
    let second = try plan(text, calibration: known).plan
    #expect(second.calibration == known)
    #expect(second.seconds > 1000)
  }
}

/// A host that counts how often it is told how far work is.
private final class CountingHost: Host {
  private let files = TerminalHost()
  private let counts = Mutex<[String: Int]>([:])

  func count(of unit: String) -> Int { counts.withLock { $0[unit] ?? 0 } }

  func read(_ path: String) throws(CommandFailure) -> FileContents { try files.read(path) }
  func kind(of path: String) -> FileKind? { files.kind(of: path) }
  func list(_ path: String) throws(CommandFailure) -> [String] { try files.list(path) }
  func write(_ bytes: [UInt8], to path: String) throws(CommandFailure) {
    throw CommandFailure("E0504", "a plan wrote `\(path)`")
  }
  var kernels: KernelSet { files.kernels }
  func now() -> Double { files.now() }
  func checkpoint(_ progress: Progress) throws(Interrupted) {
    counts.withLock { $0[progress.unit, default: 0] += 1 }
  }
}
