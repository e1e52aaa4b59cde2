import Kernels
import Language

/// Embeddings of all features into a multilayer perceptron, beside a linear part.
///
/// score = head(relu(… relu([x | u]·W₁ + b₁) …)) + Σ w(feature), where x are the embeddings of the item's
/// features and u those of the user's. Without `wide` it is the network of MeLU (Lee et al. 2019); with it
/// the memorising part of Wide & Deep (Cheng et al. 2016) joins, which starts as the item's mean.
package struct MLP: Network {
  package var hidden = [64, 64]
  package var embed = 16
  package var activation = Activation.relu
  package var wide = true
  package var dropout = 0.0

  package init() {}

  package static let signature = Signature<Self>(
    "mlp", "Embeds all features and scores them with a multilayer perceptron.",
    [
      .option(
        "hidden", \.hidden, "widths of the hidden layers", expects: "widths from 1 to 4096",
        where: { (1...16).contains($0.count) && $0.allSatisfy { (1...4096).contains($0) } }),
      .option("embed", \.embed, in: 1...512, "width of each feature's embedding"),
      .option("activation", \.activation, "what follows each hidden layer"),
      .option("wide", \.wide, "add a linear weight for each feature value"),
      .option(
        "dropout", \.dropout, in: 0...0.95,
        "share of hidden units that training leaves out at random"),
    ],
    examples: [Example("model mlp hidden=32,32 embed=8")])

  package enum Activation: String, ArgumentChoice {
    case relu, tanh, sigmoid

    package var summary: String {
      switch self {
      case .relu: "max(0, x)"
      case .tanh: "the hyperbolic tangent"
      case .sigmoid: "1 / (1 + exp(-x))"
      }
    }
  }

  /// The widths of own and shared inputs of the first layer.
  private func widths(_ shape: InputShape) -> (own: Int, common: Int) {
    (
      shape.ownFields * embed + shape.vectorWidth,
      shape.commonFields * embed + shape.promptWidth
    )
  }

  package func lastStage(_ shape: InputShape) -> Int { hidden.count + 1 }

  package func blocks(_ shape: InputShape) -> [WeightBlock] {
    let (own, common) = widths(shape)
    let first = (2 / Float(own + common)).squareRoot()
    var blocks = [
      WeightBlock(
        "embedding", rows: shape.tableRows, columns: embed, kind: .lookup, stage: 0, scale: 0.1)
    ]
    if wide {
      blocks.append(.linear(shape))
    }
    if shape.promptWidth > 0 {
      blocks.append(
        WeightBlock("prompt", rows: 1, columns: shape.promptWidth, stage: 0, scale: 0.1))
    }
    blocks.append(WeightBlock("hidden1.own", rows: own, columns: hidden[0], stage: 1, scale: first))
    if common > 0 {
      blocks.append(
        WeightBlock("hidden1.common", rows: common, columns: hidden[0], stage: 1, scale: first))
    }
    blocks.append(WeightBlock("hidden1.bias", rows: 1, columns: hidden[0], stage: 1, scale: 0))
    for layer in 1..<hidden.count {
      let scale = (2 / Float(hidden[layer - 1])).squareRoot()
      blocks.append(
        WeightBlock(
          "hidden\(layer + 1).weight", rows: hidden[layer - 1], columns: hidden[layer],
          stage: layer + 1, scale: scale))
      blocks.append(
        WeightBlock(
          "hidden\(layer + 1).bias", rows: 1, columns: hidden[layer], stage: layer + 1, scale: 0))
    }
    let last = hidden[hidden.count - 1]
    blocks.append(
      WeightBlock(
        "head.weight", rows: last, columns: shape.outputs, stage: hidden.count + 1,
        scale: (1 / Float(last)).squareRoot()))
    blocks.append(
      WeightBlock("head.bias", rows: 1, columns: shape.outputs, stage: hidden.count + 1, scale: 0))
    return blocks
  }

  package func features(
    _ tape: Tape, _ weights: [TapeValue], _ rows: EncodedRows, support: EncodedRows,
    shape: InputShape
  ) -> NetworkState {
    var state = NetworkState(hidden: .none)
    state.noise = rows.noise
    if let own = rows.own {
      let bags = tape.register(own)
      state.hidden = tape.embed(weights[0], bags: bags, groups: rows.ownFields)
      if wide { state.residual = tape.linear(weights[1], rows) }
    }
    if let vectors = rows.vectors {
      let given = tape.leaf(vectors)
      state.hidden = state.hidden.isSome ? tape.concatenateColumns(state.hidden, given) : given
    }
    if let common = rows.common {
      let bags = tape.register(common)
      state.common = tape.embed(weights[0], bags: bags, groups: rows.commonFields)
    }
    if shape.promptWidth > 0 {
      let prompt = weights[wide ? 2 : 1]
      state.common =
        state.common.isSome ? tape.concatenateColumns(state.common, prompt) : prompt
    }
    return state
  }

  package func advance(
    _ state: NetworkState, stage: Int, _ tape: Tape, _ weights: [TapeValue], shape: InputShape
  ) -> NetworkState {
    var next = state
    let isRelu = activation == .relu
    let layer = layers(shape)[stage - 1]
    if stage == 1 {
      var bias = weights[layer.bias]
      if let common = layer.common { bias = tape.affine(state.common, weights[common], bias) }
      next.hidden = activation.applied(
        tape.affine(state.hidden, weights[layer.weight], bias, relu: isRelu), on: tape)
      next.common = .none
      return thinned(next, stage: stage, tape)
    }
    let (weight, bias) = (weights[layer.weight], weights[layer.bias])
    if stage <= hidden.count {
      next.hidden = activation.applied(
        tape.affine(state.hidden, weight, bias, relu: isRelu), on: tape)
      return thinned(next, stage: stage, tape)
    }
    next.hidden = tape.affine(state.hidden, weight, bias)
    if state.residual.isSome { next.hidden = tape.add(next.hidden, state.residual) }
    next.residual = .none
    return next
  }

  private func thinned(_ state: NetworkState, stage: Int, _ tape: Tape) -> NetworkState {
    var next = state
    next.hidden = tape.thinned(state.hidden, by: dropout, state.noise?.derived(stage))
    return next
  }

  private func layers(_ shape: InputShape) -> [DenseStack.Layer] {
    let at = 1 + (wide ? 1 : 0) + (shape.promptWidth > 0 ? 1 : 0)
    let hasCommon = widths(shape).common > 0
    let bias = at + (hasCommon ? 2 : 1)
    return [DenseStack.Layer(weight: at, common: hasCommon ? at + 1 : nil, bias: bias)]
      + hidden.indices.map { .init(weight: bias + 1 + 2 * $0, bias: bias + 2 + 2 * $0) }
  }

  /// Dropout makes a layer more than an affine map and a function.
  package func denseStack(_ shape: InputShape) -> DenseStack? {
    dropout > 0 ? nil : DenseStack(layers: layers(shape), activation: activation.function)
  }
}

extension MLP.Activation {
  fileprivate var function: DenseStack.Activation {
    switch self {
    case .relu: .relu
    case .tanh: .tanh
    case .sigmoid: .sigmoid
    }
  }

  /// The function of a value; relu is taken to be applied by the affine map already.
  func applied(_ x: TapeValue, on tape: Tape) -> TapeValue {
    switch self {
    case .relu: x
    case .tanh: tape.map(.tanh, x)
    case .sigmoid: tape.map(.sigmoid, x)
    }
  }
}

extension Tape {
  /// Dropout (Srivastava et al. 2014): units are left out at random, the others scaled to keep the
  /// expectation. The inner steps of a task all see the same units. Without noise nothing is left out.
  func thinned(_ x: TapeValue, by share: Double, _ noise: RandomKey?) -> TapeValue {
    guard share > 0, let noise else { return x }
    var stream = noise.stream
    let (rows, columns) = (self[x].rows, self[x].columns)
    let kept = Float(1 / (1 - share))
    let mask = (0..<rows * columns).map { _ in stream.uniform() < share ? 0 : kept }
    return multiply(x, constant(mask, rows: rows, columns: columns))
  }
}

extension EmbeddingBag {
  /// The same entries with all fields of a row in one bag.
  package func grouped(by fields: Int) -> EmbeddingBag {
    EmbeddingBag(
      count: count / fields, step: step * fields, offsets: offsets, indices: indices,
      weights: weights)
  }
}
