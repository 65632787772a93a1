// A search for many texts of seven bytes or more: every fourth place is looked up by its four bytes. A text has four such
// places to be found at, one for each way in which it may lie. Where the bit of their hash is set, their value decides.

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

uint32_t csearch_sample_hash(uint32_t value) { return value * 0x9E3779B1u >> (32 - CSEARCH_SAMPLE_BITS); }

INLINE int is_set(const uint64_t *bits, uint32_t value) {
  uint32_t hash = csearch_sample_hash(value);
  return bits[hash >> 6] >> (hash & 63) & 1;
}

static int is_sample(const csearch_samples *samples, uint32_t value) {
  uint32_t slot = csearch_sample_hash(value) >> (CSEARCH_SAMPLE_BITS - CSEARCH_SAMPLE_SLOT_BITS);
  for (uint32_t entry = samples->slots[slot]; entry < samples->slots[slot + 1]; entry++) {
    if (samples->values[entry] == value) return 1;
  }
  return 0;
}

// The first from `at` on, with four bytes before `end` plus three; `end` or more if there is none.
static size_t sample_any(const csearch_samples *samples, const uint8_t *text, size_t at, size_t end) {
  const uint64_t *bits = samples->bits;
  while (at < end) {
    for (; at + 16 <= end; at += 16) {
      const uint8_t *here = text + at;
      if (is_set(bits, value_at(here)) | is_set(bits, value_at(here + 4)) | is_set(bits, value_at(here + 8)) |
          is_set(bits, value_at(here + 12)))
        break;
    }
    size_t stop = at + 16 < end ? at + 16 : end;
    for (; at < stop; at += 4) {
      uint32_t value = value_at(text + at);
      if (is_set(bits, value) && is_sample(samples, value)) return at;
    }
  }
  return end;
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static size_t sample_avx2(
  const csearch_samples *samples, const uint8_t *text, size_t at, size_t end) {
  const int *bits = (const int *)samples->bits;
  const __m256i factor = _mm256_set1_epi32((int)0x9E3779B1u);
  for (; at + 32 <= end; at += 32) {
    __m256i hash = _mm256_mullo_epi32(_mm256_loadu_si256((const __m256i *)(text + at)), factor);
    hash = _mm256_srli_epi32(hash, 32 - CSEARCH_SAMPLE_BITS);
    __m256i word = _mm256_i32gather_epi32(bits, _mm256_srli_epi32(hash, 5), 4);
    // The bit becomes the sign of its lane.
    __m256i left = _mm256_andnot_si256(hash, _mm256_set1_epi32(31));
    uint32_t found = (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_sllv_epi32(word, left)));
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
