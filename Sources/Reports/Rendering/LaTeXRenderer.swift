import Language

/// For papers: LaTeX with tables in the style of booktabs and curves for pgfplots.
package struct LaTeXRenderer: Renderer {
  package var page = Page()

  package init() {}

  package static let signature = Signature<Self>(
    "latex", "LaTeX with booktabs tables and pgfplots curves, for papers.",
    [.width], examples: [Example("mrs run --format latex quickstart.mrs > out.tex")])

  /// What the packages are that the text needs.
  package static let packages = ["booktabs", "pgfplots"]

  package func text(_ report: Report) -> String { text(report, marks: [:]) }

  /// - Parameter marks: what is marked in the tables, by their places among the blocks; in others the row to draw
  ///   the eye to is bold.
  package func text(_ report: Report, marks: [Int: TableMarks]) -> String {
    let blocks = report.blocks.enumerated().map { place, block in
      self.block(LineText.cleaned(block), marks[place])
    }
    return blocks.isEmpty ? "" : blocks.joined(separator: "\n") + "\n"
  }

  package func text(_ diagnostic: Diagnostic, in source: Source) -> String {
    verbatim(Excerpt(diagnostic, in: source, marks: .ascii, page: page).text) + "\n"
  }

  private func block(_ block: Report.Block, _ marks: TableMarks?) -> String {
    switch block {
    case .text(let text): prose(text) + "\n"
    case .note(let text): "{\\footnotesize \(prose(text))\\par}\n"
    case .warning(let text): "\\textbf{Warning:} \(prose(text))\n"
    case .heading(let text): "\\subsection*{\(latex(text))}\n"
    case .code(let text): verbatim(text)
    case .table(let table): self.table(table, marks ?? TableMarks(emphasisOf: table))
    case .curve(let curve): PaperPlot(curve).text
    case .graph(let graph): self.graph(graph)
    }
  }

  /// Words between backquotes are code.
  private func prose(_ text: String) -> String {
    let parts = text.split(separator: "`", omittingEmptySubsequences: false)
    guard parts.count % 2 == 1 else { return latex(text) }
    return parts.enumerated().map {
      $0 % 2 == 1 ? "\\texttt{\(latex(String($1)))}" : latex(String($1))
    }.joined()
  }

  /// Lines as they are; none of them ends the environment.
  package func verbatim(_ text: String) -> String {
    let lines = LineText.split(text).map {
      $0.replacing("\\end{verbatim}", with: "\\end {verbatim}") + "\n"
    }
    return "\\begin{verbatim}\n\(lines.joined())\\end{verbatim}\n"
  }

  private func graph(_ graph: Graph) -> String {
    let ordered = OrderedGraph(graph.cleaned)
    let title = ordered.title.isEmpty ? "" : "\\paragraph{\(latex(ordered.title))}\n"
    guard !ordered.nodes.isEmpty else { return title + "Nothing to draw.\n" }
    let items = zip(ordered.nodes, ordered.sources).map { node, sources -> String in
      let from = sources.map { ordered.nodes[$0].label }.joined(separator: ", ")
      let detail = node.detail.isEmpty ? "" : ": \(latex(node.detail))"
      return "\\item[\(latex(node.label))]\(detail)"
        + (from.isEmpty ? "\n" : " (from \(latex(from)))\n")
    }
    let rest = ordered.omitted.isEmpty ? "" : "And \(grouped(ordered.omitted.count)) more.\n"
    return title + "\\begin{description}\n\(items.joined())\\end{description}\n" + rest
  }

  // MARK: Tables

  /// How many characters of a table fit between the margins.
  private static let paperWidth = 88

  private func table(_ table: Table, _ marks: TableMarks) -> String {
    let cells = table.rows.enumerated().map { row, cells in
      cells.enumerated().map { column, cell in shown(cell, marks, .init(row, column)) }
    }
    let parts = table.bandColumns(width: Self.paperWidth).map { tabular(table, cells, $0) }
    var text = "\\begin{table}[htbp]\n\\centering\n"
    if !table.title.isEmpty { text += "\\caption{\(latex(table.title))}\n" }
    text += parts.joined(separator: "\n\\medskip\n\n")
    let notes = (table.footnotes + marks.footnotes).map { prose($0) }
    if !notes.isEmpty {
      text += "\n\\smallskip\n{\\footnotesize \(notes.joined(separator: "\\\\\n"))\\par}\n"
    }
    return text + "\\end{table}\n"
  }

  private func tabular(_ table: Table, _ cells: [[String]], _ columns: [Int]) -> String {
    let places = columns.map { table.columns[$0].alignment == .right ? "r" : "l" }.joined()
    func row(_ cells: [String]) -> String { cells.joined(separator: " & ") + " \\\\\n" }
    let titles = columns.map { index in
      let column = table.columns[index]
      return latex(column.unit.isEmpty ? column.title : "\(column.title) (\(column.unit))")
    }
    let body = cells.map { cells in row(columns.map { $0 < cells.count ? cells[$0] : "" }) }
    return "\\begin{tabular}{\(places)}\n\\toprule\n\(row(titles))\\midrule\n\(body.joined())"
      + "\\bottomrule\n\\end{tabular}\n"
  }

  private func shown(_ cell: Table.Cell, _ marks: TableMarks, _ place: TableMarks.Place) -> String {
    var text = cell.latex
    if marks.bold.contains(place), !text.isEmpty {
      text = text.hasPrefix("$") ? "{\\boldmath\(text)}" : "\\textbf{\(text)}"
    }
    return text + (marks.stars[place].map { "$^{\($0)}$" } ?? "")
  }
}

/// What is marked in a table, besides what it holds.
package struct TableMarks: Sendable, Equatable {
  package struct Place: Sendable, Hashable {
    package var row: Int
    package var column: Int

    package init(_ row: Int, _ column: Int) {
      self.row = row
      self.column = column
    }
  }

  package var bold: Set<Place> = []
  /// Marks behind cells: `*`.
  package var stars: [Place: String] = [:]
  /// What the marks mean.
  package var footnotes: [String] = []

  package init() {}

  /// The row to draw the eye to is bold.
  package init(emphasisOf table: Table) {
    guard let row = table.emphasis else { return }
    bold = Set(table.columns.indices.map { Place(row, $0) })
  }
}

extension Table.Cell {
  fileprivate var latex: String {
    switch self {
    case .text(let text): Reports.latex(text.replacing("\n", with: " "))
    case .interval(let value, let halfWidth, let digits):
      "$\(fixed(value, digits: digits)) \\pm \(fixed(halfWidth, digits: digits))$"
    case .number(let value, let digits): "$\(fixed(value, digits: digits))$"
    case .count(let count): grouped(count)
    case .missing: "--"
    }
  }
}

/// A text as LaTeX shows it, whatever characters it has.
package func latex(_ text: String) -> String {
  text.unicodeScalars.map { latexForms[$0] ?? String($0) }.joined()
}

/// Characters that LaTeX takes for its own, and those that pdfTeX has no letters for.
private let latexForms: [Unicode.Scalar: String] = [
  "\\": "\\textbackslash{}", "{": "\\{", "}": "\\}", "$": "\\$", "&": "\\&", "#": "\\#",
  "^": "\\textasciicircum{}", "_": "\\_", "~": "\\textasciitilde{}", "%": "\\%",
  "<": "\\textless{}", ">": "\\textgreater{}", "|": "\\textbar{}", "\"": "\\textquotedbl{}",
  "±": "$\\pm$", "−": "$-$", "→": "$\\rightarrow$", "←": "$\\leftarrow$", "×": "$\\times$",
  "·": "$\\cdot$", "≤": "$\\leq$", "≥": "$\\geq$", "≈": "$\\approx$", "∞": "$\\infty$",
  "…": "\\ldots{}", "–": "--", "—": "---", "⏎": "$\\hookleftarrow$",
  "α": "$\\alpha$", "β": "$\\beta$", "γ": "$\\gamma$", "δ": "$\\delta$", "ε": "$\\epsilon$",
  "η": "$\\eta$", "θ": "$\\theta$", "λ": "$\\lambda$", "μ": "$\\mu$", "π": "$\\pi$",
  "ρ": "$\\rho$", "σ": "$\\sigma$", "τ": "$\\tau$", "φ": "$\\phi$", "χ": "$\\chi$",
  "ω": "$\\omega$", "Δ": "$\\Delta$", "Σ": "$\\Sigma$",
]
