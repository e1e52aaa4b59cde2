// Exponentials, logarithms and powers: an argument is taken to the nearest entry of a table, and a short
// polynomial does the rest (P. T. P. Tang, ACM TOMS 15 and 16, 1989 and 1990).
#include "elementary.h"

#include <math.h>

#include "parts.h"

#pragma clang fp contract(off)

static const pair exponentials[128] = {
#include "exponentials.inc"
};

static const struct {
  double inverse, hi, lo;
} logarithms[128] = {
#include "logarithms.inc"
};

static const double to_whole = 0x1.8p52;
static const pair ln2 = {0x1.62e42fefa38p-1, 0x1.ef35793c7673p-45};  // 42 bits, and the rest

/// 2^(index/128) x e^r less its power of two, for |r| < 0.003.
static inline pair exponential(int64_t index, double r) {
  const pair table = exponentials[index & 127];
  const double square = r * r;
  const double less_one =
      r + square * ((0.5 + r * 0x1.5555555555555p-3) +
                    square * (0x1.5555555555555p-5 + r * 0x1.1111111111111p-7));
  return quick_sum(table.hi, table.lo + table.hi * less_one);
}

static inline pair exp_parts(double hi, double lo, int64_t *power) {
  const double n = (hi * 0x1.71547652b82fep7 + to_whole) - to_whole;
  const int64_t index = (int64_t)n;
  *power = index >> 7;
  return exponential(index, ((hi - n * 0x1.62e42fefp-8) - n * 0x1.473de6af278edp-41) + lo);
}

pair mrs_exp_parts(double hi, double lo, int64_t *power) { return exp_parts(hi, lo, power); }

double mrs_double_exp(double x) {
  if (!(x < 710)) return x < INFINITY ? INFINITY : x + x;
  if (x < -746) return 0;
  int64_t power;
  const pair e = exp_parts(x, 0, &power);
  return scaled(e.hi, power);
}

double mrs_double_exp2(double x) {
  if (!(x < 1024)) return x < INFINITY ? INFINITY : x + x;
  if (x <= -1075) return 0;
  const double nearest = (x + to_whole / 128) - to_whole / 128;
  const int64_t index = (int64_t)(nearest * 128);
  const pair e = exponential(index, (x - nearest) * 0x1.62e42fefa39efp-1);
  return scaled(e.hi, index >> 7);
}

static inline pair log_parts(double x) {
  uint64_t bits = bits_of(x);
  int64_t power = 0;
  if (bits < 0x0010000000000000) {
    bits = bits_of(x * 0x1p52);
    power = -52;
  }
  // x = 2^power z, with z in [0.7057, 1.4114) in the middle of whose 76th interval lies 1.
  const uint64_t above = bits - 0x3fe6955500000000;
  const int index = (int)(above >> 45) & 127;
  power += (int64_t)above >> 52;
  const uint64_t significand = bits - (above & 0xfff0000000000000);
  const double z = double_of(significand), k = (double)power;
  const double inverse = logarithms[index].inverse;
  // z / c - 1 = rh + rl exactly, since both products are; the square of rh is exact too.
  const double zh = double_of((significand + 0x80000000) & 0xffffffff00000000), zl = z - zh;
  const double rh = zh * inverse - 1, rl = zl * inverse, r = rh + rl;
  const double base = k * ln2.hi + logarithms[index].hi;
  const double first = base + r;
  const double half = -0.5 * r, half_h = -0.5 * rh;
  const double second_h = rh * half_h, head = first + second_h;
  const double square = r * r;
  const double rest =
      r * square *
      ((0x1.5555555555555p-2 + r * -0.25) +
       square * ((0x1.999999999999ap-3 + r * -0x1.5555555555555p-3) +
                 square * ((0x1.2492492492492p-3 + r * -0.125) + square * 0x1.c71c71c71c71cp-4)));
  const double lost = (k * ln2.lo + logarithms[index].lo) + ((base - first) + r) + ((rh - r) + rl) +
                      rl * (half + half_h) + ((first - head) + second_h) + rest;
  return quick_sum(head, lost);
}

pair mrs_log_parts(double x) { return log_parts(x); }

/// What a logarithm is where it is no number to compute.
static double log_beside(double x) {
  if (x == 0) return -INFINITY;
  return x < 0 ? NAN : x + x;
}

double mrs_double_log(double x) {
  if (!(x > 0 && x < INFINITY)) return log_beside(x);
  return log_parts(x).hi;
}

double mrs_double_log2(double x) {
  if (!(x > 0 && x < INFINITY)) return log_beside(x);
  return pair_times(log_parts(x), (pair){0x1.71547652b82fep0, 0x1.777d0ffda0d24p-56}).hi;
}

/// 0 where y is no whole number, 1 where it is odd, 2 where it is even.
static int wholeness(double y) {
  const int exponent = (int)(bits_of(y) >> 52 & 0x7ff) - 1023;
  if (exponent < 0) return 0;
  if (exponent > 52) return 2;
  const uint64_t unit = (uint64_t)1 << (52 - exponent);
  if (bits_of(y) & (unit - 1)) return 0;
  return exponent == 0 || bits_of(y) & unit ? 1 : 2;
}

/// The power where x or y is 0, infinite or NaN; x is not 1 and y is not 0.
static double power_beside(double x, double y) {
  if (isnan(x) || isnan(y)) return x + y;
  const double size = fabs(x);
  if (isinf(y)) {
    if (size == 1) return 1;
    return (size > 1) == (y > 0) ? INFINITY : 0;
  }
  const double result = (size > 0) == (y > 0) ? INFINITY : 0;
  return signbit(x) && wholeness(y) == 1 ? -result : result;
}

double mrs_double_pow(double x, double y) {
  if (x == 1 || y == 0) return 1;
  if (x == 0 || !(fabs(x) < INFINITY && fabs(y) < INFINITY)) return power_beside(x, y);
  double sign = 1;
  if (x < 0) {
    const int kind = wholeness(y);
    if (kind == 0) return NAN;
    if (kind == 1) sign = -1;
    x = -x;
    if (x == 1) return sign;
  }
  // ln x is at least 2^-54 and at most 745 in size: beyond these bounds nothing but 0, 1 or inf is left.
  if (fabs(y) > 0x1p66) return (x > 1) == (y > 0) ? sign * INFINITY : sign * 0;
  if (fabs(y) < 0x1p-66) return sign;
  const pair log = log_parts(x);
  const pair product = two_product(y, log.hi);
  if (product.hi > 711) return sign * INFINITY;
  if (product.hi < -747) return sign * 0;
  int64_t power;
  const pair e = exp_parts(product.hi, product.lo + y * log.lo, &power);
  return sign * scaled(e.hi, power);
}
