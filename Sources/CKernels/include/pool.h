#pragma once

#include <stdint.h>

/// Threads that wait between jobs and are started when a job first needs them. Nothing is shared between two
/// pools: each of two callers at the same time on two pools has all of its threads.
typedef struct mrs_pool mrs_pool;

/// A pool without threads yet; null when there is no memory for it.
mrs_pool *mrs_pool_new(void);

/// Runs `work(context, index)` once for each index in 0..<count, on up to `threads` threads, the caller among
/// them, each with the standard control word; returns when all are done.
///
/// Any thread may call. A job is run by its caller alone, one index after the other, where the pool has no
/// thread to give: when another job is under way on it, which includes a call from within `work`; when no
/// thread can be started; and when `pool` is null.
///
/// The child of a fork may use a pool of its parent, and gets threads of its own. Where the fork happened
/// within `work`, the child must not return from that call of `work`: the threads that helped are not there.
void mrs_pool_run(mrs_pool *pool, int threads, int count, void (*work)(void *context, int index), void *context);

/// A number of the calling thread, its own in this process as long as it lives.
uintptr_t mrs_thread_name(void);

/// How many threads it has started and not ended, callers not counted. Any thread may ask.
int mrs_pool_threads(const mrs_pool *pool);

/// Ends its threads, waits until they are gone, and gives its memory back. No job may be under way on it, nor
/// may one of its own threads call this. Null is allowed.
void mrs_pool_free(mrs_pool *pool);
