import Language
import LanguageLaboratory
import Testing

/// What is offered at the cursor, and how a line is shown.
@Suite struct AssistanceTests {
  private let context = AssistanceContext(Laboratory.context) { kind, prefix in
    switch kind {
    case .live("user"): ["1", "42", "424"].map { NamedValue($0, "3 ratings") }
    case .live("item"): [NamedValue("Heat (1995)", "item 50")]
    case .file: ["data/", "my ratings.csv", "ratings.csv"].map { NamedValue($0, "") }
    default: []
    }
  }

  private func offered(_ text: String) -> [String] {
    completions(in: text, at: text.utf8.count, context: context).map(\.text)
  }

  @Test func verbsThatCanRunNowComeFirst() {
    #expect(offered("").first == "load")
    #expect(offered("load data\n").prefix(2) == ["load", "split"])
  }

  @Test(arguments: [
    ("meta-t", ["meta-train"]), ("load; ad", ["adapt"]), ("meta-train ma", ["maml"]),
    ("meta-train maml st", ["steps="]), ("meta-train maml steps=5 st", []),
    ("meta-train reptile or", []), ("split by=", ["user", "time"]), ("split by=t", ["time"]),
    ("split ta", ["tasks"]), ("adapt user 4", ["42", "424"]), ("evaluate ndcg@10 m", ["mrr"]),
    ("load r", ["ratings.csv"]), ("load my", ["\"my ratings.csv\""]), ("load \"da", ["\"data/"]),
    ("adapt new Heat", ["\"Heat (1995)\"="]), ("set th", ["threads="]), ("save mo", ["model"]),
    ("let r = eval", ["evaluate"]), ("let r = evaluate nd", ["ndcg"]), ("for k i", ["in"]),
    ("topk 3 # com", []), ("meta-trian", ["meta-train"]), ("evaluate | pl", ["plot"]),
    ("let q = 5; topk $", ["$q"]),
  ])
  func theRightThingsAreOffered(text: String, expected: [String]) {
    #expect(offered(text) == expected, "\(text)")
  }

  @Test func fieldsOfAResultAreOffered() {
    #expect(offered("load; split; meta-train\nlet r = evaluate\nexpect $r.nd") == ["$r.ndcg@10"])
  }

  @Test func aDotBehindAVariableAsksForItsFields() {
    let line = "load; split; meta-train\nlet r = evaluate\nexpect $r."
    #expect(offered(line).contains("$r.ndcg@10"))
    #expect(offered(line).allSatisfy { $0.hasPrefix("$r.") })
  }

  @Test func whatKindOfValueIsMeantIsSaidWhereNoneCanBeNamed() {
    func kinds(_ text: String) -> [String] {
      possibilities(in: text, at: text.utf8.count, context: context).map(\.text)
    }
    #expect(kinds("meta-train maml steps=") == ["a whole number from 1 to 1000"])
    #expect(kinds("let ") == ["a name"])
    #expect(kinds("split by=") == ["user", "time"])
    #expect(kinds("adapt user 4") == ["42", "424"])
  }

  @Test func onlyCommandsAndValuesFollowAnAssignment() {
    #expect(offered("let r = ").contains("evaluate"))
    #expect(!offered("let r = ").contains("include"))
  }

  @Test func everyOfferIsUnderstood() {
    for text in ["load; split by=", "load; split; meta-train ", "load; split; meta-train; adapt "] {
      for completion in completions(in: text, at: text.utf8.count, context: context)
      where !completion.text.hasSuffix("=") && !completion.text.hasSuffix("/") {
        let line =
          Source(text: text).slice(SourceRange(0, completion.range.lower)) + completion.text
        #expect(Laboratory.check(line).isEmpty, "\(line)")
      }
    }
  }

  private func shown(_ text: String) -> [String] {
    let source = Source(text: text)
    return highlights(in: text, context: context).map { "\(source.slice($0.range)):\($0.style)" }
  }

  @Test func wordsAreShownByTheirMeaning() {
    #expect(
      shown("meta-train maml steps=5 x=1 # c") == [
        "meta-train:verb", "maml:member", "steps:option", "=:symbol", "5:number", "x:unknown",
        "=:symbol", "1:number", "# c:comment",
      ])
    #expect(
      shown("let r = tokp \"a\" ") == [
        "let:keyword", "r:variable", "=:symbol", "tokp:unknown", "\"a\":text",
      ])
    #expect(shown("topk $nope 5").contains("$nope:unknown"))
  }

  @Test func whatIsStillBeingTypedIsNotShownAsWrong() {
    #expect(shown("meta-tr") == ["meta-tr:word"])
    #expect(
      shown("meta-train maml ste=") == [
        "meta-train:verb", "maml:member", "ste:unknown", "=:symbol",
      ])
  }
}
