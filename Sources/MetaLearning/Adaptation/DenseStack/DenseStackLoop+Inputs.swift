import Kernels
import Models

/// From the adjoint of the first adapted layer's sums to the gradients of its weights, of the layers below,
/// and of the features.
extension DenseStackLoop {
  /// mixed −= α·δ·R_{k+1}ᵀ. `mixed` is M of M·X_S, a part of the adjoint of the support inputs X_S.
  func mixBefore(
    _ scratch: Scratch, _ rows: DenseStackRows, step: Int, _ adjoint: Matrix, into mixed: Matrix
  ) {
    guard step + 1 < steps else { return }
    let transposed = scratch.transposed(adjoint.rows(0..<rows.support), padded: rows.padded)
    scratch.kernels.product(
      record.delta[step, 0], transposed, into: mixed, scale: -rate, adding: mixed)
  }

  /// mixed += q·A_kᵀ
  func mixAfter(
    _ scratch: Scratch, _ rows: DenseStackRows, step: Int, _ change: Matrix, into mixed: Matrix
  ) {
    guard step > 0 else { return }
    let transposed = scratch.transposed(
      record.dual[step].rows(0..<rows.support), padded: rows.padded)
    scratch.kernels.product(change, transposed, into: mixed, adding: mixed)
  }

  func backwardFirstAdapted(
    _ scratch: Scratch, _ rows: DenseStackRows, _ weights: Weights, _ adjoint: Matrix,
    queryGradient: Matrix?,
    mixed: Matrix?, residual: Matrix?, sums: [Matrix]
  ) {
    // A first-order gradient takes the support's inputs for constants.
    let own = order > 1 ? 0..<rows.all : rows.support..<rows.all
    let x = rows.inputs[below.count]
    let total = addGradient(
      scratch, rows, firstAdapted, inputs: x.rows(own), adjoint.rows(own))
    guard !featureBlocks.isEmpty || !below.isEmpty else { return }
    var seeds = Seeds(hidden: paddedRows(scratch, rows, columns: x.columns), common: nil)
    let across =
      rows.isNarrow
      ? seedThroughWeights(
        scratch, rows, weights, adjoint, queryGradient: queryGradient, mixed: mixed, seeds)
      : seedThroughProducts(scratch, rows, weights, adjoint, mixed: mixed, own, seeds)
    if let block = firstAdapted.common, let common = rows.common, let total {
      // At second order u is differentiated on both sides of the products in G.
      let level = order > 1 ? 2 * across + (mixed?.sum ?? 0) : across
      seeds.common = commonSeed(scratch, weights, block, total, common, level: level)
    }
    for level in stride(from: below.count - 1, through: 0, by: -1) {
      backwardBelow(scratch, rows, weights, level, own, &seeds)
    }
    guard !featureBlocks.isEmpty else { return }
    backwardFeatures(scratch, rows, seeds, residual: residual, sums: sums)
  }

  /// W += xᵀδ, b += Σδ, U += uᵀ Σδ; returns Σδ where the layer takes shared inputs.
  @discardableResult
  func addGradient(
    _ scratch: Scratch, _ rows: DenseStackRows, _ layer: DenseStack.Layer, inputs: Matrix,
    _ delta: Matrix
  ) -> Matrix? {
    scratch.addProduct(inputs, delta, to: layer.weight)
    scratch.addSum(delta, to: layer.bias)
    guard let block = layer.common, let common = rows.common else { return nil }
    let total = scratch.matrix(1, delta.columns)
    scratch.kernels.columnSums(delta, into: total)
    scratch.addProduct(common, total, to: block)
    return total
  }

  /// Adjoints of the features: of each row's own (rows × inputs), and of u (1 × inputs).
  struct Seeds {
    var hidden: Matrix
    var common: Matrix?
  }

  /// The inputs of the first adapted layer as a mask, where they come out of relu.
  private func mask(_ x: Matrix) -> Matrix? { isRelu && !below.isEmpty ? x : nil }

  /// The adjoint of the first adapted layer's inputs. Query: P·W₀ᵀ + (P·Aᵀ)·X_S; support: R·W₀ᵀ + M·X_S +
  /// (A·Pᵀ)·X_Q. If relu made the inputs, it is passed at once. Returns the sum of P·Aᵀ, which the adjoint of
  /// u needs.
  private func seedThroughProducts(
    _ scratch: Scratch, _ rows: DenseStackRows, _ weights: Weights, _ adjoint: Matrix,
    mixed: Matrix?,
    _ own: Range<Int>, _ seeds: Seeds
  ) -> Float {
    let kernels = scratch.kernels
    let (support, query) = (0..<rows.support, rows.support..<rows.all)
    let x = rows.inputs[below.count]
    // With the rows of zeros, or of other ratings, that the padding of products asks for.
    let padded = Matrix(x.base, rows: rows.padded, columns: x.columns)
    let mask = mask(x)
    kernels.product(
      adjoint.rows(own), scratch.transposed(firstAdapted.weight, weights),
      into: seeds.hidden.rows(own),
      mask: steps > 0 ? nil : mask?.rows(own))
    guard steps > 0 else { return 0 }
    let across = scratch.matrix(rows.query, rows.padded)
    let dual = scratch.transposed(record.dual[steps].rows(support), padded: rows.padded)
    kernels.product(adjoint.rows(query), dual, into: across)
    let ofQuery = seeds.hidden.rows(query)
    kernels.product(across, padded, into: ofQuery, adding: ofQuery, mask: mask?.rows(query))
    let sum = firstAdapted.common == nil ? 0 : across.sum
    guard order > 1 else { return sum }
    let ofSupport = seeds.hidden.rows(support)
    if let mixed { kernels.product(mixed, padded, into: ofSupport, adding: ofSupport) }
    kernels.product(
      across, transposed: true, x.rows(query), into: ofSupport, adding: ofSupport,
      mask: mask?.rows(support))
    return sum
  }

  /// The same for a narrow first adapted layer, through its weights. Query: P·W_Kᵀ; support: R·W₀ᵀ + M·X_S +
  /// A·(X_QᵀP)ᵀ.
  private func seedThroughWeights(
    _ scratch: Scratch, _ rows: DenseStackRows, _ weights: Weights, _ adjoint: Matrix,
    queryGradient: Matrix?,
    mixed: Matrix?, _ seeds: Seeds
  ) -> Float {
    let kernels = scratch.kernels
    let (support, query) = (0..<rows.support, rows.support..<rows.all)
    let x = rows.inputs[below.count]
    let mask = mask(x)
    let dual = record.dual[steps].rows(support)
    kernels.product(
      adjoint.rows(query), scratch.transposed(record.end), into: seeds.hidden.rows(query),
      mask: mask?.rows(query))
    var sum: Float = 0
    if firstAdapted.common != nil {
      let sums = scratch.matrix(2, dual.columns)
      kernels.columnSums(dual, into: sums.rows(0..<1))
      kernels.columnSums(adjoint.rows(query), into: sums.rows(1..<2))
      sum = kernels.dot(sums.rows(0..<1), sums.rows(1..<2))
    }
    guard let queryGradient else { return sum }
    let ofSupport = seeds.hidden.rows(support)
    kernels.product(
      adjoint.rows(support), scratch.transposed(firstAdapted.weight, weights), into: ofSupport)
    if let mixed {
      let padded = Matrix(x.base, rows: rows.padded, columns: x.columns)
      kernels.product(mixed, padded, into: ofSupport, adding: ofSupport)
    }
    kernels.product(
      dual, scratch.transposed(queryGradient), into: ofSupport, adding: ofSupport,
      mask: mask?.rows(support))
    return sum
  }

  /// (Σδ)·Uᵀ + level·u
  private func commonSeed(
    _ scratch: Scratch, _ weights: Weights, _ block: Int, _ total: Matrix, _ common: Matrix,
    level: Float
  ) -> Matrix {
    let seed = scratch.matrix(like: common)
    scratch.kernels.product(total, scratch.transposed(block, weights), into: seed)
    if level != 0 { scratch.kernels.axpy(level, common, seed) }
    return seed
  }

  /// Backward through one layer below the first adapted one: its gradient, and the adjoint of its inputs.
  private func backwardBelow(
    _ scratch: Scratch, _ rows: DenseStackRows, _ weights: Weights, _ level: Int, _ own: Range<Int>,
    _ seeds: inout Seeds
  ) {
    let layer = below[level]
    let delta = seeds.hidden.rows(own)
    if !isRelu {
      activation.multiplyDerivative(
        of: rows.inputs[level + 1].rows(own), into: delta, buffer: scratch.matrix(like: delta),
        scratch.kernels)
    }
    let x = rows.inputs[level]
    let total = addGradient(scratch, rows, layer, inputs: x.rows(own), delta)
    guard level > 0 || !featureBlocks.isEmpty else { return }
    if let block = layer.common, let common = rows.common, let total {
      seeds.common = commonSeed(scratch, weights, block, total, common, level: 0)
    }
    let seed = paddedRows(scratch, rows, columns: x.columns)
    scratch.kernels.product(
      delta, scratch.transposed(layer.weight, weights), into: seed.rows(own),
      mask: isRelu && level > 0 ? x.rows(own) : nil)
    seeds.hidden = seed
  }

  private func backwardFeatures(
    _ scratch: Scratch, _ rows: DenseStackRows, _ seeds: Seeds, residual: Matrix?, sums: [Matrix]
  ) {
    let tape = scratch.tape
    guard let query = rows.queryFeatures else { return }
    let support = rows.supportFeatures
    var starts = [
      Tape.Seed(query.hidden, tape.leaf(seeds.hidden.rows(rows.support..<rows.all)))
    ]
    if order > 1 {
      starts.append(.init(support.hidden, tape.leaf(seeds.hidden.rows(0..<rows.support))))
    }
    if let common = seeds.common { starts.append(.init(support.common, tape.leaf(common))) }
    if let residual { starts.append(.init(support.residual, tape.leaf(residual))) }
    if query.residual.isSome {
      starts.append(.init(query.residual, tape.leaf(record.delta[steps, above.count])))
    }
    tape.backward(
      from: starts, to: featureBlocks.map { Tape.Target(rows.leaves[$0], into: sums[$0]) },
      floor: rows.floor, differentiable: false)
  }
}
