#include "scan.h"

#include <math.h>
#include <string.h>

#include "decimal.h"

#include "words.inc"

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

#include "plain.inc"

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
