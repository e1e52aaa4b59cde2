import Datasets
import Language
import MetaLearning
import Models
import Reports

/// The learned weights of features as a map of shades.
package struct HeatPlot: Plot {
  var feature: String?
  var values = 20

  package init() {}

  package static let signature = Signature<Self>(
    "heat", "Features against their learned weights, as a map of shades.",
    details: """
      Without `feature` a row for each feature: the root mean square of its values' embeddings, number by number, \
      and of their linear weights. With it a row for each of its values, those with the largest embeddings first, \
      and the weights themselves.
      """,
    [
      .option(
        "feature", \.feature, "a feature of users or items",
        expects: "the name of a feature", completion: .live("column")),
      .option("values", \.values, in: 1...200, "how many values of the feature to show"),
    ],
    needs: [.data, .model],
    examples: [Example("plot heat", "which features have large weights")])

  package func curves(of session: Session, host: any Host) throws -> [Curve] {
    guard let model = session.model else { throw CommandFailure("E0402", Noun.model.absence) }
    let layout = model.problem.layout
    guard let embedding = layout.index(of: "embedding") else {
      throw CommandFailure(
        "E0306", "`\(model.title)` has no embeddings of features",
        help: ["algorithms that train a network do: `meta-train maml`"])
    }
    let tables =
      [embedding] + (layout.index(of: WeightBlock.linearName).map { [$0] } ?? [])
    let names = tables.flatMap { block -> [String] in
      let columns = layout.blocks[block].columns
      guard block != embedding else { return (1...columns).map { "\($0)" } }
      return columns == 1 ? ["w"] : (1...columns).map { "w\($0)" }
    }
    func weights(_ row: Int) -> [Double] {
      tables.flatMap { model.weights.view($0).rows(row..<row + 1).array.map { Double($0) } }
    }
    let fields = model.problem.encoder.fields
    guard let feature else {
      let rows = fields.map { field in (label(field), meanSquares(field, weights)) }
      return [
        .heat(
          "The weights of features in \(model.title)", x: "embedding, and w: linear",
          value: "root mean square", rows: rows.map(\.0), columns: names, values: rows.map(\.1))
      ]
    }
    guard let field = fields.first(where: { $0.name == feature }) else {
      throw CommandFailure(
        "E0502", "the model knows no feature `\(feature)`",
        help: ["features: " + fields.map(\.name).joined(separator: ", ")],
        suggestions: suggestions(for: feature, among: fields.map(\.name)), argument: "feature")
    }
    return [map(of: field, names, model, session.modelData, weights)]
  }

  private func label(_ field: FeatureField) -> String {
    field.kind == .identity ? "\(field.side.rawValue) id" : "\(field.side.rawValue) \(field.name)"
  }

  /// For each weight the root of the mean square over the values that training saw.
  private func meanSquares(
    _ field: FeatureField, _ weights: (Int) -> [Double]
  ) -> [Double] {
    let known = field.start + 1..<max(field.start + 2, field.start + field.rows)
    let rows = known.filter { $0 < field.start + field.rows }.map(weights)
    guard let first = rows.first else { return [] }
    return first.indices.map { column in
      (rows.reduce(0) { $0 + $1[column] * $1[column] } / Double(rows.count)).squareRoot()
    }
  }

  private func map(
    of field: FeatureField, _ names: [String], _ model: TrainedModel, _ data: Dataset?,
    _ weights: (Int) -> [Double]
  ) -> Curve {
    func name(_ value: String) -> String {
      guard field.kind == .identity, let data, let item = data.items.ids[value] else {
        return value
      }
      return data.items.label(item)
    }
    let values = field.kind == .number ? ["one deviation"] : field.values
    let rows = values.indices.map { weights(field.start + 1 + $0) }
    let sizes = rows.map { -$0.reduce(0) { $0 + $1 * $1 } }
    let shown = values.indices.sorted { (sizes[$0], $0) < (sizes[$1], $1) }.prefix(self.values)
    return .heat(
      "The weights of \(field.name) in \(model.title)", x: "embedding, and w: linear",
      value: "weight", rows: shown.map { name(values[$0]) }, columns: names,
      values: shown.map { rows[$0] })
  }
}
