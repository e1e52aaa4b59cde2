/// Lines as a Vega-Lite specification, for those who want to go on drawing (Vega-Lite 5).
package struct VegaPlot {
  private let curve: Curve

  package init(_ curve: Curve) { self.curve = curve }

  package var text: String {
    let rows = curve.series.flatMap { series in
      series.points.map {
        JSON.object(["x": .number($0.x), "y": .number($0.y), "series": .string(series.name)])
      }
    }
    func axis(_ field: String, _ title: String) -> JSON {
      .object([
        "field": .string(field), "type": .string("quantitative"), "title": .string(title),
        "scale": .object(["zero": .truth(false)]),
      ])
    }
    return JSON.object([
      "$schema": .string("https://vega.github.io/schema/vega-lite/v5.json"),
      "title": .string(curve.title), "width": .number(560), "height": .number(280),
      "data": .object(["values": .array(rows)]),
      "mark": .object(["type": .string("line"), "point": .truth(rows.count <= 100)]),
      "encoding": .object([
        "x": axis("x", curve.xLabel), "y": axis("y", curve.yLabel),
        "color": .object([
          "field": .string("series"), "type": .string("nominal"), "title": .null,
        ]),
      ]),
    ]).prettyText + "\n"
  }
}
