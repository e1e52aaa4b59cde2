#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "CNumbers.h"
#include "KernelReference.h"
#include "numbers.h"

// Digests of what the kernels give, for a table that every machine must agree on.

typedef struct digest {
  uint64_t state, value;
} digest;

static void add(digest *d, long count, const float *x) {
  for (long i = 0; i < count; i++) {
    uint32_t bits = x[i] != x[i] ? 0x7fc00000 : bits_of(x[i]);
    for (int byte = 0; byte < 4; byte++) d->value = (d->value ^ (bits >> 8 * byte & 0xff)) * 0x100000001b3;  // FNV-1a
  }
}

enum { ROOM = 1 << 15 };
static _Thread_local float x[ROOM], y[ROOM], z[ROOM], w[ROOM];

static void refill(digest *d, int kind) {
  fill(&d->state, kind, ROOM, x);
  fill(&d->state, kind, ROOM, y);
  fill(&d->state, kind, ROOM, z);
  fill(&d->state, kind, ROOM, w);
}

static void products(const mrs_kernels *by, digest *d) {
  static const long shapes[][3] = {{16, 64, 64}, {1, 64, 64}, {24, 24, 65}, {16, 1, 64}, {64, 1, 16},
                                   {7, 5, 3},    {13, 33, 129}, {100, 17, 8}, {2, 130, 1}, {3, 16, 0}};
  for (int shape = 0; shape < 10; shape++)
    for (int transposed = 0; transposed < 2; transposed++) {
      long m = shapes[shape][0], n = shapes[shape][1], k = shapes[shape][2];
      mrs_finish f = {.scale = shape % 2 ? 1 : 0.7f, .relu = shape % 3 == 0};
      if (shape % 4 < 3) f.bias = w;
      if (shape % 5 < 2) f.add = w + 1000, f.ldadd = n;
      if (shape % 3 == 1) f.mask = w + 5000, f.ldmask = n;
      by->gemm(m, n, k, x, transposed ? 1 : k, transposed ? m : 1, y, n, z, n, &f);
      add(d, m * n, z);
    }
}

static void sums(const mrs_kernels *by, digest *d) {
  for (long n = 0; n < 200; n += 7) {
    float s = by->dot(n, x, y);
    add(d, 1, &s);
    by->column_sums(1 + n % 17, n, x, n, z, n % 2);
    add(d, n, z);
  }
}

static void elements(const mrs_kernels *by, digest *d) {
  long n = 1000 + 3;
  by->axpy(n, 0.3f, x, z);
  add(d, n, z);
  by->add_scaled(n, x, -1.7f, y, z);
  add(d, n, z);
  by->scale(n, 1.1f, x, z);
  add(d, n, z);
  by->multiply(n, x, y, z, 0);
  by->multiply(n, x, y, z, 1);
  add(d, n, z);
  by->mask_positive(n, x, y, z);
  add(d, n, z);
  by->transpose(31, 33, x, 33, z, 31);
  add(d, 31 * 33, z);
}

static void table(const mrs_kernels *by, digest *d) {
  int32_t offsets[13] = {0, 0, 1, 3, 6, 7, 9, 9, 12, 13, 15, 18, 20}, indices[20];
  for (int i = 0; i < 20; i++) indices[i] = (int32_t)below(&d->state, 9);
  for (long width = 1; width < 40; width += 3) {
    by->embed(4, offsets, 3, indices, w, x, width, z);
    add(d, 4 * width, z);
    by->scatter(12, offsets, 1, indices, w, x, width, y);
    by->add_rows(5, -0.6f, x, indices, indices + 5, width, y);
    by->clear_rows(2, indices, width, y);
    add(d, 9 * width, y);
  }
}

static void optimizer(const mrs_kernels *by, digest *d) {
  for (int i = 0; i < ROOM; i++) w[i] = fabsf(w[i]);
  for (int step = 1; step < 4; step++)
    by->adam(1003, x, y, z, w, 0.9f, 0.1f, 0.999f, 0.001f, 0.01f, 1.5f / (float)step, 1e-8f, step % 2 ? 0 : 0.01f);
  add(d, 1003, x);
  add(d, 1003, z);
  add(d, 1003, w);
}

static void normalized(const mrs_kernels *by, digest *d) {
  for (long n = 1; n < 70; n += 6) {
    by->softmax(5, n, x, z);
    add(d, 5 * n, z);
  }
}

static void systems(const mrs_kernels *by, digest *d) {
  static _Thread_local float a[17 * 13 * 13], work[16 * 120];
  for (long n = 1; n <= 13; n += 4) {
    for (long s = 0; s < 17; s++)
      for (long i = 0; i < n * n; i++) a[s * n * n + i] = i % (n + 1) == 0 ? (float)n + fabsf(x[s * n + i / n]) : x[i] / 4;
    int32_t rows[9];
    for (int p = 0; p < 9; p++) rows[p] = (int32_t)below(&d->state, 20);
    by->gram(9, rows, x, n, 0.7f, w, z);
    for (long i = 0; i < n; i++) add(d, n - i, z + i * n + i);
    by->solve(17, n, a, y, z, work);
    add(d, 17 * n, z);
  }
}

static void codes(const mrs_kernels *by, digest *d) {
  static _Thread_local int16_t a[16 * 64], b[96 * 64], c[16 * 96];
  int32_t bias[96];
  for (int i = 0; i < 16 * 64; i++) a[i] = (int16_t)(below(&d->state, 2048) - 1024);
  for (int i = 0; i < 96 * 64; i++) b[i] = (int16_t)(below(&d->state, 2048) - 1024);
  for (int i = 0; i < 96; i++) bias[i] = (int32_t)below(&d->state, 4096);
  by->code_layer(15, 96, 64, a, b, bias, 12, c);
  long lanes = by->code_lanes;
  for (int i = 0; i < 15; i++)
    for (int j = 0; j < 96; j++) z[i * 96 + j] = c[i * 96 + j / (2 * lanes) * 2 * lanes + j % lanes * 2 + j / lanes % 2];
  add(d, 15 * 96, z);
  by->code_scores(15, 64, a, b, 0.001f, 0.5f, y, z);
  add(d, 15, z);
  for (int squares = 0; squares < 2; squares++) {
    (squares ? by->shift_distances : by->shift_scores)(15, 64, a, b, b + 64, bias);
    for (int i = 0; i < 15; i++) z[i] = (float)bias[i];
    add(d, 15, z);
  }
}

// The functions of doubles know no variant; they are in the table so that every machine confirms them.
static double elementary(int function, double x) {
  switch (function) {
    case 0: return mrs_double_exp(x);
    case 1: return mrs_double_exp2(x);
    case 2: return mrs_double_log(x);
    case 3: return mrs_double_log2(x);
    case 4: return mrs_double_pow(fabs(x), 1.7);
    case 5: return mrs_double_sin(x);
    case 6: return mrs_double_cos(x);
    case 7: return mrs_double_erfc(x);
    default: return mrs_double_log_gamma(x);
  }
}

static uint64_t digest_of_elementary(int function) {
  digest d = {.state = 211, .value = 0xcbf29ce484222325};
  for (int i = 0; i < 5000; i++) {
    double x = number_of_kind(&d.state, i % number_kinds) * (i % 3 ? 1 : 100.1);
    double y = elementary(function, x);
    uint64_t bits;
    memcpy(&bits, &y, sizeof bits);
    if (y != y) bits = 0x7ff8000000000000;
    for (int byte = 0; byte < 8; byte++) d.value = (d.value ^ (bits >> 8 * byte & 0xff)) * 0x100000001b3;
  }
  return d.value;
}

size_t mrs_digest_kernels(const mrs_kernels *kernels, char *text, size_t capacity) {
  static const struct {
    const char *name;
    void (*make)(const mrs_kernels *, digest *);
  } parts[] = {{"products", products}, {"sums", sums},         {"elements", elements},  {"tables", table},
               {"adam", optimizer},    {"softmax", normalized}, {"codes", codes},
               {"systems", systems}};
  static const char *functions[] = {"relu", "tanh",        "sigmoid", "exp", "softplus", "reciprocal", "square-root",
                                    "log",  "sign"};
  static const char *kinds[] = {"usual", "wide", "halfway", "special", "tiny"};
  size_t used = 0;
#define LINE(...) used += (size_t)snprintf(text + used, used < capacity ? capacity - used : 0, __VA_ARGS__)
  for (int kind = 0; kind < number_kinds; kind++) {
    for (size_t part = 0; part < sizeof parts / sizeof *parts; part++) {
      digest d = {.state = 29 + part, .value = 0xcbf29ce484222325};
      refill(&d, kind);
      parts[part].make(kernels, &d);
      LINE("%s %s %016llx\n", parts[part].name, kinds[kind], (unsigned long long)d.value);
    }
    for (int function = 0; function < 9; function++) {
      digest d = {.state = 101, .value = 0xcbf29ce484222325};
      refill(&d, kind);
      kernels->map(4999, function, x, z);
      add(&d, 4999, z);
      LINE("%s %s %016llx\n", functions[function], kinds[kind], (unsigned long long)d.value);
    }
  }
  static const char *doubles[] = {"exp", "exp2", "log", "log2", "pow", "sin", "cos", "erfc", "log-gamma"};
  for (int function = 0; function < 9; function++)
    LINE("double %s %016llx\n", doubles[function], (unsigned long long)digest_of_elementary(function));
#undef LINE
  return used;
}

static double truth(int function, double x) {
  switch (function) {
    case 0: return x <= 0 ? 0 : x;
    case 1: return tanh(x);
    case 2: return x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x));
    case 3: return exp(x);
    case 4: return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x));
    case 5: return 1 / x;
    case 6: return sqrt(x);
    case 7: return log(x);
    default: return x > 0 ? 1 : x < 0 ? -1 : x;
  }
}

// The distance of two neighbouring floats about x.
static double unit(double x) {
  int exponent = ilogb(x);
  return ldexp(1, (exponent < -126 ? -126 : exponent) - 23);
}

static double distance(float got, double want) {
  float nearest = (float)want;
  if (nearest != nearest || got != got) return nearest != nearest && got != got ? 0 : INFINITY;
  if (isinf(nearest) || isinf(got) || want == 0) return got == nearest ? 0 : INFINITY;
  return fabs((double)got - want) / unit(want);
}

double mrs_map_error(const mrs_kernels *kernels, int function, uint32_t stride, uint32_t start, float *where) {
  float in[256], out[256];
  double worst = 0;
  uint64_t bits = start;
  while (bits < 1ull << 32) {
    long count = 0;
    for (; count < 256 && bits < 1ull << 32; count++, bits += stride) in[count] = float_of((uint32_t)bits);
    kernels->map(count, function, in, out);
    for (long i = 0; i < count; i++) {
      double d = distance(out[i], truth(function, in[i]));
      if (d > worst) worst = d, *where = in[i];
    }
  }
  return worst;
}
