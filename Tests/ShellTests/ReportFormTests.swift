import Commands
import Language
import Reports
import Shell
import Testing

/// What continuous integration reads.
@Suite struct ReportFormTests {
  private func replay(_ text: String, name: String = "tests/a.mrs") -> Replay {
    Replay(of: Source(name: name, text: text), host: TerminalHost())
  }

  private let text =
    "set seed=7\nload data\n#> Loaded something\nexpect 1 < 2\nlet k = 3\nexpect $k > 5\nexpect 1 > 0\n"

  @Test func namesStayWhenLinesMove() {
    let names = replay(text).cases.map(\.name)
    #expect(
      names == [
        "parses and checks", "output of load data", "expect 1 < 2", "expect $k > 5", "expect 1 > 0",
      ])
    #expect(replay("# one more\n\n" + text).cases.map(\.name) == names)
    let twice = replay("load data\n#> x\nload data\n#> y\n").cases.map(\.name)
    #expect(twice.suffix(2) == ["output of load data", "output of load data (2)"])
  }

  @Test func junitTellsFileAndLine() {
    let report = Replay.junit([replay(text)])
    #expect(report.contains("name=\"output of load data\" file=\"tests/a.mrs\" line=\"3\""))
    #expect(report.contains("name=\"expect $k &gt; 5\" file=\"tests/a.mrs\" line=\"6\""))
    #expect(report.contains("3 &gt; 5 does not hold; where $k is 3\">"))
  }

  @Test func theRoundOfALoopIsTold() {
    let found = replay("for limit in [1, 3] { let k = 2; expect $k < $limit }\n")
    let failed = found.cases.first { $0.failure != nil }
    #expect(failed?.summary.contains("2 < 1 does not hold; where $k is 2, $limit is 1") == true)
  }

  @Test func annotationsAreOneLineAndEscape() {
    let found = Annotation.all(replay(text))
    #expect(found.count == 2)
    let lines = found.map(\.github)
    #expect(
      lines[0].hasPrefix(
        "::error file=tests/a.mrs,line=3,title=output of load data::recorded `something`"))
    #expect(lines[1].hasPrefix("::error file=tests/a.mrs,line=6,col=8,title=expect $k > 5::"))
    #expect(lines.allSatisfy { $0.filter(\.isNewline).count == 1 && $0.hasSuffix("\n") })
    let odd = Annotation(
      Diagnostic("E0101", "50% of\r\nthem", at: SourceRange(0, 1)),
      in: Source(name: "a,b:c.mrs", text: "x"))
    #expect(
      odd.github == "::error file=a%2Cb%3Ac.mrs,line=1,col=1,title=E0101::50%25 of%0D%0Athem\n")
  }

  @Test func tapCountsAndTellsWhatFailed() {
    let report = Replay.tap([replay(text, name: "a#1.mrs")])
    #expect(report.hasPrefix("TAP version 14\n1..5\nok 1 - a\\#1.mrs: parses and checks\n"))
    #expect(
      report.contains("\nnot ok 2 - a\\#1.mrs: output of load data\n  ---\n  message: \"recorded"))
    #expect(report.contains("\n  line: 6\n  column: 8\n  ...\n"))
    #expect(report.contains("\nok 5 - a\\#1.mrs: expect 1 > 0 # SKIP not reached\n"))
  }

  @Test func shardsHaveEachScriptOnceInAnyOrder() throws {
    let scripts = (0..<23).map { "s\($0).mrs" }
    for count in [1, 2, 4, 23, 40] {
      let parts = (1...count).compactMap { Shard(argument: "\($0)/\(count)")?.part(of: scripts) }
      #expect(parts.count == count)
      #expect(parts.flatMap { $0 }.sorted() == scripts.sorted())
      let sizes = parts.map(\.count)
      #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
      #expect(Shard(argument: "1/\(count)")?.part(of: scripts.reversed()) == parts[0])
    }
    for wrong in ["0/4", "5/4", "1", "1/", "/2", "a/b", "1/2/3", "-1/4"] {
      #expect(Shard(argument: wrong) == nil, "\(wrong)")
    }
  }

  @Test func sarifHasWhatItsSchemaRequires() throws {
    let text = "laod data\nload csv “x y.csv”\n"
    let source = Source(name: "a folder/é.mrs", text: text)
    let faults = Interpreter().check(source, lints: true)
    #expect(faults.count >= 3)
    var report = SarifReport()
    report.add(faults, in: source)
    let json = try #require(JSON(parsing: report.json.text))
    #expect(json["version"] == .string("2.1.0"))
    let run = try #require(json["runs"]?.array?.first)
    let driver = try #require(run["tool"]?["driver"])
    #expect(driver["name"]?.string == "mrs")
    let rules = (driver["rules"]?.array ?? []).compactMap { $0["id"]?.string }
    #expect(Set(rules).count == rules.count && !rules.isEmpty)
    let results = try #require(run["results"]?.array)
    #expect(results.count == faults.count)
    for (result, fault) in zip(results, faults) {
      #expect(result["message"]?["text"]?.string?.isEmpty == false)
      #expect(["error", "warning"].contains(result["level"]?.string))
      let index = try #require(result["ruleIndex"]?.number.flatMap { Int(exactly: $0) })
      #expect(rules[index] == result["ruleId"]?.string && rules[index] == fault.code)
      let place = try #require(result["locations"]?.array?.first?["physicalLocation"])
      #expect(place["artifactLocation"]?["uri"]?.string == "a%20folder/%C3%A9.mrs")
      let region = try #require(place["region"])
      for name in ["startLine", "startColumn", "endLine", "endColumn"] {
        #expect((region[name]?.number ?? 0) >= 1)
      }
      for fix in result["fixes"]?.array ?? [] {
        let change = try #require(fix["artifactChanges"]?.array?.first)
        #expect(change["artifactLocation"]?["uri"] != nil)
        let replacement = try #require(change["replacements"]?.array?.first)
        #expect(replacement["deletedRegion"]?["startLine"] != nil)
      }
    }
  }
}
