import Language
import Reports

/// What the command before `|` said, as a file: `evaluate | save report "board.md"`.
package struct SaveReport: Saveable {
  var path = ""
  var bold = BoldCells.emphasis
  var stars = false

  package init() {}

  /// Which cells of a LaTeX table are bold.
  package enum BoldCells: String, ArgumentChoice {
    case emphasis, best, none

    package var summary: String {
      switch self {
      case .emphasis: "the row that other forms draw the eye to"
      case .best: "the best value of each metric"
      case .none: "nothing"
      }
    }
  }

  /// The endings of files and how each is written.
  private static let forms: [(ending: String, renderer: any Renderer)] = [
    ("md", MarkdownRenderer()), ("html", HTMLRenderer()), ("json", JSONRenderer()),
    ("csv", CSVRenderer()), ("tex", LaTeXRenderer()), ("txt", PlainRenderer()),
  ]

  package static let signature = Signature<Self>(
    "report", "What the command before `|` said.",
    details: """
      `show $r` before it says a result that `let` has bound, as tables of numbers. The ending decides: `.md`, \
      `.html`, `.json`, `.csv` for its tables alone, `.tex` for a paper, or `.txt`. \
      LaTeX tables are those of the package booktabs, curves those of pgfplots. In a paper, `bold=best` marks \
      the best value of each metric and `stars=yes` what `compare` found to differ: one star for p < 0.05 after \
      Holm's correction, two for p < 0.01, three for p < 0.001.
      """,
    [
      .positional(
        "file", \.path, "where to",
        expects: "a file name ending in " + forms.map { "." + $0.ending }.joined(separator: ", "),
        completion: .file(extensions: forms.map(\.ending)), where: { renderer(of: $0) != nil }),
      .option("bold", \.bold, "what is bold in LaTeX"),
      .option("stars", \.stars, "in LaTeX: stars at values that differ significantly"),
    ],
    examples: [
      Example("help | save report \"help.md\""),
      Example("let r = evaluate mae; show $r | save report \"r.csv\""),
      Example("compare mf item-mean | save report \"table.tex\" bold=best stars=yes"),
    ])

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
    let isMarked = bold != .emphasis || stars
    guard !isMarked || renderer is LaTeXRenderer else {
      throw CommandFailure(
        "E0208", "`bold` and `stars` mark LaTeX tables, and `\(path)` is none",
        help: ["save report \"table.tex\" bold=best"],
        argument: bold != .emphasis ? "bold" : "stars")
    }
    let marks = isMarked ? PaperMarks(bold: bold, stars: stars).marks(of: input) : [:]
    let text = (renderer as? LaTeXRenderer)?.text(input, marks: marks) ?? renderer.text(input)
    guard !text.isEmpty || !(renderer is CSVRenderer) else {
      throw CommandFailure(
        "E0208", "nothing before `save report` is a table, and `\(path)` would hold tables alone",
        help: [
          "a result has tables: let r = evaluate mae; show $r | save report \"r.csv\"",
          "other endings hold texts, too: .txt, .md, .html, .json, .tex",
        ], argument: "file")
    }
    let bytes = Array(text.utf8)
    try host.write(bytes, to: path)
    var notes: [Report.Block] = [.note("Wrote \(counted(bytes.count, "byte")) to \(path).")]
    if stars, !marks.values.contains(where: { !$0.footnotes.isEmpty }) {
      notes.append(.note("No stars: nothing here was tested, which `compare` does."))
    }
    // What was said is passed on: it is still the result of the line.
    return Report(input.blocks + notes, result: input.result)
  }
}
