import Language
import Reports

/// A picture of something in a session.
package protocol Plot: Configurable {
  /// One curve, or several to be seen one below the other.
  func curves(of session: Session, host: any Host) throws -> [Curve]
}

/// Everything that `plot` can draw, by name.
package let plots = Catalog<any Plot>(
  "plot",
  [
    LossPlot.self, SweepPlot.self, AdaptationPlot.self, EmbeddingPlot.self, PopularityPlot.self,
    AttentionPlot.self, HeatPlot.self, PrequentialPlot.self, DriftPlot.self, PrivacyPlot.self,
    FederatedPlot.self,
  ])

/// `plot loss file="loss.svg"`: a picture in the terminal, and in a file if wanted.
package struct DrawPlot: Command {
  var plot: any Plot = LossPlot()
  var path = ""
  var form = PictureForm.drawing

  package init() {}

  package static let signature = Signature<Self>(
    "plot", "Draws a picture of the training, of adaptation, or of the data.",
    details: """
      With `file`, also as a picture: `.svg`, or `.json` for a Vega-Lite specification, which \
      `as=vega` shows.
      """,
    [
      .choice("what", \.plot, from: plots, "what to draw", isRequired: true),
      .option(
        "file", \.path, "where to write the picture",
        expects: "a file name ending in .svg or .json",
        completion: .file(extensions: ["svg", "json"]),
        where: { $0.hasSuffix(".svg") || $0.hasSuffix(".json") }),
      .option("as", \.form, "what is shown here"),
    ],
    needs: [.data],
    examples: [Example("plot popularity", "how many ratings each item has, by rank")])

  package func run(in session: inout Session, host: any Host) throws -> Report {
    let curves = try plot.curves(of: session, host: host)
    var blocks = form.blocks(curves)
    if !path.isEmpty {
      let text =
        path.hasSuffix(".json") ? VegaPlot.text(of: curves) : VectorPlot.text(of: curves)
      try host.write(Array(text.utf8), to: path)
      blocks.append(.note("Written to \(path)."))
    }
    return Report(blocks)
  }
}

/// What `plot` shows.
package enum PictureForm: String, ArgumentChoice {
  case drawing, svg, vega

  package var summary: String {
    switch self {
    case .drawing: "a drawing, in the way of the output"
    case .svg: "the text of an SVG picture"
    case .vega: "a Vega-Lite specification"
    }
  }

  fileprivate func blocks(_ curves: [Curve]) -> [Report.Block] {
    switch self {
    case .drawing: curves.map { .curve($0) }
    case .svg: [.code(VectorPlot.text(of: curves))]
    case .vega: [.code(VegaPlot.text(of: curves))]
    }
  }
}
