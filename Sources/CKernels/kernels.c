#include "CKernels.h"

#pragma clang fp contract(fast)

#define PASTE_(a, b) a##b
#define PASTE(a, b) PASTE_(a, b)

// How many vectors of a column are summed at once.
#define COLUMN 4
// How many rows of a narrow matrix are packed at once, on the stack.
#define PACKED 128

#if defined(__x86_64__)
#define HAS_WIDE 1
typedef int16_t shorts32 __attribute__((vector_size(64)));
typedef int16_t shorts16 __attribute__((vector_size(32)));

#define NAME(f) PASTE(f, _avx512)
#define VARIANT "avx512"
#define VL 16
#define PAIRS(x, y) __builtin_ia32_pmaddwd512((shorts32)(x), (shorts32)(y))
#define NV 4
#define MR 6
#pragma clang attribute push(__attribute__((target("arch=x86-64-v4"))), apply_to = function)
#include "loops.inc"
#pragma clang attribute pop
#undef NAME
#undef VARIANT
#undef VL
#undef NV
#undef MR
#undef PAIRS

#define NAME(f) PASTE(f, _avx2)
#define VARIANT "avx2"
#define VL 8
#define PAIRS(x, y) __builtin_ia32_pmaddwd256((shorts16)(x), (shorts16)(y))
#define NV 2
#define MR 6
#pragma clang attribute push(__attribute__((target("arch=x86-64-v3"))), apply_to = function)
#include "loops.inc"
#pragma clang attribute pop
#undef NAME
#undef VARIANT
#undef VL
#undef NV
#undef MR
#undef PAIRS
#endif

#define NAME(f) PASTE(f, _baseline)
#define VARIANT "baseline"
#define VL 4
#define NV 2
#define MR 4
#include "loops.inc"

static const mrs_kernels *variants[3];
static int count;

__attribute__((constructor)) static void choose(void) {
#if HAS_WIDE
  __builtin_cpu_init();
  if (__builtin_cpu_supports("x86-64-v4")) variants[count++] = &table_avx512;
  if (__builtin_cpu_supports("x86-64-v3")) variants[count++] = &table_avx2;
#endif
  variants[count++] = &table_baseline;
}

int mrs_kernel_variants(void) { return count; }
const mrs_kernels *mrs_kernel_variant(int index) { return variants[index]; }
const mrs_kernels *mrs_best_kernels(void) { return variants[0]; }
