#pragma once
#include <stddef.h>
#include <stdint.h>

#include "CKernels.h"

// The kernels once more, from their definitions alone (Sources/CKernels/Definitions.md): one number at a time,
// with the C library's fused multiply-add. And comparisons of others with them, bit for bit.

/// Every kernel by its definition. `code_lanes` is 1: columns of codes lie in their order.
extern const mrs_kernels mrs_reference;

/// How much is compared: some of the shapes, or all that the definition of the test names.
enum { mrs_check_some = 0, mrs_check_all = 1 };

/// Compares kernels with the reference over shapes, distances, finishes and special values, on one of `parts`
/// parts of the work. Returns how many results differ, and writes the first of them, in words, to `what`.
long mrs_check_kernels(const mrs_kernels *kernels, int amount, int part, int parts, char what[256]);

/// How many comparisons the last check on this thread made.
long mrs_checks_made(void);

/// A digest of each kernel's results on inputs that are made from a seed: the name and 16 hexadecimal digits, a
/// line each. Returns how many bytes it wrote.
size_t mrs_digest_kernels(const mrs_kernels *kernels, char *text, size_t capacity);

/// The largest distance of map's function from the true value in units in the last place, over every `stride`-th
/// float, and where it is. The truth is the C library's in double precision.
double mrs_map_error(const mrs_kernels *kernels, int function, uint32_t stride, uint32_t start, float *where);
