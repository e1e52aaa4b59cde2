import Kernels
import Models

extension DenseStackLoop {
  /// Adds the meta-gradient, that of the query loss after adaptation with respect to the weights before it,
  /// to the sums of `scratch`; returns that loss.
  func metaGradient(_ scratch: Scratch, _ weights: Weights, _ episode: Episode) -> Float {
    let rows = forwardBelow(scratch, weights, episode, withQuery: true)
    takeSteps(scratch, rows, episode, weights)
    let sums = scratch.blockSums(rows.leaves, later: stackBlocks)
    // The first adapted layer's adjoint: R of the support rows above P of the query rows.
    let adjoint = paddedRows(scratch, rows, columns: rows.firstAdapted.columns)
    adjoint.rows(0..<rows.support).fill(0)
    let loss = forwardQuery(scratch, rows, episode, weights, adjoint)
    var mixed: Matrix?
    var residual: Matrix?
    var queryGradient: Matrix?
    if order > 1, steps > 0 {
      if rows.isNarrow { queryGradient = gradientOfQuery(scratch, rows, adjoint) }
      // With a single step it is zero.
      if steps > 1, !featureBlocks.isEmpty || !below.isEmpty {
        mixed = scratch.zeros(rows.support, rows.padded)
      }
      residual = rows.supportResidual.map { scratch.zeros($0.rows, $0.columns) }
      backwardThroughSteps(
        scratch, rows, adjoint, queryGradient: queryGradient, mixed: mixed, residual: residual)
    } else {
      for (level, layer) in above.enumerated() {
        scratch.addProduct(
          record.hidden[steps, level], record.delta[steps, level + 1], to: layer.weight)
        scratch.addSum(record.delta[steps, level + 1], to: layer.bias)
      }
    }
    backwardFirstAdapted(
      scratch, rows, weights, adjoint, queryGradient: queryGradient, mixed: mixed,
      residual: residual, sums: sums)
    scratch.keepLookups(sums, episode)
    return loss
  }

  /// Reptile's direction: where the steps began minus where they end. Returns the loss before them.
  func displacement(_ scratch: Scratch, _ weights: Weights, _ episode: Episode) -> Float {
    let rows = forwardBelow(scratch, weights, episode, withQuery: false)
    takeSteps(scratch, rows, episode, weights, finishes: false)
    let sums = scratch.blockSums(rows.leaves, later: stackBlocks)
    let kernels = scratch.kernels
    for (level, layer) in above.enumerated() { addDisplacement(scratch, level, layer) }
    let back = scratch.matrix(rows.support, rows.firstAdapted.columns)
    kernels.scale(-1, record.dual[steps].rows(0..<rows.support), into: back)
    addGradient(scratch, rows, firstAdapted, inputs: rows.inputs[below.count], back)
    scratch.keepLookups(sums, episode)
    return record.loss[0]
  }

  /// Adds W₀ − W_K of a layer above the first adapted one: W₀ − W_{K−1} from the record, and the last step,
  /// which was not taken.
  private func addDisplacement(
    _ scratch: Scratch, _ level: Int, _ layer: DenseStack.Layer
  ) {
    guard steps > 0 else { return }
    let (kernels, last) = (scratch.kernels, steps - 1)
    let bias = scratch.gradient(of: layer.bias)
    if last > 0 {
      let weight = scratch.gradient(of: layer.weight)
      kernels.axpy(1, record.weight[0, level], weight)
      kernels.axpy(-1, record.weight[last, level], weight)
      kernels.axpy(1, record.bias[0, level], bias)
      kernels.axpy(-1, record.bias[last, level], bias)
    }
    let delta = record.delta[last, level + 1]
    scratch.addProduct(record.hidden[last, level], delta, to: layer.weight, scale: rate)
    let total = scratch.matrix(like: bias)
    kernels.columnSums(delta, into: total)
    kernels.axpy(rate, total, bias)
  }

  // MARK: The query

  /// λ, the adjoint of the weights of a layer above the first adapted one.
  struct WeightAdjoint {
    var weight: Matrix
    var bias: Matrix
  }

  /// The query loss after the steps, and its deltas; P, that of the first adapted layer, goes into `adjoint`.
  private func forwardQuery(
    _ scratch: Scratch, _ rows: DenseStackRows, _ episode: Episode, _ weights: Weights,
    _ adjoint: Matrix
  ) -> Float {
    let own = rows.support..<rows.all
    for level in 0...above.count {
      let width = level < above.count ? record.weight[0, level].rows : rows.outputs
      record.reserve(
        scratch, slot: steps, level: level, rows: rows.query, width: width, tangents: false)
    }
    record.delta[steps, 0] = adjoint.rows(own)
    if rows.isNarrow {
      let end = adaptedFirstLayer(scratch, rows, weights)
      record.end = end.weight
      scratch.kernels.product(
        rows.inputs[below.count].rows(own), end.weight, into: record.hidden[steps, 0],
        bias: end.bias, relu: !above.isEmpty && isRelu)
    } else {
      forwardFirstAdapted(scratch, rows, own, slot: steps)
    }
    forwardAbove(scratch, slot: steps, residual: rows.queryResidual)
    let loss = lossAndDelta(
      scratch, record.hidden[steps, above.count], episode.query.ratings,
      into: record.delta[steps, above.count], step: steps)
    backwardAbove(scratch, slot: steps, weights)
    return loss
  }

  /// X_QᵀP, the gradient of the query loss with respect to W_K of a narrow first adapted layer.
  private func gradientOfQuery(_ scratch: Scratch, _ rows: DenseStackRows, _ adjoint: Matrix)
    -> Matrix
  {
    let own = rows.support..<rows.all
    let queryGradient = scratch.matrix(like: record.end)
    scratch.kernels.product(
      rows.inputs[below.count].rows(own), transposed: true, adjoint.rows(own), into: queryGradient)
    return queryGradient
  }

  private func adjointOfQuery(_ scratch: Scratch, _ rows: DenseStackRows, _ level: Int)
    -> WeightAdjoint
  {
    let delta = record.delta[steps, level + 1]
    let lambda = WeightAdjoint(
      weight: scratch.matrix(like: record.weight[0, level]),
      bias: scratch.matrix(like: record.bias[0, level]))
    scratch.kernels.product(
      record.hidden[steps, level], transposed: true, delta, into: lambda.weight)
    scratch.kernels.columnSums(delta, into: lambda.bias)
    return lambda
  }

  // MARK: Backwards through the steps

  /// λ_k = λ_{k+1} + H_k(−α λ_{k+1}), from the last step to the first, whose λ is added to the sums.
  private func backwardThroughSteps(
    _ scratch: Scratch, _ rows: DenseStackRows, _ adjoint: Matrix, queryGradient: Matrix?,
    mixed: Matrix?,
    residual: Matrix?
  ) {
    let kernels = scratch.kernels
    var lambda = above.indices.map { level in adjointOfQuery(scratch, rows, level) }
    let own = 0..<rows.support
    let r = adjoint.rows(own)
    let fromQuery = moveOfQuery(scratch, rows, adjoint, queryGradient: queryGradient)
    for step in stride(from: steps - 1, through: 0, by: -1) {
      let moved = above.isEmpty ? scratch.matrix(like: r) : record.hiddenTangent[step, 0]
      if step + 1 < steps {
        let padded = Matrix(adjoint.base, rows: rows.padded, columns: r.columns)
        kernels.product(
          rows.products.rows(own), padded, into: moved, scale: -rate, adding: fromQuery)
      } else {
        moved.copy(from: fromQuery)
      }
      if let mixed { mixBefore(scratch, rows, step: step, adjoint, into: mixed) }
      let change = tangent(scratch, step: step, moved, lambda)
      if let residual {
        kernels.axpy(1, scoreChange(step: step, change), residual)
      }
      for level in above.indices { learn(scratch, step: step, level, &lambda[level]) }
      if let mixed { mixAfter(scratch, rows, step: step, change, into: mixed) }
      kernels.axpy(1, change, r)
    }
  }

  /// −α·V of the query, G_QSᵀ·P or X_S·(X_QᵀP): the same for all steps.
  private func moveOfQuery(
    _ scratch: Scratch, _ rows: DenseStackRows, _ adjoint: Matrix, queryGradient: Matrix?
  ) -> Matrix {
    let (kernels, own) = (scratch.kernels, rows.support..<rows.all)
    let move = scratch.matrix(rows.support, adjoint.columns)
    guard let queryGradient else {
      kernels.product(
        rows.products.rows(own), transposed: true, adjoint.rows(own), into: move, scale: -rate)
      return move
    }
    let level = scratch.matrix(1, adjoint.columns)
    kernels.columnSums(adjoint.rows(own), into: level)
    kernels.scale(-rate * sharedProduct(scratch, rows), level, into: level)
    kernels.product(
      rows.inputs[below.count].rows(0..<rows.support), queryGradient, into: move, scale: -rate,
      bias: level)
    return move
  }

  private func scoreChange(step: Int, _ change: Matrix) -> Matrix {
    above.isEmpty ? change : record.deltaTangent[step, above.count]
  }

  /// The tangents of a step's deltas along the direction −α(V, λ); returns that of the first adapted layer.
  private func tangent(_ scratch: Scratch, step: Int, _ moved: Matrix, _ lambda: [WeightAdjoint])
    -> Matrix
  {
    let kernels = scratch.kernels
    let top = above.count
    guard top > 0 else {
      let change = scratch.matrix(like: moved)
      lossHessianProduct(scratch, step: step, moved, into: change)
      return change
    }
    // ż, which the second derivative of an activation other than relu is multiplied with.
    var sums: [Matrix] = []
    for level in 0..<top {
      let x = record.hidden[step, level]
      let change = record.hiddenTangent[step, level]
      if isRelu {
        if level == 0 { kernels.maskPositive(change, by: x, into: change) }
      } else {
        let sum = scratch.matrix(like: change)
        sum.copy(from: change)
        sums.append(sum)
        activation.multiplyDerivative(of: x, into: change, buffer: scratch.matrix(like: x), kernels)
      }
      let bias = scratch.matrix(like: lambda[level].bias)
      kernels.scale(-rate, lambda[level].bias, into: bias)
      let next = record.hiddenTangent[step, level + 1]
      kernels.product(x, lambda[level].weight, into: next, scale: -rate, bias: bias)
      kernels.product(
        change, record.weight[step, level], into: next, adding: next,
        mask: isRelu && level + 1 < top ? record.hidden[step, level + 1] : nil)
    }
    lossHessianProduct(
      scratch, step: step, record.hiddenTangent[step, top], into: record.deltaTangent[step, top])
    for level in stride(from: top - 1, through: 0, by: -1) {
      let x = record.hidden[step, level]
      let change = record.deltaTangent[step, level]
      kernels.product(
        record.delta[step, level + 1], scratch.transposed(lambda[level].weight), into: change,
        scale: -rate)
      kernels.product(
        record.deltaTangent[step, level + 1], record.transposed[step, level], into: change,
        adding: change, mask: isRelu ? x : nil)
      guard !isRelu else { continue }
      let buffer = scratch.matrix(like: x)
      activation.multiplyDerivative(of: x, into: change, buffer: buffer, kernels)
      let bent = scratch.matrix(like: x)
      kernels.multiply(record.delta[step, level], sums[level], into: bent)
      activation.addSecondDerivative(of: x, times: bent, to: change, buffer: buffer, kernels)
    }
    return record.deltaTangent[step, 0]
  }

  /// λ += [x; ẋ]ᵀ·[δ̇; δ]; that of the first step goes straight to the sums.
  private func learn(
    _ scratch: Scratch, step: Int, _ level: Int, _ lambda: inout WeightAdjoint
  ) {
    let kernels = scratch.kernels
    let (x, delta) = (record.hiddenAndTangent[step, level], record.deltaAndTangent[step, level + 1])
    guard step > 0 else {
      let layer = above[level]
      scratch.addProduct(x, delta, to: layer.weight)
      kernels.axpy(1, lambda.weight, scratch.gradient(of: layer.weight))
      scratch.addSum(record.deltaTangent[step, level + 1], to: layer.bias)
      kernels.axpy(1, lambda.bias, scratch.gradient(of: layer.bias))
      return
    }
    kernels.product(x, transposed: true, delta, into: lambda.weight, adding: lambda.weight)
    kernels.columnSums(
      record.deltaTangent[step, level + 1], into: lambda.bias, accumulate: true)
  }
}
