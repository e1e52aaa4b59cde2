/// Lines drawn as an SVG picture with axes, ticks and a legend, readable on light and dark ground.
package struct VectorPlot {
  private let curve: Curve
  private let width = 640.0
  private let height = 340.0
  private let left = 64.0
  private let right = 16.0
  private let top = 56.0
  private let bottom = 48.0

  package init(_ curve: Curve) { self.curve = curve }

  /// Told apart by people with any colour vision (Okabe and Ito, "Color Universal Design", 2008).
  private static let colours = [
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f7f7f",
  ]

  /// The whole `svg` element; it needs nothing from outside.
  package var text: String {
    let points = curve.series.flatMap(\.points).filter { $0.x.isFinite && $0.y.isFinite }
    let x = Axis(covering: points.map(\.x), ticks: 6)
    let y = Axis(covering: points.map(\.y), ticks: 5)
    var parts = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(n(width)) \(n(height))\" "
        + "width=\"\(n(width))\" height=\"\(n(height))\" role=\"img\" "
        + "font-family=\"DejaVu Sans, Arial, sans-serif\" font-size=\"12\" fill=\"currentColor\">",
      "<title>\(markup(curve.title))</title>",
      label(
        left, 18, curve.title, anchor: "start", attributes: " font-size=\"14\" font-weight=\"bold\""
      ),
    ]
    parts += grid(x, y)
    parts += curve.series.enumerated().map { line($1, $0, x, y) }
    parts += legend
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
      parts.append(label(left - 8, at + 4, short(tick), anchor: "end"))
    }
    for tick in x.ticks {
      let at = place(.init(tick, y.low), x, y).0
      parts.append(rule(at, top, at, height - bottom))
      parts.append(label(at, height - bottom + 18, short(tick), anchor: "middle"))
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

  private func line(_ series: Curve.Series, _ index: Int, _ x: Axis, _ y: Axis) -> String {
    let colour = VectorPlot.colours[index % VectorPlot.colours.count]
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
    return "<path d=\"\(path)\" fill=\"none\" stroke=\"\(colour)\" stroke-width=\"2\" "
      + "stroke-linejoin=\"round\" stroke-linecap=\"round\"/>"
  }

  private var legend: [String] {
    var parts: [String] = []
    var at = left
    for (index, series) in curve.series.enumerated() where curve.series.count > 1 {
      let colour = VectorPlot.colours[index % VectorPlot.colours.count]
      parts.append(
        "<path d=\"M\(n(at)) 36h18\" stroke=\"\(colour)\" stroke-width=\"3\" fill=\"none\"/>")
      parts.append(label(at + 24, 40, series.name, anchor: "start"))
      at += 44 + 7 * Double(displayWidth(series.name))
    }
    return parts
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

  private func n(_ value: Double) -> String {
    value == value.rounded() ? fixed(value, digits: 0) : fixed(value, digits: 1)
  }
}

/// The text with the characters that HTML and XML take for their own replaced.
package func markup(_ text: String) -> String {
  var result = ""
  for character in text {
    switch character {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    default: result.append(character)
    }
  }
  return result
}
