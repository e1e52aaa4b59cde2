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
  private let lookupCount: Int
  /// For each task since `clear`, the table rows it touched and their gradients.
  private(set) var touched: [TouchedRows] = []
  private let store = Arena()

  /// Gradients of some rows of a lookup block.
  struct TouchedRows {
    var block: Int
    /// Ascending.
    var rows: UnsafeBufferPointer<Int32>
    var gradient: Matrix
  }

  package init(_ problem: LearningProblem, kernels: KernelSet = .best) {
    self.problem = problem
    tape = Tape(kernels: kernels)
    builder = EpisodeBuilder(problem.encoder)
    lookupCount = problem.lookupCount
    dense = FloatBuffer(count: problem.layout.count - lookupCount)
  }

  /// Forgets all gradients.
  func clear() {
    dense.base.update(repeating: 0, count: dense.count)
    touched.removeAll(keepingCapacity: true)
    store.reset()
  }

  /// Where the gradient of a dense block is summed.
  func denseGradient(_ block: Int) -> Matrix {
    let place = problem.layout.blocks[block]
    return Matrix(
      dense.base + place.offset - lookupCount, rows: place.rows, columns: place.columns)
  }

  /// Keeps the gradient of a task's own rows of a table until the batch is summed.
  func keep(_ gradient: Matrix, rows: UnsafeBufferPointer<Int32>, block: Int) {
    let copy = store.matrix(rows: gradient.rows, columns: gradient.columns)
    copy.copy(from: gradient)
    let numbers = store.integers(rows.count)
    if let base = rows.baseAddress { numbers.update(from: base, count: rows.count) }
    touched.append(
      TouchedRows(
        block: block, rows: UnsafeBufferPointer(start: numbers, count: rows.count), gradient: copy))
  }

  /// The weights as leaves of the tape: dense blocks as they are, tables as the task's own rows.
  package func leaves(_ weights: Weights, _ episode: Episode) -> [TapeValue] {
    problem.layout.blocks.indices.map { block in
      let whole = weights.view(block)
      guard problem.layout.blocks[block].kind == .lookup else { return tape.leaf(whole) }
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
    problem.layout.blocks.indices.map { block in
      problem.layout.blocks[block].kind == .lookup
        ? tape.zeros(like: weights[block]) : denseGradient(block)
    }
  }

  /// Hands the tables' rows over until the batch is summed.
  func keepLookups(_ sums: [Matrix], _ episode: Episode) {
    for block in sums.indices where problem.layout.blocks[block].kind == .lookup {
      keep(sums[block], rows: episode.tableRows, block: block)
    }
  }
}
