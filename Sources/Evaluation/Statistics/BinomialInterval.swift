import Kernels

/// A share of successes, with its 95 % interval by Clopper and Pearson (1934), which covers at least as often as it says.
package struct BinomialInterval: Sendable, Equatable {
  package let successes: Int
  package let count: Int
  package let low: Double
  package let high: Double

  /// The share that was found; NaN of nothing.
  package var share: Double { count > 0 ? Double(successes) / Double(count) : .nan }

  /// - Parameter successes: from 0 to `count`; without a trial the interval is all of [0, 1].
  package init(_ successes: Int, of count: Int, level: Double = 0.05) {
    (self.successes, self.count) = (successes, count)
    let (hits, misses) = (Double(successes), Double(count - successes))
    low = successes > 0 ? betaQuantile(level / 2, hits, misses + 1) : 0
    high = successes < count ? betaQuantile(1 - level / 2, hits + 1, misses) : 1
  }
}

/// P[X ≥ v] of a binomial X of r trials with probability q.
package func binomialTail(_ v: Int, of r: Int, _ q: Double) -> Double {
  if v <= 0 { return 1 }
  return v > r ? 0 : incompleteBeta(q, Double(v), Double(r - v + 1))
}

/// P[X = k] of a binomial X of r trials with probability q in (0, 1).
func binomialMass(_ k: Int, of r: Int, _ q: Double) -> Double {
  let (hits, misses) = (Double(k), Double(r - k))
  return Elementary.exp(
    Elementary.logGamma(Double(r) + 1) - Elementary.logGamma(hits + 1)
      - Elementary.logGamma(misses + 1) + hits * Elementary.log(q) + misses * Elementary.log(1 - q))
}

/// The value below which a beta variable lies with that probability.
private func betaQuantile(_ probability: Double, _ a: Double, _ b: Double) -> Double {
  let (low, high) = bisection(0, 1, rounds: 60) { incompleteBeta($0, a, b) < probability }
  return (low + high) / 2
}
