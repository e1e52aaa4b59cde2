import Language
import Reports

/// A session as a picture of the terminal that it ran at, such as a README opens with.
package struct PictureNotebook: NotebookFormat {
  package init() {}

  package static let fileEnding = "svg"

  package static let signature = Signature<Self>(
    "svg", "A picture of the session at a terminal, for light and dark pages.",
    details: """
      Without lengths of time, the same session gives the same picture: `mrs run x.mrs --deterministic \
      --publish x.svg`.
      """, examples: [Example("publish \"morning.svg\" last=3")])

  /// How many characters fit into a line.
  private static let width = 88

  package func text(of cells: [Cell]) -> String {
    var renderer = TerminalRenderer()
    renderer.page.width = PictureNotebook.width
    var lines: [String] = []
    for cell in cells {
      if !lines.isEmpty { lines.append("") }
      lines += typed(cell)
      let said =
        cell.said.map { renderer.text($0) }
        + cell.faults.map { renderer.text($0, in: cell.faultSource) }
      lines += LineText.split(said.joined())
    }
    return TerminalPicture(lines, title: "A session of mrs at a terminal").text
  }

  /// The lines of a cell behind its prompt, coloured as they are while they are typed.
  private func typed(_ cell: Cell) -> [String] {
    if let prose = cell.prose {
      return LineText.split(prose).map { sgr(Theme.code(.heading), $0) }
    }
    let prompt = "mrs [\(cell.number)]> "
    let colours = LineText.split(coloured(cell.text))
    return colours.enumerated().map { index, line in
      (index == 0 ? sgr("1;36", String(prompt.dropLast(2))) + "> " : padded("", to: prompt.count))
        + line
    }
  }

  private func coloured(_ text: String) -> String {
    let source = Source(text: text)
    var (result, at) = ("", 0)
    for part in highlights(in: text, context: Interpreter().assistance()) {
      result += source.slice(SourceRange(at, part.range.lower))
      result += sgr(Theme.code(part.style), String(source.slice(part.range)))
      at = part.range.upper
    }
    return result + source.slice(SourceRange(at, text.utf8.count))
  }

  private func sgr(_ code: String, _ text: String) -> String {
    code.isEmpty ? text : "\u{1B}[\(code)m\(text)\u{1B}[0m"
  }
}
