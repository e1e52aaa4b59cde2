#include "KernelReference.h"

#include <math.h>
#include <string.h>

#include "reference.h"

#pragma clang fp contract(off)

// Sums: 16 lanes, and the tree.

static float tree(const float lanes[16]) {
  float s[16];
  memcpy(s, lanes, sizeof s);
  for (int width = 8; width > 0; width /= 2)
    for (int l = 0; l < width; l++) s[l] = s[l] + s[l + width];
  return s[0];
}

// Σ x·y with so many groups of lanes; the block in which the numbers end is filled with zeros.
static float sum_of_products(long n, const float *x, const float *y, int groups) {
  float s[4][16] = {{0}}, t[16];
  for (long i = 0; i < (n + 15) / 16 * 16; i++) {
    float *lane = &s[i / 16 % groups][i % 16];
    *lane = fmaf(i < n ? x[i] : 0, i < n ? y[i] : 0, *lane);
  }
  for (int l = 0; l < 16; l++)
    t[l] = groups == 1 ? s[0][l] : (s[0][l] + s[1][l]) + (s[2][l] + s[3][l]);
  return tree(t);
}

// Products.

float mrs_reference_fma(float a, float b, float c) { return fmaf(a, b, c); }

float mrs_reference_finish(float s, const mrs_finish *f, long i, long j) {
  if (f->scale != 1) s = s * f->scale;
  if (f->bias) s = s + f->bias[j];
  if (f->add) s = s + f->add[i * f->ldadd + j];
  if (f->relu && s <= 0) s = 0;
  if (f->mask && !(f->mask[i * f->ldmask + j] > 0)) s = 0;
  return s;
}

static void gemm(long m, long n, long k, const float *a, long ra, long ca, const float *b, long ldb,
                 float *c, long ldc, const mrs_finish *f) {
  for (long i = 0; i < m; i++)
    for (long j = 0; j < n; j++) {
      float s = 0;
      if (n == 1 && ca == 1 && ldb == 1)
        s = sum_of_products(k, a + i * ra, b, 1);
      else
        for (long p = 0; p < k; p++) s = fmaf(a[i * ra + p * ca], b[p * ldb + j], s);
      c[i * ldc + j] = mrs_reference_finish(s, f, i, j);
    }
}

static void transpose(long m, long n, const float *a, long lda, float *t, long ldt) {
  for (long i = 0; i < m; i++)
    for (long j = 0; j < n; j++) t[j * ldt + i] = a[i * lda + j];
}

static void column_sums(long m, long n, const float *a, long lda, float *c, int accumulate) {
  for (long j = 0; j < n; j++) {
    float s = 0;
    for (long i = 0; i < m; i++) s = s + a[i * lda + j];
    c[j] = accumulate ? c[j] + s : s;
  }
}

static float dot(long n, const float *x, const float *y) { return sum_of_products(n, x, y, 4); }

static void axpy(long n, float s, const float *x, float *y) {
  for (long i = 0; i < n; i++) y[i] = fmaf(s, x[i], y[i]);
}
static void add_scaled(long n, const float *x, float s, const float *y, float *z) {
  for (long i = 0; i < n; i++) z[i] = fmaf(s, y[i], x[i]);
}
static void scale(long n, float s, const float *x, float *z) {
  for (long i = 0; i < n; i++) z[i] = s * x[i];
}
static void multiply(long n, const float *x, const float *y, float *z, int accumulate) {
  for (long i = 0; i < n; i++) z[i] = accumulate ? fmaf(x[i], y[i], z[i]) : x[i] * y[i];
}
static void mask_positive(long n, const float *x, const float *y, float *z) {
  for (long i = 0; i < n; i++) z[i] = y[i] > 0 ? x[i] : 0;
}

// Functions of one number, in double.

static uint64_t bits(double x) {
  uint64_t b;
  memcpy(&b, &x, sizeof b);
  return b;
}
static double number(uint64_t b) {
  double x;
  memcpy(&x, &b, sizeof x);
  return x;
}

static double power(double x) {
  double n = (x * 0x1.71547652b82fep+0 + 0x1.8p52) - 0x1.8p52;
  double r = x - n * 0x1.62e42fefa39efp-1;
  double q = 0x1.a124f19fe89acp-13;
  q = q * r + 0x1.6d43246b523b4p-10;
  q = q * r + 0x1.1110e0f238322p-7;
  q = q * r + 0x1.5554e9063586ep-5;
  q = q * r + 0x1.5555555a78ed4p-3;
  q = q * r + 0x1.0000000b9129bp-1;
  return ldexp(1 + (r + r * r * q), (int)n);
}

static double ratio_log(double s) {
  double z = s * s;
  double r = 0.1166548202588602;
  r = r * z + 0.14275401276638355;
  r = r * z + 0.2000006100040844;
  r = r * z + 0.3333333327715009;
  return 2 * s + 2 * s * (z * r);
}

static double log_of_one_and(double e) {
  double s = e / (2 + e), z = s * s;
  double r = 0.10393808427873376;
  r = r * z + 0.08732351232720387;
  r = r * z + 0.11132355604500663;
  r = r * z + 0.1428515286094183;
  r = r * z + 0.2000000538497483;
  r = r * z + 0.33333333325011805;
  return 2 * s + 2 * s * (z * r);
}

static float exponential(float x) {
  if (isnan(x)) return x;
  return (float)power(x < -104 ? -104 : x > 89 ? 89 : x);
}
static float logarithm(float x) {
  if (isnan(x) || x == INFINITY) return x;
  if (x == 0) return -INFINITY;
  if (x < 0) return NAN;
  // m from √½ (the double below it included) to √2
  int64_t n = (int64_t)(bits(x) - 0x3fe6a09e667f3bcd) >> 52;
  double f = number(bits(x) - ((uint64_t)n << 52)) - 1;
  return (float)((double)n * 0x1.62e42fefa39efp-1 + ratio_log(f / (2 + f)));
}
static float hyperbolic_tangent(float x) {
  if (isnan(x)) return x;
  double size = fabs((double)x), y;
  if (size < 0x1p-12) {
    y = size - size * size * size * 0.3333333333333333;
  } else {
    double e = power(2 * size > 44 ? 44 : 2 * size);
    y = (e - 1) / (e + 1);
  }
  return (float)copysign(y, x);
}
static float sigmoid(float x) {
  if (isnan(x)) return x;
  double e = power(fabs((double)x) > 104 ? -104 : -fabs((double)x));
  return (float)((x < 0 ? e : 1) / (1 + e));
}
static float softplus(float x) {
  if (isnan(x)) return x;
  double e = power(fabs((double)x) > 104 ? -104 : -fabs((double)x));
  return (float)((x > 0 ? (double)x : 0) + log_of_one_and(e));
}

static float value(int function, float x) {
  switch (function) {
    case 0: return x <= 0 ? 0 : x;
    case 1: return hyperbolic_tangent(x);
    case 2: return sigmoid(x);
    case 3: return exponential(x);
    case 4: return softplus(x);
    case 5: return 1 / x;
    case 6: return sqrtf(x);
    case 7: return logarithm(x);
    default: return x > 0 ? 1 : x < 0 ? -1 : x + 0;
  }
}
static void map(long n, int function, const float *x, float *y) {
  for (long i = 0; i < n; i++) y[i] = value(function, x[i]);
}

static void softmax(long m, long n, const float *x, float *y) {
  for (long r = 0; r < m && n > 0; r++, x += n, y += n) {
    float top = x[0], s[16] = {0};
    for (long i = 1; i < n; i++) top = x[i] > top ? x[i] : top;
    for (long i = 0; i < n; i++) y[i] = exponential(x[i] - top);
    for (long i = 0; i < (n + 15) / 16 * 16; i++) s[i % 16] = s[i % 16] + (i < n ? y[i] : 0);
    float share = 1 / tree(s);
    for (long i = 0; i < n; i++) y[i] = share * y[i];
  }
}

static void adam(long n, float *p, const float *g, float *m, float *v, float beta1, float share1,
                 float beta2, float share2, float rate, float correction, float epsilon, float decay) {
  for (long i = 0; i < n; i++) {
    m[i] = fmaf(beta1, m[i], share1 * g[i]);
    v[i] = fmaf(beta2, v[i], (share2 * g[i]) * g[i]);
    float step = (rate * m[i]) / (sqrtf(v[i] * correction) + epsilon);
    p[i] = p[i] - fmaf(decay, p[i], step);
  }
}

// Rows of tables.

static void embed(long bags, const int32_t *offsets, long step, const int32_t *indices, const float *weights,
                  const float *table, long width, float *out) {
  for (long b = 0; b < bags; b++)
    for (long i = 0; i < width; i++) {
      long from = offsets[b * step], to = offsets[(b + 1) * step];
      float s = 0;
      for (long j = from; j < to; j++) {
        float x = table[indices[j] * width + i];
        s = j == from ? weights[j] * x : fmaf(weights[j], x, s);
      }
      out[b * width + i] = s;
    }
}
static void scatter(long bags, const int32_t *offsets, long step, const int32_t *indices,
                    const float *weights, const float *in, long width, float *table) {
  for (long b = 0; b < bags; b++)
    for (long j = offsets[b * step]; j < offsets[(b + 1) * step]; j++)
      axpy(width, weights[j], in + b * width, table + indices[j] * width);
}
static void add_rows(long n, float s, const float *x, const int32_t *places, const int32_t *rows, long width,
                     float *table) {
  for (long i = 0; i < n; i++) axpy(width, s, x + places[i] * width, table + rows[i] * width);
}
static void clear_rows(long n, const int32_t *rows, long width, float *table) {
  for (long i = 0; i < n; i++) memset(table + rows[i] * width, 0, (size_t)width * sizeof(float));
}

// Systems of equations.

static void gram(long count, const int32_t *rows, const float *table, long n, float scale, const float *add,
                 float *c) {
  for (long i = 0; i < n; i++)
    for (long j = i; j < n; j++) {
      float s = 0;
      for (long p = 0; p < count; p++) s = fmaf(table[rows[p] * n + i], table[rows[p] * n + j], s);
      if (scale != 1) s = s * scale;
      c[i * n + j] = add ? s + add[i * n + j] : s;
    }
}
static void solve(long count, long n, const float *a, const float *b, float *x, float *work) {
  float *roots = work + n * n;
  for (; count > 0; count--, a += n * n, b += n, x += n) {
    for (long i = 0; i < n; i++)
      for (long j = 0; j <= i; j++) {
        float s = a[j * n + i];
        for (long k = 0; k < j; k++) s = fmaf(-work[i * n + k], work[j * n + k], s);
        if (i == j)
          roots[i] = 1 / sqrtf(s);
        else
          work[i * n + j] = s * roots[j];
      }
    for (long i = 0; i < n; i++) {
      float s = b[i];
      for (long k = 0; k < i; k++) s = fmaf(-work[i * n + k], x[k], s);
      x[i] = s * roots[i];
    }
    for (long i = n - 1; i >= 0; i--) {
      float s = x[i];
      for (long k = i + 1; k < n; k++) s = fmaf(-work[k * n + i], x[k], s);
      x[i] = s * roots[i];
    }
  }
}

// Codes.

static void code_layer(long m, long n, long k, const int16_t *a, const int16_t *b, const int32_t *bias,
                       int shift, int16_t *c) {
  for (long i = 0; i < m; i++)
    for (long j = 0; j < n; j++) {
      int32_t s = bias[j];
      for (long p = 0; p < k; p++) s += a[i * k + p] * b[p / 2 * 2 * n + 2 * j + p % 2];
      c[i * n + j] = (int16_t)(s >> shift > 0 ? s >> shift : 0);
    }
}
static void code_scores(long m, long k, const int16_t *a, const int16_t *b, float scale, float bias,
                        const float *add, float *y) {
  for (long i = 0; i < m; i++) {
    int32_t s = 0;
    for (long p = 0; p < k; p++) s += a[i * k + p] * b[p];
    y[i] = fmaf(scale, (float)s, add ? add[i] + bias : bias);
  }
}

static int32_t positive(int32_t x) { return x > 0 ? x : 0; }
static void shift_distances(long m, long k, const int16_t *z, const int16_t *shift, const int16_t *moved,
                            int32_t *y) {
  for (long i = 0; i < m; i++) {
    y[i] = 0;
    for (long p = 0; p < k; p++) {
      int32_t far = positive(z[i * k + p] + shift[p]) - positive(z[i * k + p]) - moved[p];
      y[i] += far * far;
    }
  }
}
static void shift_scores(long m, long k, const int16_t *z, const int16_t *shift, const int16_t *b, int32_t *y) {
  for (long i = 0; i < m; i++) {
    y[i] = 0;
    for (long p = 0; p < k; p++) y[i] += positive(z[i * k + p] + shift[p]) * b[p];
  }
}

const mrs_kernels mrs_reference = {
    "reference", gemm,    transpose, column_sums, dot,        axpy,    add_scaled, scale,      multiply,    mask_positive,
    map,         embed,   scatter,   add_rows,    clear_rows, softmax, adam,       gram,        solve,
    1,           code_layer,  code_scores, shift_distances, shift_scores,
};
