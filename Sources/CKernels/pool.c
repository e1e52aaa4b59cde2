#define _GNU_SOURCE
#include "CKernels.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#include <xmmintrin.h>
#endif

// Workers take indices from one shared counter. They wait on a condition between jobs, after a look of about
// a tenth of a millisecond: to be woken takes longer, and jobs follow each other closely. They never spin for
// long, because a core taken away by another program must not stall the rest.

enum { MAX_THREADS = 256, LOOKS = 8000 };

typedef struct job {
  void (*work)(void *, int);
  void *context;
  int count, helpers;
} job;

static pthread_mutex_t one_caller = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER, finished = PTHREAD_COND_INITIALIZER;
static job current;
static atomic_uint generation;
static atomic_int next_index, running;
static int started;

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

static void drain(const job *j) {
  int i;
  while ((i = atomic_fetch_add(&next_index, 1)) < j->count) j->work(j->context, i);
}

static inline void relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

static void *worker(void *argument) {
  int self = (int)(intptr_t)argument;
  unsigned seen = 0;
  for (;;) {
    for (int look = 0; look < LOOKS && atomic_load(&generation) == seen; look++) relax();
    pthread_mutex_lock(&lock);
    while (atomic_load(&generation) == seen) pthread_cond_wait(&wake, &lock);
    seen = atomic_load(&generation);
    job j = current;
    pthread_mutex_unlock(&lock);
    if (self >= j.helpers) continue;
    // A thread starts with the word of the one that made it.
    mrs_set_control_word(standard_word);
    drain(&j);
    if (atomic_fetch_sub(&running, 1) == 1) {
      pthread_mutex_lock(&lock);
      pthread_cond_signal(&finished);
      pthread_mutex_unlock(&lock);
    }
  }
  return 0;
}

static __thread int inside;

static void run(int threads, int count, void (*work)(void *, int), void *context) {
  if (threads > count) threads = count;
  if (threads > MAX_THREADS) threads = MAX_THREADS;
  // A job within a job, or a second caller at the same time, runs where it is.
  if (threads <= 1 || inside || pthread_mutex_trylock(&one_caller) != 0) {
    for (int i = 0; i < count; i++) work(context, i);
    return;
  }
  inside = 1;
  pthread_mutex_lock(&lock);
  while (started < threads - 1) {
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 8 << 20);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    int failed = pthread_create(&thread, &attributes, worker, (void *)(intptr_t)started);
    pthread_attr_destroy(&attributes);
    if (failed) break;
    started++;
  }
  int helpers = threads - 1 < started ? threads - 1 : started;
  current = (job){work, context, count, helpers};
  atomic_store(&next_index, 0);
  atomic_store(&running, helpers);
  atomic_fetch_add(&generation, 1);
  pthread_cond_broadcast(&wake);
  pthread_mutex_unlock(&lock);
  job mine = current;
  drain(&mine);
  for (int look = 0; look < LOOKS && atomic_load(&running) > 0; look++) relax();
  if (atomic_load(&running) > 0) {
    pthread_mutex_lock(&lock);
    while (atomic_load(&running) > 0) pthread_cond_wait(&finished, &lock);
    pthread_mutex_unlock(&lock);
  }
  inside = 0;
  pthread_mutex_unlock(&one_caller);
}

void mrs_parallel(int threads, int count, void (*work)(void *, int), void *context) {
  uint64_t word = mrs_control_word();
  if (word != standard_word) mrs_set_control_word(standard_word);
  run(threads, count, work, context);
  if (word != standard_word) mrs_set_control_word(word);
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
