// Text of two or four bytes a character that is ASCII in another writing: UTF-16 and UTF-32.

#include "csearch.h"
#include "vectors.h"

INLINE mask is_text(block bytes) {
  return from_to(bytes, 0x20, 0x7E) | from_to(bytes, 0x07, 0x0D) | (bytes == 0x1B);
}

/// Lanes of 32 that hold the byte `low` of a character of `width` bytes.
INLINE uint32_t low_lanes(size_t width, size_t low) { return (width == 2 ? 0x55555555u : 0x11111111u) << low; }

// Every second byte, or three of each four, is zero.
INLINE size_t csearch_wide_body(const uint8_t *text, size_t at, size_t end, size_t step) {
  for (; at + 16 <= end; at += step) {
    uint64_t halves[2];
    memcpy(halves, text + at, sizeof halves);
    uint64_t both = halves[0] | halves[1];
    if (both & 0x8080808080808080 || both == 0) continue;
    if (both & 0xFF00FF00FF00FF00 && both & 0x00FF00FF00FF00FF) continue;
    uint8_t room[32] = {0};
    memcpy(room, text + at, 16);
    block bytes = load(room);
    uint32_t texts = (uint32_t)lane_bits(is_text(bytes)) & 0xFFFF;
    if (texts == 0x5555 || texts == 0xAAAA || texts == 0x1111 || texts == 0x2222 || texts == 0x4444 || texts == 0x8888) {
      if ((uint32_t)(texts | (lane_bits(bytes == 0) & 0xFFFF)) == 0xFFFF) return at;
    }
  }
  return end;
}
SEARCH(size_t, csearch_wide, (const uint8_t *text, size_t at, size_t end, size_t step), (text, at, end, step))

INLINE size_t csearch_wide_end_body(const uint8_t *text, size_t at, size_t end, size_t width, size_t low) {
  uint32_t lows = low_lanes(width, low);
  for (; at + 32 <= end; at += 32) {
    block bytes = load(text + at);
    uint32_t texts = (uint32_t)lane_bits(is_text(bytes)), zeros = (uint32_t)lane_bits(bytes == 0);
    uint32_t others = (~texts & lows) | (~zeros & ~lows);
    if (others) return at + (size_t)__builtin_ctz(others) / width * width;
  }
  return at;
}
SEARCH(size_t, csearch_wide_end, (const uint8_t *text, size_t at, size_t end, size_t width, size_t low), (text, at, end, width, low))

void csearch_narrow(const uint8_t *text, size_t count, size_t width, size_t low, uint8_t *bytes) {
  size_t at = 0;
  if (width == 2) {
    for (; at + 32 <= count; at += 32) {
      block one = load(text + 2 * at), two = load(text + 2 * at + 32);
      block narrow = low == 0
        ? __builtin_shufflevector(one, two, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36, 38, 40, 42, 44, 46, 48, 50, 52, 54, 56, 58, 60, 62)
        : __builtin_shufflevector(one, two, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31, 33, 35, 37, 39, 41, 43, 45, 47, 49, 51, 53, 55, 57, 59, 61, 63);
      memcpy(bytes + at, &narrow, sizeof narrow);
    }
  }
  for (; at < count; at++) bytes[at] = text[width * at + low];
}
