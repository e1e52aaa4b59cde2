#include "scan.h"

#include <string.h>

// Passes over whole files and columns: how many lines there are, the least and the greatest value, digests.

#include "words.inc"

mrs_counts mrs_count(const uint8_t *bytes, int64_t from, int64_t to) {
  mrs_counts total = {0, 0};
  for (int64_t i = from; i < to;) {
    // So few that their count fits a byte: the inner loop becomes wide compares and subtractions.
    const int64_t stop = to - i > 240 ? i + 240 : to;
    uint8_t lines = 0;
    uint8_t quotes = 0;
    for (; i < stop; i++) {
      lines += bytes[i] == '\n';
      quotes |= bytes[i] == '"';
    }
    total.lines += lines;
    total.quoted |= quotes;
  }
  return total;
}

// In eight lanes, which a compiler does not make of comparisons of floats by itself.
#define BOUNDS(name, type)                                                        \
  void name(const type *values, int64_t count, type *least, type *greatest) {     \
    type low[8], high[8];                                                         \
    for (int lane = 0; lane < 8; lane++) low[lane] = high[lane] = values[0];      \
    int64_t i = 0;                                                                \
    for (; i + 8 <= count; i += 8)                                                \
      for (int lane = 0; lane < 8; lane++) {                                      \
        const type x = values[i + lane];                                          \
        low[lane] = x < low[lane] ? x : low[lane];                                \
        high[lane] = x > high[lane] ? x : high[lane];                             \
      }                                                                           \
    for (; i < count; i++) {                                                      \
      low[0] = values[i] < low[0] ? values[i] : low[0];                           \
      high[0] = values[i] > high[0] ? values[i] : high[0];                        \
    }                                                                             \
    *least = low[0];                                                              \
    *greatest = high[0];                                                          \
    for (int lane = 1; lane < 8; lane++) {                                        \
      *least = low[lane] < *least ? low[lane] : *least;                           \
      *greatest = high[lane] > *greatest ? high[lane] : *greatest;                \
    }                                                                             \
  }

BOUNDS(mrs_bounds_of_numbers, float)
BOUNDS(mrs_bounds_of_ids, int32_t)
BOUNDS(mrs_bounds_of_times, int64_t)

static inline uint64_t rotated(uint64_t x, int by) { return x << by | x >> (64 - by); }

static const uint64_t prime1 = 0x9E3779B185EBCA87u, prime2 = 0xC2B2AE3D27D4EB4Fu,
                      prime3 = 0x165667B19E3779F9u, prime4 = 0x85EBCA77C2B2AE63u,
                      prime5 = 0x27D4EB2F165667C5u;

static inline uint64_t round64(uint64_t lane, uint64_t word) {
  return rotated(lane + word * prime2, 31) * prime1;
}

uint64_t mrs_digest(const uint8_t *p, int64_t length, mrs_question is_unwanted) {
  const uint8_t *end = p + length;
  uint64_t hash = prime5;
  if (length >= 32) {
    uint64_t lanes[4] = {prime1 + prime2, prime2, 0, 0 - prime1};
    while (end - p >= 32) {
      if (is_unwanted && is_unwanted()) return 0;
      const uint8_t *stop = end - p > 1 << 22 ? p + (1 << 22) : end;
      for (; stop - p >= 32; p += 32)
        for (int i = 0; i < 4; i++) lanes[i] = round64(lanes[i], word_at(p + 8 * i));
    }
    hash = rotated(lanes[0], 1) + rotated(lanes[1], 7) + rotated(lanes[2], 12) +
           rotated(lanes[3], 18);
    for (int i = 0; i < 4; i++) hash = (hash ^ round64(0, lanes[i])) * prime1 + prime4;
  }
  hash += (uint64_t)length;
  for (; end - p >= 8; p += 8)
    hash = rotated(hash ^ round64(0, word_at(p)), 27) * prime1 + prime4;
  if (end - p >= 4) {
    uint32_t word;
    memcpy(&word, p, 4);
    hash = rotated(hash ^ word * prime1, 23) * prime2 + prime3;
    p += 4;
  }
  for (; p < end; p++) hash = rotated(hash ^ *p * prime5, 11) * prime1;
  hash = (hash ^ hash >> 33) * prime2;
  hash = (hash ^ hash >> 29) * prime3;
  return hash ^ hash >> 32;
}
