import Kernels
import Language

/// Embeddings that are propagated over the graph of training, as in LightGCN (He et al. 2020).
///
/// The nodes are training users, items and values of their features; the edges are ratings, features, and trust
/// between users. An embedding is the mean over 0 to `layers` steps of the symmetrically normalised graph, a fixed
/// linear map of what is learned (`FeatureGraph`). A user is the support: p, the mean of its items, and o, that of
/// its items times the opinions of them, a support row left out of its own. y = x·W_i + b,
/// v = u·W_u + p·W_p + o·W_o; score = head([y | y∘v]) + Σ w(feature).
package struct Graph: Network {
  package var layers = 3
  package var dropout = 0.0
  package var inputs = SummedInputs()

  package init() {}

  package static let signature = Signature<Self>(
    "graph", "Propagates embeddings over the graph of who took what; a user is the items taken.",
    [
      .option(
        "layers", \.layers, in: 0...8,
        "how far embeddings spread; their mean over all layers is used"
      ),
      .option(
        "dropout", \.dropout, in: 0...0.95,
        "share of the features below the head that training leaves out at random"),
    ] + SummedInputs.parameters(\.inputs),
    examples: [Example("model graph layers=3 embed=16")])

  package var propagation: Int? { layers }

  package var readsSupport: Bool { true }

  package func lastStage(_ shape: InputShape) -> Int { 2 }

  private enum Part: Int { case item, itemBias, user, items, opinions, taste, head, headBias }

  package func blocks(_ shape: InputShape) -> [WeightBlock] {
    let embed = inputs.embed
    func block(_ name: String, _ rows: Int, _ scale: Float) -> WeightBlock {
      WeightBlock("graph.\(name)", rows: rows, columns: embed, stage: 1, scale: scale)
    }
    let scale = (1 / Float(embed)).squareRoot()
    return inputs.blocks(shape) + [
      block("item", embed, 3 * scale), block("item-bias", 1, 0), block("user", embed, 4 * scale),
      block("items", embed, 4 * scale), block("opinions", embed, 8 * scale), block("taste", 1, 0),
      WeightBlock(
        "head.weight", rows: 2 * embed, columns: shape.outputs, stage: 2, scale: 0.3 * scale),
      WeightBlock("head.bias", rows: 1, columns: shape.outputs, stage: 2, scale: 0),
    ]
  }

  package func features(
    _ tape: Tape, _ weights: [TapeValue], _ rows: EncodedRows, support: EncodedRows,
    shape: InputShape
  ) -> NetworkState {
    inputs.opinionated(tape, weights, rows, beside: support, shape: shape)
  }

  package func advance(
    _ state: NetworkState, stage: Int, _ tape: Tape, _ weights: [TapeValue], shape: InputShape
  ) -> NetworkState {
    let at = inputs.blocks(shape).count
    func weight(_ part: Part) -> TapeValue { weights[at + part.rawValue] }
    var next = state
    if stage == 2 {
      return state.scored(tape, weight(.head), weight(.headBias))
    }
    let rows = tape[state.hidden].rows
    let items = tape.affine(state.hidden, weight(.item), weight(.itemBias))
    var taste = weight(.taste)
    if state.common.isSome { taste = tape.affine(state.common, weight(.user), taste) }
    var user = tape.repeatRow(taste, rows: rows)
    if state.support.isSome, state.ratings.isSome, tape[state.support].rows > 0 {
      let edges = edges(state, rows: rows, tape)
      let opinions = tape.multiply(
        state.support, tape.repeatColumn(state.ratings, columns: inputs.embed))
      user = tape.add(
        user,
        tape.add(
          tape.product(tape.product(edges, state.support), weight(.items)),
          tape.product(tape.product(edges, opinions), weight(.opinions))))
      next.shares = [edges]
    }
    next.common = .none
    next.hidden = tape.thinned(
      tape.concatenateColumns(items, tape.multiply(items, user)), by: dropout, state.noise)
    return next
  }

  /// Each row's shares of the support: all alike, but none of its own.
  private func edges(_ state: NetworkState, rows: Int, _ tape: Tape) -> TapeValue {
    let count = tape[state.support].rows
    var shares = [Float](
      repeating: 1 / Float(max(1, state.isSupport ? count - 1 : count)), count: rows * count)
    if state.isSupport {
      for row in 0..<min(rows, count) { shares[row * (count + 1)] = 0 }
    }
    return tape.constant(shares, rows: rows, columns: count)
  }
}
