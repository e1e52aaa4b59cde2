/// Numbers as shades: a row for each series, a column for each name, darker the further a number is from zero, in
/// another colour below it.
struct HeatMap {
  private let curve: Curve
  /// The largest number without its sign.
  private let most: Double

  init(_ curve: Curve) {
    self.curve = curve
    most = curve.series.flatMap(\.points).map(\.y.magnitude).filter(\.isFinite).max() ?? 0
  }

  /// The numbers of a row, one for each column; nil where there is none.
  private func cells(_ series: Curve.Series) -> [Double?] {
    var cells = [Double?](repeating: nil, count: curve.names.count)
    for point in series.points where point.y.isFinite {
      let column = Int(point.x.rounded())
      if cells.indices.contains(column) { cells[column] = point.y }
    }
    return cells
  }

  private func share(_ value: Double) -> Double { most > 0 ? value.magnitude / most : 0 }

  // MARK: Text

  /// The map on a page, its columns in as many bands as the width asks for; columns with long names have numbers,
  /// which are told below.
  func text(on page: Page) -> String {
    let width = min(page.width, 80)
    let longest = curve.series.map { displayWidth($0.name) }.max() ?? 0
    // A sign must not touch a name.
    let margin = min(max(8, width / 2 - 4), longest) + (hasBelow ? 1 : 0)
    let fits = max(1, (width - margin - 2) / 3)
    var lines = wrapped(curve.title, to: page.width).map { page.ink($0, .strong) }
    lines.append(page.ink(clipped(legend, to: page.width), .dim))
    let columns = Array(curve.names.indices)
    for start in stride(from: 0, to: columns.count, by: fits) {
      lines += band(columns[start..<min(start + fits, columns.count)], margin: margin, page)
    }
    if hasLongNames {
      lines += columns.map {
        page.ink(clipped(padded("\($0 + 1)", to: 3, right: true) + " ", to: 5), .dim)
          + clipped(curve.names[$0], to: page.width - 5)
      }
    }
    return lines.map { $0 + "\n" }.joined()
  }

  private var hasLongNames: Bool { curve.names.contains { displayWidth($0) > 2 } }
  private var hasBelow: Bool { curve.series.flatMap(\.points).contains { $0.y < 0 } }

  /// A line of headings, and one of shades for each row.
  private func band(_ columns: ArraySlice<Int>, margin: Int, _ page: Page) -> [String] {
    let headings = columns.map { column in
      padded(hasLongNames ? "\(column + 1)" : curve.names[column], to: 3, right: true)
    }
    let first = page.ink(String(repeating: " ", count: margin) + headings.joined(), .dim)
    return [first]
      + curve.series.map { series in
        let cells = cells(series)
        return padded(clipped(series.name, to: margin - (hasBelow ? 1 : 0)), to: margin)
          + columns.map { shade(cells[$0], page) }.joined()
      }
  }

  private var legend: String {
    "\(curve.yLabel): ░ ▒ ▓ █ up to \(short(most))" + (hasBelow ? ", - below zero" : "")
  }

  private func shade(_ value: Double?, _ page: Page) -> String {
    guard let value else { return "   " }
    let sign = value < 0 ? "-" : " "
    let shades = Array("·░▒▓█")
    let level = min(4, Int((share(value) * 5).rounded(.down)))
    let cell = sign + String(repeating: shades[level], count: 2)
    guard page.hasColour, level > 0 else { return cell }
    return "\u{1B}[38;5;\(value < 0 ? 208 : 33)m\(cell)\u{1B}[0m"
  }

  // MARK: SVG

  private static let (left, cell, top, foot) = (220.0, 22.0, 44.0, 24.0)

  private var columnWidth: Double {
    min(60, max(8, (640 - Self.left - 16) / Double(max(1, curve.names.count))))
  }

  /// The room that the names of columns take, which stand on end.
  private var room: Double {
    12 + 6.5 * Double(curve.names.map { min(28, displayWidth($0)) }.max() ?? 0)
  }

  var height: Double {
    Self.top + Self.cell * Double(curve.series.count) + room + Self.foot
  }

  /// The whole `svg` element.
  var picture: String {
    var parts = [
      SVG.start(640, height), "<title>\(markup(curve.title))</title>",
      label(16, 18, curve.title, " font-size=\"14\" font-weight=\"bold\""),
      label(16, 36, "\(curve.yLabel): from 0 to \(short(most))"),
    ]
    let bottom = Self.top + Self.cell * Double(curve.series.count)
    for (row, series) in curve.series.enumerated() {
      let y = Self.top + Self.cell * Double(row)
      parts.append(
        label(
          Self.left - 8, y + 15, clipped(series.name, to: 28), " text-anchor=\"end\""))
      for (column, value) in cells(series).enumerated() {
        guard let value else { continue }
        parts.append(rectangle(value, column, y, series.name))
      }
    }
    for (column, name) in curve.names.enumerated() {
      let x = n(Self.left + columnWidth * (Double(column) + 0.5) + 4)
      let y = n(bottom + 8)
      parts.append(
        label(
          Self.left + columnWidth * (Double(column) + 0.5) + 4, bottom + 8, clipped(name, to: 28),
          " text-anchor=\"end\" transform=\"rotate(-90 \(x) \(y))\""))
    }
    parts.append(label(Self.left, height - 8, curve.xLabel))
    return parts.joined(separator: "\n") + "\n</svg>\n"
  }

  private func rectangle(
    _ value: Double, _ column: Int, _ y: Double, _ name: String
  ) -> String {
    let colour = VectorPlot.colours[value < 0 ? 1 : 0]
    let opacity = fixed(0.04 + 0.96 * share(value), digits: 3)
    let words = "\(name), \(curve.names[column]): \(short(value))"
    return
      "<rect x=\"\(n(Self.left + columnWidth * Double(column)))\" y=\"\(n(y))\" "
      + "width=\"\(n(columnWidth - 1))\" height=\"\(n(Self.cell - 1))\" fill=\"\(colour)\" "
      + "fill-opacity=\"\(opacity)\"><title>\(markup(words))</title></rect>"
  }

  private func label(_ x: Double, _ y: Double, _ text: String, _ attributes: String = "") -> String
  {
    "<text x=\"\(n(x))\" y=\"\(n(y))\"\(attributes)>\(markup(text))</text>"
  }

  private func n(_ value: Double) -> String { SVG.number(value) }

  // MARK: Vega-Lite

  /// The encoding of a map of rectangles.
  var encoding: [JSON.Member] {
    func axis(_ field: String, _ title: JSON, _ order: [String]) -> JSON {
      .object([
        "field": .string(field), "type": .string("ordinal"), "title": title,
        "sort": .array(order.map { .string($0) }),
      ])
    }
    return [
      .init("x", axis("x", .string(curve.xLabel), curve.names)),
      .init("y", axis("series", .null, curve.series.map(\.name))),
      .init(
        "color",
        .object([
          "field": .string("y"), "type": .string("quantitative"), "title": .string(curve.yLabel),
          "scale": .object(["scheme": .string("blueorange"), "domainMid": .number(0)]),
        ])),
    ]
  }
}
