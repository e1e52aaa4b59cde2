/// The standard normal distribution.
package enum StandardNormal {
  package static func cumulative(_ z: Double) -> Double {
    0.5 * Elementary.erfc(-z / 2.0.squareRoot())
  }

  /// The value with that cumulative probability.
  package static func quantile(_ probability: Double) -> Double {
    let (low, high) = bisection(-40, 40, rounds: 100) { cumulative($0) < probability }
    return (low + high) / 2
  }
}
