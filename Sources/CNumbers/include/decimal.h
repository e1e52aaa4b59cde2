#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// The one reader of decimal numbers: every text gives the double, or the float, nearest to what it
// spells, the even one of two that are equally near. What is too large is infinite.

/// A number as it is written: [+-] digits [. digits] [e [+-] digits], with a digit before the e.
typedef struct {
  /// The first 19 digits from the first that is not 0 on.
  uint64_t digits;
  /// The number is digits x 10^exponent, and what further digits add.
  int64_t exponent;
  /// Its digits and point, without sign and exponent.
  const uint8_t *first, *last;
  int negative;
  /// Whether there are further digits that are not all 0.
  int more;
} mrs_decimal;

/// Reads a number whose digits are more than 19; `exponent` counts from its last digit.
void mrs_decimal_of_many_digits(mrs_decimal *number);
/// The nearest doubles and floats of all numbers.
double mrs_double_of_any(const mrs_decimal *number);
float mrs_float_of_any(const mrs_decimal *number);

static inline int mrs_is_digit(uint8_t byte) { return (uint8_t)(byte - '0') < 10; }

/// Reads the number at the start of p ..< end. Returns where it ends, or NULL where there is none.
static inline const uint8_t *mrs_decimal_at(const uint8_t *p, const uint8_t *end,
                                            mrs_decimal *number) {
  number->negative = 0;
  number->more = 0;
  if (p < end && (*p == '-' || *p == '+')) number->negative = *p++ == '-';
  number->first = p;
  uint64_t digits = 0;
  int64_t exponent = 0;
  while (p < end && mrs_is_digit(*p)) digits = digits * 10 + (uint64_t)(*p++ - '0');
  ptrdiff_t count = p - number->first;
  if (p < end && *p == '.') {
    const uint8_t *fraction = ++p;
    while (p < end && mrs_is_digit(*p)) digits = digits * 10 + (uint64_t)(*p++ - '0');
    exponent = fraction - p;
    count += p - fraction;
  }
  if (count == 0) return NULL;
  number->last = p;
  if (p < end && (*p | 0x20) == 'e') {
    const uint8_t *q = p + 1;
    int minus = 0;
    if (q < end && (*q == '-' || *q == '+')) minus = *q++ == '-';
    if (q < end && mrs_is_digit(*q)) {
      int64_t power = 0;
      for (; q < end && mrs_is_digit(*q); q++)
        if (power < 1000000000000000) power = power * 10 + (*q - '0');
      exponent += minus ? -power : power;
      p = q;
    }
  }
  number->digits = digits;
  number->exponent = exponent;
  if (count > 19) mrs_decimal_of_many_digits(number);
  return p;
}

static const double mrs_powers_of_ten[23] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                             1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                             1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/// The number from a product or quotient of two doubles, for exponents from -22 to 22: the nearest double
/// where the digits are one (Clinger 1990), otherwise less than two units of its last place off.
static inline double mrs_near_double(const mrs_decimal *n) {
  const double digits = (double)n->digits;
  const double size = n->exponent < 0 ? digits / mrs_powers_of_ten[-n->exponent]
                                      : digits * mrs_powers_of_ten[n->exponent];
  return n->negative ? -size : size;
}

/// The double nearest to the number.
static inline double mrs_double_of(const mrs_decimal *n) {
  if (n->digits <= (uint64_t)1 << 53 && n->exponent >= -22 && n->exponent <= 22 && !n->more)
    return mrs_near_double(n);
  return mrs_double_of_any(n);
}

/// The float nearest to the number, which need not be the one nearest to its double.
static inline float mrs_float_of(const mrs_decimal *n) {
  if (n->exponent >= -22 && n->exponent <= 22) {
    const double value = mrs_near_double(n);
    uint64_t bits;
    memcpy(&bits, &value, 8);
    // A double that is not beside the middle of two floats is nearest to the float that the number is
    // nearest to.
    if ((bits & 0x1fffffff) - 0x0ffffff8 > 16) return (float)value;
  }
  return mrs_float_of_any(n);
}

/// The double nearest to what the whole text spells. Returns 0, and leaves `value` alone, where it spells
/// no number.
static inline int mrs_read_double(const uint8_t *text, int64_t length, double *value) {
  mrs_decimal number;
  if (length <= 0 || mrs_decimal_at(text, text + length, &number) != text + length) return 0;
  *value = mrs_double_of(&number);
  return 1;
}

/// The float nearest to what the whole text spells, likewise.
static inline int mrs_read_float(const uint8_t *text, int64_t length, float *value) {
  mrs_decimal number;
  if (length <= 0 || mrs_decimal_at(text, text + length, &number) != text + length) return 0;
  *value = mrs_float_of(&number);
  return 1;
}
