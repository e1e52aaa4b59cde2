import Kernels
import Language

/// A mixture of interaction modules: score = Σ_l m_l (x·diag(a_l)·y) + Σ w(feature) + b with m = softmax of
/// learned logits, x the item, y the user; each module weighs the shared factors in its own way.
package struct Mixture: Network {
  package var modules = 4
  package var embed = 16
  package var wide = true

  package init() {}

  package static let signature = Signature<Self>(
    "mixture", "Mixes several learned ways in which an item and a user interact.",
    [
      .option("modules", \.modules, in: 1...256, "how many ways"),
      .option("embed", \.embed, in: 1...512, "width of each feature's embedding"),
      .option("wide", \.wide, "add a linear weight for each feature value"),
    ],
    examples: [Example("model mixture modules=4")])

  package func lastStage(_ shape: InputShape) -> Int { 2 }

  package func blocks(_ shape: InputShape) -> [WeightBlock] {
    summedInputBlocks(shape, embed: embed, wide: wide) + [
      WeightBlock("user", rows: 1, columns: embed, stage: 1, scale: 0.3),
      WeightBlock("modules", rows: embed, columns: modules, stage: 1, scale: 1),
      WeightBlock("head.logits", rows: shape.outputs, columns: modules, stage: 2, scale: 0.1),
      WeightBlock("head.weight", rows: modules, columns: shape.outputs, stage: 2, scale: 0.1),
      WeightBlock("head.bias", rows: 1, columns: shape.outputs, stage: 2, scale: 0),
    ]
  }

  package func features(
    _ tape: Tape, _ weights: [TapeValue], _ rows: EncodedRows, support: EncodedRows,
    shape: InputShape
  ) -> NetworkState {
    tape.summedInputs(weights, rows, wide: wide, shape: shape)
  }

  package func advance(
    _ state: NetworkState, stage: Int, _ tape: Tape, _ weights: [TapeValue], shape: InputShape
  ) -> NetworkState {
    let at = summedInputBlocks(shape, embed: embed, wide: wide).count
    var next = state
    if stage == 1 {
      var user = weights[at]
      if state.common.isSome { user = tape.add(user, state.common) }
      let rows = tape[state.hidden].rows
      next.hidden = tape.product(
        tape.multiply(state.hidden, tape.repeatRow(user, rows: rows)), weights[at + 1])
      next.common = .none
      return next
    }
    let shares = tape.softmax(weights[at + 2])
    var scores = tape.productTransposedRight(state.hidden, shares)
    scores = tape.add(scores, tape.affine(state.hidden, weights[at + 3], weights[at + 4]))
    if state.residual.isSome { scores = tape.add(scores, state.residual) }
    return NetworkState(hidden: scores)
  }
}
