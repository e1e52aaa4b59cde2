import Commands
import Language
import Reports
import Testing

/// Which items a new user is asked about.
@Suite struct InterviewTests {
  private let start = [
    "set seed=7", "load data", "split tasks query=5 valid=10% test=10%",
    "meta-train maml steps=1 epochs=1",
  ]

  private func run(
    _ lines: [String], before start: [String]? = nil, _ host: RecordingHost = RecordingHost()
  ) -> (result: RunResult, record: Record) {
    var interpreter = Interpreter()
    var last = Record()
    let text = ((start ?? self.start) + lines).joined(separator: "\n")
    let result = interpreter.run(Source(text: text), host: host) {
      last = $0.report?.result ?? last
    }
    return (result, last)
  }

  private func words(_ record: Record, _ field: String) -> [String] {
    guard case .list(let values)? = record[field] else { return [] }
    return values.map(\.sourceText)
  }

  @Test(arguments: ["variance", "evidence", "popularity", "random"])
  func everyPolicyAsksAboutDifferentItemsAndNeverAboutTheQuery(policy: String) throws {
    let (result, record) = run(["interview user 42 20 policy=\(policy)"])
    #expect(result == .completed)
    let items = words(record, "items")
    #expect(items.count == 20 && Set(items).count == 20)
    // All that can be asked about, then none is of the query.
    let all = run(["interview user 42 k=10000 policy=\(policy)"]).result
    guard case .failed(let fault) = all else {
      Issue.record("\(all)")
      return
    }
    #expect(fault.code == "E0302")
    let most = try #require(fault.help.first?.split(separator: " ").last.flatMap { Int($0) })
    let whole = run(["interview user 42 k=\(most) policy=\(policy)"]).record
    let answers = zip(words(whole, "items"), words(whole, "answers")).filter { $0.1 != "none" }
    #expect(whole["answered"] == .number(Double(answers.count)) && !answers.isEmpty)
    #expect(Array(words(whole, "items").prefix(20)) == items)
  }

  @Test func theThreadsChangeNothing() {
    let one = run(["set threads=1", "interview user 42 8"]).record
    #expect(one == run(["set threads=3", "interview user 42 8"]).record)
    #expect(words(one, "items").count == 8)
  }

  @Test func behindNewThereIsANumberOrNothing() {
    #expect(words(run(["interview new"]).record, "items").count == 10)
    let five = run(["interview new 5"]).record
    #expect(
      words(five, "items").count == 5
        && words(five, "items") == words(run(["interview new k=5"]).record, "items"))
    #expect(words(five, "answers").allSatisfy { $0 == "none" })
  }

  @Test func withoutAModelAllButEvidenceAsk() {
    let untrained = Array(start.dropLast())
    #expect(run(["interview new 3"], before: untrained).result == .completed)
    guard
      case .invalid(let faults) = run(["interview new 3 policy=evidence"], before: untrained).result
    else {
      Issue.record("it ran")
      return
    }
    #expect(faults.first?.code == "E0402")
  }

  @Test(arguments: [
    ("interview new bob", "E0205"), ("interview", "E0205"), ("interview new 5 k=3", "E0205"),
    ("interview user 42 0", "E0302"), ("interview user nobody", "E0502"),
    ("interview new 5 policy=guess", "E0202"), ("plot adaptation policy=[guess]", "E0302"),
  ])
  func whatCannotBeAskedIsRefused(line: String, code: String) {
    switch run([line]).result {
    case .failed(let fault): #expect(fault.code == code, "\(fault.message)")
    case .invalid(let faults): #expect(faults.first?.code == code, "\(faults)")
    case let other: Issue.record("\(line): \(other)")
    }
  }

  @Test func evidenceNeedsInnerSteps() {
    let result = run(
      ["meta-train ridge epochs=1", "interview new 3 policy=evidence"],
      before: Array(start.dropLast())
    ).result
    guard case .failed(let fault) = result else {
      Issue.record("\(result)")
      return
    }
    #expect(fault.code == "E0305")
  }

  @Test func ofClicksPopularityAsksAndVarianceIsRefused() {
    let clicks = [
      "set seed=7", "load data", "binarize threshold=4 keep=likes", "split tasks query=5 min=8",
    ]
    #expect(words(run(["interview new 4"], before: clicks).record, "items").count == 4)
    guard case .failed(let fault) = run(["interview new 4 policy=variance"], before: clicks).result
    else {
      Issue.record("it ran")
      return
    }
    #expect(fault.code == "E0412")
  }

  @Test func interviewsAreDrawnAgainstQuestionsAndAnswers() throws {
    var interpreter = Interpreter()
    try #require(
      interpreter.run(Source(text: start.joined(separator: "\n")), host: RecordingHost())
        == .completed)
    var curves: [Curve] = []
    let line = "plot adaptation policy=[variance, random] users=10 questions=8"
    let result = interpreter.run(Source(text: line), host: RecordingHost()) {
      curves =
        $0.report?.blocks.compactMap { if case .curve(let curve) = $0 { curve } else { nil } } ?? []
    }
    #expect(result == .completed && curves.map(\.xLabel) == ["questions", "answers, in the mean"])
    #expect(curves[0].names == ["0", "1", "2", "3", "5", "8"])
    #expect(curves.allSatisfy { $0.series.map(\.name) == ["variance", "random"] })
    // Without a question every policy is at the same place, which is that of no ratings.
    let (first, second) = (curves[0].series[0].points, curves[0].series[1].points)
    #expect(first[0].y == second[0].y && first != second)
    // No more answers than questions.
    let answers = curves[1].series[0].points.map(\.x)
    #expect(
      zip(answers, [0, 1, 2, 3, 5, 8]).allSatisfy { $0 <= $1 } && answers == answers.sorted())
  }
}
