#pragma once

// Elementary functions of doubles, made of +, -, x, / and integer arithmetic in one order: they give the
// same bits on every machine whose doubles are those of IEEE 754, rounding to nearest. An ulp is the
// distance of the doubles around the exact value; the bounds hold for results below the normal range
// too, and the tests of `Kernels` hold them.

/// e to the x; at most 0.8 ulp off (0.52 above the subnormal range).
double mrs_double_exp(double x);
/// 2 to the x; at most 0.8 ulp off (0.52 above the subnormal range), exact for whole x.
double mrs_double_exp2(double x);
/// The natural logarithm; at most 0.51 ulp off. NaN below zero, -inf at either zero.
double mrs_double_log(double x);
/// The logarithm to base 2; at most 0.51 ulp off, exact for powers of two.
double mrs_double_log2(double x);
/// x to the y, with the special cases of C's annex F; at most 0.8 ulp off, so that a power
/// that is a double comes out exactly.
double mrs_double_pow(double x, double y);
/// The sine of x radians, whatever the size of x; at most 0.8 ulp off.
double mrs_double_sin(double x);
/// The cosine of x radians, whatever the size of x; at most 0.8 ulp off.
double mrs_double_cos(double x);
/// The complementary error function; at most 0.8 ulp off.
double mrs_double_erfc(double x);
/// The logarithm of the gamma function for x >= 0, NaN below; at most 0.8 ulp off, beside the zeros at
/// 1 and 2 too.
double mrs_double_log_gamma(double x);
