import Language

/// For people at a terminal: colours, ruled tables, curves in braille dots.
package struct TerminalRenderer: Renderer {
  package var page = Page(hasColour: true)

  package init() {}

  package static let signature = Signature<Self>(
    "terminal", "Colours, ruled tables and curves in braille dots, for a terminal.",
    [.width], examples: [Example("mrs run --format terminal quickstart.mrs")])

  package func text(_ report: Report) -> String {
    report.blocks.map { block(LineText.cleaned($0)) }.filter { !$0.isEmpty }
      .joined(separator: report.hasParts ? "\n" : "")
  }

  package func text(_ diagnostic: Diagnostic, in source: Source) -> String {
    Excerpt(diagnostic, in: source, marks: .unicode, page: page, wraps: true).text
  }

  private func block(_ block: Report.Block) -> String {
    switch block {
    case .text(let text): lines(wrapped(text, to: page.width))
    case .note(let text): lines(wrapped(text, to: page.width).map { page.ink($0, .dim) })
    case .warning(let text):
      page.ink("warning:", .warning) + " "
        + lines(wrapped(text, to: max(10, page.width - 9), indent: "  "))
    case .heading(let text): page.ink(text, .accent) + "\n"
    case .code(let text): lines(LineText.split(text).map { "  " + page.ink($0, .note) })
    case .table(let table):
      table.bands(width: page.width - (table.emphasis == nil ? 0 : 2)).map { self.table($0) }
        .joined(separator: "\n")
    case .curve(let curve): BraillePlot(curve, page: page).text
    case .graph(let graph): lines(LaneGraph(graph, page: page).lines)
    }
  }

  private func table(_ table: Table) -> String {
    let gutter = table.emphasis == nil ? "" : "  "
    let layout = TableLayout(table, width: page.width - gutter.count)
    var result: [String] = []
    if !table.title.isEmpty {
      result.append(page.ink(clipped(table.title, to: page.width), .strong))
    }
    result += layout.lines(layout.titles).map { page.ink(gutter + $0, .dim) }
    result.append(
      page.ink(gutter + String(repeating: "─", count: max(0, layout.totalWidth)), .dim))
    for (index, row) in layout.rows.enumerated() {
      result += layout.lines(row).map {
        index == table.emphasis ? page.ink("▸ " + $0, .strong) : gutter + $0
      }
    }
    for footnote in table.footnotes {
      result += wrapped(footnote, to: page.width).map { page.ink($0, .dim) }
    }
    return lines(result)
  }

  private func lines(_ lines: [String]) -> String { lines.map { $0 + "\n" }.joined() }
}

extension Report {
  /// Whether a blank line between the blocks helps the eye: there is more than text.
  var hasParts: Bool {
    blocks.contains {
      switch $0 {
      case .table, .curve, .graph, .heading, .code: true
      case .text, .note, .warning: false
      }
    }
  }
}
