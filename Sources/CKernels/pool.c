#define _GNU_SOURCE
#include "CKernels.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if defined(__x86_64__)
#include <cpuid.h>
#include <xmmintrin.h>
#endif

// Each thread has a share of a job's indices, the same from job to job: what it wrote last time, and what lies in its
// core's caches, comes to it again. It takes them from the front; a thread that has none left takes those of others
// from the back. Whoever comes late to a job whose indices are all taken does not take part, and nobody waits for it.
//
// Workers wait on a condition between jobs, after a look of about a tenth of a millisecond: to be woken takes longer,
// and jobs follow each other closely. They never spin for long, because a core taken away by another program must not
// stall the rest.

enum { MAX_THREADS = 256, LOOKS = 8000, CACHE_LINE = 64 };

typedef struct job {
  void (*work)(void *, int);
  void *context;
  // The threads that may take part, the caller among them.
  int threads;
} job;

// The indices of a share that nobody has taken: the first, and in the upper half the one behind the last.
typedef struct share {
  _Alignas(CACHE_LINE) _Atomic(uint64_t) left;
} share;

static inline uint32_t first_of(uint64_t left) { return (uint32_t)left; }
static inline uint32_t end_of(uint64_t left) { return (uint32_t)(left >> 32); }

typedef struct worker {
  mrs_pool *pool;
  int number;
  pthread_t thread;
} worker;

// What all threads change lies on lines of its own, so that whoever looks at one is not slowed down by another.
struct mrs_pool {
  // The job that is or was under way last: its number, how many workers may come to it, and how many are there. One
  // word, since they are true together only.
  _Alignas(CACHE_LINE) _Atomic(uint64_t) state;
  // The process whose caller has a job under way, 0 when there is none. As memory is copied when a process forks,
  // it can be one whose caller does not exist in this process.
  _Alignas(CACHE_LINE) atomic_int holder;
  // Written while no worker is there.
  job current;
  // Guards sleep: of workers, and of the holder.
  pthread_mutex_t lock;
  pthread_cond_t wake, finished;
  atomic_int sleepers, is_holder_asleep, is_ending;
  // The process in which the threads were started, and how many.
  atomic_int process, started;
  worker workers[MAX_THREADS - 1];
  share shares[MAX_THREADS];
};

static inline uint32_t number_of(uint64_t state) { return (uint32_t)(state >> 32); }
static inline int wanted(uint64_t state) { return (int)(state >> 16 & 0xFFFF); }
static inline int present(uint64_t state) { return (int)(state & 0xFFFF); }
static const uint64_t all_wanted = 0xFFFF0000;

// Round to nearest, subnormals as they are, no traps, no exception seen yet.
#if defined(__x86_64__)
static const uint64_t standard_word = 0x1F80;
uint64_t mrs_control_word(void) { return _mm_getcsr(); }
void mrs_set_control_word(uint64_t word) { _mm_setcsr((unsigned)word); }
#elif defined(__aarch64__)
static const uint64_t standard_word = 0;
uint64_t mrs_control_word(void) {
  uint64_t word;
  __asm__ volatile("mrs %0, fpcr" : "=r"(word));
  return word;
}
void mrs_set_control_word(uint64_t word) { __asm__ volatile("msr fpcr, %0" : : "r"(word) : "memory"); }
#else
static const uint64_t standard_word = 0;
uint64_t mrs_control_word(void) { return 0; }
void mrs_set_control_word(uint64_t word) {}
#endif

uint64_t mrs_standard_control_word(void) { return standard_word; }

uintptr_t mrs_thread_name(void) { return (uintptr_t)pthread_self(); }

static inline void relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

// An index that nobody has taken, of the thread's own share if there is one; −1 when there is none.
static int taken(mrs_pool *pool, int own, int threads) {
  _Atomic(uint64_t) *share = &pool->shares[own].left;
  uint64_t left = atomic_load(share);
  while (first_of(left) < end_of(left))
    if (atomic_compare_exchange_weak(share, &left, left + 1)) return (int)first_of(left);
  for (int next = own + 1; next < own + threads; next++) {
    share = &pool->shares[next % threads].left;
    left = atomic_load(share);
    while (first_of(left) < end_of(left))
      if (atomic_compare_exchange_weak(share, &left, left - ((uint64_t)1 << 32))) return (int)end_of(left) - 1;
  }
  return -1;
}

static void drain(mrs_pool *pool, int own, job j) {
  int i;
  while ((i = taken(pool, own, j.threads)) >= 0) j.work(j.context, i);
}

// The state once it is that of a job which the worker has not seen.
static uint64_t awaited(mrs_pool *pool, uint32_t seen) {
  uint64_t state = atomic_load(&pool->state);
  for (int look = 0; look < LOOKS && number_of(state) == seen; look++) {
    relax();
    state = atomic_load(&pool->state);
  }
  if (number_of(state) != seen) return state;
  pthread_mutex_lock(&pool->lock);
  atomic_fetch_add(&pool->sleepers, 1);
  while (number_of(state = atomic_load(&pool->state)) == seen) pthread_cond_wait(&pool->wake, &pool->lock);
  atomic_fetch_sub(&pool->sleepers, 1);
  pthread_mutex_unlock(&pool->lock);
  return state;
}

static void *wait_for_jobs(void *argument) {
  const worker *self = argument;
  mrs_pool *pool = self->pool;
  uint64_t state = 0;
  for (;;) {
    state = awaited(pool, number_of(state));
    if (atomic_load(&pool->is_ending)) return 0;
    int comes = 0;
    while (!comes && self->number < wanted(state))
      comes = atomic_compare_exchange_weak(&pool->state, &state, state + 1);
    if (!comes) continue;
    // A thread starts with the word of the one that made it.
    mrs_set_control_word(standard_word);
    drain(pool, self->number + 1, pool->current);
    if (present(atomic_fetch_sub(&pool->state, 1)) == 1 && atomic_load(&pool->is_holder_asleep)) {
      pthread_mutex_lock(&pool->lock);
      pthread_cond_signal(&pool->finished);
      pthread_mutex_unlock(&pool->lock);
    }
  }
}

// Makes it a pool of this process without threads, whatever state a lock was in when memory was copied.
static void renew(mrs_pool *pool, pid_t process) {
  // The lock is held for moments only: to sleep for it, and to be woken, takes longer than to look again.
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
#if defined(__GLIBC__)
  pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ADAPTIVE_NP);
#endif
  pthread_mutex_init(&pool->lock, &attributes);
  pthread_mutexattr_destroy(&attributes);
  pthread_cond_init(&pool->wake, 0);
  pthread_cond_init(&pool->finished, 0);
  atomic_store(&pool->state, 0);
  atomic_store(&pool->started, 0);
  atomic_store(&pool->sleepers, 0);
  atomic_store(&pool->is_holder_asleep, 0);
  atomic_store(&pool->process, process);
}

mrs_pool *mrs_pool_new(void) {
  mrs_pool *pool = aligned_alloc(CACHE_LINE, sizeof *pool);
  if (!pool) return 0;
  memset(pool, 0, sizeof *pool);
  renew(pool, getpid());
  return pool;
}

// Makes the caller the holder. A holder of another process came here with the memory of the parent.
static int take(mrs_pool *pool, pid_t process) {
  int holder = 0;
  do {
    if (holder == process) return 0;
  } while (!atomic_compare_exchange_weak(&pool->holder, &holder, process));
  return 1;
}

// Starts threads until there are so many; fewer where the system has no more.
static void start(mrs_pool *pool, int count) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 8 << 20);
  while (pool->started < count) {
    worker *next = &pool->workers[pool->started];
    next->pool = pool;
    next->number = pool->started;
    if (pthread_create(&next->thread, &attributes, wait_for_jobs, next)) break;
    pool->started++;
  }
  pthread_attr_destroy(&attributes);
}

static void run(mrs_pool *pool, int threads, int count, void (*work)(void *, int), void *context) {
  if (threads > count) threads = count;
  if (threads > MAX_THREADS) threads = MAX_THREADS;
  pid_t process;
  if (threads <= 1 || !pool || !take(pool, process = getpid())) {
    for (int i = 0; i < count; i++) work(context, i);
    return;
  }
  if (pool->process != process) renew(pool, process);
  if (pool->started < threads - 1) start(pool, threads - 1);
  if (threads - 1 > pool->started) threads = pool->started + 1;
  job mine = pool->current = (job){work, context, threads};
  for (int64_t own = 0; own < threads; own++) {
    uint64_t first = (uint64_t)(own * count / threads), end = (uint64_t)((own + 1) * count / threads);
    atomic_store_explicit(&pool->shares[own].left, end << 32 | first, memory_order_relaxed);
  }
  uint64_t number = number_of(atomic_load(&pool->state)) + 1;
  atomic_store(&pool->state, number << 32 | (uint64_t)(threads - 1) << 16);
  if (atomic_load(&pool->sleepers)) {
    pthread_mutex_lock(&pool->lock);
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->lock);
  }
  drain(pool, 0, mine);
  atomic_fetch_and(&pool->state, ~all_wanted);
  for (int look = 0; look < LOOKS && present(atomic_load(&pool->state)); look++) relax();
  if (present(atomic_load(&pool->state))) {
    pthread_mutex_lock(&pool->lock);
    atomic_store(&pool->is_holder_asleep, 1);
    while (present(atomic_load(&pool->state))) pthread_cond_wait(&pool->finished, &pool->lock);
    atomic_store(&pool->is_holder_asleep, 0);
    pthread_mutex_unlock(&pool->lock);
  }
  atomic_store(&pool->holder, 0);
}

void mrs_pool_run(mrs_pool *pool, int threads, int count, void (*work)(void *, int), void *context) {
  uint64_t word = mrs_control_word();
  if (word != standard_word) mrs_set_control_word(standard_word);
  run(pool, threads, count, work, context);
  if (word != standard_word) mrs_set_control_word(word);
}

int mrs_pool_threads(const mrs_pool *pool) { return pool && pool->process == getpid() ? pool->started : 0; }

void mrs_pool_free(mrs_pool *pool) {
  if (!pool) return;
  // In the child of a fork its threads are not there, and a lock of them may be held for ever.
  if (pool->process == getpid()) {
    pthread_mutex_lock(&pool->lock);
    atomic_store(&pool->is_ending, 1);
    atomic_fetch_add(&pool->state, (uint64_t)1 << 32);
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->lock);
    for (int i = 0; i < pool->started; i++) pthread_join(pool->workers[i].thread, 0);
    pthread_cond_destroy(&pool->finished);
    pthread_cond_destroy(&pool->wake);
    pthread_mutex_destroy(&pool->lock);
  }
  free(pool);
}

int mrs_processors(void) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  int n = CPU_COUNT(&set);
  return n > 0 ? n : 1;
}

void mrs_processor_name(char name[64]) {
#if defined(__x86_64__)
  unsigned words[12], highest = __get_cpuid_max(0x80000000, 0);
  if (highest >= 0x80000004) {
    for (unsigned leaf = 0; leaf < 3; leaf++) {
      unsigned *w = words + 4 * leaf;
      __get_cpuid(0x80000002 + leaf, w, w + 1, w + 2, w + 3);
    }
    memcpy(name, words, sizeof words);
    name[sizeof words] = 0;
  } else {
    strcpy(name, "x86-64");
  }
#elif defined(__aarch64__)
  strcpy(name, "arm64");
#else
  strcpy(name, "unknown");
#endif
}
