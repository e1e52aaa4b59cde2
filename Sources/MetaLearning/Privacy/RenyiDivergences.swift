import Kernels

/// The Rényi divergences of one step of a sampled Gaussian mechanism, by which its steps are added up (Mironov, Talwar
/// and Zhang 2019, section 3.3).
package struct RenyiDivergences: Sendable {
  /// The orders α, as TensorFlow Privacy takes them.
  package static let usualOrders: [Double] =
    (1...99).map { 1 + Double($0) / 10 } + (11...63).map { Double($0) } + [128, 256, 512, 1024]

  package let orders: [Double]
  /// Of one step, at each order; infinite where it does not converge.
  package let divergences: [Double]

  package init(_ mechanism: SampledGaussian, orders: [Double] = Self.usualOrders) {
    self.orders = orders
    divergences = orders.map { Self.divergence(mechanism, order: $0) }
  }

  /// The smallest ε over all orders: ε = R + log(1 − 1/α) − log(δα)/(α − 1) (Canonne, Kamath and Steinke 2020,
  /// proposition 12; Balle et al. 2020, theorem 21).
  package func epsilon(steps: Int, delta: Double) -> Double {
    var least = Double.infinity
    for (order, divergence) in zip(orders, divergences) {
      let spent = divergence * Double(steps)
      // δ ≤ √(1 − exp(−KL)): such a δ alone covers everything.
      if 1 - Elementary.exp(-spent) < delta * delta { return 0 }
      guard spent.isFinite, order > 1.01 else { continue }
      let epsilon =
        spent + Elementary.log(1 - 1 / order) - Elementary.log(delta * order) / (order - 1)
      least = min(least, epsilon)
    }
    return max(0, least)
  }

  private static func divergence(_ mechanism: SampledGaussian, order: Double) -> Double {
    let (q, sigma) = (mechanism.rate, mechanism.noiseMultiplier)
    if q >= 1 { return order / (2 * sigma * sigma) }
    let isWhole = order == order.rounded()
    let logA =
      isWhole ? wholeMoment(q, sigma, Int(order)) : fractionalMoment(q, sigma, order)
    // Rounding may leave less than nothing of what is nearly nothing.
    return logA.isNaN ? .infinity : max(0, logA) / (order - 1)
  }

  /// log A_α = log Σ_k C(α, k) (1 − q)^(α−k) q^k exp((k² − k) / 2σ²).
  private static func wholeMoment(_ q: Double, _ sigma: Double, _ order: Int) -> Double {
    let (logQ, logRest) = (Elementary.log(q), Accurate.logOnePlus(-q))
    var sum = -Double.infinity
    var logBinomial = 0.0
    for k in 0...order {
      let count = Double(k)
      let term =
        logBinomial + count * logQ + Double(order - k) * logRest
        + (count * count - count) / (2 * sigma * sigma)
      sum = Accurate.logAdd(sum, term)
      logBinomial += Elementary.log(Double(order - k) / (count + 1))
    }
    return sum
  }

  /// The same for an order between two whole ones: two series over the halves of the line on either side of z₀.
  private static func fractionalMoment(_ q: Double, _ sigma: Double, _ order: Double) -> Double {
    let (logQ, logRest) = (Elementary.log(q), Accurate.logOnePlus(-q))
    let middle = sigma * sigma * Elementary.log(1 / q - 1) + 0.5
    let width = 2.0.squareRoot() * sigma
    let logHalf = Elementary.log(0.5)
    var (left, right) = (-Double.infinity, -Double.infinity)
    // log |C(α, i)| and its sign.
    var (logBinomial, isPositive) = (0.0, true)
    for i in 0..<mostTerms {
      let count = Double(i)
      let rest = order - count
      func exponent(_ k: Double) -> Double { (k * k - k) / (2 * sigma * sigma) }
      let leftTerm =
        logBinomial + count * logQ + rest * logRest + exponent(count)
        + logHalf + Accurate.logErfc((count - middle) / width)
      let rightTerm =
        logBinomial + rest * logQ + count * logRest + exponent(rest)
        + logHalf + Accurate.logErfc((middle - rest) / width)
      if isPositive {
        left = Accurate.logAdd(left, leftTerm)
        right = Accurate.logAdd(right, rightTerm)
      } else {
        left = Accurate.logSubtract(left, leftTerm)
        right = Accurate.logSubtract(right, rightTerm)
      }
      let sum = Accurate.logAdd(left, right)
      if count > order, max(leftTerm, rightTerm) < sum - 30 { return sum }
      let factor = (order - count) / (count + 1)
      logBinomial += Elementary.log(abs(factor))
      if factor < 0 { isPositive.toggle() }
    }
    return .infinity
  }

  private static let mostTerms = 2000
}

/// Functions of small differences, which logarithms and exponentials alone would lose.
enum Accurate {
  /// log(1 + x), by Kahan's correction of the rounded sum.
  static func logOnePlus(_ x: Double) -> Double {
    let sum = 1 + x
    if sum == 1 { return x }
    return sum <= 0 ? -.infinity : Elementary.log(sum) * (x / (sum - 1))
  }

  /// exp(x) − 1, by the same correction.
  static func expMinusOne(_ x: Double) -> Double {
    guard abs(x) < 0.5 else { return Elementary.exp(x) - 1 }
    let power = Elementary.exp(x)
    return power == 1 ? x : (power - 1) * (x / Elementary.log(power))
  }

  /// log(exp(a) + exp(b)).
  static func logAdd(_ a: Double, _ b: Double) -> Double {
    let (low, high) = (min(a, b), max(a, b))
    if low == -.infinity || high == .infinity { return high }
    return high + logOnePlus(Elementary.exp(low - high))
  }

  /// log(exp(a) − exp(b)); −∞ where b is not below a.
  static func logSubtract(_ a: Double, _ b: Double) -> Double {
    if b == -.infinity { return a }
    return a > b ? a + logOnePlus(-Elementary.exp(b - a)) : -.infinity
  }

  /// log(erfc(x)), also where erfc is smaller than any double.
  static func logErfc(_ x: Double) -> Double {
    guard x > 12 else { return Elementary.log(Elementary.erfc(x)) }
    // The asymptotic series, whose sixth term is below 1e-12 here.
    let square = 1 / (2 * x * x)
    var (term, series) = (1.0, 1.0)
    for n in 1...6 {
      term *= -Double(2 * n - 1) * square
      series += term
    }
    return -x * x - Elementary.log(x) - 0.5 * Elementary.log(.pi) + Elementary.log(series)
  }
}
