import Kernels
import Models

/// A stack of dense layers adapted to one user: scores rows of features, without a tape.
package struct AdaptedDenseStack: @unchecked Sendable {
  struct Layer {
    var weight: Matrix
    /// With the part of the inputs that all rows share.
    var bias: Matrix
  }

  let layers: [Layer]
  let activation: DenseStack.Activation
  let kernels: KernelSet
  /// Holds what the matrices view.
  private let memory: FloatBuffer

  /// Numbers in a score.
  package var outputs: Int { layers.last?.weight.columns ?? 0 }

  /// Copies the layers, which lie in scratch memory that the next task reuses.
  fileprivate init(
    _ layers: [(weight: Matrix, bias: Matrix)], activation: DenseStack.Activation,
    _ kernels: KernelSet
  ) {
    self.activation = activation
    self.kernels = kernels
    memory = FloatBuffer(count: layers.reduce(0) { $0 + $1.weight.count + $1.bias.count })
    var next = memory.base
    func kept(_ matrix: Matrix) -> Matrix {
      let copy = Matrix(next, rows: matrix.rows, columns: matrix.columns)
      copy.copy(from: matrix)
      next += matrix.count
      return copy
    }
    self.layers = layers.map { Layer(weight: kept($0.weight), bias: kept($0.bias)) }
  }

  /// The scores of some rows, in the memory of `scratch`. Shapes: features (rows × inputs), residual and
  /// scores (rows × outputs).
  package func scores(_ features: Matrix, residual: Matrix? = nil, in scratch: Scratch) -> Matrix {
    var x = features
    let isRelu = activation == .relu
    for (number, layer) in layers.enumerated() {
      let isLast = number + 1 == layers.count
      let y = scratch.matrix(x.rows, layer.weight.columns)
      kernels.product(
        x, layer.weight, into: y, adding: isLast ? residual : nil, bias: layer.bias,
        relu: isRelu && !isLast)
      if !isRelu && !isLast { activation.apply(to: y, kernels) }
      x = y
    }
    return x
  }
}

extension AdaptedDenseStack {
  /// The scores of many rows, block by block on up to `threads` threads. `features` computes the
  /// features of a block of rows and what is added to their scores, in the memory of the scratch it gets.
  package func scores(
    of rows: Int, threads: Int, block: Int, in scratchPool: ScratchPool,
    features: @Sendable (Range<Int>, Scratch) -> (hidden: Matrix, residual: Matrix?)
  ) -> [Float] {
    let width = outputs
    return [Float](unsafeUninitializedCapacity: rows * width) { buffer, filled in
      nonisolated(unsafe) let base = buffer.baseAddress
      parallel((rows + block - 1) / block, threads: threads) { number in
        if Cancellation.isRequested { return }
        let range = number * block..<min(rows, (number + 1) * block)
        scratchPool.withScratch { scratch in
          scratch.tape.reset()
          let (hidden, residual) = features(range, scratch)
          let scores = scores(hidden, residual: residual, in: scratch)
          (base.map { $0 + range.lowerBound * width })?.update(
            from: scores.base, count: range.count * width)
        }
      }
      filled = rows * width
    }
  }
}

extension AdaptedDenseStack {
  /// Quantized rows that are scored at once: few enough to stay in the first-level cache.
  private static let quantizedBlock = 96
  /// Screening pays while fewer than one row in so many has to be scored again in floats.
  private static let worthwhile = 8

  /// The places, ascending, of all rows whose exact score may be among the `count` highest: those whose
  /// quantized score is within the error bound of the `count`-th highest one. Nil where too many are.
  ///
  /// - Parameters:
  ///   - addends: What is added to the score of each row, less a number that is the same for all.
  ///   - level: The size of that number, which matters for rounding only.
  ///   - places: The rows to choose from; all when nil.
  package func candidates(
    _ count: Int, of rows: QuantizedRows, adding addends: [Float]? = nil, level: Float = 0,
    among places: [Int32]? = nil, threads: Int, in scratchPool: ScratchPool
  ) -> [Int]? {
    guard activation == .relu else { return nil }
    let quantized = scratchPool.withScratch { scratch in
      scratch.tape.reset()
      return QuantizedDenseStack(
        layers.map { ($0.weight, $0.bias) }, for: rows, kernels, scratch.tape.arena)
    }
    guard let quantized else { return nil }
    let all = quantized.scores(
      of: rows, adding: addends, block: Self.quantizedBlock, threads, scratchPool)
    let scores = places.map { places in places.map { all[Int($0)] } } ?? all
    guard let bar = highest(count, of: scores).last.map({ scores[$0] }), bar.isFinite else {
      return nil
    }
    let largest = addends?.reduce(0) { max($0, abs($1)) } ?? 0
    let margin = 2 * (quantized.bound + 8 * .ulpOfOne * (largest + level)) * slack
    let found = scores.indices.filter { scores[$0] >= bar - margin }
    return found.count <= count + scores.count / Self.worthwhile ? found : nil
  }
}

extension QuantizedDenseStack {
  /// The scores of all rows, block by block.
  fileprivate func scores(
    of rows: QuantizedRows, adding addends: [Float]?, block: Int, _ threads: Int,
    _ scratchPool: ScratchPool
  ) -> [Float] {
    [Float](unsafeUninitializedCapacity: rows.count) { buffer, filled in
      nonisolated(unsafe) let base = buffer.baseAddress
      parallel((rows.count + block - 1) / block, threads: threads) { number in
        if Cancellation.isRequested { return }
        let range = number * block..<min(rows.count, (number + 1) * block)
        scratchPool.withScratch { scratch in
          scratch.tape.reset()
          withAddends(addends) { addends in
            guard let base else { return }
            scores(
              rows.codes.base + range.lowerBound * rows.width, rows: range.count, width: rows.width,
              adding: addends.map { $0 + range.lowerBound }, into: base + range.lowerBound,
              scratch.tape.arena)
          }
        }
      }
      filled = rows.count
    }
  }

  private func withAddends(_ addends: [Float]?, _ body: (UnsafePointer<Float>?) -> Void) {
    guard let addends else { return body(nil) }
    addends.withUnsafeBufferPointer { body($0.baseAddress) }
  }
}

extension DenseStackLoop {
  /// The layers after the inner steps on a task's support ratings.
  func adapted(_ scratch: Scratch, _ weights: Weights, _ episode: Episode) -> AdaptedDenseStack {
    let rows = forwardBelow(scratch, weights, episode, withQuery: false)
    takeSteps(scratch, rows, episode, weights)
    var layers: [(weight: Matrix, bias: Matrix)] = []
    for layer in below {
      layers.append((weights.view(layer.weight), fixedBias(scratch, rows, layer, weights)))
    }
    layers.append(adaptedFirstLayer(scratch, rows, weights))
    for level in above.indices {
      layers.append((record.weight[steps, level], record.bias[steps, level]))
    }
    return AdaptedDenseStack(layers, activation: activation, scratch.kernels)
  }

  /// W_K = W₀ + XᵀA and its bias b₀ + u·U₀ + (1 + ‖u‖²) ΣA, with the sum over the rows of A.
  func adaptedFirstLayer(
    _ scratch: Scratch, _ rows: DenseStackRows, _ weights: Weights
  ) -> (weight: Matrix, bias: Matrix) {
    let start = weights.view(firstAdapted.weight)
    let dual = record.dual[steps].rows(0..<rows.support)
    let weight = scratch.matrix(like: start)
    scratch.kernels.product(
      rows.inputs[below.count].rows(0..<rows.support), transposed: true, dual, into: weight,
      adding: start)
    let bias = scratch.matrix(1, start.columns)
    scratch.kernels.columnSums(dual, into: bias)
    scratch.kernels.addScaled(
      fixedBias(scratch, rows, firstAdapted, weights), sharedProduct(scratch, rows), bias,
      into: bias)
    return (weight, bias)
  }
}

extension Scratch {
  /// The dense stack as a learner adapts it to a task's support; nil where it has to be adapted on the tape.
  package func adaptedDenseStack(
    of learner: any MetaLearner, _ weights: Weights, _ episode: Episode
  ) -> AdaptedDenseStack? {
    guard let learner = learner as? any GradientLearner else { return nil }
    let loop = innerLoop(of: learner)
    guard let stack = denseStack(for: loop), stack.applies(to: episode, problem) else { return nil }
    return stack.adapted(self, weights, episode)
  }

  /// The dense stack before it adapts to anybody; nil where the network has none.
  package func unadaptedDenseStack(_ weights: Weights, _ episode: Episode) -> AdaptedDenseStack? {
    guard let stack = problem.network.denseStack(problem.shape) else { return nil }
    let state = problem.network.features(
      tape, leaves(weights, episode), episode.query, support: episode.support, shape: problem.shape)
    let layers = stack.layers.map { layer in
      let bias = weights.view(layer.bias)
      guard let common = layer.common, state.common.isSome else {
        return (weight: weights.view(layer.weight), bias: bias)
      }
      let shifted = matrix(like: bias)
      kernels.product(tape[state.common], weights.view(common), into: shifted, bias: bias)
      return (weight: weights.view(layer.weight), bias: shifted)
    }
    return AdaptedDenseStack(layers, activation: stack.activation, kernels)
  }

  /// The inputs of the stack for some rows, which do not adapt, and what is added to their scores.
  package func features(
    of rows: EncodedRows, _ weights: Weights, _ episode: Episode
  ) -> (hidden: Matrix, residual: Matrix?) {
    let state = problem.network.features(
      tape, leaves(weights, episode), rows, support: episode.support, shape: problem.shape)
    return (tape[state.hidden], state.residual.isSome ? tape[state.residual] : nil)
  }
}
