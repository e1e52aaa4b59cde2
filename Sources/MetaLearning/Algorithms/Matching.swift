import Kernels
import Language
import Models

/// Matching networks (Vinyals et al. 2016) for ratings: a query rating is a weighted mean of support residuals.
package struct Matching: DirectLearner {
  package var temperature = 1.0

  package init() {}

  package static let signature = Signature<Self>(
    "matching", "Predicts from the support ratings of similar items, by learned attention.",
    details: """
      score = base + Σ_s a(q, s) (r_s − base_s), a = softmax over the support of τ · z_q·z_s, with one more \
      place that stands for "like none of them". τ is learned. Vinyals et al., NeurIPS 2016.
      """,
    [
      .option(
        "temperature", \.temperature, in: 1e-3...1e3, "τ that learning starts from")
    ],
    examples: [Example("meta-train matching epochs=1")])

  package func blocks(beside network: [WeightBlock], lastStage: Int) -> [WeightBlock] {
    [
      WeightBlock("matching.log-temperature", rows: 1, columns: 1, stage: lastStage, scale: 0),
      WeightBlock("matching.none", rows: 1, columns: 1, stage: lastStage, scale: 0),
    ]
  }

  package func prepare(_ weights: inout Weights) {
    guard let block = weights.layout.index(of: "matching.log-temperature") else { return }
    weights.mutableView(block).fill(KernelSet.best.logarithm(Float(temperature)))
  }

  package func scores(
    _ task: TaskFeatures, _ weights: [TapeValue], in lane: Lane
  ) -> TapeValue {
    guard task.supportCount > 0 else { return task.queryBase }
    let tape = lane.tape
    let temperature = tape.map(.exp, lane.own("matching.log-temperature", weights))
    let similarity = tape.scaleBy(
      tape.productTransposedRight(task.query, task.support), temperature)
    return tape.attended(
      task, similarity: similarity, values: task.residuals,
      none: lane.own("matching.none", weights))
  }
}

extension Tape {
  /// base + softmax([similarity | none]) · [values; 0], for each query row.
  func attended(
    _ task: TaskFeatures, similarity: TapeValue, values: TapeValue, none: TapeValue
  ) -> TapeValue {
    let attention = softmax(
      concatenateColumns(similarity, repeatRow(none, rows: task.queryCount)))
    let padded = concatenateRows(values, constant(0))
    return add(task.queryBase, product(attention, padded))
  }
}
