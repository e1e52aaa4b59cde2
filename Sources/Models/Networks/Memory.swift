import Kernels
import Language

/// A memory of prototypes of tasks, read by attention from the user's features, which says where the user's layers
/// start (MAMO; Dong et al. 2020, arXiv 2007.03183).
///
/// a = softmax(q·Kᵀ), q what is known of the user; h = f(x·(W + Σ_k a_k M_k) + u·U + a·B + b); h ← f(h·W₂ + b₂);
/// score = head(h) + Σ w(feature). Keys K, prototypes M and B are learned like all weights, through the inner steps,
/// where MAMO writes them by a running mean: so their derivatives are exact.
package struct Memory: SummedInputNetwork {
  package var slots = 4
  package var width = 32
  package var activation = MLP.Activation.relu
  package var inputs = SummedInputs()

  package init() {}

  package static let signature = Signature<Self>(
    "memory", "Starts each user from prototypes of tasks, chosen by the features (MAMO).",
    [
      .option("slots", \.slots, in: 1...64, "how many prototypes the memory holds"),
      .option("width", \.width, in: 1...1024, "width of the layers"),
      .option("activation", \.activation, "what follows each layer"),
    ] + SummedInputs.parameters(\.inputs),
    examples: [Example("model memory slots=4 width=32")])

  package var attendsToSupport: Bool { false }

  package var readsSupport: Bool { true }

  package func lastStage(_ shape: InputShape) -> Int { 3 }

  private enum Part: Int {
    case keys, biases, prototypes, own, common, bias, second, secondBias, head, headBias
  }

  package func blocks(_ shape: InputShape) -> [WeightBlock] {
    let embed = inputs.embed
    func scale(_ rows: Int) -> Float { (1 / Float(max(1, rows))).squareRoot() }
    func block(
      _ name: String, _ rows: Int, _ stage: Int, _ scale: Float, _ columns: Int? = nil
    ) -> WeightBlock {
      WeightBlock(name, rows: rows, columns: columns ?? width, stage: stage, scale: scale)
    }
    return inputs.blocks(shape) + [
      block("memory.keys", slots, 1, 4, embed),
      block("memory.biases", slots, 1, 0.2),
      block("memory.prototypes", slots * embed, 1, scale(embed)),
      block("memory.own", embed, 1, 2 * scale(embed)),
      block("memory.common", embed, 1, scale(embed)),
      block("memory.bias", 1, 1, 0),
      block("memory.second", width, 2, 1.4 * scale(width)),
      block("memory.second-bias", 1, 2, 0),
      block("head.weight", width, 3, scale(width), shape.outputs),
      block("head.bias", 1, 3, 0, shape.outputs),
    ]
  }

  package func features(
    _ tape: Tape, _ weights: [TapeValue], _ rows: EncodedRows, support: EncodedRows,
    shape: InputShape
  ) -> NetworkState {
    var state = inputs.features(tape, weights, rows, shape: shape)
    // Of a user without features the items of their support tell.
    guard !state.common.isSome, support.count > 0 else { return state }
    let items = inputs.features(tape, weights, support, shape: shape).hidden
    state.common = tape.scale(1 / Float(support.count), tape.columnSums(items))
    return state
  }

  package func advance(
    _ state: NetworkState, stage: Int, _ tape: Tape, _ weights: [TapeValue], shape: InputShape
  ) -> NetworkState {
    let at = inputs.blocks(shape).count
    func weight(_ part: Part) -> TapeValue { weights[at + part.rawValue] }
    func layer(_ x: TapeValue, _ w: TapeValue, _ bias: TapeValue) -> TapeValue {
      activation.applied(tape.affine(x, w, bias, relu: activation == .relu), on: tape)
    }
    var next = state
    if stage == 2 {
      next.hidden = layer(state.hidden, weight(.second), weight(.secondBias))
      return next
    }
    if stage == 3 {
      return state.scored(tape, weight(.head), weight(.headBias))
    }
    let shares = shares(state.common, weight(.keys), tape)
    var matrix = weight(.own)
    for slot in 0..<slots {
      let prototype = tape.rowSlice(
        weight(.prototypes), slot * inputs.embed..<(slot + 1) * inputs.embed)
      matrix = tape.add(
        matrix, tape.scaleBy(prototype, tape.columnSlice(shares, slot..<slot + 1)))
    }
    var bias = tape.add(weight(.bias), tape.product(shares, weight(.biases)))
    if state.common.isSome { bias = tape.affine(state.common, weight(.common), bias) }
    next.hidden = layer(state.hidden, matrix, bias)
    next.common = .none
    next.shares = [shares]
    return next
  }

  /// How much each prototype counts for the user; all alike where nothing is known of them.
  private func shares(_ user: TapeValue, _ keys: TapeValue, _ tape: Tape) -> TapeValue {
    guard user.isSome else { return tape.constant(1 / Float(slots), rows: 1, columns: slots) }
    return tape.softmax(tape.productTransposedRight(user, keys))
  }
}
