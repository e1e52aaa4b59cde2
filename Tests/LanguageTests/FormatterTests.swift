import Language
import LanguageLaboratory
import Testing

/// The one form of scripts.
@Suite struct FormatterTests {
  /// Without the space both would be one word.
  @Test func aTypeStandsApartFromItsName() {
    #expect(formatted("param lr :number = 1\n") == "param lr: number = 1\n")
  }

  @Test(arguments: [
    ("load   data  ;split", "load data; split\n"),
    (
      "meta-train maml inner_rate=0.1   hidden=[ 1,2 , 3 ]",
      "meta-train maml inner-rate=0.1 hidden=[1, 2, 3]\n"
    ),
    ("\n\n\nload\n\n\n\nsplit   \n\n", "load\n\nsplit\n"),
    ("for k in [5,10]{\ntopk $k\nif $k>5 {topk}\n}", nil),
    (
      "for k in [5,10]{\ntopk $k\nif $k > 5 {topk}\n}",
      "for k in [5, 10] {\n  topk $k\n  if $k > 5 { topk }\n}\n"
    ),
    ("let x = [\n1,\n2\n]", "let x = [\n  1,\n  2\n]\n"),
    ("topk 5 # why\n#> 0.41 ", "topk 5  # why\n#> 0.41\n"),
    ("load \\\ndata", "load \\\n  data\n"),
    ("adapt new 5_0=5 \"Heat_1\"=4 a_b=3", "adapt new 5_0=5 \"Heat_1\"=4 a-b=3\n"),
    ("let x = - $y", "let x = - $y\n"), ("mrs 1\r\nload\r\n", "mrs 1\nload\n"),
    ("def f( a , b : number=2 ) { topk $a }", "def f(a, b: number=2) { topk $a }\n"),
    ("meta-train maml hidden=64,64", "meta-train maml hidden=64,64\n"), ("", ""), ("load [", nil),
  ])
  func scriptsTakeTheOneForm(text: String, expected: String?) {
    #expect(formatted(text) == expected)
  }

  @Test func formattingTwiceChangesNothing() throws {
    for text in Fixtures.scripts {
      let once = try #require(formatted(text))
      #expect(formatted(once) == once)
      #expect(meaning(once) == meaning(text))
    }
  }

  @Test func anyMixOfLinesKeepsItsMeaning() {
    let parts = [
      "load data", "topk   5", ";", "\n", "\n\n", "if 1 < 2 {", "}", "let x = [1,\n 2]", "# c ",
      "## t",
      "#> o", " ", "\\\n", "meta-train maml hidden=64,64", "for k in 1..3 { topk $k }",
      "expect 1 == 2 ± 1%",
    ]
    var state: UInt64 = 7
    var count = 0
    for _ in 0..<3000 {
      var text = ""
      for _ in 0..<8 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        text += parts[Int(state >> 33) % parts.count]
      }
      guard let once = formatted(text) else { continue }
      count += 1
      #expect(formatted(once) == once, "\(text)")
      #expect(meaning(once) == meaning(text), "\(text)")
    }
    #expect(count > 100)
  }

  /// The significant words of a text, and its comments.
  private func meaning(_ text: String) -> [String] {
    let source = Source(text: text)
    return tokens(of: text).tokens.compactMap { token in
      switch token.kind {
      case .space, .newline, .continuation, .end: return nil
      default:
        var word = source.slice(token.range)
        while word.last == " " { word.removeLast() }
        return word
      }
    }
  }

  @Test func certainFixesAreApplied() {
    let text = "load data; split; meta-train maml steps = 5 epochs = 2\nspit"
    let found = Laboratory.check(text)
    let (mended, count) = applyingFixes(of: found, to: text)
    #expect(mended == "load data; split; meta-train maml steps=5 epochs=2\nspit")
    #expect(count == 2)
    #expect(applyingFixes(of: found, to: text, evenUncertain: true).text.hasSuffix("\nsplit"))
  }
}
