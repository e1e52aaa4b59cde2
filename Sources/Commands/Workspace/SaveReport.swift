import Language
import Reports

/// What the command before `|` said, as a file: `evaluate | save report "board.md"`.
package struct SaveReport: Saveable {
  var path = ""

  package init() {}

  /// The endings of files and how each is written.
  private static let forms: [(ending: String, renderer: any Renderer)] = [
    ("md", MarkdownRenderer()), ("html", HTMLRenderer()), ("json", JSONRenderer()),
    ("csv", CSVRenderer()), ("txt", PlainRenderer()),
  ]

  package static let signature = Signature<Self>(
    "report", "What the command before `|` said.",
    details: "The ending decides: `.md`, `.html`, `.json`, `.csv` for its tables alone, or `.txt`.",
    [
      .positional(
        "file", \.path, "where to",
        expects: "a file name ending in " + forms.map { "." + $0.ending }.joined(separator: ", "),
        completion: .file(extensions: forms.map(\.ending)), where: { renderer(of: $0) != nil })
    ],
    examples: [Example("help | save report \"help.md\"")])

  /// What a file that a report goes to may end in.
  static let endings = forms.map(\.ending)

  static func renderer(of path: String) -> (any Renderer)? {
    forms.first { path.hasSuffix("." + $0.ending) && path.utf8.count > $0.ending.utf8.count + 1 }?
      .renderer
  }

  package static var takesInput: Bool { true }

  package func save(_ session: Session, input: Report?, host: any Host) throws -> Report {
    guard let input, let renderer = Self.renderer(of: path) else {
      throw CommandFailure(
        "E0208", "there is nothing before `save report`",
        help: ["for example: evaluate | save report \"board.md\""])
    }
    let bytes = Array(renderer.text(input).utf8)
    try host.write(bytes, to: path)
    // What was said is passed on: it is still the result of the line.
    return Report(
      input.blocks + [.note("Wrote \(counted(bytes.count, "byte")) to \(path).")],
      result: input.result)
  }
}
