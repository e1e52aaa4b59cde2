import Kernels
import Language

/// Stage 0 of networks that add up the embeddings of an entity's features.
package struct SummedInputs: Sendable {
  package var embed = 16
  package var wide = true

  static func parameters<Root>(_ path: Path<Root, SummedInputs>) -> [Parameter<Root>] {
    let own: [Parameter<SummedInputs>] = [
      .option("embed", \.embed, in: 1...512, "width of each feature's embedding"),
      .option("wide", \.wide, "add a linear weight for each feature value"),
    ]
    return own.map { $0.lifted(along: path) }
  }

  func blocks(_ shape: InputShape) -> [WeightBlock] {
    var blocks = [
      WeightBlock(
        "embedding", rows: shape.tableRows, columns: embed, kind: .lookup, stage: 0, scale: 0.1)
    ]
    if wide { blocks.append(.linear(shape)) }
    if shape.promptWidth > 0 {
      blocks.append(
        WeightBlock("prompt", rows: 1, columns: shape.promptWidth, stage: 0, scale: 0.1))
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

  /// Rows (rows × embed), the shared part (1 × embed), and the linear part.
  func features(
    _ tape: Tape, _ weights: [TapeValue], _ rows: EncodedRows, shape: InputShape
  ) -> NetworkState {
    var state = NetworkState(hidden: .none)
    if let own = rows.own {
      state.hidden = tape.embed(
        weights[0], bags: tape.register(own.grouped(by: rows.ownFields)), groups: 1)
      if wide { state.residual = tape.linear(weights[1], rows) }
    }
    if let common = rows.common {
      state.common = tape.embed(
        weights[0], bags: tape.register(common.grouped(by: rows.commonFields)), groups: 1)
    }
    var at = wide ? 2 : 1
    if shape.promptWidth > 0 {
      let prompt = tape.product(weights[at], weights[at + 1])
      state.common = state.common.isSome ? tape.add(state.common, prompt) : prompt
      at += 2
    }
    if let vectors = rows.vectors {
      let given = tape.product(tape.leaf(vectors), weights[at])
      state.hidden = state.hidden.isSome ? tape.add(state.hidden, given) : given
    }
    return state
  }
}

/// A network on summed inputs.
protocol SummedInputNetwork: Network {
  var inputs: SummedInputs { get }
}

extension SummedInputNetwork {
  package func features(
    _ tape: Tape, _ weights: [TapeValue], _ rows: EncodedRows, support: EncodedRows,
    shape: InputShape
  ) -> NetworkState {
    inputs.features(tape, weights, rows, shape: shape)
  }
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
