import Language
import Reports

/// A picture of something in a session.
package protocol Plot: Configurable {
  func curve(of session: Session, host: any Host) throws -> Curve
}

/// Everything that `plot` can draw, by name.
package let plots = Catalog<any Plot>(
  "plot", [LossPlot.self, AdaptationPlot.self, PopularityPlot.self])

/// `plot loss file="loss.svg"`: a picture in the terminal, and in a file if wanted.
package struct DrawPlot: Command {
  var plot: any Plot = LossPlot()
  var path = ""

  package init() {}

  package static let signature = Signature<Self>(
    "plot", "Draws a picture of the training, of adaptation, or of the data.",
    details: "With `file`, also as a picture: `.svg`, or `.json` for a Vega-Lite specification.",
    [
      .choice("what", \.plot, from: plots, "what to draw", isRequired: true),
      .option(
        "file", \.path, "where to write the picture",
        expects: "a file name ending in .svg or .json",
        completion: .file(extensions: ["svg", "json"]),
        where: { $0.hasSuffix(".svg") || $0.hasSuffix(".json") }),
    ],
    needs: [.data],
    examples: [Example("plot popularity", "how many ratings each item has, by rank")])

  package func run(in session: inout Session, host: any Host) throws -> Report {
    let curve = try plot.curve(of: session, host: host)
    var blocks: [Report.Block] = [.curve(curve)]
    if !path.isEmpty {
      let text = path.hasSuffix(".json") ? VegaPlot(curve).text : VectorPlot(curve).text
      try host.write(Array(text.utf8), to: path)
      blocks.append(.note("Written to \(path)."))
    }
    return Report(blocks)
  }
}
