// Deflate in base64 has no mark. Its first bits say enough to pass over nearly everything else: hashes, pictures,
// certificates. Source: RFC 1951, 3.2.3 and 3.2.7.

#include "csearch.h"

typedef unsigned __int128 bits128;

int csearch_begins_deflate(const uint8_t *digits) {
  uint8_t bytes[16];
  csearch_base64_decode(digits, 16, bytes);
  bits128 bits = 0;
  for (int index = 11; index >= 0; index--) bits = bits << 8 | bytes[index];
  bits >>= 1;
  unsigned type = (unsigned)bits & 3;
  bits >>= 2;
  switch (type) {
  case 0: return (bytes[1] ^ bytes[3]) == 0xFF && (bytes[2] ^ bytes[4]) == 0xFF;
  case 1: return 1;
  case 2: break;
  default: return 0;
  }
  unsigned lengths = (unsigned)bits & 31, distances = (unsigned)(bits >> 5) & 31, codes = (unsigned)(bits >> 10) & 15;
  if (lengths > 29 || distances > 29) return 0;
  bits >>= 14;
  // The lengths of the codes for lengths use up all codes of seven bits.
  unsigned used = 0;
  for (unsigned index = 0; index < codes + 4; index++, bits >>= 3) {
    unsigned length = (unsigned)bits & 7;
    if (length) used += 128u >> length;
  }
  return used == 128;
}
