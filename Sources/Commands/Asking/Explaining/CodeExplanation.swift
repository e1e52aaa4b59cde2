import Language
import Reports

/// What a code of a message means, with an example and its mend.
package struct CodeExplanation: Explanation, NameFamily {
  var page: CodePage?

  package init() {}

  package static let signature = Signature<Self>(
    "code", "Lists the codes of messages; each can be named itself.",
    examples: [Example("explain E0404")])

  package static var names: [NamedValue] { codePages.map { NamedValue($0.code, $0.title) } }

  package static func member(called name: String) -> Self? {
    codePage(of: name).map { page in
      var explanation = Self()
      explanation.page = page
      return explanation
    }
  }

  package func report(in session: Session, host: any Host) -> Report {
    guard let page else { return Self.overview }
    return Report([.heading("\(page.code): \(page.title)")] + page.blocks)
  }

  private static var overview: Report {
    Report([
      .table(
        Table(
          columns: [.init("code"), .init("means")],
          rows: codePages.map { [.text($0.code), .text($0.title)] }))
    ])
  }
}

extension CodePage {
  /// What the page says below its title.
  var blocks: [Report.Block] {
    var blocks: [Report.Block] = text.isEmpty ? [] : [.text(text)]
    if !wrong.isEmpty {
      blocks += [.text("This is refused:"), .code(wrong)]
      blocks += [.text("This is right:"), .code(right)]
    }
    return blocks
  }
}
