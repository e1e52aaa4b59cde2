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
  "notebook format", [MarkdownNotebook.self, HTMLNotebook.self, JupyterNotebook.self])

/// `publish "morning.html"`: the session as a document.
package struct Publish: NotebookCommand {
  var path = ""

  package init() {}

  package static let signature = Signature<Self>(
    "publish", "Writes the cells of this session with their results as a document.",
    details:
      "The ending decides: `.md` Markdown, `.html` one page with its plots, `.ipynb` Jupyter.",
    [
      .positional(
        "file", \.path, "where to", expects: "a file name ending in .md, .html or .ipynb",
        completion: .file(extensions: notebookFormats.endings),
        where: { notebookFormat(of: $0) != nil })
    ],
    examples: [Example("publish \"morning.html\""), Example("publish \"morning.ipynb\"")])

  package func run(in notebook: inout Notebook, host: any Host) throws -> NotebookRequest {
    guard let format = notebookFormat(of: path) else {
      throw CommandFailure(
        "E0302", "`\(path)` has no ending that says what to write", argument: path)
    }
    let abandoned = notebook.abandoned
    let stale = notebook.stale()
    let kept = notebook.cells.filter { $0.status == .completed && !abandoned.contains($0.number) }
    let cells = kept.map { cell in
      var cell = cell
      if let reason = stale[cell.number]?.reason {
        cell.reports.insert(Report([.warning("Stale: \(reason).")]), at: 0)
        cell.places.insert(0, at: 0)
      }
      return cell
    }
    let whole = cells.namesSeed ? cells : [Cell(settingSeed: Settings().seed)] + cells
    try host.write(Array(format.text(of: whole).utf8), to: path)
    let left = notebook.cells.count - cells.count
    var blocks: [Report.Block] = [
      .text("Wrote \(counted(cells.count, "cell")) to \(path).")
    ]
    if left > 0 { blocks.append(.note("Left out \(left) that failed or were undone.")) }
    return .show(Report(blocks))
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
