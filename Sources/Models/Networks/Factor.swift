import Kernels
import Language

/// A factorisation machine with a vector for the user that adapts: score = x·(v + u) + Σ w(feature) + b, where
/// x is the sum of the embeddings of the item's features, u that of the user's, and v the head.
package struct Factor: SummedInputNetwork {
  package var inputs = SummedInputs()

  package init() {}

  package static let signature = Signature<Self>(
    "factor", "Scores an item by the dot product of its features' embeddings with the user's.",
    SummedInputs.parameters(\.inputs),
    examples: [Example("model factor embed=16")])

  package func lastStage(_ shape: InputShape) -> Int { 1 }

  package func blocks(_ shape: InputShape) -> [WeightBlock] {
    inputs.blocks(shape) + [
      WeightBlock("head.weight", rows: inputs.embed, columns: shape.outputs, stage: 1, scale: 0.1),
      WeightBlock("head.bias", rows: 1, columns: shape.outputs, stage: 1, scale: 0),
    ]
  }

  package func advance(
    _ state: NetworkState, stage: Int, _ tape: Tape, _ weights: [TapeValue], shape: InputShape
  ) -> NetworkState {
    let at = inputs.blocks(shape).count
    var scores = tape.affine(state.hidden, weights[at], weights[at + 1])
    if state.common.isSome {
      let shared = tape.productTransposedRight(state.hidden, state.common)
      scores = tape.add(scores, tape.repeatColumn(shared, columns: shape.outputs))
    }
    if state.residual.isSome { scores = tape.add(scores, state.residual) }
    return NetworkState(hidden: scores)
  }
}
