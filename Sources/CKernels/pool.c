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

// Workers take indices from one counter of their pool. They wait on a condition between jobs, after a look of
// about a tenth of a millisecond: to be woken takes longer, and jobs follow each other closely. They never spin
// for long, because a core taken away by another program must not stall the rest.

enum { MAX_THREADS = 256, LOOKS = 8000, CACHE_LINE = 64 };

typedef struct job {
  void (*work)(void *, int);
  void *context;
  int count, helpers;
} job;

typedef struct worker {
  mrs_pool *pool;
  int number;
  pthread_t thread;
} worker;

// What all threads change lies on lines of its own, so that whoever looks at one is not slowed down by another.
struct mrs_pool {
  // The number of the job that is or was under way last; workers look at it.
  _Alignas(CACHE_LINE) atomic_uint generation;
  _Alignas(CACHE_LINE) atomic_int next_index;
  _Alignas(CACHE_LINE) atomic_int running;
  // The process whose caller has a job under way, 0 when there is none. As memory is copied when a process forks,
  // it can be one whose caller does not exist in this process.
  _Alignas(CACHE_LINE) atomic_int holder;
  // The rest belongs to the holder; `lock` guards what workers read of it.
  pthread_mutex_t lock;
  pthread_cond_t wake, finished;
  job current;
  int is_ending;
  // Whether the holder sleeps, or is about to: a worker that comes last need not touch the lock otherwise, which the
  // holder may want for its next job already.
  atomic_int is_waiting;
  // The process in which the threads were started, and how many.
  atomic_int process, started;
  worker workers[MAX_THREADS - 1];
};

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

static void drain(mrs_pool *pool, const job *j) {
  int i;
  while ((i = atomic_fetch_add(&pool->next_index, 1)) < j->count) j->work(j->context, i);
}

static void *wait_for_jobs(void *argument) {
  const worker *self = argument;
  mrs_pool *pool = self->pool;
  unsigned seen = 0;
  for (;;) {
    for (int look = 0; look < LOOKS && atomic_load(&pool->generation) == seen; look++) relax();
    pthread_mutex_lock(&pool->lock);
    while (atomic_load(&pool->generation) == seen) pthread_cond_wait(&pool->wake, &pool->lock);
    seen = atomic_load(&pool->generation);
    job j = pool->current;
    int is_ending = pool->is_ending;
    pthread_mutex_unlock(&pool->lock);
    if (is_ending) return 0;
    if (self->number >= j.helpers) continue;
    // A thread starts with the word of the one that made it.
    mrs_set_control_word(standard_word);
    drain(pool, &j);
    if (atomic_fetch_sub(&pool->running, 1) == 1 && atomic_load(&pool->is_waiting)) {
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
  atomic_store(&pool->generation, 0);
  atomic_store(&pool->started, 0);
  atomic_store(&pool->is_waiting, 0);
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
  pthread_mutex_lock(&pool->lock);
  if (pool->started < threads - 1) start(pool, threads - 1);
  int helpers = threads - 1 < pool->started ? threads - 1 : pool->started;
  job mine = pool->current = (job){work, context, count, helpers};
  atomic_store(&pool->next_index, 0);
  atomic_store(&pool->running, helpers);
  atomic_fetch_add(&pool->generation, 1);
  pthread_cond_broadcast(&pool->wake);
  pthread_mutex_unlock(&pool->lock);
  drain(pool, &mine);
  for (int look = 0; look < LOOKS && atomic_load(&pool->running) > 0; look++) relax();
  if (atomic_load(&pool->running) > 0) {
    pthread_mutex_lock(&pool->lock);
    atomic_store(&pool->is_waiting, 1);
    while (atomic_load(&pool->running) > 0) pthread_cond_wait(&pool->finished, &pool->lock);
    atomic_store(&pool->is_waiting, 0);
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
    pool->is_ending = 1;
    atomic_fetch_add(&pool->generation, 1);
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
