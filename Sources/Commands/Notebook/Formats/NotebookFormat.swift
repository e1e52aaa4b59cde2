import Language
import Reports

/// A way to write a whole session down: what was typed and what came of it.
package protocol NotebookFormat: Configurable {
  /// The ending of its files, without the dot.
  static var fileEnding: String { get }
  /// The cells that stand, as the text of a file.
  func text(of cells: [Cell]) -> String
}

/// Everything that `publish` can write, by name.
package let notebookFormats = Catalog<any NotebookFormat>(
  "notebook format",
  [
    MarkdownNotebook.self, HTMLNotebook.self, JupyterNotebook.self, LaTeXNotebook.self,
    PictureNotebook.self,
  ])

/// What the files of all formats may end in, as a sentence lists them: ".md, .html or .tex".
package let notebookEndings: String = {
  let endings = notebookFormats.endings.map { "." + $0 }
  return endings.dropLast().joined(separator: ", ") + " or " + (endings.last ?? "")
}()

/// `publish "morning.html" 3..7`: the session as a document, or some of its cells.
package struct Publish: NotebookCommand, ConstrainedCommand {
  var path = ""
  var cells = CellRange(1, 0)
  var last: Int?

  package init() {}

  package static let signature = Signature<Self>(
    "publish", "Writes the cells of this session with their results as a document.",
    details: """
      The ending decides: `.md` Markdown, `.html` one page with its plots, `.ipynb` Jupyter, `.tex` LaTeX, \
      `.svg` a picture of the terminal. \
      Cells that failed or were undone are left out. `mrs run SCRIPT --publish FILE` makes a document of a \
      whole script and what it says.
      """,
    [
      .positional(
        "file", \.path, "where to", expects: "a file name ending in \(notebookEndings)",
        completion: .file(extensions: notebookFormats.endings),
        where: { notebookFormat(of: $0) != nil }),
      .positional(
        "cells", \.cells, "which: `3` or `3..7`; all if not given", isRequired: false),
      .option("last", \.last, in: 1...100_000, "only so many cells, the newest"),
    ],
    examples: [
      Example("publish \"morning.html\""), Example("publish \"morning.ipynb\" 3..7"),
      Example("publish \"morning.md\" last=5"),
    ])

  var contradiction: CommandFailure? {
    guard last != nil, cells.isStale || cells.low <= cells.high else { return nil }
    return CommandFailure(
      "E0208", "cells are named, and `last` names others", help: ["leave out one of them"],
      argument: "last")
  }

  package func run(in notebook: inout Notebook, host: any Host) throws -> NotebookRequest {
    if let contradiction { throw contradiction }
    guard let format = notebookFormat(of: path) else {
      throw CommandFailure(
        "E0302", "`\(path)` has no ending that says what to write", argument: path)
    }
    let abandoned = notebook.abandoned
    let stale = notebook.stale()
    let wanted = try self.wanted(of: notebook, stale: Set(stale.keys))
    var kept = wanted.filter { $0.status == .completed && !abandoned.contains($0.number) }
    let left = wanted.count - kept.count
    if let last { kept = kept.suffix(last) }
    let cells = kept.map { cell in
      var cell = cell
      if let reason = stale[cell.number]?.reason {
        cell.reports.insert(Report([.warning("Stale: \(reason).")]), at: 0)
        cell.places.insert(0, at: 0)
      }
      return cell
    }
    // A part of a session is no document to run again by itself.
    let isWhole = last == nil && wanted.count == notebook.cells.count
    let whole =
      cells.namesSeed || !isWhole ? cells : [Cell(settingSeed: Settings().seed)] + cells
    try host.write(Array(format.text(of: whole).utf8), to: path)
    var blocks: [Report.Block] = [
      .text("Wrote \(counted(cells.count, "cell")) to \(path).")
    ]
    if left > 0 { blocks.append(.note("Left out \(left) that failed or were undone.")) }
    return .show(Report(blocks))
  }

  /// The cells that are named; all where none are.
  private func wanted(of notebook: Notebook, stale: Set<Int>) throws -> [Cell] {
    if cells.isStale { return notebook.cells.filter { stale.contains($0.number) } }
    guard cells.low <= cells.high else { return notebook.cells }
    for number in [cells.low, cells.high] { _ = try notebook.cell(number) }
    return notebook.cells.filter { (cells.low...cells.high).contains($0.number) }
  }
}

extension [Cell] {
  /// Whether the seed is set before anything else is done.
  fileprivate var namesSeed: Bool {
    for statement in lazy.flatMap({ parse($0.text).script.statements }) {
      switch statement.kind {
      case .settings(let arguments):
        if arguments.contains(where: { $0.key?.text == "seed" }) { return true }
      case .version, .parameter: break
      default: return false
      }
    }
    return true
  }
}

extension Cell {
  /// What stands before the cells of a session that has never set its seed: whoever runs the document may have
  /// another usual one.
  fileprivate init(settingSeed seed: Int) { self.init(number: 0, text: "set seed=\(seed)") }
}

/// The format that the ending of a file asks for.
package func notebookFormat(of path: String) -> (any NotebookFormat)? {
  for type in notebookFormats.types {
    guard let format = type.init() as? any NotebookFormat else { continue }
    if path.hasSuffix("." + Swift.type(of: format).fileEnding) { return format }
  }
  return nil
}

extension Catalog where Kind == any NotebookFormat {
  /// The endings of the files of all formats.
  fileprivate var endings: [String] {
    types.compactMap { ($0 as? any NotebookFormat.Type)?.fileEnding }
  }
}

extension Cell {
  /// The text of a cell that holds nothing but `##` lines, without their marks.
  var prose: String? {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard !lines.isEmpty, lines.allSatisfy({ $0.hasPrefix("##") }) else { return nil }
    return lines.map { line in
      let rest = line.dropFirst(2)
      return String(rest.first == " " ? rest.dropFirst() : rest)
    }.joined(separator: "\n")
  }
}
