// A search for many texts of seven bytes or more: every fourth place is looked up by its four bytes. A text has four such
// places to be found at, one for each way in which it may lie. Where the bit of their hash is set, their value decides.

#include "csearch.h"
#include "vectors.h"

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

size_t csearch_sample(const csearch_samples *samples, const uint8_t *text, size_t count, size_t at, size_t end) {
  const size_t limit = end;
  if (count < 4) return limit;
  if (end > count - 3) end = count - 3;
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
  return limit;
}
