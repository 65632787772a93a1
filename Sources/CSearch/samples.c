// A search for many texts of seven bytes or more: every fourth place is looked up by its four bytes. A text has four such
// places to be found at, one for each way in which it may lie. Their hash says which word of a table has bits for them, and
// which three. Where all three are set, their value decides: one bit would be set for one place in ten.

#include "csearch.h"
#include "vectors.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

INLINE uint32_t value_at(const uint8_t *text) {
  uint32_t value;
  memcpy(&value, text, sizeof value);
  return value;
}

// The upper bits of the hash are the word, the next five the first bit, counted from the highest, and so on.
enum { FIRST_BIT = 32 - CSEARCH_SAMPLE_BITS - 5, SECOND_BIT = FIRST_BIT - 5, THIRD_BIT = SECOND_BIT - 5 };

uint32_t csearch_sample_hash(uint32_t value) { return value * 0x9E3779B1u; }

uint32_t csearch_sample_bits(uint32_t hash) {
  const uint32_t highest = (uint32_t)1 << 31;
  return highest >> (hash >> FIRST_BIT & 31) | highest >> (hash >> SECOND_BIT & 31) | highest >> (hash >> THIRD_BIT & 31);
}

INLINE uint32_t is_set(const uint32_t *words, uint32_t value) {
  uint32_t hash = csearch_sample_hash(value);
  uint32_t word = words[hash >> (32 - CSEARCH_SAMPLE_BITS)];
  return (word << (hash >> FIRST_BIT & 31) & word << (hash >> SECOND_BIT & 31) & word << (hash >> THIRD_BIT & 31)) >> 31;
}

static int is_sample(const csearch_samples *samples, uint32_t value) {
  uint32_t slot = csearch_sample_hash(value) >> (32 - CSEARCH_SAMPLE_SLOT_BITS);
  for (uint32_t entry = samples->slots[slot]; entry < samples->slots[slot + 1]; entry++) {
    if (samples->values[entry] == value) return 1;
  }
  return 0;
}

// The first from `at` on, with four bytes before `end` plus three; `end` or more if there is none.
static size_t sample_any(const csearch_samples *samples, const uint8_t *text, size_t at, size_t end) {
  const uint32_t *words = samples->words;
  while (at < end) {
    for (; at + 16 <= end; at += 16) {
      const uint8_t *here = text + at;
      if (is_set(words, value_at(here)) | is_set(words, value_at(here + 4)) | is_set(words, value_at(here + 8)) |
          is_set(words, value_at(here + 12)))
        break;
    }
    size_t stop = at + 16 < end ? at + 16 : end;
    for (; at < stop; at += 4) {
      uint32_t value = value_at(text + at);
      if (is_set(words, value) && is_sample(samples, value)) return at;
    }
  }
  return end;
}

#if defined(__x86_64__)
/// The words with the bit as the sign of their lanes that five bits of the hashes from `from` on say.
__attribute__((target("avx2"))) static inline __m256i signs(__m256i words, __m256i hashes, int from) {
  return _mm256_sllv_epi32(words, _mm256_and_si256(_mm256_srli_epi32(hashes, from), _mm256_set1_epi32(31)));
}

__attribute__((target("avx2"))) static size_t sample_avx2(
  const csearch_samples *samples, const uint8_t *text, size_t at, size_t end) {
  const __m256i factor = _mm256_set1_epi32((int)0x9E3779B1u);
  for (; at + 32 <= end; at += 32) {
    __m256i hashes = _mm256_mullo_epi32(_mm256_loadu_si256((const __m256i *)(text + at)), factor);
    __m256i words = _mm256_i32gather_epi32(
      (const int *)samples->words, _mm256_srli_epi32(hashes, 32 - CSEARCH_SAMPLE_BITS), 4);
    __m256i all = _mm256_and_si256(signs(words, hashes, FIRST_BIT), signs(words, hashes, SECOND_BIT));
    all = _mm256_and_si256(all, signs(words, hashes, THIRD_BIT));
    uint32_t found = (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(all));
    for (; found; found &= found - 1) {
      size_t place = at + 4 * (size_t)__builtin_ctz(found);
      if (is_sample(samples, value_at(text + place))) return place;
    }
  }
  return sample_any(samples, text, at, end);
}
#endif

size_t csearch_sample(const csearch_samples *samples, const uint8_t *text, size_t count, size_t at, size_t end) {
  const size_t last = count < 4 ? 0 : count - 3 < end ? count - 3 : end;
  if (at >= last) return end;
#if defined(__x86_64__)
  size_t place = __builtin_cpu_supports("avx2") ? sample_avx2(samples, text, at, last) : sample_any(samples, text, at, last);
#else
  size_t place = sample_any(samples, text, at, last);
#endif
  return place < last ? place : end;
}
