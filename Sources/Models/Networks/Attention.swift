import Kernels
import Language

/// Self-attention over the user's support set: what they thought of similar items joins each row's features.
///
/// h = relu([x | u]·W + b); context = softmax(h·Q·(h_S·K)ᵀ / √d)·[h_S | r_S]·V, a row never attends to its own
/// rating, and one more place stands for "none"; score = head([h | context]) + Σ w(feature). Vaswani et al. 2017.
package struct Attention: Network {
  package var width = 32
  package var activation = MLP.Activation.relu
  package var inputs = SummedInputs()

  package init() {}

  package static let signature = Signature<Self>(
    "attention", "Lets each item attend to the items the user has rated.",
    [
      .option("width", \.width, in: 1...1024, "width of the layers"),
      .option("activation", \.activation, "what follows the first layer"),
    ] + SummedInputs.parameters(\.inputs),
    examples: [Example("model attention width=16")])

  package var readsSupport: Bool { true }

  package func lastStage(_ shape: InputShape) -> Int { 2 }

  /// The weights behind the inputs, in order.
  private enum Part: Int {
    case own, common, bias, query, key, value, rating, context, contextBias, head, headBias
  }

  package func blocks(_ shape: InputShape) -> [WeightBlock] {
    func scale(_ rows: Int) -> Float { (1 / Float(max(1, rows))).squareRoot() }
    func block(_ name: String, _ rows: Int, _ columns: Int, _ stage: Int, _ scale: Float)
      -> WeightBlock
    { WeightBlock(name, rows: rows, columns: columns, stage: stage, scale: scale) }
    return inputs.blocks(shape) + [
      block("attention.own", inputs.embed, width, 1, 2 * scale(inputs.embed)),
      block("attention.common", inputs.embed, width, 1, scale(inputs.embed)),
      block("attention.bias", 1, width, 1, 0),
      block("attention.query", width, width, 1, scale(width)),
      block("attention.key", width, width, 1, scale(width)),
      block("attention.value", width, width, 1, scale(width)),
      block("attention.rating", 1, width, 1, 1),
      block("attention.context", width, width, 1, scale(width)),
      block("attention.context-bias", 1, width, 1, 0),
      block("head.weight", width, shape.outputs, 2, scale(width)),
      block("head.bias", 1, shape.outputs, 2, 0),
    ]
  }

  package func features(
    _ tape: Tape, _ weights: [TapeValue], _ rows: EncodedRows, support: EncodedRows,
    shape: InputShape
  ) -> NetworkState {
    var state = inputs.features(tape, weights, rows, beside: support, shape: shape)
    state.ratings = tape.leaf(support.ratings)
    return state
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
    var bias = weight(.bias)
    if state.common.isSome { bias = tape.affine(state.common, weight(.common), bias) }
    func layer(_ rows: TapeValue) -> TapeValue {
      activation.applied(
        tape.affine(rows, weight(.own), bias, relu: activation == .relu), on: tape)
    }
    let rows = layer(state.hidden)
    next.hidden = rows
    next.common = .none
    if tape[state.support].rows > 0 {
      let (context, shares) = attended(tape, rows, layer(state.support), state, weight)
      next.shares = [shares]
      next.hidden = tape.add(
        rows, tape.map(.tanh, tape.affine(context, weight(.context), weight(.contextBias))))
    }
    return next
  }

  private func attended(
    _ tape: Tape, _ rows: TapeValue, _ support: TapeValue, _ state: NetworkState,
    _ weight: (Part) -> TapeValue
  ) -> (context: TapeValue, shares: TapeValue) {
    let scale = 1 / Float(width).squareRoot()
    var similarity = tape.scale(
      scale,
      tape.productTransposedRight(
        tape.product(rows, weight(.query)), tape.product(support, weight(.key))))
    if state.isSupport {
      let (count, others) = (tape[rows].rows, tape[support].rows)
      similarity = tape.add(similarity, tape.mask(count, others) { $0 == $1 })
    }
    let shares = tape.shares(similarity)
    let values = tape.add(
      tape.product(support, weight(.value)),
      tape.product(centred(tape, state.ratings), weight(.rating)))
    return (tape.product(shares, values), shares)
  }

  /// The support's ratings around their mean.
  private func centred(_ tape: Tape, _ ratings: TapeValue) -> TapeValue {
    let values = tape[ratings].array
    let mean = values.reduce(0, +) / Float(max(1, values.count))
    return tape.constant(values.map { $0 - mean }, rows: values.count, columns: 1)
  }
}
