#include "inflate.h"

#include <string.h>

enum { longest_code = 15, table_size = 1 << longest_code };

typedef struct {
  const uint8_t *in;
  int64_t size, at;
  uint64_t bits;
  int count;
} reader;

// At least 49 bits, zeros beyond the end; `is_short` tells whether any of those were used.
static void refill(reader *r) {
  while (r->count <= 56) {
    uint64_t next = r->at < r->size ? r->in[r->at] : 0;
    r->at++;
    r->bits |= next << r->count;
    r->count += 8;
  }
}

static int is_short(const reader *r) { return r->at - r->count / 8 > r->size; }

static uint32_t take(reader *r, int count) {
  uint32_t value = (uint32_t)(r->bits & ((1ull << count) - 1));
  r->bits >>= count;
  r->count -= count;
  return value;
}

// For every 15 bits that may come next: symbol << 4 | length of its code, or 0 for no code.
typedef struct {
  uint16_t entries[table_size];
} decoder;

static int build(decoder *d, const uint8_t *lengths, int symbols) {
  int counts[longest_code + 1] = {0};
  for (int i = 0; i < symbols; i++) counts[lengths[i]]++;
  counts[0] = 0;
  uint32_t next[longest_code + 2] = {0};
  uint32_t code = 0;
  for (int length = 1; length <= longest_code; length++) {
    code = (code + (uint32_t)counts[length - 1]) << 1;
    next[length] = code;
    if (code + (uint32_t)counts[length] > 1u << length) return 0;
  }
  memset(d->entries, 0, sizeof d->entries);
  for (int symbol = 0; symbol < symbols; symbol++) {
    int length = lengths[symbol];
    if (!length) continue;
    uint32_t forward = next[length]++, reversed = 0;
    for (int bit = 0; bit < length; bit++) reversed |= (forward >> bit & 1) << (length - 1 - bit);
    for (uint32_t i = reversed; i < table_size; i += 1u << length)
      d->entries[i] = (uint16_t)(symbol << 4 | length);
  }
  return 1;
}

// The next symbol, or -1; the reader must hold 15 bits.
static inline int decode(reader *r, const decoder *d) {
  uint16_t entry = d->entries[r->bits & (table_size - 1)];
  if (!entry) return -1;
  r->bits >>= entry & 15;
  r->count -= entry & 15;
  return entry >> 4;
}

static const uint16_t length_base[29] = {3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
                                         31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
static const uint8_t length_extra[29] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                         2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
static const uint16_t distance_base[30] = {1,   2,   3,   4,   5,   7,    9,    13,   17,   25,
                                           33,  49,  65,  97,  129, 193,  257,  385,  513,  769,
                                           1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};
static const uint8_t distance_extra[30] = {0, 0, 0, 0, 1, 1, 2, 2,  3,  3,  4,  4,  5,  5,  6,
                                           6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13};

// Reads the code lengths of a block with codes of its own.
static int own_codes(reader *r, decoder *symbols, decoder *distances) {
  static const uint8_t order[19] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                    11, 4,  12, 3, 13, 2, 14, 1, 15};
  refill(r);
  int literals = (int)take(r, 5) + 257, offsets = (int)take(r, 5) + 1, given = (int)take(r, 4) + 4;
  if (literals > 286 || offsets > 30) return 0;
  uint8_t lengths[320] = {0};
  for (int i = 0; i < given; i++) {
    refill(r);
    lengths[order[i]] = (uint8_t)take(r, 3);
  }
  if (!build(symbols, lengths, 19)) return 0;
  memset(lengths, 0, sizeof lengths);
  int at = 0, total = literals + offsets;
  while (at < total) {
    refill(r);
    int symbol = decode(r, symbols);
    if (symbol < 0 || is_short(r)) return 0;
    if (symbol < 16) {
      lengths[at++] = (uint8_t)symbol;
      continue;
    }
    if (symbol == 16 && at == 0) return 0;
    uint8_t repeated = symbol == 16 ? lengths[at - 1] : 0;
    int times = symbol == 16 ? 3 + (int)take(r, 2) : symbol == 17 ? 3 + (int)take(r, 3) : 11 + (int)take(r, 7);
    if (at + times > total) return 0;
    while (times--) lengths[at++] = repeated;
  }
  uint8_t of_distances[32] = {0};
  memcpy(of_distances, lengths + literals, (size_t)offsets);
  memset(lengths + literals, 0, sizeof lengths - (size_t)literals);
  return lengths[256] && build(symbols, lengths, 288) && build(distances, of_distances, 32);
}

static int fixed_codes(decoder *symbols, decoder *distances) {
  uint8_t lengths[288], of_distances[32];
  for (int i = 0; i < 288; i++) lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
  memset(of_distances, 5, sizeof of_distances);
  return build(symbols, lengths, 288) && build(distances, of_distances, 32);
}

// Bytes as they are; returns the new length of the output.
static int64_t stored(reader *r, uint8_t *out, int64_t written, int64_t capacity) {
  take(r, r->count & 7);
  refill(r);
  uint32_t length = take(r, 16), complement = take(r, 16);
  if (is_short(r)) return mrs_inflate_short;
  if ((length ^ complement) != 0xffff) return mrs_inflate_broken;
  int64_t from = r->at - r->count / 8;
  if (from + length > r->size) return mrs_inflate_short;
  if (written + length > capacity) return mrs_inflate_full;
  memcpy(out + written, r->in + from, length);
  r->at = from + length;
  r->bits = 0;
  r->count = 0;
  return written + length;
}

// Bytes that are written, or summed up, between two questions.
enum { stretch = 1 << 20 };

// Moves the end of the stretch that is being written, if `length` more bytes do not fit: 0, or why they may not
// be written.
static int64_t extend(
    int64_t *end, int64_t written, int64_t length, int64_t capacity, mrs_question is_unwanted) {
  if (written + length > capacity) return mrs_inflate_full;
  if (is_unwanted && is_unwanted()) return mrs_inflate_unwanted;
  *end = capacity - written > stretch ? written + stretch : capacity;
  return 0;
}

static int64_t compressed(
    reader *r, const decoder *symbols, const decoder *distances, uint8_t *out, int64_t written,
    int64_t capacity, mrs_question is_unwanted) {
  int64_t end = written, problem;
  for (;;) {
    refill(r);
    int symbol = decode(r, symbols);
    if (is_short(r)) return mrs_inflate_short;
    if (symbol < 0 || symbol > 285) return mrs_inflate_broken;
    if (symbol < 256) {
      if (written == end && (problem = extend(&end, written, 1, capacity, is_unwanted)))
        return problem;
      out[written++] = (uint8_t)symbol;
      continue;
    }
    if (symbol == 256) return written;
    int64_t length = length_base[symbol - 257] + take(r, length_extra[symbol - 257]);
    int code = decode(r, distances);
    if (code < 0 || code > 29) return mrs_inflate_broken;
    int64_t distance = distance_base[code] + take(r, distance_extra[code]);
    if (is_short(r)) return mrs_inflate_short;
    if (distance > written) return mrs_inflate_broken;
    if (written + length > end &&
        (problem = extend(&end, written, length, capacity, is_unwanted)))
      return problem;
    for (int64_t i = 0; i < length; i++) out[written + i] = out[written + i - distance];
    written += length;
  }
}

int64_t mrs_inflate(
    const uint8_t *in, int64_t size, uint8_t *out, int64_t capacity, int64_t *used,
    mrs_question is_unwanted) {
  reader r = {in, size, 0, 0, 0};
  decoder symbols, distances;
  int64_t written = 0;
  for (int is_last = 0; !is_last;) {
    if (is_unwanted && is_unwanted()) return mrs_inflate_unwanted;
    refill(&r);
    is_last = (int)take(&r, 1);
    int kind = (int)take(&r, 2);
    if (is_short(&r)) return mrs_inflate_short;
    if (kind == 0) {
      written = stored(&r, out, written, capacity);
    } else if (
        kind == 3 ||
        !(kind == 1 ? fixed_codes(&symbols, &distances) : own_codes(&r, &symbols, &distances))) {
      return is_short(&r) ? mrs_inflate_short : mrs_inflate_broken;
    } else {
      written =
          compressed(&r, &symbols, &distances, out, written, capacity, is_unwanted);
    }
    if (written < 0) return written;
  }
  *used = r.at - r.count / 8;
  return written;
}

uint32_t mrs_crc32(const uint8_t *bytes, int64_t count, mrs_question is_unwanted) {
  uint32_t table[256];
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; bit++) value = value & 1 ? value >> 1 ^ 0xedb88320u : value >> 1;
    table[i] = value;
  }
  uint32_t sum = 0xffffffffu;
  for (int64_t i = 0; i < count;) {
    if (is_unwanted && is_unwanted()) break;
    const int64_t end = count - i > stretch ? i + stretch : count;
    for (; i < end; i++) sum = table[(sum ^ bytes[i]) & 255] ^ sum >> 8;
  }
  return ~sum;
}
