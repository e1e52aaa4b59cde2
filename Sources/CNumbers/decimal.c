// Decimal to binary: the first 128 bits of the value decide (after Eisel and Lemire, "Number parsing at a
// gigabyte per second", 2021) unless it may lie midway between two floating-point numbers; then whole
// numbers of any length are compared.
#include "decimal.h"

typedef unsigned __int128 wide;

void mrs_decimal_of_many_digits(mrs_decimal *number) {
  uint64_t digits = 0;
  int count = 0;
  int64_t dropped = 0;
  for (const uint8_t *p = number->first; p < number->last; p++) {
    if (*p == '.') continue;
    if (count < 19) {
      digits = digits * 10 + (uint64_t)(*p - '0');
      count += digits != 0;
    } else {
      number->more |= *p != '0';
      dropped++;
    }
  }
  number->digits = digits;
  number->exponent += dropped;
}

/// A binary floating-point format: how many bits its significands have, the exponents of the units in
/// which the smallest and the largest numbers are counted.
typedef struct {
  int bits, least, most;
} format;

static const format doubles = {53, -1074, 971}, floats = {24, -149, 104};

static const struct {
  uint64_t high, low;
  int exponent;
} powers_of_five[] = {
#include "powers-of-five.inc"
};

enum { least_power = -14, step = 27, limbs = 64 };

/// A whole number below 2^4096, lowest limb first.
typedef struct {
  int count;
  uint64_t limb[limbs];
} whole;

static void multiply_add(whole *n, uint64_t factor, uint64_t addend) {
  wide carry = addend;
  for (int i = 0; i < n->count; i++) {
    carry += (wide)n->limb[i] * factor;
    n->limb[i] = (uint64_t)carry;
    carry >>= 64;
  }
  if (carry && n->count < limbs) n->limb[n->count++] = (uint64_t)carry;
}

static void multiply_by_power_of_five(whole *n, int64_t power) {
  for (; power >= step; power -= step) multiply_add(n, 7450580596923828125u, 0);
  uint64_t rest = 1;
  for (; power > 0; power--) rest *= 5;
  multiply_add(n, rest, 0);
}

static void shift_left(whole *n, int64_t by) {
  for (; by >= 32; by -= 32) multiply_add(n, (uint64_t)1 << 32, 0);
  multiply_add(n, (uint64_t)1 << by, 0);
}

static int compare(const whole *a, const whole *b) {
  if (a->count != b->count) return a->count < b->count ? -1 : 1;
  for (int i = a->count - 1; i >= 0; i--)
    if (a->limb[i] != b->limb[i]) return a->limb[i] < b->limb[i] ? -1 : 1;
  return 0;
}

/// The digits of a number as a whole one, which times ten to the power that is returned is the number. A
/// number midway between two doubles has at most 768 digits, so that of those beyond 800 it matters only
/// whether they are 0.
static int64_t whole_of(const mrs_decimal *number, whole *n) {
  int count = 0, more = 0;
  n->count = 0;
  for (const uint8_t *p = number->first; p < number->last; p++) {
    if (*p == '.') continue;
    if (count < 800) {
      multiply_add(n, 10, (uint64_t)(*p - '0'));
      count += n->count != 0;
    } else {
      more |= *p != '0';
    }
  }
  // The exponent of `number` belongs to its first 19 digits.
  const int64_t exponent = number->exponent - (count > 19 ? count - 19 : 0);
  if (!more) return exponent;
  multiply_add(n, 10, 1);
  return exponent - 1;
}

/// Whether the number is below (-1), at (0) or above (1) significand x 2^exponent.
static int compare_exactly(const mrs_decimal *number, uint64_t significand, int exponent) {
  whole left, right = {1, {significand}};
  const int64_t power = whole_of(number, &left);
  if (power >= 0)
    multiply_by_power_of_five(&left, power);
  else
    multiply_by_power_of_five(&right, -power);
  if (power >= exponent)
    shift_left(&left, power - exponent);
  else
    shift_left(&right, exponent - power);
  return compare(&left, &right);
}

static inline wide product_high(wide a, wide b) {
  const uint64_t ah = (uint64_t)(a >> 64), al = (uint64_t)a;
  const uint64_t bh = (uint64_t)(b >> 64), bl = (uint64_t)b;
  const wide low = (wide)al * bl;
  const wide first = (wide)ah * bl + (uint64_t)(low >> 64);
  const wide second = (wide)al * bh + (uint64_t)first;
  return (wide)ah * bh + (first >> 64) + (second >> 64);
}

/// The first 128 bits of digits x 10^power, rounded down by less than `slack` units of the last of them,
/// whose exponent is set.
static wide leading_bits(const mrs_decimal *number, int *exponent, wide *slack) {
  const int power = (int)number->exponent;
  const int coarse = (power + step * -least_power) / step + least_power;
  uint64_t fine = 1;
  for (int i = power - coarse * step; i > 0; i--) fine *= 5;
  const wide five = (wide)powers_of_five[coarse - least_power].high << 64 |
                    powers_of_five[coarse - least_power].low;
  *exponent = power + powers_of_five[coarse - least_power].exponent + 128;
  wide digits = (wide)number->digits * fine;
  while (!(digits >> 127)) {
    const int zeros = digits >> 64 ? __builtin_clzll((uint64_t)(digits >> 64)) : 64;
    digits <<= zeros;
    *exponent -= zeros;
  }
  wide bits = product_high(digits, five);
  *slack = 4;
  if (!(bits >> 127)) {
    bits <<= 1;
    *exponent -= 1;
  }
  // 19 digits are at least 10^18: what follows them adds less than 2^-59.
  if (number->more) *slack += (wide)1 << 69;
  return bits;
}

/// The nearest number of a format, as its bits without the sign.
static uint64_t nearest(const mrs_decimal *number, const format *f) {
  const uint64_t infinity = (uint64_t)(f->most - f->least + 2) << (f->bits - 1);
  if (number->digits == 0 || number->exponent < -362) return 0;
  if (number->exponent > 309) return infinity;
  int exponent;
  wide slack;
  const wide value = leading_bits(number, &exponent, &slack);
  int unit = exponent + 128 - f->bits;
  if (unit < f->least) unit = f->least;
  const int dropped = unit - exponent;
  if (dropped > 129) return 0;
  if (unit > f->most) return infinity;
  uint64_t significand = dropped < 128 ? (uint64_t)(value >> dropped) : 0;
  const wide half = dropped > 128 ? 0 : (wide)1 << (dropped - 1);
  const wide rest = dropped < 128 ? value & (half + (half - 1)) : value;
  // How far the number is above the middle of its neighbours; modulo 2^128 for the smallest of all.
  const wide above = rest - half;
  int up = dropped <= 128 && rest > half;
  if (!up && (wide)(0 - above) <= slack) {
    const int order = compare_exactly(number, 2 * significand + 1, unit - 1);
    up = order > 0 || (order == 0 && (significand & 1));
  }
  significand += (uint64_t)up;
  const uint64_t bits = ((uint64_t)(unit - f->least) << (f->bits - 1)) + significand;
  return bits < infinity ? bits : infinity;
}

double mrs_double_of_any(const mrs_decimal *number) {
  const uint64_t bits = nearest(number, &doubles) | (uint64_t)number->negative << 63;
  double value;
  memcpy(&value, &bits, 8);
  return value;
}

float mrs_float_of_any(const mrs_decimal *number) {
  const uint32_t bits = (uint32_t)nearest(number, &floats) | (uint32_t)number->negative << 31;
  float value;
  memcpy(&value, &bits, 4);
  return value;
}
