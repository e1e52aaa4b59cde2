import Kernels
import Language
import Models

/// Matching networks (Vinyals et al. 2016) for ratings: a query rating is a weighted mean of support
/// residuals.
package struct Matching: FeedForwardLearner {
  package init() {}

  package static let signature = Signature<Self>(
    "matching", "Predicts from the support ratings of similar items, by learned attention.",
    details: """
      score = base + Σ_s a(q, s) (r_s − base_s), a = softmax over the support of τ · z_q·z_s, with one more \
      place that stands for "like none of them". τ is learned, from 1/√width on. Vinyals et al., NeurIPS 2016.
      """,
    examples: [Example("meta-train matching epochs=1")])

  package func blocks(beside network: [WeightBlock], lastStage: Int) -> [WeightBlock] {
    [
      WeightBlock("matching.log-temperature", rows: 1, columns: 1, stage: lastStage, scale: 0),
      WeightBlock("matching.none", rows: 1, columns: 1, stage: lastStage, scale: 0),
    ]
  }

  package func prepare(_ weights: inout Weights, _ kernels: KernelSet) {
    weights.fill("matching.log-temperature", with: -0.5 * weights.logHeadWidth(kernels))
  }

  package func scores(
    _ task: TaskFeatures, _ weights: [TapeValue], in scratch: Scratch
  ) -> TapeValue {
    guard task.supportCount > 0 else { return task.queryBase }
    let tape = scratch.tape
    let temperature = tape.map(.exp, scratch.own("matching.log-temperature", weights))
    let similarity = tape.scaleBy(
      tape.productTransposedRight(task.query, task.support), temperature)
    return tape.attended(
      task, similarity: similarity, values: task.residuals,
      none: scratch.own("matching.none", weights))
  }
}

extension Weights {
  /// The logarithm of the number of features below the head.
  func logHeadWidth(_ kernels: KernelSet) -> Float {
    let rows = layout.index(of: "head.weight").map { layout.blocks[$0].rows } ?? 1
    return kernels.logarithm(Float(rows))
  }

  /// Sets every number of a block.
  mutating func fill(_ name: String, with value: Float) {
    if let block = layout.index(of: name) { mutableView(block).fill(value) }
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
