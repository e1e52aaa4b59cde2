#pragma once
#include <stdint.h>

#include "question.h"

// DEFLATE (RFC 1951) unpacked from memory to memory.

// Why unpacking stopped before its end.
enum {
  mrs_inflate_broken = -1,  // not DEFLATE, or damaged
  mrs_inflate_short = -2,   // the input ends too early
  mrs_inflate_full = -3,    // the output does not fit
  mrs_inflate_unwanted = -4,  // nobody wants it any more
};

// The number of bytes written to `out`, or one of the reasons above; `used` becomes the bytes read.
int64_t mrs_inflate(
    const uint8_t *in, int64_t size, uint8_t *out, int64_t capacity, int64_t *used,
    mrs_question is_unwanted);

// The CRC-32 of RFC 1952.
uint32_t mrs_crc32(const uint8_t *bytes, int64_t count, mrs_question is_unwanted);
