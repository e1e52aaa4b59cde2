#include "CKernels.h"

#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// What is fused is written out; the compiler fuses nothing by itself.
#pragma clang fp contract(off)

#define PASTE_(a, b) a##b
#define PASTE(a, b) PASTE_(a, b)

#if defined(__x86_64__)
typedef int16_t shorts32 __attribute__((vector_size(64)));
typedef int16_t shorts16 __attribute__((vector_size(32)));

#define NAME(f) PASTE(f, _avx512)
#define VARIANT "avx512"
#define VL 16
#define NV 4
#define MR 6
#define UNROLL 4
#define SOFT 0
#define WIDE 512
#define PAIRS(x, y) __builtin_ia32_pmaddwd512((shorts32)(x), (shorts32)(y))
#pragma clang attribute push(__attribute__((target("arch=x86-64-v4"))), apply_to = function)
#include "loops.inc"
#pragma clang attribute pop

#define NAME(f) PASTE(f, _avx2)
#define VARIANT "avx2"
#define VL 8
#define NV 2
#define MR 6
#define UNROLL 4
#define SOFT 0
#define WIDE 256
#define PAIRS(x, y) __builtin_ia32_pmaddwd256((shorts16)(x), (shorts16)(y))
#pragma clang attribute push(__attribute__((target("arch=x86-64-v3"))), apply_to = function)
#include "loops.inc"
#pragma clang attribute pop
#endif

#if defined(__aarch64__)
#define NAME(f) PASTE(f, _neon)
#define VARIANT "neon"
#define VL 4
#define NV 4
#define MR 5
#define UNROLL 4
#define SOFT 0
#define WIDE 0
#include "loops.inc"
#endif

#define NAME(f) PASTE(f, _baseline)
#define VARIANT "baseline"
#define VL 4
#define NV 2
#define MR 4
#define UNROLL 1
#define SOFT 1
#define WIDE 0
#include "loops.inc"

// Copies, so that a test can take a variant's functions away.
static mrs_kernels variants[3];
static int count;

__attribute__((constructor)) static void choose(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("x86-64-v4")) variants[count++] = table_avx512;
  if (__builtin_cpu_supports("x86-64-v3")) variants[count++] = table_avx2;
#elif defined(__aarch64__)
  variants[count++] = table_neon;
#endif
  variants[count++] = table_baseline;
}

int mrs_kernel_variants(void) { return count; }
const mrs_kernels *mrs_kernel_variant(int index) { return &variants[index]; }

static void poisoned(void) { abort(); }

void mrs_poison_kernels(int index) {
  mrs_kernels *table = &variants[index];
  void (*const poison)(void) = poisoned;
  // All but the name and the one number are functions.
  for (size_t at = sizeof table->name; at < sizeof *table; at += sizeof poison) {
    if (at != offsetof(mrs_kernels, code_lanes)) memcpy((char *)table + at, &poison, sizeof poison);
  }
}
