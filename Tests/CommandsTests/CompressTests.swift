import Commands
import Language
import Reports
import Testing

/// Models that `compress` makes smaller.
@Suite struct CompressTests {
  private func run(_ lines: [String], _ host: RecordingHost = RecordingHost()) -> (
    result: RunResult, records: [Record]
  ) {
    var interpreter = Interpreter()
    var records: [Record] = []
    let text = (["set seed=7", "load data", "split tasks"] + lines).joined(separator: "\n")
    let result = interpreter.run(Source(text: text), host: host) { event in
      if let report = event.report { records.append(report.result) }
    }
    return (result, records)
  }

  private func number(_ record: Record?, _ field: String) -> Double {
    record?[field].flatMap { Double.read($0) } ?? .nan
  }

  private static let trained = "meta-train maml steps=2 epochs=3"

  @Test(arguments: ["int8", "prune=50%", "rank=2", "rank=4 int8", "prune=25% int8"])
  func aSavedModelIsSmallerAndScoresAsTheOneInMemory(how: String) {
    let host = RecordingHost()
    let made = run(
      [
        Self.trained, "compress \(how)", "save model \"small.safetensors\"", "adapt user 42",
        "topk 5",
      ], host)
    #expect(made.result == .completed, "\(made.result)")
    let report = made.records.first { $0["bytes"] != nil }
    #expect(number(report, "bytes") < 0.9 * number(report, "bytes-before"))
    #expect(number(report, "bytes") == Double(host.files["small.safetensors"]?.count ?? 0))
    let read = run(
      ["open model \"small.safetensors\"", "adapt user 42", "topk 5"], host)
    #expect(read.result == .completed, "\(read.result)")
    #expect(made.records.last?["scores"] != nil)
    #expect(read.records.last?["scores"] == made.records.last?["scores"])
  }

  @Test func listsAreTimedBeforeAndAfter() {
    let made = run([Self.trained, "compress int8"])
    #expect(made.result == .completed, "\(made.result)")
    // The clock of the test counts questions, so that both take the same.
    let seconds = ["", "-before"].map { number(made.records.last, "ranking-seconds\($0)") }
    #expect(seconds[0] > 0 && seconds[0] == seconds[1])
  }

  @Test func whatIsPrunedStaysZeroWhileTheOthersAreTrained() {
    let plain = run([Self.trained, "compress prune=60%"])
    let trained = run([Self.trained, "compress prune=60% epochs=2"])
    #expect(trained.result == .completed, "\(trained.result)")
    let (before, after) = (plain.records.last, trained.records.last)
    #expect(number(after, "weights") <= number(before, "weights"))
    #expect(number(after, "weights") < 0.6 * number(after, "weights-before"))
    // The best epoch in validation is kept, that before training among them.
    #expect(number(after, "mae") != number(before, "mae"))
  }

  @Test func judgedBesideTheWholeModelOnTheSameUsers() {
    let run = run([
      Self.trained, "keep model full", "compress rank=1 prune=50% int8", "compare maml full by=mae",
    ])
    #expect(run.result == .completed, "\(run.result)")
    let report = run.records.first { $0["bytes"] != nil }
    guard case .record(let before)? = report?["before"],
      case .record(let tests)? = report?["tests"],
      case .record(let test)? = tests["mae"]
    else {
      Issue.record("no tests")
      return
    }
    let difference = number(report, "mae") - number(before, "mae")
    #expect(abs(number(test, "difference") - difference) < 1e-9)
    // Little is left of it.
    #expect(difference > 0)
  }

  @Test(arguments: [
    ("compress", "nothing says how"), ("compress int8 epochs=1", "epochs= trains what prune="),
    ("compress prune=50% rank=2 epochs=1", "epochs= trains what prune="),
    ("split tasks query=5; compress int8", "trained on another split"),
  ])
  func whatMakesNoSenseIsRefused(line: String, sentence: String) {
    let run = run([Self.trained] + line.split(separator: ";").map(String.init))
    switch run.result {
    case .failed(let fault): #expect(fault.message.contains(sentence), "\(fault.message)")
    case .invalid(let faults):
      #expect(faults.contains { $0.message.contains(sentence) }, "\(faults.map(\.message))")
    default: Issue.record("it ran: \(line)")
    }
  }
}
