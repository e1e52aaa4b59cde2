#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "KernelReference.h"

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

typedef struct meeting {
  atomic_int arrived;
  int expected;
  double deadline;
} meeting;

// Ends when all are there at once, which one thread alone cannot bring about.
static void attend(void *context, int index) {
  (void)index;
  meeting *m = context;
  atomic_fetch_add(&m->arrived, 1);
  while (atomic_load(&m->arrived) < m->expected && now() < m->deadline) sched_yield();
}

static int met(mrs_pool *pool, int threads, double seconds) {
  meeting m = {0, threads, now() + seconds};
  mrs_pool_run(pool, threads, threads, attend, &m);
  // Whoever came after the deadline did not meet the others.
  return now() < m.deadline ? atomic_load(&m.arrived) : 0;
}

typedef struct caller {
  mrs_pool *pool;
  meeting *meeting;
  int threads;
  pthread_t thread;
} caller;

static void *call(void *argument) {
  const caller *self = argument;
  mrs_pool_run(self->pool, self->threads, self->threads, attend, self->meeting);
  return 0;
}

int mrs_pools_meet(mrs_pool *const *pools, int count, int threads, double seconds) {
  meeting m = {0, count * threads, now() + seconds};
  caller *callers = calloc((size_t)count, sizeof *callers);
  if (!callers) return 0;
  int started = 0;
  for (; started < count; started++) {
    callers[started] = (caller){pools[started], &m, threads, 0};
    if (pthread_create(&callers[started].thread, 0, call, &callers[started])) break;
  }
  for (int i = 0; i < started; i++) pthread_join(callers[i].thread, 0);
  free(callers);
  return now() < m.deadline ? atomic_load(&m.arrived) : 0;
}

typedef struct sums {
  mrs_pool *pool;
  atomic_long total;
} sums;

static void add(void *context, int index) { atomic_fetch_add(&((sums *)context)->total, index); }

static void *call_often(void *argument) {
  sums *s = argument;
  for (int round = 0; round < 2000; round++) mrs_pool_run(s->pool, 3, 10, add, s);
  return 0;
}

long mrs_pool_shared_sum(mrs_pool *pool) {
  sums s = {pool, 0};
  pthread_t others[2];
  int started = 0;
  while (started < 2 && pthread_create(&others[started], 0, call_often, &s) == 0) started++;
  call_often(&s);
  for (int i = 0; i < started; i++) pthread_join(others[i], 0);
  return started == 2 ? atomic_load(&s.total) : -1;
}

long mrs_pool_expected_sum(void) { return 3 * 2000 * 45; }

static int child_status(pid_t child, double deadline) {
  for (;;) {
    int status = 0;
    pid_t ended = waitpid(child, &status, WNOHANG);
    if (ended == child) return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    if ((ended < 0 && errno != EINTR) || now() > deadline) break;
    nanosleep(&(struct timespec){0, 2000000}, 0);
  }
  kill(child, SIGKILL);
  waitpid(child, 0, 0);
  return -1;
}

int mrs_pool_met_in_child(mrs_pool *pool, int threads, double seconds) {
  pid_t child = fork();
  if (child == 0) {
    int first = met(pool, threads, seconds), second = met(pool, threads, seconds);
    mrs_pool_free(pool);
    _exit(first < second ? first : second);
  }
  return child < 0 ? -1 : child_status(child, now() + 2 * seconds + 1);
}

typedef struct forking {
  mrs_pool *pool;
  double seconds;
  atomic_int least;
} forking;

static void fork_within(void *context, int index) {
  (void)index;
  forking *f = context;
  int here = mrs_pool_met_in_child(f->pool, 2, f->seconds), least = atomic_load(&f->least);
  while (here < least && !atomic_compare_exchange_weak(&f->least, &least, here)) continue;
}

int mrs_pool_met_in_children_of_job(mrs_pool *pool, int threads, double seconds) {
  forking f = {pool, seconds, 1 << 30};
  mrs_pool_run(pool, threads, threads, fork_within, &f);
  return atomic_load(&f.least);
}

// The destructor of a key runs when a thread that has set it ends.
typedef struct ending {
  meeting meeting;
  pthread_key_t key;
  pthread_t caller;
  atomic_int ended;
} ending;

static void count_end(void *value) { atomic_fetch_add(&((ending *)value)->ended, 1); }

static void mark(void *context, int index) {
  ending *e = context;
  if (!pthread_equal(pthread_self(), e->caller)) pthread_setspecific(e->key, e);
  attend(&e->meeting, index);
}

int mrs_pool_ended(int threads, double seconds) {
  ending e = {.meeting = {0, threads, now() + seconds}, .caller = pthread_self()};
  if (pthread_key_create(&e.key, count_end)) return -1;
  mrs_pool *pool = mrs_pool_new();
  mrs_pool_run(pool, threads, threads, mark, &e);
  int early = atomic_load(&e.ended);
  mrs_pool_free(pool);
  pthread_key_delete(e.key);
  return early ? -1 : atomic_load(&e.ended);
}
