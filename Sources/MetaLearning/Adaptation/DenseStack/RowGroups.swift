import Kernels

/// Rows in groups of like ones, by Lloyd's algorithm (1982) on a sample of them: what is computed for the middle of a
/// group nearly holds for its rows.
struct RowGroups {
  /// The rows, group by group, ascending in each.
  let order: [Int32]
  /// Where each group begins, and the end.
  let starts: [Int]
  /// The mean of each group's rows (groups × columns).
  let middles: Matrix
  private let memory: FloatBuffer
  private let kernels: KernelSet

  /// - Parameter effort: how many rows the middles are found from, and how often they are moved.
  init(_ rows: Matrix, size: Int, _ kernels: KernelSet, _ effort: (sampled: Int, rounds: Int)) {
    self.kernels = kernels
    let count = max(1, min(rows.rows, rows.rows / size, 256))
    memory = FloatBuffer(count: count * rows.columns)
    middles = Matrix(memory.base, rows: count, columns: rows.columns)
    let stride = max(1, rows.rows / effort.sampled)
    let sample = Self.sample(rows, every: stride)
    let first = Matrix(sample.base, rows: sample.count / rows.columns, columns: rows.columns)
    for group in 0..<count {
      let row = group * first.rows / count
      middles.rows(group..<group + 1).copy(from: first.rows(row..<row + 1))
    }
    for _ in 0..<effort.rounds {
      Self.move(middles, to: first, Self.nearest(first, middles, kernels))
    }
    let group = Self.nearest(rows, middles, kernels)
    Self.move(middles, to: rows, group)
    let groups = Groups(by: group, count: count)
    (order, starts) = (groups.order, groups.starts)
  }

  /// The distance of each row, in the order of groups, from its middle; at least as long as it is.
  func distances(_ rows: Matrix, _ middles: Matrix) -> [Float] {
    let arena = Arena()
    let difference = arena.matrix(rows: 1, columns: rows.columns)
    var distances: [Float] = []
    distances.reserveCapacity(rows.rows)
    for group in 0..<middles.rows {
      let middle = middles.rows(group..<group + 1)
      for place in starts[group]..<starts[group + 1] {
        kernels.addScaled(rows.rows(place..<place + 1), -1, middle, into: difference)
        distances.append(difference.length(kernels))
      }
    }
    return distances
  }

  private static func sample(_ rows: Matrix, every stride: Int) -> FloatBuffer {
    let count = (rows.rows + stride - 1) / stride
    let sample = FloatBuffer(count: count * rows.columns)
    for row in 0..<count {
      (sample.base + row * rows.columns).update(
        from: rows.base + row * stride * rows.columns, count: rows.columns)
    }
    return sample
  }

  /// The group whose middle is nearest to each row: of the largest x·m − ‖m‖²/2.
  private static func nearest(_ rows: Matrix, _ middles: Matrix, _ kernels: KernelSet) -> [Int32] {
    let arena = Arena()
    let transposed = arena.matrix(rows: middles.columns, columns: middles.rows)
    kernels.transpose(middles, into: transposed)
    let bias = arena.matrix(rows: 1, columns: middles.rows)
    for group in 0..<middles.rows {
      let middle = middles.rows(group..<group + 1)
      bias[0, group] = -kernels.dot(middle, middle) / 2
    }
    let block = 1024
    let products = arena.matrix(rows: min(block, rows.rows), columns: middles.rows)
    var groups: [Int32] = []
    groups.reserveCapacity(rows.rows)
    for start in stride(from: 0, to: rows.rows, by: block) {
      let some = rows.rows(start..<min(rows.rows, start + block))
      let closeness = products.rows(0..<some.rows)
      kernels.product(some, transposed, into: closeness, bias: bias)
      for row in 0..<some.rows {
        var best = 0
        for group in 1..<max(1, middles.rows) where closeness[row, group] > closeness[row, best] {
          best = group
        }
        groups.append(Int32(best))
      }
    }
    return groups
  }

  /// Puts each middle where the mean of its rows is; one without rows stays.
  private static func move(_ middles: Matrix, to rows: Matrix, _ groups: [Int32]) {
    var counts = [Float](repeating: 0, count: middles.rows)
    for group in groups { counts[Int(group)] += 1 }
    for group in 0..<middles.rows where counts[group] > 0 {
      middles.rows(group..<group + 1).fill(0)
    }
    for (row, group) in groups.enumerated() {
      let group = Int(group)
      for column in 0..<rows.columns { middles[group, column] += rows[row, column] / counts[group] }
    }
  }
}
