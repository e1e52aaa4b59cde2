#pragma once
#include <stdint.h>
#include <string.h>

// Numbers of about 106 bits as unevaluated sums of two doubles (Dekker 1971; Knuth). Every function is
// a fixed order of roundings, so none may be contracted to a fused multiply-add.
#pragma clang fp contract(off)

typedef struct {
  double hi, lo;
} pair;

static inline uint64_t bits_of(double x) {
  uint64_t bits;
  memcpy(&bits, &x, 8);
  return bits;
}

static inline double double_of(uint64_t bits) {
  double x;
  memcpy(&x, &bits, 8);
  return x;
}

/// a + b exactly.
static inline pair two_sum(double a, double b) {
  const double sum = a + b, part = sum - a;
  return (pair){sum, (a - (sum - part)) + (b - part)};
}

/// a + b exactly where |a| >= |b|, or a is 0.
static inline pair quick_sum(double a, double b) {
  const double sum = a + b;
  return (pair){sum, b - (sum - a)};
}

/// a x b exactly, for factors below 2^996 whose product is above 2^-960.
static inline pair two_product(double a, double b) {
  const double wide_a = 0x1.0000002p27 * a, wide_b = 0x1.0000002p27 * b;
  const double ah = wide_a - (wide_a - a), al = a - ah;
  const double bh = wide_b - (wide_b - b), bl = b - bh;
  const double product = a * b;
  return (pair){product, ((ah * bh - product) + ah * bl + al * bh) + al * bl};
}

static inline pair pair_times(pair a, pair b) {
  pair product = two_product(a.hi, b.hi);
  product.lo += a.hi * b.lo + a.lo * b.hi;
  return quick_sum(product.hi, product.lo);
}

static inline pair pair_plus(pair a, pair b) {
  pair sum = two_sum(a.hi, b.hi);
  sum.lo += a.lo + b.lo;
  return quick_sum(sum.hi, sum.lo);
}

/// m x 2^k with one rounding, for |m| in [1/2, 4).
static inline double scaled(double m, int64_t k) {
  if (k >= -1021 && k <= 1022) return m * double_of((uint64_t)(k + 1023) << 52);
  if (k > 0) return m * double_of((uint64_t)(k - 1000 + 1023) << 52) * 0x1p1000;
  return m * double_of((uint64_t)(k + 1000 + 1023) << 52) * 0x1p-1000;
}

/// A polynomial over each half of each octave from 2^first on: rows of the value at the middle, what its
/// double lacks, and the further coefficients in powers of the distance from the middle.
enum { piece_terms = 20 };

/// The value of the polynomial whose half octave holds x, which is below the end of the last row.
static inline pair piece(const double (*rows)[piece_terms], int first, double x) {
  const uint64_t bits = bits_of(x);
  const int64_t exponent = (int64_t)(bits >> 52) - 1023;
  const int half = (int)(bits >> 51) & 1;
  const double *row = rows[2 * (exponent - first) + half];
  const double u = x - (half ? 1.75 : 1.25) * double_of((uint64_t)(exponent + 1023) << 52);
  double sum = row[piece_terms - 1];
  for (int i = piece_terms - 2; i > 2; i--) sum = sum * u + row[i];
  const pair slope = two_sum(row[2], sum * u);
  pair change = two_product(slope.hi, u);
  change.lo += slope.lo * u;
  const pair value = two_sum(row[0], change.hi);
  return quick_sum(value.hi, value.lo + (change.lo + row[1]));
}
