import Language
import LanguageLaboratory
import Testing

/// Whatever is wrong with a text, the rest of it is still understood.
@Suite struct RecoveryTests {
  @Test func everyFaultOfAFileIsReportedAtOnce() {
    let found = Laboratory.check(
      """
      load data
      splt tasks
      meta-train maml steps=x epochs=0
      let r = evaluate ndgc@10
      expect $q.mae < 1
      for k in [1, 2 { topk $k }
      if { topk }
      let = 5
      topk "abc
      adapt 42 }
      set seeed=3
      """)
    let codes = found.map(\.code)
    let expected = [
      "E0201", "E0301", "E0302", "E0202", "E0207", "E0103", "E0102", "E0110", "E0103", "E0103",
      "E0203",
    ]
    for code in Set(expected) {
      let wanted = expected.count { $0 == code }
      #expect(codes.count { $0 == code } >= wanted, "\(code): \(codes)")
    }
  }

  @Test func oneSlipDoesNotMakeMany() {
    #expect(
      Laboratory.check("load\nspilt tasks\nmeta-train\nadapt 1\ntopk").map(\.code) == ["E0201"])
    #expect(Laboratory.check("topk 5\ntopk 5\nadapt 3").map(\.code) == ["E0402"])
    #expect(Laboratory.check("load\nspl\u{1}it tasks").map(\.code) == ["E0101"])
  }

  @Test(arguments: ["let x = let y = 3", "let x = if 1 < 2 { topk }", "evaluate | set seed=3"])
  func aKeywordIsNoValue(text: String) throws {
    let found = Laboratory.checkLine(text)
    #expect(found.map(\.code) == ["E0102"], "\(found.map(\.message))")
    #expect(found.first?.primary.text.contains("begins a statement") == true)
  }

  @Test func anUnknownCodeIsNotExpected() {
    #expect(Laboratory.check("expect error E9999 { topk }").map(\.code) == ["E0202"])
    #expect(Laboratory.check("expect error E0402 { topk }").isEmpty)
  }

  @Test func whatCouldNotBeReadIsNotCalledUnused() {
    let source = Source(text: "mrs 1\nset seed=1\nlet k = 5\nload data\ntopk (2 * $k\n")
    let found = Language.check(source, in: Laboratory.context, lints: true).diagnostics
    #expect(!found.contains { $0.code == "W0602" }, "\(found.map(\.message))")
  }

  @Test func aValueOfTheWrongTypeIsToldOnce() {
    var context = Laboratory.context
    context.parameters = ["lr": .word("abc")]
    let source = Source(text: "param lr: number = 0.01\nlet x = $lr * 2\ntopk $x\n")
    #expect(Language.check(source, in: context).diagnostics.map(\.code).first == "E0301")
    #expect(!Language.check(source, in: context).diagnostics.contains { $0.code == "E0306" })
  }

  @Test(arguments: [
    "", "\n\n", "# only a comment", "\u{FEFF}load data\r\nsplit\r\n", "load data;;;split",
    "load \\\n  data", "let x = [1,\n  2,\n  3\n]\nlet y = ($x[2] +\n 1)",
    "mrs 1\nset seed=7 threads=2",
    "load \"data/my ratings.csv\"", "load 'a\\b'", "load data/u.data", "load ./x.csv",
    "load ../x.csv",
    "adapt 42", "adapt user 42", "adapt new 50=5 \"Heat (1995)\"=4 172=-1.5", "let x = 3 * 4",
    "let w = warm", "let t = \"k is {3 + 4}\"", "def f(a, b: number = 2) {\n  topk $a\n}\nf 3 b=4",
    "## text\n#> recorded\ntopk # behind",
    "let r = evaluate ndcg@10 mrr\nexpect $r.ndcg@10 >= 0.3 ± 0.1",
    "evaluate | plot", "for k in 1..5 { topk $k }", "for k in 0..1 step 0.5 { }",
    "if 1 < 2 { topk } else if 2 < 3 { topk 3 } else { topk 4 }", "meta-train maml hidden=64,64",
    "meta-train maml inner_rate=1e-3 hidden=[32, 32]", "param lr: number = 0.01",
    "expect error E0201 { tpok }", "let s = 5 - 3", "let n = -5", "let m = - $m0 - -3",
  ])
  func correctLinesHaveNoFaults(text: String) {
    let before = "let m0 = 1; load data; split tasks; meta-train maml; adapt 42\n"
    let (script, faults) = parse(text)
    #expect(faults.isEmpty, "\(faults.map(\.message))")
    #expect(!script.isOpen)
    if text.contains("load") || text.hasPrefix("mrs") { return }
    let found = Laboratory.check(before + text)
    #expect(found.isEmpty, "\(found.map { "\($0.code) \($0.message)" })")
  }

  @Test func tokensCoverTheTextWithoutGaps() {
    for text in Fixtures.scripts {
      var end = 0
      for token in tokens(of: text).tokens {
        #expect(token.range.lower == end)
        end = token.range.upper
      }
      #expect(end == text.utf8.count)
    }
  }

  @Test(arguments: [
    "load \\", "let x = [1,", "for k in [1] {", "if 1 < 2 {\n  topk", "def f(a,", "topk (1 +",
  ])
  func openTextsAreIncomplete(text: String) { #expect(isIncomplete(text)) }

  @Test(arguments: ["load", "topk }", "let x = [1, 2", "load \"abc", "for k in [5, 10 { topk $k }"])
  func faultyTextsAreNotAwaited(text: String) {
    #expect(isIncomplete(text) == (text == "let x = [1, 2"))
  }
}

/// Texts for tests that go through many of them.
enum Fixtures {
  static let scripts = [
    "load data\nsplit tasks by=user\nmeta-train maml steps=5 hidden=64,64\nadapt user 42\ntopk 10\n",
    """
    mrs 1
    ## Notebook text
    set seed=7 threads=2
    param lr: number = 0.01
    include "setup.mrs"
    def trial(rate = 0.1, n: number = 3) {
      meta-train maml inner-rate=$rate steps=$n   # a comment
    }
    for k in [5, 10] { topk $k }
    #> recorded output 0.41
    let r = evaluate ndcg@10 mrr
    if $r.ndcg@10 > 0.3 and not $r.mrr < 0.1 { trial 0.1 } else { trial n=5 }
    expect $r.ndcg@10 >= 0.3 ± 0.002
    expect $r.ndcg@10 > $r.mrr over users p<0.01
    expect error E0402 { adapt user 42 }
    let t = "text {$r.mrr} \\"quoted\\" \\{ {"in {1 + 2}"}"
    adapt new 50=5 "Heat (1995)"=4 'x'=5%
    let l = [1..5, 30s, 10k] ; evaluate | plot \\
      x
    """,
  ]
}
