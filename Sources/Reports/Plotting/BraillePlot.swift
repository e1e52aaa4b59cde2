/// Lines, points or bars drawn with braille dots, two by four in a cell, with axes and a legend.
package struct BraillePlot {
  private let curve: Curve
  private let page: Page
  /// Points need room to part; lines and bars show their course in less.
  private var rows: Int {
    switch curve.mark {
    case .point: 18
    case .line: 10
    case .bar, .heat: 6
    }
  }

  package init(_ curve: Curve, page: Page) {
    self.curve = curve
    self.page = page
  }

  /// The plot, ending with a line end; a page too narrow for it gets the words alone.
  package var text: String {
    let all = curve.series.flatMap(\.points).filter { $0.x.isFinite && $0.y.isFinite }
    guard page.width >= 30, !all.isEmpty else {
      return ([curve.title] + curve.series.map { $0.summary(of: curve) })
        .flatMap { wrapped($0, to: page.width) }.map { $0 + "\n" }.joined()
    }
    if curve.mark == .heat { return HeatMap(curve).text(on: page) }
    let x = Axis(across: curve, ticks: 5)
    let y = Axis(along: curve, ticks: curve.mark == .point ? 6 : 4)
    let labels = labels(beside: y)
    let margin = labels.map { displayWidth($0) }.max() ?? 0
    var dots = BrailleDots(columns: min(page.width, 80) - margin - 2, rows: rows)
    for (index, series) in curve.series.enumerated() { draw(series, index, x, y, &dots) }
    var lines = wrapped(curve.title, to: page.width).map { page.ink($0, .strong) }
    if curve.series.count > 1 { lines += legend }
    lines.append(page.ink(curve.yLabel, .dim))
    for row in 0..<rows {
      let mark = labels[row].isEmpty ? "│" : "┤"
      lines.append(
        page.ink(padded(labels[row], to: margin, right: true) + mark, .dim) + inked(dots, row))
    }
    lines += foot(x, columns: dots.columns, margin: margin)
    return lines.map { $0 + "\n" }.joined()
  }

  /// What stands beside each row, from the top: every tick, or every second one and so on, so that no two
  /// touch.
  private func labels(beside axis: Axis) -> [String] {
    let places = axis.ticks.map { tick in
      Int(((1 - axis.fraction(tick)) * Double(rows * 4 - 1)).rounded()) / 4
    }
    let turn =
      (1...max(1, places.count)).first { turn in
        let taken = stride(from: 0, to: places.count, by: turn).map { places[$0] }
        return zip(taken, taken.dropFirst()).allSatisfy { $0 - $1 > 1 }
      } ?? 1
    var labels = Array(repeating: "", count: rows)
    for index in stride(from: 0, to: places.count, by: turn) {
      labels[places[index]] = short(axis.ticks[index])
    }
    return labels
  }

  private func draw(
    _ series: Curve.Series, _ index: Int, _ x: Axis, _ y: Axis, _ dots: inout BrailleDots
  ) {
    if curve.mark == .bar { return bars(series, index, x, y, &dots) }
    var last: (Int, Int)?
    for point in series.points {
      guard point.x.isFinite, point.y.isFinite else {
        last = nil
        continue
      }
      let place = (
        Int((x.fraction(point.x) * Double(dots.width - 1)).rounded()),
        Int(((1 - y.fraction(point.y)) * Double(dots.height - 1)).rounded())
      )
      dots.line(from: curve.mark == .line ? last ?? place : place, to: place, series: index)
      last = place
    }
  }

  /// A bar of a name's share of the width, with a gap to the next.
  private func bars(
    _ series: Curve.Series, _ index: Int, _ x: Axis, _ y: Axis, _ dots: inout BrailleDots
  ) {
    let slot = Double(dots.width) / Double(max(1, curve.names.count))
    for point in series.points where point.y.isFinite {
      let start = x.fraction(point.x - 0.5) * Double(dots.width)
      let columns = Int(start.rounded())..<max(Int(start.rounded()) + 1, Int(start + slot) - 1)
      let top = Int((y.fraction(point.y) * Double(dots.height)).rounded())
      for column in columns {
        for row in dots.height - top..<dots.height { dots.set(column, row, series: index) }
      }
    }
  }

  /// The names of the series in their colours, as many in a line as fit.
  private var legend: [String] {
    let sign = curve.mark == .line ? "━━" : "⣿"
    var lines: [(text: String, width: Int)] = []
    for (index, series) in curve.series.enumerated() {
      let name = clipped(series.name, to: page.width - 4)
      let text = BraillePlot.colour(sign, index, page) + " " + name
      let width = displayWidth(sign + " " + name)
      if let last = lines.last, last.width + 3 + width <= min(page.width, 80) {
        lines[lines.count - 1] = (last.text + "   " + text, last.width + 3 + width)
      } else {
        lines.append((text, width))
      }
    }
    return lines.map(\.text)
  }

  private func inked(_ dots: BrailleDots, _ row: Int) -> String {
    (0..<dots.columns).map { column in
      let cell = dots.cell(column, row)
      return cell.series.map { BraillePlot.colour(cell.text, $0, page) } ?? cell.text
    }.joined()
  }

  private func foot(_ x: Axis, columns: Int, margin: Int) -> [String] {
    let space = String(repeating: " ", count: margin)
    let title = clipped(curve.xLabel, to: columns)
    let before = padded("", to: (columns - displayWidth(title)) / 2)
    return [
      space + "└" + String(repeating: "─", count: columns),
      space + " " + ticks(x, columns: columns),
      space + " " + before + title,
    ].map { page.ink($0, .dim) }
  }

  /// The ticks of the horizontal axis, each below its place; those that would touch another are left out.
  private func ticks(_ x: Axis, columns: Int) -> String {
    var line = ""
    for tick in x.ticks {
      let label = clipped(x.label(tick), to: columns)
      let width = displayWidth(label)
      let middle = x.fraction(tick) * Double(columns - 1)
      let start = min(max(0, Int((middle - Double(width - 1) / 2).rounded())), columns - width)
      guard line.isEmpty || start > displayWidth(line) else { continue }
      line = padded(line, to: start) + label
    }
    return line
  }

  /// Blue, orange, green, pink, yellow, sky, grey: told apart by people with any colour vision (Okabe and Ito).
  private static func colour(_ text: String, _ index: Int, _ page: Page) -> String {
    guard page.hasColour else { return text }
    let code = [33, 208, 36, 175, 220, 117, 245][index % 7]
    return "\u{1B}[38;5;\(code)m\(text)\u{1B}[0m"
  }
}

/// A grid of dots, two by four in each cell of text (Unicode block "Braille Patterns").
struct BrailleDots {
  let columns: Int
  let rows: Int
  private var bits: [UInt8]
  private var owner: [Int?]

  init(columns: Int, rows: Int) {
    self.columns = max(1, columns)
    self.rows = rows
    bits = Array(repeating: 0, count: self.columns * rows)
    owner = Array(repeating: nil, count: self.columns * rows)
  }

  var width: Int { columns * 2 }
  var height: Int { rows * 4 }

  /// The text of a cell, and the line that was drawn there last.
  func cell(_ column: Int, _ row: Int) -> (text: String, series: Int?) {
    let at = row * columns + column
    guard bits[at] != 0, let scalar = Unicode.Scalar(0x2800 + UInt32(bits[at])) else {
      return (" ", nil)
    }
    return (String(Character(scalar)), owner[at])
  }

  mutating func set(_ x: Int, _ y: Int, series: Int) {
    guard (0..<width).contains(x), (0..<height).contains(y) else { return }
    let at = y / 4 * columns + x / 2
    let bit: [UInt8] = [0x01, 0x02, 0x04, 0x40, 0x08, 0x10, 0x20, 0x80]
    bits[at] |= bit[x % 2 * 4 + y % 4]
    owner[at] = series
  }

  /// The dots of a straight line (Bresenham).
  mutating func line(from a: (Int, Int), to b: (Int, Int), series: Int) {
    var (x, y) = a
    let dx = abs(b.0 - x)
    let dy = -abs(b.1 - y)
    var error = dx + dy
    while true {
      set(x, y, series: series)
      if (x, y) == b { return }
      let twice = 2 * error
      if twice >= dy { (error, x) = (error + dy, x + (x < b.0 ? 1 : -1)) }
      if twice <= dx { (error, y) = (error + dx, y + (y < b.1 ? 1 : -1)) }
    }
  }
}

/// The values as a row of block characters, one a value; the last `width` of them.
package func sparkline(_ values: [Double], width: Int) -> String {
  let shown = values.suffix(width)
  let known = shown.filter(\.isFinite)
  guard let low = known.min(), let high = known.max() else { return "" }
  let blocks = Array("▁▂▃▄▅▆▇█")
  return String(
    shown.map { value in
      guard value.isFinite else { return " " }
      guard high > low else { return blocks[3] }
      return blocks[min(7, Int((value - low) / (high - low) * 8))]
    })
}
