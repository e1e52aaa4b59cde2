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

  /// YᵀY + λI: what is the same for all lists. Whole, on both sides of the diagonal.
  func base(of factors: Matrix) -> FloatBuffer {
    let width = factors.columns
    let base = FloatBuffer(count: width * width)
    let matrix = Matrix(base.base, rows: width, columns: width)
    for factor in 0..<width { matrix[factor, factor] = penalty }
    for start in stride(from: 0, to: factors.rows, by: Self.stretch) {
      let rows = factors.rows(start..<min(start + Self.stretch, factors.rows))
      kernels.gram(of: rows, into: matrix, adding: matrix)
    }
    for row in 0..<width { for column in 0..<row { matrix[row, column] = matrix[column, row] } }
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

  /// Moves the rows of `solutions` towards what `solve` would fill in, by steps of conjugate gradients from where
  /// they are (Takács, Pilászy and Tikk 2011). A step multiplies each row of a list twice, where a solution
  /// multiplies it with itself.
  func improve(
    _ solutions: Matrix, steps: Int, _ lists: ClickLists, confidences: Confidences,
    given factors: Matrix, base: FloatBuffer
  ) {
    let blocks = (lists.count + Self.block - 1) / Self.block
    parallel(blocks) { block in
      if Cancellation.isRequested { return }
      let range = block * Self.block..<min((block + 1) * Self.block, lists.count)
      let longest = range.reduce(0) { max($0, lists.range($1).count) }
      let width = factors.columns
      let room = [longest * width, longest, width, width, width].map { ($0 + 15) / 16 * 16 }
      withUnsafeTemporaryAllocation(byteCount: room.reduce(0, +) * 4, alignment: 64) { memory in
        guard var next = memory.bindMemory(to: Float.self).baseAddress else { return }
        let parts = room.map { size in
          defer { next += size }
          return next
        }
        let start = Matrix(base.base, rows: width, columns: width)
        for list in range {
          let entries = lists.range(list)
          let system = ClickSystem(
            lists: lists, entries: entries, confidences: confidences, base: start,
            rows: Matrix(parts[0], rows: entries.count, columns: width),
            products: Matrix(parts[1], rows: entries.count, columns: 1), kernels: kernels)
          system.gather(factors)
          system.descend(
            Matrix(solutions.base + list * width, rows: width, columns: 1), steps: steps,
            residual: Matrix(parts[2], rows: width, columns: 1),
            direction: Matrix(parts[3], rows: width, columns: 1),
            image: Matrix(parts[4], rows: width, columns: 1))
        }
      }
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

/// The system of one list, YᵀY + λI + Σ (c − 1) y yᵀ, without its being formed.
private struct ClickSystem {
  let lists: ClickLists
  let entries: Range<Int>
  let confidences: Confidences
  /// YᵀY + λI.
  let base: Matrix
  /// The y of the entries, one behind the other.
  let rows: Matrix
  /// Room for one number for each of them.
  let products: Matrix
  let kernels: KernelSet

  func gather(_ factors: Matrix) {
    for (place, entry) in entries.enumerated() {
      let other = Int(lists.others[entry])
      rows.rows(place..<place + 1).copy(from: factors.rows(other..<other + 1))
    }
  }

  /// image = the system times x.
  private func apply(to x: Matrix, into image: Matrix) {
    kernels.product(base, x, into: image)
    kernels.product(rows, x, into: products, scale: confidences.ofAll.map { $0 - 1 } ?? 1)
    if confidences.ofAll == nil {
      for (place, entry) in entries.enumerated() {
        products.base[place] *= confidences.all[entry] - 1
      }
    }
    kernels.product(rows, transposed: true, products, into: image, adding: image)
  }

  /// Takes steps from x on towards the solution for Σ c y.
  func descend(
    _ x: Matrix, steps: Int, residual: Matrix, direction: Matrix, image: Matrix
  ) {
    // Nothing tells of it.
    if entries.isEmpty { return x.fill(0) }
    for (place, entry) in entries.enumerated() { products.base[place] = confidences.all[entry] }
    kernels.product(rows, transposed: true, products, into: residual)
    apply(to: x, into: image)
    kernels.axpy(-1, image, residual)
    direction.copy(from: residual)
    var size = kernels.dot(residual, residual)
    for _ in 0..<steps {
      apply(to: direction, into: image)
      let curvature = kernels.dot(direction, image)
      // As good as solved: what is left are numbers too small to be divided by each other.
      guard size > 1e-20, curvature > 0 else { return }
      kernels.axpy(size / curvature, direction, x)
      kernels.axpy(-size / curvature, image, residual)
      let next = kernels.dot(residual, residual)
      kernels.addScaled(residual, next / size, direction, into: direction)
      size = next
    }
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
