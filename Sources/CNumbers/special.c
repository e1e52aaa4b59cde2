// The complementary error function and the logarithm of the gamma function, in pairs until the last step.
#include <math.h>

#include "elementary.h"
#include "parts.h"

#pragma clang fp contract(off)

static const double scaled_erfc[][piece_terms] = {
#include "erfc.inc"
};

static const double log_gamma_quotient[][piece_terms] = {
#include "log-gamma.inc"
};

/// 1 - erf(x) for |x| < 1/4, by the Taylor series of erf.
static double erfc_near_zero(double x) {
  const double z = x * x;
  const double series =
      -0x1.812746b0379e7p-2 +
      z * (0x1.ce2f21a042be2p-4 +
           z * (-0x1.b82ce31288b51p-6 +
                z * (0x1.565bcd0e6a53fp-8 +
                     z * (-0x1.c02db40040b86p-11 +
                          z * (0x1.f9a326f9b89b7p-14 +
                               z * (-0x1.f4d25c3e0c2ebp-17 +
                                    z * (0x1.b9e6c9dc651a3p-20 + z * -0x1.5f742ec43e71ap-23)))))));
  const pair linear = two_product(x, 0x1.20dd750429b6dp0);
  const pair head = quick_sum(1, -linear.hi);
  return head.hi + (head.lo - (linear.lo + x * (0x1.1ae3a914fed8p-56 + z * series)));
}

double mrs_double_erfc(double x) {
  if (isnan(x)) return x + x;
  if (x < -6.5) return 2;
  if (x > 27.5) return 0;
  if (fabs(x) < 0.25) return erfc_near_zero(x);
  const double size = fabs(x);
  const pair square = two_product(size, size);
  int64_t power;
  const pair gauss = mrs_exp_parts(-square.hi, -square.lo, &power);
  const pair product = pair_times(gauss, piece(scaled_erfc, -2, size));
  // The factor is between 1/64 and 1.
  if (x > 0) return scaled(product.hi * 64, power - 6);
  const double unit = double_of((uint64_t)(power + 1023) << 52);
  return pair_plus((pair){2, 0}, (pair){-product.hi * unit, -product.lo * unit}).hi;
}

/// ln(gamma(x)) for x in [1/2, 3), where `above_one` is x - 1, `below_two` is x - 2.
static pair log_gamma_between(double x, double above_one, pair below_two) {
  const pair zeros = pair_times((pair){above_one, 0}, below_two);
  return pair_times(zeros, piece(log_gamma_quotient, -1, x));
}

/// Stirling's series for x >= 10.
static double log_gamma_of_large(double x) {
  // The product below is taken of halves far from the largest double.
  const double scale = x > 0x1p900 ? 0x1p-100 : 1;
  pair log = mrs_log_parts(x);
  const pair less_one = two_sum(log.hi, -1);
  log = quick_sum(less_one.hi, less_one.lo + log.lo);
  const double inverse = 1 / x, z = inverse * inverse;
  const double series =
      0x1.5555555555555p-4 +
      z * (-0x1.6c16c16c16c17p-9 +
           z * (0x1.a01a01a01a01ap-11 +
                z * (-0x1.3813813813814p-11 +
                     z * (0x1.b951e2b18ff23p-11 +
                          z * (-0x1.f6ab0d9993c7dp-10 +
                               z * (0x1.a41a41a41a41ap-8 + z * -0x1.e4286cb0f5398p-6))))));
  const pair less_half = two_sum(x * scale, -0.5 * scale);
  const pair product = pair_times(less_half, log);
  const double rest = 0x1.acfe390c97d69p-2 + inverse * series;
  return (product.hi + (product.lo + rest * scale)) / scale;
}

double mrs_double_log_gamma(double x) {
  if (x < 0) return NAN;
  if (x == 0) return INFINITY;
  if (!(x < INFINITY)) return x;
  if (x >= 10) return log_gamma_of_large(x);
  if (x < 0.5) {
    // gamma(x) = gamma(x + 1) / x.
    const pair above = log_gamma_between(x + 1, x, two_sum(x, -1)), log = mrs_log_parts(x);
    return pair_plus((pair){-log.hi, -log.lo}, above).hi;
  }
  // gamma(x) = (x - 1) … (x - n) gamma(x - n).
  pair factors = {1, 0};
  double base = x;
  while (base >= 3) {
    base -= 1;
    factors = pair_times(factors, (pair){base, 0});
  }
  const pair between = log_gamma_between(base, base - 1, two_sum(base, -2));
  if (base == x) return between.hi;
  pair log = mrs_log_parts(factors.hi);
  log.lo += factors.lo / factors.hi;
  return pair_plus(log, between).hi;
}
