import Commands
import Kernels
import Language
import LibC
import Reports
import Synchronization
import Testing

import Shell

/// A folder of its own for each test, taken away afterwards.
final class Scratch {
  let path: String

  init() {
    var template = Array((P_tmpdir + "/mrs-test-XXXXXX").utf8CString)
    path = template.withUnsafeMutableBufferPointer {
      $0.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) } ?? "/nowhere"
    }
  }

  deinit {
    for name in (try? Files.list(path, named: path)) ?? [] { unlink(path + "/" + name) }
    rmdir(path)
  }

  func text(_ name: String) -> String? {
    guard let contents = try? Files.contents(of: path + "/" + name, named: name) else { return nil }
    return contents.withBytes { String(decoding: $0, as: UTF8.self) }
  }
}

@Suite struct FilesTests {
  private let scratch = Scratch()

  @Test func whatNobodyWantsAnyMoreIsLeftInItsMiddleAndTheOldFileStays() throws {
    let path = scratch.path + "/a"
    try Files.write(Array("first".utf8), to: path, named: "a")
    let many = [UInt8](repeating: 7, count: 40 << 20)
    let questions = Atomic(0)
    let host = TerminalHost(directory: scratch.path)
    let result: Void? = try Cancellation.attempt(until: {
      questions.add(1, ordering: .relaxed).newValue > 2
    }) { try host.write(many, to: "a") }
    #expect(result == nil)
    #expect(questions.load(ordering: .relaxed) == 3)
    #expect(scratch.text("a") == "first")
    #expect(try Files.list(scratch.path, named: "") == ["a"])
  }

  @Test func writingReplacesAllOfTheFileAndLeavesNothingBeside() throws {
    let path = scratch.path + "/a"
    try Files.write(Array("first, and longer".utf8), to: path, named: "a")
    try Files.write(Array("second".utf8), to: path, named: "a")
    #expect(scratch.text("a") == "second")
    #expect(try Files.list(scratch.path, named: "") == ["a"])
  }

  @Test func writingIntoAFolderThatIsNotThereIsRefused() {
    #expect(throws: CommandFailure.self) {
      try Files.write([1], to: scratch.path + "/no/a", named: "no/a")
    }
  }

  @Test func writingThroughALinkKeepsTheLink() throws {
    try Files.write([65], to: scratch.path + "/a", named: "a")
    symlink("a", scratch.path + "/b")
    try Files.write([66], to: scratch.path + "/b", named: "b")
    #expect(scratch.text("a") == "B")
  }

  @Test func missingFilesNameTheirNeighbours() throws {
    try Files.write([65], to: scratch.path + "/ratings.csv", named: "")
    let failure = #expect(throws: CommandFailure.self) {
      try Files.contents(of: scratch.path + "/rating.csv", named: "rating.csv")
    }
    #expect(failure?.code == "E0501")
    #expect(failure?.suggestions == ["ratings.csv"])
  }

  @Test func foldersAreNoFiles() {
    #expect(throws: CommandFailure.self) { try Files.contents(of: "/", named: "/") }
  }

  @Test func emptyFilesAndDevicesAreRead() throws {
    try Files.write([], to: scratch.path + "/empty", named: "")
    #expect(try Files.contents(of: scratch.path + "/empty", named: "").bytes.isEmpty)
    #expect(try Files.contents(of: "/dev/null", named: "").bytes.isEmpty)
  }

  @Test func hostsLookWhereTheirScriptLies() throws {
    try Files.write([65], to: scratch.path + "/here", named: "")
    let host = TerminalHost(directory: scratch.path)
    #expect(try host.read("here").withBytes { $0.count } == 1)
    #expect(host.kind(of: "here") == .file)
    #expect(host.kind(of: scratch.path) == .folder)
    #expect(host.kind(of: "away") == nil)
  }
}

@Suite struct HistoryTests {
  private let scratch = Scratch()
  private var path: String { scratch.path + "/state/history.jsonl" }

  private func clean() {
    unlink(path)
    rmdir(scratch.path + "/state")
  }

  @Test func linesOutliveTheSessionWhateverTheyHold() {
    let lines = ["load data", "say \"漢字\" 🎬\nsecond line", "tab\tand \\ back"]
    let first = History(path: path)
    lines.forEach { first.remember($0) }
    #expect(History(path: path).entries.map(\.text) == lines)
    clean()
  }

  @Test func aDamagedLineCostsThatLineAlone() throws {
    let history = History(path: path)
    history.remember("one")
    let whole = try Files.contents(of: path, named: "").withBytes { Array($0) }
    try Files.write(
      whole + Array("{\"time\":1,\"te\u{0}\u{FF}".utf8) + [0xFF, 10] + Array("{\"ti".utf8),
      to: path, named: "")
    History(path: path).remember("two")
    #expect(History(path: path).entries.map(\.text) == ["one", "two"])
    clean()
  }

  @Test func aHomeThatCannotBeWrittenOnlyWarns() {
    let history = History(path: "/proc/nowhere/history.jsonl")
    #expect(history.warning != nil)
    history.remember("load data")
    #expect(history.entries.map(\.text) == ["load data"])
  }

  @Test func recallGoesThroughLinesThatBeginAsTheDraft() {
    let history = History()
    ["load data", "split tasks", "load movielens x", "topk"].forEach { history.remember($0) }
    #expect(history.recall("load", direction: -1) == "load movielens x")
    #expect(history.recall("load movielens x", direction: -1) == "load data")
    #expect(history.recall("load data", direction: -1) == nil)
    #expect(history.recall("load data", direction: 1) == "load movielens x")
    #expect(history.recall("load movielens x", direction: 1) == "load")
  }

  @Test func theSameLineTwiceIsKeptOnce() {
    let history = History()
    ["a", "a", " ", "b", "a"].forEach { history.remember($0) }
    #expect(history.entries.map(\.text) == ["a", "b", "a"])
    #expect(history.matches("a", limit: 9) == ["a"])
  }
}

@Suite struct TranscriptTests {
  @Test func promptsAndOutputsOfAScreenAreTakenOff() {
    let screen = """
      mrs [1]> load data
      Loaded sample: 600 users
      mrs [2]> for k in [5,
      ..> 10] { topk $k }
      1  Heat
      """
    #expect(Transcript.commands(in: screen) == "load data\nfor k in [5,\n10] { topk $k }")
  }

  @Test func recordedOutputsOfAScriptAreTakenOff() {
    #expect(Transcript.commands(in: "load data\n#> Loaded\nshow\n") == "load data\nshow")
  }

  @Test func largePastesAreKeptWholeBehindAPlaceholder() {
    let typist = Typist(history: History())
    let paste = String(repeating: "load data\n", count: 100_000)
    let shown = typist.pasted(paste)
    #expect(shown.count < 60)
    #expect(typist.expanded("set seed=1\n" + shown) == "set seed=1\n" + paste.dropLast())
  }
}

@Suite struct TypistTests {
  private let typist: Typist = {
    let typist = Typist(history: History())
    typist.assistance = Interpreter().assistance()
    return typist
  }()

  @Test func aSingleCandidateIsWrittenOut() {
    #expect(typist.complete("meta-tr", at: 7).insertion == "meta-train ")
  }

  @Test func severalCandidatesAreListedWithTheirMeaning() {
    let listing = typist.complete("plot drift ", at: 11).listing ?? ""
    #expect(listing.contains("users=") && listing.contains("how many users to take"))
  }

  @Test func aQuestionMarkListsWhatCanStandThereButNotWithinAText() {
    #expect(typist.explain("", at: 0)?.contains("meta-train") == true)
    #expect(typist.explain("meta-train ", at: 11)?.contains("maml") == true)
    #expect(typist.explain("load \"what ", at: 11) == nil)
    #expect(typist.explain("# why ", at: 6) == nil)
    #expect(typist.explain("loa", at: 3)?.contains("Loads ratings") == true)
    #expect(typist.explain("meta-train maml steps=", at: 22)?.contains("a whole number") == true)
    #expect(typist.explain("goto ", at: 5)?.contains("the number of a cell") == true)
    #expect(typist.explain("topk 10 | ", at: 10)?.contains("describe") == false)
    #expect(typist.explain("let x = ", at: 8)?.contains("include") == false)
    #expect(typist.explain("xyz", at: 3) == nil)
  }

  @Test func unknownVerbsAreInkedDifferentlyFromKnownOnes() {
    func inks(_ text: String) -> [UInt8] {
      var inks = [UInt8](repeating: 0, count: text.utf8.count)
      inks.withUnsafeMutableBufferPointer { typist.style(text, into: $0) }
      return inks
    }
    #expect(inks("load data")[0] == Theme.number(.verb))
    #expect(inks("laod data")[0] == Theme.number(.unknown))
  }

  @Test func suggestionsComeFromTheHistoryFirst() {
    typist.history.remember("load movielens \"x\"")
    #expect(typist.ghost("load m") == "ovielens \"x\"")
    #expect(typist.ghost("") == nil)
  }

  @Test func listingsFitTheScreen() {
    let many = (0..<5000).map { Completion("user\($0)", "", range: SourceRange(0, 0)) }
    let text = Listing(many).text(width: 40, rows: 24)
    #expect(text.split(separator: "\n").count <= 21)
    #expect(text.contains("more"))
    #expect(text.split(separator: "\n").allSatisfy { displayWidth($0) < 40 })
  }

  @Test func aLongNameWidensItsOwnColumnAlone() {
    let long = String(repeating: "x", count: 30)
    let many = ((0..<40).map { "n\($0)" } + [long]).map {
      Completion($0, "says \($0)", range: SourceRange(0, 0))
    }
    let text = Listing(many).text(width: 80, rows: 12)
    #expect(text.split(separator: "\n").count <= 8)
    #expect(text.contains("n39") && text.contains(long) && !text.contains("more"))
  }

  @Test func moreCandidatesThanFitKeepTheirDocumentation() {
    let many = (0..<700).map { Completion("\($0)", "title \($0)", range: SourceRange(0, 0)) }
    let text = Listing(many).text(width: 80, rows: 24)
    #expect(text.contains("title 7") && text.contains("… and 660 more"))
  }
}
