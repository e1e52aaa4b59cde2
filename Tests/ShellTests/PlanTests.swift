import Commands
import Language
import Testing

import Shell

/// What a script will take, found out in miniature.
@Suite struct PlanTests {
  private func plan(
    _ text: String, calibration: Calibration = Calibration(), host: AttentiveHost? = nil
  ) throws -> (plan: Plan, result: RunResult, interpreter: Interpreter) {
    var interpreter = Interpreter()
    interpreter.rehearsal.passesOverExpectations = true
    interpreter.plan = Plan(calibration: calibration, memory: { heldMemory() })
    let result = interpreter.run(
      Source(name: "t.mrs", text: text),
      host: host ?? AttentiveHost(TerminalHost(), isDry: true))
    return (try #require(interpreter.plan), result, interpreter)
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

  @Test func roundsOfALoopAddUp() throws {
    let (plan, _, _) = try plan(
      "load data\nsplit tasks\nfor k in 1..3 { meta-train epochs=1 steps=$k }\n"
        + "meta-train epochs=1 steps=[1, 2]\n")
    #expect(plan.steps.map(\.runs) == [1, 1, 3, 2])
  }

  @Test func nothingIsWrittenAndEverythingNamed() throws {
    let scratch = Scratch()
    let host = AttentiveHost(TerminalHost(directory: scratch.path), isDry: true)
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

  @Test func calibrationsOutliveTheProgram() throws {
    let scratch = Scratch()
    let path = scratch.path + "/calibration.json"
    let calibration = Calibration(entries: ["a": .init(once: 0.5, each: 2, bytes: 1e6)])
    calibration.write(to: path)
    #expect(Calibration(readingFrom: path) == calibration)
    try Files.write(Array("{\"a\":[1,".utf8), to: path, named: "")
    #expect(Calibration(readingFrom: path) == Calibration())
    #expect(Calibration(readingFrom: nil) == Calibration())
  }
}
