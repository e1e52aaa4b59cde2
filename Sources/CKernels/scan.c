#include "scan.h"

#include <math.h>
#include <string.h>

#include "decimal.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

static inline uint64_t word_at(const uint8_t *p) {
  uint64_t x;
  memcpy(&x, p, 8);
  return x;
}

// The state of one scan, kept in registers by inlining.
typedef struct {
  const uint8_t *base;
  const uint8_t *end;
  uint8_t separator;
  uint8_t doubled;
  uint8_t quoted;
  uint8_t backslash;
} scanner;

static inline int at_separator(const scanner *s, const uint8_t *p) {
  if (p >= s->end || *p != s->separator) return 0;
  return !s->doubled || (p + 1 < s->end && p[1] == s->separator);
}

static inline int at_line_end(const scanner *s, const uint8_t *p) {
  if (p >= s->end || *p == '\n') return 1;
  return *p == '\r' && (p + 1 >= s->end || p[1] == '\n');
}

static inline int at_end(const scanner *s, const uint8_t *p) {
  return at_line_end(s, p) || at_separator(s, p);
}

// Where the text of a field lies, and where the field ends.
typedef struct {
  const uint8_t *first;
  const uint8_t *last;
  const uint8_t *after;
  int escaped;
  int fault;
  int trimmed;
} span;

static inline void trim(span *f) {
  const uint8_t *first = f->first, *last = f->last;
  while (f->first < f->last && *f->first == ' ') f->first++;
  while (f->last > f->first && f->last[-1] == ' ') f->last--;
  f->trimmed = f->first != first || f->last != last;
}

static span span_at(const scanner *s, const uint8_t *p) {
  span f = {p, p, p, 0, mrs_fine, 0};
  const uint8_t *limit = s->end - p > mrs_longest_field ? p + mrs_longest_field : s->end;
  if (s->quoted && p < s->end && *p == '"') {
    f.first = ++p;
    for (;;) {
      const uint8_t *quote = p < limit ? memchr(p, '"', (size_t)(limit - p)) : NULL;
      if (!quote) {
        f.fault = limit < s->end ? mrs_long_field : mrs_open_quote;
        return f;
      }
      p = quote + 1;
      if (s->backslash && quote > f.first && quote[-1] == '\\') {
        f.escaped = 1;
        continue;
      }
      if (p < limit && *p == '"') {
        f.escaped = 1;
        p++;
        continue;
      }
      f.last = quote;
      f.after = p;
      if (!at_end(s, p)) f.fault = mrs_after_quote;
      return f;
    }
  }
  while (p < limit && !at_end(s, p)) p++;
  if (p == limit && limit < s->end) {
    f.fault = mrs_long_field;
    return f;
  }
  f.after = f.last = p;
  trim(&f);
  return f;
}

// The text of an id, without blanks at its ends, which are counted.
static span id_at(const scanner *s, const uint8_t *p, int64_t *trimmed) {
  span f = span_at(s, p);
  if (!f.fault && s->quoted && p < s->end && *p == '"') trim(&f);
  if (trimmed && f.trimmed) ++*trimmed;
  return f;
}

static inline uint64_t token_of(const scanner *s, const span *f) {
  int64_t length = f->last - f->first;
  if (length > 0 && length < 19 && (*f->first != '0' || length == 1)) {
    uint64_t n = 0;
    const uint8_t *p = f->first;
    while (p < f->last && mrs_is_digit(*p)) n = n * 10 + (uint64_t)(*p++ - '0');
    if (p == f->last) return n * 2 + 1;
  }
  return (uint64_t)(f->first - s->base) << 24 | (uint64_t)length << 2 | (uint64_t)f->escaped << 1;
}

// Reads the number of a field that the quick paths could not take: quoted, spaced, or faulty. Spaces
// within quotes are let pass. Returns 0 where there is none.
static int number_in(const span *f, mrs_decimal *number) {
  const uint8_t *first = f->first, *last = f->last;
  while (first < last && *first == ' ') first++;
  while (last > first && last[-1] == ' ') last--;
  return mrs_decimal_at(first, last, number) == last;
}

// How many bytes from p on the quick readers may look at, and at most need.
enum { quick_reach = 24 };

// How many of the eight bytes of a word, from its lowest on, are digits. (A carry out of a byte that is no digit
// changes bytes behind it alone.)
static inline int digits_in(uint64_t word) {
  const uint64_t x = word ^ 0x3030303030303030u;
  const uint64_t others = ((x + 0x7676767676767676u) | x) & 0x8080808080808080u;
  return others ? __builtin_ctzll(others) >> 3 : 8;
}

// The number of eight digits, the first in the lowest byte: by twos, then by fours and eights.
static inline uint64_t number_of(uint64_t x) {
  x = x * 10 + (x >> 8);
  return ((x & 0x000000FF000000FFu) * (100 + ((uint64_t)1000000 << 32)) +
          (x >> 16 & 0x000000FF000000FFu) * (1 + ((uint64_t)10000 << 32))) >> 32;
}

// The number that the first `count` bytes of a word spell, 1 to 8 digits.
static inline uint64_t number_of_digits(uint64_t word, int count) {
  return number_of((word ^ 0x3030303030303030u) << (64 - 8 * count));
}

// A small id of at most seven digits; NULL for any other.
static inline const uint8_t *quick_id(const scanner *s, const uint8_t *p, int32_t *id) {
  const uint64_t word = word_at(p);
  const int count = digits_in(word);
  if (count == 0 || count == 8 || (*p == '0' && count > 1) || !at_end(s, p + count)) return NULL;
  *id = (int32_t)number_of_digits(word, count);
  return p + count;
}

// A rating of one digit, or of two with a point between; NULL for any other. A quotient of small whole numbers is
// the float nearest to what they spell.
static inline const uint8_t *quick_rating(const scanner *s, const uint8_t *p, float *rating) {
  const uint8_t whole = (uint8_t)(*p - '0');
  if (whole > 9) return NULL;
  if (at_end(s, p + 1)) {
    *rating = (float)whole;
    return p + 1;
  }
  const uint8_t tenths = (uint8_t)(p[2] - '0');
  if (p[1] != '.' || tenths > 9 || !at_end(s, p + 3)) return NULL;
  *rating = (float)(whole * 10 + tenths) / 10;
  return p + 3;
}

// Seconds of at most fifteen digits; NULL for any other time.
static inline const uint8_t *quick_time(const scanner *s, const uint8_t *p, int64_t *time) {
  static const uint32_t powers[8] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000};
  uint64_t word = word_at(p), number = 0;
  int count = digits_in(word);
  if (count == 0) return NULL;
  if (count == 8) {
    number = number_of_digits(word, 8);
    p += 8;
    word = word_at(p);
    count = digits_in(word);
    if (count == 8) return NULL;
  }
  if (!at_end(s, p + count)) return NULL;
  *time = (int64_t)(count ? number * powers[count] + number_of_digits(word, count) : number);
  return p + count;
}

// Reads one field at p into row `row` of its column. Returns the end of the field, or NULL.
static inline const uint8_t *field_at(const scanner *s, const uint8_t *p, uint8_t kind,
                                      void *column, int64_t row, int64_t *trimmed, int *fault) {
  span f;
  const int is_quick = s->end - p >= quick_reach;
  const uint8_t *quick;
  switch (kind) {
    case mrs_small_id: {
      if (is_quick && (quick = quick_id(s, p, (int32_t *)column + row))) return quick;
      const uint8_t *q = p;
      uint64_t n = 0;
      while (q < s->end && q - p < 11 && mrs_is_digit(*q)) n = n * 10 + (uint64_t)(*q++ - '0');
      if (q > p && n < 0x80000000u && (*p != '0' || q == p + 1) && at_end(s, q)) {
        ((int32_t *)column)[row] = (int32_t)n;
        return q;
      }
      f = id_at(s, p, trimmed);
      if ((*fault = f.fault)) return NULL;
      uint64_t token = token_of(s, &f);
      if (f.first == f.last) {
        *fault = mrs_empty_id;
      } else if ((token & 1) && token >> 1 < 0x80000000u) {
        ((int32_t *)column)[row] = (int32_t)(token >> 1);
        return f.after;
      } else {
        *fault = mrs_not_small;
      }
      return NULL;
    }
    case mrs_number:
    case mrs_optional_number: {
      if (is_quick && (quick = quick_rating(s, p, (float *)column + row))) return quick;
      mrs_decimal number;
      const uint8_t *after = mrs_decimal_at(p, s->end, &number);
      int found = 1;
      if (!after || !at_end(s, after)) {
        f = span_at(s, p);
        if ((*fault = f.fault)) return NULL;
        after = f.after;
        if (f.first == f.last && kind == mrs_optional_number) {
          ((float *)column)[row] = NAN;
          return after;
        }
        found = number_in(&f, &number);
      }
      const float value = found ? mrs_float_of(&number) : NAN;
      if (!isfinite(value)) {
        *fault = mrs_bad_number;
        return NULL;
      }
      ((float *)column)[row] = value;
      return after;
    }
    case mrs_time: {
      if (is_quick && (quick = quick_time(s, p, (int64_t *)column + row))) return quick;
      const uint8_t *q = p;
      int64_t n = 0;
      while (q < s->end && q - p < 18 && mrs_is_digit(*q)) n = n * 10 + (*q++ - '0');
      if (q == p || !at_end(s, q)) {
        f = span_at(s, p);
        if ((*fault = f.fault)) return NULL;
        mrs_decimal number;
        const double value = number_in(&f, &number) ? mrs_double_of(&number) : NAN;
        if (!(fabs(value) < 9e15) || (double)(int64_t)value != value) {
          *fault = mrs_bad_time;
          return NULL;
        }
        n = (int64_t)value;
        q = f.after;
      }
      ((int64_t *)column)[row] = n;
      return q;
    }
    default: {
      f = kind == mrs_token ? id_at(s, p, trimmed) : span_at(s, p);
      if ((*fault = f.fault)) return NULL;
      if (kind == mrs_token && f.first == f.last) {
        *fault = mrs_empty_id;
        return NULL;
      }
      if (kind != mrs_skip) ((uint64_t *)column)[row] = token_of(s, &f);
      return f.after;
    }
  }
}

// Rows that are written plainly are read a chunk at a time: first where their fields end, then column by column, so
// that no field waits for the one before it. What is written otherwise is left to `field_at`, value by value where
// its field ends as it seems to, and from its line on where it does not.
enum { chunk_bytes = 1 << 13, chunk_margin = 16 };

// One bit for each of the 64 bytes at p, from the lowest on: whether it is a separator or an end of a line.
static inline uint64_t ends_among(const uint8_t *p, uint8_t separator) {
  uint64_t ends = 0;
#if defined(__SSE2__)
  const __m128i separators = _mm_set1_epi8((char)separator), newlines = _mm_set1_epi8('\n');
  for (int i = 0; i < 4; i++) {
    const __m128i x = _mm_loadu_si128((const __m128i *)(p + 16 * i));
    const __m128i found = _mm_or_si128(_mm_cmpeq_epi8(x, separators), _mm_cmpeq_epi8(x, newlines));
    ends |= (uint64_t)(uint32_t)_mm_movemask_epi8(found) << 16 * i;
  }
#else
  const uint64_t ones = 0x0101010101010101u, low = 0x7F7F7F7F7F7F7F7Fu;
  for (int i = 0; i < 8; i++) {
    // The high bit of each byte of `a` and `b` that is not 0.
    uint64_t a = word_at(p + 8 * i) ^ ones * separator, b = word_at(p + 8 * i) ^ ones * '\n';
    a |= (a & low) + low;
    b |= (b & low) + low;
    ends |= ((~(a & b) & ~low) >> 7) * 0x0102040810204080u >> 56 << 8 * i;
  }
#endif
  return ends;
}

// A chunk of text, and where its fields end: field f of row r starts behind place ends[r * fields + f] and ends at the
// next one. Places are counted from `text`, modulo 2^16.
typedef struct {
  const uint8_t *text;
  int fields;
  uint16_t ends[chunk_bytes + 16];
} chunk;

// Finds the ends in so many bytes, a multiple of 64; returns how many there are.
static __attribute__((noinline)) int find_ends(chunk *c, int length, uint8_t separator) {
  uint16_t *next = c->ends;
  *next++ = 0xFFFF;
  for (int i = 0; i < length; i += 64) {
    uint64_t bits = ends_among(c->text + i, separator);
    const int count = __builtin_popcountll(bits);
    // So many at once that most blocks have no more; what is written beyond the count is written over.
    for (int k = 0; k < 12; k++) {
      next[k] = (uint16_t)(i + __builtin_ctzll(bits | 1ull << 63));
      bits &= bits - 1;
    }
    for (int k = 12; k < count; k++) {
      next[k] = (uint16_t)(i + __builtin_ctzll(bits));
      bits &= bits - 1;
    }
    next += count;
  }
  return (int)(next - c->ends) - 1;
}

// Digits are read by twos: those of one number in each half of a vector, which is the same on all instruction sets.
typedef uint64_t pair __attribute__((vector_size(16)));
typedef uint32_t pair32 __attribute__((vector_size(16)));
typedef uint16_t pair16 __attribute__((vector_size(16)));
typedef uint8_t pair8 __attribute__((vector_size(16)));

// The last bytes before `a` and before `b` less '0', so many of eight, and 0 in the place of the others.
static inline pair digits_before(const uint8_t *a, int64_t of_a, const uint8_t *b, int64_t of_b) {
  static const uint64_t kept[9] = {0,
                                   0xFF00000000000000u,
                                   0xFFFF000000000000u,
                                   0xFFFFFF0000000000u,
                                   0xFFFFFFFF00000000u,
                                   0xFFFFFFFFFF000000u,
                                   0xFFFFFFFFFFFF0000u,
                                   0xFFFFFFFFFFFFFF00u,
                                   0xFFFFFFFFFFFFFFFFu};
  const pair words = {word_at(a - 8), word_at(b - 8)}, masks = {kept[of_a], kept[of_b]};
  return (words ^ 0x3030303030303030u) & masks;
}

// Whether all bytes are digits.
static inline int are_digits(pair digits) {
  const pair others = (pair)((pair8)digits > 9);
  return !(others[0] | others[1]);
}

// The numbers of eight digits each.
static inline pair numbers_of(pair digits) {
  static const pair16 hundreds = {100, 1, 100, 1, 100, 1, 100, 1};
  const pair16 twos = (((pair16)digits & 0xFF) * 10 + ((pair16)digits >> 8)) * hundreds;
  const pair32 fours = ((pair32)twos & 0xFFFF) + ((pair32)twos >> 16);
  return ((pair)fours & 0xFFFFFFFF) * 10000 + ((pair)fours >> 32);
}

// A field of a chunk.
typedef struct {
  const uint8_t *first;
  const uint8_t *last;
} field_text;

static inline int64_t length_of(field_text f) { return f.last - f.first; }

static inline int is_short_id(field_text f) {
  const int64_t length = length_of(f);
  return length >= 1 && length <= 8 && (*f.first != '0' || length == 1);
}

// The values of two fields, if both are written plainly.
static inline int quick_ids(field_text a, field_text b, int32_t *ids) {
  if (!is_short_id(a) || !is_short_id(b)) return 0;
  const pair digits = digits_before(a.last, length_of(a), b.last, length_of(b));
  const pair numbers = numbers_of(digits);
  ids[0] = (int32_t)numbers[0];
  ids[1] = (int32_t)numbers[1];
  return are_digits(digits);
}

static inline int quick_rating_of(field_text f, float *rating) {
  const unsigned whole = (unsigned)*f.first - '0';
  unsigned tenths = 0;
  if (length_of(f) == 3 && f.first[1] == '.')
    tenths = (unsigned)f.first[2] - '0';
  else if (length_of(f) != 1)
    return 0;
  *rating = (float)(int)(whole * 10 + tenths) / 10;
  return whole <= 9 && tenths <= 9;
}

static inline int quick_ratings(field_text a, field_text b, float *ratings) {
  return quick_rating_of(a, ratings) & quick_rating_of(b, ratings + 1);
}

static inline int quick_times(field_text a, field_text b, int64_t *times) {
  const int64_t of_a = length_of(a), of_b = length_of(b);
  if (of_a < 1 || of_a > 15 || of_b < 1 || of_b > 15) return 0;
  const int64_t more_a = of_a > 8 ? of_a - 8 : 0, more_b = of_b > 8 ? of_b - 8 : 0;
  const pair low = digits_before(a.last, of_a - more_a, b.last, of_b - more_b);
  const pair high = digits_before(a.last - 8, more_a, b.last - 8, more_b);
  const pair numbers = numbers_of(high) * 100000000 + numbers_of(low);
  times[0] = (int64_t)numbers[0];
  times[1] = (int64_t)numbers[1];
  return are_digits(low) & are_digits(high);
}

static inline int quick_skip(const scanner *s, field_text a, field_text b) {
  return !s->quoted || (*a.first != '"' && *b.first != '"');
}

// The field that `end` stands before; its last byte is NULL where something else ends it than should.
static inline field_text field_of(const chunk *c, const uint16_t *end, uint8_t after, int is_last) {
  field_text f = {c->text + (uint16_t)(end[0] + 1), c->text + end[1]};
  if (is_last && f.last > f.first && f.last[-1] == '\r' && *f.last == '\n') {
    f.last--;
    return f;
  }
  if (*f.last != after) f.last = NULL;
  return f;
}

// A function that reads a field of at most so many rows into its column from row `start` on, by twos where `quick` can;
// it returns how many rows it could read.
#define COLUMN(name, type, quick)                                                                  \
  static __attribute__((noinline)) int name(const scanner *s, const chunk *c, int field,           \
                                            uint8_t kind, void *values, int64_t start, int rows) { \
    type *const value = (type *)values + start;                                                    \
    const int is_last = field == c->fields - 1, next = c->fields;                                  \
    const uint8_t after = is_last ? '\n' : s->separator;                                           \
    const uint16_t *end = c->ends + field;                                                         \
    for (int row = 0; row < rows; row += 2, end += 2 * next) {                                     \
      const field_text a = field_of(c, end, after, is_last);                                       \
      if (row + 1 < rows) {                                                                        \
        const field_text b = field_of(c, end + next, after, is_last);                              \
        if (a.last && b.last && (quick)) continue;                                                 \
      }                                                                                            \
      for (int i = row; i < row + 2 && i < rows; i++) {                                            \
        const field_text f = field_of(c, end + (i - row) * next, after, is_last);                  \
        int64_t trimmed = 0;                                                                       \
        int fault = mrs_fine;                                                                      \
        if (!f.last ||                                                                             \
            field_at(s, f.first, kind, values, start + i, &trimmed, &fault) != f.last || trimmed)  \
          return i;                                                                                \
      }                                                                                            \
    }                                                                                              \
    return rows;                                                                                   \
  }

COLUMN(chunk_ids, int32_t, quick_ids(a, b, value + row))
COLUMN(chunk_ratings, float, quick_ratings(a, b, value + row))
COLUMN(chunk_times, int64_t, quick_times(a, b, value + row))
COLUMN(chunk_skipped, uint64_t, ((void)value, quick_skip(s, a, b)))
COLUMN(chunk_others, uint64_t, ((void)value, (void)b, 0))

static int chunk_column(const scanner *s, const chunk *c, int field, uint8_t kind, void *column,
                        int64_t start, int rows) {
  switch (kind) {
    case mrs_skip: return chunk_skipped(s, c, field, kind, column, start, rows);
    case mrs_small_id: return chunk_ids(s, c, field, kind, column, start, rows);
    case mrs_number:
    case mrs_optional_number: return chunk_ratings(s, c, field, kind, column, start, rows);
    case mrs_time: return chunk_times(s, c, field, kind, column, start, rows);
    default: return chunk_others(s, c, field, kind, column, start, rows);
  }
}

// Reads plain rows at p, at most `room` of them, into columns from row `start` on. Returns how many it read, and moves
// p behind them; fewer than the chunk has mean that the next one is not plain.
static int64_t plain_rows(const scanner *s, const uint8_t **p, const mrs_layout *layout,
                          void *const *columns, int64_t start, int64_t room, int *is_whole) {
  chunk c;
  c.text = *p;
  c.fields = layout->fields;
  const int64_t left = s->end - *p;
  const int count = find_ends(&c, left < chunk_bytes ? (int)left & ~63 : chunk_bytes, s->separator);
  int rows = count / c.fields;
  if (rows > room) rows = (int)room;
  const int all = rows;
  for (int field = 0; field < c.fields && rows > 0; field++)
    rows = chunk_column(s, &c, field, layout->kinds[field], columns[field], start, rows);
  if (rows > 0) *p += c.ends[rows * c.fields] + 1;
  *is_whole = rows == all && all > 0;
  return rows;
}

mrs_scan_result mrs_scan(const uint8_t *bytes, int64_t from, int64_t to, const mrs_layout *layout,
                         void *const *columns, int64_t capacity) {
  const scanner s = {bytes, bytes + to, layout->separator, layout->doubled, layout->quoted,
                     layout->backslash};
  const int width = s.doubled ? 2 : 1;
  const uint8_t *p = bytes + from, *line = p;
  mrs_scan_result result = {0, from, from, 0, mrs_fine, 0};
  int64_t row = 0;
  int field = 0, fault = mrs_fine;
  // Where rows are seldom plain, few are tried.
  int64_t next_plain = s.doubled || layout->fields < 2 ? INT64_MAX : 0, pause = 0;
  while (p < s.end) {
    if (row >= next_plain && row < capacity && s.end - p >= 64 && p - bytes >= chunk_margin) {
      int is_whole;
      const int64_t read = plain_rows(&s, &p, layout, columns, row, capacity - row, &is_whole);
      row += read;
      if (is_whole) continue;
      pause = read >= 32 ? 0 : pause < 1 << 12 ? 2 * pause + 1 : pause;
      next_plain = row + 1 + pause;
    }
    line = p;
    field = 0;
    if (at_line_end(&s, p)) {
      p += *p == '\r' && p + 1 < s.end ? 2 : 1;
      continue;
    }
    if (row == capacity) {
      fault = mrs_full;
      break;
    }
    for (;;) {
      const uint8_t *after = field_at(&s, p, layout->kinds[field], columns[field], row,
                                      &result.trimmed, &fault);
      if (!after) break;
      p = after;
      field++;
      if (at_separator(&s, p)) {
        if (field == layout->fields) {
          if (!layout->more) {
            fault = mrs_extra_field;
            break;
          }
          const uint8_t *newline = memchr(p, '\n', (size_t)(s.end - p));
          p = newline ? newline : s.end;
          break;
        }
        p += width;
      } else {
        if (field < layout->fields) fault = mrs_missing_field;
        break;
      }
    }
    if (fault) break;
    if (p < s.end && *p == '\r') p++;
    if (p < s.end) p++;
    row++;
  }
  result.rows = row;
  result.line = (fault ? line : p) - bytes;
  result.at = p - bytes;
  result.field = field;
  result.fault = fault;
  return result;
}

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
