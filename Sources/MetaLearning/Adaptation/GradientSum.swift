import Kernels
import Models

/// The sum of the gradients of some of a batch's tasks.
///
/// A batch has a fixed number of sums, whatever the number of threads, and they are added in order:
/// floating-point addition is not associative, and so the bits of an outer step do not depend on the number
/// of threads.
final class GradientSum: @unchecked Sendable {
  /// The dense blocks, in the order of the layout.
  let dense: FloatBuffer
  /// A view of each dense block; empty for a table.
  let blocks: [Matrix]
  /// For each task, the table rows it touched and their gradients.
  @exclusivity(unchecked) private(set) var sparse: [SparseGradient] = []
  let store = Arena()

  init(_ problem: LearningProblem) {
    dense = FloatBuffer(count: problem.layout.count - problem.lookupCount)
    let base = dense.base - problem.lookupCount
    blocks = problem.layout.blocks.map { block in
      block.kind != .dense
        ? .none : Matrix(base + block.offset, rows: block.rows, columns: block.columns)
    }
  }

  func clear() {
    Matrix(dense.base, rows: 1, columns: dense.count).fill(0)
    sparse.removeAll(keepingCapacity: true)
    store.reset()
  }

  /// Zeros for the gradient of a task's own rows of a table.
  func rows(_ count: Int, _ columns: Int) -> Matrix {
    let rows = store.matrix(rows: count, columns: columns)
    rows.fill(0)
    return rows
  }

  /// Keeps such a gradient until the batch is summed.
  func keep(
    _ gradient: Matrix, of rows: UnsafeBufferPointer<Int32>, block: Int, tableRows: Int
  ) {
    sparse.append(
      SparseGradient(block: block, rows: rows, gradient: gradient, tableRows: tableRows, in: store))
  }
}
