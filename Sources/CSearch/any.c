// Many pairs of bytes at once: each block of a text is loaded once and compared with all of them. For short texts, where
// a search for each pair would mostly be the cost of its call.

#include "csearch.h"
#include "vectors.h"

INLINE mask hits(const uint8_t *text, const csearch_probe *probe) {
  return ((load(text) & probe->mask_a) == probe->a) & ((load(text + probe->distance) & probe->mask_b) == probe->b);
}

INLINE int csearch_has_any_body(const uint8_t *text, size_t count, const csearch_probe *probes, size_t probe_count) {
  size_t at = 0;
  for (; at + 32 + CSEARCH_MOST_DISTANCE <= count; at += 32) {
    mask any = {0};
    for (size_t index = 0; index < probe_count; index++) any |= hits(text + at, probes + index);
    if (is_any(any)) return 1;
  }
  // The rest with zeros after it, of which a probe may take some for its bytes: a false hit.
  uint8_t rest[64 + 2 * CSEARCH_MOST_DISTANCE] = {0};
  memcpy(rest, text + at, count - at);
  for (size_t end = count - at, from = 0; from < end; from += 32) {
    mask any = {0};
    for (size_t index = 0; index < probe_count; index++) any |= hits(rest + from, probes + index);
    uint64_t lanes = end - from < 32 ? ((uint64_t)1 << (end - from)) - 1 : ~(uint64_t)0;
    if (lane_bits(any) & lanes) return 1;
  }
  return 0;
}
SEARCH(int, csearch_has_any, (const uint8_t *text, size_t count, const csearch_probe *probes, size_t probe_count), (text, count, probes, probe_count))
