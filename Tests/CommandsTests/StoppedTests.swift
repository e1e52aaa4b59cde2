import Commands
import Language
import Testing

/// Trainings that the user stopped: what is written down of them comes to the same state.
@Suite struct StoppedTests {
  private static let start = "load data\nsplit tasks valid=20% test=70%\n"
  private static let training = "maml steps=1 batch=20 epochs=9 patience=0"

  private func run(
    _ text: String, _ host: RecordingHost
  ) -> (interpreter: Interpreter, result: RunResult) {
    var interpreter = Interpreter()
    let result = interpreter.run(Source(name: "test", text: text), host: host) { _ in }
    return (interpreter, result)
  }

  private func host(interruptsAt checkpoint: Int? = nil) -> RecordingHost {
    let host = RecordingHost(["t.mrs": "set seed=3\nmeta-train \(Self.training)\nset seed=4\n"])
    host.interruptsAt = checkpoint
    return host
  }

  /// What is left of a script that is stopped at the middle of an epoch, when three fifths of all are done.
  private func stopped(_ text: String) throws -> (interpreter: Interpreter, result: RunResult) {
    let whole = host()
    try #require(run(text, whole).result == .completed)
    let steps = whole.progress.indices.filter { whole.progress[$0].unit == "steps" }
    return run(text, host(interruptsAt: steps[steps.count * 3 / 5] + 1))
  }

  @Test(arguments: [
    "meta-train \(training)  # all of it", "let r = meta-train \(training)\nadapt user 42",
    "meta-train \(training) stop-after=8",
    "let s = meta-train maml steps=1..4 batch=20 epochs=2",
    "search successive-halving n=4 eta=2 maml inner-lr=0.01..0.5 steps=1 batch=20 epochs=4",
    "if 1 > 2 { show } else { set seed=3; meta-train \(training); set seed=4 }",
    "for s in [1, 2, 3] { meta-train maml steps=$s batch=20 epochs=3; keep $s }",
    "def go(k, e=9) {\n  let b = 20\n  if $k > 1 { meta-train maml steps=$k epochs=$e batch=$b }\n}\ngo 2",
    "let s = meta-train maml steps=[1, 2] batch=60 epochs=1\n"
      + "for r in $s.runs { meta-train maml steps=$r.steps batch=20 epochs=9 }",
    "include \"t.mrs\"",
  ])
  func aStoppedTrainingIsWrittenDownAsFarAsItCame(text: String) throws {
    let (interpreter, result) = try stopped(Self.start + text)
    #expect(result == .interrupted || interpreter.session.stopped != nil)
    let model = try #require(interpreter.session.model)
    #expect(model.isPartial || text.contains("..") || text.contains("steps=$s"))

    let script = interpreter.session.script
    #expect(script.contains("stop-after="))
    let (again, replayed) = run(script, host())
    #expect(replayed == .completed, "\(replayed)\n\(script)")
    #expect(StateFingerprint(again.session).text == StateFingerprint(interpreter.session).text)
    #expect(again.session.stopped == interpreter.session.stopped)
    // Behind the seed, which the script sets.
    #expect(Array(again.log.dropFirst()) == interpreter.log)
  }

  @Test func whatWasDoneOfALoopThatFailsIsWrittenDown() throws {
    let text = Self.start + "meta-train maml epochs=1\nset seed=5\n"
    let users = "let users = [42, 7, 987654]\nfor u in $users { let v = $u; adapt user $v }"
    let (interpreter, result) = run(text + users, host())
    guard case .failed = result else {
      Issue.record("\(result)")
      return
    }
    #expect(interpreter.session.adapted != nil)
    #expect(
      interpreter.log.suffix(2) == [
        "for u in [42, 7] { let v = $u; adapt user $v }", "for u in [987654] {\n  let v = $u\n}",
      ])
    let (again, replayed) = run(interpreter.session.script, host())
    #expect(replayed == .completed)
    #expect(StateFingerprint(again.session).text == StateFingerprint(interpreter.session).text)
    // The names of the block have ended with it.
    #expect(!interpreter.check(Source(text: "set seed=$v")).isEmpty)
  }

  @Test func whatWasDoneOfAScriptThatFailsIsWrittenDown() throws {
    let host = host()
    host.files["f.mrs"] = Array("set seed=3\nfor v in [987654] { show; adapt user $v }".utf8)
    let text = Self.start + "meta-train maml epochs=1\ninclude \"f.mrs\"  # and no more than this"
    let (interpreter, result) = run(text, host)
    guard case .failed = result else {
      Issue.record("\(result)")
      return
    }
    #expect(interpreter.log.suffix(2) == ["set seed=3", "for v in [987654] {\n  show\n}"])
    #expect(interpreter.session.script.contains("}\n#> what"))
  }

  @Test func resumeStopsAndGoesOnAgain() throws {
    let host = host()
    let training = "meta-train \(Self.training) checkpoint=\"c\""
    let (first, _) = run(Self.start + training + " stop-after=2", host)
    #expect(first.session.model?.isPartial == true && first.session.model?.history.count == 2)
    let (second, _) = run(Self.start + "resume \"c\" stop-after=5", host)
    #expect(second.session.model?.isPartial == true && second.session.model?.history.count == 5)
    let (last, _) = run(Self.start + "resume \"c\"", host)
    #expect(last.session.stopped == nil)
    let (whole, _) = run(Self.start + "meta-train \(Self.training)", self.host())
    #expect(StateFingerprint(last.session).text == StateFingerprint(whole.session).text)
  }

  @Test func aTrainingThatEndsBeforeIsNotPartial() {
    let (interpreter, _) = run(
      Self.start + "meta-train \(Self.training) stop-after=9", host())
    #expect(interpreter.session.model?.isPartial == false && interpreter.session.stopped == nil)
  }

  @Test func aSweepHasOneEnd() {
    let faults = Interpreter().check(
      Source(text: "load data\nsplit tasks\nmeta-train maml epochs=3 stop-after=[1, 2]"))
    #expect(faults.map(\.code) == ["E0306"])
  }
}
