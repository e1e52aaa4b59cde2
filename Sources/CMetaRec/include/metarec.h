// The language of mrs and its models, for programs in C and whatever can call C.
//
//   metarec_lab *lab;
//   double error;
//   if (metarec_open(0, NULL, &lab) == METAREC_OK &&
//       metarec_run(lab, "load data; split tasks; meta-train maml; let r = evaluate mae", NULL, NULL) == METAREC_OK &&
//       metarec_number(lab, "r.mae", &error) == METAREC_OK)
//     printf("%f\n", error);
//   else
//     puts(metarec_error(lab));
//   metarec_free(lab);
//
// Texts are UTF-8 that ends with a zero byte. Every function that can fail returns a status; what is wrong is then told by
// `metarec_error`. No input makes the library end the process; but pointers have to point to what they say.
//
// Memory. What a function gives out belongs to the library, and is there until the next call with the same lab, or until
// `metarec_free`. What is given in is copied before the function returns.
//
// Threads. A lab is used by one thread at a time, and any number of labs by as many threads; only `metarec_stop` may be
// called while another function is at work. A run computes on the thread that calls and on threads of its own. Callbacks
// come on the thread that calls; in one, no function but `metarec_stop` and `metarec_reply_…` may be called with that lab:
// others return METAREC_BUSY. The library handles no signals, changes no locale, and leaves rounding and the other state
// of the thread that calls as it was.
//
// Fork. A lab does not survive in the child of a fork, whose threads are gone. The child must not call any function of
// this library, `metarec_free` included, before it has called exec.
#ifndef METAREC_H
#define METAREC_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum metarec_status {
  METAREC_OK = 0,
  // The script or the input is wrong. Nothing has changed.
  METAREC_INVALID = 1,
  // A statement failed. What ran before it stays.
  METAREC_FAILED = 2,
  // `metarec_stop`, or a callback, has ended the run. What ran before it stays.
  METAREC_STOPPED = 3,
  // The lab is at work: see Threads.
  METAREC_BUSY = 4,
  // There is nothing of that name, or it is of another kind.
  METAREC_MISSING = 5,
  // A pointer is NULL where that means nothing, or a text is no UTF-8.
  METAREC_MISUSE = 6
} metarec_status;

typedef struct metarec_lab metarec_lab;

// --- Files -----------------------------------------------------------------------------------------------------------

// What a callback of a host answers.
typedef struct metarec_reply metarec_reply;

// The bytes of a file that is read. Copied.
void metarec_reply_bytes(metarec_reply *reply, const uint8_t *bytes, size_t count);
// A name in a folder that is listed; once for each.
void metarec_reply_name(metarec_reply *reply, const char *name);
// That it failed, with a code such as "E0501" for what is not there, and one sentence.
void metarec_reply_failure(metarec_reply *reply, const char *code, const char *message);

// Where scripts find files. A callback that is NULL refuses. Each but `kind` answers by its reply; without an answer,
// reading fails, listing finds nothing, and writing has succeeded. They may be called by `metarec_run` and
// `metarec_check`, on the thread that calls those.
typedef struct metarec_host {
  void *context;
  void (*read)(void *context, const char *path, metarec_reply *reply);
  void (*write)(void *context, const char *path, const uint8_t *bytes, size_t count, metarec_reply *reply);
  // 0: nothing is there, 1: a file, 2: a folder.
  int (*kind)(void *context, const char *path);
  void (*list)(void *context, const char *path, metarec_reply *reply);
} metarec_host;

// --- Labs ------------------------------------------------------------------------------------------------------------

// Makes a lab. `threads`: how many compute at most, 0 to 256, 0 for one a core; never changes a result. `host`: copied,
// its context is not; NULL for files in memory, of which there are none at first. `*lab` is NULL when it fails.
metarec_status metarec_open(int32_t threads, const metarec_host *host, metarec_lab **lab);

// Ends a lab and all memory it has given out. NULL does nothing.
void metarec_free(metarec_lab *lab);

// What the last function that failed found: an array of objects with `code`, `message`, `line`, `column`, `help`, `text`
// and more. "[]" after success. Never NULL; asking ends no loan.
const char *metarec_error(metarec_lab *lab);

// Puts a file into memory, or takes one out: for labs that were opened without a host.
metarec_status metarec_put_file(metarec_lab *lab, const char *path, const uint8_t *bytes, size_t count);
metarec_status metarec_get_file(metarec_lab *lab, const char *path, const uint8_t **bytes, size_t *count);

// Ratings as the session's data, one row a rating: ids, finite values, and times in seconds since 1970 or NULL. No pair
// of a user and an item may occur twice.
metarec_status metarec_give(
    metarec_lab *lab, const char *const *users, const char *const *items, const double *values,
    const int64_t *times, size_t count);

// --- Running ---------------------------------------------------------------------------------------------------------

// Something that happens in a run, as a JSON object: `event` is "progress" (`title`, `done`, `total`, `unit`, `detail`),
// "output" (`statement`, `seconds`, `text`, `report`) or "remark" (`diagnostic`). The text is there until it returns.
// What is not 0 stops the run.
typedef int (*metarec_on_event)(void *context, const char *event);

// Checks a script and runs it. Nothing runs when the check finds a fault. `on_event` may be NULL.
metarec_status metarec_run(metarec_lab *lab, const char *script, metarec_on_event on_event, void *context);

// Checks a script without running it.
metarec_status metarec_check(metarec_lab *lab, const char *script);

// Stops the run under way soon, from any thread, though not from a signal handler. Does nothing when none is.
void metarec_stop(metarec_lab *lab);

// --- Results ---------------------------------------------------------------------------------------------------------

// What `let` has bound, or a field of it: "r", "r.mae", "r.item-mean.mae", "r.per-user.mae".
metarec_status metarec_number(metarec_lab *lab, const char *path, double *number);
metarec_status metarec_numbers(metarec_lab *lab, const char *path, const double **numbers, size_t *count);
metarec_status metarec_texts(metarec_lab *lab, const char *path, const char *const **texts, size_t *count);
metarec_status metarec_result(metarec_lab *lab, const char *path, const char **json);

// What the last run said: an array with an object for each statement that said something, with `blocks` and `result`.
metarec_status metarec_report(metarec_lab *lab, const char **json);

// The tables among that, counted from 0, and their columns as arrays with an element a row: numbers, NaN where a cell has
// none, or texts as they are shown, empty where a cell has none.
metarec_status metarec_table_count(metarec_lab *lab, size_t *count);
metarec_status metarec_table_size(metarec_lab *lab, size_t table, size_t *rows, size_t *columns);
metarec_status metarec_column_title(metarec_lab *lab, size_t table, size_t column, const char **title);
metarec_status metarec_column_numbers(
    metarec_lab *lab, size_t table, size_t column, const double **numbers, size_t *count);
metarec_status metarec_column_texts(
    metarec_lab *lab, size_t table, size_t column, const char *const **texts, size_t *count);

#ifdef __cplusplus
}
#endif

#endif
