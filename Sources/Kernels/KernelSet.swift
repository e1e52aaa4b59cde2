import CKernels

/// The loops of one instruction set.
package struct KernelSet: @unchecked Sendable {
  let table: UnsafePointer<mrs_kernels>

  package var name: String { String(cString: table.pointee.name) }

  /// Those that this machine can run, the best first.
  package static let available: [KernelSet] = (0..<mrs_kernel_variants()).map {
    KernelSet(table: mrs_kernel_variant($0))
  }

  init(table: UnsafePointer<mrs_kernels>) { self.table = table }

  /// Those of that name; nil when this machine has none.
  package init?(named name: String) {
    guard let found = Self.available.first(where: { $0.name == name }) else { return nil }
    self = found
  }
}

extension KernelSet {
  /// Whether an operation of so many steps is large, and its result not wanted any more: what it writes to
  /// then stays as it is.
  @inline(__always)
  func isUnwanted(_ steps: Int) -> Bool { steps > 1 << 22 && Cancellation.isRequested }
}

/// Sums of products, and whatever else the calculus needs, on matrices whose shapes the caller checked.
extension KernelSet {
  /// c = scale·a·b + bias + addend, then max(0, ·) if `relu`, then 0 wherever `mask` is not positive. Shapes:
  /// a (m × k), or (k × m) when `transposed`; b (k × n); bias (n); addend and mask as c. The addend may be c; if
  /// it is one row, it is added to every row.
  @inline(__always)
  package func product(
    _ a: Matrix, transposed: Bool = false, _ b: Matrix, into c: Matrix, scale: Float = 1,
    adding addend: Matrix? = nil, bias: Matrix? = nil, relu: Bool = false, mask: Matrix? = nil
  ) {
    let k = transposed ? a.rows : a.columns
    if isUnwanted(c.count * k) { return }
    var finish = mrs_finish(
      scale: scale, relu: relu ? 1 : 0, bias: bias.map { UnsafePointer($0.base) },
      add: addend.map { UnsafePointer($0.base) },
      ldadd: c.rows > 1 && addend?.rows == 1 ? 0 : c.columns,
      mask: mask.map { UnsafePointer($0.base) }, ldmask: c.columns)
    let (rowStep, columnStep) = transposed ? (1, a.columns) : (a.columns, 1)
    // Rows of the result have nothing to do with each other, so that a large one can be left between them.
    let stretch = max(64, Self.longest / max(1, c.columns * k))
    for row in stride(from: 0, to: c.rows, by: stretch) {
      if row > 0 {
        if Cancellation.isRequested { return }
        finish.add = addend.map { UnsafePointer($0.base + row * finish.ldadd) }
        finish.mask = mask.map { UnsafePointer($0.base + row * c.columns) }
      }
      table.pointee.gemm(
        min(stretch, c.rows - row), c.columns, k, a.base + row * rowStep, rowStep, columnStep,
        b.base, b.columns, c.base + row * c.columns, c.columns, &finish)
    }
  }

  /// The most products that are summed up without asking whether they are still wanted.
  private static var longest: Int { 1 << 29 }

  @inline(__always)
  package func transpose(_ a: Matrix, into t: Matrix) {
    if isUnwanted(a.count) { return }
    table.pointee.transpose(a.rows, a.columns, a.base, a.columns, t.base, t.columns)
  }

  @inline(__always)
  package func columnSums(_ a: Matrix, into c: Matrix, accumulate: Bool = false) {
    if isUnwanted(a.count) { return }
    table.pointee.column_sums(a.rows, a.columns, a.base, a.columns, c.base, accumulate ? 1 : 0)
  }

  @inline(__always)
  package func dot(_ x: Matrix, _ y: Matrix) -> Float { table.pointee.dot(x.count, x.base, y.base) }

  /// y = y + s·x
  @inline(__always)
  package func axpy(_ s: Float, _ x: Matrix, _ y: Matrix) {
    if isUnwanted(x.count) { return }
    table.pointee.axpy(x.count, s, x.base, y.base)
  }

  /// z = x + s·y
  @inline(__always)
  package func addScaled(_ x: Matrix, _ s: Float, _ y: Matrix, into z: Matrix) {
    if isUnwanted(x.count) { return }
    table.pointee.add_scaled(x.count, x.base, s, y.base, z.base)
  }

  @inline(__always)
  package func scale(_ s: Float, _ x: Matrix, into z: Matrix) {
    if isUnwanted(x.count) { return }
    table.pointee.scale(x.count, s, x.base, z.base)
  }

  @inline(__always)
  package func multiply(_ x: Matrix, _ y: Matrix, into z: Matrix, accumulate: Bool = false) {
    if isUnwanted(x.count) { return }
    table.pointee.multiply(x.count, x.base, y.base, z.base, accumulate ? 1 : 0)
  }

  /// z = x where y > 0, else 0
  @inline(__always)
  package func maskPositive(_ x: Matrix, by y: Matrix, into z: Matrix) {
    table.pointee.mask_positive(x.count, x.base, y.base, z.base)
  }

  @inline(__always)
  package func map(_ function: ElementFunction, _ x: Matrix, into y: Matrix) {
    table.pointee.map(x.count, function.rawValue, x.base, y.base)
  }

  /// c = scale·xᵀx + addend on and above the diagonal, where x are some rows of a table. The addend may be c.
  package func gram(
    of rows: UnsafeBufferPointer<Int32>, in lookup: Matrix, into c: Matrix, scale: Float = 1,
    adding addend: Matrix? = nil
  ) {
    table.pointee.gram(
      rows.count, rows.baseAddress, lookup.base, lookup.columns, scale,
      addend.map { UnsafePointer($0.base) }, c.base)
  }

  /// The same of all rows of x.
  package func gram(of x: Matrix, into c: Matrix, adding addend: Matrix? = nil) {
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: x.rows) { rows in
      for row in 0..<x.rows { rows[row] = Int32(row) }
      gram(of: UnsafeBufferPointer(rows), in: x, into: c, adding: addend)
    }
  }

  /// The room that `solve` needs for systems of so many unknowns, in floats.
  package static func solvingRoom(_ size: Int) -> Int { 16 * (size * (size + 1) / 2 + 2 * size) }

  /// Rows x(s) with A(s)·x(s) = b(s): A(s) are the symmetric positive definite matrices that stand behind each
  /// other in `a`, of which what lies on and above the diagonal is read.
  package func solve(_ a: Matrix, _ b: Matrix, into x: Matrix, using room: Matrix) {
    table.pointee.solve(b.rows, b.columns, a.base, b.base, x.base, room.base)
  }

  @inline(__always)
  package func softmax(_ x: Matrix, into y: Matrix) {
    table.pointee.softmax(x.rows, x.columns, x.base, y.base)
  }

  /// Sums of table rows: see `EmbeddingBag`.
  @inline(__always)
  package func embed(_ bags: EmbeddingBag, _ lookup: Matrix, into out: Matrix) {
    table.pointee.embed(
      bags.count, bags.offsets, bags.step, bags.indices, bags.weights, lookup.base, lookup.columns,
      out.base)
  }

  /// Row b of `out` = the sum of weighted rows of a table, those of the entries from `offsets[b]` up to
  /// `offsets[b + 1]`.
  package func embed(
    _ offsets: [Int32], _ indices: [Int32], _ weights: [Float], _ lookup: Matrix, into out: Matrix
  ) {
    table.pointee.embed(
      offsets.count - 1, offsets, 1, indices, weights, lookup.base, lookup.columns, out.base)
  }

  /// The transpose of `embed`; adds to `lookup`.
  @inline(__always)
  package func scatter(_ bags: EmbeddingBag, _ rows: Matrix, into lookup: Matrix) {
    table.pointee.scatter(
      bags.count, bags.offsets, bags.step, bags.indices, bags.weights, rows.base, lookup.columns,
      lookup.base)
  }
}

extension KernelSet {
  /// Adds `scale` times the rows of x at `places` to the rows of a table, number by number.
  package func addRows(
    _ scale: Float, _ x: Matrix, at places: UnsafeBufferPointer<Int32>,
    to rows: UnsafeBufferPointer<Int32>, of lookup: Matrix
  ) {
    precondition(places.count == rows.count && x.columns == lookup.columns)
    table.pointee.add_rows(
      rows.count, scale, x.base, places.baseAddress, rows.baseAddress, lookup.columns, lookup.base)
  }

  /// Some rows of a table become zeros.
  package func clearRows(_ rows: UnsafeBufferPointer<Int32>, of lookup: Matrix) {
    table.pointee.clear_rows(rows.count, rows.baseAddress, lookup.columns, lookup.base)
  }
}

/// Functions of one number that the kernels apply to whole matrices.
package enum ElementFunction: Int32, Sendable, CaseIterable {
  case relu, tanh, sigmoid, exp, softplus, reciprocal, squareRoot, log, sign
}

/// Which table rows are summed to make each output row: bag `b` has the entries
/// `offsets[b·step] ..< offsets[(b + 1)·step]`, each an index and a weight.
///
/// With `step` 1 each field of a row is a bag of its own; with `step` = fields, one bag holds all fields.
package struct EmbeddingBag: @unchecked Sendable {
  package let count: Int
  package let step: Int
  package let offsets: UnsafePointer<Int32>
  package let indices: UnsafePointer<Int32>
  package let weights: UnsafePointer<Float>

  package init(
    count: Int, step: Int, offsets: UnsafePointer<Int32>, indices: UnsafePointer<Int32>,
    weights: UnsafePointer<Float>
  ) {
    self.count = count
    self.step = step
    self.offsets = offsets
    self.indices = indices
    self.weights = weights
  }
}

extension KernelSet {
  /// eˣ by the same loop that matrices use.
  package func exponential(_ x: Float) -> Float { single(.exp, x) }

  /// log x by the same loop that matrices use.
  package func logarithm(_ x: Float) -> Float { single(.log, x) }

  private func single(_ function: ElementFunction, _ x: Float) -> Float {
    var value = x
    withUnsafeMutablePointer(to: &value) { pointer in
      table.pointee.map(1, function.rawValue, pointer, pointer)
    }
    return value
  }

  /// One step of Adam over parameters `p`; see `mrs_kernels.adam`.
  package func adam(
    _ p: Matrix, gradient: Matrix, first: Matrix, second: Matrix, beta1: Double, beta2: Double,
    rate: Float, correction: Float, epsilon: Float, decay: Float
  ) {
    if isUnwanted(p.count) { return }
    table.pointee.adam(
      p.count, p.base, gradient.base, first.base, second.base, Float(beta1), Float(1 - beta1),
      Float(beta2), Float(1 - beta2), rate, correction, epsilon, decay)
  }
}
