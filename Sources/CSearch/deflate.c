// Deflate in base64 has no mark. Its first bits say enough to pass over nearly everything else: hashes, pictures,
// certificates. Source: RFC 1951, 3.2.3 and 3.2.7.

#include "csearch.h"

typedef unsigned __int128 bits128;

/// 32 bits or more from the one numbered `at` on.
static uint64_t bits_from(const uint8_t *bytes, size_t at) {
  uint64_t bits;
  memcpy(&bits, bytes + at / 8, sizeof bits);
  return bits >> at % 8;
}

/// The lowest eight bits, the last one first.
static unsigned reversed(uint64_t bits) {
  return (unsigned)((((bits & 0xFF) * 0x80200802 & 0x0884422110) * 0x0101010101) >> 32 & 0xFF);
}

/// Whether a block of fixed codes goes on for as many bits as there are. In random bits an invalid code, or a distance
/// beyond the beginning, comes soon.
static int goes_on_fixed(const uint8_t *bytes, size_t at, size_t end) {
  for (size_t have = 0; at + 32 <= end;) {
    uint64_t bits = bits_from(bytes, at);
    unsigned code = reversed(bits);
    // Literals, of eight bits and of nine.
    if (code >= 48 && (code < 192 || code >= 200)) {
      at += code < 192 ? 8 : 9;
      have++;
      continue;
    }
    unsigned length = code < 48 ? code >> 1 : 24 + (code - 192);
    if (length == 0) return 1;
    if (length > 29) return 0;
    unsigned width = code < 48 ? 7 : 8;
    unsigned extra = length < 9 || length == 29 ? 0 : (length - 5) / 4;
    size_t copied = length < 9 ? length + 2 : length == 29 ? 258 : (((length - 1) % 4 + 4) << extra) + 3;
    copied += bits >> width & ((1u << extra) - 1);
    at += width + extra;
    bits = bits_from(bytes, at);
    unsigned distance = reversed(bits) >> 3;
    if (distance > 29) return 0;
    extra = distance < 4 ? 0 : distance / 2 - 1;
    size_t back = distance < 4 ? distance + 1 : ((2 + (distance & 1)) << extra) + 1;
    back += bits >> 5 & ((1u << extra) - 1);
    if (back > have) return 0;
    have += copied;
    at += 5 + extra;
  }
  return 1;
}

int csearch_begins_deflate(const uint8_t *digits) {
  // The label of a hash in a package's lock is a digit each, and so are those of the hash.
  if (memcmp(digits, "sha512-", 7) == 0) return 0;
  enum { BYTES = CSEARCH_DEFLATE_DIGITS * 6 / 8, PADDED = 104 };
  // Digits are decoded 32 at a time, with eight more after them.
  uint8_t bytes[BYTES + 32];
  csearch_base64_decode(digits, 40, bytes);
  bits128 bits = 0;
  for (int index = 11; index >= 0; index--) bits = bits << 8 | bytes[index];
  bits >>= 1;
  unsigned type = (unsigned)bits & 3;
  bits >>= 2;
  if (type == 0) return (bytes[1] ^ bytes[3]) == 0xFF && (bytes[2] ^ bytes[4]) == 0xFF;
  if (type == 1) {
    uint8_t all[PADDED];
    memset(all, 'A', sizeof all);
    memcpy(all, digits, CSEARCH_DEFLATE_DIGITS);
    csearch_base64_decode(all, sizeof all, bytes);
    return goes_on_fixed(bytes, 3, 8 * BYTES);
  }
  if (type == 3) return 0;
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
