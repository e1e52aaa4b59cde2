/// Lines, points or bars drawn as an SVG picture with axes, ticks and a legend, readable on light and dark
/// ground.
package struct VectorPlot {
  private let curve: Curve
  private let width = 640.0
  private let left = 64.0
  private let right = 16.0
  private let bottom = 48.0
  private let legend: [LegendEntry]
  private let top: Double
  private let height: Double

  package init(_ curve: Curve) {
    self.curve = curve
    legend = LegendEntry.placed(curve.series.map(\.name), from: 64, to: 624)
    top = 42 + 18 * Double((legend.last?.row ?? -1) + 1)
    height =
      curve.mark == .heat
      ? HeatMap(curve).height : top + 48 + (curve.mark == .point ? 380 : 240)
  }

  /// One picture of several curves, one below the other.
  package static func text(of curves: [Curve]) -> String {
    let plots = curves.map { VectorPlot($0) }
    if plots.count == 1 { return plots[0].text }
    let height = plots.map(\.height).reduce(0, +)
    var at = 0.0
    let parts = plots.map { plot -> String in
      defer { at += plot.height }
      return "<g transform=\"translate(0 \(n(at)))\">\n\(plot.text)</g>\n"
    }
    return "\(SVG.start(640, height))\n\(parts.joined())</svg>\n"
  }

  /// Told apart by people with any colour vision (Okabe and Ito, "Color Universal Design", 2008); the grey
  /// is for what is left over.
  static let colours = [
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f7f7f",
  ]

  private static func colour(_ index: Int) -> String { colours[index % colours.count] }

  /// The whole `svg` element; it needs nothing from outside.
  package var text: String {
    if curve.mark == .heat { return HeatMap(curve).picture }
    let x = Axis(across: curve, ticks: 6)
    let y = Axis(along: curve, ticks: 5)
    var parts = [
      SVG.start(width, height), "<title>\(markup(curve.title))</title>",
      label(
        left, 18, curve.title, anchor: "start", attributes: " font-size=\"14\" font-weight=\"bold\""
      ),
    ]
    parts += grid(x, y)
    parts += curve.series.enumerated().map { series($1, $0, x, y) }
    if curve.series.count > 1 { parts += legend.enumerated().map { entry($1, $0) } }
    return parts.joined(separator: "\n") + "\n</svg>\n"
  }

  private func place(_ point: Curve.Point, _ x: Axis, _ y: Axis) -> (Double, Double) {
    (
      left + x.fraction(point.x) * (width - left - right),
      top + (1 - y.fraction(point.y)) * (height - top - bottom)
    )
  }

  private func grid(_ x: Axis, _ y: Axis) -> [String] {
    var parts: [String] = []
    for tick in y.ticks {
      let at = place(.init(x.low, tick), x, y).1
      parts.append(rule(left, at, width - right, at))
      parts.append(label(left - 8, at + 4, y.label(tick), anchor: "end"))
    }
    // Names that would run into each other are left out in turns.
    let longest = x.ticks.map { displayWidth(x.label($0)) }.max() ?? 0
    let room = (width - left - right) / Double(max(1, x.ticks.count))
    let turn = max(1, Int((Double(longest + 1) * 7 / room).rounded(.up)))
    for (number, tick) in x.ticks.enumerated() {
      let at = place(.init(tick, y.low), x, y).0
      parts.append(rule(at, top, at, height - bottom))
      guard number % turn == 0 else { continue }
      parts.append(label(at, height - bottom + 18, x.label(tick), anchor: "middle"))
    }
    let middle = top + (height - top - bottom) / 2
    parts.append(
      label(left + (width - left - right) / 2, height - 10, curve.xLabel, anchor: "middle"))
    parts.append(
      label(
        16, middle, curve.yLabel, anchor: "middle",
        attributes: " transform=\"rotate(-90 16 \(n(middle)))\""))
    return parts
  }

  private func series(_ series: Curve.Series, _ index: Int, _ x: Axis, _ y: Axis) -> String {
    let known = series.points.filter { $0.x.isFinite && $0.y.isFinite }
    let fill = "fill=\"\(VectorPlot.colour(index))\""
    if curve.mark == .bar {
      let bars = known.map { bar($0, x, y) }
      return "<path d=\"\(bars.joined())\" \(fill)/>"
    }
    if curve.mark == .point {
      let shapes = known.map { VectorPlot.shape(index, at: place($0, x, y), size: 3.5) }
      return "<path d=\"\(shapes.joined())\" \(fill) fill-opacity=\"0.85\"/>"
    }
    let line = line(series, index, x, y)
    guard known.count <= 30 else { return line }
    // Few points: each is seen, so that nobody takes the line between them for measured.
    let shapes = known.map { VectorPlot.shape(index, at: place($0, x, y), size: 3.5) }
    return line + "\n<path d=\"\(shapes.joined())\" \(fill)/>"
  }

  private func line(_ series: Curve.Series, _ index: Int, _ x: Axis, _ y: Axis) -> String {
    var path = ""
    var isDown = false
    for point in series.points {
      guard point.x.isFinite, point.y.isFinite else {
        isDown = false
        continue
      }
      let (px, py) = place(point, x, y)
      path += "\(isDown ? "L" : "M")\(n(px)) \(n(py))"
      isDown = true
    }
    return
      "<path d=\"\(path)\" fill=\"none\" stroke=\"\(VectorPlot.colour(index))\" stroke-width=\"2\" "
      + "stroke-linejoin=\"round\" stroke-linecap=\"round\"/>"
  }

  /// A bar from zero up, with a gap on both sides.
  private func bar(_ point: Curve.Point, _ x: Axis, _ y: Axis) -> String {
    let (left, top) = place(.init(point.x - 0.42, point.y), x, y)
    let (right, bottom) = place(.init(point.x + 0.42, 0), x, y)
    return "M\(n(left)) \(n(bottom))V\(n(top))H\(n(right))V\(n(bottom))Z"
  }

  /// A closed path: circle, square, triangle, diamond, upside-down triangle, cross; series differ by shape as
  /// well as by colour.
  private static func shape(_ index: Int, at place: (Double, Double), size r: Double) -> String {
    let (x, y) = place
    func path(_ corners: [(Double, Double)]) -> String {
      "M" + corners.map { "\(n(x + $0.0 * r)) \(n(y + $0.1 * r))" }.joined(separator: "L") + "Z"
    }
    switch index % 6 {
    case 0:
      return "M\(n(x - r)) \(n(y))a\(n(r)) \(n(r)) 0 1 0 \(n(2 * r)) 0"
        + "a\(n(r)) \(n(r)) 0 1 0 \(n(-2 * r)) 0Z"
    case 1: return path([(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)])
    case 2: return path([(0, -1.2), (1.1, 0.9), (-1.1, 0.9)])
    case 3: return path([(0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)])
    case 4: return path([(0, 1.2), (1.1, -0.9), (-1.1, -0.9)])
    default:
      return path([
        (-0.4, -1.2), (0.4, -1.2), (0.4, -0.4), (1.2, -0.4), (1.2, 0.4), (0.4, 0.4), (0.4, 1.2),
        (-0.4, 1.2), (-0.4, 0.4), (-1.2, 0.4), (-1.2, -0.4), (-0.4, -0.4),
      ])
    }
  }

  private func entry(_ entry: LegendEntry, _ index: Int) -> String {
    let y = 36 + 18 * Double(entry.row)
    let colour = VectorPlot.colour(index)
    var sign =
      "<path d=\"\(VectorPlot.shape(index, at: (entry.x + 9, y), size: 4.5))\" fill=\"\(colour)\"/>"
    if curve.mark == .line {
      sign +=
        "<path d=\"M\(n(entry.x)) \(n(y))h18\" stroke=\"\(colour)\" stroke-width=\"2\" fill=\"none\"/>"
    }
    return sign + "\n" + label(entry.x + 24, y + 4, entry.name, anchor: "start")
  }

  private func rule(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) -> String {
    "<path d=\"M\(n(x1)) \(n(y1))L\(n(x2)) \(n(y2))\" stroke=\"currentColor\" "
      + "stroke-opacity=\"0.15\" fill=\"none\"/>"
  }

  private func label(
    _ x: Double, _ y: Double, _ text: String, anchor: String, attributes: String = ""
  ) -> String {
    "<text x=\"\(n(x))\" y=\"\(n(y))\" text-anchor=\"\(anchor)\"\(attributes)>\(markup(text))</text>"
  }
}

private func n(_ value: Double) -> String { SVG.number(value) }

/// Where the name of a series stands in the legend.
private struct LegendEntry {
  var name: String
  var x: Double
  var row: Int

  /// Names from left to right, in as many rows as they need; none for a single one.
  static func placed(_ names: [String], from left: Double, to right: Double) -> [LegendEntry] {
    guard names.count > 1 else { return [] }
    var entries: [LegendEntry] = []
    var (at, row) = (left, 0)
    for name in names {
      let name = clipped(name, to: 70)
      let width = 44 + 7 * Double(displayWidth(name))
      if at > left, at + width - 20 > right { (at, row) = (left, row + 1) }
      entries.append(LegendEntry(name: name, x: at, row: row))
      at += width
    }
    return entries
  }
}

/// The text with the characters that HTML and XML take for their own replaced.
package func markup(_ text: String) -> String {
  var result = String.UnicodeScalarView()
  // Scalar by scalar: with an accent behind it a quote is another character, and still ends an attribute.
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": result += "&amp;".unicodeScalars
    case "<": result += "&lt;".unicodeScalars
    case ">": result += "&gt;".unicodeScalars
    case "\"": result += "&quot;".unicodeScalars
    default: result.append(scalar)
    }
  }
  return String(result)
}
