/// Lines, points or bars as a Vega-Lite specification, for those who want to go on drawing (Vega-Lite 5).
package struct VegaPlot {
  private let curve: Curve

  package init(_ curve: Curve) { self.curve = curve }

  package var text: String { VegaPlot.text(of: [curve]) }

  /// One specification of several curves, one below the other.
  package static func text(of curves: [Curve]) -> String {
    var members: [JSON.Member] = [
      .init("$schema", .string("https://vega.github.io/schema/vega-lite/v5.json"))
    ]
    let views = curves.map { VegaPlot($0).members }
    if views.count == 1 {
      members += views[0]
    } else {
      members.append(.init("vconcat", .array(views.map { .object($0) })))
    }
    return JSON.object(members).prettyText + "\n"
  }

  private var members: [JSON.Member] {
    let rows = curve.series.flatMap { series in
      series.points.filter { $0.x.isFinite && $0.y.isFinite }.map {
        JSON.object(["x": x($0.x), "y": .number($0.y), "series": .string(series.name)])
      }
    }
    var encoding: [JSON.Member] = [
      .init("x", curve.names.isEmpty ? axis("x", curve.xLabel) : names),
      .init("y", axis("y", curve.yLabel)), .init("color", series(inColours: true)),
    ]
    if curve.mark == .heat { encoding = HeatMap(curve).encoding }
    if curve.mark == .point { encoding.append(.init("shape", series(inColours: false))) }
    let mark: JSON =
      switch curve.mark {
      case .point:
        .object(["type": .string("point"), "filled": .truth(true), "opacity": .number(0.75)])
      case .line: .object(["type": .string("line"), "point": .truth(rows.count <= 100)])
      case .bar: .string("bar")
      case .heat: .string("rect")
      }
    return [
      .init("title", .string(curve.title)), .init("width", .number(560)),
      .init("height", .number(curve.mark == .point ? 420 : 280)),
      .init("data", .object(["values": .array(rows)])), .init("mark", mark),
      .init("encoding", .object(encoding)),
    ]
  }

  private func x(_ value: Double) -> JSON {
    let index = Int(value.rounded())
    return curve.names.indices.contains(index) ? .string(curve.names[index]) : .number(value)
  }

  private func axis(_ field: String, _ title: String) -> JSON {
    .object([
      "field": .string(field), "type": .string("quantitative"), "title": .string(title),
      "scale": .object(["zero": .truth(curve.mark == .bar)]),
    ])
  }

  /// Names in the order in which they were tried.
  private var names: JSON {
    .object([
      "field": .string("x"), "type": .string("ordinal"), "title": .string(curve.xLabel),
      "sort": .array(curve.names.map { .string($0) }),
      "axis": .object(["labelAngle": .number(0)]),
    ])
  }

  private func series(inColours: Bool) -> JSON {
    var members: [JSON.Member] = [
      .init("field", .string("series")), .init("type", .string("nominal")), .init("title", .null),
      .init("sort", .null),
    ]
    if curve.series.count < 2 { members.append(.init("legend", .null)) }
    if inColours {
      let colours = VectorPlot.colours.map { JSON.string($0) }
      members.append(.init("scale", .object(["range": .array(colours)])))
    }
    return .object(members)
  }
}
