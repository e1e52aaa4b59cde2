#pragma once
#include <stdint.h>

// SHA-256 (FIPS 180-4) of bytes that come piece by piece.

typedef struct {
  uint32_t state[8];
  uint64_t length;     // the bytes so far
  uint8_t block[64];   // those of them that fill no block yet
} mrs_sha256;

void mrs_sha256_start(mrs_sha256 *hash);
void mrs_sha256_add(mrs_sha256 *hash, const uint8_t *bytes, int64_t count);
// The digest of all that was added; nothing may be added after it.
void mrs_sha256_finish(mrs_sha256 *hash, uint8_t digest[32]);
