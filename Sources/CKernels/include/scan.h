#pragma once
#include <stddef.h>
#include <stdint.h>

#include "question.h"

// Typed reading of delimited text, straight from the bytes of a file into columns.

// What is wanted of a field, and the type its column holds.
enum {
  mrs_skip = 0,             // nothing
  mrs_small_id = 1,         // int32_t: a whole number 0 … 2^31 - 1 in its usual spelling
  mrs_token = 2,            // uint64_t: an id, which may not be empty; see below
  mrs_text = 3,             // uint64_t: any text
  mrs_number = 4,           // float: a finite number
  mrs_optional_number = 5,  // float: NaN where the field is empty
  mrs_time = 6,             // int64_t: whole seconds
};

// Blanks at the ends of ids are left off, in quotes and without.
//
// A token is 2n + 1 for the whole number n < 10^18 in its usual spelling, and otherwise the place of
// the field: offset << 24 | length << 2 | has-doubled-quotes << 1.
enum { mrs_longest_field = (1 << 22) - 1 };

// Why a scan stopped.
enum {
  mrs_fine = 0,
  mrs_missing_field = 1,
  mrs_extra_field = 2,
  mrs_bad_number = 3,
  mrs_bad_time = 4,
  mrs_empty_id = 5,
  mrs_long_field = 6,
  mrs_open_quote = 7,
  mrs_after_quote = 8,
  mrs_not_small = 9,  // an id that mrs_small_id cannot hold
  mrs_full = 10,      // the columns have no room for the next row
};

typedef struct {
  const uint8_t *kinds;  // one for each field of a row
  int32_t fields;
  int32_t more;     // further fields at the end of a row are let pass
  uint8_t separator;
  uint8_t doubled;  // the separator is written twice, as in `1::2::3`
  uint8_t quoted;   // fields may stand in double quotes (RFC 4180)
  uint8_t backslash;  // a backslash takes away the meaning of a quote
} mrs_layout;

typedef struct {
  int64_t rows;  // rows written
  int64_t line;  // where the line of the fault starts, or where the scan ended
  int64_t at;    // where the faulty field starts
  int32_t field;
  int32_t fault;
  int64_t trimmed;  // how many ids had blanks at their ends
} mrs_scan_result;

// Reads lines from `from` up to `to`, which is the start of a line or the end, into columns with
// room for `capacity` rows. Blank lines are passed over. Columns of skipped fields may be NULL.
mrs_scan_result mrs_scan(const uint8_t *bytes, int64_t from, int64_t to, const mrs_layout *layout,
                         void *const *columns, int64_t capacity);

typedef struct {
  int64_t lines;   // how many ends of lines there are
  int32_t quoted;  // whether there is a double quote
} mrs_counts;

mrs_counts mrs_count(const uint8_t *bytes, int64_t from, int64_t to);

// The least and the greatest of `count` values, at least one of which there is and none of which is NaN.
void mrs_bounds_of_numbers(const float *values, int64_t count, float *least, float *greatest);
void mrs_bounds_of_ids(const int32_t *values, int64_t count, int32_t *least, int32_t *greatest);
void mrs_bounds_of_times(const int64_t *values, int64_t count, int64_t *least, int64_t *greatest);

// XXH64 with seed 0 (Yann Collet; checkable with `xxhsum -H1`).
uint64_t mrs_digest(const uint8_t *bytes, int64_t length, mrs_question is_unwanted);
