import Commands
import Language
import Reports
import Testing

/// `bandit`, and data that say that chance decided what was shown.
@Suite struct BanditCommandTests: ScriptRunning {
  private static let small = "load impressions people=300 items=8 impressions=4\n"

  /// Rows of 4 items shown to 30 people, twice each.
  private static let shown =
    "user,item,rating,time\n"
    + (0..<60).map { "\($0 % 30),\(["a", "b", "c", "d"][$0 * 7 % 30 % 4]),\($0 % 3 % 2),\($0)\n" }
    .joined()

  @Test func trivialPoliciesAndTheTruthStandBeside() throws {
    let (result, reports) = run(
      Self.small + "let b = bandit ucb seeds=2\nexpect $b.regret < $b.random.regret\n"
        + "expect $b.played < $b.best.played\nexpect $b.best.regret == 0")
    #expect(result == .completed, "\(result)")
    let report = try #require(reports.dropFirst().first)
    let table = try #require(
      report.blocks.compactMap { if case .table(let table) = $0 { table } else { nil } }.first)
    #expect(table.rows.map { $0[0] } == ["random", "greedy", "ucb", "best"].map { .text($0) })
    #expect(table.emphasis == 2)
    #expect(table.rows[3][1] == .missing)
    #expect(Double.read(try #require(report.result["impressions"])) == 1200)
    guard case .list(let ends)? = report.result["ends"],
      case .list(let regrets)? = report.result["regrets"]
    else {
      Issue.record("no sums of regret")
      return
    }
    #expect(ends.count == 60 && regrets.count == 60)
    let sums = regrets.compactMap { Double.read($0) }
    #expect(zip(sums, sums.dropFirst()).allSatisfy { $0 <= $1 })
    let regret = try #require(report.result["regret"].flatMap { Double.read($0) })
    #expect(abs(sums[59] / 1200 - regret) < 1e-12)
  }

  @Test func noPolicyStandsTwice() throws {
    for (policy, rows) in [("greedy", 3), ("random", 3), ("thompson", 4)] {
      let (result, reports) = run(Self.small + "bandit \(policy) seeds=1")
      #expect(result == .completed)
      for case .table(let table) in try #require(reports.last).blocks {
        #expect(table.rows.count == rows)
      }
    }
  }

  @Test func threadsChangeNothing() {
    let reports = [1, 3].map { threads in
      run("set seed=4 threads=\(threads)\n" + Self.small + "bandit thompson seeds=3").reports.last
    }
    #expect(reports[0] != nil && reports[0] == reports[1])
  }

  @Test func aLogOfOnesOwnIsReplayed() throws {
    let (result, reports) = run(
      "load csv \"shown.csv\" shown=random\nlet b = bandit thompson seeds=3\nshow $b.matches",
      files: ["shown.csv": Self.shown])
    #expect(result == .completed, "\(result)")
    let report = try #require(reports.dropFirst().first)
    #expect(report.result["best"] == nil)
    #expect(report.result["played"] == .missing)
    let matches = try #require(report.result["matches"].flatMap { Double.read($0) })
    #expect(matches > 0 && matches < 60)
  }

  @Test func whereChanceDidNotDecideItIsRefused() throws {
    // Before anything runs, where the data are named in the script.
    for data in ["load data", "load csv \"shown.csv\"", Self.small + "clean sample=0.5"] {
      let fault = try fault(data + "\nbandit thompson", files: ["shown.csv": Self.shown])
      #expect(fault.code == "E0412", "\(data): \(fault.message)")
      #expect(fault.message.contains("by chance"))
      #expect(fault.help.contains { $0.contains("shown=random") })
    }
    let clicks = try fault(Self.small + "binarize keep=all\nbandit ucb")
    #expect(clicks.code == "E0412")
  }

  /// Stopped in the middle of a way through the log, nothing is said and nothing falls.
  @Test(arguments: [1, 700, 5000]) func whoStopsItGetsNothing(questions: Int) {
    let host = RecordingHost()
    host.questionsUntilStop = questions
    var interpreter = Interpreter()
    let result = interpreter.run(Source(text: Self.small + "bandit thompson"), host: host)
    #expect(result == .interrupted, "\(result)")
  }

  @Test func oddWishesAreRefused() throws {
    #expect(try fault("load impressions items=5 impressions=6").code == "E0520")
    #expect(try fault(Self.small + "bandit ucb epsilon=0.1").severity == .error)
    #expect(try fault(Self.small + "bandit softmax").severity == .error)
    let rows = "user,item,rating\n" + (0..<300).map { "\($0),a,1\n" }.joined()
    let wide = try fault(
      "load csv \"w.csv\" shown=random\nattach users \"p.csv\"\nbandit ucb",
      files: [
        "w.csv": rows,
        "p.csv": "user,town\n" + (0..<300).map { "\($0),t\($0)\n" }.joined(),
      ])
    #expect(wide.code == "E0306" && wide.help == ["context=none"], "\(wide.message)")
  }
}
