/// What is known of some arms, each of which brings a reward that is linear in a context, with coefficients of its own
/// (Li et al. 2010, LinUCB with disjoint linear models, Algorithm 1).
///
/// An arm holds A = ridge · I + Σ x xᵀ, kept as its inverse by the formula of Sherman and Morrison, and b = Σ reward · x;
/// its coefficients are A⁻¹ b.
package struct LinearArms: Sendable {
  private let width: Int
  /// A⁻¹ of each arm, row by row, one after the other.
  private var inverses: [Double]
  private var rewards: [Double]
  private var coefficients: [Double]

  /// - Parameters:
  ///   - width: how many numbers a context has.
  ///   - ridge: how strongly coefficients are drawn to 0; more than 0.
  package init(_ count: Int, width: Int, ridge: Double) {
    self.width = width
    inverses = Array(repeating: 0, count: count * width * width)
    for arm in 0..<count {
      for place in 0..<width {
        inverses[(arm * width + place) * width + place] = 1 / ridge
      }
    }
    rewards = Array(repeating: 0, count: count * width)
    coefficients = rewards
  }

  package func belief(of arm: Int, in context: [Double]) -> ArmBelief {
    let product = product(of: arm, context)
    var (mean, square) = (0.0, 0.0)
    for place in 0..<width {
      mean += coefficients[arm * width + place] * context[place]
      square += product[place] * context[place]
    }
    return ArmBelief(mean: mean, deviation: max(0, square).squareRoot())
  }

  package mutating func learn(_ arm: Int, in context: [Double], reward: Double) {
    let product = product(of: arm, context)
    let scale = 1 + context.indices.reduce(0.0) { $0 + context[$1] * product[$1] }
    for row in 0..<width {
      for column in 0..<width {
        inverses[(arm * width + row) * width + column] -= product[row] * product[column] / scale
      }
      rewards[arm * width + row] += reward * context[row]
    }
    for row in 0..<width {
      coefficients[arm * width + row] = (0..<width).reduce(0.0) {
        $0 + inverses[(arm * width + row) * width + $1] * rewards[arm * width + $1]
      }
    }
  }

  /// A⁻¹ x.
  private func product(of arm: Int, _ context: [Double]) -> [Double] {
    (0..<width).map { row in
      (0..<width).reduce(0.0) { $0 + inverses[(arm * width + row) * width + $1] * context[$1] }
    }
  }
}
