import Kernels

/// The distribution of the privacy loss log(P/Q) of the steps of a sampled Gaussian mechanism, on a grid, as Google's
/// dp-accounting has it; what it says of ε is never too small.
///
/// Masses between two points of the grid go to both, so that the masses under P and under Q stay (connect-the-dots,
/// Doroshenko et al. 2022); steps are composed by the discrete Fourier transform (Koskela, Jälkö and Honkela 2020).
package struct PrivacyLossDistribution: Sendable {
  /// Whether the other data set has the user (`remove` takes them out) or lacks them. Both have to be looked at where
  /// users are sampled (Zhu, Dong and Wang 2022).
  package enum Direction: CaseIterable, Sendable { case remove, add }

  /// The distance of two points.
  let interval: Double
  /// The number of the first point; its loss is that many intervals.
  private let first: Int
  private let masses: [Double]
  /// The mass that counts as an infinite loss.
  private let infinite: Double

  /// - Parameter steps: at least 1.
  package init(_ mechanism: SampledGaussian, _ direction: Direction, steps: Int) {
    let pair = DominatingPair(mechanism, direction)
    interval = pair.interval(steps: steps)
    let single = pair.masses(interval)
    let infiniteOnce = single.infinite
    guard steps > 1 else {
      (first, masses, infinite) = (single.first, single.masses, infiniteOnce)
      return
    }
    let bounds = Self.bounds(single.masses, times: steps)
    let needed = max(single.masses.count, bounds.count)
    var length = 2
    while length < needed { length *= 2 }
    let wrapped = FourierTransform.selfConvolved(single.masses, times: steps, length: length)
    first = single.first * steps + bounds.lowerBound
    masses = bounds.map { max(0, wrapped[$0 & (length - 1)]) }
    // 1 − (1 − m)ⁿ, and what was cut off.
    infinite =
      Self.truncated - Accurate.expMinusOne(Double(steps) * Accurate.logOnePlus(-infiniteOnce))
  }

  /// The smallest ε that is known with this δ; infinite where there is none.
  package func epsilon(delta: Double) -> Double {
    guard infinite <= delta else { return .infinity }
    // δ(ε) = m_∞ + Σ_{l > ε} m(l) (1 − e^(ε − l)), from the largest loss downwards.
    var (sum, weighted) = (infinite, 0.0)
    for place in masses.indices.reversed() {
      let loss = Double(first + place) * interval
      if sum > delta, weighted > 0 {
        let epsilon = Elementary.log((sum - delta) / weighted)
        if epsilon >= loss { return max(0, epsilon) }
      }
      guard loss > 0 else { break }
      sum += masses[place]
      weighted += masses[place] * Elementary.exp(-loss)
    }
    guard sum > delta, weighted > 0 else { return 0 }
    return max(0, Elementary.log((sum - delta) / weighted))
  }

  /// The mass that is cut off the ends of a composition and counts as infinite.
  private static let truncated = 1e-14

  /// Between which points of a composition all but the truncated mass lies (Chernoff's bound).
  private static func bounds(_ masses: [Double], times: Int) -> ClosedRange<Int> {
    let count = Double(times)
    var (mean, square, total) = (0.0, 0.0, 0.0)
    for (place, mass) in masses.enumerated() {
      mean += mass * Double(place)
      total += mass
    }
    mean /= total
    for (place, mass) in masses.enumerated() {
      square += mass * (Double(place) - mean) * (Double(place) - mean)
    }
    let logTail = Elementary.log(2 / truncated)
    // The best order if the composition is nearly normal, and others for where it is not.
    let usual = (2 * logTail / max(1e-12, count * square)).squareRoot()
    let scales = [0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.85, 1, 1.2, 1.5]
    var (low, high) = (0, (masses.count - 1) * times)
    for order in scales.map({ $0 * usual }) {
      let up = (count * logMoment(masses, order, mean) + logTail) / order + count * mean
      if up.isFinite { high = min(high, Int(up.rounded(.up))) }
      let down = (count * logMoment(masses, -order, mean) + logTail) / order - count * mean
      if down.isFinite { low = max(low, Int((-down).rounded(.down))) }
    }
    return low...max(low, high)
  }

  /// log Σ m(i) exp(t (i − mean)).
  private static func logMoment(_ masses: [Double], _ order: Double, _ mean: Double) -> Double {
    let end = order > 0 ? Double(masses.count - 1) - mean : -mean
    let largest = order * end
    var sum = 0.0
    for (place, mass) in masses.enumerated() where mass > 0 {
      sum += mass * Elementary.exp(order * (Double(place) - mean) - largest)
    }
    return Elementary.log(sum) + largest
  }
}

/// The two distributions on a line whose losses are those of one step: N(0, σ²), and the mixture in which the user is
/// there with probability q, (1 − q) N(0, σ²) + q N(1, σ²).
private struct DominatingPair {
  let sigma: Double
  let rate: Double
  /// Whether the mixture is P; else it is Q.
  let isMixtureFirst: Bool
  /// log(1 − q).
  let logRest: Double

  init(_ mechanism: SampledGaussian, _ direction: PrivacyLossDistribution.Direction) {
    sigma = mechanism.noiseMultiplier
    rate = mechanism.rate
    isMixtureFirst = direction == .remove
    logRest = Accurate.logOnePlus(-mechanism.rate)
  }

  /// How many standard deviations of a normal distribution count; beyond lies a mass of 1e-19.
  private static let reach = 9.0
  private static let mostPoints = 130_000.0

  /// log(mixture / N(0, σ²)) at x, which grows with x.
  private func logRatio(_ x: Double) -> Double {
    Accurate.logAdd(logRest, Elementary.log(rate) + (x - 0.5) / (sigma * sigma))
  }

  /// Where that ratio is `value`; −∞ where it is larger everywhere.
  private func place(ofLogRatio value: Double) -> Double {
    let above = rate >= 1 ? value : Accurate.logSubtract(value, logRest)
    guard above > -.infinity else { return -.infinity }
    return 0.5 + sigma * sigma * (above - Elementary.log(rate))
  }

  private var reachable: ClosedRange<Double> {
    logRatio(-Self.reach * sigma)...logRatio(1 + Self.reach * sigma)
  }

  /// A grid that is fine beside the spread of one step's loss, and beside that of all of them.
  func interval(steps: Int) -> Double {
    // Var ≈ q² (exp(1/σ²) − 1) for small q.
    let spread = min(1, rate * Accurate.expMinusOne(min(4, 1 / (sigma * sigma))).squareRoot())
    let total = spread * Double(steps).squareRoot()
    let wanted = min(0.06 * spread, 5e-4 * max(0.05, total))
    let range = reachable.upperBound - reachable.lowerBound
    return max(wanted, range / Self.mostPoints)
  }

  /// The masses of P at the points of the grid, and at infinity.
  func masses(_ interval: Double) -> (first: Int, masses: [Double], infinite: Double) {
    let reachable = self.reachable
    let losses =
      isMixtureFirst
      ? reachable : -reachable.upperBound ... -reachable.lowerBound
    let first = Int((losses.lowerBound / interval).rounded(.down))
    let last = max(first + 1, Int((losses.upperBound / interval).rounded(.up)))
    var masses = [Double](repeating: 0, count: last - first + 1)
    let low = -Elementary.exp(-interval) + 1
    // What is below the first point counts as there.
    var before = position(Double(first) * interval)
    masses[0] += tail(before, ofMixture: isMixtureFirst, isBelow: true)
    for point in first..<last {
      let after = position(Double(point + 1) * interval)
      let p = mass(before, after, ofMixture: isMixtureFirst)
      let q = mass(before, after, ofMixture: !isMixtureFirst)
      // a + b = p and a e^(−l) + b e^(−l−h) = q for the masses a, b at both ends.
      let upper = min(
        p, max(0, (p - q * Elementary.exp(Double(point) * interval)) / low))
      masses[point - first] += p - upper
      masses[point + 1 - first] += upper
      before = after
    }
    return (first, masses, tail(before, ofMixture: isMixtureFirst, isBelow: false))
  }

  /// Where the loss is so much.
  private func position(_ loss: Double) -> Double {
    place(ofLogRatio: isMixtureFirst ? loss : -loss)
  }

  /// The mass on one side of a place: where the loss is less, or more.
  private func tail(_ place: Double, ofMixture: Bool, isBelow: Bool) -> Double {
    let isLeft = isBelow == isMixtureFirst
    func side(_ mean: Double) -> Double {
      let z = (place - mean) / sigma
      return StandardNormal.cumulative(isLeft ? z : -z)
    }
    return ofMixture ? (1 - rate) * side(0) + rate * side(1) : side(0)
  }

  /// The mass between two places.
  private func mass(_ one: Double, _ other: Double, ofMixture: Bool) -> Double {
    let (left, right) = (min(one, other), max(one, other))
    func between(_ mean: Double) -> Double {
      let (a, b) = ((left - mean) / sigma, (right - mean) / sigma)
      // On the side on which the tails are small, so that nothing is lost of their difference.
      return max(
        0,
        a > 0
          ? StandardNormal.cumulative(-a) - StandardNormal.cumulative(-b)
          : StandardNormal.cumulative(b) - StandardNormal.cumulative(a))
    }
    return ofMixture ? (1 - rate) * between(0) + rate * between(1) : between(0)
  }
}
