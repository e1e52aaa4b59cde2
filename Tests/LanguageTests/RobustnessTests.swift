import Language
import LanguageLaboratory
import Testing

/// No text whatever may trap, hang or be answered with a fault that points outside of it.
@Suite struct RobustnessTests {
  private func goThrough(_ text: String) {
    let (script, faults) = parse(text)
    let count = text.utf8.count
    #expect(script.tokens.last?.range.upper == count)
    let found = Laboratory.check(text)
    let areInside = (faults + found).allSatisfy { diagnostic in
      let range = diagnostic.primary.range
      return range.lower >= 0 && range.upper <= count && !diagnostic.message.isEmpty
    }
    #expect(areInside)
    let context = AssistanceContext(Laboratory.context)
    var end = 0
    var isOrdered = true
    for highlight in highlights(in: text, context: context) {
      isOrdered = isOrdered && highlight.range.lower >= end && highlight.range.upper <= count
      end = highlight.range.upper
    }
    #expect(isOrdered)
    let offered = completions(in: text, at: count, context: context)
    #expect(offered.allSatisfy { $0.range.upper == count })
  }

  @Test func everyPrefixOfAScriptIsUnderstood() {
    for script in Fixtures.scripts {
      let bytes = Array(script.utf8)
      for end in 0...bytes.count { goThrough(String(decoding: bytes[..<end], as: UTF8.self)) }
    }
  }

  @Test func everySuffixOfAScriptIsUnderstood() {
    for script in Fixtures.scripts {
      let bytes = Array(script.utf8)
      for start in 0...bytes.count { goThrough(String(decoding: bytes[start...], as: UTF8.self)) }
    }
  }

  @Test func anyMixOfTokensIsUnderstood() {
    let parts = [
      "let", "if", "for", "def", "else", "expect", "error", "param", "include", "set", "load",
      "topk",
      "meta-train", "maml", "steps", "=", "==", "..", "[", "]", "{", "}", "(", ")", ",", ";", "|",
      "\n",
      " ", " ", " ", "$x", "$", "\"", "'", "\\", "5", "-1e3", "10k", "±", "+/-", "#", "#>", "##",
      "x:y",
      "@", "\0", "é", "\u{FEFF}", "\r\n", "in", "over", "p<0.01", "not", "and", "~=", "-",
    ]
    var state: UInt64 = 42
    for _ in 0..<4000 {
      var text = ""
      for _ in 0..<12 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        text += parts[Int(state >> 33) % parts.count]
      }
      goThrough(text)
    }
  }

  @Test(arguments: [
    "[", "(", "{", "if 1 < 2 { ", "for k in [1] { ", "let x = (", "\"{", "-", "not ", "1 + ",
    "$x[", "expect error { ", "else ", "def f() { ", "a | ", "[1, ",
  ])
  func deepNestingIsAFaultAndNoTrap(opener: String) {
    for prefix in ["", "let y = "] {
      let text = prefix + String(repeating: opener, count: 10_000)
      let (_, faults) = parse(text)
      #expect(faults.count < 50_000)
      _ = Laboratory.check(text)
      _ = highlights(in: text, context: AssistanceContext(Laboratory.context))
      _ = isIncomplete(text)
    }
  }

  @Test func longLinesAreRead() {
    let million = String(repeating: "x", count: 1 << 20)
    goThrough("load " + million)
    goThrough("load \"" + million + "\"")
    goThrough("# " + million)
    goThrough("let x = [" + String(repeating: "1, ", count: 100_000) + "1]")
    goThrough("topk " + String(repeating: "1 ", count: 20_000))
  }

  @Test func sourcesBeyondTheLimitAreRefused() {
    let found = Laboratory.check(String(repeating: "topk 1\n", count: 3 << 20))
    #expect(found.map(\.code) == ["E0109"])
  }

  @Test func bytesThatAreNoTextAreNamed() {
    let text = String(
      decoding: [0x74, 0x6F, 0x70, 0x6B, 0x20, 0xFF, 0xFE, 0x0A, 0x00], as: UTF8.self)
    #expect(Laboratory.checkLine(text).map(\.code).allSatisfy { $0 == "E0101" })
    #expect(Laboratory.checkLine(text).contains { $0.message.contains("UTF-8") })
    goThrough(text)
  }

  @Test func curlyQuotesHaveACertainFix() {
    let found = Laboratory.checkLine("load “x.csv”")
    #expect(found.map(\.code) == ["E0101"])
    #expect(found.first?.fix == .init(found[0].primary.range, "\"x.csv\"", isCertain: true))
  }

  @Test func tenThousandGoodLinesHaveNoFault() {
    let block = """
      load data
      split tasks by=user query=10
      meta-train maml steps=5 epochs=2 hidden=64,64
      adapt user 42
      topk 10
      let r = evaluate ndcg@10 mrr
      expect $r.ndcg@10 >= 0.3
      for k in [5, 10] { topk $k }
      # a comment
      if $r.mrr > 0.5 { adapt 43 }

      """
    let text = String(repeating: block, count: 1000)
    #expect(Laboratory.check(text).isEmpty)
  }
}
