import Language
import LanguageLaboratory
import Testing

/// Fixes that are printed: each is a line that could stand there.
@Suite struct FixTests {
  private func fixed(_ text: String, evenUncertain: Bool = false) -> String {
    applyingFixes(of: Laboratory.check(text), to: text, evenUncertain: evenUncertain).text
  }

  @Test(arguments: [
    ("load “ids.csv”", "load \"ids.csv\""), ("load ‘ids.csv’", "load 'ids.csv'"),
    ("load “ids.csv\"", "load \"ids.csv\""), ("load \"ids.csv”", "load \"ids.csv\""),
    ("load 'ids.csv’", "load 'ids.csv'"),
    ("load “a b.csv”; split tasks", "load \"a b.csv\"; split tasks"),
    ("load; split; meta-train maml –order=1", "load; split; meta-train maml order=1"),
    ("load; split; meta-train maml ——order=1", "load; split; meta-train maml order=1"),
    ("let x = –5", "let x = -5"),
  ])
  func whatProgramsMakeOfQuotesAndDashesIsMendedAtOnce(text: String, mended: String) {
    #expect(fixed(text) == mended)
    #expect(parse(mended).diagnostics.isEmpty)
  }

  @Test func aTextThatWouldBeAnotherOneIsNotMended() {
    #expect(
      fixed("load “a \"b\" c”") == "load “a \"b\" c”"
        || parse(fixed("load “a \"b\" c”")).diagnostics.isEmpty)
    #expect(fixed("load “ids.csv") == "load “ids.csv")
    #expect(fixed("meta–train maml").hasPrefix("meta-train"))
  }

  @Test(arguments: [
    ("recommend", "topk"), ("recommend user 42", "adapt user 42; topk"),
    ("predict user 42", "adapt user 42; topk"), ("time load data", "load data"),
    ("TIMEIT topk 5", "topk 5"),
  ])
  func linesOfOtherProgramsAreOfferedAsWhatTheyAreHere(text: String, meant: String) {
    let found = Laboratory.checkLine(text)
    #expect(found.map(\.code) == ["E0201"])
    let all = "load data; split tasks; meta-train maml; adapt 42\n" + text
    #expect(applyingFixes(of: found, to: all, evenUncertain: true).text.hasSuffix("\n" + meant))
  }

  @Test(arguments: ["clear", "cls", "pwd", "cd data", "import numpy", "version", "del x"])
  func whatNoLineDoesIsExplainedWithoutAFix(text: String) {
    let found = Laboratory.checkLine(text)
    #expect(found.map(\.code) == ["E0201"] && found[0].fix == nil)
    #expect(found[0].help.count == 1 && found[0].primary.text.isEmpty)
  }

  @Test func whatWouldBeRefusedIsNoFix() {
    let found = Laboratory.checkLine("topkk of=nothing")
    #expect(found.first?.code == "E0201" && found.first?.fix == nil)
    #expect(found.first?.primary.text == "did you mean `topk`?")
    // A step that is missing before it is another matter.
    #expect(Laboratory.check("topkk 5").first?.fix?.replacement == "topk")
  }

  @Test(arguments: [
    ("2 + 3", "show (2 + 3)"), ("$x", "show $x"), ("$r.mrr", "show $r.mrr"),
    ("[1, 2]", "show ([1, 2])"),
    ("\"a text\"", "show (\"a text\")"),
  ])
  func aValueThatStandsAloneIsShown(text: String, meant: String) {
    let found = parse(text).diagnostics
    #expect(found.map(\.code) == ["E0102"])
    #expect(applyingFixes(of: found, to: text, evenUncertain: true).text == meant)
    // Nobody asked for it.
    #expect(applyingFixes(of: found, to: text).applied == 0)
  }

  @Test(arguments: [
    ("? load", "help load"), ("load?", "help load"), ("load??", "help load"),
    ("topk ?", "help topk"),
  ])
  func aQuestionMarkAsksForHelp(text: String, meant: String) {
    #expect(askedTopic(text).map { "help \($0)" } == meant)
    let fixed = applyingFixes(of: parse(text).diagnostics, to: text, evenUncertain: true).text
    #expect(fixed == meant)
  }

  @Test func otherLinesAskForNothing() {
    for line in ["load", "what is this?", "?", "load \"x?\"", "a ? b", ""] {
      #expect(askedTopic(line) == nil, "\(line)")
    }
    #expect(parse(String(repeating: "?", count: 20_000)).diagnostics.count > 0)
    #expect(parse(String(repeating: "“", count: 20_000)).diagnostics.count > 0)
  }

  @Test func aNameInATextIsWarnedOfWhereItIsBound() throws {
    let text =
      "let name = tea\nlet k = 3\nload \"$name-$k.csv\"\nload \"{$name}-{$k}.csv\"\nload '$k'"
    let found = Laboratory.check(text).filter { $0.code == "W0608" }
    #expect(found.count == 2)
    let source = Source(text: text)
    #expect(found.map { source.slice($0.primary.range) } == ["$name", "$k"])
    let (mended, count) = applyingFixes(of: found, to: text, evenUncertain: true)
    #expect(count == 2 && mended.contains("load \"{$name}-{$k}.csv\"\nload \"{$name}-{$k}.csv\""))
    #expect(!Laboratory.check("load \"$name.csv\"").contains { $0.code == "W0608" })
    #expect(!Laboratory.check("let k = 3\nload \"\\$k costs 5$\"").contains { $0.code == "W0608" })
  }

  @Test(arguments: [
    ("Reader Name", "\"Reader Name\""), ("//readerID", "\"//readerID\""),
    ("#person", "\"#person\""),
    ("item-no.", "item-no."), ("007", "007"), ("rating(1-5)", "\"rating(1-5)\""),
    ("yes", "\"yes\""),
    ("a,b", "\"a,b\""), ("", "\"\""), ("say \"x\"", "\"say \\\"x\\\"\""), ("größe", "größe"),
  ])
  func aNameIsWrittenSoThatItIsRead(name: String, written: String) {
    #expect(Value.written(name) == written)
    #expect(parse("load sep=\(written)").diagnostics.isEmpty)
  }

  @Test func aValueOfTheCommandLineIsMendedThere() throws {
    var context = Laboratory.context
    context.parameters = ["epochz": .number(2)]
    context.needsParameters = true
    let source = Source(name: "x.mrs", text: "param epochs = 1\nshow $epochs")
    let found = try #require(
      Language.check(source, in: context).diagnostics.first { $0.code == "E0203" })
    #expect(found.given == "epochz=2")
    let mended = applyingFixes(of: [found], to: "epochz=2", evenUncertain: true)
    #expect(mended.text == "epochs=2")
  }
}
