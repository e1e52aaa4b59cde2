// Sine and cosine.
#include <math.h>

#include "elementary.h"
#include "pair.h"

#pragma clang fp contract(off)

static const uint64_t two_over_pi[] = {
#include "two-over-pi.inc"
};

typedef unsigned __int128 wide;

/// The 64 bits from bit `at` on.
static inline uint64_t window(int at) {
  const int word = at >> 6, shift = at & 63;
  const uint64_t high = two_over_pi[word] << shift;
  return shift ? high | two_over_pi[word + 1] >> (64 - shift) : high;
}

/// What x >= 1/2 is beyond the nearest multiple of pi/2, and that multiple modulo 4 (Payne and Hanek
/// 1983): bits of 2/pi that would only give multiples of 4 are left out, and of the rest 192 are enough,
/// for no double is nearer than 2^-62 to a multiple.
static pair reduced(double x, int *quadrant) {
  const uint64_t bits = bits_of(x);
  const uint64_t significand = (bits & 0xfffffffffffff) | 0x10000000000000;
  const int start = (int)(bits >> 52) - 1075 + 62;
  // The product modulo 2^192, of which 190 bits are behind the point; the lowest 64 are dropped.
  const wide low = (wide)significand * window(start + 128);
  const wide middle = (wide)significand * window(start + 64) + (uint64_t)(low >> 64);
  const uint64_t high = significand * window(start) + (uint64_t)(middle >> 64);
  const wide product = (wide)high << 64 | (uint64_t)middle;
  wide part = product << 2 | (uint64_t)low >> 62;
  const int negative = (int)(part >> 127);
  *quadrant = ((int)(product >> 126) + negative) & 3;
  if (negative) part = -part;
  if (part == 0) return (pair){0, 0};
  int shift = 0;
  for (; !(part >> 64); shift += 64) part <<= 64;
  const int zeros = __builtin_clzll((uint64_t)(part >> 64));
  part <<= zeros;
  shift += zeros;
  // 53 bits and the 64 below them.
  const double hi = (double)(uint64_t)(part >> 75) * 0x1p-53;
  const double lo = (double)(uint64_t)(part >> 11) * 0x1p-117;
  const double unit = double_of((uint64_t)(1023 - shift) << 52);
  pair turn = two_product(hi, 0x1.921fb54442d18p0);
  turn.lo += hi * 0x1.1a62633145c07p-54 + lo * 0x1.921fb54442d18p0;
  turn = quick_sum(turn.hi, turn.lo);
  if (negative) return (pair){-turn.hi * unit, -turn.lo * unit};
  return (pair){turn.hi * unit, turn.lo * unit};
}

/// The sine of |hi + lo| <= pi/4, by its Taylor series.
static double small_sine(pair y) {
  const double z = y.hi * y.hi;
  const double series =
      -0x1.5555555555555p-3 +
      z * (0x1.1111111111111p-7 +
           z * (-0x1.a01a01a01a01ap-13 +
                z * (0x1.71de3a556c734p-19 +
                     z * (-0x1.ae64567f544e4p-26 +
                          z * (0x1.6124613a86d09p-33 +
                               z * (-0x1.ae7f3e733b81fp-41 + z * 0x1.952c77030ad4ap-49))))));
  return y.hi + (y.hi * z * series + y.lo * (1 - 0.5 * z));
}

/// The cosine of |hi + lo| <= pi/4, by its Taylor series.
static double small_cosine(pair y) {
  const pair square = two_product(y.hi, y.hi);
  const double z = square.hi, half = 0.5 * z;
  const double series =
      0x1.5555555555555p-5 +
      z * (-0x1.6c16c16c16c17p-10 +
           z * (0x1.a01a01a01a01ap-16 +
                z * (-0x1.27e4fb7789f5cp-22 +
                     z * (0x1.1eed8eff8d898p-29 +
                          z * (-0x1.93974a8c07c9dp-37 +
                               z * (0x1.ae7f3e733b81fp-45 + z * -0x1.6827863b97d97p-53))))));
  const pair head = quick_sum(1, -half);
  return head.hi + (head.lo + (z * z * series - (0.5 * square.lo + y.hi * y.lo)));
}

/// The sine of x >= 0 that is `turns` quarter turns on.
static double circular(double x, int turns) {
  pair y = {x, 0};
  int quadrant = 0;
  if (x > 0.75) y = reduced(x, &quadrant);
  quadrant = (quadrant + turns) & 3;
  const double value = quadrant & 1 ? small_cosine(y) : small_sine(y);
  return quadrant & 2 ? -value : value;
}

double mrs_double_sin(double x) {
  const double size = fabs(x);
  if (!(size < INFINITY)) return x - x;
  if (size < 0x1p-27) return x;
  return x < 0 ? -circular(size, 0) : circular(size, 0);
}

double mrs_double_cos(double x) {
  const double size = fabs(x);
  if (!(size < INFINITY)) return x - x;
  return size < 0x1p-27 ? 1 : circular(size, 1);
}
