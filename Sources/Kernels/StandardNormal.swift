/// The standard normal distribution.
package enum StandardNormal {
  package static func cumulative(_ z: Double) -> Double {
    0.5 * Elementary.erfc(-z / 2.0.squareRoot())
  }

  /// The value with that cumulative probability.
  package static func quantile(_ probability: Double) -> Double {
    var (low, high) = (-40.0, 40.0)
    for _ in 0..<100 {
      let middle = (low + high) / 2
      if cumulative(middle) < probability { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}
