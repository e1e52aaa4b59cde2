import Kernels
import Models

/// The workspace of one thread: a tape, an encoder of tasks, and the sum that gradients go to. Results
/// do not depend on which scratch a task is computed in.
package final class Scratch {
  package let problem: LearningProblem
  package let tape: Tape
  package let builder: EpisodeBuilder
  private let places: [Place]
  // Only one thread at a time uses a scratch, so accesses never overlap and need no checks.
  @exclusivity(unchecked) private var sum: GradientSum
  /// The number and weights of the current batch, and transposes of their blocks, made when first needed.
  @exclusivity(unchecked) private var batch: Int?
  @exclusivity(unchecked) private var batchWeights: UnsafeMutablePointer<Float>?
  @exclusivity(unchecked) private var transposedBlocks: [Matrix?]
  private let transposes = Arena()
  /// A row of zeros, as wide as any dense block.
  private let zeroRow: FloatBuffer
  @exclusivity(unchecked) private var lastLearner: AnyObject?
  @exclusivity(unchecked) private var lastLoop: InnerLoop?
  @exclusivity(unchecked) private var lastDenseStack: DenseStackLoop?

  /// Where a block lies in the weights, and its shape.
  private struct Place {
    var offset: Int
    var rows: Int
    var columns: Int
    var kind: WeightBlock.Kind
    var isLookup: Bool { kind == .lookup }

    func view(_ weights: Weights) -> Matrix {
      Matrix(weights.all.base + offset, rows: rows, columns: columns)
    }
  }

  package init(_ problem: LearningProblem) {
    self.problem = problem
    tape = Tape(kernels: problem.kernels)
    builder = EpisodeBuilder(problem.encoder, targets: problem.heads?.targets)
    transposedBlocks = Array(repeating: nil, count: problem.layout.blocks.count)
    sum = GradientSum(problem)
    zeroRow = FloatBuffer(count: sum.blocks.map(\.columns).max() ?? 0)
    places = problem.layout.blocks.map {
      precondition($0.kind != .lookup || $0.rows == problem.shape.tableRows, "\($0.name)")
      return Place(offset: $0.offset, rows: $0.rows, columns: $0.columns, kind: $0.kind)
    }
  }

  /// Directs gradients into `sum`, which becomes zero, until `endBatch`. The weights must not change before `endBatch`.
  func beginBatch(_ number: Int, _ weights: Weights, into sum: GradientSum) {
    self.sum = sum
    sum.clear(isWhole: false)
    batchWeights = weights.all.base
    guard number != batch else { return }
    batch = number
    transposes.reset()
    for block in transposedBlocks.indices { transposedBlocks[block] = nil }
  }

  func endBatch() {
    sum.complete()
    batchWeights = nil
  }

  /// The inner loop of a learner; kept for the next task.
  func innerLoop<Learner: GradientLearner>(of learner: Learner) -> InnerLoop {
    if let known = lastLearner as? CachedInnerLoop<Learner>, known.learner == learner {
      return known.loop
    }
    let known = CachedInnerLoop(learner, learner.innerLoop(problem.layout))
    lastLearner = known
    return known.loop
  }

  /// The hand-written form of an inner loop, if there is one for it; kept for the next task.
  func denseStack(for loop: InnerLoop) -> DenseStackLoop? {
    if loop != lastLoop {
      lastLoop = loop
      lastDenseStack = DenseStackLoop(loop, problem)
    }
    return lastDenseStack
  }

  /// Whether there is a hand-written form of an inner loop.
  package func hasDenseStackForm(_ loop: InnerLoop) -> Bool { denseStack(for: loop) != nil }

  // MARK: Memory for one task

  var kernels: KernelSet { tape.kernels }

  func matrix(_ rows: Int, _ columns: Int) -> Matrix {
    tape.arena.matrix(rows: rows, columns: columns)
  }

  func matrix(like other: Matrix) -> Matrix { matrix(other.rows, other.columns) }

  func zeros(_ rows: Int, _ columns: Int) -> Matrix {
    let zeros = matrix(rows, columns)
    zeros.fill(0)
    return zeros
  }

  /// The transpose, with columns of zeros up to `padded`.
  func transposed(_ matrix: Matrix, padded: Int = 0) -> Matrix {
    if padded <= matrix.rows, matrix.rows == 1 || matrix.columns == 1 {
      return Matrix(matrix.base, rows: matrix.columns, columns: matrix.rows)
    }
    let width = max(padded, matrix.rows)
    let transposed = self.matrix(matrix.columns, width)
    if width > matrix.rows { transposed.fill(0) }
    kernels.transpose(matrix, into: transposed)
    return transposed
  }

  /// The transpose of a block; the same for all tasks of a batch.
  func transposed(_ block: Int, _ weights: Weights) -> Matrix {
    let view = weights.view(block)
    guard weights.all.base == batchWeights else { return transposed(view) }
    if let known = transposedBlocks[block] { return known }
    let transposed = transposes.matrix(rows: view.columns, columns: view.rows)
    kernels.transpose(view, into: transposed)
    transposedBlocks[block] = transposed
    return transposed
  }

  // MARK: Gradients

  /// Adds scale·xᵀ·delta to the gradient of a dense block.
  func addProduct(_ x: Matrix, _ delta: Matrix, to block: Int, scale: Float = 1) {
    let weight = sum.blocks[block]
    // Zeros are added too, since −0 would stay without them, but need not be in the block.
    let isFirst = weight.columns > 1 && sum.begins(block)
    kernels.product(
      x, transposed: true, delta, into: weight, scale: scale,
      adding: isFirst
        ? Matrix(zeroRow.base, rows: 1, columns: weight.columns) : gradient(of: block))
  }

  /// Adds the sum of the delta's rows to the gradient of a bias.
  func addSum(_ delta: Matrix, to bias: Int) {
    kernels.columnSums(delta, into: sum.blocks[bias], accumulate: !sum.begins(bias))
  }

  /// The gradient of a dense block, to add to.
  func gradient(of block: Int) -> Matrix { sum.block(block) }

  /// The weights as leaves of the tape: dense blocks whole, tables as copies of the rows that the task uses,
  /// nothing of blocks that were solved for.
  package func leaves(_ weights: Weights, _ episode: Episode) -> [TapeValue] {
    places.map { place in
      let whole = place.view(weights)
      if place.kind == .dense { return tape.leaf(whole) }
      if place.kind == .solved { return tape.leaf(whole.rows(0..<0)) }
      let own = tape.arena.matrix(rows: episode.tableRows.count, columns: whole.columns)
      for (number, row) in episode.tableRows.enumerated() {
        (own.base + number * whole.columns).update(
          from: whole.base + Int(row) * whole.columns, count: whole.columns)
      }
      return tape.leaf(own)
    }
  }

  /// Where each block's gradient is added: for tables, zeros for the rows that the task uses.
  ///
  /// - Parameter later: blocks that the caller adds to by `addProduct`, `addSum` and `gradient` alone.
  func blockSums(_ weights: [TapeValue], later: [Int] = []) -> [Matrix] {
    places.indices.map { block in
      guard places[block].isLookup else {
        return later.contains(block) ? .none : gradient(of: block)
      }
      let own = tape[weights[block]]
      return sum.rows(own.rows, own.columns)
    }
  }

  /// Keeps the gradients of table rows, which are sparse, until the batch is summed.
  func keepLookups(_ sums: [Matrix], _ episode: Episode) {
    for block in sums.indices where places[block].isLookup {
      sum.keep(
        sums[block], of: episode.tableRows, block: block, tableRows: places[block].rows)
    }
  }
}

/// A learner and its inner loop, which is the same for all tasks.
private final class CachedInnerLoop<Learner: GradientLearner> {
  let learner: Learner
  let loop: InnerLoop

  init(_ learner: Learner, _ loop: InnerLoop) {
    self.learner = learner
    self.loop = loop
  }
}
