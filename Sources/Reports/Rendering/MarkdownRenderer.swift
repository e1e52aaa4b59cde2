import Language

/// For documents: pipe tables, fenced code, block quotes (GitHub Flavored Markdown).
package struct MarkdownRenderer: Renderer {
  package var page = Page()

  package init() {}

  package static let signature = Signature<Self>(
    "markdown", "Markdown with pipe tables, for documents.",
    [.width], examples: [Example("mrs run --format markdown quickstart.mrs > out.md")])

  package func text(_ report: Report) -> String {
    let blocks = report.blocks.map { block(LineText.cleaned($0)) }
    return blocks.isEmpty ? "" : blocks.joined(separator: "\n") + "\n"
  }

  package func text(_ diagnostic: Diagnostic, in source: Source) -> String {
    fenced(Excerpt(diagnostic, in: source, marks: .ascii, page: page).text) + "\n"
  }

  private func block(_ block: Report.Block) -> String {
    switch block {
    case .text(let text): escaped(text) + "\n"
    case .note(let text): "*\(escaped(text))*\n"
    case .warning(let text): "> **Warning:** \(escaped(text))\n"
    case .heading(let text): "### \(escaped(text))\n"
    case .code(let text): fenced(text)
    case .table(let table): self.table(table)
    case .curve(let curve): fenced(BraillePlot(curve, page: Page(width: min(page.width, 80))).text)
    case .graph(let graph): self.graph(graph)
    }
  }

  private func graph(_ graph: Graph) -> String {
    var untitled = graph
    untitled.title = ""
    let lines = LaneGraph(untitled, page: Page(width: min(page.width, 80))).lines
    return (graph.title.isEmpty ? "" : "**\(escaped(graph.title))**\n\n")
      + fenced(lines.joined(separator: "\n"))
  }

  /// The text as it is; the fence is longer than any in the text, which must not end it.
  private func fenced(_ text: String) -> String {
    var (longest, run) = (2, 0)
    for byte in text.utf8 {
      run = byte == UInt8(ascii: "`") ? run + 1 : 0
      longest = max(longest, run)
    }
    let fence = String(repeating: "`", count: longest + 1) + "\n"
    return fence + LineText.split(text).map { $0 + "\n" }.joined() + fence
  }

  private func table(_ table: Table) -> String {
    let layout = TableLayout(table, width: Int.max)
    var lines = table.title.isEmpty ? [] : ["**\(escaped(table.title))**", ""]
    lines.append(row(layout.titles))
    lines.append("|" + layout.isRight.map { $0 ? "---:|" : "---|" }.joined())
    for (index, cells) in layout.rows.enumerated() {
      lines.append(row(cells, isStrong: index == table.emphasis))
    }
    for footnote in table.footnotes { lines += ["", escaped(footnote)] }
    return lines.map { $0 + "\n" }.joined()
  }

  private func row(_ cells: [String], isStrong: Bool = false) -> String {
    let shown = cells.map { cell in
      let text = escaped(cell).replacing("|", with: "\\|")
      return isStrong && !text.isEmpty ? "**\(text)**" : text
    }
    return "| " + shown.joined(separator: " | ") + " |"
  }

  /// Characters that Markdown would take for its own; `_` within words is safe.
  private func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      if "\\*<[#".contains(character) { result.append("\\") }
      result.append(character)
    }
    return result
  }
}
