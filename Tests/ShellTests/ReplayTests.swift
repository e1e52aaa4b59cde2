import Commands
import Datasets
import Language
import Reports
import Testing

import Shell

/// Scripts that are run again and compared with what is recorded in them.
@Suite struct ReplayTests {
  private func replay(
    _ text: String, recordsAll: Bool = false, draws: Int = 1, looksForToothless: Bool = false
  ) -> Replay {
    Replay(
      of: Source(name: "t.mrs", text: text), host: TerminalHost(),
      options: ReplayOptions(
        recordsAll: recordsAll, draws: draws, looksForToothless: looksForToothless))
  }

  private let prelude = "mrs 1\nset seed=3\nload data\nsplit tasks\n"

  @Test func recordingOnceMakesTheReplayPass() throws {
    let first = replay("load data\nset seed=3\nsplit tasks\n", recordsAll: true)
    let text = try #require(first.updated)
    #expect(text.contains("#> ") && text.contains("#@ data=") && text.contains("#@ split="))
    let second = replay(text)
    #expect(second.status == .success, "\(second.failures)")
    #expect(second.counts == (3, 0, 0))
    #expect(second.remarks.isEmpty)
    #expect(second.updated == text)
  }

  @Test func aDifferenceNamesLineWordAndWhatIsSeen() {
    let different = replay("load data\n#> Loaded something else\n")
    #expect(different.status == .differs)
    let failure = different.failures.first ?? ""
    #expect(failure.hasPrefix("t.mrs:2: recorded `something`, now `sample`"))
    #expect(failure.contains("\n  now       Loaded sample"))
  }

  @Test func aScriptWhoseDataWereNotFetchedIsSkippedWithTheRemedy() throws {
    let mark = "#? data absent/films from scripts/fetch-data films\n"
    let text = "load csv \"absent/films/x.csv\"\n#> Loaded\nexpect 1 < 2\n"
    let skipped = replay(mark + text)
    #expect(skipped.status == .success && skipped.counts == (0, 0, 3))
    #expect(skipped.fetching == "scripts/fetch-data films")
    #expect(Replay(skipped.json) == skipped)
    let report = Replay.junit([skipped])
    #expect(report.contains("failures=\"0\" skipped=\"3\""))
    #expect(
      report.contains(
        "<skipped message=\"the data are not there: `scripts/fetch-data films` fetches them\"/>"))
    // Without the line, or with another fault beside it, it fails.
    #expect(replay(text).status == .invalid)
    #expect(replay(mark + text + "laod data\n").status == .invalid)
    #expect(replay(mark + text + "load csv \"elsewhere/x.csv\"\n").status == .invalid)
    // Data that are missed while it runs.
    let late = replay(mark + "load data\n#> nothing\nif 1 < 2 { " + text + "}\n")
    #expect(late.status == .failed || late.status == .invalid)
  }

  @Test func whatWasNotReachedIsSkipped() {
    let found = replay("load data\nexpect 1 > 2\nsplit tasks\n#> Tasks\nexpect 2 > 1\n")
    #expect(found.status == .differs)
    #expect(found.counts == (1, 1, 2))
    #expect(found.cases.map(\.line) == [1, 2, 4, 5])
    #expect(replay("expect 1 < 2\nlaod\n").counts == (0, 1, 1))
  }

  @Test func anotherStateIsNamedByItsFirstCellAndPart() throws {
    let recorded = try #require(replay(prelude, recordsAll: true).updated)
    let other = recorded.replacing("set seed=3", with: "set seed=4")
    let failure = try #require(replay(other).failures.first)
    #expect(failure.contains("first other state: split after line 7, `split tasks`"), "\(failure)")
    // With the outputs of the other seed only the states tell.
    let outputs = try #require(replay(other.withoutStates, recordsAll: false).updated)
    let mixed = zip(recorded.split(separator: "\n"), outputs.withStates(of: other)).map { $1 }
    let quiet = replay(mixed.joined(separator: "\n") + "\n")
    #expect(quiet.status == .success, "\(quiet.failures)")
    #expect(
      quiet.remarks == [
        "all outputs agree, but first other state: split after line 7, `split tasks`"
      ])
  }

  @Test(arguments: [
    // What is changed, and which state of which line differs first.
    ("load csv \"b.csv\"", "data", "load csv"), ("split tasks test=20%", "split", "split tasks"),
    ("split tasks query=3", "split", "split tasks"),
    ("meta-train ridge epochs=1 lr=0.002", "weights", "meta-train"),
    ("adapt user 4", "adapted", "adapt user"),
  ])
  func theFirstCellThatDivergesIsNamedWithItsPart(line: String, part: String, head: String) throws {
    let scratch = Scratch()
    let host = TerminalHost(directory: scratch.path)
    var table = "user,item,rating\n"
    for user in 0..<30 {
      for item in 0..<16 { table += "\(user),\(item),\((user * item + item) % 5 + 1)\n" }
    }
    try Files.write(Array(table.utf8), to: scratch.path + "/a.csv", named: "")
    // One rating of the last user is another one.
    try Files.write(
      Array((table.dropLast(2) + "2\n").utf8), to: scratch.path + "/b.csv", named: "")
    let script = """
      mrs 1
      set seed=3
      load csv "a.csv"
      split tasks query=4
      meta-train ridge epochs=1
      adapt user 3

      """
    func replay(_ text: String, records: Bool) -> Replay {
      Replay(
        of: Source(name: "t.mrs", text: text), host: host,
        options: ReplayOptions(recordsAll: records))
    }
    let recorded = try #require(replay(script, records: true).updated)
    #expect(replay(recorded, records: false).remarks.isEmpty)
    // Only states are recorded, so that nothing but they can tell.
    let states = recorded.split(separator: "\n").filter { !$0.hasPrefix("#>") }
    let edited = states.map { $0.hasPrefix(head) ? line : String($0) }
    let found = replay(edited.joined(separator: "\n") + "\n", records: false)
    #expect(found.status == .success)
    let number = (edited.firstIndex(of: line) ?? 0) + 1
    #expect(
      found.remarks == [
        "all outputs agree, but first other state: \(part) after line \(number), `\(line)`"
      ])
  }

  @Test func theSameSeedGivesTheSameOnOneThreadAndOtherDrawsGiveTolerances() throws {
    let text =
      prelude + "let r = evaluate mae\nexpect $r.item-mean.mae < 1\nexpect $r.item-mean.mae < 0.7\n"
    let first = try #require(replay(text.replacing("< 0.7", with: "< 2"), recordsAll: true).updated)
    let found = replay(first, draws: 3)
    #expect(found.status == .success, "\(found.failures)")
    let calibrated = try #require(found.updated)
    #expect(calibrated.contains(" ±0."))
    #expect(replay(calibrated).status == .success)
    #expect(replay(calibrated.replacing("set seed=3", with: "set seed=3")).failures.isEmpty)
  }

  @Test func expectationsThatHoldWithoutLearningAreListed() {
    let text =
      prelude + "let r = evaluate ndcg@5\nexpect $r.users > 0\n"
      + "expect $r.item-mean.ndcg@5 > $r.chance.ndcg@5 by 0.03\n"
      + "expect $r.mf.ndcg@5 > $r.item-mean.ndcg@5 by 0.03\n"
    let found = replay(text, looksForToothless: true)
    #expect(found.status == .success, "\(found.failures)")
    let lines = found.remarks.filter { $0.contains("would hold") }
    #expect(lines.count == 2, "\(found.remarks)")
    #expect(lines.first?.hasPrefix("line 6 would hold for a random recommender") == true)
    #expect(
      lines.last?.hasPrefix("line 7 would hold for a recommender that knows only how") == true)
  }

  @Test func junitHasASuiteForEachScriptAndEscapes() {
    let text = Replay.junit([
      replay("show\n"), replay("<laod>\n"), replay("expect 1 > 2\nexpect 1 < 2"),
    ])
    #expect(text.contains("<testsuites name=\"mrs\" tests=\"5\" failures=\"2\" skipped=\"1\">"))
    #expect(text.contains("&lt;laod&gt;") && text.contains("<skipped/>"))
    #expect(text.contains("<property name=\"seed\" value=\"7\"/>"))
  }

  @Test func replaysGoThroughJSONUnchanged() {
    for text in ["load data\n#> Loaded \"x\"\n", "show\n", "expect 1 > 2\nexpect 1 < 2\n"] {
      let replay = replay(text)
      #expect(JSON(parsing: replay.json.text).flatMap { Replay($0) } == replay)
    }
  }
}

extension String {
  fileprivate var withoutStates: String {
    split(separator: "\n").filter { !$0.hasPrefix("#@") }.joined(separator: "\n") + "\n"
  }

  /// The lines of this script with the recorded states of another one put where those stand.
  fileprivate func withStates(of other: String) -> [Substring] {
    var own = split(separator: "\n")[...]
    return other.split(separator: "\n").map { line in
      line.hasPrefix("#@") ? line : own.popFirst() ?? ""
    }
  }
}

/// Accepting output that differs.
@Suite struct PromotionTests {
  private let scratch = Scratch()

  @Test func theCorrectedScriptTakesThePlaceOfTheOldOne() throws {
    let path = scratch.path + "/a.mrs"
    try Files.write(Array("load\n#> old\n".utf8), to: path, named: "")
    try Files.write(Array("load\n#> new\n".utf8), to: Promotion.path(of: path), named: "")
    let count = try Promotion.promote(Source(reading: path, host: TerminalHost()))
    #expect(count?.accepted == 1 && count?.left == 0)
    #expect(scratch.text("a.mrs") == "load\n#> new\n")
    #expect(try Promotion.promote(Source(reading: path, host: TerminalHost())) == nil)
  }

  @Test func onlyWhatIsAcceptedIsRecordedAnew() throws {
    let path = scratch.path + "/a.mrs"
    let old = "load\n#> one\nsplit\n#> two\n#@ split=1\nshow\n"
    let new = "load\n#> 1\nsplit\n#> 2\n#> more\n#@ split=2\nshow\n#> 3\n"
    try Files.write(Array(old.utf8), to: path, named: "")
    try Files.write(Array(new.utf8), to: Promotion.path(of: path), named: "")
    var seen: [[String]] = []
    let count = try Promotion.promote(Source(reading: path, host: TerminalHost())) { change in
      seen.append(change.new)
      return change.old != ["#> one"]
    }
    #expect(count?.accepted == 2 && count?.left == 1)
    #expect(seen == [["#> 1"], ["#> 2", "#> more", "#@ split=2"], ["#> 3"]])
    #expect(
      scratch.text("a.mrs")
        == "load\n#> one\nsplit\n#> 2\n#> more\n#@ split=2\nshow\n#> 3\n")
    // What is left can still be accepted.
    #expect(try Promotion.promote(Source(reading: path, host: TerminalHost()))?.accepted == 1)
    #expect(scratch.text("a.mrs") == new)
  }

  @Test func aScriptThatWasChangedMeanwhileIsLeftAlone() throws {
    let path = scratch.path + "/a.mrs"
    try Files.write(Array("load\nsplit\n".utf8), to: path, named: "")
    try Files.write(Array("load\n#> new\n".utf8), to: Promotion.path(of: path), named: "")
    #expect(throws: CommandFailure.self) {
      try Promotion.promote(Source(reading: path, host: TerminalHost()))
    }
    #expect(scratch.text("a.mrs") == "load\nsplit\n")
  }
}
