// What the searches share: blocks of 32 bytes, one register where the processor has AVX2 and two elsewhere.
// What searches all bytes is compiled for both, and the processor is asked at each call, which costs a load.

#ifndef VECTORS_H
#define VECTORS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#error "the order of lanes is that of little-endian words"
#endif

typedef uint8_t block __attribute__((vector_size(32)));
typedef int8_t mask __attribute__((vector_size(32)));
typedef uint64_t words __attribute__((vector_size(32)));
typedef uint8_t half __attribute__((vector_size(16)));
typedef int8_t half_mask __attribute__((vector_size(16)));
typedef uint64_t half_words __attribute__((vector_size(16)));

// Vectors of 32 bytes are passed in other registers with AVX than without; here all such calls are inlined.
#pragma clang diagnostic ignored "-Wpsabi"
#define INLINE static inline __attribute__((always_inline))
/// For what a search asks at single places: inlined it would be there several times.
#define APART static __attribute__((noinline))

#if defined(__x86_64__)
#define SEARCH(type, name, parameters, arguments)                                                   \
  __attribute__((target("avx2"))) static type name##_avx2 parameters { return name##_body arguments; } \
  static type name##_any parameters { return name##_body arguments; }                               \
  type name parameters {                                                                            \
    return __builtin_cpu_supports("avx2") ? name##_avx2 arguments : name##_any arguments;           \
  }
#else
#define SEARCH(type, name, parameters, arguments) \
  type name parameters { return name##_body arguments; }
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

INLINE mask from_to(block bytes, uint8_t first, uint8_t last) {
  return (mask)((block)(bytes - first) <= (uint8_t)(last - first));
}

/// A bit for each lane, the first lowest.
INLINE uint64_t lane_bits(mask lanes) {
#if defined(CSEARCH_AVX2)
  typedef char all __attribute__((vector_size(32)));
  return (uint32_t)__builtin_ia32_pmovmskb256((all)lanes);
#elif defined(__x86_64__)
  typedef char chars __attribute__((vector_size(16)));
  half low = __builtin_shufflevector((block)lanes, (block)lanes, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  half high = __builtin_shufflevector((block)lanes, (block)lanes, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31);
  return (uint64_t)(uint16_t)__builtin_ia32_pmovmskb128((chars)low) |
         (uint64_t)(uint16_t)__builtin_ia32_pmovmskb128((chars)high) << 16;
#else
  words all = (words)lanes & 0x0101010101010101;
  uint64_t bits = 0;
  for (int word = 0; word < 4; word++) bits |= (all[word] * 0x0102040810204080) >> 56 << (8 * word);
  return bits;
#endif
}

INLINE uint32_t half_lane_bits(half_mask lanes) {
#if defined(__x86_64__)
  typedef char chars __attribute__((vector_size(16)));
  return (uint32_t)(uint16_t)__builtin_ia32_pmovmskb128((chars)lanes);
#else
  half_words all = (half_words)lanes & 0x0101010101010101;
  return (uint32_t)((all[0] * 0x0102040810204080) >> 56 | (all[1] * 0x0102040810204080) >> 56 << 8);
#endif
}

INLINE uint64_t lane_bits_of_two(mask one, mask two) { return lane_bits(one) | lane_bits(two) << 32; }

/// The first lane that is set, of those of two masks, of which one is.
INLINE size_t first_lane(mask one, mask two) { return (size_t)__builtin_ctzll(lane_bits_of_two(one, two)); }

#endif
