import Kernels
import Models

/// The sum of some tasks' gradients, on its way to an outer step.
///
/// A batch is cut into a fixed number of sums, whatever the number of threads, and they are added in order:
/// the bits of a step do not depend on who computed it.
final class GradientSum: @unchecked Sendable {
  /// The dense blocks, in the order of the layout.
  let dense: FloatBuffer
  /// A view of each dense block; of nothing for a table.
  let blocks: [Matrix]
  /// For each task, the table rows it touched and their gradients.
  @exclusivity(unchecked) private(set) var touched: [TouchedRows] = []
  private let store = Arena()

  init(_ problem: LearningProblem) {
    dense = FloatBuffer(count: problem.layout.count - problem.lookupCount)
    let base = dense.base - problem.lookupCount
    blocks = problem.layout.blocks.map { block in
      block.kind == .lookup
        ? .none : Matrix(base + block.offset, rows: block.rows, columns: block.columns)
    }
  }

  func clear() {
    Matrix(dense.base, rows: 1, columns: dense.count).fill(0)
    touched.removeAll(keepingCapacity: true)
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
    touched.append(
      TouchedRows(block: block, rows: rows, gradient: gradient, tableRows: tableRows, in: store))
  }
}
