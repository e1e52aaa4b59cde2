import Kernels

/// The gradient of an embedding table for one task, which is not zero in a few rows only: these rows, sorted
/// by the part of the table that they lie in.
struct SparseGradient {
  /// Each part of a table is summed and updated by one thread. The number is the same on all machines, which
  /// keeps the bits the same.
  static let parts = 16

  let block: Int
  private let gradient: Matrix
  /// The rows' numbers in the table, part by part, and where each part starts.
  private let rows: UnsafeMutablePointer<Int32>
  private let places: UnsafeMutablePointer<Int32>
  private let starts: UnsafeMutablePointer<Int32>

  /// Sorts by counting, which keeps the order within a part. The gradient is not copied.
  init(
    block: Int, rows given: UnsafeBufferPointer<Int32>, gradient: Matrix, tableRows: Int,
    in store: Arena
  ) {
    self.block = block
    self.gradient = gradient
    rows = store.integers(given.count)
    places = store.integers(given.count)
    starts = store.integers(Self.parts + 1)
    starts.update(repeating: 0, count: Self.parts + 1)
    for row in given { starts[Self.part(of: row, tableRows) + 1] += 1 }
    for part in 0..<Self.parts { starts[part + 1] += starts[part] }
    let next = store.integers(Self.parts)
    next.update(from: starts, count: Self.parts)
    for (place, row) in given.enumerated() {
      let part = Self.part(of: row, tableRows)
      let at = Int(next[part])
      rows[at] = row
      places[at] = Int32(place)
      next[part] += 1
    }
  }

  /// The table rows of a part; parts differ by at most one row.
  static func range(_ part: Int, of tableRows: Int) -> Range<Int> {
    tableRows * part / parts..<tableRows * (part + 1) / parts
  }

  private static func part(of row: Int32, _ tableRows: Int) -> Int {
    ((Int(row) + 1) * parts - 1) / tableRows
  }

  /// Σ g² over its rows.
  func squaredNorm(_ kernels: KernelSet) -> Double { Double(kernels.dot(gradient, gradient)) }

  func scale(by factor: Float, _ kernels: KernelSet) {
    kernels.scale(factor, gradient, into: gradient)
  }

  /// Adds `scale` times the gradients of a part to their rows of the table.
  func add(_ scale: Float, of part: Int, to table: Matrix, _ kernels: KernelSet) {
    kernels.addRows(
      scale, gradient, at: buffer(places, part), to: buffer(rows, part), of: table)
  }

  /// Sets the rows of a part to zero again.
  func clear(_ part: Int, of table: Matrix, _ kernels: KernelSet) {
    kernels.clearRows(buffer(rows, part), of: table)
  }

  /// Says to other ranks which rows it is of, in their order here, and what it is for each.
  func write(to message: inout MessageWriter) {
    let count = Int(starts[Self.parts])
    message.put(Int32(block))
    message.put(UnsafeBufferPointer(start: UnsafePointer(rows), count: count))
    message.put(count * gradient.columns)
    for place in 0..<count {
      message.append(
        UnsafeBufferPointer(
          start: UnsafePointer(gradient.base + Int(places[place]) * gradient.columns),
          count: gradient.columns))
    }
  }

  private func buffer(
    _ numbers: UnsafeMutablePointer<Int32>, _ part: Int
  ) -> UnsafeBufferPointer<Int32> {
    let (from, to) = (Int(starts[part]), Int(starts[part + 1]))
    return UnsafeBufferPointer(start: numbers + from, count: to - from)
  }
}
