// Searching bytes sixteen at a time, in the vector types that Clang and GCC have for every processor.
// In C because these loops are what a scan's time goes into, and because in a build without
// optimisation, which the tests use, Swift's vectors are a hundred times slower than these.
//
// Every function reads text[0 ..< count] and no further, and gives `end` when there is nothing more.

#ifndef CSEARCH_H
#define CSEARCH_H

#include <stddef.h>
#include <stdint.h>

/// The next place at or after `at` and before `end` with byte `a` at offset `first` and byte `b` at
/// offset `second` from it; first <= second.
size_t csearch_pair(
  const uint8_t *text, size_t count, size_t at, size_t end, size_t first, uint8_t a, size_t second,
  uint8_t b);

/// As `csearch_pair` with the bytes side by side or `distance` apart, each compared under a mask.
size_t csearch_masked(
  const uint8_t *text, size_t count, size_t at, size_t end, size_t distance, uint8_t mask_a, uint8_t a,
  uint8_t mask_b, uint8_t b);

/// The next place at or after `at` and before `end` with `%`, `&`, a backslash or an escape character.
size_t csearch_token(const uint8_t *text, size_t at, size_t end);

/// The next place at or after `at` and before `end` where an escape of a letter or digit could begin: `%`
/// or `=` and a hex digit from 1 to 7, `%u`, a backslash with u or x, `&#` or `;#`; an escape character; or
/// the first two bytes of a character that takes no room: C2 AD, E1 A0, E2 80, E2 81, EF BB.
size_t csearch_escape(const uint8_t *text, size_t count, size_t at, size_t end);

/// The next place of at, at + step, ... where sixteen bytes lie before `end` that are all base64 digits
/// (then `*kind` is 1) or all hex digits and what may stand between them (then 2).
size_t csearch_digits(const uint8_t *text, size_t at, size_t end, size_t step, int *kind);

/// The next place of at, at + step, ... where sixteen bytes lie before `end` that look like ASCII of two or
/// four bytes a character: every other byte is zero, and none has its high bit set.
size_t csearch_wide(const uint8_t *text, size_t at, size_t end, size_t step);

#endif
