import Language
import Reports
import Testing

/// Texts of data and scripts stay texts in the documents that hold them.
@Suite struct DocumentSafetyTests {
  @Test func aMarkWithAnAccentBehindItIsReplacedToo() {
    #expect(markup("\"\u{301}<\u{338}&\u{301}é") == "&quot;\u{301}&lt;\u{338}&amp;\u{301}é")
  }

  @Test func codeCannotEndItsFence() {
    let render = { (code: String) in MarkdownRenderer().text(Report([.code(code)])) }
    #expect(render("seed 7") == "```\nseed 7\n```\n\n")
    #expect(render("# a\n```\n# b") == "````\n# a\n```\n# b\n````\n\n")
  }
}
