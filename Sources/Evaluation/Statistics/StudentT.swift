import Kernels

/// Student's t distribution (1908) with any positive number of degrees of freedom.
package struct StudentT: Sendable {
  package let degrees: Double

  /// Precondition: `degrees` > 0.
  package init(degrees: Double) {
    precondition(degrees > 0, "a t distribution needs positive degrees of freedom")
    self.degrees = degrees
  }

  /// The probability of a value beyond `t` on either side.
  package func twoSided(_ t: Double) -> Double {
    guard t.isFinite else { return t.isNaN ? .nan : 0 }
    return incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5)
  }

  /// The probability of a value of at most `t`.
  package func cumulative(_ t: Double) -> Double {
    let tail = twoSided(t) / 2
    return t < 0 ? tail : 1 - tail
  }

  /// The value that is exceeded on either side with probability `tail` together: 1.96 for 0.05 and
  /// very many degrees.
  package func critical(_ tail: Double) -> Double {
    var high = 1.0
    while twoSided(high) > tail, high < 1e300 { high *= 2 }
    var low = 0.0
    for _ in 0..<200 where high - low > 1e-13 * high {
      let middle = (low + high) / 2
      if twoSided(middle) > tail { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}

/// The regularised incomplete beta function, by Lentz's continued fraction (Press et al., Numerical
/// Recipes, §6.4).
package func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
  guard x > 0 else { return 0 }
  guard x < 1 else { return 1 }
  // The fraction converges fast only below the mean.
  guard x <= (a + 1) / (a + b + 2) else { return 1 - incompleteBeta(1 - x, b, a) }
  let logFront =
    Elementary.logGamma(a + b) - Elementary.logGamma(a) - Elementary.logGamma(b)
    + a * Elementary.log(x) + b * Elementary.log(1 - x)
  func nonZero(_ value: Double) -> Double { abs(value) < 1e-300 ? 1e-300 : value }
  var c = 1.0
  var d = 1 / nonZero(1 - (a + b) * x / (a + 1))
  var fraction = d
  for step in 1...10_000 {
    let m = Double(step)
    let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
    let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
    var change = 1.0
    for term in [even, odd] {
      d = 1 / nonZero(1 + term * d)
      c = nonZero(1 + term / c)
      change = c * d
      fraction *= change
    }
    if abs(change - 1) < 1e-15 { break }
  }
  return Elementary.exp(logFront) * fraction / a
}
