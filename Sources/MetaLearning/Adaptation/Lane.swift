import Kernels
import Models

/// The workspace of one thread: a tape, an encoder of tasks, and the sum of the gradients it has seen.
///
/// A batch is cut into a fixed number of lanes, whatever the number of threads, and lanes are summed in
/// order: the bits of a step do not depend on who computed it.
package final class Lane {
  package let problem: LearningProblem
  package let tape: Tape
  package let builder: EpisodeBuilder
  /// The sum over tasks of the dense blocks' gradients, in the order of the layout.
  let dense: FloatBuffer
  private let places: [Place]
  /// For each task since the batch began, the table rows it touched and their gradients.
  private(set) var touched: [TouchedRows] = []
  private let store = Arena()
  /// The weights of the batch under way, and transposes of their blocks.
  private var batchWeights: UnsafeMutablePointer<Float>?
  private var flippedBlocks: [Matrix?]
  private var lastLearner: (learner: any MetaLearner, loop: InnerLoop)?
  private var lastLoop: InnerLoop?
  private var lastTower: TowerLoop?

  /// A block as this lane sees it.
  private struct Place {
    var offset: Int
    var rows: Int
    var columns: Int
    var isLookup: Bool
    /// Where the gradient of a dense block is summed.
    var sum: Matrix

    func view(_ weights: Weights) -> Matrix {
      Matrix(weights.all.base + offset, rows: rows, columns: columns)
    }
  }

  package init(_ problem: LearningProblem, kernels: KernelSet = .best) {
    self.problem = problem
    tape = Tape(kernels: kernels)
    builder = EpisodeBuilder(problem.encoder)
    flippedBlocks = Array(repeating: nil, count: problem.layout.blocks.count)
    dense = FloatBuffer(count: problem.layout.count - problem.lookupCount)
    let base = dense.base - problem.lookupCount
    places = problem.layout.blocks.map { block in
      let isLookup = block.kind == .lookup
      return Place(
        offset: block.offset, rows: block.rows, columns: block.columns, isLookup: isLookup,
        sum: isLookup
          ? .none : Matrix(base + block.offset, rows: block.rows, columns: block.columns))
    }
  }

  /// Forgets all gradients. Until `endBatch` the weights stay as they are.
  func beginBatch(_ weights: Weights) {
    dense.base.update(repeating: 0, count: dense.count)
    touched.removeAll(keepingCapacity: true)
    store.reset()
    for block in flippedBlocks.indices { flippedBlocks[block] = nil }
    batchWeights = weights.all.base
  }

  func endBatch() { batchWeights = nil }

  /// The inner loop of a learner; kept for the next task.
  func innerLoop<Learner: GradientLearner>(of learner: Learner) -> InnerLoop {
    if let known = lastLearner, known.learner as? Learner == learner { return known.loop }
    let loop = learner.innerLoop(problem.layout)
    lastLearner = (learner, loop)
    return loop
  }

  /// The planned form of an inner loop, if it has one; kept for the next task.
  func tower(for loop: InnerLoop) -> TowerLoop? {
    if loop != lastLoop {
      lastLoop = loop
      lastTower = TowerLoop(loop, problem)
    }
    return lastTower
  }

  /// Whether an inner loop has a planned form.
  package func plans(_ loop: InnerLoop) -> Bool { tower(for: loop) != nil }

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
  func flipped(_ matrix: Matrix, padded: Int = 0) -> Matrix {
    if padded <= matrix.rows, matrix.rows == 1 || matrix.columns == 1 {
      return Matrix(matrix.base, rows: matrix.columns, columns: matrix.rows)
    }
    let width = max(padded, matrix.rows)
    let flipped = self.matrix(matrix.columns, width)
    if width > matrix.rows { flipped.fill(0) }
    kernels.transpose(matrix, into: flipped)
    return flipped
  }

  /// The transpose of a block; the same for all tasks of a batch.
  func flipped(_ block: Int, _ weights: Weights) -> Matrix {
    let view = weights.view(block)
    guard weights.all.base == batchWeights else { return flipped(view) }
    if let known = flippedBlocks[block] { return known }
    let flipped = store.matrix(rows: view.columns, columns: view.rows)
    kernels.transpose(view, into: flipped)
    flippedBlocks[block] = flipped
    return flipped
  }

  // MARK: Gradients

  /// Adds xᵀ·slope to the gradient of a dense block, and the sum of the slope's rows to that of its bias.
  func addProduct(_ x: Matrix, _ slope: Matrix, to block: Int, bias: Int) {
    let weight = places[block].sum
    kernels.product(x, transposed: true, slope, into: weight, adding: weight)
    kernels.columnSums(slope, into: places[bias].sum, accumulate: true)
  }

  /// The weights as leaves of the tape: dense blocks as they are, tables as the task's own rows.
  package func leaves(_ weights: Weights, _ episode: Episode) -> [TapeValue] {
    places.map { place in
      let whole = place.view(weights)
      guard place.isLookup else { return tape.leaf(whole) }
      let own = tape.arena.matrix(rows: episode.tableRows.count, columns: whole.columns)
      for (number, row) in episode.tableRows.enumerated() {
        (own.base + number * whole.columns).update(
          from: whole.base + Int(row) * whole.columns, count: whole.columns)
      }
      return tape.leaf(own)
    }
  }

  /// Where each block's gradient is summed: the lane for dense blocks, zeros of the task's own rows for
  /// tables.
  func blockSums(_ weights: [TapeValue]) -> [Matrix] {
    places.indices.map { block in
      guard places[block].isLookup else { return places[block].sum }
      let own = tape[weights[block]]
      let sum = store.matrix(rows: own.rows, columns: own.columns)
      sum.fill(0)
      return sum
    }
  }

  /// Hands the tables' rows over until the batch is summed.
  func keepLookups(_ sums: [Matrix], _ episode: Episode) {
    for block in sums.indices where places[block].isLookup {
      touched.append(
        TouchedRows(
          block: block, rows: episode.tableRows, gradient: sums[block],
          tableRows: places[block].rows, in: store))
    }
  }
}
