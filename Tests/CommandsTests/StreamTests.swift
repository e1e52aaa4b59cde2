import Commands
import Language
import Reports
import Testing

/// `stream`: ratings of a file that grows.
@Suite struct StreamTests {
  private static let start = """
    load synthetic people=40 items=60 ratings=40
    split tasks
    meta-train ridge epochs=1
    adapt user 3

    """

  private static func event(_ user: String, _ item: String, _ rating: Int, _ time: Int) -> String {
    "{\"user\": \"\(user)\", \"item\": \"\(item)\", \"rating\": \(rating), \"time\": \(1_700_000_000 + time)}\n"
  }

  private static let events =
    event("3", "7", 5, 0) + event("nora", "8", 2, 10) + event("3", "fresh", 4, 20)

  private func run(
    _ text: String, _ file: String, name: String = "e.jsonl"
  ) -> (result: RunResult, reports: [Report], session: Session) {
    var interpreter = Interpreter()
    var reports: [Report] = []
    let result = interpreter.run(
      Source(text: Self.start + text), host: RecordingHost([name: file])
    ) { reports += $0.report.map { [$0] } ?? [] }
    return (result, reports, interpreter.session)
  }

  private func fault(_ text: String, _ file: String) throws -> (Diagnostic, Session) {
    let (result, _, session) = run(text, file)
    if case .invalid(let faults) = result, let fault = faults.first { return (fault, session) }
    guard case .failed(let fault) = result else {
      Issue.record("\(text): \(result)")
      throw CommandFailure("E0000", "it ran")
    }
    return (fault, session)
  }

  @Test func usersItemsAndTheAdaptedModelLearn() throws {
    let (result, reports, session) = run(
      "let r = stream \"e.jsonl\" until=end\nexpect $r.events == 3\nexpect $r.users == 1\n"
        + "expect $r.items == 1\nexpect $r.next == 4\nadapt user nora\ntopk 3\nevaluate mae",
      Self.events)
    #expect(result == .completed, "\(result)")
    let data = try #require(session.data)
    #expect(data.users.ids["nora"] == 40 && data.items.ids["fresh"] == 60)
    #expect(data.interactions.times.suffix(3) == [1_700_000_000, 1_700_000_010, 1_700_000_020])
    #expect(
      reports.contains { $0.blocks.contains { "\($0)".contains("user 3 has 2 further ratings") } })
    #expect(session.adapted?.context.support.count == 1)
  }

  @Test func aTableHasItsLineOfNames() {
    let file = "user,item,rating,time\n3,7,5,1700000000\nnew,8,2,1700000010\n"
    let (result, _, _) = run(
      "let r = stream \"e.csv\" count=1\nexpect $r.next == 3\n"
        + "let s = stream \"e.csv\" until=end from=$r.next\nexpect $s.events == 1\nexpect $s.users == 1",
      file, name: "e.csv")
    #expect(result == .completed, "\(result)")
  }

  @Test func aLastLineWithoutItsEndIsNotTaken() {
    let half = Self.events + "{\"user\": \"3\", \"item\": \"9\", \"rat"
    let (result, reports, _) = run(
      "let r = stream \"e.jsonl\" until=end\nexpect $r.events == 3\nexpect $r.next == 4", half)
    #expect(result == .completed, "\(result)")
    #expect(reports.contains { $0.blocks.contains { "\($0)".contains("may be half written") } })
  }

  @Test func timesThatGoBackAreRefusedTakenOrPassedOver() throws {
    let file = Self.events + "\n" + Self.event("3", "9", 3, 5)
    let (fault, session) = try fault("stream \"e.jsonl\" until=end", file)
    #expect(fault.code == "E0512" && fault.message.contains("e.jsonl:5"), "\(fault)")
    #expect(fault.help.contains { $0.contains("late=skip") })
    #expect(session.data?.interactions.count == 1600)
    for (word, count) in [("take", 4), ("skip", 3)] {
      let (result, _, _) = run(
        "let r = stream \"e.jsonl\" until=end late=\(word)\nexpect $r.events == \(count)\n"
          + "expect $r.late == 1", file)
      #expect(result == .completed, "\(result)")
    }
  }

  @Test(arguments: [
    ("stream \"e.jsonl\"", "E0306"), ("stream \"e.jsonl\" count=9", "E0512"),
    ("stream \"none.jsonl\" until=end", "E0501"),
  ])
  func whatHasNoEndIsRefused(line: String, code: String) throws {
    let (fault, session) = try fault(line, Self.events)
    #expect(fault.code == code, "\(fault)")
    #expect(session.data == nil || session.data?.interactions.count == 1600)
  }

  @Test func aRatingOffTheScaleAndGarbageAreToldByTheirLine() throws {
    for bad in [Self.event("3", "9", 9, 30), "{\"user\": \"3\", \"item\": \n"] {
      let (fault, _) = try fault("stream \"e.jsonl\" until=end", Self.events + bad)
      #expect(fault.message.contains("e.jsonl:4"), "\(fault)")
    }
  }

  @Test func noMoreIsKeptThanIsWanted() throws {
    let (result, _, session) = run("stream \"e.jsonl\" until=end keep=1", Self.events)
    #expect(result == .completed, "\(result)")
    #expect(session.data?.interactions.count == 1601)
    #expect(session.data?.interactions.times.last == 1_700_000_020)
  }

  /// A file that grows while somebody sits before it, who stops it at last.
  private final class GrowingHost: ForwardingHost, @unchecked Sendable {
    let files: RecordingHost
    let parts: [String]
    var pauses = 0
    var host: any Host { files }
    var mayFollow: Bool { true }
    var wantsToStop: Bool { pauses > parts.count }

    init(_ parts: [String]) {
      self.parts = parts
      files = RecordingHost(["e.jsonl": ""])
    }

    func pause() {
      if pauses < parts.count {
        files.files["e.jsonl", default: []] += Array(parts[pauses].utf8)
      }
      pauses += 1
    }

    func checkpoint(_ progress: Progress) throws(Interrupted) {
      if wantsToStop { throw Interrupted() }
    }
  }

  @Test func whatIsFollowedGrowsAndStoppingLosesNothing() throws {
    let middle = Self.events.index(Self.events.startIndex, offsetBy: 90)
    let host = GrowingHost([String(Self.events[..<middle]), String(Self.events[middle...])])
    var interpreter = Interpreter()
    var last: Report?
    let result = interpreter.run(Source(text: Self.start + "stream \"e.jsonl\""), host: host) {
      last = $0.report ?? last
    }
    #expect(result == .completed, "\(result)")
    #expect(last?.result["events"] == .number(3) && last?.result["next"] == .number(4))
    #expect(interpreter.session.data?.interactions.count == 1603)
  }

  @Test func aFaultInWhatIsFollowedKeepsWhatStandsBeforeIt() throws {
    let host = GrowingHost([Self.events + Self.event("3", "9", 3, 5)])
    var interpreter = Interpreter()
    var last: Report?
    let result = interpreter.run(Source(text: Self.start + "stream \"e.jsonl\""), host: host) {
      last = $0.report ?? last
    }
    #expect(result == .completed, "\(result)")
    #expect(interpreter.session.data?.interactions.count == 1603)
    #expect(last?.blocks.contains { if case .warning = $0 { true } else { false } } == true)
  }
}
