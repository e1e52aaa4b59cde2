import Language

/// For web pages: a fragment with tables and inline SVG plots.
package struct HTMLRenderer: Renderer {
  package var page = Page()

  package init() {}

  package static let signature = Signature<Self>(
    "html", "HTML with tables and inline SVG plots, for web pages.",
    [.width], examples: [Example("mrs run --format html quickstart.mrs > out.html")])

  package func text(_ report: Report) -> String {
    report.blocks.map { block(LineText.cleaned($0)) }.joined()
  }

  /// The same for a page that may be printed: a table that is wider than paper stands there twice, whole for the
  /// screen and in parts for paper, of which the style sheet hides one by its class.
  package func text(_ report: Report, foldingAt width: Int) -> String {
    report.blocks.map { block in
      guard case .table(let table) = LineText.cleaned(block) else {
        return self.block(LineText.cleaned(block))
      }
      let bands = table.bands(width: width)
      guard bands.count > 1 else { return self.table(table) }
      return "<div class=\"wide screen\">\n\(self.table(table))</div>\n"
        + "<div class=\"paper\">\n\(bands.map { self.table($0) }.joined())</div>\n"
    }.joined()
  }

  package func text(_ diagnostic: Diagnostic, in source: Source) -> String {
    let excerpt = Excerpt(diagnostic, in: source, marks: .unicode, page: page).text
    return "<pre class=\"\(diagnostic.severity.rawValue)\">\(markup(excerpt))</pre>\n"
  }

  private func block(_ block: Report.Block) -> String {
    switch block {
    case .text(let text): "<p>\(prose(text))</p>\n"
    case .note(let text): "<p class=\"note\">\(prose(text))</p>\n"
    case .warning(let text):
      "<p class=\"warning\"><strong>Warning:</strong> \(prose(text))</p>\n"
    case .heading(let text): "<h3>\(markup(text))</h3>\n"
    case .code(let text): "<pre><code>\(markup(text))</code></pre>\n"
    case .table(let table): self.table(table)
    case .curve(let curve): "<figure>\n\(VectorPlot(curve).text)</figure>\n"
    case .graph(let graph): "<figure>\n\(VectorGraph(graph).text)</figure>\n"
    }
  }

  /// Words between backquotes are code.
  private func prose(_ text: String) -> String {
    let parts = markup(text).split(separator: "`", omittingEmptySubsequences: false)
    guard parts.count % 2 == 1 else { return markup(text) }
    return parts.enumerated().map { $0 % 2 == 1 ? "<code>\($1)</code>" : String($1) }.joined()
  }

  private func table(_ table: Table) -> String {
    let layout = TableLayout(table, width: Int.max)
    var text = "<table>\n"
    if !table.title.isEmpty { text += "<caption>\(markup(table.title))</caption>\n" }
    text += "<thead>" + row(layout.titles, "th", layout.isRight) + "</thead>\n<tbody>\n"
    for (index, cells) in layout.rows.enumerated() {
      let isStrong = index == table.emphasis
      text += row(cells, "td", layout.isRight, attributes: isStrong ? " class=\"emphasis\"" : "")
      text += "\n"
    }
    text += "</tbody>\n</table>\n"
    for footnote in table.footnotes { text += "<p class=\"note\">\(prose(footnote))</p>\n" }
    return text
  }

  private func row(
    _ cells: [String], _ tag: String, _ isRight: [Bool], attributes: String = ""
  ) -> String {
    let inner = zip(cells, isRight).map { cell, right in
      "<\(tag)\(right ? " class=\"number\"" : "")>\(markup(cell))</\(tag)>"
    }
    return "<tr\(attributes)>" + inner.joined() + "</tr>"
  }
}
