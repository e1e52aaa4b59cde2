import Language
import LanguageLaboratory
import Testing

/// Verbs made by `def`: what is said of them and of their calls.
@Suite struct ProcedureTests {
  private func definition(_ text: String) -> Definition? {
    for statement in parse(text).script.statements {
      if case .definition(let definition) = statement.kind { return definition }
    }
    return nil
  }

  @Test(arguments: [
    ("## Tries it.\n## Twice.\ndef t(k = 5) { topk $k }", "Tries it.\nTwice."),
    ("def t(k = 5) {\n  ## Tries it.\n  ## Twice.\n  topk $k\n}", "Tries it.\nTwice."),
    ("## Above.\ndef t() {\n  ## Of the first step.\n  topk 5\n}", "Above."),
    ("## Of something else.\n\ndef t() { topk 5 }", ""),
    ("def t() {\n\n  ## Far.\n  topk 5\n}", ""),
    ("def t() { topk 5\n## Behind.\n}", ""), ("## Above.\nload; def t() {\n}", ""),
  ])
  func itsDocumentationStandsAboveItOrFirstInIt(text: String, documentation: String) {
    #expect(definition(text)?.documentation == documentation)
  }

  @Test func completionSaysWhatItsParametersAre() {
    var context = Laboratory.context
    let source = Source(
      name: "t", text: "def t(rate: number = 0.01, k = 5, who, w: word) { topk $k }")
    context.procedures["t"] = definition(source.text).map { Procedure($0, source: source) }
    let found = completions(in: "t ", at: 2, context: AssistanceContext(context))
    #expect(
      found.map { "\($0.text) \($0.summary)" } == [
        "rate= a number; 0.01 if not given", "k= 5 if not given", "who= a value of `t`",
        "w= a word",
      ])
  }

  @Test func anArgumentOfAnotherTypeIsToldOnce() {
    let text = "def t(k: number) { topk $k; topk $k }\nload; split; meta-train maml; adapt 1\nt x"
    #expect(Laboratory.check(text).map(\.code) == ["E0301"])
  }
}
