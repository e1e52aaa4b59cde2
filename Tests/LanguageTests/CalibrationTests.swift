import Language
import Testing

/// Tolerances from what several draws of chance print.
@Suite struct CalibrationTests {
  private func calibrate(
    _ line: String, _ printed: String...
  ) -> (line: String, remarks: [String]) {
    let source = Source(text: "topk\n#> \(line)\n")
    let (text, remarks) = calibrated(source, by: printed.map { [[$0]] })
    return (String(text.dropFirst("topk\n#> ".count).dropLast()), remarks)
  }

  @Test(arguments: [
    ("mae 0.74", "mae 0.75", "mae 0.74 ±0.01"), ("a 0.5 b", "a 0.25 b", "a 0.5 ±0.25 b"),
    ("0.625 ± 0.041", "0.612 ± 0.051", "0.625 ±0.013 ± 0.041 ±0.01"),
    ("loss 1.3 → 0.7.", "loss 1.5 → 0.6.", "loss 1.3 ±0.2 → 0.7. ±0.1"),
    ("in <time>; 0.50", "in 3.2 s; 0.51", "in <time>; 0.50 ±0.01"),
    ("mae 0.74", "mae 0.74", "mae 0.74"), ("mae 0.74 ± 0.5", "mae 0.80", "mae 0.74 ± 0.5"),
  ])
  func numbersWithAFractionGetTheirSpread(recorded: String, printed: String, expected: String) {
    let found = calibrate(recorded, printed)
    #expect(found.line == expected)
    #expect(found.remarks.isEmpty, "\(found.remarks)")
    #expect(firstDifference(recorded: [found.line], printed: [printed]) == nil)
    #expect(
      firstDifference(recorded: [found.line], printed: [recorded]) == nil || recorded.contains("<"))
  }

  @Test(arguments: [
    ("user 42 0.5", "user 43 0.6"), ("1 Heat 4.1", "1 Alien 4.0"), ("one word", "one"),
  ])
  func linesWhoseWordsOrCountsVaryStayAndAreNamed(recorded: String, printed: String) {
    let found = calibrate(recorded, printed)
    #expect(found.line == recorded)
    #expect(found.remarks.count == 1 && found.remarks[0].hasPrefix("line 2: "))
  }

  @Test func theLargestDistanceOfAllDrawsCounts() {
    #expect(calibrate("0.500", "0.510", "0.480", "0.505").line == "0.500 ±0.02")
  }

  @Test func toleranceOfAPersonThatIsTooNarrowIsNamed() {
    #expect(calibrate("mae 0.74 ± 0.002", "mae 0.76").remarks.count == 1)
  }

  @Test func statesStayWhereTheyAre() {
    let text = "load\n#> a 0.5\n#@ data=12ab\nshow\n"
    let (calibrated, _) = calibrated(Source(text: text), by: [[["a 0.6"], []]])
    #expect(calibrated == "load\n#> a 0.5 ±0.1\n#@ data=12ab\nshow\n")
  }
}
