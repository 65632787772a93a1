#include "csearch.h"

#include <string.h>

typedef uint8_t block __attribute__((vector_size(16)));
typedef int8_t mask __attribute__((vector_size(16)));
typedef uint64_t words __attribute__((vector_size(16)));

static inline block load(const uint8_t *text) {
  block bytes;
  memcpy(&bytes, text, sizeof bytes);
  return bytes;
}

static inline int is_any(mask lanes) {
  words both = (words)lanes;
  return (both[0] | both[1]) != 0;
}

static inline int is_every(mask lanes) {
  words both = (words)lanes;
  return (both[0] & both[1]) == UINT64_MAX;
}

/// The first lane that is set, of sixteen; 16 when none is.
static inline size_t first_lane(mask lanes) {
  words both = (words)lanes;
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#error "the order of lanes is that of little-endian words"
#endif
  if (both[0]) return (size_t)__builtin_ctzll(both[0]) / 8;
  if (both[1]) return 8 + (size_t)__builtin_ctzll(both[1]) / 8;
  return 16;
}

static inline mask from_to(block bytes, uint8_t first, uint8_t last) {
  return (mask)((block)(bytes - first) <= (uint8_t)(last - first));
}

size_t csearch_pair(
  const uint8_t *text, size_t count, size_t at, size_t end, size_t first, uint8_t a, size_t second,
  uint8_t b
) {
  // Blocks of 64 places while all that they probe is there.
  while (at + 64 <= end && at + second + 64 <= count) {
    const uint8_t *one = text + at + first, *two = text + at + second;
    mask hits0 = (load(one) == a) & (load(two) == b);
    mask hits1 = (load(one + 16) == a) & (load(two + 16) == b);
    mask hits2 = (load(one + 32) == a) & (load(two + 32) == b);
    mask hits3 = (load(one + 48) == a) & (load(two + 48) == b);
    if (is_any((hits0 | hits1) | (hits2 | hits3))) {
      if (is_any(hits0)) return at + first_lane(hits0);
      if (is_any(hits1)) return at + 16 + first_lane(hits1);
      if (is_any(hits2)) return at + 32 + first_lane(hits2);
      return at + 48 + first_lane(hits3);
    }
    at += 64;
  }
  for (; at < end && at + second < count; at++) {
    if (text[at + first] == a && text[at + second] == b) return at;
  }
  return end;
}

static inline mask masked(const uint8_t *one, const uint8_t *two, uint8_t mask_a, uint8_t a, uint8_t mask_b, uint8_t b) {
  return ((load(one) & mask_a) == a) & ((load(two) & mask_b) == b);
}

size_t csearch_masked(
  const uint8_t *text, size_t count, size_t at, size_t end, size_t distance, uint8_t mask_a, uint8_t a,
  uint8_t mask_b, uint8_t b
) {
  while (at + 64 <= end && at + distance + 64 <= count) {
    const uint8_t *one = text + at, *two = one + distance;
    mask hits0 = masked(one, two, mask_a, a, mask_b, b);
    mask hits1 = masked(one + 16, two + 16, mask_a, a, mask_b, b);
    mask hits2 = masked(one + 32, two + 32, mask_a, a, mask_b, b);
    mask hits3 = masked(one + 48, two + 48, mask_a, a, mask_b, b);
    if (is_any((hits0 | hits1) | (hits2 | hits3))) {
      if (is_any(hits0)) return at + first_lane(hits0);
      if (is_any(hits1)) return at + 16 + first_lane(hits1);
      if (is_any(hits2)) return at + 32 + first_lane(hits2);
      return at + 48 + first_lane(hits3);
    }
    at += 64;
  }
  for (; at < end && at + distance < count; at++) {
    if ((text[at] & mask_a) == a && (text[at + distance] & mask_b) == b) return at;
  }
  return end;
}

static inline mask tokens(const uint8_t *text) {
  block bytes = load(text);
  return (bytes == '%') | (bytes == '&') | (bytes == '\\') | (bytes == 0x1B);
}

size_t csearch_token(const uint8_t *text, size_t at, size_t end) {
  for (; at + 64 <= end; at += 64) {
    const uint8_t *here = text + at;
    mask hits0 = tokens(here), hits1 = tokens(here + 16), hits2 = tokens(here + 32), hits3 = tokens(here + 48);
    if (!is_any((hits0 | hits1) | (hits2 | hits3))) continue;
    if (is_any(hits0)) return at + first_lane(hits0);
    if (is_any(hits1)) return at + 16 + first_lane(hits1);
    if (is_any(hits2)) return at + 32 + first_lane(hits2);
    return at + 48 + first_lane(hits3);
  }
  for (; at < end; at++) {
    if (text[at] == '%' || text[at] == '&' || text[at] == '\\' || text[at] == 0x1B) return at;
  }
  return end;
}

static inline int begins_escape(uint8_t first, uint8_t second) {
  switch (first) {
  case '%': return (second >= '1' && second <= '7') || second == 'u';
  case '=': return second >= '1' && second <= '7';
  case '\\': return second == 'u' || second == 'x';
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

static inline mask escapes(const uint8_t *text) {
  block first = load(text), second = load(text + 1);
  mask percent = first == '%', letter_u = second == 'u';
  // Hex digits of ASCII's letters and digits begin with 2 to 7, those of the escape character with 1.
  mask hex = (percent | (first == '=')) & from_to(second, '1', '7');
  mask backslash = (first == '\\') & (letter_u | (second == 'x'));
  mask reference = (second == '#') & ((first == '&') | (first == ';'));
  return hex | (percent & letter_u) | backslash | reference | (first == 0x1B);
}

static inline mask zero_widths(const uint8_t *text) {
  block first = load(text), second = load(text + 1);
  return ((first == 0xE2) & ((second & 0xFE) == 0x80)) | ((first == 0xC2) & (second == 0xAD)) |
         ((first == 0xEF) & (second == 0xBB)) | ((first == 0xE1) & (second == 0xA0));
}

size_t csearch_escape(const uint8_t *text, size_t count, size_t at, size_t end) {
  while (at + 64 <= end && at + 65 <= count) {
    const uint8_t *here = text + at;
    mask hits0 = escapes(here), hits1 = escapes(here + 16);
    mask hits2 = escapes(here + 32), hits3 = escapes(here + 48);
    mask high = (mask)((load(here) | load(here + 16)) | (load(here + 32) | load(here + 48))) < 0;
    if (is_any(high)) {
      hits0 |= zero_widths(here);
      hits1 |= zero_widths(here + 16);
      hits2 |= zero_widths(here + 32);
      hits3 |= zero_widths(here + 48);
    }
    if (is_any((hits0 | hits1) | (hits2 | hits3))) {
      if (is_any(hits0)) return at + first_lane(hits0);
      if (is_any(hits1)) return at + 16 + first_lane(hits1);
      if (is_any(hits2)) return at + 32 + first_lane(hits2);
      return at + 48 + first_lane(hits3);
    }
    at += 64;
  }
  for (; at < end; at++) {
    if (begins_escape(text[at], at + 1 < count ? text[at + 1] : 0)) return at;
  }
  return end;
}

size_t csearch_digits(const uint8_t *text, size_t at, size_t end, size_t step, int *kind) {
  for (; at + 16 <= end; at += step) {
    block bytes = load(text + at), lowered = bytes | 0x20;
    // The slash comes right before the numbers.
    mask digit = from_to(lowered, 'a', 'z') | from_to(bytes, '/', '9') | (bytes == '+') | (bytes == '-') |
                 (bytes == '_');
    if (is_every(digit)) {
      *kind = 1;
      return at;
    }
    // Blanks and line ends, comma and dash, colon, the percent sign of an escaped blank, the x of 0x.
    mask hex = from_to(lowered, 'a', 'f') | from_to(bytes, '0', '9');
    mask separator = (mask)(bytes <= 0x20) | from_to(bytes, ',', '-') | (bytes == ':') | (bytes == '%') |
                     (lowered == 'x');
    if (is_every(hex | separator) && is_any(hex)) {
      *kind = 2;
      return at;
    }
  }
  return end;
}

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
