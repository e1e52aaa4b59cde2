import Commands
import Language
import Reports
import Testing

/// Sweeps and searches, on the built-in sample.
@Suite struct SearchTests {
  static let start = "load data\nsplit tasks valid=20% test=70%\n"

  /// Runs a script; what every statement said.
  @discardableResult
  func run(
    _ text: String, _ host: RecordingHost = RecordingHost(),
    in interpreter: inout Interpreter
  ) -> (result: RunResult, reports: [Report]) {
    var reports: [Report] = []
    let result = interpreter.run(Source(name: "test", text: text), host: host) { outcome in
      if let report = outcome.report { reports.append(report) }
    }
    return (result, reports)
  }

  func fresh(_ host: RecordingHost = RecordingHost()) -> Interpreter {
    var interpreter = Interpreter()
    run(Self.start, host, in: &interpreter)
    return interpreter
  }

  /// How many epochs were trained since the last call.
  func epochs(_ host: RecordingHost) -> Int {
    defer { host.progress = [] }
    return host.progress.count { $0.unit == "steps" }
  }

  func runs(_ report: Report?, _ field: String) -> [Double] {
    (report?.result["runs"]?.elements ?? []).compactMap { run in
      guard case .record(let record) = run, case .number(let number)? = record[field] else {
        return nil
      }
      return number.value
    }
  }

  func problems(_ line: String) -> [String] {
    Interpreter().check(Source(name: "t", text: Self.start + line)).map(\.code)
  }

  @Test func randomSearchDrawsDifferentRunsWithinTheRanges() throws {
    let line =
      "search random n=8 maml steps=1..3 inner-lr=0.001..0.5 batch=[30, 60] epochs=1"
    var interpreter = fresh()
    let (result, reports) = run("let s = " + line, in: &interpreter)
    #expect(result == .completed, "\(result)")
    let steps = runs(reports.last, "steps")
    let rates = runs(reports.last, "inner-lr")
    // The option that varied, and not the steps of the whole training.
    #expect(steps.count == 8 && steps.allSatisfy { (1...3).contains($0) })
    #expect(rates.allSatisfy { (0.001...0.5).contains($0) } && Set(rates).count == 8)
    // Drawn by the logarithm: values below a tenth of the end are as many as the rest.
    #expect(rates.contains { $0 < 0.05 })
    #expect(Set(runs(reports.last, "batch")).isSubset(of: [30, 60]))
    guard case .number(let kept)? = reports.last?.result["loss"] else {
      Issue.record("?")
      return
    }
    #expect(kept.value == runs(reports.last, "loss").min())
    // The same seed draws the same, and the names of the best are there.
    var again = fresh()
    #expect(runs(run(line, in: &again).reports.last, "inner-lr") == rates)
    let (after, _) = run(
      "expect $s.best.inner-lr > 0\ncompare best item-mean", in: &interpreter)
    #expect(after == .completed, "\(after)")
  }

  @Test func theNetworkOfATrainingIsSweptLikeItsOtherOptions() throws {
    var interpreter = fresh()
    let (result, reports) = run(
      "search grid maml steps=1 model=mlp embed=4 hidden=[[8], [8, 4]] epochs=1", in: &interpreter)
    #expect(result == .completed, "\(result)")
    let tried = (reports.last?.result["runs"]?.elements ?? []).compactMap { run in
      if case .record(let record) = run { record["hidden"]?.text } else { nil }
    }
    #expect(tried == ["8", "8, 4"])
    let (swept, _) = run(
      "let s = meta-train maml model=factor embed=[2, 4] epochs=1\nexpect $s.best.embed >= 2",
      in: &interpreter)
    #expect(swept == .completed, "\(swept)")
    let model = try #require(interpreter.session.model)
    #expect(described(model.problem.network).hasPrefix("factor embed="))
    // What `model` chose stays for the next training, which has its own way back.
    #expect(described(interpreter.session.network).hasPrefix("mlp"))
    run("meta-train maml epochs=1", in: &interpreter)
    let next = try #require(interpreter.session.model)
    #expect(described(next.problem.network).hasPrefix("mlp"))
    #expect(problems("meta-train maml embed=[2, 4] epochs=1") == ["E0305"])
  }

  @Test func aSmallSpaceIsGoneThroughOnce() {
    var interpreter = fresh()
    let (_, reports) = run("search random n=50 maml steps=1..3 epochs=1", in: &interpreter)
    #expect(runs(reports.last, "steps").sorted() == runs(reports.last, "steps"))
    #expect(runs(reports.last, "loss").count == 3)
  }

  @Test func theSurvivorOfHalvingIsWhatTrainingAloneMakes() throws {
    let host = RecordingHost()
    var interpreter = fresh(host)
    let (result, reports) = run(
      "let s = search successive-halving n=4 eta=2 maml steps=1 inner-lr=0.01..0.5 batch=20 epochs=4\n"
        + "save model \"a\"", host, in: &interpreter)
    #expect(result == .completed, "\(result)")
    let found = reports.first { $0.result["runs"] != nil }
    // One trains for all four epochs, one stops after two, two after one.
    #expect(runs(found, "epochs").sorted() == [1, 1, 2, 4])
    guard case .record(let best)? = found?.result["best"], let rate = best["inner-lr"] else {
      Issue.record("no best")
      return
    }
    var alone = fresh(host)
    run(
      "meta-train maml steps=1 inner-lr=\(rate.text) batch=20 epochs=4\nsave model \"b\"", host,
      in: &alone)
    #expect(host.files["a"] != nil && host.files["a"] == host.files["b"])
  }

  @Test(arguments: [
    ("meta-train maml steps=1..4 batch=60 epochs=2", 8),
    ("search random n=4 maml inner-lr=0.01..0.5 batch=60 epochs=2 steps=1", 8),
    // Four train an epoch, two go on for one more, and the winner for two.
    ("search successive-halving n=4 eta=2 maml inner-lr=0.01..0.5 steps=1 batch=60 epochs=4", 8),
  ])
  func anInterruptedSweepGoesOnAndNothingIsTrainedTwice(line: String, total: Int) throws {
    let whole = RecordingHost()
    var other = fresh(whole)
    let expected = run(line, whole, in: &other).reports.last
    #expect(epochs(whole) == total)

    let host = RecordingHost()
    var interpreter = fresh(host)
    host.progress = []
    host.interruptsAt = 5
    let partial = run(line, host, in: &interpreter)
    #expect(partial.reports.last?.result["runs"] != nil)
    #expect(interpreter.session.stopped != nil)
    #expect(interpreter.log.last?.contains("stop-after=") == true)
    let done = epochs(host)
    host.interruptsAt = nil
    let (result, reports) = run(line, host, in: &interpreter)
    #expect(result == .completed && interpreter.session.stopped == nil)
    // At most the epoch at which it was stopped, and what its run had before, is trained again.
    #expect(epochs(host) <= total - done + 2)
    #expect(runs(reports.last, "loss") == runs(expected, "loss"))
    _ = run(line, host, in: &interpreter)
    #expect(epochs(host) == 0)
  }

  @Test func aWiderGridTrainsOnlyWhatIsNew() {
    let host = RecordingHost()
    var interpreter = fresh(host)
    run("meta-train maml steps=[1, 2] batch=60 epochs=1", host, in: &interpreter)
    _ = epochs(host)
    run("meta-train maml steps=1..4 batch=60 epochs=1", host, in: &interpreter)
    #expect(epochs(host) == 2)
    // With another seed it is another training.
    run("set seed=8\nmeta-train maml steps=1..4 batch=60 epochs=1", host, in: &interpreter)
    #expect(epochs(host) == 4)
  }

  @Test func aSweepWithCheckpointsGoesOnInAnotherProcess() {
    let line = "search random n=3 maml inner-lr=0.01..0.5 steps=1 batch=60 epochs=2 "
    let host = RecordingHost()
    var first = fresh(host)
    host.progress = []
    host.interruptsAt = 4
    run(line + "checkpoint=\"out/c.checkpoint\"", host, in: &first)
    #expect(host.files.keys.allSatisfy { $0.hasPrefix("out/c-") && $0.hasSuffix(".checkpoint") })
    host.interruptsAt = nil
    host.progress = []
    var second = fresh(host)
    let (result, reports) = run(line + "checkpoint=\"out/c.checkpoint\"", host, in: &second)
    #expect(result == .completed)
    // Three of six epochs were done, and kept.
    #expect(epochs(host) <= 3)
    var alone = fresh()
    #expect(
      runs(run(line, in: &alone).reports.last, "loss") == runs(reports.last, "loss"))
  }

  @Test func bestTakesTheRunThatAMetricPrefers() throws {
    var interpreter = fresh()
    let (result, reports) = run(
      """
      let s = meta-train maml steps=1 inner-lr=[0.0001, 0.05, 0.3] batch=20 epochs=2
      let a = search grid by=mae maml steps=1 inner-lr=[0.0001, 0.05, 0.3] batch=20 epochs=2
      let b = best $s by=mae
      let v = evaluate mae part=valid
      expect $b.mae == $v.mae ± 1e-9
      expect $a.best.mae == $v.mae ± 1e-9
      best by=ndcg@5
      """, in: &interpreter)
    #expect(result == .completed, "\(result)")
    let values = runs(reports[1], "mae")
    #expect(values.count == 3)
    guard case .number(let chosen)? = reports[2].result["mae"] else {
      Issue.record("?")
      return
    }
    #expect(chosen.value == values.min())
  }

  @Test func whatCannotBeSearchedIsSaidBeforeAnythingRuns() {
    #expect(problems("search random n=3 maml steps=2") == ["E0306"])
    #expect(problems("search randm n=3 maml steps=1..3") == ["E0202"])
    #expect(problems("search random n=0 maml steps=1..3") == ["E0302"])
    #expect(problems("search random n=3 maml steps=1..3 eta=2") == ["E0305"])
    #expect(problems("search random n=3 maml steps=-1..3") == ["E0302"])
    #expect(problems("search random n=3 maml steps=0.2..0.8").contains("E0301"))
    #expect(problems("search grid maml inner-lr=0.01..0.1") == ["E0302"])
    #expect(problems("meta-train maml inner-lr=0.01..0.1") == ["E0302"])
    #expect(problems("meta-train maml loss=[mse, bce]") == ["E0306"])
    #expect(problems("search grid by=mae maml loss=[mse, bce]") == [])
    #expect(problems("search successive-halving by=mae maml loss=[mse, bce]") == ["E0306"])
    #expect(problems("search random n=3 maml inner-lr=0.01..0.1 steps=1..5") == [])
    #expect(problems("let s = search random maml steps=1..3\nexpect $s.best.steps > 0") == [])
    #expect(problems("let s = meta-train maml\nexpect $s.best.steps > 0") == ["E0204"])
    #expect(problems("best by=maee") == ["E0402", "E0302"])
  }

  @Test func withoutValidationUsersNothingCanBeChosen() {
    var interpreter = fresh()
    let (result, _) = run(
      "split tasks valid=0 test=70%\nmeta-train maml steps=1..2 epochs=1", in: &interpreter)
    guard case .failed(let fault) = result else {
      Issue.record("\(result)")
      return
    }
    #expect(fault.code == "E0408")
  }

  @Test func aRunThatDivergesLosesAndTheOthersGoOn() {
    var interpreter = fresh()
    let (result, reports) = run(
      "meta-train maml steps=5 inner-lr=[0.05, 100] adapt=all batch=20 epochs=1", in: &interpreter)
    #expect(result == .completed, "\(result)")
    #expect(runs(reports.last, "loss").count == 1)
    #expect(reports.last?.blocks.contains { if case .warning = $0 { true } else { false } } == true)
  }

  @Test func aPlanGoesThroughASearchAndWhatReadsItsResult() {
    var interpreter = fresh()
    interpreter.execution.plan = Plan(calibration: Calibration(), memory: { 0 })
    let (result, _) = run(
      """
      let s = search successive-halving n=4 eta=2 maml steps=1 inner-lr=0.01..0.5 epochs=4
      best $s by=mae
      expect $s.best.inner-lr > 0
      """, in: &interpreter)
    #expect(result == .completed, "\(result)")
    #expect(interpreter.execution.plan?.steps.first?.runs == 4)
  }
}
