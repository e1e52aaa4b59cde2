/// A = UᵀU for a large symmetric positive definite matrix, in single precision and in tiles of 64 × 64
/// (Cholesky), with its inverse and the solutions of systems.
///
/// All but the tiles of the diagonal, which are factored in double precision, is made of products of tiles, each
/// in one fixed order, so that the bits are the same on any number of threads and by any kernels. When nobody
/// wants the result any more, anything may be in it.
package struct BlockedCholesky {
  /// Above the tiles of the diagonal those of U; what lies in and below them means nothing.
  private let matrix: PanelMatrix
  /// The inverses of the diagonal tiles of U.
  private let diagonal: PanelMatrix
  private let kernels: KernelSet

  /// Factors a square matrix of which only the upper triangle is read; it becomes the factor's memory. A pivot
  /// that rounding has left without meaning becomes the share 2⁻²⁴ of what stood there.
  package init(_ a: PanelMatrix, kernels: KernelSet) {
    matrix = a
    self.kernels = kernels
    diagonal = PanelMatrix(rows: a.rows, columns: PanelMatrix.width)
    for place in a.rows..<a.paddedRows { a[place, place] = 1 }
    for step in (0..<a.panelCount).whileWanted(asking: 1) {
      subtract(step, step, rows: 0..<step, from: a.tile(step, step), into: a.tile(step, step))
      factorDiagonal(step)
      let later = a.panelCount - step - 1
      parallel(later) { [self] index in
        if Cancellation.isRequested { return }
        solve(step, step + 1 + index, of: a, rows: 0..<step)
      }
    }
  }

  /// The inverse of A, in the memory of the factor.
  package consuming func inverse() -> PanelMatrix {
    invertFactor()
    let (matrix, kernels) = (matrix, kernels)
    let last = matrix.tileRows
    // With M = U⁻ᵀ below, A⁻¹ = MᵀM goes above, where U is not needed any more.
    let own = orderedMap(matrix.panelCount) { column -> [Float] in
      if Cancellation.isRequested { return [] }
      for row in 0..<column {
        Self.sum(
          row, column, of: matrix, rows: column..<last, into: matrix.tile(row, column), kernels)
      }
      return withTile { tile in
        Self.sum(column, column, of: matrix, rows: column..<last, into: tile, kernels)
        return tile.array
      }
    }
    for (column, tile) in own.enumerated() where !tile.isEmpty {
      matrix.tile(column, column).copy(from: tile)
    }
    matrix.mirrorUpper(kernels)
    return matrix
  }

  /// A⁻¹B, in the memory of B, which has as many rows as A.
  package func solve(_ b: PanelMatrix) {
    let steps = matrix.panelCount
    parallel(b.panelCount) { [self] panel in
      for step in 0..<steps where !Cancellation.isRequested {
        solve(step, panel, of: b, rows: 0..<step)
      }
      for step in (0..<steps).reversed() where !Cancellation.isRequested {
        solveBackwards(step, panel, of: b)
      }
    }
  }
}

extension BlockedCholesky {
  /// The rows of two panels that are multiplied at once: those of one stay in the innermost cache.
  private static var stretch: Int { 2 }

  /// into = from − Σ over `rows` of U(row, step)ᵀ · X(row, panel).
  private func subtract(
    _ step: Int, _ panel: Int, of x: PanelMatrix? = nil, rows: Range<Int>, from: Matrix,
    into: Matrix
  ) {
    var from = from
    for start in stride(from: rows.lowerBound, to: rows.upperBound, by: Self.stretch) {
      let part = Self.places(start..<min(start + Self.stretch, rows.upperBound))
      kernels.product(
        matrix.panel(step).rows(part), transposed: true, (x ?? matrix).panel(panel).rows(part),
        into: into, scale: -1, adding: from)
      from = into
    }
  }

  /// into = Σ over `rows` of X(row, left)ᵀ · X(row, right).
  private static func sum(
    _ left: Int, _ right: Int, of x: PanelMatrix, rows: Range<Int>, into: Matrix,
    _ kernels: KernelSet
  ) {
    for start in stride(from: rows.lowerBound, to: rows.upperBound, by: stretch) {
      let part = places(start..<min(start + stretch, rows.upperBound))
      kernels.product(
        x.panel(left).rows(part), transposed: true, x.panel(right).rows(part), into: into,
        adding: start == rows.lowerBound ? nil : into)
    }
  }

  private static func places(_ tiles: Range<Int>) -> Range<Int> {
    tiles.lowerBound * PanelMatrix.width..<tiles.upperBound * PanelMatrix.width
  }

  /// X(step, panel) = U(step, step)⁻ᵀ (X(step, panel) − Σ over `rows` of U(row, step)ᵀ · X(row, panel)).
  private func solve(_ step: Int, _ panel: Int, of x: PanelMatrix, rows: Range<Int>) {
    let own = x.tile(step, panel)
    withTile { rest in
      if rows.isEmpty {
        rest.copy(from: own)
      } else {
        subtract(step, panel, of: x, rows: rows, from: own, into: rest)
      }
      kernels.product(diagonal.tile(step, 0), transposed: true, rest, into: own)
    }
  }

  /// X(step, panel) = U(step, step)⁻¹ (X(step, panel) − Σ over later rows of U(step, row) · X(row, panel)).
  private func solveBackwards(_ step: Int, _ panel: Int, of x: PanelMatrix) {
    let own = x.tile(step, panel)
    withTile { rest in
      rest.copy(from: own)
      for row in step + 1..<max(step + 1, matrix.panelCount) {
        kernels.product(
          matrix.tile(step, row), x.tile(row, panel), into: rest, scale: -1, adding: rest)
      }
      kernels.product(diagonal.tile(step, 0), rest, into: own)
    }
  }

  /// M = U⁻ᵀ goes below the diagonal and into its tiles.
  private func invertFactor() {
    let (matrix, kernels, diagonal) = (matrix, kernels, diagonal)
    parallel(matrix.panelCount) { [self] panel in
      kernels.transpose(diagonal.tile(panel, 0), into: matrix.tile(panel, panel))
      for step in panel + 1..<max(panel + 1, matrix.panelCount) where !Cancellation.isRequested {
        matrix.tile(step, panel).fill(0)
        solve(step, panel, of: matrix, rows: panel..<step)
      }
    }
  }

  /// The inverse of the factor of a diagonal tile.
  private func factorDiagonal(_ step: Int) {
    let width = PanelMatrix.width
    let (tile, result) = (matrix.tile(step, step), diagonal.tile(step, 0))
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * width * width) { memory in
      guard let lower = memory.baseAddress else { return }
      let inverse = lower + width * width
      for i in 0..<width {
        for j in 0...i {
          var sum = Double(tile[j, i])
          for k in 0..<j { sum -= lower[i * width + k] * lower[j * width + k] }
          if i == j {
            let least = max(Double(abs(tile[i, i])) * 0x1p-24, 1e-30)
            lower[i * width + i] = max(sum, least).squareRoot()
          } else {
            lower[i * width + j] = sum / lower[j * width + j]
          }
        }
      }
      // Columns of L⁻¹; U⁻¹ is its transpose.
      for j in 0..<width {
        for i in 0..<width {
          var sum = i == j ? 1.0 : 0
          for k in j..<max(j, i) { sum -= lower[i * width + k] * inverse[k * width + j] }
          inverse[i * width + j] = i < j ? 0 : sum / lower[i * width + i]
          result[j, i] = Float(inverse[i * width + j])
        }
      }
    }
  }
}

/// Runs `body` with memory for a tile.
private func withTile<T>(_ body: (Matrix) -> T) -> T {
  let width = PanelMatrix.width
  return withUnsafeTemporaryAllocation(
    byteCount: width * width * 4, alignment: 64
  ) { memory in
    let floats = memory.bindMemory(to: Float.self)
    return body(Matrix(floats.baseAddress ?? Matrix.none.base, rows: width, columns: width))
  }
}
