import Commands
import Language
import Reports
import Testing

/// Federated trainings, as scripts ask for them.
@Suite struct FederatedCommandTests {
  private func run(_ lines: [String]) -> (result: RunResult, reports: [Report]) {
    var interpreter = Interpreter()
    var reports: [Report] = []
    let text = (["set seed=7", "load data", "split tasks"] + lines).joined(separator: "\n")
    let result = interpreter.run(Source(text: text), host: RecordingHost()) { event in
      if let report = event.report { reports.append(report) }
    }
    return (result, reports)
  }

  private func said(_ report: Report?) -> String {
    (report?.blocks ?? []).map { "\($0)" }.joined(separator: "\n")
  }

  private func number(_ report: Report?, _ field: String) -> Double {
    report?.result[field].flatMap { Double.read($0) } ?? .nan
  }

  /// What is wrong is found before anything runs.
  @Test(arguments: [
    ("maml over=federated clients=5 per-round=8", "more clients than the 5", "per-round=5"),
    ("maml clients=5", "is about over=federated", "over=federated"),
    ("maml over=federated threshold=3", "nothing is masked", "secure-aggregation=yes"),
    (
      "maml over=federated per-round=4 secure-aggregation=yes threshold=5", "more than the 4",
      "threshold=2"
    ),
    ("episodic-ridge over=federated", "no updates to send", "maml"),
    ("distill teacher=maml over=federated", "teacher", "maml"),
    ("maml over=federated heads=rating,click", "heads= does not go", "leave heads= out"),
    ("maml over=federated start=biases", "nobody's to see", "leave start= out"),
    ("maml over=federated model=graph", "no client has", "model mlp"),
    (
      "maml over=federated privacy=gaussian epsilon=8 delta=1e-5", "noise is for data in one place",
      "leave privacy= out"
    ),
  ])
  func contradictionsAreFoundByTheChecker(options: String, message: String, remedy: String) {
    let text = "load data\nsplit tasks\nmeta-train maml epochs=1\nmeta-train \(options)\n"
    let found = Interpreter().check(Source(name: "t", text: text)).filter { $0.severity == .error }
    #expect(found.map(\.code) == ["E0306"], "\(found.map(\.message))")
    #expect(found.first?.message.contains(message) == true, "\(found.map(\.message))")
    #expect(found.first?.help.contains { $0.contains(remedy) } == true, "\(found.map(\.help))")
  }

  @Test func moreClientsThanUsersAreRefused() {
    guard case .failed(let failure) = run(["meta-train maml over=federated clients=10000"]).result
    else {
      Issue.record("it ran")
      return
    }
    #expect(failure.code == "E0306" && failure.message.contains("training user"))
  }

  @Test func theReportSaysWhoAnsweredAndWhatWasSent() {
    let made = run([
      "meta-train maml steps=1 epochs=2 over=federated per-round=6 drop-out=20% stragglers=20% "
        + "secure-aggregation=yes"
    ])
    #expect(made.result == .completed, "\(made.result)")
    let text = said(made.reports.last)
    for part in ["rounds", "MB to clients", "what collusion breaks", "4 of the 6", "no privacy"] {
      #expect(text.contains(part), "\(part) is not in \(text)")
    }
    #expect(number(made.reports.last, "mb-down") > number(made.reports.last, "mb-up"))
    #expect(number(made.reports.last, "mb-up") > 0)
  }

  @Test func lostRoundsAreReportedAndNothingElseIsLost() {
    let made = run([
      "meta-train reptile steps=1 epochs=3 over=federated per-round=4 drop-out=60% "
        + "secure-aggregation=yes threshold=4"
    ])
    #expect(made.result == .completed, "\(made.result)")
    #expect(said(made.reports.last).contains("came to nothing"))
  }

  @Test func aTrainingGoesOnFromItsCheckpoint() {
    let line =
      "meta-train maml steps=1 epochs=4 over=federated per-round=6 checkpoint=\"f.checkpoint\""
    let whole = run([line, "adapt user 42", "topk 3"])
    let cut = run(["\(line) stop-after=2", "resume \"f.checkpoint\"", "adapt user 42", "topk 3"])
    #expect(whole.result == .completed && cut.result == .completed, "\(cut.result)")
    #expect(whole.reports.last?.result["scores"] != nil)
    #expect(whole.reports.last?.result["scores"] == cut.reports.last?.result["scores"])
  }
}
