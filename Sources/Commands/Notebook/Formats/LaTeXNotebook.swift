import Language
import Reports

/// A session as a LaTeX document, for pdfLaTeX, XeLaTeX and LuaLaTeX.
package struct LaTeXNotebook: NotebookFormat {
  package init() {}

  package static let fileEnding = "tex"

  package static let signature = Signature<Self>(
    "tex", "A LaTeX document with booktabs tables and pgfplots curves.",
    examples: [Example("publish \"morning.tex\"")])

  package func text(of cells: [Cell]) -> String {
    let packages = LaTeXRenderer.packages.map { "\\usepackage{\($0)}\n" }.joined()
    return """
      \\documentclass{article}
      \\usepackage{iftex}
      \\ifPDFTeX
      \\usepackage[T1]{fontenc}
      \\usepackage[utf8]{inputenc}
      \\else
      \\usepackage{fontspec}
      \\setmonofont{DejaVu Sans Mono}[Scale=MatchLowercase]
      \\fi
      \\usepackage[margin=25mm]{geometry}
      \\usepackage{float}
      \(packages)\\pgfplotsset{compat=1.14}
      \\floatplacement{table}{H}
      \\begin{document}

      \(cells.map(section).joined(separator: "\n"))
      \\end{document}

      """
  }

  private func section(_ cell: Cell) -> String {
    if let prose = cell.prose { return self.prose(prose) }
    let renderer = LaTeXRenderer()
    let parts =
      [renderer.verbatim(cell.text)] + cell.said.map { renderer.text($0) }
      + cell.faults.map { renderer.text($0, in: cell.faultSource) }
    return parts.joined(separator: "\n")
  }

  /// Headings and paragraphs of a text in Markdown; the rest of Markdown stays as it is written.
  private func prose(_ text: String) -> String {
    let commands = ["section*", "subsection*", "subsubsection*", "paragraph"]
    return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      let level = line.prefix { $0 == "#" }.count
      guard level > 0, level <= commands.count else { return latex(String(line)) + "\n" }
      return "\\\(commands[level - 1]){\(latex(String(line.dropFirst(level)).trimmingSpaces))}\n"
    }.joined()
  }
}
