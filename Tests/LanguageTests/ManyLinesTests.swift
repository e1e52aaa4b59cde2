import Language
import LanguageLaboratory
import Testing

/// What is remembered from line to line must not change what is found.
@Suite struct ManyLinesTests {
  /// Calls of few shapes with many numbers, some of them wrong.
  private static let calls: [String] = [0, 1, 2, 7, 999, 1000, 1001, 20_000].flatMap { n in
    [
      "topk \(n)", "topk \(n).5", "topk \(n)k", "split query=\(n)", "split by=user query=\(n)%",
      "adapt user \(n)", "adapt new \(n)=4 5=\(n)", "adapt new 5=x", "evaluate ndcg@\(n)",
      "evaluate ndcg@\(n) mrr@\(n)", "meta-train maml steps=\(n) epochs=\(n)",
      "meta-train maml hidden=[\(n), 8]", "meta-train reptile order=\(n)", "topk -\(n)",
      "let k\(n) = \(n) * 2; topk $k\(n)", "for k in [\(n), 5] { topk $k }",
      "evaluate mrr ndgc@\(n)",
    ]
  }

  @Test func eachCallIsJudgedByItsOwnNumbers() {
    let before = "load data; split tasks; meta-train maml; adapt 42\n"
    for order in [Self.calls, Self.calls.reversed()] {
      let text = before + order.joined(separator: "\nmeta-train maml; adapt 42\n") + "\n"
      let source = Source(name: "t", text: text)
      let found = Laboratory.check(text).map { describe($0, source) }
      let alone = order.flatMap { call in
        Laboratory.check(before + call).map { describe($0, Source(name: "t", text: before + call)) }
      }
      #expect(found == alone)
    }
  }

  private func describe(_ found: Diagnostic, _ source: Source) -> String {
    "\(found.code) \(found.message) `\(source.slice(found.primary.range))` \(found.primary.text)"
  }

  @Test func namesAreThoseOfADictionary() {
    var names = Scope()
    var kept: [String: Int] = [:]
    var states: [(Scope, [String: Int])] = []
    var draw: UInt64 = 7
    for round in 0..<4000 {
      draw = draw &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let name = "n\(draw >> 33 % 700)"
      if draw >> 40 % 5 == 0 {
        names[name] = nil
        kept[name] = nil
      } else {
        names[name] = BoundValue(.number(Double(round)))
        kept[name] = round
      }
      if round % 500 == 0 { states.append((names, kept)) }
    }
    states.append((names, kept))
    for (names, kept) in states {
      #expect(names.names == kept.keys.sorted())
      for (name, value) in kept { #expect(names[name]?.value == .number(Double(value))) }
    }
    for (one, first) in states {
      for (other, second) in states {
        let changed = first.filter { second[$0.key] != $0.value }.keys.sorted()
        #expect(one.changes(since: other).sorted() == changed)
        #expect(one.within(other).names == first.keys.filter { second[$0] != nil }.sorted())
      }
    }
  }

  /// What a round of a loop binds is known behind it, and a loop that binds nothing changes nothing.
  @Test func whatALoopBindsIsJoinedWithWhatWasThere() {
    let start = "load data; split tasks; meta-train maml\nlet x = 5\n"
    let inside = "for k in [1, 2] { for j in [3] { adapt $j }; let x = $k }\n"
    #expect(Laboratory.check(start + inside + "adapt $x").isEmpty)
    for loop in ["for k in [1, 2] { adapt $k }", "for k in [1, 2] { for j in [3] { adapt $j } }"] {
      let text =
        start + "let k = 7\nlet j = 8\n\(loop)\nfor v in [1] { adapt $k; adapt $j }\nadapt $x"
      #expect(Laboratory.check(text).isEmpty, "\(loop)")
      #expect(Laboratory.check(start + loop + "\nadapt $k").map(\.code) == ["E0207"], "\(loop)")
      // The value behind the loop is the one before it.
      let bounded = start + "let k = -3\n\(loop)\nmeta-train maml epochs=$k"
      #expect(Laboratory.check(bounded).map(\.code) == ["E0302"], "\(loop)")
    }
  }

  @Test func valuesTooManyForAProcedureAreToldOnce() {
    let text = "def t(k) { topk $k }\nload data; split tasks; meta-train maml; adapt 1\nt 5"
    let extra = String(repeating: " 6", count: 1000)
    #expect(Laboratory.check(text).isEmpty)
    #expect(Laboratory.check(text + extra).map(\.code) == ["E0206"])
  }

  @Test(arguments: [
    ("meta-train maml reptile", "it can stand in place of `maml`: meta-train reptile"),
    ("split user", "options: by query"), ("topk 5 6", ""),
  ])
  func aValueTooManyIsToldWhereItCouldStand(line: String, help: String) {
    let found = Laboratory.checkLine(line)
    #expect(found.map(\.code) == ["E0206"])
    let said = found.first?.help.first ?? ""
    #expect(said.hasPrefix(help), "\(found)")
  }
}
