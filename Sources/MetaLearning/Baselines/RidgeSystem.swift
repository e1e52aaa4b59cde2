/// The normal equations of a ridge regression: (Σ x xᵀ + λI) w = Σ x y, built row by row.
package struct RidgeSystem {
  package let size: Int
  /// The lower triangle, row after row.
  private var gram: [Double]
  private var moments: [Double]

  /// Precondition: `penalty` > 0, so that a solution always exists.
  package init(size: Int, penalty: Double) {
    precondition(penalty > 0, "a ridge needs a positive penalty")
    self.size = size
    gram = PackedSymmetric.diagonal(Array(repeating: penalty, count: size))
    moments = Array(repeating: 0, count: size)
  }

  /// Adds the row x = `factors[start..<start + size]` with target `value`, which counts `weight` times.
  package mutating func add(
    _ factors: UnsafeBufferPointer<Double>, at start: Int, value: Double, weight: Double = 1
  ) {
    var place = 0
    for i in 0..<size {
      let x = weight * factors[start + i]
      moments[i] += x * value
      for j in 0...i {
        gram[place] += x * factors[start + j]
        place += 1
      }
    }
  }

  /// The weights, by Cholesky's factorisation.
  package func solution() -> [Double] {
    let factor = PackedSymmetric.factor(gram, size: size)
    var weights = moments
    for i in 0..<size {
      for k in 0..<i { weights[i] -= factor[PackedSymmetric.place(i, k)] * weights[k] }
      weights[i] /= factor[PackedSymmetric.place(i, i)]
    }
    for i in stride(from: size - 1, through: 0, by: -1) {
      for k in i + 1..<max(i + 1, size) {
        weights[i] -= factor[PackedSymmetric.place(k, i)] * weights[k]
      }
      weights[i] /= factor[PackedSymmetric.place(i, i)]
    }
    return weights
  }
}
