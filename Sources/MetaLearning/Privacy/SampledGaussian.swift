import Kernels
import Language

/// The Gaussian mechanism on a Poisson sample: every user takes part in a step with probability `rate`, independently
/// of the others, and the sum of what they give, each of L2 norm at most 1, gets noise of standard deviation
/// `noiseMultiplier` in every coordinate.
///
/// Two data sets are neighbours if one has a user more than the other.
package struct SampledGaussian: Sendable, Equatable {
  /// σ, in units of the longest contribution of a user; above 0.
  package var noiseMultiplier: Double
  /// q, in (0, 1].
  package var rate: Double

  package init(noiseMultiplier: Double, rate: Double) {
    (self.noiseMultiplier, self.rate) = (noiseMultiplier, rate)
  }
}

/// What the steps of a training cost of a privacy budget.
///
/// Both give an upper bound of ε, so that the smaller one holds: `pld` is nearly exact, `rdp` is what most published
/// numbers were computed with.
package enum PrivacyAccountant: String, ArgumentChoice {
  case pld, rdp

  package var summary: String {
    switch self {
    case .pld: "privacy loss distributions: nearly exact"
    case .rdp: "Rényi divergences: looser, what most published numbers were computed with"
    }
  }

  /// The ε that so many steps are (ε, δ)-differentially private with; infinite where no finite one is known.
  package func epsilon(_ mechanism: SampledGaussian, steps: Int, delta: Double) -> Double {
    guard steps > 0, mechanism.rate > 0 else { return 0 }
    guard mechanism.noiseMultiplier > 0 else { return .infinity }
    switch self {
    case .rdp: return RenyiDivergences(mechanism).epsilon(steps: steps, delta: delta)
    case .pld:
      return PrivacyLossDistribution.Direction.allCases.map { direction in
        PrivacyLossDistribution(mechanism, direction, steps: steps).epsilon(delta: delta)
      }.max() ?? .infinity
    }
  }

  /// The smallest noise multiplier, to a few parts in ten thousand and never below, with which so many steps spend no
  /// more than `epsilon`; nil where even a very large one is not enough.
  package func noiseMultiplier(
    epsilon: Double, delta: Double, rate: Double, steps: Int
  ) -> Double? {
    func spent(_ noise: Double) -> Double {
      self.epsilon(
        SampledGaussian(noiseMultiplier: noise, rate: rate), steps: steps, delta: delta)
    }
    guard steps > 0 else { return Self.leastNoise }
    var (low, high) = (Self.leastNoise, 1.0)
    if self == .pld {
      // What the looser accountant asks for is enough, and not far from it.
      guard
        let enough = Self.rdp.noiseMultiplier(
          epsilon: epsilon, delta: delta, rate: rate, steps: steps)
      else { return nil }
      high = enough
      low = max(low, 0.6 * high)
      while low > Self.leastNoise, spent(low) <= epsilon {
        (low, high) = (max(Self.leastNoise, 0.6 * low), low)
      }
    }
    while spent(high) > epsilon {
      (low, high) = (high, 2 * high)
      if high > Self.mostNoise { return nil }
    }
    return narrowed(low, high, to: epsilon, spent)
  }

  /// The end of an interval of noise multipliers that is enough, once it is narrow.
  private func narrowed(
    _ low: Double, _ high: Double, to epsilon: Double, _ spent: (Double) -> Double
  ) -> Double {
    var (low, high) = (low, high)
    var (tooMuch, enough) = (spent(low), spent(high))
    var round = 0
    while high > low * 1.0001, enough < epsilon * 0.9999 {
      // ε is nearly a power of the noise; every third time the middle, wherever that is not so.
      round += 1
      let slope = Elementary.log(tooMuch / max(enough, 1e-12))
      let share =
        round % 3 == 0 || !slope.isFinite || slope <= 0
        ? 0.5 : Elementary.log(tooMuch / epsilon) / slope
      let middle =
        low * Elementary.exp(Elementary.log(high / low) * min(0.99, max(0.01, share + 1e-4)))
      let found = spent(middle)
      if found <= epsilon {
        (high, enough) = (middle, found)
      } else {
        (low, tooMuch) = (middle, found)
      }
    }
    return high
  }

  /// How many steps spend no more than `epsilon`, at most `limit`.
  package func steps(
    within epsilon: Double, delta: Double, _ mechanism: SampledGaussian, limit: Int
  ) -> Int {
    func fits(_ steps: Int) -> Bool {
      self.epsilon(mechanism, steps: steps, delta: delta) <= epsilon
    }
    if limit <= 0 || fits(limit) { return max(0, limit) }
    var (low, high) = (0, limit)
    while high - low > 1 {
      let middle = (low + high) / 2
      if fits(middle) { low = middle } else { high = middle }
    }
    return low
  }

  /// Noise multipliers that are tried.
  package static let leastNoise = 0.05
  private static let mostNoise = 1e5
}
