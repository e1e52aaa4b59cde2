import Kernels
import Models

/// An inner loop on the upper layers of a dense stack, with its derivatives planned by hand.
///
/// The first adapted layer, the lowest that the inner steps move, moves only within the span of its support inputs:
/// W_k = W₀ + XᵀA_k, so that x·W_k = x·W₀ + (x·Xᵀ) A_k; with the shared inputs u and the bias folded in, the
/// products of inputs are G = X·Xᵀ + ‖u‖² + 1. A step is A_{k+1} = A_k − α ∂L/∂z_k: the first adapted layer's gradient is
/// never made. Backwards its adjoint stays in the span of query and support inputs, X_QᵀP + X_SᵀR_k, with
/// R_k = R_{k+1} + H_zz(−αV), V = G_QSᵀ·P + G_SS·R_{k+1}. The layers above the first adapted layer take plain steps, and
/// H·v is the tangent of their gradient, forward over reverse. It is exact algebra: the same numbers as
/// `InnerLoop` finds on the tape, up to rounding, for fewer products and without a record.
///
/// One loop serves one scratch: it keeps the memory of its book-keeping from task to task.
final class DenseStackLoop {
  let activation: DenseStack.Activation
  let isRelu: Bool
  /// Layers below the first adapted layer, which all rows pass once, unchanged.
  let below: [DenseStack.Layer]
  let firstAdapted: DenseStack.Layer
  /// Layers above the first adapted layer.
  let above: [DenseStack.Layer]
  let steps: Int
  let rate: Float
  let order: Int
  /// Blocks that are learned below the stack: embeddings, linear weights, prompts.
  let featureBlocks: [Int]
  let pointwise: (any PointwiseLoss)?
  /// What each step went through.
  let record: DenseStackRecord

  /// Nil where the short cut does not apply.
  init?(_ loop: InnerLoop, _ problem: LearningProblem) {
    guard case .fixed(let rate) = loop.rates, loop.firstStage > 0,
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
    order = loop.order
    let blocks = problem.layout.blocks
    featureBlocks = blocks[..<problem.networkBlocks].indices.filter {
      blocks[$0].stage == 0 && blocks[$0].count > 0
    }
    pointwise = problem.loss as? any PointwiseLoss
    record = DenseStackRecord(steps: steps, layers: above.count)
  }

  /// Whether the products of rows are worth their price for this task.
  func applies(to episode: Episode, _ problem: LearningProblem) -> Bool {
    let rows = episode.support.count
    return rows > 0 && rows <= 4 * problem.layout.blocks[firstAdapted.weight].rows
  }

  // MARK: Steps

  /// Takes all steps on the support rows. Without `finishes` the layers above the first adapted layer stay where the last
  /// step found them.
  func takeSteps(
    _ scratch: Scratch, _ rows: DenseStackRows, _ episode: Episode, _ weights: Weights,
    finishes: Bool = true
  ) {
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

  /// The weights before the first step.
  private func begin(_ scratch: Scratch, _ rows: DenseStackRows, _ weights: Weights) {
    for (number, layer) in above.enumerated() {
      record.weight[0, number] = weights.view(layer.weight)
      record.bias[0, number] = weights.view(layer.bias)
    }
    // The first step leaves A without reading it.
    if steps == 0 { record.dual[0] = scratch.zeros(rows.padded, rows.firstAdapted.columns) }
    for step in 0..<steps {
      for level in 0...above.count {
        let width = level < above.count ? record.weight[0, level].rows : rows.outputs
        record.reserve(
          scratch, slot: step, level: level, rows: rows.support, width: width, tangents: order > 1)
      }
    }
  }

  /// x·W₀ + G·A of some rows, and what follows at once if that is relu.
  func forwardFirstAdapted(_ scratch: Scratch, _ rows: DenseStackRows, _ own: Range<Int>, slot: Int) {
    let (start, firstAdapted) = (rows.firstAdapted.rows(own), record.hidden[slot, 0])
    let isHidden = !above.isEmpty && isRelu
    if slot > 0 {
      scratch.kernels.product(
        rows.products.rows(own), record.dual[slot], into: firstAdapted, adding: start, relu: isHidden)
    } else if isHidden {
      scratch.kernels.map(.relu, start, into: firstAdapted)
    } else {
      firstAdapted.copy(from: start)
    }
  }

  /// From the first adapted layer to the scores. The sums of the first adapted layer in the slot are those before activation, but for relu.
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

  /// The deltas of the loss from the scores down to the first adapted layer.
  func backwardAbove(_ scratch: Scratch, slot: Int, _ weights: Weights) {
    for level in stride(from: above.count - 1, through: 0, by: -1) {
      let transposed =
        slot == 0
        ? scratch.transposed(above[level].weight, weights) : scratch.transposed(record.weight[slot, level])
      record.transposed[slot, level] = transposed
      backwardThrough(
        scratch, record.delta[slot, level + 1], transposed, of: record.hidden[slot, level],
        into: record.delta[slot, level])
    }
  }

  /// into = f′(x) · (delta·Wᵀ)
  func backwardThrough(_ scratch: Scratch, _ delta: Matrix, _ transposed: Matrix, of x: Matrix, into: Matrix) {
    guard activation != .relu else {
      scratch.kernels.product(delta, transposed, into: into, mask: x)
      return
    }
    scratch.kernels.product(delta, transposed, into: into)
    activation.multiplyDerivative(of: x, into: into, buffer: scratch.matrix(like: x), scratch.kernels)
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

  /// The loss of some scores, and its delta; keeps what its curvature needs if a step is named.
  func lossAndDelta(
    _ scratch: Scratch, _ scores: Matrix, _ ratings: Matrix, into delta: Matrix, step: Int
  ) -> Float {
    let problem = scratch.problem
    if let pointwise {
      let curvature = scratch.matrix(like: scores)
      record.curvature[step] = curvature
      return pointwise.derivatives(
        scores, ratings, scale: problem.scale, first: delta, second: curvature,
        scratch.kernels)
    }
    let tape = scratch.tape
    let floor = tape.count
    let leaf = tape.leaf(scores)
    let loss = problem.loss.value(tape, leaf, ratings, scale: problem.scale)
    let gradient = tape.gradient(of: loss, to: [leaf], floor: floor)[0]
    delta.copy(from: tape[gradient])
    record.lossNodes[step] = (floor, leaf, gradient)
    return tape[loss][0, 0]
  }

  /// The curvature of a step's loss times a change of its scores.
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
