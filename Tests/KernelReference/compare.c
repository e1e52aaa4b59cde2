#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "KernelReference.h"
#include "numbers.h"
#include "reference.h"

// Operands lie flush against a page that may not be read, so that a step too far is found as well.

enum { LONGEST = 130, SIDE = LONGEST + 1, ROOM = 1 << 16, OPERANDS = 8 };

typedef struct bench {
  const mrs_kernels *kernels;
  uint64_t state;
  float *ends[OPERANDS];
  float *want;
  long made, wrong;
  char *what;
  const char *name;
  /// The sums of products of two fixed matrices up to each depth, for each kind of numbers.
  float *a[number_kinds], *b[number_kinds], *sums[number_kinds];
} bench;

static _Thread_local long checks_made;
long mrs_checks_made(void) { return checks_made; }

static float *guarded(void) {
  long page = sysconf(_SC_PAGESIZE), size = (ROOM * 4 + page - 1) / page * page;
  char *memory = mmap(0, (size_t)(size + page), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED || mprotect(memory + size, (size_t)page, PROT_NONE) != 0) abort();
  return (float *)(memory + size);
}

static float *room(bench *t, int operand, long count) { return t->ends[operand] - count; }
static float *filled(bench *t, int operand, int kind, long count) {
  float *x = room(t, operand, count);
  fill(&t->state, kind, count, x);
  return x;
}

static int same(float x, float y) { return bits_of(x) == bits_of(y) || (x != x && y != y); }

static void differs(bench *t, long at, float got, float want, long m, long n, long k) {
  if (t->wrong++ == 0)
    snprintf(t->what, 256, "%s %ld x %ld x %ld: number %ld is %a (%08x), should be %a (%08x)", t->name, m, n, k,
             at, (double)got, bits_of(got), (double)want, bits_of(want));
}
static void compare(bench *t, long count, const float *got, const float *want, long m, long n, long k) {
  t->made++;
  for (long i = 0; i < count; i++)
    if (!same(got[i], want[i])) {
      differs(t, i, got[i], want[i], m, n, k);
      return;
    }
}

// Products.

static void prepare(bench *t) {
  for (int kind = 0; kind < number_kinds; kind++) {
    t->a[kind] = malloc(SIDE * SIDE * 4);
    t->b[kind] = malloc(SIDE * SIDE * 4);
    t->sums[kind] = calloc((size_t)SIDE * SIDE * SIDE, 4);
    fill(&t->state, kind, SIDE * SIDE, t->a[kind]);
    fill(&t->state, kind, SIDE * SIDE, t->b[kind]);
    float *s = t->sums[kind];
    for (long p = 0; p < LONGEST; p++, s += SIDE * SIDE)
      for (long i = 0; i < SIDE; i++)
        for (long j = 0; j < SIDE; j++)
          s[SIDE * SIDE + i * SIDE + j] = mrs_reference_fma(
              t->a[kind][i * SIDE + p], t->b[kind][p * SIDE + j], s[i * SIDE + j]);
  }
}

static void product(bench *t, long m, long n, long k) {
  uint64_t options = next_bits(&t->state);
#define CHANCE(bit) (options >> (bit) & 1)
  int kind = (int)((options >> 32) % number_kinds), other = (int)((options >> 40) % number_kinds);
  int transposed = CHANCE(0), extra = CHANCE(1) ? 3 : 0;
  long lda = (transposed ? m : k) + extra, ldb = n + (CHANCE(2) ? 5 : 0), ldc = n + (CHANCE(3) ? 1 : 0);
  long ra = transposed ? 1 : lda, ca = transposed ? lda : 1;
  float *a = room(t, 0, (transposed ? k : m) * lda), *b = room(t, 1, k * ldb), *c = filled(t, 2, usual, m * ldc);
  memset(a, 0xff, (size_t)((transposed ? k : m) * lda) * 4);
  memset(b, 0xff, (size_t)(k * ldb) * 4);
  for (long i = 0; i < m; i++)
    for (long p = 0; p < k; p++) a[i * ra + p * ca] = t->a[kind][i * SIDE + p];
  for (long p = 0; p < k; p++) memcpy(b + p * ldb, t->b[kind] + p * SIDE, (size_t)n * 4);
  mrs_finish f = {.scale = CHANCE(4) ? 1 : CHANCE(5) ? -0.3f : number_of_kind(&t->state, other)};
  f.relu = CHANCE(6);
  f.ldadd = CHANCE(7) ? ldc : n + 2;
  f.ldmask = n + (CHANCE(8) ? 7 : 0);
  if (CHANCE(9)) f.bias = filled(t, 3, other, n);
  if (CHANCE(10)) f.add = f.ldadd == ldc && CHANCE(11) ? c : filled(t, 4, other, m * f.ldadd);
  if (CHANCE(12)) f.mask = filled(t, 5, other, m * f.ldmask);
#undef CHANCE
  memcpy(t->want, c, (size_t)(m * ldc) * 4);
  mrs_finish g = f;
  if (f.add == c) g.add = t->want;
  if (n == 1)
    mrs_reference.gemm(m, n, k, a, ra, ca, b, ldb, t->want, ldc, &g);
  else
    for (long i = 0; i < m; i++)
      for (long j = 0; j < n; j++)
        t->want[i * ldc + j] =
            mrs_reference_finish(t->sums[kind][(k * SIDE + i) * SIDE + j], &g, i, j);
  t->kernels->gemm(m, n, k, a, ra, ca, b, ldb, c, ldc, &f);
  compare(t, m * ldc, c, t->want, m, n, k);
}

// Calls a kernel and the reference on the same operands; `result` is copied for the latter.
#define BOTH(COUNT, RESULT, CALL, M, N, K)                                                         \
  do {                                                                                             \
    float *result = RESULT;                                                                        \
    long count = COUNT;                                                                            \
    memcpy(t->want, result, (size_t)count * 4);                                                    \
    const mrs_kernels *by = t->kernels;                                                            \
    CALL;                                                                                          \
    float *got = result;                                                                           \
    by = &mrs_reference;                                                                           \
    result = t->want;                                                                              \
    CALL;                                                                                          \
    compare(t, count, got, t->want, M, N, K);                                                      \
  } while (0)

static void matrices(bench *t, long m, long n) {
  int kind = (int)below(&t->state, number_kinds);
  long extra = below(&t->state, 4), lda = n + extra, ldt = m + below(&t->state, 3);
  float *a = filled(t, 0, kind, m * lda);
  t->name = "transpose";
  BOTH(n * ldt, filled(t, 2, usual, n * ldt), by->transpose(m, n, a, lda, result, ldt), m, n, 0);
  t->name = "column_sums";
  int accumulate = (int)below(&t->state, 2);
  BOTH(n, filled(t, 2, kind, n), by->column_sums(m, n, a, lda, result, accumulate), m, n, accumulate);
}

static void elements(bench *t, long n, long shift) {
  int kind = (int)below(&t->state, number_kinds);
  // What lies behind the numbers may be read by no one.
  float *x = filled(t, 0, kind, n + shift), *y = filled(t, 1, kind, n);
  float s = number_of_kind(&t->state, kind);
#define ELEMENTWISE(NAME, CALL)                                                                    \
  t->name = NAME;                                                                                  \
  BOTH(n, filled(t, 2, kind, n), CALL, n, shift, kind)
  ELEMENTWISE("axpy", by->axpy(n, s, x, result));
  ELEMENTWISE("add_scaled", by->add_scaled(n, x, s, y, result));
  ELEMENTWISE("add_scaled over x", by->add_scaled(n, result, s, y, result));
  ELEMENTWISE("scale", by->scale(n, s, x, result));
  ELEMENTWISE("multiply", by->multiply(n, x, y, result, 0));
  ELEMENTWISE("multiply and add", by->multiply(n, x, y, result, 1));
  ELEMENTWISE("mask_positive", by->mask_positive(n, x, y, result));
  for (int function = 0; function < 9; function++) {
    ELEMENTWISE("map", by->map(n, function, x, result));
  }
  t->name = "dot";
  float got = t->kernels->dot(n, x, y), want = mrs_reference.dot(n, x, y);
  compare(t, 1, &got, &want, n, 0, 0);
#undef ELEMENTWISE
}

static void rows(bench *t, long m, long n) {
  int kind = (int)below(&t->state, number_kinds);
  float *x = filled(t, 0, kind, m * n);
  t->name = "softmax";
  BOTH(m * n, filled(t, 2, kind, m * n), by->softmax(m, n, x, result), m, n, kind);
  if (m * n == 0) return;
  // Bags of zero to three entries over a table of nine rows.
  int32_t offsets[64], indices[256];
  float *weights = filled(t, 3, kind, 256), *table = filled(t, 1, kind, 9 * n);
  long bags = m < 12 ? m : 12, step = 1 + below(&t->state, 3), end = 0;
  for (long b = 0; b <= bags * step; b++, end += below(&t->state, 4)) offsets[b] = (int32_t)end;
  for (long j = 0; j < 256; j++) indices[j] = (int32_t)below(&t->state, 9);
  t->name = "embed";
  BOTH(bags * n, filled(t, 2, kind, bags * n),
       by->embed(bags, offsets, step, indices, weights, table, n, result), bags, n, step);
  t->name = "scatter";
  BOTH(9 * n, filled(t, 2, kind, 9 * n),
       by->scatter(bags, offsets, step, indices, weights, x, n, result), bags, n, step);
  float s = number_of_kind(&t->state, kind);
  int32_t places[6], to[6];
  for (int i = 0; i < 6; i++) places[i] = (int32_t)below(&t->state, m), to[i] = (int32_t)below(&t->state, 9);
  t->name = "add_rows";
  BOTH(9 * n, filled(t, 2, kind, 9 * n), by->add_rows(6, s, x, places, to, n, result), 6, n, 0);
  t->name = "clear_rows";
  BOTH(9 * n, filled(t, 2, kind, 9 * n), by->clear_rows(6, to, n, result), 6, n, 0);
}

static void optimizer(bench *t, long n) {
  int kind = (int)below(&t->state, number_kinds);
  float *g = filled(t, 0, kind, n);
  float decay = below(&t->state, 2) ? 0 : 0.01f, epsilon = below(&t->state, 2) ? 1e-8f : 0;
  // Weights and both moments behind each other; the second moment is not negative.
  t->name = "adam";
  float *all = filled(t, 2, kind, 3 * n);
  for (long i = 2 * n; i < 3 * n; i++) all[i] = float_of(bits_of(all[i]) & 0x7fffffff);
  BOTH(3 * n, all,
       by->adam(n, result, g, result + n, result + 2 * n, 0.9f, 0.1f, 0.999f, 0.001f, 0.01f, 1.7f, epsilon,
                decay),
       n, kind, 0);
}

// What lies below the diagonal may be anything.
static void clear_below(long n, float *c) {
  for (long i = 0; i < n; i++)
    for (long j = 0; j < i; j++) c[i * n + j] = 0;
}
static void grams(bench *t, long many, long n) {
  int kind = (int)below(&t->state, number_kinds), other = (int)below(&t->state, number_kinds);
  float *table = filled(t, 0, kind, 40 * n), *addend = filled(t, 1, other, n * n);
  int32_t rows[64];
  for (long p = 0; p < many; p++) rows[p] = (int32_t)below(&t->state, 40);
  float scale = below(&t->state, 2) ? 1 : number_of_kind(&t->state, other);
  int choice = (int)below(&t->state, 3);
  t->name = "gram";
  BOTH(n * n, filled(t, 2, other, n * n),
       (by->gram(many, rows, table, n, scale, choice == 0 ? 0 : choice == 1 ? addend : result, result),
        clear_below(n, result)),
       many, n, kind);
}

// Sums of products of rows with one added to the diagonal, or any numbers.
static void systems(bench *t, long many, long n) {
  int kind = (int)below(&t->state, number_kinds);
  float *a = filled(t, 0, kind, many * n * n), *b = filled(t, 1, kind, many * n);
  if (below(&t->state, 4))
    for (float *system = a; system < a + many * n * n; system += n * n) {
      memcpy(t->want, system, (size_t)(n * n) * 4);
      for (long i = 0; i < n; i++)
        for (long j = 0; j < n; j++) {
          // Below the diagonal nothing may be read.
          system[i * n + j] = i > j ? float_of(0x7fc00000) : i == j;
          for (long k = 0; k < n && i <= j; k++) system[i * n + j] += t->want[k * n + i] * t->want[k * n + j];
        }
    }
  float *work = room(t, 3, 16 * (n * (n + 1) / 2 + 2 * n));
  t->name = "solve";
  BOTH(many * n, filled(t, 2, kind, many * n), by->solve(many, n, a, b, result, work), many, n, kind);
}

static void codes(bench *t, long m, long n, long k) {
  int16_t *a = (int16_t *)room(t, 0, m * k / 2), *b = (int16_t *)room(t, 1, n * k / 2);
  int16_t *c = (int16_t *)room(t, 2, m * n / 2), *want = (int16_t *)t->want;
  int32_t *bias = (int32_t *)room(t, 3, n);
  for (long i = 0; i < m * k; i++) a[i] = (int16_t)(below(&t->state, 2048) - 1024);
  for (long i = 0; i < n * k; i++) b[i] = (int16_t)(below(&t->state, 2048) - 1024);
  for (long j = 0; j < n; j++) bias[j] = (int32_t)below(&t->state, 1 << 20) - (1 << 19);
  int shift = 11 + (int)below(&t->state, 3);
  t->kernels->code_layer(m, n, k, a, b, bias, shift, c);
  mrs_reference.code_layer(m, n, k, a, b, bias, shift, want);
  long lanes = t->kernels->code_lanes;
  t->name = "code_layer";
  t->made++;
  for (long i = 0; i < m; i++)
    for (long j = 0; j < n; j++) {
      long place = j / (2 * lanes) * 2 * lanes + j % lanes * 2 + j / lanes % 2;
      if (c[i * n + place] != want[i * n + j]) {
        differs(t, i * n + j, c[i * n + place], want[i * n + j], m, n, k);
        i = m;
        break;
      }
    }
  if (k % 32 != 0) return;
  // The sums are whole numbers, which are compared as the bits of floats.
  for (int squares = 0; squares < 2; squares++) {
    int32_t *got = (int32_t *)room(t, 4, m);
    t->name = squares ? "shift_distances" : "shift_scores";
    (squares ? t->kernels->shift_distances : t->kernels->shift_scores)(m, k, a, b, b + k, got);
    (squares ? mrs_reference.shift_distances : mrs_reference.shift_scores)(m, k, a, b, b + k, (int32_t *)t->want);
    compare(t, m, (float *)got, t->want, m, n, k);
  }
  float *addend = filled(t, 4, usual, m);
  const float *add = below(&t->state, 2) ? addend : 0;
  float scale = number_of_kind(&t->state, usual), start = number_of_kind(&t->state, usual);
  t->name = "code_scores";
  BOTH(m, filled(t, 2, usual, m), by->code_scores(m, k, a, b, scale, start, add, result), m, k, 0);
}

static bench *opened(const mrs_kernels *kernels, char *what) {
  bench *t = calloc(1, sizeof *t);
  t->kernels = kernels;
  t->what = what;
  t->want = malloc(ROOM * 4);
  t->state = 17;
  for (int operand = 0; operand < OPERANDS; operand++) t->ends[operand] = guarded();
  prepare(t);
  what[0] = 0;
  return t;
}

static long closed(bench *t) {
  long page = sysconf(_SC_PAGESIZE), size = (ROOM * 4 + page - 1) / page * page, wrong = t->wrong;
  for (int operand = 0; operand < OPERANDS; operand++)
    munmap((char *)t->ends[operand] - size, (size_t)(size + page));
  for (int kind = 0; kind < number_kinds; kind++) free(t->a[kind]), free(t->b[kind]), free(t->sums[kind]);
  free(t->want);
  checks_made = t->made;
  free(t);
  return wrong;
}

long mrs_check_kernels(const mrs_kernels *kernels, int amount, int part, int parts, char what[256]) {
  static const long others[] = {0, 1, 2, 3, 7, 8, 15, 16, 17, 31, 32, 33, 127, 128, 129, 130};
  bench *t = opened(kernels, what);
  long stride = amount == mrs_check_all ? 1 : 37, number = 0;
  // Whether this part takes the next piece of work; its numbers depend on that alone.
#define MINE() (t->state = (uint64_t)number * 0x9e3779b9, number++ / stride % parts == part && number % stride == 0)
  t->name = "product";
  for (long side = 0; side <= LONGEST; side++)
    for (int x = 0; x < 16; x++)
      for (int y = 0; y < 16; y++) {
        t->name = "product";
        if (MINE()) product(t, side, others[x], others[y]);
        if (MINE()) product(t, others[x], side, others[y]);
        if (MINE()) product(t, others[x], others[y], side);
      }
  for (long i = 0; i < 20000; i++)
    if (MINE()) {
      long m = below(&t->state, SIDE), n = below(&t->state, SIDE);
      product(t, m, n, below(&t->state, SIDE));
    }
  for (long side = 0; side <= LONGEST; side++)
    for (int x = 0; x < 16; x++) {
      if (MINE()) matrices(t, side, others[x]);
      if (MINE()) matrices(t, others[x], side);
      if (MINE()) rows(t, 1 + x, side);
    }
  for (long n = 0; n <= 300; n++)
    for (long shift = 0; shift < 16; shift++) {
      if (MINE()) elements(t, n, shift);
      if (MINE()) optimizer(t, n);
    }
  for (long i = 0; i < 400; i++)
    if (MINE()) elements(t, below(&t->state, 5000), 0);
  for (long n = 0; n <= 40; n++)
    for (long count = 0; count <= 35; count++)
      if (MINE()) systems(t, count, n);
  for (long n = 0; n <= 130; n++)
    for (long count = 0; count <= 60; count += 1 + count / 6)
      if (MINE()) grams(t, count, n);
  for (long m = 0; m <= 14; m++)
    for (long n = 32; n <= 192; n += 32)
      for (long k = 2; k <= 130; k += 2)
        if (MINE()) codes(t, m, n, k);
#undef MINE
  return closed(t);
}
