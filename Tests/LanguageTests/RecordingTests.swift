import Language
import Testing

/// Recorded output against what is printed now.
@Suite struct RecordingTests {
  @Test(arguments: [
    ("mae 0.4123", "mae 0.4123", true), ("mae 0.4123", "mae  0.41234", true),
    ("mae 0.4123", "mae 0.4124", false), ("mae 0.4123", "rmse 0.4123", false),
    ("mae 0.41 ± 0.02", "mae 0.43", true), ("mae 0.41 ± 0.02", "mae 0.44", false),
    ("mae 0.41 ±10%", "mae 0.45", true), ("mae 0.41±0.02", "mae 0.43", true),
    ("mae 0.41 ± 0.02", "mae 0.41 ± 0.02", true), ("mae 0.41 ± 0.02", "mae 0.41 ± 0.03", false),
    ("took <time>", "took 1.3 s", true), ("took <time> in all", "took 13ms in all", true),
    ("took <time>", "took 1 min 05 s", true), ("in <time>; kept 5", "in 3.21 s; kept 5", true),
    ("in <time>.", "in 1 h 02 min.", true), ("in <time>, 3 s", "in <time>, 3 s", true),
    ("took <time>", "took long", false), ("wrote <path>", "wrote /a/b.mrs", true),
    ("used <mem>", "used 12.5 MB", true), ("hash <hash>", "hash 8f3a2b1c", true),
    ("a <*> c", "a b c", true), ("a <*> c", "a c", false), ("1,682 items", "1,682 items", true),
    ("1,682 items", "1,683 items", false), ("ndcg@10=0.31", "ndcg@10=0.314", true),
    ("ndcg@10=0.31", "ndcg@5=0.31", false), ("a ...", "a b c d", true), ("5%", "5%", true),
    ("│ mae │ 0.74 │", "mae 0.74", true), ("-0.5", "-0.5", true), ("-0.5", "0.5", false),
    ("1e-3", "1.2e-3", true), ("1e-3", "3e-3", false), ("", "", true), ("a", "", false),
  ])
  func wordsAndNumbersAreComparedByMeaning(recorded: String, printed: String, agrees: Bool) {
    let found = firstDifference(recorded: [recorded], printed: [printed])
    #expect((found == nil) == agrees, "\(String(describing: found))")
  }

  @Test func linesMayBeLeftOut() {
    let printed = ["title", "row 1", "row 2", "row 3", "end 0.5"]
    #expect(firstDifference(recorded: ["title", "...", "end 0.5"], printed: printed) == nil)
    #expect(firstDifference(recorded: ["title", "..."], printed: printed) == nil)
    #expect(firstDifference(recorded: ["title", "...", "stop"], printed: printed)?.line == 2)
    #expect(firstDifference(recorded: ["title"], printed: printed)?.seen == "row 1")
    #expect(firstDifference(recorded: printed + ["more"], printed: printed)?.line == 5)
  }

  @Test func theFirstDifferenceIsNamed() {
    let found = firstDifference(recorded: ["a 1", "b 0.20"], printed: ["a 1", "b 0.30"])
    #expect(found?.line == 1 && found?.recorded == "0.20" && found?.seen == "0.30")
  }

  private let script = Source(
    text:
      "load data\n#> 100 users\ntopk 5; topk 6\nfor k in 1..2 {\n  topk $k\n}\n#> a 0.5 ± 0.1\n#> <time>\n"
  )

  @Test func recordingsBelongToTheLineAboveThem() {
    let found = recordings(in: script)
    #expect(found.map(\.lines) == [["100 users"], nil, ["a 0.5 ± 0.1", "<time>"]])
    #expect(script.slice(found[1].statements) == "topk 5; topk 6")
  }

  @Test func updatingRecordsWhatWasPrintedAndKeepsTolerances() {
    let outputs: [[String]?] = [["101 users"], ["1. Heat", ""], ["a 0.9", "3 s"]]
    let updated = recorded(outputs, in: script)
    #expect(
      updated == "load data\n#> 101 users\ntopk 5; topk 6\n#> 1. Heat\n#>\nfor k in 1..2 {\n"
        + "  topk $k\n}\n#> a 0.9 ± 0.1\n#> <time>\n")
    #expect(recorded(outputs, in: Source(text: updated)) == updated)
  }

  /// Also where they differ from line to line, and where the text breaks off.
  @Test func recordedLinesEndAsTheLinesAroundThem() {
    let outputs: [[String]?] = [["a 2", "b 3"], nil]
    for (text, wanted) in [
      ("x\r\n#> a 1\r\ny\r\n", "x\r\n#> a 2\r\n#> b 3\r\ny\r\n"),
      ("x\r\n#> a 1\ny\r\n", "x\r\n#> a 2\n#> b 3\r\ny\r\n"),
      ("x\n#> a 1\r\n#> b 1\ny\r\n", "x\n#> a 2\r\n#> b 3\ny\r\n"),
      ("x\r\ny", "x\r\n#> a 2\r\n#> b 3\r\ny"), ("y\r\nx", "y\r\n#> a 2\r\n#> b 3\r\nx"),
    ] {
      let updated = recorded(outputs, in: Source(text: text))
      #expect(updated == wanted)
      #expect(recordings(in: Source(text: updated))[0].lines == ["a 2", "b 3"])
      #expect(recorded(outputs, in: Source(text: updated)) == updated)
    }
    for (text, wanted) in [
      ("x\r\ny", "x\r\ny\r\n#> z\r\n"), ("x\r\ny\r\n#> z", "x\r\ny\r\n#> z\r\n"),
      ("x\ny", "x\ny\n#> z\n"),
    ] {
      #expect(recorded([nil, ["z"]], in: Source(text: text)) == wanted)
    }
    let calibrated = calibrated(
      Source(text: "x\r\n#> a 0.5\r\n"), by: [[["a 0.5"]], [["a 0.7"]]])
    #expect(calibrated.text.hasPrefix("x\r\n#> a 0.5 ±") && calibrated.text.hasSuffix("\r\n"))
  }

  @Test func outputThatBelongsToNoStatementIsFound() {
    let text =
      "#> before\nx\n#> held\n#@ a=1\n\n#> behind a gap\nfor k in [1] {\n  y\n  #> within\n}\n#> z\n"
    #expect(looseOutputs(in: Source(text: text)) == [1, 6, 9])
    #expect(looseOutputs(in: script).isEmpty)
  }

  @Test func tolerancesSurviveAHundredUpdates() {
    var source = script
    for index in 0..<100 {
      let text = recorded([nil, nil, ["a \(Double(index) / 7)", "\(index) ms"]], in: source)
      source = Source(text: text)
    }
    #expect(source.text.hasSuffix("± 0.1\n#> <time>\n"))
    #expect(source.text.contains("#> 100 users"))
  }

  /// A tolerance may stand at the end of a sentence.
  @Test func marksBehindAToleranceAreNoPartOfIt() {
    let source = Source(text: "adapt 42\n#> loss 0.70 ± 0.1 → 0.3 ±0.2.\n#> (mae 0.5 ± 1%)\n")
    let near = ["loss 0.75 → 0.45.", "(mae 0.504)"]
    #expect(firstDifference(recorded: recordings(in: source)[0].lines ?? [], printed: near) == nil)
    #expect(recorded([near], in: source) == source.text)
    #expect(
      recorded([["loss 0.9 → 0.6.", "(mae 0.7)"]], in: source)
        == "adapt 42\n#> loss 0.9 ± 0.1 → 0.6 ±0.2.\n#> (mae 0.7 ± 1%)\n")
  }

  @Test func anEndWithoutANewLineIsNoObstacle() {
    #expect(recorded([["x"]], in: Source(text: "topk")) == "topk\n#> x\n")
  }
}
