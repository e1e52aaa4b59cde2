import Commands
import Language
import Reports
import Synchronization
import Testing

/// Results of long commands that are taken from an earlier run, on the built-in sample.
@Suite struct KeepingTests {
  /// A store in memory.
  final class Shelf: ResultStore {
    private let entries = Mutex<[String: (bytes: [UInt8], facts: [FileFact])]>([:])

    var count: Int { entries.withLock { $0.count } }

    func bytes(_ key: String, host: any Host) -> [UInt8]? {
      guard let entry = entries.withLock({ $0[key] }),
        entry.facts.allSatisfy({ $0.holds(for: host) })
      else { return nil }
      return entry.bytes
    }

    func keep(_ bytes: [UInt8], _ key: String, facts: [FileFact]) {
      entries.withLock { $0[key] = (bytes, facts) }
    }

    /// Cuts the end off every entry.
    func damage() {
      entries.withLock { entries in
        for key in entries.keys { entries[key]?.bytes.removeLast(8) }
      }
    }
  }

  /// What a run said and came to.
  struct Outcome: Equatable {
    var reports: [Report] = []
    var state = ""
    var result = RunResult.completed
  }

  static let start = "load data\nsplit tasks valid=20% test=70%\n"
  static let rest = """
    meta-train maml steps=1 epochs=2
    let r = evaluate ndcg@5 mae
    expect $r.users > 10
    adapt user 42
    topk 3
    """

  /// Runs a script in a new session; how many results were taken.
  func run(
    _ text: String, _ shelf: Shelf?, host: RecordingHost = RecordingHost()
  ) -> (outcome: Outcome, taken: Int) {
    var interpreter = Interpreter()
    interpreter.execution.store = shelf
    var outcome = Outcome()
    outcome.result = interpreter.run(Source(name: "test", text: text), host: host) {
      if let report = $0.report { outcome.reports.append(report) }
    }
    outcome.state = StateFingerprint(interpreter.session).text
    return (outcome, interpreter.execution.resultsTaken)
  }

  @Test func whatWasKeptIsTakenToTheLastBit() {
    let shelf = Shelf()
    let first = run(Self.start + Self.rest, shelf)
    #expect(first.outcome.result == .completed)
    #expect(first.taken == 0 && shelf.count == 2)
    let second = run(Self.start + Self.rest, shelf)
    #expect(second.taken == 2)
    // Lengths of time, too, are those of the run that was kept.
    #expect(second.outcome == first.outcome)
  }

  @Test(arguments: [
    // What is changed, and how many of the two results are still good.
    ("mae", "rmse", 1), ("topk 3", "topk 4", 2), ("expect $r.users > 10", "show", 2),
    ("steps=1 epochs=2", "epochs=2  steps=1", 2), ("steps=1", "steps=2", 0),
    ("load data", "set seed=8\nload data", 0), ("load data", "set threads=2\nload data", 2),
    ("load data", "load data\nbinarize threshold=4", 0), ("test=70%", "test=60%", 0),
    ("split tasks", "split tasks query=9", 0), ("meta-train", "model mlp hidden=4\nmeta-train", 0),
    ("meta-train", "baseline mf factors=3\nmeta-train", 1),
    ("let r", "meta-train reptile epochs=1\nlet r", 1),
  ])
  func onlyWhatDependsOnAnEditRunsAnew(old: String, new: String, taken: Int) {
    let shelf = Shelf()
    _ = run(Self.start + Self.rest, shelf)
    let edited = (Self.start + Self.rest).replacing(old, with: new)
    let found = run(edited, shelf)
    #expect(found.taken == taken)
    let plain = run(edited, nil)
    #expect(found.outcome.state == plain.outcome.state)
    #expect(found.outcome.result == plain.outcome.result)
  }

  @Test func aFileThatWasReadCountsAsItIs() {
    let shelf = Shelf()
    let script = Self.start + "evaluate mae beside=\"others.csv\"\n"
    let table = "model,mae\nsomebody,0.7\n"
    let host = RecordingHost(["others.csv": table])
    #expect(run(script, shelf, host: host).outcome.result == .completed)
    #expect(run(script, shelf, host: host).taken == 1)
    host.files["others.csv"] = Array(table.replacing("0.7", with: "0.8").utf8)
    #expect(run(script, shelf, host: host).taken == 0)
  }

  @Test func whatWritesAFileRunsEachTime() {
    let shelf = Shelf()
    let script = Self.start + "meta-train maml steps=1 epochs=1 checkpoint=\"c\"\n"
    for _ in 0..<2 {
      let host = RecordingHost()
      #expect(run(script, shelf, host: host).taken == 0)
      #expect(host.files["c"] != nil)
    }
    #expect(shelf.count == 0)
  }

  @Test func whatWasInterruptedIsNotKept() {
    let shelf = Shelf()
    let host = RecordingHost()
    host.interruptsAt = 8
    _ = run(Self.start + "meta-train maml steps=1 epochs=9 batch=20\n", shelf, host: host)
    #expect(shelf.count == 0)
  }

  /// Takes long, and reads more than it declares.
  private struct Peek: LongCommand {
    static let signature = Signature<Self>("peek", "Looks at the network.", needs: [.data])

    func run(in session: inout Session, host: any Host) throws -> Report {
      Report([.text(described(session.network))])
    }
  }

  @Test func whatWasReadCountsWhetherItIsDeclaredOrNot() {
    let shelf = Shelf()
    func said(_ text: String) -> (report: Report?, taken: Int) {
      let known = commands.types.compactMap { $0 as? any Command.Type }
      var interpreter = Interpreter(catalog: Catalog("command", known + [Peek.self]))
      interpreter.execution.store = shelf
      var last: Report?
      let result = interpreter.run(Source(name: "t", text: text), host: RecordingHost()) {
        last = $0.report
      }
      #expect(result == .completed)
      return (last, interpreter.execution.resultsTaken)
    }
    let first = said("load data; peek")
    #expect(first.taken == 0)
    #expect(said("load data; peek") == (first.report, 1))
    let other = said("load data; model mlp hidden=3; peek")
    #expect(other.taken == 0 && other.report != first.report)
  }

  @Test func damagedResultsAreMadeAnew() {
    let shelf = Shelf()
    let first = run(Self.start + Self.rest, shelf)
    shelf.damage()
    let second = run(Self.start + Self.rest, shelf)
    // What the evaluation keeps has no end that could be missed but that of its report.
    #expect(second.taken == 0)
    #expect(second.outcome.state == first.outcome.state)
  }

  @Test func aReportWithNumbersThatAreNoneIsReadAsItWas() throws {
    var table = Table(columns: [.init("a", .right)])
    table.rows = [[.number(-0.0, digits: 2)], [.interval(0.1, halfWidth: .infinity, digits: 1)]]
    let report = Report(
      [
        .table(table),
        .curve(Curve("c", x: "x", y: "y", series: [.init("s", [.init(0.1, 1e-300)])])),
      ],
      result: Record([.init("x", .number(Number(1.0 / 3, unit: .seconds, spelling: "0.3s")))]))
    let bytes = try #require(report.bytes)
    let read = try #require(Report(bytes: bytes))
    #expect(read == report)
    let none = Report([], result: Record([.init("loss", .number(.nan))]))
    let noBytes = try #require(none.bytes)
    let readNone = try #require(Report(bytes: noBytes))
    guard case .number(let loss)? = readNone.result["loss"] else {
      Issue.record("no loss")
      return
    }
    #expect(loss.value.isNaN && loss.spelling == "nan")
    let users = Record([
      .init("a \"b\"", .list([.number(1), .text("é")])), .init("none", .list([])),
    ])
    let nested = Report(
      [.note("n")],
      result: Record([
        .init("mf", .record(Record([.init("users", .record(users)), .init("x", .number(2))]))),
        .init("empty", .record(Record())), .init("last", .word("w")),
      ]))
    let written = try #require(nested.bytes)
    #expect(Report(bytes: written) == nested)
    for most in 0..<8 {
      var questions = 0
      func isWanted() -> Bool {
        questions += 1
        return questions <= most
      }
      let stopped = nested.bytes(isWanted: isWanted)
      #expect(stopped == nil && questions == most + 1)
      questions = 0
      #expect(Report(bytes: written, isWanted: isWanted) == nil && questions == most + 1)
    }
    for end in written.indices { #expect(Report(bytes: written[..<end]) == nil) }
    #expect(Report(bytes: written + [UInt8(ascii: "}")]) == nil)
    let swapped = Array("{\"result\":{\"fields\":[]},\"blocks\":[]}".utf8)
    #expect(Report(bytes: swapped) == Report([], result: Record()))
    let open = "{\"fields\":[{\"name\":\"a\",\"value\":{\"record\":{\"_0\":"
    let deep = "{\"blocks\":[],\"result\":" + String(repeating: open, count: 100_000)
    #expect(Report(bytes: deep.utf8) == nil)
  }
}
