/// A view of `rows` × `columns` floats, row after row, in memory that an arena or a buffer owns.
///
/// Views are cheap and unchecked: they live no longer than their owner's contents. Only code in
/// `Kernels` and the calculus built on it handles them; everything above deals in arrays.
package struct Matrix: @unchecked Sendable {
  package let base: UnsafeMutablePointer<Float>
  package let rows: Int
  package let columns: Int

  @inlinable
  package init(_ base: UnsafeMutablePointer<Float>, rows: Int, columns: Int) {
    self.base = base
    self.rows = rows
    self.columns = columns
  }

  package var count: Int { rows * columns }

  package subscript(row: Int, column: Int) -> Float {
    get { base[row * columns + column] }
    nonmutating set { base[row * columns + column] = newValue }
  }

  /// The view of some of the rows.
  package func rows(_ range: Range<Int>) -> Matrix {
    Matrix(base + range.lowerBound * columns, rows: range.count, columns: columns)
  }

  /// The view of some of the columns of a single row.
  package func columns(_ range: Range<Int>) -> Matrix {
    precondition(rows == 1, "columns of one row only")
    return Matrix(base + range.lowerBound, rows: 1, columns: range.count)
  }

  /// A view of nothing.
  package static let none = Matrix(UnsafeMutablePointer.allocate(capacity: 1), rows: 0, columns: 0)

  /// The sum of all elements, in their order.
  package var sum: Float {
    var sum: Float = 0
    for index in 0..<count { sum += base[index] }
    return sum
  }

  /// A copy of the contents.
  package var array: [Float] { Array(UnsafeBufferPointer(start: base, count: count)) }

  package func fill(_ value: Float) {
    if count > 1 << 22, Cancellation.isRequested { return }
    base.update(repeating: value, count: count)
  }

  /// Precondition: `source` has as many elements.
  package func copy(from source: Matrix) {
    precondition(source.count == count, "copy needs equal sizes")
    base.update(from: source.base, count: count)
  }

  package func copy(from source: [Float]) {
    precondition(source.count == count, "copy needs equal sizes")
    _ = UnsafeMutableBufferPointer(start: base, count: count).update(fromContentsOf: source)
  }
}
