import Kernels
import Models

/// An inner loop whose first layer adapts in the space of its support rows.
///
/// Gradient steps move W only within the span of the support's inputs: W_k = W₀ + XᵀA_k, so that
/// x·W_k = x·W₀ + (x·Xᵀ) A_k, and with the shared inputs u and the bias folded in, the products of inputs are
/// G = X·Xᵀ + ‖u‖² + 1. A step is A_{k+1} = A_k − α ∂L/∂Z_k: the layer's gradient is never made. The adjoint of
/// W_k stays in the span of query and support inputs, X_QᵀP + X_SᵀR_k, with R_k = R_{k+1} + H_ZZ(−α V),
/// V = G_SQ·P + G_SS·R_{k+1}. It is exact algebra: the same numbers as `InnerLoop` up to rounding, for the price
/// of (rows × rows) instead of (rows × inputs) products.
struct DualLoop {
  private let loop: InnerLoop
  private let layer: FirstLayer
  /// The adapted blocks behind the first layer.
  private let others: [Int]
  private let rate: Float
  private let lastStage: Int

  /// Nil where the short cut does not apply, or does not pay.
  init?(_ loop: InnerLoop, _ lane: Lane, _ episode: Episode) {
    let problem = lane.problem
    guard case .fixed(let rate) = loop.rates, loop.firstStage == 1, loop.steps > 0,
      episode.support.count > 0,
      let layer = problem.network.firstLayer(problem.shape),
      layer.blocks.allSatisfy({ loop.adapted.contains($0) }),
      episode.support.count < problem.layout.blocks[layer.own].rows
    else { return nil }
    self.loop = loop
    self.layer = layer
    self.rate = rate
    others = loop.adapted.filter { !layer.blocks.contains($0) }
    lastStage = problem.network.lastStage(problem.shape)
  }

  /// One step: the pre-activations it started from, the gradients, and A before it.
  private struct Step {
    var floor: Int
    var z: TapeValue
    var weights: [TapeValue]
    /// ∂L/∂z, then those of the other blocks.
    var gradients: [TapeValue]
    var dual: Matrix
    var loss: Float
  }

  /// The rows' features and what follows from them alone.
  private struct Start {
    var leaves: [TapeValue]
    var floor: Int
    var support: NetworkState
    var query: NetworkState?
    var supportZ: Matrix
    var queryZ: Matrix?
    /// G between support rows, and between query and support rows.
    var gram: Matrix
    var cross: Matrix?
  }

  // MARK: Forward

  private func begin(
    _ lane: Lane, _ weights: Weights, _ episode: Episode, withQuery: Bool
  ) -> Start {
    let (tape, problem) = (lane.tape, lane.problem)
    let leaves = lane.leaves(weights, episode)
    let floor = tape.count
    func features(_ rows: EncodedRows) -> NetworkState {
      problem.network.features(
        tape, leaves, rows, support: episode.support, shape: problem.shape)
    }
    let support = features(episode.support)
    let query = withQuery ? features(episode.query) : nil
    var bias = leaves[layer.bias]
    var shared: Float = 1
    if let common = layer.common {
      bias = tape.affine(support.common, leaves[common], bias)
      shared += tape.kernels.dot(tape[support.common], tape[support.common])
    }
    func z(_ state: NetworkState) -> Matrix {
      tape[tape.affine(state.hidden, leaves[layer.own], bias)]
    }
    func products(_ rows: NetworkState) -> Matrix {
      let level = tape.constant(shared, rows: 1, columns: episode.support.count)
      return tape[
        tape.affine(
          rows.hidden, tape.leaf(tape[tape.transpose(support.hidden)]), level)]
    }
    return Start(
      leaves: leaves, floor: floor, support: support, query: query, supportZ: z(support),
      queryZ: query.map(z), gram: products(support), cross: query.map(products))
  }

  /// All steps; the last element of the result is where they end.
  private func take(
    _ lane: Lane, _ start: Start, _ episode: Episode
  ) -> (steps: [Step], dual: Matrix, weights: [TapeValue]) {
    let (tape, problem) = (lane.tape, lane.problem)
    var weights = start.leaves
    var dual = tape.arena.matrix(rows: start.supportZ.rows, columns: start.supportZ.columns)
    dual.fill(0)
    var steps: [Step] = []
    steps.reserveCapacity(loop.steps)
    for number in 0..<loop.steps {
      let floor = tape.count
      let z = tape.leaf(moved(lane, start.supportZ, start.gram, number == 0 ? nil : dual))
      let scores = finish(lane, z, start.support, weights)
      let loss = problem.loss.value(tape, scores, episode.support.ratings, scale: problem.scale)
      let gradients = tape.gradient(
        of: loss, to: [z] + others.map { weights[$0] }, floor: floor)
      steps.append(
        Step(
          floor: floor, z: z, weights: weights, gradients: gradients, dual: dual,
          loss: tape[loss][0, 0]))
      dual = stepped(lane, dual, gradients[0])
      for (number, block) in others.enumerated() {
        weights[block] = tape.leaf(stepped(lane, tape[weights[block]], gradients[number + 1]))
      }
    }
    return (steps, dual, weights)
  }

  /// z + G·A
  private func moved(_ lane: Lane, _ z: Matrix, _ gram: Matrix, _ dual: Matrix?) -> Matrix {
    guard let dual else { return z }
    let sum = lane.tape.arena.matrix(rows: z.rows, columns: z.columns)
    sum.copy(from: z)
    lane.tape.kernels.product(gram, dual, into: sum, accumulate: true)
    return sum
  }

  private func stepped(_ lane: Lane, _ before: Matrix, _ gradient: TapeValue) -> Matrix {
    let after = lane.tape.arena.matrix(rows: before.rows, columns: before.columns)
    lane.tape.kernels.addScaled(before, -rate, lane.tape[gradient], into: after)
    return after
  }

  /// From the first layer's pre-activations to the scores.
  private func finish(
    _ lane: Lane, _ z: TapeValue, _ features: NetworkState, _ weights: [TapeValue]
  ) -> TapeValue {
    let (tape, problem) = (lane.tape, lane.problem)
    var state = problem.network.activate(
      NetworkState(hidden: z, residual: features.residual), tape)
    for stage in 2..<lastStage + 1 {
      state = problem.network.advance(
        state, stage: stage, tape, weights, shape: problem.shape)
    }
    return state.hidden
  }

  // MARK: Backward

  func metaGradient(_ lane: Lane, _ weights: Weights, _ episode: Episode) -> Float {
    let (tape, problem) = (lane.tape, lane.problem)
    let start = begin(lane, weights, episode, withQuery: true)
    let path = take(lane, start, episode)
    guard let query = start.query, let queryZ = start.queryZ, let cross = start.cross else {
      return .nan
    }
    let sums = lane.blockSums(start.leaves)
    let lambda = others.map { tape.zeros(like: start.leaves[$0]) }
    let floor = tape.count
    let z = tape.leaf(moved(lane, queryZ, cross, path.dual))
    let scores = finish(lane, z, query, path.weights)
    let loss = problem.loss.value(tape, scores, episode.query.ratings, scale: problem.scale)
    // What reaches the linear part waits with what reaches the features.
    let adjoint = Adjoints(
      p: tape.zeros(like: z), r: zeros(lane, start.supportZ),
      mixed: tape.arena.matrix(rows: start.gram.rows, columns: start.gram.rows),
      supportResidual: residual(lane, start.support), queryResidual: residual(lane, query))
    adjoint.mixed.fill(0)
    var targets = zip(others, lambda).map { Tape.Target(path.weights[$0], into: $1) }
    targets.append(.init(z, into: adjoint.p))
    if let sum = adjoint.queryResidual { targets.append(.init(query.residual, into: sum)) }
    tape.sweep(
      from: [.init(loss, tape.constant(1))], to: targets, floor: floor, differentiable: false)
    if loop.order > 1 {
      sweepSteps(lane, start, path.steps, cross: cross, adjoint, lambda: lambda)
    }
    for (lambda, block) in zip(lambda, others) { tape.kernels.axpy(1, lambda, sums[block]) }
    closeLayer(lane, start, path.dual, adjoint, sums: sums)
    lane.keepLookups(sums, episode)
    return tape[loss][0, 0]
  }

  /// Sums of adjoints on their way back.
  private struct Adjoints {
    /// Of the query's pre-activations.
    var p: Matrix
    /// R: of the support's pre-activations, over all steps.
    var r: Matrix
    /// Σ_k (q_k A_kᵀ − α ∂L/∂Z_k R_{k+1}ᵀ), which the support's inputs get through each other.
    var mixed: Matrix
    var supportResidual: Matrix?
    var queryResidual: Matrix?
  }

  private func zeros(_ lane: Lane, _ shape: Matrix) -> Matrix {
    let zeros = lane.tape.arena.matrix(rows: shape.rows, columns: shape.columns)
    zeros.fill(0)
    return zeros
  }

  private func residual(_ lane: Lane, _ state: NetworkState) -> Matrix? {
    state.residual.isSome ? lane.tape.zeros(like: state.residual) : nil
  }

  /// Whether anything that is learned lies below the first layer.
  private func needsInputs(_ lane: Lane) -> Bool {
    lane.problem.layout.blocks[..<lane.problem.networkBlocks].contains {
      $0.stage == 0 && $0.count > 0
    }
  }

  private func sweepSteps(
    _ lane: Lane, _ start: Start, _ steps: [Step], cross: Matrix, _ adjoint: Adjoints,
    lambda: [Matrix]
  ) {
    let tape = lane.tape
    let kernels = tape.kernels
    let needsInputs = needsInputs(lane)
    let fromQuery = zeros(lane, start.supportZ)
    kernels.product(cross, transposed: true, adjoint.p, into: fromQuery)
    for step in steps.reversed() {
      let direction = tape.arena.matrix(rows: fromQuery.rows, columns: fromQuery.columns)
      direction.copy(from: fromQuery)
      kernels.product(start.gram, adjoint.r, into: direction, accumulate: true)
      kernels.scale(-rate, direction, into: direction)
      var seeds = [Tape.Seed(step.gradients[0], tape.leaf(direction))]
      for (number, lambda) in lambda.enumerated() {
        let seed = tape.arena.matrix(rows: lambda.rows, columns: lambda.columns)
        kernels.scale(-rate, lambda, into: seed)
        seeds.append(.init(step.gradients[number + 1], tape.leaf(seed)))
      }
      let q = zeros(lane, start.supportZ)
      var targets = zip(others, lambda).map { Tape.Target(step.weights[$0], into: $1) }
      targets.append(.init(step.z, into: q))
      if let sum = adjoint.supportResidual {
        targets.append(.init(start.support.residual, into: sum))
      }
      tape.sweep(from: seeds, to: targets, floor: step.floor, differentiable: false)
      if needsInputs { mix(lane, step, q, adjoint) }
      kernels.axpy(1, q, adjoint.r)
    }
  }

  /// Adds q·Aᵀ − α·∂L/∂Z·Rᵀ.
  private func mix(_ lane: Lane, _ step: Step, _ q: Matrix, _ adjoint: Adjoints) {
    let tape = lane.tape
    let one = tape.productTransposedRight(tape.leaf(q), tape.leaf(step.dual))
    let two = tape.productTransposedRight(step.gradients[0], tape.leaf(adjoint.r))
    tape.kernels.axpy(1, tape[one], adjoint.mixed)
    tape.kernels.axpy(-rate, tape[two], adjoint.mixed)
  }

  /// The first layer's own gradients, and what its inputs get.
  private func closeLayer(
    _ lane: Lane, _ start: Start, _ dual: Matrix, _ adjoint: Adjoints, sums: [Matrix]
  ) {
    let tape = lane.tape
    let kernels = tape.kernels
    guard let query = start.query else { return }
    let isSecond = loop.order > 1
    kernels.product(
      tape[query.hidden], transposed: true, adjoint.p, into: sums[layer.own], accumulate: true)
    if isSecond {
      kernels.product(
        tape[start.support.hidden], transposed: true, adjoint.r, into: sums[layer.own],
        accumulate: true)
    }
    let total = tape.arena.matrix(rows: 1, columns: adjoint.p.columns)
    kernels.columnSums(adjoint.p, into: total)
    if isSecond { kernels.columnSums(adjoint.r, into: total, accumulate: true) }
    kernels.axpy(1, total, sums[layer.bias])
    if let common = layer.common {
      kernels.product(
        tape[start.support.common], transposed: true, total, into: sums[common],
        accumulate: true)
    }
    guard needsInputs(lane) else { return }
    sweepInputs(lane, start, dual, adjoint, total: tape.leaf(total), sums: sums)
  }

  private func sweepInputs(
    _ lane: Lane, _ start: Start, _ dual: Matrix, _ adjoint: Adjoints, total: TapeValue,
    sums: [Matrix]
  ) {
    let tape = lane.tape
    guard let query = start.query else { return }
    let p = tape.leaf(adjoint.p)
    let a = tape.leaf(dual)
    let own = start.leaves[layer.own]
    // Query: P·W₀ᵀ + (P·Aᵀ)·X_S; support: R·W₀ᵀ + M·X_S + (A·Pᵀ)·X_Q.
    let pa = tape.productTransposedRight(p, a)
    var seeds = [
      Tape.Seed(
        query.hidden,
        tape.add(tape.productTransposedRight(p, own), tape.product(pa, start.support.hidden)))
    ]
    var level = tape[pa].array.reduce(0, +)
    if loop.order > 1 {
      let mixed = tape.leaf(adjoint.mixed)
      let direct = tape.productTransposedRight(tape.leaf(adjoint.r), own)
      let through = tape.add(
        tape.product(mixed, start.support.hidden),
        tape.productTransposedLeft(pa, query.hidden))
      seeds.append(.init(start.support.hidden, tape.add(direct, through)))
      level += level + adjoint.mixed.array.reduce(0, +)
    }
    if let common = layer.common {
      let direct = tape.productTransposedRight(total, start.leaves[common])
      seeds.append(
        .init(start.support.common, tape.addScaled(direct, level, start.support.common)))
    }
    if let sum = adjoint.supportResidual {
      seeds.append(.init(start.support.residual, tape.leaf(sum)))
    }
    if let sum = adjoint.queryResidual { seeds.append(.init(query.residual, tape.leaf(sum))) }
    let below = start.leaves.indices.filter {
      lane.problem.layout.blocks[$0].stage == 0 && lane.problem.layout.blocks[$0].count > 0
    }
    tape.sweep(
      from: seeds, to: below.map { Tape.Target(start.leaves[$0], into: sums[$0]) },
      floor: start.floor, differentiable: false)
  }

  /// Reptile's direction: where the steps began minus where they end.
  func displacement(_ lane: Lane, _ weights: Weights, _ episode: Episode) -> Float {
    let tape = lane.tape
    let kernels = tape.kernels
    let start = begin(lane, weights, episode, withQuery: false)
    let path = take(lane, start, episode)
    let sums = lane.blockSums(start.leaves)
    for block in others {
      kernels.axpy(1, tape[start.leaves[block]], sums[block])
      kernels.axpy(-1, tape[path.weights[block]], sums[block])
    }
    let back = tape.scale(-1, tape.leaf(path.dual))
    kernels.product(
      tape[start.support.hidden], transposed: true, tape[back], into: sums[layer.own],
      accumulate: true)
    let total = tape.columnSums(back)
    kernels.axpy(1, tape[total], sums[layer.bias])
    if let common = layer.common {
      kernels.product(
        tape[start.support.common], transposed: true, tape[total], into: sums[common],
        accumulate: true)
    }
    lane.keepLookups(sums, episode)
    return path.steps.first?.loss ?? 0
  }
}
