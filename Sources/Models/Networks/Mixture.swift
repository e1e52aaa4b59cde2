import Kernels
import Language

/// A mixture of interaction modules: score = Σ_l m_l (x·diag(a_l)·y) + Σ w(feature) + b with m = softmax of
/// learned logits, x the item, y the user; each module weighs the shared factors in its own way.
package struct Mixture: SummedInputNetwork {
  package var modules = 4
  package var inputs = SummedInputs()

  package init() {}

  package static let signature = Signature<Self>(
    "mixture", "Mixes several learned ways in which an item and a user interact.",
    [
      .option("modules", \.modules, in: 1...256, "how many ways")
    ] + SummedInputs.parameters(\.inputs),
    examples: [Example("model mixture modules=4")])

  package func lastStage(_ shape: InputShape) -> Int { 2 }

  package func blocks(_ shape: InputShape) -> [WeightBlock] {
    inputs.blocks(shape) + [
      WeightBlock("user", rows: 1, columns: inputs.embed, stage: 1, scale: 0.3),
      WeightBlock("modules", rows: inputs.embed, columns: modules, stage: 1, scale: 1),
      WeightBlock("head.logits", rows: shape.outputs, columns: modules, stage: 2, scale: 0.1),
      WeightBlock("head.weight", rows: modules, columns: shape.outputs, stage: 2, scale: 0.1),
      WeightBlock("head.bias", rows: 1, columns: shape.outputs, stage: 2, scale: 0),
    ]
  }

  package func advance(
    _ state: NetworkState, stage: Int, _ tape: Tape, _ weights: [TapeValue], shape: InputShape
  ) -> NetworkState {
    let at = inputs.blocks(shape).count
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
