import Kernels
import Language
import Models

/// Relation networks (Sung et al. 2018) for ratings: a learned network compares query and support rows.
package struct Relation: FeedForwardLearner {
  package var width = 16

  package init() {}

  package static let signature = Signature<Self>(
    "relation", "Predicts from support ratings, related to the query by a learned comparison.",
    details: """
      score = base + Σ_s a(q, s) (r_s − base_s), where a is a softmax over g(z_q, z_s) and g is a small \
      network on both representations. Sung et al., CVPR 2018.
      """,
    [.option("width", \.width, in: 1...1024, "hidden width of the comparison")],
    examples: [Example("meta-train relation epochs=1")])

  package func blocks(beside network: [WeightBlock], lastStage: Int) -> [WeightBlock] {
    let features = network.first { $0.name == "head.weight" }?.rows ?? 1
    let scale = (1 / Float(features)).squareRoot()
    func block(_ name: String, _ rows: Int, _ columns: Int, _ scale: Float) -> WeightBlock {
      WeightBlock("relation.\(name)", rows: rows, columns: columns, stage: lastStage, scale: scale)
    }
    return [
      block("query", features, width, scale), block("support", features, width, scale),
      block("bias", 1, width, 0), block("out", width, 1, (1 / Float(width)).squareRoot()),
      block("none", 1, 1, 0),
    ]
  }

  package func scores(
    _ task: TaskFeatures, _ weights: [TapeValue], in scratch: Scratch
  ) -> TapeValue {
    guard task.supportCount > 0 else { return task.queryBase }
    let tape = scratch.tape
    let ours = tape.affine(
      task.query, scratch.own("relation.query", weights), scratch.own("relation.bias", weights))
    let theirs = tape.product(task.support, scratch.own("relation.support", weights))
    // Every pair of rows: the queries one after the other, each with the whole support.
    let columns = (0..<task.supportCount).map { row in
      let pair = tape.map(
        .tanh,
        tape.add(ours, tape.repeatRow(tape.rowSlice(theirs, row..<row + 1), rows: task.queryCount)))
      return tape.product(pair, scratch.own("relation.out", weights))
    }
    return tape.attended(
      task, similarity: tape.concatenateColumns(columns[...]), values: task.residuals,
      none: scratch.own("relation.none", weights))
  }
}
