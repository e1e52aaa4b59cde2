import Language
import Reports

/// A session as Markdown.
package struct MarkdownNotebook: NotebookFormat {
  package init() {}

  package static let fileEnding = "md"

  package static let signature = Signature<Self>(
    "md", "Markdown: commands in fences, results as text and pipe tables.",
    examples: [Example("publish \"morning.md\"")])

  package func text(of cells: [Cell]) -> String {
    let renderer = MarkdownRenderer()
    return cells.map { cell in
      if let prose = cell.prose { return prose + "\n" }
      let results =
        (cell.said.map { renderer.text($0) }
        + cell.faults.map { renderer.text($0, in: cell.faultSource) }).joined()
      return "```mrs\n\(cell.text)\n```\n\n" + results
    }.joined(separator: "\n")
  }
}
