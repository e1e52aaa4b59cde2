import Kernels
import Models

/// Gradient steps on a task's support ratings, and the exact derivative of the query loss after them with
/// respect to the weights before them. This is the general form, on the tape, for any network;
/// `DenseStackLoop` computes the same for stacks of dense layers, and `Calculi.md` says why there are both.
///
/// θ₀ = θ; θ_{k+1} = θ_k − α ∇L_S(θ_k). With λ_K = ∇L_Q(θ_K), the meta-gradient of MAML (Finn, Abbeel and
/// Levine 2017) is λ₀ of the recursion λ_k = λ_{k+1} − H_k (α λ_{k+1}), H_k the curvature of L_S at θ_k. Each
/// H·v is a backward pass over the recorded gradient of that step; the same passes give the gradients of the
/// weights that do not adapt. Order 1 leaves the curvature out (FOMAML).
package struct InnerLoop: Sendable, Equatable {
  package var steps: Int
  package var rates: Rates
  /// Plain steps of a support with n ratings have n / (n + shrinkage) of the rate.
  package var shrinkage: Float = 0
  package var order: Int
  /// The blocks that adapt, ascending.
  package var adapted: [Int]
  /// The first stage of the network that an adapted block belongs to; earlier stages are computed once.
  package var firstStage: Int

  /// The learning rates of the steps.
  package enum Rates: Sendable, Equatable {
    case fixed(Float)
    /// One learned rate for each adapted block, in a dense block (1 × adapted).
    case perBlock(Int)
    /// One learned rate for each adapted weight (Meta-SGD), in dense blocks in the order of `adapted`.
    case perWeight([Int])
    /// Steps of Adam.
    case adam(InnerAdam)
  }

  package init(
    steps: Int, rates: Rates, shrinkage: Float = 0, order: Int, scope: AdaptationScope,
    _ layout: Layout
  ) {
    self.steps = steps
    self.rates = rates
    self.shrinkage = shrinkage
    self.order = order
    let last = layout.blocks.filter { !$0.name.hasPrefix("rate") }.map(\.stage).max() ?? 0
    adapted = layout.blocks.indices.filter {
      layout.blocks[$0].count > 0 && scope.includes(layout.blocks[$0], lastStage: last)
    }
    firstStage = adapted.map { layout.blocks[$0].stage }.min() ?? 0
  }

  /// The part of a given rate that a support of so many ratings moves by.
  func share(of count: Float) -> Float { count / (count + shrinkage) }

  /// The rates for some support; a rating counts by its weight.
  private func rates(for support: EncodedRows) -> Rates {
    guard case .fixed(let rate) = rates, support.count > 0 else { return rates }
    let count = support.weights.map { $0.array.reduce(0, +) } ?? Float(support.count)
    return .fixed(rate * share(of: count))
  }

  /// The record of one step.
  struct Step {
    /// Its first node on the tape.
    var floor: Int
    var rates: Rates
    /// All blocks before the step.
    var weights: [TapeValue]
    /// The gradients of the adapted blocks.
    var gradients: [TapeValue]
    var loss: Float
    /// The moments of each adapted block after this step's gradient, for Adam; empty otherwise.
    var moments: [InnerAdam.Moments] = []
  }

  /// The record of an adaptation.
  struct Path {
    var start: [TapeValue]
    var end: [TapeValue]
    var steps: [Step]
    /// The inputs of the first adapting stage for the support rows, and their first node on the tape.
    var prefix: NetworkState?
    var prefixFloor: Int
  }

  // MARK: Forward

  /// Takes the steps and records them on the tape; `weights` is not changed.
  func adapt(_ scratch: Scratch, _ weights: Weights, _ episode: Episode) -> Path {
    let problem = scratch.problem
    let tape = scratch.tape
    let start = scratch.leaves(weights, episode)
    let prefixFloor = tape.count
    var prefix: NetworkState?
    if firstStage > 0 {
      prefix = run(
        scratch, start, episode.support, episode, from: nil, through: 0..<firstStage)
    }
    let rates = rates(for: episode.support)
    var path = Path(
      start: start, end: start, steps: [], prefix: prefix, prefixFloor: prefixFloor)
    for _ in 0..<steps where episode.support.count > 0 && !Cancellation.isRequested {
      let floor = tape.count
      let state = run(
        scratch, path.end, episode.support, episode, from: prefix,
        through: firstStage..<lastStage(problem) + 1)
      let loss = problem.value(tape, state.hidden, of: episode.support, path.end)
      let gradients = tape.gradient(of: loss, to: adapted.map { path.end[$0] }, floor: floor)
      var step = Step(
        floor: floor, rates: rates, weights: path.end, gradients: gradients, loss: tape[loss][0, 0])
      if case .adam(let adam) = rates {
        let before = path.steps.last?.moments
        step.moments = gradients.indices.map {
          adam.moments(after: before?[$0], tape[gradients[$0]], tape.arena)
        }
      }
      path.steps.append(step)
      for (number, block) in adapted.enumerated() {
        path.end[block] = moved(scratch, step, number, at: path.steps.count)
      }
    }
    return path
  }

  private func lastStage(_ problem: LearningProblem) -> Int {
    problem.network.lastStage(problem.shape)
  }

  /// Runs some stages of the network on some rows.
  func run(
    _ scratch: Scratch, _ weights: [TapeValue], _ rows: EncodedRows, _ episode: Episode,
    from state: NetworkState?, through stages: Range<Int>
  ) -> NetworkState {
    let problem = scratch.problem
    var next = state ?? NetworkState(hidden: .none)
    for stage in stages {
      next =
        stage == 0
        ? problem.network.features(
          scratch.tape, weights, rows, support: episode.support, shape: problem.shape)
        : problem.network.advance(
          next, stage: stage, scratch.tape, weights, shape: problem.shape)
    }
    return next
  }

  /// θ − α·g as a new leaf; `count` is the number of this step, from 1.
  private func moved(
    _ scratch: Scratch, _ step: Step, _ number: Int, at count: Int
  ) -> TapeValue {
    let tape = scratch.tape
    let (weights, gradient) = (step.weights, step.gradients[number])
    let before = tape[weights[adapted[number]]]
    let after = tape.arena.matrix(rows: before.rows, columns: before.columns)
    switch step.rates {
    case .fixed(let rate):
      tape.kernels.addScaled(before, -rate, tape[gradient], into: after)
    case .perBlock(let block):
      let rate = tape[weights[block]][0, number]
      tape.kernels.addScaled(before, -rate, tape[gradient], into: after)
    case .perWeight(let blocks):
      let rate = tape[weights[blocks[number]]]
      tape.kernels.multiply(rate, tape[gradient], into: after)
      tape.kernels.addScaled(before, -1, after, into: after)
    case .adam(let adam):
      adam.move(before, step.moments[number], number: count, into: after)
    }
    return tape.leaf(after)
  }

  /// The scores of the query rows after adaptation. Shape: (query rows × outputs).
  func queryScores(_ scratch: Scratch, _ path: Path, _ episode: Episode) -> TapeValue {
    run(
      scratch, path.end, episode.query, episode, from: nil,
      through: 0..<lastStage(scratch.problem) + 1
    ).hidden
  }

  // MARK: Backward

  /// Adds the meta-gradient, that of the query loss after adaptation, to the sums of `scratch`; returns that
  /// loss.
  package func metaGradient(_ scratch: Scratch, _ weights: Weights, _ episode: Episode) -> Float {
    if let stack = scratch.denseStack(for: self), stack.applies(to: episode, scratch.problem) {
      return stack.metaGradient(scratch, weights, episode)
    }
    return plainMetaGradient(scratch, weights, episode)
  }

  /// The same, always on the tape.
  package func plainMetaGradient(
    _ scratch: Scratch, _ weights: Weights, _ episode: Episode
  ) -> Float {
    let tape = scratch.tape
    let path = adapt(scratch, weights, episode)
    let floor = tape.count
    let scores = queryScores(scratch, path, episode)
    let loss = scratch.problem.value(tape, scores, of: episode.query, path.end)
    let sums = scratch.blockSums(path.start)
    scratch.balance(scores, path.end, episode, sums: sums, floor: floor)
    let lambda = adapted.map { tape.zeros(like: path.start[$0]) }
    tape.backward(
      from: [.init(loss, tape.constant(1))],
      to: targets(path.end, sums: sums, lambda: lambda), floor: floor, differentiable: false)
    if order > 1 { backwardThroughSteps(scratch, path, sums: sums, lambda: lambda) }
    finish(scratch, episode, sums: sums, lambda: lambda)
    return tape[loss][0, 0]
  }

  /// Where gradients go: those of adapted blocks into λ, all others into their sums.
  private func targets(
    _ weights: [TapeValue], sums: [Matrix], lambda: [Matrix]
  ) -> [Tape.Target] {
    var targets = weights.indices.map { Tape.Target(weights[$0], into: sums[$0]) }
    for (number, block) in adapted.enumerated() { targets[block].accumulator = lambda[number] }
    return targets
  }

  /// λ_k = λ_{k+1} − H_k (α λ_{k+1}) from the last step to the first, and the gradients through the steps
  /// with respect to the blocks that do not adapt.
  private func backwardThroughSteps(
    _ scratch: Scratch, _ path: Path, sums: [Matrix], lambda: [Matrix]
  ) {
    let tape = scratch.tape
    let prefix = path.prefix?.variables ?? []
    let prefixSums = prefix.map { tape.zeros(like: $0) }
    var remembered: [InnerAdam.Moments] = []
    if case .adam(let adam) = rates {
      remembered = lambda.map { adam.zeros(like: $0, tape.arena) }
    }
    for (index, step) in path.steps.enumerated().reversed() {
      let seeds = adapted.indices.map { number in
        let value =
          if case .adam(let adam) = rates {
            seed(
              scratch, step, number, adam, at: index + 1, lambda: lambda[number],
              remembered[number])
          } else {
            seed(scratch, step, number, sums: sums, lambda: lambda[number])
          }
        return Tape.Seed(step.gradients[number], value)
      }
      tape.backward(
        from: seeds,
        to: targets(step.weights, sums: sums, lambda: lambda)
          + zip(prefix, prefixSums).map { Tape.Target($0, into: $1) },
        floor: step.floor, differentiable: false)
    }
    guard !prefix.isEmpty, !path.steps.isEmpty else { return }
    tape.backward(
      from: zip(prefix, prefixSums).map { Tape.Seed($0, tape.leaf($1)) },
      to: path.start.indices.filter { !adapted.contains($0) }.map {
        Tape.Target(path.start[$0], into: sums[$0])
      },
      floor: path.prefixFloor, differentiable: false)
  }

  /// The seed −α·λ of a step's backward pass; the gradient of a learned rate, −λ·g, goes to its sum.
  private func seed(
    _ scratch: Scratch, _ step: Step, _ number: Int, sums: [Matrix], lambda: Matrix
  ) -> TapeValue {
    let tape = scratch.tape
    let seed = tape.arena.matrix(rows: lambda.rows, columns: lambda.columns)
    let gradient = tape[step.gradients[number]]
    switch step.rates {
    case .fixed(let rate):
      tape.kernels.scale(-rate, lambda, into: seed)
    case .perBlock(let block):
      tape.kernels.scale(-tape[step.weights[block]][0, number], lambda, into: seed)
      sums[block][0, number] -= tape.kernels.dot(lambda, gradient)
    case .perWeight(let blocks):
      tape.kernels.multiply(lambda, gradient, into: seed)
      tape.kernels.axpy(-1, seed, sums[blocks[number]])
      tape.kernels.multiply(tape[step.weights[blocks[number]]], lambda, into: seed)
      tape.kernels.scale(-1, seed, into: seed)
    case .adam: preconditionFailure("steps of Adam have adjoints of their own")
    }
    return tape.leaf(seed)
  }

  /// The same for a step of Adam.
  private func seed(
    _ scratch: Scratch, _ step: Step, _ number: Int, _ adam: InnerAdam, at count: Int,
    lambda: Matrix,
    _ remembered: InnerAdam.Moments
  ) -> TapeValue {
    let tape = scratch.tape
    let seed = tape.arena.matrix(rows: lambda.rows, columns: lambda.columns)
    adam.seed(
      lambda: lambda, step.moments[number], tape[step.gradients[number]], number: count,
      adjoints: remembered, into: seed)
    return tape.leaf(seed)
  }

  /// Adds λ₀ to the sums, and keeps the gradients of table rows until the batch ends.
  private func finish(_ scratch: Scratch, _ episode: Episode, sums: [Matrix], lambda: [Matrix]) {
    for (lambda, block) in zip(lambda, adapted) {
      scratch.tape.kernels.axpy(1, lambda, sums[block])
    }
    scratch.keepLookups(sums, episode)
  }

  /// Adds θ₀ − θ_K to the sums of `scratch`, which Reptile takes for its gradient; returns the support loss
  /// before the first step.
  package func displacement(_ scratch: Scratch, _ weights: Weights, _ episode: Episode) -> Float {
    if let stack = scratch.denseStack(for: self), stack.applies(to: episode, scratch.problem) {
      return stack.displacement(scratch, weights, episode)
    }
    return plainDisplacement(scratch, weights, episode)
  }

  /// The same, always on the tape.
  package func plainDisplacement(
    _ scratch: Scratch, _ weights: Weights, _ episode: Episode
  ) -> Float {
    let tape = scratch.tape
    let path = adapt(scratch, weights, episode)
    let sums = scratch.blockSums(path.start)
    for block in adapted {
      tape.kernels.axpy(1, tape[path.start[block]], sums[block])
      tape.kernels.axpy(-1, tape[path.end[block]], sums[block])
    }
    finish(scratch, episode, sums: sums, lambda: [])
    return path.steps.first?.loss ?? 0
  }
}
