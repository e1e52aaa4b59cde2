import Language

/// A curve as a picture that pgfplots draws in a LaTeX document.
struct PaperPlot {
  private let curve: Curve

  init(_ curve: Curve) { self.curve = curve }

  /// The colours of our other pictures, told apart by people with any colour vision.
  private static let colours = VectorPlot.colours

  var text: String {
    var options = [
      "width=0.9\\linewidth", "height=0.5\\linewidth", "title={\(latex(curve.title))}",
      "xlabel={\(latex(curve.xLabel))}", "ylabel={\(latex(curve.yLabel))}",
      "legend style={font=\\footnotesize}", "legend pos=outer north east",
    ]
    if !curve.names.isEmpty {
      let places = curve.names.indices.map { "\($0)" }.joined(separator: ",")
      let names = curve.names.map { "{\(latex($0))}" }.joined(separator: ",")
      options += [
        "xtick={\(places)}", "xticklabels={\(names)}", "x tick label style={rotate=45,anchor=east}",
      ]
    }
    if curve.mark == .bar { options += ["ybar", "ymin=0"] }
    if curve.mark == .heat { options += heatOptions }
    let body = curve.mark == .heat ? heat : curve.series.enumerated().map { plot($1, $0) }.joined()
    return "\\begin{center}\n\\begin{tikzpicture}\n\\begin{axis}[\n  "
      + options.joined(separator: ",\n  ") + "]\n" + body
      + "\\end{axis}\n\\end{tikzpicture}\n\\end{center}\n"
  }

  private func plot(_ series: Curve.Series, _ index: Int) -> String {
    let colour = Self.colours[index % Self.colours.count].dropFirst().uppercased()
    let style = curve.mark == .point ? "only marks, mark size=1pt" : "mark=none"
    let define = "\\definecolor{series\(index)}{HTML}{\(colour)}\n"
    let options = curve.mark == .bar ? "fill=series\(index), draw=none" : "series\(index), \(style)"
    let points = series.points.filter { $0.x.isFinite && $0.y.isFinite }.map {
      "(\(Number.text($0.x)),\(Number.text($0.y)))"
    }
    var text = "\(define)\\addplot[\(options)] coordinates {\(points.joined(separator: " "))};\n"
    if curve.series.count > 1 { text += "\\addlegendentry{\(latex(series.name))}\n" }
    return text
  }

  /// Each series is a row of the map.
  private var heatOptions: [String] {
    let places = curve.series.indices.map { "\($0)" }.joined(separator: ",")
    let names = curve.series.map { "{\(latex($0.name))}" }.joined(separator: ",")
    return [
      "colorbar", "y dir=reverse", "enlargelimits=false", "axis on top", "ytick={\(places)}",
      "yticklabels={\(names)}",
    ]
  }

  private var heat: String {
    let columns = curve.series.map(\.points.count).max() ?? 0
    let cells = curve.series.enumerated().map { row, series in
      (0..<columns).map { column in
        let value = series.points.first { $0.x == Double(column) }?.y ?? .nan
        return "(\(column),\(row)) [\(value.isFinite ? Number.text(value) : "nan")]"
      }.joined(separator: " ")
    }
    return "\\addplot[matrix plot*, mesh/cols=\(columns), point meta=explicit] coordinates {\n"
      + cells.joined(separator: "\n") + "\n};\n"
  }
}
