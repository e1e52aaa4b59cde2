import Commands
import Language
import Reports
import Testing

/// Trainings that start from a trained model.
@Suite struct WarmStartTests {
  private func run(_ lines: [String], _ host: RecordingHost = RecordingHost()) -> (
    result: RunResult, records: [Record], texts: [String]
  ) {
    var interpreter = Interpreter()
    var records: [Record] = []
    var texts: [String] = []
    let text = (["set seed=7"] + lines).joined(separator: "\n")
    let result = interpreter.run(Source(text: text), host: host) { event in
      guard let report = event.report else { return }
      records.append(report.result)
      for block in report.blocks {
        switch block {
        case .note(let text), .warning(let text), .text(let text): texts.append(text)
        default: break
        }
      }
    }
    return (result, records, texts)
  }

  /// The scores that the model gives a few items for a user.
  private func scores(_ lines: [String], _ host: RecordingHost = RecordingHost()) -> Value? {
    let run = run(lines + ["adapt user 42", "topk 5"], host)
    #expect(run.result == .completed)
    return run.records.last?["scores"]
  }

  @Test func withoutAnEpochItScoresAsTheModelDoes() {
    let trained = ["load data", "split tasks", "meta-train maml steps=2 epochs=2"]
    let before = scores(trained)
    #expect(before != nil)
    #expect(scores(trained + ["meta-train maml steps=2 epochs=0 from=maml"]) == before)
    #expect(scores(trained + ["meta-train maml steps=2 epochs=0"]) != before)
    #expect(scores(trained + ["meta-train maml steps=2 epochs=1 from=maml"]) != before)
  }

  @Test func itTakesTheNetworkOfTheModel() {
    let run = run([
      "load data", "split tasks", "model factor embed=4", "meta-train pretrain epochs=1",
      "model mlp", "meta-train maml epochs=1 from=pretrain",
    ])
    #expect(run.result == .completed)
    #expect(run.texts.contains { $0.hasPrefix("Started from pretrain: ") })
  }

  @Test func whatIsSpreadOverAGraphStartsAnew() {
    let run = run([
      "load data", "split tasks", "model graph embed=4", "meta-train ridge epochs=1",
      "meta-train maml epochs=1 from=ridge",
    ])
    guard case .failed(let fault) = run.result else {
      Issue.record("it ran")
      return
    }
    #expect(fault.code == "E0306" && fault.message.contains("over the graph of its own training"))
  }

  /// Two files, of which the second has an item, a genre and users more.
  private let files = RecordingHost([
    "old.csv": "user,item,rating\n" + WarmStartTests.rows(users: 1...30, items: 1...12),
    "new.csv": "user,item,rating\n" + WarmStartTests.rows(users: 1...45, items: 1...13),
    "items.csv": "item,genre\n"
      + (1...13).map { "i\($0),\($0 == 13 ? "new" : $0 % 2 == 0 ? "a" : "b")\n" }
      .joined(),
  ])

  private static func rows(users: ClosedRange<Int>, items: ClosedRange<Int>) -> String {
    users.flatMap { user in
      items.map { item in "u\(user),i\(item),\(1 + (user * 7 + item * item) % 5)\n" }
    }.joined()
  }

  @Test func vocabulariesGrowAndTheReportSaysBy() {
    let lines = [
      "load csv \"old.csv\"", "attach items \"items.csv\"", "split tasks query=4",
      "meta-train maml epochs=1", "load csv \"new.csv\"", "attach items \"items.csv\"",
      "split tasks query=4", "meta-train maml epochs=1 from=maml",
    ]
    let run = run(lines, files)
    #expect(run.result == .completed, "\(run.result)")
    #expect(
      run.texts.contains(
        "Started from maml: 12 values of item known, 1 new; 2 values of genre known, 1 new."),
      "\(run.texts)")
    #expect(run.texts.contains { $0.hasPrefix("maml was trained on another split") })
  }

  @Test(arguments: [
    ("meta-train maml from=nothing", "E0509"),
    ("load csv \"new.csv\"\nsplit tasks query=4\nmeta-train maml from=maml", "E0306"),
    ("meta-train maml loss=ce from=maml", "E0306"),
    ("meta-train maml model=factor from=maml", "E0306"),
  ])
  func fromWhatDoesNotFitNothingIsTrained(lines: String, code: String) {
    let start = [
      "load csv \"old.csv\"", "attach items \"items.csv\"", "split tasks query=4",
      "meta-train maml epochs=1",
    ]
    guard case .failed(let fault) = run(start + [lines], files).result else {
      Issue.record("it ran: \(lines)")
      return
    }
    #expect(fault.code == code, "\(fault.message)")
  }

  @Test func aSavedModelIsTakenFromItsFile() {
    let host = RecordingHost()
    let first = [
      "load data", "split tasks", "meta-train maml steps=2 epochs=1",
      "save model \"m.safetensors\"",
    ]
    #expect(run(first, host).result == .completed)
    let later = ["load data", "split tasks", "open model \"m.safetensors\""]
    #expect(
      scores(later + ["meta-train maml steps=2 epochs=0 from=maml"], host) == scores(later, host))
  }
}
