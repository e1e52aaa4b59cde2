import Language
import LanguageLaboratory
import Testing

/// The faults a user meets most often: the code, the place and the way out of each.
@Suite struct MessageTests {
  private func only(
    _ text: String, in diagnostics: [Diagnostic], sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> (Diagnostic, Source) {
    #expect(
      diagnostics.count == 1, "\(diagnostics.map(\.message))", sourceLocation: sourceLocation)
    return (try #require(diagnostics.first), Source(text: text))
  }

  @Test func aMisspelledVerbIsUnderlinedWithTheRightOne() throws {
    let line = "meta-trian maml steps=5"
    let (found, source) = try only(line, in: Laboratory.check(line))
    #expect(found.code == "E0201")
    #expect(found.message == "there is no command `meta-trian`")
    #expect(source.slice(found.primary.range) == "meta-trian")
    #expect(found.fix?.replacement == "meta-train")
  }

  @Test(arguments: [
    ("train", "meta-train"), ("recommend", "topk"), ("laod", "load"), ("eval", "evaluate"),
    ("fit", "meta-train"), ("topkk", "topk"),
  ])
  func wordsOfOtherProgramsAreUnderstood(word: String, meant: String) {
    #expect(Laboratory.check(word).first?.fix?.replacement == meant)
  }

  @Test func nothingSillyIsSuggested() {
    #expect(Laboratory.check("frobnicate").first?.fix == nil)
  }

  @Test func aMisspelledOptionIsUnderlined() throws {
    let line = "load; split; meta-train maml stpes=5"
    let (found, source) = try only(line, in: Laboratory.check(line))
    #expect(found.code == "E0203")
    #expect(found.message == "`meta-train maml` has no option `stpes`")
    #expect(source.slice(found.primary.range) == "stpes")
    #expect(found.fix?.replacement == "steps")
    #expect(found.help.first?.contains("inner-rate") == true)
  }

  @Test func aWordForANumberIsUnderlined() throws {
    let line = "load; split; meta-train maml steps=five"
    let (found, source) = try only(line, in: Laboratory.check(line))
    #expect(found.code == "E0301")
    #expect(source.slice(found.primary.range) == "five")
    #expect(found.primary.text.hasPrefix("this is a word"))
    #expect(!found.help.isEmpty)
  }

  @Test func spacesAroundTheSignOfAnOptionHaveACertainFix() throws {
    let line = "load; split; meta-train maml steps = 5"
    let (found, source) = try only(line, in: Laboratory.check(line))
    #expect(found.code == "E0105")
    #expect(source.slice(found.primary.range) == "steps = 5")
    #expect(found.fix?.replacement == "steps=5")
    #expect(found.fix?.isCertain == true)
  }

  @Test func optionsWithDashesHaveACertainFix() throws {
    let line = "load; split; meta-train maml --steps 5"
    let (found, _) = try only(line, in: Laboratory.check(line))
    #expect(found.code == "E0105")
    #expect(found.fix?.replacement == "steps=5")
  }

  @Test func aMissingStepNamesTheChain() throws {
    let line = "load data; split; adapt user 42"
    let (found, source) = try only(line, in: Laboratory.check(line))
    #expect(found.code == "E0402")
    #expect(found.message.contains("no model has been meta-trained"))
    #expect(source.slice(found.primary.range) == "adapt")
    #expect(found.help.contains("needs: load ✓ → split ✓ → meta-train ✗"))
    #expect(found.help.contains("try: meta-train maml"))
  }

  @Test func aNumberOutOfRangeNamesTheRange() throws {
    let line = "load; split; meta-train maml order=3"
    let (found, source) = try only(line, in: Laboratory.check(line))
    #expect(found.code == "E0302")
    #expect(found.message.contains("from 1 to 2"))
    #expect(source.slice(found.primary.range) == "3")
  }

  @Test func anOptionOfAnotherAlgorithmNamesItsOwners() throws {
    let line = "load; split; meta-train reptile order=2"
    let (found, source) = try only(line, in: Laboratory.check(line))
    #expect(found.code == "E0305")
    #expect(source.slice(found.primary.range) == "order")
    #expect(found.primary.text.contains("maml"))
  }

  @Test func anUnknownFieldOfAResultListsItsFields() throws {
    let line = "load; split; meta-train\nlet r = evaluate\nexpect $r.ndcg10 > 0.3"
    let (found, source) = try only(line, in: Laboratory.check(line))
    #expect(found.code == "E0204")
    #expect(found.message == "the result of `evaluate` (line 2) has no field `ndcg10`")
    #expect(source.slice(found.primary.range) == "ndcg10")
    #expect(found.fix?.replacement == "ndcg@10")
    #expect(found.help.first == "fields: loss ndcg@10 recall@10 mrr users seconds")
  }

  @Test func anUnclosedListNamesBothPlacesAndReadingGoesOn() throws {
    let text = "load; split; meta-train; adapt 1\nfor k in [5, 10 { topk $k }\ntokp 3"
    let found = Laboratory.check(text)
    let source = Source(text: text)
    #expect(found.map(\.code) == ["E0103", "E0201"])
    #expect(source.slice(try #require(found.first).primary.range) == "[")
    #expect(source.slice(try #require(found.first?.secondary.first).range) == "{")
  }

  @Test func aModelOfAnotherSplitIsALeakWithBothLines() throws {
    let text = "load\nsplit\nmeta-train maml\nsplit tasks by=time\nevaluate"
    let (found, source) = try only(text, in: Laboratory.check(text))
    #expect(found.code == "E0404")
    #expect(found.severity == .error)
    #expect(source.slice(found.primary.range) == "evaluate")
    #expect(found.secondary.map { source.line(of: $0.range.lower) } == [3, 4])
    #expect(found.primary.text.contains("leak"))
  }
}
