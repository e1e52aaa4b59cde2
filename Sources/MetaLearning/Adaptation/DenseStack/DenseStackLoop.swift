import Datasets
import Kernels
import Models

/// The inner loop on the upper layers of a dense stack, with hand-written derivatives. `Calculi.md` says why
/// it exists beside `InnerLoop`.
///
/// Let X be the inputs of the first adapted layer, the lowest that the inner steps change. Gradient steps
/// keep its weights in the span of the support inputs: W_k = W₀ + X_SᵀA_k, so that x·W_k = x·W₀ + (x·X_Sᵀ)
/// A_k. Only the dual coefficients A (support rows × outputs) are kept: A_{k+1} = A_k − α δ_k with δ_k =
/// ∂L/∂z_k, and the gradient of W itself is never formed. With the shared inputs u and the bias folded in,
/// the products of inputs are G = X·X_Sᵀ + ‖u‖² + 1.
///
/// Backwards, the adjoint of W_k stays in the span of query and support inputs, X_QᵀP + X_SᵀR_k, with R_k =
/// R_{k+1} + H_zz(−αV) and V = G_QSᵀ·P + G_SS·R_{k+1}. The layers above take plain gradient steps; their
/// Hessian-vector products are tangents of the gradient (forward over reverse; Pearlmutter 1994).
///
/// The results are those of `InnerLoop` on the tape, up to rounding, for fewer products and without a record.
///
/// Belongs to one scratch, since it keeps its record in memory from task to task.
final class DenseStackLoop {
  let activation: DenseStack.Activation
  let isRelu: Bool
  /// Layers below, which the inner steps leave as they are: each row passes them once.
  let below: [DenseStack.Layer]
  let firstAdapted: DenseStack.Layer
  /// Layers above, which take plain gradient steps.
  let above: [DenseStack.Layer]
  let steps: Int
  /// The rate of plain steps for the task at hand.
  private(set) var rate: Float
  private let loop: InnerLoop
  private let givenRate: Float
  let order: Int
  /// The blocks of all layers.
  let stackBlocks: [Int]
  /// Blocks that are learned below the stack: embeddings, linear weights, prompts.
  let featureBlocks: [Int]
  let pointwise: (any PointwiseLoss)?
  private let scale: RatingScale
  /// What each step went through.
  let record: DenseStackRecord

  /// Nil where the inner loop is not of this form: see `Calculi.md`.
  init?(_ loop: InnerLoop, _ problem: LearningProblem) {
    guard case .fixed(let rate) = loop.rates, loop.firstStage > 0,
      problem.heads?.weightsName == nil,
      let stack = problem.network.denseStack(problem.shape), loop.firstStage <= stack.layers.count,
      loop.adapted == stack.layers[(loop.firstStage - 1)...].flatMap(\.blocks).sorted()
    else { return nil }
    activation = stack.activation
    isRelu = stack.activation == .relu
    below = Array(stack.layers[..<(loop.firstStage - 1)])
    firstAdapted = stack.layers[loop.firstStage - 1]
    above = Array(stack.layers[loop.firstStage...])
    steps = loop.steps
    self.rate = rate
    givenRate = rate
    self.loop = loop
    order = loop.order
    stackBlocks = stack.layers.flatMap(\.blocks)
    let blocks = problem.layout.blocks
    featureBlocks = blocks[..<problem.networkBlocks].indices.filter {
      blocks[$0].stage == 0 && blocks[$0].count > 0
    }
    pointwise = problem.heads == nil ? problem.loss as? any PointwiseLoss : nil
    scale = problem.scale
    record = DenseStackRecord(steps: steps, layers: above.count)
  }

  /// Whether the products of rows are cheaper than the weights' gradient for this task, and its rows count alike.
  func applies(to episode: Episode, _ problem: LearningProblem) -> Bool {
    let rows = episode.support.count
    return rows > 0 && episode.support.weights == nil
      && rows <= 4 * problem.layout.blocks[firstAdapted.weight].rows
  }

  // MARK: Steps

  /// Takes all inner steps on the support rows. Without `finishes` the last step is not taken in the layers
  /// above.
  func takeSteps(
    _ scratch: Scratch, _ rows: DenseStackRows, _ episode: Episode, _ weights: Weights,
    finishes: Bool = true
  ) {
    rate = givenRate * loop.share(of: Float(rows.support))
    begin(scratch, rows, weights)
    for step in 0..<steps {
      forwardFirstAdapted(scratch, rows, 0..<rows.support, slot: step)
      forwardAbove(scratch, slot: step, residual: rows.supportResidual)
      let scores = record.hidden[step, above.count]
      record.loss[step] = lossAndDelta(
        scratch, scores, episode.support.ratings, into: record.delta[step, above.count], step: step)
      backwardAbove(scratch, slot: step, weights)
      stepDual(scratch, rows, step: step)
      if finishes || step + 1 < steps { stepAbove(scratch, step: step) }
    }
  }

  /// Records the weights before the first step, and reserves memory for all steps.
  private func begin(_ scratch: Scratch, _ rows: DenseStackRows, _ weights: Weights) {
    for (number, layer) in above.enumerated() {
      record.weight[0, number] = weights.view(layer.weight)
      record.bias[0, number] = weights.view(layer.bias)
    }
    // The first step sets A without reading it.
    if steps == 0 { record.dual[0] = scratch.zeros(rows.padded, rows.firstAdapted.columns) }
    for step in 0..<steps {
      for level in 0...above.count {
        let width = level < above.count ? record.weight[0, level].rows : rows.outputs
        record.reserve(
          scratch, slot: step, level: level, rows: rows.support, width: width, tangents: order > 1)
      }
    }
  }

  /// z = x·W₀ + G·A of some rows, and relu of it where that is the activation: the two are one kernel.
  func forwardFirstAdapted(_ scratch: Scratch, _ rows: DenseStackRows, _ own: Range<Int>, slot: Int)
  {
    let (start, firstAdapted) = (rows.firstAdapted.rows(own), record.hidden[slot, 0])
    let isHidden = !above.isEmpty && isRelu
    if slot > 0 {
      scratch.kernels.product(
        rows.products.rows(own), record.dual[slot], into: firstAdapted, adding: start,
        relu: isHidden)
    } else if isHidden {
      scratch.kernels.map(.relu, start, into: firstAdapted)
    } else {
      firstAdapted.copy(from: start)
    }
  }

  /// Forward from the first adapted layer to the scores. Level 0 of the slot holds z, but relu(z) where the
  /// activation is relu.
  func forwardAbove(_ scratch: Scratch, slot: Int, residual: Matrix?) {
    let kernels = scratch.kernels
    for level in 0..<above.count {
      if !isRelu { activation.apply(to: record.hidden[slot, level], kernels) }
      let isLast = level + 1 == above.count
      kernels.product(
        record.hidden[slot, level], record.weight[slot, level],
        into: record.hidden[slot, level + 1], adding: isLast ? residual : nil,
        bias: record.bias[slot, level], relu: isRelu && !isLast)
    }
    if above.isEmpty, let residual { kernels.axpy(1, residual, record.hidden[slot, 0]) }
  }

  /// δ = ∂L/∂z of every layer, from the scores down to the first adapted layer.
  func backwardAbove(_ scratch: Scratch, slot: Int, _ weights: Weights) {
    for level in stride(from: above.count - 1, through: 0, by: -1) {
      let transposed =
        slot == 0
        ? scratch.transposed(above[level].weight, weights)
        : scratch.transposed(record.weight[slot, level])
      record.transposed[slot, level] = transposed
      backwardThrough(
        scratch, record.delta[slot, level + 1], transposed, of: record.hidden[slot, level],
        into: record.delta[slot, level])
    }
  }

  /// into = f′(z) ∘ (delta·Wᵀ), with f′ from the activations x = f(z).
  func backwardThrough(
    _ scratch: Scratch, _ delta: Matrix, _ transposed: Matrix, of x: Matrix, into: Matrix
  ) {
    guard activation != .relu else {
      scratch.kernels.product(delta, transposed, into: into, mask: x)
      return
    }
    scratch.kernels.product(delta, transposed, into: into)
    activation.multiplyDerivative(
      of: x, into: into, buffer: scratch.matrix(like: x), scratch.kernels)
  }

  private func stepAbove(_ scratch: Scratch, step: Int) {
    let kernels = scratch.kernels
    for level in 0..<above.count {
      let (weight, bias) = (record.weight[step, level], record.bias[step, level])
      let delta = record.delta[step, level + 1]
      let moved = scratch.matrix(like: weight)
      kernels.product(
        record.hidden[step, level], transposed: true, delta, into: moved, scale: -rate,
        adding: weight)
      let sums = scratch.matrix(like: bias)
      kernels.columnSums(delta, into: sums)
      kernels.addScaled(bias, -rate, sums, into: sums)
      record.weight[step + 1, level] = moved
      record.bias[step + 1, level] = sums
    }
  }

  private func stepDual(_ scratch: Scratch, _ rows: DenseStackRows, step: Int) {
    let delta = record.delta[step, 0]
    let after = scratch.matrix(rows.padded, delta.columns)
    let own = after.rows(0..<rows.support)
    if step > 0 {
      scratch.kernels.addScaled(record.dual[step].rows(0..<rows.support), -rate, delta, into: own)
    } else {
      scratch.kernels.scale(-rate, delta, into: own)
    }
    if rows.support < rows.padded { after.rows(rows.support..<rows.padded).fill(0) }
    record.dual[step + 1] = after
  }

  // MARK: The loss

  /// The loss of some scores, and its gradient into `delta`. Keeps for the step what `lossHessianProduct`
  /// needs.
  func lossAndDelta(
    _ scratch: Scratch, _ scores: Matrix, _ ratings: Matrix, into delta: Matrix, step: Int
  ) -> Float {
    if let pointwise {
      let curvature = scratch.matrix(like: scores)
      record.curvature[step] = curvature
      return pointwise.derivatives(
        scores, ratings, scale: scale, first: delta, second: curvature,
        scratch.kernels)
    }
    let tape = scratch.tape
    let floor = tape.count
    let leaf = tape.leaf(scores)
    let loss = scratch.problem.value(tape, leaf, ratings, [])
    let gradient = tape.gradient(of: loss, to: [leaf], floor: floor)[0]
    delta.copy(from: tape[gradient])
    record.lossNodes[step] = (floor, leaf, gradient)
    return tape[loss][0, 0]
  }

  /// The Hessian of a step's loss with respect to its scores, times a change of these.
  func lossHessianProduct(_ scratch: Scratch, step: Int, _ change: Matrix, into result: Matrix) {
    if pointwise != nil {
      scratch.kernels.multiply(record.curvature[step], change, into: result)
      return
    }
    result.fill(0)
    let (floor, leaf, gradient) = record.lossNodes[step]
    scratch.tape.backward(
      from: [.init(gradient, scratch.tape.leaf(change))], to: [.init(leaf, into: result)],
      floor: floor, differentiable: false)
  }
}
