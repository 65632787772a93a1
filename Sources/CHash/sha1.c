// Sources: FIPS 180-4, sections 5 and 6.1; Intel's manual, "SHA Extensions".

#include "chash.h"

#include <string.h>

static inline uint32_t rotated(uint32_t value, int bits) { return value << bits | value >> (32 - bits); }

static inline uint32_t big_endian(const uint8_t *bytes) {
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void add_blocks_plain(uint32_t *state, const uint8_t *bytes, size_t count) {
  for (; count > 0; count--, bytes += 64) {
    uint32_t w[80];
    for (int i = 0; i < 16; i++) w[i] = big_endian(bytes + 4 * i);
    for (int i = 16; i < 80; i++) w[i] = rotated(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
#define ROUND(f, k)                                            \
  do {                                                         \
    const uint32_t next = rotated(a, 5) + (f) + e + (k) + w[i]; \
    e = d;                                                     \
    d = c;                                                     \
    c = rotated(b, 30);                                        \
    b = a;                                                     \
    a = next;                                                  \
  } while (0)
    for (int i = 0; i < 20; i++) ROUND(d ^ (b & (c ^ d)), 0x5A827999);
    for (int i = 20; i < 40; i++) ROUND(b ^ c ^ d, 0x6ED9EBA1);
    for (int i = 40; i < 60; i++) ROUND((b & c) | (d & (b | c)), 0x8F1BBCDC);
    for (int i = 60; i < 80; i++) ROUND(b ^ c ^ d, 0xCA62C1D6);
#undef ROUND
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
  }
}

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

__attribute__((target("sha,sse4.1"))) static void add_blocks_fast(
    uint32_t *state, const uint8_t *bytes, size_t count) {
  const __m128i order = _mm_set_epi64x(0x0001020304050607, 0x08090A0B0C0D0E0F);
  __m128i abcd = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)state), 0x1B);
  __m128i e = _mm_set_epi32((int)state[4], 0, 0, 0);
  for (; count > 0; count--, bytes += 64) {
    const __m128i abcd_before = abcd;
    const __m128i e_before = e;
    __m128i w[20];
    for (int i = 0; i < 4; i++) {
      w[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(bytes + 16 * i)), order);
    }
    __m128i other;
// Four rounds. `now` holds e for them, and `later` becomes what e is made of for the next four.
#define ROUNDS(i, now, later)                                                             \
  do {                                                                                    \
    if (i >= 4) {                                                                         \
      w[i] = _mm_sha1msg2_epu32(                                                          \
          _mm_xor_si128(_mm_sha1msg1_epu32(w[i - 4], w[i - 3]), w[i - 2]), w[i - 1]);     \
    }                                                                                     \
    now = i == 0 ? _mm_add_epi32(now, w[i]) : _mm_sha1nexte_epu32(now, w[i]);             \
    later = abcd;                                                                         \
    abcd = _mm_sha1rnds4_epu32(abcd, now, i / 5);                                         \
  } while (0)
    ROUNDS(0, e, other); ROUNDS(1, other, e); ROUNDS(2, e, other); ROUNDS(3, other, e);
    ROUNDS(4, e, other); ROUNDS(5, other, e); ROUNDS(6, e, other); ROUNDS(7, other, e);
    ROUNDS(8, e, other); ROUNDS(9, other, e); ROUNDS(10, e, other); ROUNDS(11, other, e);
    ROUNDS(12, e, other); ROUNDS(13, other, e); ROUNDS(14, e, other); ROUNDS(15, other, e);
    ROUNDS(16, e, other); ROUNDS(17, other, e); ROUNDS(18, e, other); ROUNDS(19, other, e);
#undef ROUNDS
    e = _mm_sha1nexte_epu32(e, e_before);
    abcd = _mm_add_epi32(abcd, abcd_before);
  }
  _mm_storeu_si128((__m128i *)state, _mm_shuffle_epi32(abcd, 0x1B));
  state[4] = (uint32_t)_mm_extract_epi32(e, 3);
}

static int has_instructions(void) {
  static _Atomic int known;  // 0: not asked yet, 1: no, 2: yes
  if (known == 0) {
    unsigned a, b = 0, c = 0, d;
    const int sse = __get_cpuid(1, &a, &b, &c, &d) && (c & 1u << 19) && (c & 1u << 9);
    const int sha = __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & 1u << 29);
    known = sse && sha ? 2 : 1;
  }
  return known == 2;
}

static void add_blocks(uint32_t *state, const uint8_t *bytes, size_t count) {
  if (has_instructions()) {
    add_blocks_fast(state, bytes, count);
  } else {
    add_blocks_plain(state, bytes, count);
  }
}
#else
static void add_blocks(uint32_t *state, const uint8_t *bytes, size_t count) {
  add_blocks_plain(state, bytes, count);
}
#endif

void chash_sha1_begin(chash_sha1 *hash) {
  static const uint32_t start[5] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
  memcpy(hash->state, start, sizeof start);
  hash->length = 0;
}

void chash_sha1_add(chash_sha1 *hash, const void *bytes, size_t count) {
  if (count == 0) return;
  const uint8_t *at = bytes;
  const size_t held = hash->length & 63;
  hash->length += count;
  if (held > 0) {
    const size_t room = 64 - held;
    const size_t taken = count < room ? count : room;
    memcpy(hash->block + held, at, taken);
    if (taken < room) return;
    add_blocks(hash->state, hash->block, 1);
    at += taken;
    count -= taken;
  }
  add_blocks(hash->state, at, count / 64);
  memcpy(hash->block, at + count / 64 * 64, count % 64);
}

void chash_sha1_end(chash_sha1 *hash, uint8_t *result) {
  const uint64_t bits = hash->length * 8;
  size_t held = hash->length & 63;
  hash->block[held++] = 0x80;
  if (held > 56) {
    memset(hash->block + held, 0, 64 - held);
    add_blocks(hash->state, hash->block, 1);
    held = 0;
  }
  memset(hash->block + held, 0, 56 - held);
  for (int i = 0; i < 8; i++) hash->block[56 + i] = (uint8_t)(bits >> (56 - 8 * i));
  add_blocks(hash->state, hash->block, 1);
  for (int i = 0; i < 20; i++) result[i] = (uint8_t)(hash->state[i / 4] >> (24 - 8 * (i % 4)));
}
