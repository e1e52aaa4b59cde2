import Kernels

/// The blocks below the head of networks that add up the embeddings of an entity's features.
func summedInputBlocks(_ shape: InputShape, embed: Int, wide: Bool) -> [WeightBlock] {
  var blocks = [
    WeightBlock(
      "embedding", rows: shape.tableRows, columns: embed, kind: .lookup, stage: 0, scale: 0.1)
  ]
  if wide { blocks.append(.linear(shape)) }
  if shape.promptWidth > 0 {
    blocks.append(WeightBlock("prompt", rows: 1, columns: shape.promptWidth, stage: 0, scale: 0.1))
    blocks.append(
      WeightBlock(
        "prompt.projection", rows: shape.promptWidth, columns: embed, stage: 0, scale: 0.3))
  }
  if shape.vectorWidth > 0 {
    blocks.append(
      WeightBlock(
        "vectors.projection", rows: shape.vectorWidth, columns: embed, stage: 0,
        scale: (1 / Float(shape.vectorWidth)).squareRoot()))
  }
  return blocks
}

extension WeightBlock {
  /// The name of the block of linear weights, which start from what training knows of the items.
  package static let linearName = "linear"

  /// One weight for each feature value and output: the memorising part of Wide & Deep (Cheng et al. 2016).
  static func linear(_ shape: InputShape) -> WeightBlock {
    WeightBlock(
      linearName, rows: shape.tableRows, columns: shape.outputs, kind: .lookup, stage: 0, scale: 0)
  }
}

extension Tape {
  /// Stage 0 of those networks: rows (rows × embed), the shared part (1 × embed), and the linear part.
  func summedInputs(
    _ weights: [TapeValue], _ rows: EncodedRows, wide: Bool, shape: InputShape
  ) -> NetworkState {
    var state = NetworkState(hidden: .none)
    if let own = rows.own {
      state.hidden = embed(
        weights[0], bags: register(own.grouped(by: rows.ownFields)), groups: 1)
      if wide { state.residual = linear(weights[1], rows) }
    }
    if let common = rows.common {
      state.common = embed(
        weights[0], bags: register(common.grouped(by: rows.commonFields)), groups: 1)
    }
    var at = wide ? 2 : 1
    if shape.promptWidth > 0 {
      let prompt = product(weights[at], weights[at + 1])
      state.common = state.common.isSome ? add(state.common, prompt) : prompt
      at += 2
    }
    if let vectors = rows.vectors {
      let given = product(leaf(vectors), weights[at])
      state.hidden = state.hidden.isSome ? add(state.hidden, given) : given
    }
    return state
  }

  /// The sum of the linear weights of a row's own and shared feature values. Shape: (rows × outputs).
  func linear(_ lookup: TapeValue, _ rows: EncodedRows) -> TapeValue {
    guard let own = rows.own else { return .none }
    let sums = embed(lookup, bags: register(own.grouped(by: rows.ownFields)), groups: 1)
    guard let common = rows.common else { return sums }
    let shared = embed(
      lookup, bags: register(common.grouped(by: rows.commonFields)), groups: 1)
    return add(sums, repeatRow(shared, rows: rows.count))
  }
}
