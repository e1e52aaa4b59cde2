import Language
import Reports

/// `explain E0404`: what a code of a message means, with an example and its mend.
package struct Explain: Command {
  var code: CodeName?

  package init() {}

  package static let signature = Signature<Self>(
    "explain", "Explains the code of an error or a warning, with an example.",
    [
      .positional(
        "code", \.code, "as it stands in the message; nothing lists all codes", isRequired: false)
    ],
    examples: [Example("explain E0404"), Example("explain", "all codes")])

  package func run(in session: inout Session, host: any Host) throws -> Report {
    code.map { Explain.report($0.page) } ?? Explain.overview
  }

  /// A page as a report.
  private static func report(_ page: CodePage) -> Report {
    var blocks: [Report.Block] = [.heading("\(page.code): \(page.title)")]
    if !page.text.isEmpty { blocks.append(.text(page.text)) }
    if !page.wrong.isEmpty {
      blocks += [.text("This is refused:"), .code(page.wrong)]
      blocks += [.text("This is right:"), .code(page.right)]
    }
    return Report(blocks)
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

/// The code of a message that has a page.
struct CodeName: ArgumentReadable {
  let page: CodePage

  static var expectation: String { "the code of a message, such as E0404" }
  static var namedValues: [NamedValue] { codePages.map { NamedValue($0.code, $0.title) } }
  var argumentText: String { page.code }

  static func read(_ value: Value) -> CodeName? {
    String.read(value).flatMap { codePage(of: $0) }.map { CodeName(page: $0) }
  }
}
