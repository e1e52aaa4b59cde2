// Calls the library in any order, with odd texts and numbers, from callbacks and from a second thread: fuzz [SECONDS
// [SEED]]. Whatever comes, it answers by a status and says what is wrong, and a fresh lab is right after it.
// scripts/test-library runs it for some seconds.
#define _POSIX_C_SOURCE 200809L
#include "metarec.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { places = 4 };

static metarec_lab *lab[places];
static unsigned long long state;
static long calls;

static unsigned pick(unsigned below) {
  state = state * 6364136223846793005ull + 1442695040888963407ull;
  return (unsigned)((state >> 33) % below);
}

static const char *const scripts[] = {
    "load data", "split tasks", "load data; split tasks", "meta-train ridge epochs=1", "meta-train maml epochs=1",
    "let r = evaluate mae", "let r = evaluate mae ndcg@5; show $r", "adapt user 42", "let t = topk 3", "rate 50=4",
    "let k = 2 + 3", "let l = [1, 2, 3]", "show $r", "compare mf item-mean", "save model \"m.safetensors\"",
    "open model \"m.safetensors\"", "save session \"s.mrs\"", "include \"s.mrs\"", "load csv \"r.csv\"",
    "let s = meta-train maml steps=1..2 epochs=1", "plot popularity", "undo", "quit", "laod", "", "{", "\xff\xfe", "let",
    "set threads=1", "set seed=3", "binarize threshold=4", "clean dedupe=last", "describe", "expect 1 == 2",
    "for i in 1..3 { show $i }", "def f(a) { show $a }; f 2", "resume \"c.checkpoint\"", "lesson", "edit 1",
};
static const char *const paths[] = {
    "r", "r.mae", "r.per-user.mae", "r.item-mean.mae", "t.items", "t.titles", "k", "l", "s.runs", "nothing", "", ".", "r.",
    "r..mae", "\xc3", "a.b.c.d.e.f", "r.ndcg@5", "$r",
};

static const char *script(void) { return pick(40) ? scripts[pick(sizeof scripts / sizeof *scripts)] : NULL; }
static const char *path(void) { return pick(40) ? paths[pick(sizeof paths / sizeof *paths)] : NULL; }

static void fail(const char *what, int status) {
  printf("after %ld calls: %s (%d)\n0 passed, 1 failed, 0 skipped\n", calls, what, status);
  exit(1);
}

static volatile double sum;

static void call(metarec_lab *one, int depth);

static int on_event(void *context, const char *event) {
  if (event == NULL || event[0] != '{') fail("an event is no object", 0);
  // What may not be called from here is refused, and nothing else happens.
  if (pick(8) == 0) call(context, 1);
  if (pick(60) == 0) metarec_stop(context);
  return pick(60) == 0;
}

static void answer_read(void *context, const char *path, metarec_reply *reply) {
  switch (pick(5)) {
    case 0: break;
    case 1: metarec_reply_failure(reply, "E0501", "there is nothing"); break;
    case 2: metarec_reply_failure(reply, NULL, "\xff"); break;
    case 3: metarec_reply_bytes(reply, NULL, 0); break;
    default: {
      const char *text = "user,item,rating\n1,2,3\n1,3,4\n2,2,5\n";
      metarec_reply_bytes(reply, (const uint8_t *)text, strlen(text) - pick(9));
      if (pick(4) == 0) metarec_reply_bytes(reply, (const uint8_t *)"twice", 5);
    }
  }
}

static void answer_write(void *context, const char *path, const uint8_t *bytes, size_t count, metarec_reply *reply) {
  for (size_t i = 0; i < count; i += 4096) sum += bytes[i];
  if (pick(6) == 0) metarec_reply_failure(reply, "E0502", "the disk is full");
  if (pick(20) == 0) metarec_reply_name(reply, "a name where none belongs");
}

static int answer_kind(void *context, const char *path) { return (int)pick(5) - 1; }

static void answer_list(void *context, const char *path, metarec_reply *reply) {
  for (unsigned i = pick(4); i > 0; i -= 1) metarec_reply_name(reply, i == 2 ? NULL : "r.csv");
}

static metarec_lab *opened(void) {
  metarec_lab *one = (metarec_lab *)&one;
  metarec_host host = {NULL, answer_read, answer_write, answer_kind, answer_list};
  if (pick(4) == 0) host.read = NULL;
  if (pick(4) == 0) host.kind = NULL;
  static const int32_t threads[] = {0, 1, 2, 3, -1, 257, 1 << 30};
  int32_t count = threads[pick(7)];
  int status = metarec_open(count, pick(2) ? &host : NULL, &one);
  int isRight = count >= 0 && count <= 256;
  if ((status == METAREC_OK) != isRight) fail("open takes what it should refuse, or refuses", status);
  if (status != METAREC_OK && one != NULL) fail("a lab that is not there", status);
  return one;
}

static void give(metarec_lab *one, int *status) {
  const char *users[40], *items[40];
  double values[40];
  int64_t times[40];
  static char names[2][40][8];
  static const double odd[] = {1, 5, 3.5, -1, 0, 1e300, NAN, INFINITY};
  for (int i = 0; i < 40; i += 1) {
    snprintf(names[0][i], 8, "u%u", pick(8));
    snprintf(names[1][i], 8, "i%d", pick(10) ? i : 3);
    users[i] = pick(200) ? names[0][i] : NULL;
    items[i] = pick(200) ? names[1][i] : "\xff";
    values[i] = pick(100) ? 1 + pick(5) : odd[pick(8)];
    times[i] = (int64_t)pick(1000) - 10;
  }
  *status = metarec_give(
      one, pick(30) ? users : NULL, items, pick(30) ? values : NULL, pick(2) ? times : NULL, pick(41));
}

static void call(metarec_lab *one, int depth) {
  int status = 0;
  const char *text = NULL;
  const double *numbers = NULL;
  const char *const *texts = NULL;
  double number;
  size_t count = 0, columns = 0, table = pick(4), column = pick(6);
  calls += 1;
  switch (pick(16)) {
    case 0:
    case 1:
    case 2:
      if (depth == 0 || pick(2)) status = metarec_run(one, script(), pick(4) ? on_event : NULL, one);
      break;
    case 3: status = metarec_check(one, script()); break;
    case 4: give(one, &status); break;
    case 5: status = metarec_number(one, path(), pick(20) ? &number : NULL); break;
    case 6:
      status = metarec_numbers(one, path(), &numbers, pick(20) ? &count : NULL);
      if (status == METAREC_OK) for (size_t i = 0; i < count; i += 1) sum += numbers[i];
      break;
    case 7:
      status = metarec_texts(one, path(), &texts, &count);
      if (status == METAREC_OK) for (size_t i = 0; i < count; i += 1) sum += strlen(texts[i]);
      break;
    case 8:
      status = metarec_result(one, path(), &text);
      if (status == METAREC_OK) sum += strlen(text);
      break;
    case 9:
      status = metarec_report(one, pick(20) ? &text : NULL);
      if (status == METAREC_OK) sum += strlen(text);
      break;
    case 10: status = metarec_table_count(one, &count); break;
    case 11: status = metarec_table_size(one, pick(20) ? table : SIZE_MAX, &count, &columns); break;
    case 12:
      status = metarec_column_numbers(one, table, pick(20) ? column : SIZE_MAX, &numbers, &count);
      if (status == METAREC_OK) for (size_t i = 0; i < count; i += 1) sum += numbers[i];
      break;
    case 13:
      status = metarec_column_texts(one, table, column, &texts, &count);
      if (status == METAREC_OK) for (size_t i = 0; i < count; i += 1) sum += strlen(texts[i]);
      break;
    case 14: {
      const char *file = "user,item,rating\n1,2,3\n";
      status = metarec_put_file(
          one, pick(20) ? "r.csv" : path(), pick(20) ? (const uint8_t *)file : NULL, pick(2) ? strlen(file) : 0);
      break;
    }
    default: {
      const uint8_t *bytes = NULL;
      status = metarec_get_file(one, pick(2) ? "m.safetensors" : path(), &bytes, &count);
      if (status == METAREC_OK) for (size_t i = 0; i < count; i += 64) sum += bytes[i];
    }
  }
  if (status < METAREC_OK || status > METAREC_MISUSE) fail("a status that there is not", status);
  if (depth > 0) return;
  const char *error = metarec_error(one);
  if (error == NULL || error[0] != '[') fail("an error that is no array", status);
  if ((status == METAREC_INVALID || status == METAREC_FAILED) && strcmp(error, "[]") == 0)
    fail("something is wrong and nothing is said", status);
}

static volatile int ends;

// Stops the labs now and then, as another thread may.
static void *stopper(void *nothing) {
  struct timespec pause = {0, 3000000};
  while (!ends) {
    nanosleep(&pause, NULL);
    metarec_stop(lab[0]);
  }
  return NULL;
}

static void probe(void) {
  metarec_lab *one;
  double number = 0;
  if (metarec_open(1, NULL, &one) != METAREC_OK) fail("no lab can be opened", 0);
  int status = metarec_run(one, "let k = 2 + 3", NULL, NULL);
  if (status != METAREC_OK || metarec_number(one, "k", &number) != METAREC_OK || number != 5)
    fail("a fresh lab is wrong", status);
  metarec_free(one);
}

int main(int count, char **arguments) {
  int seconds = count > 1 ? atoi(arguments[1]) : 5;
  state = count > 2 ? strtoull(arguments[2], NULL, 10) : (unsigned long long)time(NULL);
  unsigned long long seed = state;
  printf("seed %llu\n", seed);
  fflush(stdout);
  time_t end = time(NULL) + seconds;
  if (metarec_open(2, NULL, &lab[0]) != METAREC_OK) fail("no lab can be opened", 0);
  pthread_t thread;
  pthread_create(&thread, NULL, stopper, NULL);
  // The first lab stays; what another thread may stop must not be freed.
  while (time(NULL) < end) {
    for (int i = 0; i < 200 && time(NULL) < end; i += 1) {
      unsigned which = pick(places);
      if (which > 0 && lab[which] == NULL) lab[which] = opened();
      if (lab[which] == NULL && pick(4)) continue;
      call(lab[which], 0);
      if (which > 0 && pick(50) == 0) {
        metarec_free(lab[which]);
        lab[which] = NULL;
      }
    }
    probe();
  }
  ends = 1;
  pthread_join(thread, NULL);
  for (int i = 0; i < places; i += 1) metarec_free(lab[i]);
  printf("%ld calls in %d s\n1 passed, 0 failed, 0 skipped\n", calls, seconds);
  return 0;
}
