import Kernels
import Models

extension Scratch {
  /// How much a head that has learned less than others is to pull harder.
  private static let asymmetry: Float = 0.5

  /// Adds the gradient of the balance of heads (GradNorm; Chen et al. 2018) to its sum.
  ///
  /// Let g_i be the norm of the gradient of head i's query loss in the last weights that all heads share, and r_i
  /// its loss as a share of that before training, as a share of the mean of these. The weights w = k·softmax(v)
  /// follow the gradient of Σ |w_i·g_i − ḡ·r_i^½| / ḡ, ḡ the mean of w_i·g_i, where the right-hand side counts as a
  /// constant. Norms are those of single tasks, whose gradients in v are averaged over a batch.
  func balance(
    _ scores: TapeValue, _ weights: [TapeValue], _ episode: Episode, sums: [Matrix], floor: Int
  ) {
    let layout = problem.layout
    guard problem.heads?.weightsName == Heads.balance, let block = layout.index(of: Heads.balance),
      let first = layout.index(of: Heads.first)
    else { return }
    let losses = problem.headLosses(tape, scores, episode.query.ratings)
    let parts = losses.compactMap(\.self)
    // What has no part in this task cannot be balanced by it.
    guard parts.count == losses.count else { return }
    let norms = parts.map { norm(of: $0, weights, floor: floor) }
    let shares = problem.headShares(tape[weights[block]].array)
    let pulls = zip(shares, norms).map { $0 * $1 }
    let mean = pulls.reduce(0, +) / Float(pulls.count)
    let before = tape[weights[first]].array
    let rates = zip(parts, before).map { tape[$0][0, 0] / max($1, 1e-6) }
    let usual = rates.reduce(0, +) / Float(rates.count)
    guard mean > 0, usual > 0, mean.isFinite, usual.isFinite else { return }
    let slopes = pulls.indices.map { head in
      let goal =
        mean
        * kernels.exponential(Self.asymmetry * kernels.logarithm(max(rates[head] / usual, 1e-6)))
      return (pulls[head] > goal ? 1 : pulls[head] < goal ? -1 : 0) * norms[head] / mean
    }
    // ∂w_i/∂v_j = w_i·([i = j] − w_j/k)
    let common = zip(slopes, shares).reduce(0) { $0 + $1.0 * $1.1 } / Float(shares.count)
    for head in shares.indices { sums[block][0, head] += shares[head] * (slopes[head] - common) }
  }

  /// The norm of a loss' gradient in the last weights that all heads share.
  private func norm(of loss: TapeValue, _ weights: [TapeValue], floor: Int) -> Float {
    let blocks = problem.sharedBlocks
    let gradients = blocks.map { tape.zeros(like: weights[$0]) }
    tape.backward(
      from: [.init(loss, tape.constant(1))],
      to: zip(blocks, gradients).map { Tape.Target(weights[$0], into: $1) }, floor: floor,
      differentiable: false)
    return gradients.reduce(0) { $0 + kernels.dot($1, $1) }.squareRoot()
  }
}

extension LearningProblem {
  /// The blocks of the last stage below the head that has weights.
  fileprivate var sharedBlocks: [Int] {
    let last = network.lastStage(shape)
    let below = layout.blocks[..<networkBlocks].indices.filter {
      layout.blocks[$0].stage < last && layout.blocks[$0].count > 0
        && layout.blocks[$0].name != WeightBlock.linearName
    }
    let stage = below.map { layout.blocks[$0].stage }.max()
    return below.filter { layout.blocks[$0].stage == stage }
  }
}
