import Commands
import Language
import Reports
import Testing

/// Commands that judge and compare, as scripts use them, on the built-in sample.
@Suite struct JudgingCommandsTests {
  private struct Outcome {
    var result: RunResult
    var reports: [Report]

    /// The code of the fault that stopped it, or "".
    var code: String {
      if case .failed(let diagnostic) = result { return diagnostic.code }
      return ""
    }
    var last: Record { reports.last?.result ?? Record() }
  }

  private func run(_ text: String, _ files: [String: String] = [:]) -> Outcome {
    var interpreter = Interpreter()
    var reports: [Report] = []
    let result = interpreter.run(
      Source(name: "test", text: "load data\nsplit tasks\n" + text), host: RecordingHost(files)
    ) { outcome in
      if let report = outcome.report { reports.append(report) }
    }
    return Outcome(result: result, reports: reports)
  }

  /// A number of a result by the names on the way to it.
  private func number(_ record: Record?, _ path: String...) -> Double? {
    var value: Value? = record.map { .record($0) }
    for name in path {
      guard case .record(let inner)? = value else { return nil }
      value = inner[name]
    }
    guard case .number(let number)? = value else { return nil }
    return number.value
  }

  private func rows(_ report: Report?) -> [String] {
    for case .table(let table)? in report?.blocks ?? [] {
      return table.rows.compactMap { if case .text(let text)? = $0.first { text } else { nil } }
    }
    return []
  }

  @Test func compareTestsTheFirstAgainstEveryOtherRow() throws {
    let outcome = run("compare mf item-mean by=mae")
    #expect(outcome.result == .completed)
    #expect(
      rows(outcome.reports.last) == ["chance", "mf", "item-mean", "popularity", "bias"])
    let last = outcome.last
    let mf = try #require(number(last, "mf", "mae"))
    let mean = try #require(number(last, "item-mean", "mae"))
    let difference = try #require(number(last, "tests", "item-mean", "difference"))
    #expect(abs(difference - (mf - mean)) < 1e-9)
    let p = try #require(number(last, "tests", "item-mean", "p"))
    let corrected = try #require(number(last, "tests", "item-mean", "p-holm"))
    #expect(corrected >= p)
    #expect(run("compare mf item-men").code == "E0509")
  }

  @Test func oneUserAllowsNoComparison() throws {
    let outcome = run("split tasks by=user test=1 valid=10\ncompare mf item-mean")
    #expect(outcome.result == .completed)
    let blocks = try #require(outcome.reports.last).blocks
    #expect(blocks.count { if case .table = $0 { true } else { false } } == 1)
    guard case .warning(let warning)? = blocks.last else {
      Issue.record("no warning: \(blocks)")
      return
    }
    #expect(warning.hasPrefix("one test user allows no comparison"))
    guard case .record(let tests)? = outcome.last["tests"] else {
      Issue.record("no tests in the result")
      return
    }
    #expect(tests.fields.isEmpty)
  }

  @Test func significanceIsOfTheSameUsers() throws {
    let outcome = run("let r = evaluate mae ndcg@5\nsignificance $r.mf $r.item-mean")
    #expect(outcome.result == .completed)
    let judged = outcome.reports[outcome.reports.count - 2].result
    let expected =
      try #require(number(judged, "mf", "mae")) - #require(number(judged, "item-mean", "mae"))
    #expect(abs(try #require(number(outcome.last, "mae", "difference")) - expected) < 1e-9)
    #expect(number(outcome.last, "users") == 60)
    let low = try #require(number(outcome.last, "mae", "low"))
    let high = try #require(number(outcome.last, "mae", "high"))
    #expect(low < expected && expected < high)
  }

  @Test func anABTestOfAModelWithItselfFindsNothing() throws {
    let same = run("abtest mf mf users=50 runs=400").last
    #expect(number(same, "difference") == 0)
    #expect(number(same, "needed-users") == nil)
    #expect(try #require(number(same, "power")) < 0.09)
    let other = run("abtest mf random users=400 runs=100").last
    #expect(try #require(number(other, "power")) > 0.9)
    #expect(try #require(number(other, "needed-users")) < 400)
  }

  @Test func aKeptModelStaysWhenAnotherIsTrained() {
    let outcome = run(
      "meta-train ridge epochs=1\nkeep model first\nmeta-train ridge epochs=2\n"
        + "compare first ridge")
    #expect(outcome.result == .completed)
    #expect(rows(outcome.reports.last).prefix(3) == ["chance", "first", "ridge"])
    #expect(number(outcome.last, "first", "mae") != number(outcome.last, "ridge", "mae"))
    #expect(run("meta-train ridge epochs=1\nkeep model mf").code == "E0515")
  }

  @Test func aBaselineTakesOptionsAndAName() throws {
    let named = run("baseline mf factors=1 as=one\nevaluate mae with=[one]").last
    let plain = run("baseline mf factors=1\nevaluate mae").last
    #expect(number(named, "one", "mae") == number(plain, "mf", "mae"))
    #expect(number(named, "one", "mae") != number(named, "mf", "mae"))
    #expect(run("baseline mf as=bias").code == "E0515")
    // The name in the list is to blame, and what was meant belongs in its place.
    guard case .failed(let unknown) = run("evaluate with=[mf, item-meen]").result else {
      Issue.record("an unknown name must be refused")
      return
    }
    #expect(unknown.code == "E0509" && unknown.fix?.replacement == "item-mean")
    #expect(unknown.primary.range.upper - unknown.primary.range.lower == "item-meen".count)
  }

  @Test func anEvaluationGoesOverSplits() throws {
    let once = run("evaluate mae").last
    let thrice = run("meta-train ridge epochs=1\nevaluate mae seeds=3 resplit=yes").last
    #expect(number(once, "users") == 60)
    let users = try #require(number(thrice, "users"))
    #expect(users > 120 && users <= 180)
    #expect(number(thrice, "mae") != nil)
    #expect(run("evaluate mae resplit=yes").code == "E0306")
  }

  @Test func foldsOfRatingsAreJudgedOnceEach() throws {
    let outcome = run(
      "split tasks by=rating folds=3 valid=0\nevaluate rmse over=ratings resplit=yes")
    #expect(outcome.result == .completed)
    #expect(number(outcome.last, "users") == 600)
    let bias = try #require(number(outcome.last, "bias", "rmse"))
    let mean = try #require(number(outcome.last, "item-mean", "rmse"))
    #expect(bias < mean)
  }

  @Test func printedNumbersStandInTheSameTable() {
    let files = ["paper.csv": "model,mae,ndcg@5\nTheirs,0.5,\n"]
    let outcome = run("evaluate mae ndcg@5 beside=\"paper.csv\"", files)
    guard case .table(let table)? = outcome.reports.last?.blocks.first else {
      Issue.record("no table: \(outcome.result)")
      return
    }
    #expect(table.rows[1] == [.text("Theirs"), .number(0.5, digits: 3), .missing])
    #expect(table.footnotes.contains { $0.contains("not judged here: Theirs") })
    let bad = ["paper.csv": "model,mae\nTheirs,good\n"]
    #expect(run("evaluate mae beside=\"paper.csv\"", bad).code == "E0512")
  }

  @Test func anExpectationComparesRowsOfAResult() {
    let script = "let r = evaluate mae\nexpect "
    #expect(run(script + "$r.mf.mae < $r.item-mean.mae over users p<0.05").result == .completed)
    guard
      case .expectationFailed = run(script + "$r.item-mean.mae < $r.mf.mae over users p<0.05")
        .result
    else {
      Issue.record("the wrong direction holds")
      return
    }
  }

  @Test func ratingsGivenTwiceAreNotJudgedOn() {
    var text = "user,item,rating\n"
    for user in 0..<30 {
      for item in 0..<12 { text += "u\(user),i\(item),\((user * item) % 5 + 1)\n" }
      text += "u\(user),i3,4\n"
    }
    let script = "load csv \"twice.csv\"\nsplit tasks query=5\nevaluate mae"
    #expect(run(script, ["twice.csv": text]).code == "E0410")
    let cleaned = script.replacing("split", with: "clean dedupe=last\nsplit")
    #expect(run(cleaned, ["twice.csv": text]).result == .completed)
  }

  /// The rows of the last table.
  private func lastRows(_ outcome: Outcome) -> [[Table.Cell]] {
    outcome.reports.last?.blocks.compactMap {
      if case .table(let table) = $0 { table.rows } else { nil }
    }.last ?? []
  }

  @Test func everyRowIsJudgedInEveryGroupOfUsers() throws {
    let outcome = run("evaluate mae by=activity")
    let rows = lastRows(outcome)
    #expect(rows.count == 15)
    var sum = 0.0
    var users = 0
    var own = 0
    for row in rows {
      if case .count(let count) = row[1] { own = count }
      guard row[2].text == "item-mean", case .interval(let mean, _, _) = row[3] else { continue }
      sum += mean * Double(own)
      users += own
    }
    #expect(users == 60)
    let whole = try #require(number(outcome.last, "item-mean", "mae"))
    #expect(abs(sum / Double(users) - whole) < 1e-9)
  }

  @Test func groupsOfItemsAreJudgedOnTheirOwnRatings() throws {
    let outcome = run("evaluate mae over=ratings by=category")
    let rows = lastRows(outcome)
    let names = rows.map(\.[0].text).filter { !$0.isEmpty }
    #expect(names.count == 8 && names.contains("plush") && rows.count == 40)
    let means = rows.filter { $0[2].text == "item-mean" }.compactMap { row -> Double? in
      if case .number(let value, _) = row[3] { value } else { nil }
    }
    // The whole is a mean of its parts, and they are not all the same.
    let whole = try #require(number(outcome.last, "item-mean", "mae"))
    #expect(means.count == 8)
    #expect(try #require(means.min()) < whole && whole < (try #require(means.max())))
    #expect(run("evaluate mae by=brnad").code == "E0521")
  }

  @Test func whatHasNoIntervalAndWhatIsNotTestedIsSaid() {
    func notes(_ line: String) -> String {
      let blocks = run(line).reports.last?.blocks ?? []
      return blocks.flatMap { block -> [String] in
        switch block {
        case .table(let table): table.footnotes
        case .note(let text): [text]
        default: []
        }
      }.joined(separator: "\n")
    }
    #expect(notes("evaluate mae over=ratings").contains("without an interval: MAE"))
    #expect(!notes("evaluate mae over=ratings").contains("mean over users ±"))
    #expect(notes("compare mf popularity by=mae").contains("not tested"))
    #expect(!notes("compare mf popularity").contains("not tested"))
    #expect(notes("evaluate ndcg candidates=sampled:5000").contains("or all where they are fewer"))
    #expect(!notes("evaluate ndcg candidates=sampled:50").contains("fewer"))
    #expect(notes("evaluate auc positives=top").contains("better-rated half"))
  }
}
