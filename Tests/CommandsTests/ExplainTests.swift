import Commands
import Language
import Reports
import Testing

/// `explain` and `similar` on the built-in sample.
@Suite struct ExplainTests {
  private func interpreter() throws -> Interpreter {
    var interpreter = Interpreter()
    let text = "load data\nsplit tasks\nmeta-train maml epochs=2\nadapt user 42\n"
    try #require(interpreter.run(Source(text: text), host: RecordingHost()) == .completed)
    return interpreter
  }

  private func record(_ line: String, _ interpreter: inout Interpreter) throws -> Record {
    var found: Report?
    let result = interpreter.run(Source(text: line), host: RecordingHost()) { found = $0.report }
    try #require(result == .completed, "\(line): \(result)")
    return try #require(found).result
  }

  private func numbers(_ value: Value?) -> [Double] {
    value?.elements?.compactMap { Double.read($0) } ?? []
  }

  @Test func aScoreIsExplainedByRatingsAndFeatures() throws {
    var interpreter = try interpreter()
    let user = try record("explain user 42 item 50", &interpreter)
    let adapted = try record("explain item 50", &interpreter)
    #expect(user == adapted)
    let influences = numbers(user["influences"])
    #expect(influences.count == interpreter.session.adapted?.context.support.count)
    #expect(influences.map(abs) == influences.map(abs).sorted(by: >))
    #expect(numbers(user["feature-influences"]).contains { $0 != 0 })
    let top = try record("topk k=300 seen=yes", &interpreter)
    let place = top["items"]?.elements?.firstIndex { String.read($0) == "50" }
    #expect(place.map { numbers(top["scores"])[$0] } == Double.read(user["score"] ?? .word("")))
  }

  @Test func rulesImitateTheModelAndAreJudgedByOtherItems() throws {
    var interpreter = try interpreter()
    let found = try record("explain rules count=3", &interpreter)
    let rules = found["rules"]?.elements?.compactMap { String.read($0) } ?? []
    #expect((2...4).contains(rules.count) && rules.last == "else")
    let rated = try #require(interpreter.session.adapted?.context.support.count)
    let items = try #require(interpreter.session.data?.items.count)
    #expect(numbers(found["items"]).reduce(0, +) == Double(items - rated))
    let explained = try #require(found["explained"].flatMap { Double.read($0) })
    let pairs = try #require(found["pairs"].flatMap { Double.read($0) })
    #expect(explained > 0.1 && explained < 1 && pairs > 0.55 && pairs < 1)
    // One condition says less than two do.
    let short = try record("explain rules count=1 conditions=1", &interpreter)
    #expect(short["explained"].flatMap { Double.read($0) }.map { $0 < explained } == true)
  }

  @Test func helpShowsThePageOfACodeAsWell() {
    var reports: [Report] = []
    var interpreter = Interpreter()
    let source = Source(name: "t", text: "explain E0404\nhelp E0404\n")
    let result = interpreter.run(source, host: RecordingHost()) { outcome in
      if let report = outcome.report { reports.append(report) }
    }
    #expect(result == .completed)
    #expect(reports.count == 2 && reports.first?.blocks == reports.last?.blocks)
  }

  @Test func oneVerbExplainsCodesAndScores() {
    let interpreter = Interpreter()
    #expect(interpreter.check(Source(text: "explain E0404")).isEmpty)
    let before = interpreter.check(Source(text: "explain user 42 item 50"))
    #expect(before.first?.code == "E0401" || before.first?.code == "E0402")
    let slip = interpreter.check(Source(text: "explain E0440"))
    #expect(slip.first?.code == "E0202")
    #expect(slip.first.map { "\($0)" }?.contains("E0404") == true)
  }

  @Test func theNearestItemsComeInOrder() throws {
    var interpreter = try interpreter()
    for measure in ["cosine", "euclidean"] {
      let near = try record("similar item 50 k=5 by=\(measure)", &interpreter)
      let distances = numbers(near["distances"])
      #expect(distances.count == 5 && distances == distances.sorted())
      #expect(near["items"]?.elements?.contains { String.read($0) == "50" } == false)
    }
    let far = interpreter.check(Source(text: "similar item 50 k=0"))
    #expect(far.first?.code == "E0302")
  }
}
