import Commands
import Language
import Reports
import Testing

/// `evaluate protocol=prequential`, forgetting, ratings told with their times, and who trusts whom.
@Suite struct PrequentialCommandTests: ScriptRunning {
  private static let timed =
    "load synthetic people=40 items=60 ratings=40\nsplit tasks by=time query=2\n"

  private func number(_ record: Record, _ path: String) throws -> Double {
    var value = Value.record(record)
    for name in path.split(separator: ".") {
      guard case .record(let inner) = value else { break }
      value = try #require(inner[String(name)], "\(path)")
    }
    return try #require(Double.read(value))
  }

  @Test func everyRatingOfThePartIsPredictedOnce() throws {
    let (result, reports) = run(Self.timed + "evaluate mae rmse protocol=prequential window=30")
    #expect(result == .completed)
    let split = try #require(reports.dropLast().last?.result)
    let report = try #require(reports.last)
    #expect(try number(report.result, "events") > number(split, "test"))
    #expect(try number(report.result, "bias.mae") < number(report.result, "chance.mae"))
    guard case .list(let ends)? = report.result["ends"], case .table(let sliding) = report.blocks[1]
    else {
      Issue.record("no sliding means")
      return
    }
    #expect(ends.first == .number(30) && ends.last == report.result["events"])
    #expect(sliding.columns.map(\.title) == ["up to", "day", "item-mean", "bias", "mf"])
  }

  @Test func aModelIsAdaptedToWhatCameBefore() throws {
    let (result, reports) = run(
      Self.timed + "meta-train ridge epochs=1\nlet r = evaluate mae protocol=prequential\n"
        + "let s = evaluate mae protocol=prequential recency=60d\nexpect $r.mae != $s.mae\n"
        + "expect $r.item-mean.mae == $s.item-mean.mae\nexpect $r.bias.mae != $s.bias.mae")
    #expect(result == .completed, "\(result)")
    #expect(reports.isEmpty == false)
  }

  @Test func forgettingChangesWhatIsHeldOutAsWell() {
    let (result, _) = run(
      "load data\nsplit tasks order=time\nmeta-train maml epochs=1\nlet r = evaluate mae\n"
        + "let s = evaluate mae recency=20d\nexpect $r.mae != $s.mae\nexpect $r.bias.mae != $s.bias.mae"
    )
    #expect(result == .completed, "\(result)")
  }

  @Test func listsAreJudgedAmongWhatSheHadNotTaken() throws {
    let (result, reports) = run(
      Self.timed + "evaluate hit@5 protocol=prequential candidates=sampled:20")
    #expect(result == .completed, "\(result)")
    let record = try #require(reports.last?.result)
    #expect(try number(record, "chance.hit@5") > 0.2 && number(record, "popularity.hit@5") < 1)
  }

  @Test func clicksAreEventsToo() {
    let (result, _) = run(
      "load data\nbinarize keep=all\nsplit tasks by=time query=2\n"
        + "let r = evaluate ndcg@20 protocol=prequential refits=2\nexpect $r.events > 100\n"
        + "expect $r.popularity.ndcg@20 > $r.chance.ndcg@20")
    #expect(result == .completed, "\(result)")
  }

  @Test(arguments: [
    ("evaluate mae protocol=prequential seeds=3", "E0306"),
    ("evaluate ndcg protocol=prequential candidates=query", "E0306"),
    ("evaluate mae protocol=prequential window=1000000", "E0302"),
    ("evaluate mae window=10", "E0306"), ("evaluate coverage protocol=prequential", "E0306"),
    ("evaluate mae recency=30", "E0301"),
    ("meta-train prototypical epochs=1; evaluate mae recency=30d", "E0305"),
  ])
  func whatHasNoMeaningIsRefused(line: String, code: String) throws {
    let fault = try fault(Self.timed + line)
    #expect(fault.code == code, "\(fault)")
    #expect(!fault.help.isEmpty, "\(line)")
  }

  @Test(arguments: [
    "evaluate mae protocol=prequential", "evaluate mae recency=30d", "plot prequential",
    "plot drift",
  ])
  func dataWithoutTimesAreRefused(line: String) throws {
    let rows = (0..<40).flatMap { user in
      (0..<12).map { "\(user),\(($0 * 7 + user) % 20),\(1 + ($0 + user) % 5)" }
    }
    let fault = try fault(
      "load csv \"r.csv\"\nsplit tasks query=2\n\(line)",
      files: ["r.csv": "user,item,rating\n" + rows.joined(separator: "\n")])
    #expect(fault.code == "E0413" && fault.help.contains { $0.contains("time=") })
  }

  @Test func ratingsAreToldWithTheirTimes() throws {
    let start =
      "load synthetic people=40 items=60 ratings=40\nsplit tasks\nmeta-train ridge epochs=1\n"
    let (result, reports) = run(
      start + "adapt user 3 recency=30d\nlet a = rate 1=5 at=\"2022-12-30\"\n"
        + "let b = rate 1=4\nexpect $b.support == $a.support\ntopk 3")
    #expect(result == .completed, "\(result)")
    #expect(reports.contains { $0.blocks.contains(.note("1 item rated anew")) })
    for (line, code) in [
      ("rate 1=9", "E0302"), ("rate 1=5 at=\"01/02/2022\"", "E0302"), ("rate", "E0205"),
      ("rate 1=5 at=\"soon\"", "E0302"),
    ] {
      #expect(try fault(start + "adapt user 3\n\(line)").code == code, "\(line)")
    }
  }

  @Test func oldRatingsToldCountLess() throws {
    let start =
      "load synthetic people=40 items=60 ratings=40\nsplit tasks\nmeta-train ridge epochs=1\n"
      + "adapt user 3 recency=5d\n"
    let scores = ["2021-01-01", "2022-12-31"].map { day in
      run(start + "rate 9=1 at=\"\(day)\"\ntopk 5").reports.last?.result
    }
    let without = run(start + "topk 5").reports.last?.result
    #expect(scores[0] != scores[1] && scores[1] != without)
  }

  @Test func theDriftOfMovingTastesRises() throws {
    func rise(_ drift: Int) throws -> Double {
      let (result, reports) = run("load synthetic drift=\(drift)\nplot drift")
      #expect(result == .completed, "\(result)")
      guard case .curve(let curve)? = reports.last?.blocks.first else { return .nan }
      let points = curve.series[0].points
      let (first, last) = (points.prefix(3), points.dropLast(4).suffix(3))
      return last.reduce(0) { $0 + $1.y } / 3 - first.reduce(0) { $0 + $1.y } / 3
    }
    #expect(try rise(1) > 0.1)
    #expect(try abs(rise(0)) < 0.05)
  }

  @Test func aPictureIsDrawnAndWritten() throws {
    let host = RecordingHost()
    var interpreter = Interpreter()
    let result = interpreter.run(
      Source(text: Self.timed + "plot prequential mae window=30 file=\"p.svg\""), host: host)
    #expect(result == .completed, "\(result)")
    #expect(host.text("p.svg")?.contains("<svg") == true)
  }

  @Test func friendsNeedTrust() throws {
    #expect(try fault("load data\nsplit tasks\nevaluate mae with=[friends]").code == "E0412")
    let (result, reports) = run(
      "load data\nlet t = attach trust \"t.csv\"\nexpect $t.edges == 3\nexpect $t.strangers == 1\n"
        + "split tasks\nevaluate mae with=[friends]",
      files: ["t.csv": "truster,trusted,weight\n1,2,1\n2,3,0.5\n3,nobody,1\n"])
    #expect(result == .completed, "\(result)")
    #expect(reports.contains { $0.blocks.contains { "\($0)".contains("1 user without ratings") } })
  }
}
