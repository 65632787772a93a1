#include "csearch.h"

#include <string.h>

// Blocks of 32 bytes: one register where the processor has AVX2, two elsewhere. What searches all bytes is
// compiled for both, and the processor is asked at each call, which costs a load.
typedef uint8_t block __attribute__((vector_size(32)));
typedef int8_t mask __attribute__((vector_size(32)));
typedef uint64_t words __attribute__((vector_size(32)));

// Vectors of 32 bytes are passed in other registers with AVX than without; here all such calls are inlined.
#pragma clang diagnostic ignored "-Wpsabi"
#define INLINE static inline __attribute__((always_inline))

#if defined(__x86_64__)
#define SEARCH(name, parameters, arguments)                                                           \
  __attribute__((target("avx2"))) static size_t name##_avx2 parameters { return name##_body arguments; } \
  static size_t name##_any parameters { return name##_body arguments; }                               \
  size_t name parameters {                                                                            \
    return __builtin_cpu_supports("avx2") ? name##_avx2 arguments : name##_any arguments;             \
  }
#else
#define SEARCH(name, parameters, arguments) \
  size_t name parameters { return name##_body arguments; }
#endif

INLINE block load(const uint8_t *text) {
  block bytes;
  memcpy(&bytes, text, sizeof bytes);
  return bytes;
}

INLINE int is_any(mask lanes) {
  words both = (words)lanes;
  return ((both[0] | both[1]) | (both[2] | both[3])) != 0;
}

/// The first lane that is set, of those of two masks, of which one is.
INLINE size_t first_lane(mask one, mask two) {
  words both[2] = {(words)one, (words)two};
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#error "the order of lanes is that of little-endian words"
#endif
  for (size_t word = 0; word < 8; word++) {
    uint64_t lanes = both[word / 4][word % 4];
    if (lanes) return word * 8 + (size_t)__builtin_ctzll(lanes) / 8;
  }
  return 64;
}

INLINE mask from_to(block bytes, uint8_t first, uint8_t last) {
  return (mask)((block)(bytes - first) <= (uint8_t)(last - first));
}

INLINE size_t csearch_pair_body(
  const uint8_t *text, size_t count, size_t at, size_t end, size_t first, uint8_t a, size_t second,
  uint8_t b
) {
  // Blocks of 64 places while all that they probe is there.
  while (at + 64 <= end && at + second + 64 <= count) {
    const uint8_t *one = text + at + first, *two = text + at + second;
    mask hits0 = (load(one) == a) & (load(two) == b);
    mask hits1 = (load(one + 32) == a) & (load(two + 32) == b);
    if (is_any(hits0 | hits1)) return at + first_lane(hits0, hits1);
    at += 64;
  }
  for (; at < end && at + second < count; at++) {
    if (text[at + first] == a && text[at + second] == b) return at;
  }
  return end;
}
SEARCH(csearch_pair, (const uint8_t *text, size_t count, size_t at, size_t end, size_t first, uint8_t a, size_t second, uint8_t b), (text, count, at, end, first, a, second, b))

INLINE mask masked(const uint8_t *one, const uint8_t *two, uint8_t mask_a, uint8_t a, uint8_t mask_b, uint8_t b) {
  return ((load(one) & mask_a) == a) & ((load(two) & mask_b) == b);
}

INLINE size_t csearch_masked_body(
  const uint8_t *text, size_t count, size_t at, size_t end, size_t distance, uint8_t mask_a, uint8_t a,
  uint8_t mask_b, uint8_t b
) {
  while (at + 64 <= end && at + distance + 64 <= count) {
    const uint8_t *one = text + at, *two = one + distance;
    mask hits0 = masked(one, two, mask_a, a, mask_b, b);
    mask hits1 = masked(one + 32, two + 32, mask_a, a, mask_b, b);
    if (is_any(hits0 | hits1)) return at + first_lane(hits0, hits1);
    at += 64;
  }
  for (; at < end && at + distance < count; at++) {
    if ((text[at] & mask_a) == a && (text[at + distance] & mask_b) == b) return at;
  }
  return end;
}
SEARCH(csearch_masked, (const uint8_t *text, size_t count, size_t at, size_t end, size_t distance, uint8_t mask_a, uint8_t a, uint8_t mask_b, uint8_t b), (text, count, at, end, distance, mask_a, a, mask_b, b))

INLINE mask tokens(const uint8_t *text) {
  block bytes = load(text);
  return (bytes == '%') | (bytes == '&') | (bytes == '\\') | (bytes == 0x1B);
}

INLINE size_t csearch_token_body(const uint8_t *text, size_t at, size_t end) {
  for (; at + 64 <= end; at += 64) {
    const uint8_t *here = text + at;
    mask hits0 = tokens(here), hits1 = tokens(here + 32);
    if (is_any(hits0 | hits1)) return at + first_lane(hits0, hits1);
  }
  for (; at < end; at++) {
    if (text[at] == '%' || text[at] == '&' || text[at] == '\\' || text[at] == 0x1B) return at;
  }
  return end;
}
SEARCH(csearch_token, (const uint8_t *text, size_t at, size_t end), (text, at, end))

INLINE int begins_escape(uint8_t first, uint8_t second) {
  switch (first) {
  case '%': return (second >= '1' && second <= '7') || second == 'u';
  case '=': return second >= '1' && second <= '7';
  case '\\': return (second | 0x20) == 'u' || second == 'x';
  case '&':
  case ';': return second == '#';
  case 0x1B: return 1;
  case 0xC2: return second == 0xAD;
  case 0xE1: return second == 0xA0;
  case 0xE2: return second == 0x80 || second == 0x81;
  case 0xEF: return second == 0xBB;
  default: return 0;
  }
}

INLINE mask escapes(const uint8_t *text) {
  block first = load(text), second = load(text + 1);
  mask percent = first == '%', letter_u = second == 'u';
  // Hex digits of ASCII's letters and digits begin with 2 to 7, those of the escape character with 1.
  mask hex = (percent | (first == '=')) & from_to(second, '1', '7');
  mask backslash = (first == '\\') & (((second | 0x20) == 'u') | (second == 'x'));
  mask reference = (second == '#') & ((first == '&') | (first == ';'));
  return hex | (percent & letter_u) | backslash | reference | (first == 0x1B);
}

INLINE mask zero_widths(const uint8_t *text) {
  block first = load(text), second = load(text + 1);
  return ((first == 0xE2) & ((second & 0xFE) == 0x80)) | ((first == 0xC2) & (second == 0xAD)) |
         ((first == 0xEF) & (second == 0xBB)) | ((first == 0xE1) & (second == 0xA0));
}

INLINE size_t csearch_escape_body(const uint8_t *text, size_t count, size_t at, size_t end) {
  while (at + 64 <= end && at + 65 <= count) {
    const uint8_t *here = text + at;
    mask hits0 = escapes(here), hits1 = escapes(here + 32);
    if (is_any((mask)(load(here) | load(here + 32)) < 0)) {
      hits0 |= zero_widths(here);
      hits1 |= zero_widths(here + 32);
    }
    if (is_any(hits0 | hits1)) return at + first_lane(hits0, hits1);
    at += 64;
  }
  for (; at < end; at++) {
    if (begins_escape(text[at], at + 1 < count ? text[at + 1] : 0)) return at;
  }
  return end;
}
SEARCH(csearch_escape, (const uint8_t *text, size_t count, size_t at, size_t end), (text, count, at, end))

typedef uint8_t half __attribute__((vector_size(16)));
typedef int8_t half_mask __attribute__((vector_size(16)));
typedef uint64_t half_words __attribute__((vector_size(16)));

INLINE half_mask half_from_to(half bytes, uint8_t first, uint8_t last) {
  return (half_mask)((half)(bytes - first) <= (uint8_t)(last - first));
}

INLINE int half_is_every(half_mask lanes) {
  half_words both = (half_words)lanes;
  return (both[0] & both[1]) == UINT64_MAX;
}

INLINE size_t csearch_digits_body(const uint8_t *text, size_t at, size_t end, size_t step, int *kind) {
  for (; at + 16 <= end; at += step) {
    half bytes;
    memcpy(&bytes, text + at, sizeof bytes);
    half lowered = bytes | 0x20;
    // The slash comes right before the numbers.
    half_mask digit = half_from_to(lowered, 'a', 'z') | half_from_to(bytes, '/', '9') | (bytes == '+') | (bytes == '-') |
                 (bytes == '_');
    if (half_is_every(digit)) {
      *kind = 1;
      return at;
    }
    // Blanks and line ends, comma and dash, colon, the percent sign of an escaped blank, the x of 0x.
    half_mask hex = half_from_to(lowered, 'a', 'f') | half_from_to(bytes, '0', '9');
    half_mask separator = (half_mask)(bytes <= 0x20) | half_from_to(bytes, ',', '-') | (bytes == ':') | (bytes == '%') |
                     (lowered == 'x');
    if (half_is_every(hex | separator) && !half_is_every(~hex)) {
      *kind = 2;
      return at;
    }
  }
  return end;
}
SEARCH(csearch_digits, (const uint8_t *text, size_t at, size_t end, size_t step, int *kind), (text, at, end, step, kind))

size_t csearch_wide(const uint8_t *text, size_t at, size_t end, size_t step) {
  for (; at + 16 <= end; at += step) {
    uint64_t halves[2];
    memcpy(halves, text + at, sizeof halves);
    uint64_t both = halves[0] | halves[1];
    if (both & 0x8080808080808080 || both == 0) continue;
    if (!(both & 0xFF00FF00FF00FF00) || !(both & 0x00FF00FF00FF00FF)) return at;
  }
  return end;
}
