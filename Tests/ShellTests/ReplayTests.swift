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

/// Replays that are not run again.
@Suite struct ReplayCacheTests {
  private let scratch = Scratch()
  private let source = Source(name: "t.mrs", text: "load data\n")

  private var passed: Replay {
    Replay(of: source, host: TerminalHost())
  }

  private func clean() {
    for name in (try? Files.list(scratch.path, named: "")) ?? [] where name.hasSuffix(".json") {
      try? Files.write([], to: scratch.path + "/" + name, named: name)
    }
  }

  @Test func whatPassedIsKeptUntilWhatItReadChanges() throws {
    defer { clean() }
    let cache = ReplayCache(folder: scratch.path)
    try Files.write([65], to: scratch.path + "/in.csv", named: "")
    let host = AttentiveHost(TerminalHost(directory: scratch.path))
    _ = try host.read("in.csv")
    #expect(cache.replay(of: source, key: "", host: host) == nil)
    cache.keep(passed, of: source, key: "", files: host.files)
    #expect(cache.replay(of: source, key: "", host: host)?.isCached == true)
    #expect(cache.replay(of: source, key: "other", host: host) == nil)
    let edited = Source(name: "t.mrs", text: "load data \n")
    #expect(cache.replay(of: edited, key: "", host: host) == nil)
    try Files.write([66], to: scratch.path + "/in.csv", named: "")
    #expect(cache.replay(of: source, key: "", host: host) == nil)
  }

  @Test func whatFailedIsNotKept() {
    defer { clean() }
    let cache = ReplayCache(folder: scratch.path)
    let wrong = Source(name: "t.mrs", text: "expect 1 > 2\n")
    cache.keep(Replay(of: wrong, host: TerminalHost()), of: wrong, key: "", files: [])
    #expect(cache.replay(of: wrong, key: "", host: TerminalHost()) == nil)
  }

  @Test func damagedEntriesAreNoEntries() throws {
    defer { clean() }
    let cache = ReplayCache(folder: scratch.path)
    cache.keep(passed, of: source, key: "", files: [])
    for name in try Files.list(scratch.path, named: "") {
      try Files.write(Array("{\"files\":[".utf8), to: scratch.path + "/" + name, named: name)
    }
    #expect(cache.replay(of: source, key: "", host: TerminalHost()) == nil)
  }
}

/// Accepting output that differs.
@Suite struct PromotionTests {
  private let scratch = Scratch()

  @Test func theCorrectedScriptTakesThePlaceOfTheOldOne() throws {
    let path = scratch.path + "/a.mrs"
    try Files.write(Array("load\n#> old\n".utf8), to: path, named: "")
    try Files.write(Array("load\n#> new\n".utf8), to: Promotion.path(of: path), named: "")
    #expect(try Promotion.promote(Source(reading: path, host: TerminalHost())) == 1)
    #expect(scratch.text("a.mrs") == "load\n#> new\n")
    #expect(try Promotion.promote(Source(reading: path, host: TerminalHost())) == nil)
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
