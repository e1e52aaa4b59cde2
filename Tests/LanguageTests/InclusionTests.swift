import Language
import LanguageLaboratory
import Synchronization
import Testing

/// Files that are included, often and deeply.
@Suite struct InclusionTests {
  private final class Folder: Sendable {
    let files: [String: String]
    let reads = Mutex(0)

    init(_ files: [String: String]) { self.files = files }

    var context: CheckContext {
      var context = Laboratory.context
      context.files = FileKnowledge(
        source: { name in
          self.reads.withLock { $0 += 1 }
          guard let text = self.files[name] else { return .failure(Problem("E0501", "no \(name)")) }
          return .success(Source(name: name, text: text))
        }, obstacleToReading: { _ in nil }, obstacleToWriting: { _ in nil }, exists: { _ in true })
      return context
    }

    func check(_ text: String) -> (diagnostics: [Diagnostic], after: CheckContext) {
      let checked = Language.check(Source(name: "main.mrs", text: text), in: context)
      return (checked.diagnostics, checked.after)
    }
  }

  /// `f1` to `f(count)`, of which each includes the next twice, and the last one.
  private func doubling(_ count: Int, last: String, skipping: Bool = false) -> Folder {
    var files: [String: String] = [:]
    for n in 1...count {
      files["f\(n)"] =
        "include \"f\(n + 1)\"\ninclude \"f\(min(n + (skipping ? 2 : 1), count + 1))\"\n"
    }
    files["f\(count + 1)"] = last
    return Folder(files)
  }

  @Test(arguments: [
    "let x = 1", "load data", "load data\nsplit tasks", "def again() { load data }",
  ])
  func aFileIsCheckedOnceForEachStateItIsCheckedIn(last: String) {
    for skipping in [false, true] {
      let folder = doubling(24, last: last, skipping: skipping)
      let (found, after) = folder.check("include \"f1\"\nlet y = 2\ntopk 3")
      #expect(found.filter { $0.severity == .error }.map(\.code) == ["E0402"], "\(found)")
      #expect(folder.reads.withLock { $0 } == 25)
      #expect(after.variables.names.contains("y"))
      #expect(after.variables.names.contains("x") == last.contains("x"))
    }
  }

  @Test func aFaultOfAFileIncludedAMillionTimesIsToldOnce() {
    let found = doubling(24, last: "laod data").check("include \"f1\"\n").diagnostics
    #expect(found.map(\.message) == ["in `f25`, line 1: there is no command `laod`"], "\(found)")
  }

  /// Each inclusion leaves another state, so that nothing is the same; checking ends all the same.
  @Test func checkingEndsWhereEveryStateIsAnother() {
    let found = doubling(24, last: "let x = $x + 1").check("let x = 0\ninclude \"f1\"\n")
    #expect(found.diagnostics.isEmpty, "\(found.diagnostics)")
  }

  @Test(arguments: [false, true])
  func theLimitOfDepthIsNamedInAShortMessage(skipping: Bool) throws {
    let found = doubling(40, last: "load data", skipping: skipping).check("include \"f1\"\n")
    let fault = try #require(found.diagnostics.first)
    #expect(found.diagnostics.allSatisfy { $0.code == "E0108" && $0.message.utf8.count < 120 })
    #expect(
      fault.message == "in `f31`, line 1: `f32` would be file 33 in a row that include one another")
    let whole = doubling(30, last: "load data").check("include \"f1\"\n")
    #expect(whole.diagnostics.isEmpty, "32 files in a row may")
  }

  @Test func filesInACircleAreToldOnceHoweverOftenTheyInclude() {
    var files: [String: String] = [:]
    for n in 0..<20 {
      files["f\(n)"] = "include \"f\((n + 1) % 20)\"\ninclude \"f\((n + 7) % 20)\"\n"
    }
    let found = Folder(files).check("include \"f0\"\n").diagnostics
    #expect(!found.isEmpty && found.allSatisfy { $0.code == "E0107" }, "\(found)")
    #expect(found.allSatisfy { $0.message.utf8.count < 120 && $0.primary.text.utf8.count < 120 })
  }

  /// A file may be included where its own files are not open, after it was refused elsewhere.
  @Test func whatIsACircleInOnePlaceMayBeNoneInAnother() {
    let folder = Folder(["a": "include \"b\"\n", "b": "load data\n", "c": "include \"a\"\n"])
    #expect(
      folder.check("include \"a\"\ninclude \"c\"\ninclude \"b\"\nsplit tasks").diagnostics.isEmpty)
    let circle = Folder(["a": "include \"b\"\n", "b": "load data\ninclude \"a\"\n"])
    #expect(circle.check("include \"b\"\ninclude \"a\"").diagnostics.map(\.code) == ["E0107"])
  }

  /// Random steps dealt into files give the faults that they give where they stand.
  @Test func includedStepsAreJudgedAsIfTheyStoodThere() {
    let steps = [
      "load data", "split tasks", "meta-train maml", "adapt 42", "topk 3", "let a = 1",
      "let b = $a",
      "keep", "def f() { split tasks }", "f", "for k in [1, 2] { split tasks }", "evaluate",
      "if $a == 1 { load data }",
    ]
    var state: UInt64 = 11
    func draw(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % count
    }
    for _ in 0..<300 {
      var files: [String: String] = [:]
      for n in 0..<4 {
        files["f\(n)"] = (0...draw(3)).map { _ in steps[draw(steps.count)] }.joined(separator: "\n")
      }
      files["g"] = "include \"f\(draw(4))\"\ninclude \"f\(draw(4))\""
      let names = ["f0", "f1", "f2", "f3", "g"]
      let lines = (0...draw(7)).map { _ in
        draw(2) == 0 ? steps[draw(steps.count)] : "include \"\(names[draw(5)])\""
      }
      let text = lines.joined(separator: "\n")
      var flat = text
      for name in ["g", "f0", "f1", "f2", "f3"] {
        flat = flat.replacing("include \"\(name)\"", with: files[name] ?? "")
      }
      let folder = Folder(files)
      let (found, after) = folder.check(text)
      let (wanted, wantedAfter) = folder.check(flat)
      #expect(Set(found.map(\.code)) == Set(wanted.map(\.code)), "\(text)\n\(files)")
      #expect(after.ledger.nouns == wantedAfter.ledger.nouns)
      #expect(after.variables.names == wantedAfter.variables.names)
    }
  }
}
