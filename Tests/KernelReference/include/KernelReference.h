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

// Pools, where a test needs threads or processes that Swift does not offer. Times are in seconds; an answer of
// fewer than expected means that some had to wait for others to end.

/// On each of `count` pools at once a job of `threads` indices, which all wait for each other: how many met.
int mrs_pools_meet(mrs_pool *const *pools, int count, int threads, double seconds);

/// The sum of what three callers of one pool add at the same time, and what it must be.
long mrs_pool_shared_sum(mrs_pool *pool);
long mrs_pool_expected_sum(void);

/// Forks; the child has two jobs done by the pool of its parent, ends it and exits. How many of the `threads`
/// threads met there in the worse job; -1 when the child crashed or did not come to an end.
int mrs_pool_met_in_child(mrs_pool *pool, int threads, double seconds);

/// The same for children that are made in the middle of a job, each asking for two threads: the worst of them.
int mrs_pool_met_in_children_of_job(mrs_pool *pool, int threads, double seconds);

/// How many threads a pool that was freed has ended by the time that freeing it returns.
int mrs_pool_ended(int threads, double seconds);
