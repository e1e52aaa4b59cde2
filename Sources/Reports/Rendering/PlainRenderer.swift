import Language

/// For files, pipes and screen readers: no colour, nothing drawn, the same words.
package struct PlainRenderer: Renderer {
  package var page = Page()

  package init() {}

  package static let signature = Signature<Self>(
    "plain", "Aligned text without colours or drawings, for files, pipes and screen readers.",
    [.width], examples: [Example("mrs run --format plain quickstart.mrs > out.txt")])

  package func text(_ report: Report) -> String {
    report.blocks.map { block(LineText.cleaned($0)) }.filter { !$0.isEmpty }
      .joined(separator: report.hasParts ? "\n" : "")
  }

  package func text(_ diagnostic: Diagnostic, in source: Source) -> String {
    Excerpt(diagnostic, in: source, marks: .ascii, page: Page(width: page.width)).text
  }

  private func block(_ block: Report.Block) -> String {
    switch block {
    case .text(let text), .note(let text): lines(wrapped(text, to: page.width))
    case .warning(let text): lines(wrapped("warning: " + text, to: page.width, indent: "  "))
    case .heading(let text): text + "\n" + String(repeating: "-", count: displayWidth(text)) + "\n"
    case .code(let text): lines(LineText.split(text).map { "  " + $0 })
    case .table(let table):
      table.bands(width: page.width - (table.emphasis == nil ? 0 : 2)).map { self.table($0) }
        .joined(separator: "\n")
    case .curve(let curve): lines([curve.title] + curve.series.map { "  " + $0.summary(of: curve) })
    case .graph(let graph): lines(GraphInWords(graph, page: Page(width: page.width)).lines)
    }
  }

  private func table(_ table: Table) -> String {
    let gutter = table.emphasis == nil ? "" : "  "
    let layout = TableLayout(table, width: page.width - gutter.count)
    var result = table.title.isEmpty ? [] : [table.title]
    result += layout.lines(layout.titles).map { gutter + $0 }
    result += layout.lines(layout.widths.map { String(repeating: "-", count: $0) }).map {
      gutter + $0
    }
    for (index, row) in layout.rows.enumerated() {
      result += layout.lines(row).map { (index == table.emphasis ? "* " : gutter) + $0 }
    }
    for footnote in table.footnotes { result += wrapped(footnote, to: page.width) }
    return lines(result)
  }

  private func lines(_ lines: [String]) -> String { lines.map { $0 + "\n" }.joined() }
}

extension Curve.Series {
  /// The series in words: where a line starts, ends, and its lowest and highest points; where the middle
  /// of a cloud of points is.
  func summary(of curve: Curve) -> String {
    let known = points.filter { $0.y.isFinite }
    guard let first = known.first, let last = known.last,
      let low = known.stablySorted(by: \.y).first,
      let high = known.stablySorted(descending: true, by: \.y).first
    else { return "\(name): no values" }
    if curve.mark == .point {
      func mean(_ value: (Curve.Point) -> Double) -> String {
        short(known.map(value).reduce(0, +) / Double(known.count))
      }
      return "\(name): \(grouped(known.count)) around \(mean(\.x)), \(mean(\.y))"
    }
    let x = Axis(across: curve, ticks: 5)
    if curve.mark == .heat {
      let largest = known.stablySorted(descending: true) { $0.y.magnitude }.prefix(3)
      return "\(name): "
        + largest.map { "\(short($0.y)) at \(x.label($0.x))" }.joined(separator: ", ")
    }
    if curve.mark == .bar {
      let bars = known.prefix(24).map { "\(short($0.y)) at \(x.label($0.x))" }
      let more = known.count - bars.count
      return "\(name): " + (bars + (more > 0 ? ["… and \(more) more"] : [])).joined(separator: ", ")
    }
    return "\(name): \(curve.yLabel) \(short(first.y)) at \(curve.xLabel) \(x.label(first.x)), "
      + "\(short(last.y)) at \(x.label(last.x)); lowest \(short(low.y)) at \(x.label(low.x)), "
      + "highest \(short(high.y)) at \(x.label(high.x))"
  }
}
