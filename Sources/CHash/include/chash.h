// SHA-1 (FIPS 180-4, section 6.1), as git names its objects. With the processor's own instructions where it
// has them: every object that git hands out is checked, and must not cost what inflating it does.
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef struct {
  uint32_t state[5];
  uint64_t length;
  uint8_t block[64];
} chash_sha1;

void chash_sha1_begin(chash_sha1 *hash);
void chash_sha1_add(chash_sha1 *hash, const void *bytes, size_t count);
// Writes 20 bytes. The hash takes nothing more after this.
void chash_sha1_end(chash_sha1 *hash, uint8_t *result);
