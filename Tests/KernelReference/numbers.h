#pragma once
#include <stdint.h>
#include <string.h>

// Numbers from a seed that are hard on arithmetic.

static inline uint64_t next_bits(uint64_t *state) {
  uint64_t x = (*state += 0x9e3779b97f4a7c15);  // SplitMix64
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}
static inline long below(uint64_t *state, long count) { return (long)(next_bits(state) % (uint64_t)count); }
static inline float float_of(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}
static inline uint32_t bits_of(float x) {
  uint32_t b;
  memcpy(&b, &x, sizeof b);
  return b;
}

enum { usual, wide, halfway, special, tiny, number_kinds };

static inline float number_of_kind(uint64_t *state, int kind) {
  static const uint32_t specials[] = {
      0x00000000, 0x80000000, 0x7f800000, 0xff800000, 0x7fc00000, 0x00000001, 0x807fffff, 0x00400000,
      0x00800000, 0x7f7fffff, 0xff7fffff, 0x3f800000, 0x3f800001, 0x33800000, 0xb4000000, 0x42b17218,
  };
  static const uint32_t near[8] = {0, 0x100, 0x7ffe00, 0x100, 0x7ffe00, 0x400000, 0x000001, 0x700000};
  uint64_t r = next_bits(state);
  uint32_t sign = (uint32_t)(r >> 63) << 31, fraction = (uint32_t)(r & 0x7fffff);
  uint32_t pick = (uint32_t)(r >> 24 & 0xffff);
  switch (kind) {
    case usual: return float_of(sign | (0x3e800000 + (pick % 5 << 23)) | fraction);
    case wide: return float_of(sign | (67 + pick % 120) << 23 | fraction);
    // Products like 2⁻²⁴·(1 − 2⁻³⁰): sums so near the middle of two floats that a double takes them for it.
    case halfway: return float_of(sign | (112 + pick % 26) << 23 | near[r >> 40 & 7]);
    case tiny: return float_of(sign | (46 + pick % 24) << 23 | (pick & 0x8000 ? near[r >> 40 & 7] : fraction));
    default:
      return pick % 48 < 2 ? float_of(specials[r >> 40 & 15])
                           : float_of(sign | (0x3f000000 + (pick % 3 << 23)) | fraction);
  }
}
static inline void fill(uint64_t *state, int kind, long count, float *x) {
  for (long i = 0; i < count; i++) x[i] = number_of_kind(state, kind);
}
