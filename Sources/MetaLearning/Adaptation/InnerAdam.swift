import Kernels

/// Adam (Kingma and Ba 2015) as an inner step that is differentiated through.
///
/// m′ = β₁m + (1 − β₁)g, v′ = β₂v + (1 − β₂)g², θ′ = θ − α·m̂/√(v̂ + ε), m̂ = m′/(1 − β₁ᵏ), v̂ = v′/(1 −
/// β₂ᵏ). ε stands under the root: the derivative is finite where a gradient is zero.
package struct InnerAdam: Sendable, Equatable {
  /// m and v of one block, or their adjoints.
  package struct Moments {
    package var mean: Matrix
    package var square: Matrix
  }

  let rate: Float
  let epsilon: Float
  private let beta1: Float = 0.9
  private let beta2: Float = 0.999

  package init(rate: Float, epsilon: Float = 1e-8) {
    self.rate = rate
    self.epsilon = epsilon
  }

  /// The moments after a gradient; `before` is nil at the first step, where they are zero.
  package func moments(after before: Moments?, _ gradient: Matrix, _ arena: Arena) -> Moments {
    let after = zeros(like: gradient, arena)
    for index in 0..<gradient.count {
      let g = gradient.base[index]
      let (m, v) = before.map { ($0.mean.base[index], $0.square.base[index]) } ?? (0, 0)
      after.mean.base[index] = beta1 * m + (1 - beta1) * g
      after.square.base[index] = beta2 * v + (1 - beta2) * g * g
    }
    return after
  }

  package func zeros(like shape: Matrix, _ arena: Arena) -> Moments {
    func zeros() -> Matrix {
      let matrix = arena.matrix(rows: shape.rows, columns: shape.columns)
      matrix.fill(0)
      return matrix
    }
    return Moments(mean: zeros(), square: zeros())
  }

  /// θ′ by the moments of step `number`, counted from 1.
  package func move(_ weights: Matrix, _ moments: Moments, number: Int, into moved: Matrix) {
    let (first, second) = shares(number)
    for index in 0..<weights.count {
      let d = (moments.square.base[index] / second + epsilon).squareRoot()
      moved.base[index] = weights.base[index] - rate * moments.mean.base[index] / (first * d)
    }
  }

  /// The adjoint of step `number`'s gradient, from those of θ′ (`lambda`), m′ and v′; the latter two become
  /// those of m and v.
  package func seed(
    lambda: Matrix, _ moments: Moments, _ gradient: Matrix, number: Int, adjoints: Moments,
    into seed: Matrix
  ) {
    let (first, second) = shares(number)
    for index in 0..<lambda.count {
      let u = moments.mean.base[index] / first
      let d2 = moments.square.base[index] / second + epsilon
      let d = d2.squareRoot()
      let pull = rate * lambda.base[index]
      let mean = adjoints.mean.base[index] - pull / (first * d)
      let square = adjoints.square.base[index] + pull * u / (2 * second * d2 * d)
      seed.base[index] =
        (1 - beta1) * mean + 2 * (1 - beta2) * gradient.base[index] * square
      adjoints.mean.base[index] = beta1 * mean
      adjoints.square.base[index] = beta2 * square
    }
  }

  /// 1 − β₁ᵏ and 1 − β₂ᵏ.
  private func shares(_ number: Int) -> (Float, Float) {
    var (first, second) = (1.0, 1.0)
    for _ in 0..<number { (first, second) = (first * 0.9, second * 0.999) }
    return (Float(1 - first), Float(1 - second))
  }
}
