import Kernels
import Language
import Models

/// A conditional neural process (Garnelo et al. 2018): the support is summed up by a learned encoder, and the
/// summary modulates the features of a query.
package struct NeuralProcess: FeedForwardLearner {
  package var width = 16

  package init() {}

  package static let signature = Signature<Self>(
    "neural-process",
    "Learns to read the support ratings into a summary that conditions the scores.",
    details: """
      t = mean over the support of tanh([z_s, r_s − base_s]·W + b); score = base + (z_q ⊙ (1 + t·G) + t·H)·v: \
      adaptation is one pass, without gradient steps. Garnelo et al., ICML 2018; for recommendation TaNP, \
      Lin et al., WWW 2021.
      """,
    [.option("width", \.width, in: 1...1024, "width of the summary")],
    examples: [Example("meta-train neural-process epochs=1")])

  package func blocks(beside network: [WeightBlock], lastStage: Int) -> [WeightBlock] {
    let features = network.first { $0.name == "head.weight" }?.rows ?? 1
    func block(_ name: String, _ rows: Int, _ columns: Int, _ scale: Float) -> WeightBlock {
      WeightBlock("process.\(name)", rows: rows, columns: columns, stage: lastStage, scale: scale)
    }
    let summary = (1 / Float(width)).squareRoot()
    return [
      block("features", features, width, (2 / Float(features + 1)).squareRoot()),
      block("residual", 1, width, 1), block("bias", 1, width, 0),
      block("gain", width, features, 0.1 * summary), block("shift", width, features, summary),
      block("intercept", width, 1, summary),
    ]
  }

  package func scores(
    _ task: TaskFeatures, _ weights: [TapeValue], in scratch: Scratch
  ) -> TapeValue {
    let tape = scratch.tape
    func own(_ name: String) -> TapeValue { scratch.own("process.\(name)", weights) }
    var summary = tape.constant(0, rows: 1, columns: width)
    if task.supportCount > 0 {
      let rows = tape.add(
        tape.affine(task.support, own("features"), own("bias")),
        tape.product(task.residuals, own("residual")))
      summary = tape.scale(
        1 / Float(task.supportCount), tape.columnSums(tape.map(.tanh, rows)))
    }
    let gain = tape.repeatRow(tape.product(summary, own("gain")), rows: task.queryCount)
    let shift = tape.repeatRow(tape.product(summary, own("shift")), rows: task.queryCount)
    let modulated = tape.add(tape.add(task.query, tape.multiply(task.query, gain)), shift)
    let scores = tape.product(modulated, scratch.own("head.weight", weights))
    let level = tape.repeatRow(tape.product(summary, own("intercept")), rows: task.queryCount)
    return tape.add(task.queryBase, tape.add(scores, level))
  }
}
