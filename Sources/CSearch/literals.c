// Many literals in one pass. Every second place of the text is looked up in two tables of bits: by a hash of the four bytes
// there, and by one of the first three of them. A literal is in one of the tables for each parity of its place: with four of
// its bytes if it has five, else with as many as it has. Only where a bit is set are literals compared. Four bytes are in
// few ordinary words that are not the literal; by three alone every second word would stop the search.

#include "csearch.h"
#include "vectors.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

uint32_t csearch_short_hash(uint32_t bytes) {
  return (bytes & 0xFFFFFFu) * 0x9E3779B1u >> (32 - CSEARCH_SHORT_BITS);
}

uint32_t csearch_long_hash(uint32_t bytes) { return bytes * 0x9E3779B1u >> (32 - CSEARCH_LONG_BITS); }

INLINE uint32_t is_set(const uint32_t *bits, uint32_t hash) { return bits[hash >> 5] >> (hash & 31) & 1; }

INLINE uint32_t four_bytes(const uint8_t *text) {
  uint32_t bytes;
  memcpy(&bytes, text, sizeof bytes);
  return bytes;
}

/// The four bytes at a place; those after the text's end are zero.
INLINE uint32_t bytes_at(const uint8_t *text, size_t count, size_t at) {
  if (at + 4 <= count) return four_bytes(text + at);
  uint32_t bytes = 0;
  for (size_t index = 0; at + index < count; index++) bytes |= (uint32_t)text[at + index] << (8 * index);
  return bytes;
}

INLINE uint8_t lower(uint8_t byte) { return (uint8_t)(byte - 'A') < 26 ? byte | 0x20 : byte; }

INLINE int is_at(const csearch_literal *literal, const uint8_t *texts, const uint8_t *here) {
  const uint8_t *bytes = texts + literal->start;
  if (!literal->is_caseless) return memcmp(bytes, here, literal->length) == 0;
  for (size_t index = 0; index < literal->length; index++) {
    if (lower(here[index]) != bytes[index]) return 0;
  }
  return 1;
}

typedef struct {
  const csearch_index *index;
  const uint8_t *text;
  size_t count, from, until;
  csearch_hit *hits;
  size_t hit_count;
} search;

/// Adds the literals of some entries that have these bytes at `at`.
INLINE void add_entries(search *search, size_t at, uint32_t bytes, const uint32_t *slots, uint32_t slot) {
  const csearch_index *index = search->index;
  for (uint32_t entry = slots[slot]; entry < slots[slot + 1]; entry++) {
    csearch_entry found = index->entries[entry];
    if ((bytes & found.mask) != found.bytes) continue;
    // `back` is -1 where the bytes begin one before the literal.
    size_t place = at - (size_t)(ptrdiff_t)found.back;
    if ((found.back > 0 && at < (size_t)found.back) || place < search->from || place >= search->until) continue;
    const csearch_literal *literal = index->literals + found.literal;
    if (literal->length > search->count - place || !is_at(literal, index->texts, search->text + place)) continue;
    search->hits[search->hit_count++] = (csearch_hit){place, found.literal};
  }
}

/// Adds the literals that have the bytes at `at`.
static void add_literals(search *search, size_t at) {
  const csearch_index *index = search->index;
  uint32_t bytes = bytes_at(search->text, search->count, at) | index->fold;
  uint32_t hash = csearch_long_hash(bytes);
  if (is_set(index->long_bits, hash)) {
    add_entries(search, at, bytes, index->long_slots, hash >> (CSEARCH_LONG_BITS - CSEARCH_SLOT_BITS));
  }
  hash = csearch_short_hash(bytes);
  if (is_set(index->short_bits, hash)) {
    add_entries(search, at, bytes, index->short_slots, hash >> (CSEARCH_SHORT_BITS - CSEARCH_SLOT_BITS));
  }
}

/// Looks up single places until one full block can be looked up again or nothing is left.
static size_t add_slowly(search *search, size_t at, size_t end, size_t room) {
  for (; at < end && search->hit_count <= room; at += 2) add_literals(search, at);
  return at;
}

static size_t find_any(search *search, size_t at, size_t end, size_t room) {
  const csearch_index *index = search->index;
  const uint8_t *text = search->text;
  for (; at + 16 <= end && at + 20 <= search->count && search->hit_count <= room; at += 16) {
    uint32_t found = 0;
    for (size_t lane = 0; lane < 8; lane++) {
      uint32_t bytes = four_bytes(text + at + 2 * lane) | index->fold;
      found |= (is_set(index->long_bits, csearch_long_hash(bytes)) | is_set(index->short_bits, csearch_short_hash(bytes)))
               << lane;
    }
    for (; found; found &= found - 1) add_literals(search, at + 2 * (size_t)__builtin_ctz(found));
  }
  return add_slowly(search, at, end, room);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static inline __m256i bits_of_hashes(const uint32_t *bits, __m256i hash) {
  __m256i word = _mm256_i32gather_epi32((const int *)bits, _mm256_srli_epi32(hash, 5), 4);
  // The bit becomes the sign of its lane.
  __m256i left = _mm256_xor_si256(hash, _mm256_set1_epi32(31));
  return _mm256_sllv_epi32(word, _mm256_and_si256(left, _mm256_set1_epi32(31)));
}

__attribute__((target("avx2"))) static inline uint32_t bits_of_eight(const csearch_index *index, const uint8_t *text) {
  __m256i low = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)text));
  __m256i high = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)(text + 2)));
  __m256i bytes = _mm256_or_si256(low, _mm256_slli_epi32(high, 16));
  bytes = _mm256_or_si256(bytes, _mm256_set1_epi32((int)index->fold));
  __m256i factor = _mm256_set1_epi32((int)0x9E3779B1u);
  __m256i long_hash = _mm256_srli_epi32(_mm256_mullo_epi32(bytes, factor), 32 - CSEARCH_LONG_BITS);
  __m256i three = _mm256_and_si256(bytes, _mm256_set1_epi32(0xFFFFFF));
  __m256i short_hash = _mm256_srli_epi32(_mm256_mullo_epi32(three, factor), 32 - CSEARCH_SHORT_BITS);
  __m256i found = _mm256_or_si256(
    bits_of_hashes(index->long_bits, long_hash), bits_of_hashes(index->short_bits, short_hash));
  return (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(found));
}

__attribute__((target("avx2"))) static size_t find_avx2(search *search, size_t at, size_t end, size_t room) {
  const uint8_t *text = search->text;
  for (; at + 32 <= end && at + 36 <= search->count && search->hit_count <= room; at += 32) {
    uint32_t found = bits_of_eight(search->index, text + at) | bits_of_eight(search->index, text + at + 16) << 8;
    for (; found; found &= found - 1) add_literals(search, at + 2 * (size_t)__builtin_ctz(found));
  }
  return add_slowly(search, at, end, room);
}
#endif

size_t csearch_literals(
  const csearch_index *index, const uint8_t *text, size_t count, size_t from, size_t until, size_t *at,
  csearch_hit *hits, size_t room
) {
  search search = {index, text, count, from, until, hits, 0};
  size_t end = until + index->longest_back < count ? until + index->longest_back : count;
  // What one place or block may add has to fit.
  size_t limit = room - 16 * index->most_at_place;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) {
    *at = find_avx2(&search, *at, end, limit);
  } else {
    *at = find_any(&search, *at, end, limit);
  }
#else
  *at = find_any(&search, *at, end, limit);
#endif
  if (*at >= end) *at = SIZE_MAX;
  return search.hit_count;
}
