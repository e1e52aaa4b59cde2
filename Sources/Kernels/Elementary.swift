import Glibc

/// The elementary functions of the C library under one name, so that no other target imports it.
package enum Elementary {
  package static func exp(_ x: Double) -> Double { Glibc.exp(x) }
  package static func exp2(_ x: Double) -> Double { Glibc.exp2(x) }
  package static func log(_ x: Double) -> Double { Glibc.log(x) }
  package static func log2(_ x: Double) -> Double { Glibc.log2(x) }
  package static func pow(_ x: Double, _ y: Double) -> Double { Glibc.pow(x, y) }
  /// The complementary error function.
  package static func erfc(_ x: Double) -> Double { Glibc.erfc(x) }
  /// The logarithm of the gamma function at `x` > 0, by the approximation of Lanczos (g = 7, n = 9);
  /// the C library's own writes a global variable.
  package static func logGamma(_ x: Double) -> Double {
    let coefficients = [
      676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
      12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
    ]
    guard x >= 0.5 else { return Glibc.log(.pi / Glibc.sin(.pi * x)) - logGamma(1 - x) }
    var sum = 0.99999999999980993
    for (index, coefficient) in coefficients.enumerated() {
      sum += coefficient / (x + Double(index))
    }
    let t = x + 6.5
    return 0.5 * Glibc.log(2 * .pi) + (x - 0.5) * Glibc.log(t) - t + Glibc.log(sum)
  }
}
