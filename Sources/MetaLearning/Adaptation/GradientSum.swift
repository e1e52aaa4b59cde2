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
  /// Which dense blocks hold nothing of this batch yet, nor zeros: what comes first is written, not added.
  private let isFresh: UnsafeMutableBufferPointer<Bool>
  /// For each task, the table rows it touched and their gradients.
  @exclusivity(unchecked) private(set) var sparse: [SparseGradient] = []
  /// The sum of what tasks gave so far, where each task's gradient is looked at before it is added; then `dense`
  /// holds that of one task.
  private let clipped: FloatBuffer?
  /// How many of the sparse gradients are those of earlier tasks.
  private var done = 0
  let store = Arena()

  /// - Parameter isClipped: whether each task ends with `endTask`.
  init(_ problem: LearningProblem, isClipped: Bool = false) {
    dense = FloatBuffer(count: problem.layout.count - problem.lookupCount)
    clipped = isClipped ? FloatBuffer(count: dense.count) : nil
    let base = dense.base - problem.lookupCount
    blocks = problem.layout.blocks.map { block in
      block.kind != .dense
        ? .none : Matrix(base + block.offset, rows: block.rows, columns: block.columns)
    }
    isFresh = .allocate(capacity: blocks.count)
    isFresh.initialize(repeating: false)
  }

  deinit { isFresh.deallocate() }

  /// The sum of the dense gradients of all tasks.
  var whole: FloatBuffer { clipped ?? dense }

  /// Begins a batch.
  ///
  /// - Parameter isWhole: whether all numbers become zeros at once; else each block does when `block` first asks for
  ///   it, or when `complete` is called.
  func clear(isWhole: Bool = true) {
    let isWhole = isWhole || clipped != nil
    if isWhole { view(dense).fill(0) }
    isFresh.update(repeating: !isWhole)
    if let clipped { view(clipped).fill(0) }
    done = 0
    sparse.removeAll(keepingCapacity: true)
    store.reset()
  }

  /// Whether a dense block holds nothing of this batch yet; the caller is about to write all of it.
  func begins(_ block: Int) -> Bool {
    defer { isFresh[block] = false }
    return isFresh[block]
  }

  /// The gradient of a dense block, to add to.
  func block(_ block: Int) -> Matrix {
    if begins(block) { blocks[block].fill(0) }
    return blocks[block]
  }

  /// Makes zeros of what no task has added to.
  func complete() {
    for block in isFresh.indices { _ = self.block(block) }
  }

  private func view(_ buffer: FloatBuffer) -> Matrix {
    Matrix(buffer.base, rows: 1, columns: buffer.count)
  }

  /// What a vector is multiplied by to be no longer than `limit`: 1 where it is no longer, 0 where it is not finite.
  ///
  /// - Parameter square: the sum of its squares.
  static func factor(clipping square: Double, to limit: Float) -> Float {
    square.isFinite ? Float(min(1, Double(limit) / max(square.squareRoot(), 1e-30))) : 0
  }

  /// Adds the gradient of a task, made no longer than `limit`; one that is not finite is left out.
  ///
  /// Precondition: a task touches each row of a table once, so that the squares of its parts add up.
  func endTask(clippedTo limit: Float, _ kernels: KernelSet) {
    guard let clipped else { return }
    let own = view(dense)
    var square = Double(kernels.dot(own, own))
    for rows in sparse[done...] { square += rows.squaredNorm(kernels) }
    let factor = Self.factor(clipping: square, to: limit)
    if factor > 0 {
      kernels.axpy(factor, own, view(clipped))
      if factor < 1 { for rows in sparse[done...] { rows.scale(by: factor, kernels) } }
    } else {
      sparse.removeSubrange(done...)
    }
    own.fill(0)
    done = sparse.count
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
