import CKernels

/// Rows of numbers quantized to 16-bit multiples of a step. Integer sums of products are exact, and cheaper
/// than those of floats; the quantization error is kept as a bound.
package struct QuantizedRows: @unchecked Sendable {
  package let count: Int
  /// Codes in a row; those behind the last column are 0.
  package let width: Int
  package let step: Float
  /// The length of the longest row.
  package let length: Float
  /// The largest distance ‖x − x̂‖ between a row and its quantized form.
  package let error: Float
  package let codes: QuantizedCodes

  /// Quantizes rows. `block` computes a range of them and is called twice for each: for the step, then for
  /// the codes. Nil if a number is not finite.
  package init?(
    count: Int, columns: Int, block size: Int, _ block: (Range<Int>, (Matrix) -> Void) -> Void
  ) {
    let blocks = stride(from: 0, to: count, by: size).map { $0..<min(count, $0 + size) }
    var top: Float = 0
    var length: Float = 0
    for range in blocks {
      block(range) { rows in
        for row in 0..<rows.rows { length = longer(length, rows.rows(row..<row + 1)) { $0 } }
        for index in 0..<rows.count { top = max(top, abs(rows.base[index])) }
      }
    }
    guard length.isFinite else { return nil }
    let step = max(top, .leastNormalMagnitude * 65_536) / largestCode
    let width = Self.width(columns)
    let codes = QuantizedCodes(count: count * width)
    var error: Float = 0
    for range in blocks {
      block(range) { rows in
        for row in 0..<rows.rows {
          let place = codes.base + (range.lowerBound + row) * width
          for column in 0..<columns { place[column] = Int16((rows[row, column] / step).rounded()) }
          var column = 0
          error = longer(error, rows.rows(row..<row + 1)) {
            column += 1
            return $0 - Float(place[column - 1]) * step
          }
        }
      }
    }
    self.count = count
    self.width = width
    self.step = step
    self.codes = codes
    self.length = length * slack
    self.error = error * slack
  }

  package init?(_ matrix: Matrix) {
    self.init(count: matrix.rows, columns: matrix.columns, block: max(1, matrix.rows)) {
      $1(matrix.rows($0))
    }
  }

  /// A multiple of what the loops take at once in any variant.
  package static func width(_ columns: Int) -> Int { (columns + 31) / 32 * 32 }
}

/// The longer of a length and that of some numbers; not finite if any of them is not.
private func longer(_ length: Float, _ row: Matrix, _ part: (Float) -> Float) -> Float {
  var square: Float = 0
  for index in 0..<row.count {
    let x = part(row.base[index])
    square += x * x
  }
  guard square.isFinite, length.isFinite else { return .infinity }
  return max(length, square.squareRoot())
}

/// 16-bit numbers on cache-line boundaries, which vectors are read from twice as fast.
package struct QuantizedCodes: @unchecked Sendable {
  package let base: UnsafeMutablePointer<Int16>
  package let count: Int
  private let memory: FloatBuffer

  /// Zeros.
  package init(count: Int) {
    memory = FloatBuffer(count: (count + 1) / 2)
    self.count = count
    base = UnsafeMutableRawPointer(memory.base).bindMemory(to: Int16.self, capacity: count)
  }
}

/// The largest magnitude of a code.
package let largestCode: Float = 32_767
/// A factor on bounds that more than makes up for the float rounding in computing them.
package let slack: Float = 1.001

extension KernelSet {
  /// Where a column of a row of codes lies after `codeLayer`.
  package func codePlace(of column: Int) -> Int {
    let lanes = table.pointee.code_lanes
    let (panel, rest) = column.quotientAndRemainder(dividingBy: 2 * lanes)
    return panel * 2 * lanes + rest % lanes * 2 + rest / lanes
  }

  /// One layer on codes; see `mrs_kernels.code_layer`.
  @inline(__always)
  package func codeLayer(
    rows: Int, _ a: UnsafePointer<Int16>, width: Int, _ factors: QuantizedCodes, bias: [Int32],
    shift: Int,
    into c: UnsafeMutablePointer<Int16>
  ) {
    table.pointee.code_layer(rows, bias.count, width, a, factors.base, bias, Int32(shift), c)
  }

  /// The scores of coded rows; see `mrs_kernels.code_scores`.
  @inline(__always)
  package func codeScores(
    rows: Int, _ a: UnsafePointer<Int16>, _ factors: QuantizedCodes, scale: Float, bias: Float,
    adding addend: UnsafePointer<Float>?, into y: UnsafeMutablePointer<Float>
  ) {
    table.pointee.code_scores(rows, factors.count, a, factors.base, scale, bias, addend, y)
  }
}

extension KernelSet {
  /// How far rows of codes end from where rows usually end; see `mrs_kernels.shift_distances`.
  @inline(__always)
  package func shiftDistances(
    rows: Int, _ z: UnsafePointer<Int16>, shift: QuantizedCodes, moved: QuantizedCodes,
    into y: UnsafeMutablePointer<Int32>
  ) {
    table.pointee.shift_distances(rows, shift.count, z, shift.base, moved.base, y)
  }

  /// The scores of shifted rows of codes; see `mrs_kernels.shift_scores`.
  @inline(__always)
  package func shiftScores(
    rows: Int, _ z: UnsafePointer<Int16>, shift: QuantizedCodes, _ factors: QuantizedCodes,
    into y: UnsafeMutablePointer<Int32>
  ) {
    table.pointee.shift_scores(rows, shift.count, z, shift.base, factors.base, y)
  }
}

extension KernelSet {
  /// An upper bound of the spectral norm ‖W‖₂, at most 1.3 times too large: ‖M⁸‖_F ≥ ‖M‖₂⁸ for M = WᵀW, whose
  /// powers are made by squaring.
  package func spectralNormBound(of weight: Matrix, in arena: Arena) -> Float {
    let transposed = arena.matrix(rows: weight.columns, columns: weight.rows)
    transpose(weight, into: transposed)
    let (tall, wide) = weight.rows < weight.columns ? (weight, transposed) : (transposed, weight)
    var power = arena.matrix(rows: tall.rows, columns: tall.rows)
    product(tall, wide, into: power)
    var norm = scaledToOne(power)
    var share = 1.0
    for _ in 0..<3 {
      let square = arena.matrix(rows: tall.rows, columns: tall.rows)
      product(power, power, into: square)
      power = square
      share /= 2
      norm *= Float(Elementary.pow(Double(scaledToOne(power)), share))
    }
    return norm.squareRoot() * slack
  }

  /// Divides a matrix by its Frobenius norm, which it returns.
  private func scaledToOne(_ matrix: Matrix) -> Float {
    let norm = dot(matrix, matrix).squareRoot()
    if norm > 0 { scale(1 / norm, matrix, into: matrix) }
    return norm
  }
}
