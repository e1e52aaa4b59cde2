#pragma once
#include <stddef.h>
#include <stdint.h>

#include "inflate.h"
#include "pool.h"
#include "question.h"
#include "scan.h"
#include "sha256.h"

// Loops over float arrays, compiled for several instruction sets and picked at run time. All matrices
// are row-major; `ld…` is the distance between rows in floats. Definitions.md says what each gives, to the
// bit: no instruction set, vector width, thread or address enters.

/// What happens to a product while it is still in registers: scale·product + bias + add, then relu, then 0
/// wherever `mask` is not positive. Null pointers, and a scale of 1, leave their part out.
typedef struct mrs_finish {
  float scale;
  int relu;
  /// One row, added to all.
  const float *bias;
  /// Same shape as the product; may be the product's own memory.
  const float *add;
  long ldadd;
  const float *mask;
  long ldmask;
} mrs_finish;

typedef struct mrs_kernels {
  /// "avx512", "avx2", "neon" or "baseline".
  const char *name;

  /// C (m × n) = op(A) · B, finished as above. op(A)(i,k) is a[i·ra + k·ca], so that (ra, ca) = (lda, 1)
  /// reads A and (1, lda) reads its transpose; one of the two is 1.
  void (*gemm)(long m, long n, long k, const float *a, long ra, long ca, const float *b, long ldb,
               float *c, long ldc, const mrs_finish *finish);
  /// T (n × m) = Aᵀ for A (m × n).
  void (*transpose)(long m, long n, const float *a, long lda, float *t, long ldt);
  /// c (n) = [c +] the sum over the m rows of A.
  void (*column_sums)(long m, long n, const float *a, long lda, float *c, int accumulate);
  /// The sum of x·y.
  float (*dot)(long n, const float *x, const float *y);
  /// y = y + s·x.
  void (*axpy)(long n, float s, const float *x, float *y);
  /// z = x + s·y.
  void (*add_scaled)(long n, const float *x, float s, const float *y, float *z);
  /// z = s·x.
  void (*scale)(long n, float s, const float *x, float *z);
  /// z = [z +] x·y, element by element.
  void (*multiply)(long n, const float *x, const float *y, float *z, int accumulate);
  /// z = x where y > 0, else 0.
  void (*mask_positive)(long n, const float *x, const float *y, float *z);
  /// y = f(x): 0 relu, 1 tanh, 2 sigmoid, 3 exp, 4 log(1 + exp x), 5 reciprocal, 6 square root, 7 log, 8 sign.
  /// At most 0.51 units in the last place from the true value; NaN goes through.
  void (*map)(long n, int function, const float *x, float *y);
  /// Row b of `out` (bags × width) = Σ_j weights[j] · table row indices[j], for j from offsets[b·step] up to
  /// offsets[(b + 1)·step].
  void (*embed)(long bags, const int32_t *offsets, long step, const int32_t *indices,
                const float *weights, const float *table, long width, float *out);
  /// The transpose of `embed`: adds weights[j] · row b of `in` to table row indices[j].
  void (*scatter)(long bags, const int32_t *offsets, long step, const int32_t *indices,
                  const float *weights, const float *in, long width, float *table);
  /// Adds s · row places[i] of x to row rows[i] of a table, for each of n.
  void (*add_rows)(long n, float s, const float *x, const int32_t *places, const int32_t *rows,
                   long width, float *table);
  /// Row rows[i] of a table = 0, for each of n.
  void (*clear_rows)(long n, const int32_t *rows, long width, float *table);
  /// Each row of y (m × n) = the softmax of that row of x.
  void (*softmax)(long m, long n, const float *x, float *y);
  /// One step of Adam (Kingma and Ba 2015) with decoupled decay, over parameters p, gradient g and moments m, v.
  /// share = 1 − beta, which float cannot subtract exactly. `rate` and `correction` carry the bias corrections: p −= rate·m / (√(v·correction) + epsilon) + decay·p.
  void (*adam)(long n, float *p, const float *g, float *m, float *v, float beta1, float share1,
               float beta2, float share2, float rate, float correction, float epsilon, float decay);
  /// C (n × n), on and above the diagonal, = scale·XᵀX + add, where X are the rows `rows[0]` … `rows[count − 1]` of
  /// a table; `add` (n × n) may be C's own memory.
  void (*gram)(long count, const int32_t *rows, const float *table, long n, float scale, const float *add,
               float *c);
  /// x with A·x = b, for `count` symmetric positive definite A (n × n), b and x (n) behind each other; of A only
  /// what lies on and above the diagonal is read. `work` has room for 16·(n·(n + 1)/2 + 2·n) floats.
  void (*solve)(long count, long n, const float *a, const float *b, float *x, float *work);

  /// Half of how many columns of a row of codes lie interleaved: place 2·L·b + 2i + h holds column
  /// 2·L·b + h·L + i.
  long code_lanes;
  /// C (m × n) = max(0, A·B + bias) >> shift, whole numbers of 16 bits, the places of C as above; k is even
  /// and n a multiple of 32. B has for each two inputs the n outputs' pairs of factors. No sum may leave 32
  /// bits, nor an element of C 15.
  void (*code_layer)(long m, long n, long k, const int16_t *a, const int16_t *b, const int32_t *bias,
                     int shift, int16_t *c);
  /// y (m) = scale·A·b + bias [+ add] for rows of k codes; k is a multiple of 32.
  void (*code_scores)(long m, long k, const int16_t *a, const int16_t *b, float scale, float bias,
                      const float *add, float *y);
  /// y (m) = Σ (max(0, z + shift) − max(0, z) − moved)² for rows z of k codes, whole numbers; k is a multiple of
  /// 32. No number in the sum may leave 16 bits, no sum 32.
  void (*shift_distances)(long m, long k, const int16_t *z, const int16_t *shift, const int16_t *moved,
                          int32_t *y);
  /// y (m) = Σ max(0, z + shift)·b, as above.
  void (*shift_scores)(long m, long k, const int16_t *z, const int16_t *shift, const int16_t *b, int32_t *y);
} mrs_kernels;

/// How many variants this machine can run; 0 is the best of them.
int mrs_kernel_variants(void);
const mrs_kernels *mrs_kernel_variant(int index);
/// For tests: from here on every function of a variant ends the process.
void mrs_poison_kernels(int index);

/// The number of processors this process may use.
int mrs_processors(void);
/// What the processor calls itself, or its kind where it does not say.
void mrs_processor_name(char name[64]);

/// How the calling thread rounds, what it does with subnormal numbers and which exceptions it traps: MXCSR
/// on x86-64, FPCR on arm64.
uint64_t mrs_control_word(void);
void mrs_set_control_word(uint64_t word);
/// Round to nearest, subnormals as they are, no traps: the word that all arithmetic here goes by.
uint64_t mrs_standard_control_word(void);
