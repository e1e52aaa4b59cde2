// A program in C that uses the library by its header, as a test of both; scripts/test-library builds it with an address
// sanitiser and runs it. It says what does not hold, and returns how much that is.
#define _DEFAULT_SOURCE
#include "metarec.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int passed, failed;

#define EXPECT(holds)                                                   \
  do {                                                                  \
    if (holds) {                                                        \
      passed++;                                                         \
    } else {                                                            \
      failed++;                                                         \
      printf("%s:%d: this does not hold: %s\n", __FILE__, __LINE__, #holds); \
    }                                                                   \
  } while (0)

static int contains(const char *text, const char *part) { return text && strstr(text, part) != NULL; }

// --- Scripts, results, tables ---

static void results(void) {
  metarec_lab *lab;
  EXPECT(metarec_open(2, NULL, &lab) == METAREC_OK);
  EXPECT(strcmp(metarec_error(lab), "[]") == 0);
  EXPECT(
      metarec_run(lab, "load data; split tasks; meta-train maml steps=1 epochs=2; let r = evaluate ndcg@5 mae", NULL, NULL) ==
      METAREC_OK);
  double mae = 0;
  EXPECT(metarec_number(lab, "r.mae", &mae) == METAREC_OK && mae > 0 && mae < 5);
  double baseline = 0;
  EXPECT(metarec_number(lab, "r.item-mean.mae", &baseline) == METAREC_OK && baseline > 0);

  const double *values;
  size_t count = 0;
  EXPECT(metarec_numbers(lab, "r.per-user.mae", &values, &count) == METAREC_OK && count == 60);
  double sum = 0;
  for (size_t i = 0; i < count; i++) sum += values[i];
  EXPECT(fabs(sum / count - mae) < 1e-9);
  const char *const *users;
  EXPECT(metarec_texts(lab, "r.per-user.users", &users, &count) == METAREC_OK && count == 60 && strlen(users[59]) > 0);

  const char *json;
  EXPECT(metarec_result(lab, "r", &json) == METAREC_OK && json[0] == '{' && contains(json, "\"ndcg@5\":"));
  EXPECT(metarec_report(lab, &json) == METAREC_OK && json[0] == '[' && contains(json, "\"blocks\""));

  size_t tables = 0, rows = 0, columns = 0;
  EXPECT(metarec_table_count(lab, &tables) == METAREC_OK && tables > 0);
  EXPECT(metarec_table_size(lab, tables - 1, &rows, &columns) == METAREC_OK && rows > 1 && columns > 1);
  for (size_t column = 0; column < columns; column++) {
    const char *title;
    EXPECT(metarec_column_title(lab, tables - 1, column, &title) == METAREC_OK && title);
    EXPECT(metarec_column_numbers(lab, tables - 1, column, &values, &count) == METAREC_OK && count == rows);
    EXPECT(metarec_column_texts(lab, tables - 1, column, &users, &count) == METAREC_OK && count == rows && users[rows - 1]);
  }

  // What is not there, or of another kind.
  EXPECT(metarec_number(lab, "q", &mae) == METAREC_MISSING && contains(metarec_error(lab), "E0703"));
  EXPECT(metarec_number(lab, "r", &mae) == METAREC_MISSING && contains(metarec_error(lab), "E0301"));
  EXPECT(metarec_number(lab, "r..mae", &mae) == METAREC_MISSING);
  EXPECT(metarec_number(lab, "", &mae) == METAREC_MISSING);
  EXPECT(metarec_numbers(lab, "r.mae", &values, &count) == METAREC_MISSING);
  EXPECT(metarec_table_size(lab, 1000, &rows, &columns) == METAREC_MISSING);
  EXPECT(metarec_table_size(lab, (size_t)-1, &rows, &columns) == METAREC_MISSING);
  EXPECT(metarec_column_title(lab, 0, 1000, &json) == METAREC_MISSING);

  // Faults of scripts.
  EXPECT(metarec_run(lab, "load data; split taks", NULL, NULL) == METAREC_INVALID);
  EXPECT(contains(metarec_error(lab), "\"line\":1"));
  EXPECT(metarec_check(lab, "topk 0") == METAREC_INVALID);
  EXPECT(metarec_check(lab, "show") == METAREC_OK && strcmp(metarec_error(lab), "[]") == 0);
  EXPECT(metarec_run(lab, "let y = 1; expect $y == 2", NULL, NULL) == METAREC_FAILED && contains(metarec_error(lab), "E0701"));
  metarec_free(lab);
}

// --- Misuse ---

static void misuse(void) {
  metarec_lab *lab = (metarec_lab *)&passed;
  EXPECT(metarec_open(-1, NULL, &lab) == METAREC_INVALID && lab == NULL);
  EXPECT(metarec_open(257, NULL, &lab) == METAREC_INVALID && lab == NULL);
  EXPECT(metarec_open(0, NULL, NULL) == METAREC_MISUSE);
  metarec_free(NULL);
  metarec_stop(NULL);
  EXPECT(metarec_run(NULL, "show", NULL, NULL) == METAREC_MISUSE);
  EXPECT(contains(metarec_error(NULL), "E0914"));
  EXPECT(metarec_open(1, NULL, &lab) == METAREC_OK);
  EXPECT(metarec_run(lab, NULL, NULL, NULL) == METAREC_MISUSE);
  EXPECT(metarec_run(lab, "show \xff\xfe", NULL, NULL) == METAREC_MISUSE);
  EXPECT(metarec_number(lab, "x", NULL) == METAREC_MISUSE);
  EXPECT(metarec_number(lab, NULL, NULL) == METAREC_MISUSE);
  EXPECT(metarec_result(lab, "x", NULL) == METAREC_MISUSE);
  EXPECT(metarec_put_file(lab, NULL, NULL, 0) == METAREC_MISUSE);
  EXPECT(metarec_put_file(lab, "x", NULL, 3) == METAREC_MISUSE);
  EXPECT(metarec_give(lab, NULL, NULL, NULL, NULL, 1) == METAREC_MISUSE);
  const char *ids[] = {"a", NULL};
  double values[] = {1, 2};
  EXPECT(metarec_give(lab, ids, ids, values, NULL, 2) == METAREC_MISUSE);
  EXPECT(metarec_give(lab, ids, ids, values, NULL, 0) == METAREC_INVALID);
  values[0] = NAN;
  EXPECT(metarec_give(lab, ids, ids, values, NULL, 1) == METAREC_INVALID && contains(metarec_error(lab), "E0510"));
  metarec_free(lab);
}

// --- Ratings and files from memory ---

static void memory(void) {
  enum { USERS = 20, ITEMS = 12, COUNT = USERS * ITEMS };
  static char names[USERS + ITEMS][8];
  static const char *users[COUNT], *items[COUNT];
  static double values[COUNT];
  for (int i = 0; i < USERS + ITEMS; i++) snprintf(names[i], sizeof names[i], "%c%d", i < USERS ? 'u' : 'i', i);
  for (int i = 0; i < COUNT; i++) {
    users[i] = names[i / ITEMS];
    items[i] = names[USERS + i % ITEMS];
    values[i] = 1 + (i / ITEMS + i % ITEMS) % 5;
  }
  metarec_lab *lab;
  EXPECT(metarec_open(0, NULL, &lab) == METAREC_OK);
  EXPECT(metarec_give(lab, users, items, values, NULL, COUNT) == METAREC_OK);
  EXPECT(metarec_run(lab, "let d = describe; export \"out.csv\"", NULL, NULL) == METAREC_OK);
  const uint8_t *bytes;
  size_t count;
  EXPECT(metarec_get_file(lab, "out.csv", &bytes, &count) == METAREC_OK && count > COUNT);
  EXPECT(metarec_get_file(lab, "none.csv", &bytes, &count) == METAREC_MISSING && contains(metarec_error(lab), "E0501"));
  const char *csv = "user,item,rating\na,x,1\na,y,2\nb,x,3\n";
  EXPECT(metarec_put_file(lab, "in.csv", (const uint8_t *)csv, strlen(csv)) == METAREC_OK);
  EXPECT(metarec_run(lab, "let l = load \"in.csv\"", NULL, NULL) == METAREC_OK);
  double ratings;
  EXPECT(metarec_number(lab, "l.ratings", &ratings) == METAREC_OK && ratings == 3);
  metarec_free(lab);
}

// --- A host of one's own ---

typedef struct {
  const char *text;
  int reads, writes;
  size_t written;
} files;

static void read_file(void *context, const char *path, metarec_reply *reply) {
  files *own = context;
  own->reads++;
  if (strcmp(path, "r.csv") == 0)
    metarec_reply_bytes(reply, (const uint8_t *)own->text, strlen(own->text));
  else if (strcmp(path, "silent.csv") != 0)
    metarec_reply_failure(reply, "E0501", "nothing here is called so");
}

static void write_file(void *context, const char *path, const uint8_t *bytes, size_t count, metarec_reply *reply) {
  files *own = context;
  own->writes++;
  own->written = count;
  if (strcmp(path, "full.csv") == 0) metarec_reply_failure(reply, "E0504", "the disk is full");
}

static int kind_of(void *context, const char *path) {
  return strcmp(path, "none.csv") == 0 ? 0 : strcmp(path, ".") == 0 ? 2 : 1;
}

static void list_folder(void *context, const char *path, metarec_reply *reply) {
  metarec_reply_name(reply, "r.csv");
  metarec_reply_name(reply, "silent.csv");
}

static void host(void) {
  files own = {"user,item,rating\na,x,1\na,y,2\nb,x,3\n", 0, 0, 0};
  metarec_host callbacks = {&own, read_file, write_file, kind_of, list_folder};
  metarec_lab *lab;
  EXPECT(metarec_open(1, &callbacks, &lab) == METAREC_OK);
  memset(&callbacks, 0, sizeof callbacks);
  EXPECT(metarec_run(lab, "load \"r.csv\"; export \"out.csv\"", NULL, NULL) == METAREC_OK);
  EXPECT(own.reads > 0 && own.writes == 1 && own.written > 10);
  EXPECT(metarec_run(lab, "export \"full.csv\"", NULL, NULL) == METAREC_FAILED && contains(metarec_error(lab), "E0504"));
  EXPECT(metarec_run(lab, "load \"silent.csv\"", NULL, NULL) == METAREC_FAILED && contains(metarec_error(lab), "E0500"));
  EXPECT(metarec_run(lab, "load \"other.csv\"", NULL, NULL) == METAREC_FAILED && contains(metarec_error(lab), "E0501"));
  EXPECT(metarec_run(lab, "load \"none.csv\"", NULL, NULL) != METAREC_OK);
  EXPECT(metarec_put_file(lab, "x", NULL, 0) == METAREC_MISUSE);
  metarec_free(lab);
  EXPECT(metarec_open(1, &callbacks, &lab) == METAREC_OK);
  EXPECT(metarec_run(lab, "load \"r.csv\"", NULL, NULL) != METAREC_OK);
  metarec_free(lab);
}

// --- Progress and stopping ---

typedef struct {
  metarec_lab *lab;
  int progress, outputs, busy, stops_at;
} watch;

static int on_event(void *context, const char *event) {
  watch *own = context;
  own->outputs += contains(event, "\"event\":\"output\"");
  if (!contains(event, "\"event\":\"progress\"")) return 0;
  own->busy += metarec_run(own->lab, "show", NULL, NULL) == METAREC_BUSY;
  return ++own->progress == own->stops_at;
}

static const char *long_script = "load data; split tasks; meta-train maml epochs=10000 patience=10000";

static void *stop_soon(void *lab) {
  usleep(300000);
  metarec_stop(lab);
  return NULL;
}

static void stopping(void) {
  watch own = {0};
  EXPECT(metarec_open(2, NULL, &own.lab) == METAREC_OK);
  EXPECT(metarec_run(own.lab, "load data; split tasks; meta-train maml epochs=3", on_event, &own) == METAREC_OK);
  EXPECT(own.progress > 1 && own.outputs == 3 && own.busy == own.progress);
  own.stops_at = own.progress + 2;
  EXPECT(metarec_run(own.lab, long_script, on_event, &own) == METAREC_STOPPED);
  EXPECT(own.progress == own.stops_at);
  pthread_t thread;
  EXPECT(pthread_create(&thread, NULL, stop_soon, own.lab) == 0);
  EXPECT(metarec_run(own.lab, long_script, NULL, NULL) == METAREC_STOPPED);
  pthread_join(thread, NULL);
  EXPECT(metarec_run(own.lab, "let x = 1", NULL, NULL) == METAREC_OK);
  metarec_free(own.lab);
}

// --- Many labs at once ---

static void *digest(void *result) {
  metarec_lab *lab;
  double *mae = result;
  if (metarec_open(2, NULL, &lab) != METAREC_OK) return NULL;
  if (metarec_run(lab, "set seed=5; load data; split tasks; meta-train maml steps=2 epochs=2; let r = evaluate mae", NULL, NULL) ==
      METAREC_OK)
    metarec_number(lab, "r.mae", mae);
  metarec_free(lab);
  return NULL;
}

static void many(void) {
  double alone = 0, together[4] = {0};
  digest(&alone);
  pthread_t threads[4];
  for (int i = 0; i < 4; i++) EXPECT(pthread_create(&threads[i], NULL, digest, &together[i]) == 0);
  for (int i = 0; i < 4; i++) {
    pthread_join(threads[i], NULL);
    EXPECT(alone > 0 && together[i] == alone);
  }
}

int main(void) {
  results();
  misuse();
  memory();
  host();
  stopping();
  many();
  printf("%d passed, %d failed, 0 skipped\n", passed, failed);
  return failed != 0;
}
