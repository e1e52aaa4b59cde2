import Kernels
import Models

/// A stack of dense layers as one user's ratings have left it: scores rows of features without a record.
package struct AdaptedDenseStack: @unchecked Sendable {
  private struct Layer {
    var weight: Matrix
    /// With the part of the inputs that all rows share.
    var bias: Matrix
  }

  private let layers: [Layer]
  private let activation: DenseStack.Activation
  private let kernels: KernelSet
  /// Holds what the matrices view.
  private let memory: FloatBuffer

  /// Numbers in a score.
  package var outputs: Int { layers.last?.weight.columns ?? 0 }

  /// Copies layers out of memory that the next task reuses.
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

  /// The scores of some rows, in the scratch's memory. Shapes: features (rows × inputs), residual and scores
  /// (rows × outputs).
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
  /// The scores of many rows, block by block on up to `threads` threads. `features` makes the features of a
  /// block and what is added to its scores, in the scratch's memory.
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
  /// Coded rows that a core scores at once: its codes stay in its nearest cache.
  private static let codedBlock = 96
  /// Screening pays as long as fewer than one row in so many must be scored again.
  private static let worthwhile = 8

  /// The places, in ascending order, of all rows whose exact score may be among the `count` highest: those
  /// whose score from codes comes within its error of the bar. `addends` are what is added to the scores of the
  /// rows, but for a number of size `level` that all have in common; `places` are those in question. Nil where
  /// codes cannot tell enough.
  package func candidates(
    _ count: Int, of rows: CodedRows, adding addends: [Float]? = nil, level: Float = 0,
    among places: [Int32]? = nil, threads: Int, in scratchPool: ScratchPool
  ) -> [Int]? {
    guard activation == .relu else { return nil }
    let coded = scratchPool.withScratch { scratch in
      scratch.tape.reset()
      return QuantizedDenseStack(layers.map { ($0.weight, $0.bias) }, for: rows, kernels, scratch.tape.arena)
    }
    guard let coded else { return nil }
    let all = coded.scores(of: rows, adding: addends, block: Self.codedBlock, threads, scratchPool)
    let scores = places.map { places in places.map { all[Int($0)] } } ?? all
    guard let bar = highest(count, of: scores).last.map({ scores[$0] }), bar.isFinite else {
      return nil
    }
    let largest = addends?.reduce(0) { max($0, abs($1)) } ?? 0
    let margin = 2 * (coded.bound + 8 * .ulpOfOne * (largest + level)) * slack
    let found = scores.indices.filter { scores[$0] >= bar - margin }
    return found.count <= count + scores.count / Self.worthwhile ? found : nil
  }
}

extension QuantizedDenseStack {
  /// The scores of all rows, block by block.
  fileprivate func scores(
    of rows: CodedRows, adding addends: [Float]?, block: Int, _ threads: Int, _ scratchPool: ScratchPool
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
  /// The stack after the steps on a task's support ratings.
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

  /// W₀ + XᵀA, and b₀ + u·U₀ + (1 + ‖u‖²) ΣA.
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
      fixedBias(scratch, rows, firstAdapted, weights), sharedProduct(scratch, rows), bias, into: bias)
    return (weight, bias)
  }
}

extension Scratch {
  /// The stack that a learner's steps make of a task's support, where the learner has a planned form.
  package func adaptedDenseStack(
    of learner: any MetaLearner, _ weights: Weights, _ episode: Episode
  ) -> AdaptedDenseStack? {
    guard let learner = learner as? any GradientLearner else { return nil }
    let loop = innerLoop(of: learner)
    guard let stack = denseStack(for: loop), stack.applies(to: episode, problem) else { return nil }
    return stack.adapted(self, weights, episode)
  }

  /// The features of rows that no user has adapted, and what is added to their scores.
  package func features(
    of rows: EncodedRows, _ weights: Weights, _ episode: Episode
  ) -> (hidden: Matrix, residual: Matrix?) {
    let state = problem.network.features(
      tape, leaves(weights, episode), rows, support: episode.support, shape: problem.shape)
    return (tape[state.hidden], state.residual.isSome ? tape[state.residual] : nil)
  }
}
