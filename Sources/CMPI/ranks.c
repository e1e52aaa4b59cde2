// sigtimedwait, pause
#define _GNU_SOURCE

#include "mpi_ranks.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "library.h"

/// Seconds. A rank that is not heard of for so long is lost: with what comes after that, all have ended within 30.
static const double patience = 15;
/// How often each rank says that it is there.
static const double interval = 1;
/// Whoever was heard of within this is there.
static const double recently = 4;
/// How long leaving may take.
static const double farewell = 20;

/// What fits beside the numbers of a header needs no second exchange.
enum { INLINE = 40 };

typedef struct {
  int64_t count;
  int64_t purpose;
  int64_t number;
  uint8_t bytes[INLINE];
} header;

struct mrs_mpi {
  mpi_library library;
  mrs_mpi_owner owner;
  int rank;
  int size;
  /// For the work and for signs of life, which must not be taken for each other.
  void *work;
  void *signs;
  /// The library is called by two threads, never at the same time.
  pthread_mutex_t lock;
  pthread_t watch;
  atomic_bool is_leaving;
  atomic_bool has_left;
  atomic_bool has_ended;
  bool has_own_core;
  /// Exchanges so far.
  int64_t number;
  header *headers;
  double *heard;
  void **sending;
};

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/// Tells the owner, who ends the process; never returns.
static _Noreturn void end(mrs_mpi *mpi, mrs_mpi_end reason, int rank, bool speaks) {
  if (!atomic_exchange(&mpi->has_ended, true)) {
    mpi->owner.end(mpi->owner.context, reason, rank, speaks);
  }
  for (;;) pause();
}

// MARK: Signs of life

/// Says that this rank is there, and hears who else is.
static void exchange_signs(mrs_mpi *mpi, bool sends) {
  static const char sign = 1;
  mpi_library *library = &mpi->library;
  for (int rank = 0; sends && rank < mpi->size; rank++) {
    int is_sent = 1;
    if (rank == mpi->rank) continue;
    if (mpi->sending[rank]) library->Test(&mpi->sending[rank], &is_sent, &(mpi_status){0});
    if (!is_sent) continue;
    if (library->Isend(&sign, 1, library->byte, rank, 0, mpi->signs, &mpi->sending[rank]) != 0) {
      mpi->sending[rank] = NULL;
    }
  }
  for (int is_there = 1; is_there;) {
    mpi_status status = {0};
    char received;
    is_there = 0;
    if (library->Iprobe(MPI_ANY_SOURCE, 0, mpi->signs, &is_there, &status) != 0 || !is_there) break;
    int source = status.source;
    if (library->Recv(&received, 1, library->byte, source, 0, mpi->signs, &status) != 0) break;
    if (source >= 0 && source < mpi->size) mpi->heard[source] = now();
  }
}

/// Ends the process when a rank was silent for too long. The first of those that are there speaks for all.
static void look_for_silence(mrs_mpi *mpi, double time) {
  for (int rank = 0; rank < mpi->size; rank++) {
    if (rank == mpi->rank || time - mpi->heard[rank] < patience) continue;
    int first = 0;
    while (first < mpi->rank && time - mpi->heard[first] > recently) first++;
    end(mpi, MRS_MPI_SILENT, rank, first == mpi->rank);
  }
}

/// Takes the lock, unless the other thread holds it for long: it may be leaving.
static bool takes_turn(mrs_mpi *mpi) {
  for (int round = 0; round < 100; round++) {
    if (pthread_mutex_trylock(&mpi->lock) == 0) return true;
    usleep(500);
  }
  return false;
}

static void *keep_watch(void *context) {
  mrs_mpi *mpi = context;
  sigset_t terminated;
  sigemptyset(&terminated);
  sigaddset(&terminated, SIGTERM);
  double last = now();
  double sent = 0;
  double leaving = 0;
  double woke = 0;
  while (!atomic_load(&mpi->has_left)) {
    struct timespec wait = {0, 100000000};
    bool is_terminated = sigtimedwait(&terminated, NULL, &wait) == SIGTERM;
    double time = now();
    bool was_held = time - last > 2 * interval;
    if (was_held) woke = time;
    // Of ranks that fail all in the same way the first to end makes the launcher end those that are leaving.
    if (is_terminated && !atomic_load(&mpi->is_leaving)) {
      // Of one that was held until now the others have spoken; the launcher wakes it to end it.
      end(mpi, MRS_MPI_TERMINATED, -1, mpi->rank == 0 && (woke == 0 || time - woke > patience));
    }
    if (atomic_load(&mpi->is_leaving)) {
      if (leaving == 0) leaving = time;
      if (time - leaving > farewell) end(mpi, MRS_MPI_BROKEN, -1, mpi->rank == 0);
      continue;
    }
    // Who was held itself has heard of nobody, and waits anew.
    for (int rank = 0; was_held && rank < mpi->size; rank++) mpi->heard[rank] += time - last;
    last = time;
    bool sends = time - sent >= interval;
    if (!takes_turn(mpi)) continue;
    if (!atomic_load(&mpi->is_leaving)) exchange_signs(mpi, sends);
    pthread_mutex_unlock(&mpi->lock);
    if (sends) sent = time;
    look_for_silence(mpi, time);
  }
  return NULL;
}

// MARK: Joining and leaving

/// Whether each rank of this machine has a core of its own, as the launcher counts them.
static bool has_own_core(void) {
  const char *ranks = getenv("OMPI_COMM_WORLD_LOCAL_SIZE");
  return ranks && atol(ranks) <= sysconf(_SC_NPROCESSORS_ONLN);
}

static mrs_mpi *refused(mrs_mpi *mpi, char *problem, size_t room, const char *reason) {
  if (reason) snprintf(problem, room, "%s", reason);
  free(mpi->headers);
  free(mpi->heard);
  free(mpi->sending);
  free(mpi);
  return NULL;
}

mrs_mpi *mrs_mpi_start(const char *path, mrs_mpi_owner owner, char *problem, size_t room) {
  mrs_mpi *mpi = calloc(1, sizeof *mpi);
  if (!mpi) return NULL;
  mpi_library *library = &mpi->library;
  if (!mpi_library_open(library, path, problem, room)) return refused(mpi, problem, room, NULL);
  // The watch alone takes it; threads that are made from here on inherit this.
  sigset_t terminated;
  sigemptyset(&terminated);
  sigaddset(&terminated, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &terminated, NULL);
  int level = 0;
  if (library->Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &level) != 0) {
    return refused(mpi, problem, room, "Open MPI does not start");
  }
  if (level < MPI_THREAD_SERIALIZED) {
    return refused(mpi, problem, room, "this Open MPI is built for programs with one thread");
  }
  if (library->Comm_dup(library->world, &mpi->work) != 0 ||
      library->Comm_dup(library->world, &mpi->signs) != 0) {
    return refused(mpi, problem, room, "Open MPI finds no way to the other ranks");
  }
  library->Comm_rank(mpi->work, &mpi->rank);
  library->Comm_size(mpi->work, &mpi->size);
  // Silence decides that a rank is lost, not the first error, which has no rank to name.
  library->Comm_set_errhandler(mpi->work, library->errors_return);
  library->Comm_set_errhandler(mpi->signs, library->errors_return);
  mpi->has_own_core = has_own_core();
  mpi->headers = calloc((size_t)mpi->size, sizeof *mpi->headers);
  mpi->heard = calloc((size_t)mpi->size, sizeof *mpi->heard);
  mpi->sending = calloc((size_t)mpi->size, sizeof *mpi->sending);
  if (!mpi->headers || !mpi->heard || !mpi->sending) {
    return refused(mpi, problem, room, "there is no memory for ranks");
  }
  for (int rank = 0; rank < mpi->size; rank++) mpi->heard[rank] = now();
  mpi->owner = owner;
  pthread_mutex_init(&mpi->lock, NULL);
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int failed = pthread_create(&mpi->watch, NULL, keep_watch, mpi);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return failed ? refused(mpi, problem, room, "there is no thread for ranks") : mpi;
}

int mrs_mpi_rank(const mrs_mpi *mpi) { return mpi->rank; }
int mrs_mpi_size(const mrs_mpi *mpi) { return mpi->size; }

void mrs_mpi_finish(mrs_mpi *mpi) {
  pthread_mutex_lock(&mpi->lock);
  atomic_store(&mpi->is_leaving, true);
  mpi->library.Finalize();
  pthread_mutex_unlock(&mpi->lock);
  atomic_store(&mpi->has_left, true);
  pthread_join(mpi->watch, NULL);
}

// MARK: Exchanges

/// Seconds that a wait looks again and again, since to be woken takes longer than most exchanges: on a core of its own
/// without letting go of it, then letting others go first.
static const double keen = 1e-3;
static const double watchful = 5e-3;

static void relax(void) {
  for (int look = 0; look < 32; look++) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  }
}

/// Waits for an exchange without keeping a core from those who compute.
static void await(mrs_mpi *mpi, int error, void *request) {
  double start = now();
  for (;;) {
    int is_done = 0;
    if (error == 0) {
      pthread_mutex_lock(&mpi->lock);
      error = mpi->library.Test(&request, &is_done, &(mpi_status){0});
      pthread_mutex_unlock(&mpi->lock);
    }
    if (is_done) return;
    // A rank that is lost is soon found silent, and then named. Without one the library is at fault.
    if (error != 0) {
      sleep((unsigned)patience + 5);
      end(mpi, MRS_MPI_BROKEN, -1, mpi->rank == 0);
    }
    double waited = now() - start;
    if (waited < keen && mpi->has_own_core) {
      relax();
    } else if (waited < (mpi->has_own_core ? watchful : keen / 10)) {
      sched_yield();
    } else {
      usleep(waited < 50e-3 ? 20 : 200);
    }
  }
}

/// Tells all how much each gives and what for, with the bytes themselves where they are few.
static void exchange_headers(mrs_mpi *mpi, int64_t purpose, const uint8_t *bytes, int64_t count) {
  header own = {.count = count, .purpose = purpose, .number = mpi->number++};
  if (count > 0 && count <= INLINE) memcpy(own.bytes, bytes, (size_t)count);
  mpi_library *library = &mpi->library;
  void *request = NULL;
  pthread_mutex_lock(&mpi->lock);
  int error = library->Iallgather(&own, sizeof own, library->byte, mpi->headers, sizeof own,
    library->byte, mpi->work, &request);
  pthread_mutex_unlock(&mpi->lock);
  await(mpi, error, request);
  for (int rank = 0; rank < mpi->size; rank++) {
    const header *other = &mpi->headers[rank];
    if (other->purpose != purpose || other->number != own.number) {
      end(mpi, MRS_MPI_PARTED, rank, mpi->rank == 0);
    }
  }
}

static void *room_for(mrs_mpi *mpi, int64_t count) {
  void *room = malloc(count > 0 ? (size_t)count : 1);
  if (!room) end(mpi, MRS_MPI_BROKEN, mpi->rank, true);
  return room;
}

/// Gathers what is too much for headers, in rounds, since the library counts in 32 bits.
static void gather_rounds(
  mrs_mpi *mpi, const uint8_t *bytes, const int64_t *counts, const int64_t *starts, uint8_t *all
) {
  mpi_library *library = &mpi->library;
  size_t size = (size_t)mpi->size;
  int64_t most = 0;
  for (int rank = 0; rank < mpi->size; rank++) most = counts[rank] > most ? counts[rank] : most;
  int64_t stretch = (1 << 30) / mpi->size;
  int *parts = room_for(mpi, (int64_t)(2 * size * sizeof(int)));
  int *places = parts + size;
  bool is_whole = most <= stretch;
  uint8_t *round = is_whole ? all : room_for(mpi, stretch * mpi->size);
  for (int64_t from = 0; from < most; from += stretch) {
    int place = 0;
    for (int rank = 0; rank < mpi->size; rank++) {
      int64_t rest = counts[rank] - from;
      parts[rank] = (int)(rest < 0 ? 0 : rest > stretch ? stretch : rest);
      places[rank] = place;
      place += parts[rank];
    }
    void *request = NULL;
    pthread_mutex_lock(&mpi->lock);
    int error = library->Iallgatherv(bytes + (parts[mpi->rank] ? from : 0), parts[mpi->rank],
      library->byte, round, parts, places, library->byte, mpi->work, &request);
    pthread_mutex_unlock(&mpi->lock);
    await(mpi, error, request);
    for (int rank = 0; !is_whole && rank < mpi->size; rank++) {
      memcpy(all + starts[rank] + from, round + places[rank], (size_t)parts[rank]);
    }
  }
  if (!is_whole) free(round);
  free(parts);
}

uint8_t *mrs_mpi_gather(
  mrs_mpi *mpi, int64_t purpose, const uint8_t *bytes, int64_t count, int64_t *counts
) {
  exchange_headers(mpi, purpose, bytes, count);
  int64_t *starts = room_for(mpi, (int64_t)sizeof(int64_t) * mpi->size);
  int64_t sum = 0;
  bool is_small = true;
  for (int rank = 0; rank < mpi->size; rank++) {
    counts[rank] = mpi->headers[rank].count;
    starts[rank] = sum;
    sum += counts[rank];
    is_small = is_small && counts[rank] <= INLINE;
  }
  uint8_t *all = room_for(mpi, sum);
  if (is_small) {
    for (int rank = 0; rank < mpi->size; rank++) {
      memcpy(all + starts[rank], mpi->headers[rank].bytes, (size_t)counts[rank]);
    }
  } else {
    gather_rounds(mpi, bytes, counts, starts, all);
  }
  free(starts);
  return all;
}

uint8_t *mrs_mpi_broadcast(
  mrs_mpi *mpi, int64_t purpose, const uint8_t *bytes, int64_t count, int64_t *given
) {
  exchange_headers(mpi, purpose, bytes, mpi->rank == 0 ? count : 0);
  mpi_library *library = &mpi->library;
  *given = mpi->headers[0].count;
  uint8_t *all = room_for(mpi, *given);
  if (*given <= INLINE) {
    memcpy(all, mpi->headers[0].bytes, (size_t)*given);
    return all;
  }
  if (mpi->rank == 0) memcpy(all, bytes, (size_t)count);
  const int64_t stretch = 1 << 26;
  for (int64_t from = 0; from < *given; from += stretch) {
    int64_t rest = *given - from;
    void *request = NULL;
    pthread_mutex_lock(&mpi->lock);
    int error = library->Ibcast(all + from, (int)(rest < stretch ? rest : stretch), library->byte,
      0, mpi->work, &request);
    pthread_mutex_unlock(&mpi->lock);
    await(mpi, error, request);
  }
  return all;
}

void mrs_mpi_release(uint8_t *bytes) { free(bytes); }
