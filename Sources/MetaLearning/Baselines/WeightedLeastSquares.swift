import Kernels

/// The factors of one side of a table of clicks, given those of the other: for each list the x that makes
/// Σ c(j) (p(j) − x · y(j))² + λ |x|² smallest over all entries j of the other side, of which those in the list
/// have p = 1 and a confidence c of their own, all others p = 0 and c = 1 (Hu, Koren and Volinsky 2008).
struct WeightedLeastSquares {
  /// λ.
  let penalty: Float
  let kernels: KernelSet

  /// The lists that one thread does together: as many systems as the widest vectors have lanes.
  private static let block = 16
  /// The rows that are gathered at once: they stay in the innermost cache.
  private static let stretch = 128

  /// YᵀY + λI: what is the same for all lists.
  func base(of factors: Matrix) -> FloatBuffer {
    let width = factors.columns
    let base = FloatBuffer(count: width * width)
    let matrix = Matrix(base.base, rows: width, columns: width)
    for factor in 0..<width { matrix[factor, factor] = penalty }
    for start in stride(from: 0, to: factors.rows, by: Self.stretch) {
      let rows = factors.rows(start..<min(start + Self.stretch, factors.rows))
      kernels.gram(of: rows, into: matrix, adding: matrix)
    }
    return base
  }

  /// Fills in the rows of `solutions`, one for each list.
  ///
  /// - Parameter confidences: c of each entry of the lists.
  func solve(
    _ lists: ClickLists, confidences: Confidences, given factors: Matrix, base: FloatBuffer,
    into solutions: Matrix
  ) {
    let blocks = (lists.count + Self.block - 1) / Self.block
    parallel(blocks) { block in
      if Cancellation.isRequested { return }
      let range = block * Self.block..<min((block + 1) * Self.block, lists.count)
      solve(range, of: lists, confidences, factors, base, into: solutions.rows(range))
    }
  }

  private func solve(
    _ range: Range<Int>, of lists: ClickLists, _ confidences: Confidences, _ factors: Matrix,
    _ base: FloatBuffer, into solutions: Matrix
  ) {
    let width = factors.columns
    let sizes = [
      range.count * width * width, range.count * width, KernelSet.solvingRoom(width),
      Self.stretch * width, width * width,
    ]
    withUnsafeTemporaryAllocation(
      byteCount: sizes.reduce(0) { $0 + ($1 + 15) / 16 * 16 } * 4, alignment: 64
    ) { memory in
      guard var next = memory.bindMemory(to: Float.self).baseAddress else { return }
      let parts = sizes.map { size in
        defer { next += (size + 15) / 16 * 16 }
        return next
      }
      let start = Matrix(base.base, rows: width, columns: width)
      let moments = Matrix(parts[1], rows: range.count, columns: width)
      for (place, list) in range.enumerated() {
        let system = Matrix(parts[0] + place * width * width, rows: width, columns: width)
        let own = moments.rows(place..<place + 1)
        add(
          lists.range(list), of: lists, confidences, factors, gathered: parts[3], to: system,
          from: start, moments: own)
      }
      kernels.solve(
        Matrix(parts[0], rows: range.count * width, columns: width), moments, into: solutions,
        using: Matrix(parts[2], rows: 1, columns: sizes[2]))
    }
  }

  /// system = start + Σ (c − 1) y yᵀ and moments = Σ c y over the entries of a list.
  private func add(
    _ entries: Range<Int>, of lists: ClickLists, _ confidences: Confidences, _ factors: Matrix,
    gathered: UnsafeMutablePointer<Float>, to system: Matrix, from start: Matrix, moments: Matrix
  ) {
    let width = factors.columns
    let bounds = [Int32(entries.lowerBound), Int32(entries.upperBound)]
    kernels.embed(bounds, lists.others, confidences.all, factors, into: moments)
    var from = start
    lists.others.withUnsafeBufferPointer { others in
      for first in stride(from: entries.lowerBound, to: entries.upperBound, by: Self.stretch) {
        let part = first..<min(first + Self.stretch, entries.upperBound)
        let rows = UnsafeBufferPointer(rebasing: others[part])
        if let confidence = confidences.ofAll {
          kernels.gram(of: rows, in: factors, into: system, scale: confidence - 1, adding: from)
        } else {
          // With √(c − 1) y the products are those of y, weighted.
          let weighted = Matrix(gathered, rows: part.count, columns: width)
          for (place, row) in rows.enumerated() {
            let own = factors.rows(Int(row)..<Int(row) + 1)
            let root = max(0, confidences.all[part.lowerBound + place] - 1).squareRoot()
            kernels.scale(root, own, into: weighted.rows(place..<place + 1))
          }
          kernels.gram(of: weighted, into: system, adding: from)
        }
        from = system
      }
    }
    if entries.isEmpty { system.copy(from: start) }
  }
}

/// How sure each entry of some lists is.
struct Confidences: Sendable {
  let all: [Float]
  /// That of all, where it is the same.
  let ofAll: Float?

  init(_ all: [Float]) {
    self.all = all
    ofAll = all.allSatisfy { $0 == all[0] } ? all.first : nil
  }
}
