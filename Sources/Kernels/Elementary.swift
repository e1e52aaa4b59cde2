import CNumbers

/// The elementary functions of doubles: ours, and no function of the C library, so that a result has the
/// same bits whatever library and processor a machine has. An ulp is the distance of the doubles around
/// the exact value; `NaN` gives `NaN`.
package enum Elementary {
  /// At most 0.8 ulp off, over the whole range.
  package static func exp(_ x: Double) -> Double { mrs_double_exp(x) }
  /// At most 0.8 ulp off, over the whole range; exact for whole numbers.
  package static func exp2(_ x: Double) -> Double { mrs_double_exp2(x) }
  /// At most 0.51 ulp off; NaN below zero.
  package static func log(_ x: Double) -> Double { mrs_double_log(x) }
  /// At most 0.51 ulp off; exact for powers of two, NaN below zero.
  package static func log2(_ x: Double) -> Double { mrs_double_log2(x) }
  /// At most 0.8 ulp off; exact where the power is a double.
  package static func pow(_ x: Double, _ y: Double) -> Double { mrs_double_pow(x, y) }
  /// At most 0.8 ulp off, however large the angle, which is in radians.
  package static func sin(_ x: Double) -> Double { mrs_double_sin(x) }
  /// At most 0.8 ulp off, however large the angle, which is in radians.
  package static func cos(_ x: Double) -> Double { mrs_double_cos(x) }
  /// The complementary error function; at most 0.8 ulp off.
  package static func erfc(_ x: Double) -> Double { mrs_double_erfc(x) }
  /// The logarithm of the gamma function at `x` ≥ 0; at most 0.8 ulp off, beside its zeros too. NaN below
  /// zero.
  package static func logGamma(_ x: Double) -> Double { mrs_double_log_gamma(x) }
}
