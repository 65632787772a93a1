// Searching bytes sixteen at a time, in the vector types that Clang and GCC have for every processor.
// In C because these loops are what a scan's time goes into, and because in a build without
// optimisation, which the tests use, Swift's vectors are a hundred times slower than these.
//
// Every function reads text[0 ..< count] and no further, and gives `end` when there is nothing more.

#ifndef CSEARCH_H
#define CSEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "roles.h"

/// The next place at or after `at` and before `end` with byte `a` at offset `first` and byte `b` at
/// offset `second` from it; first <= second.
size_t csearch_pair(
  const uint8_t *text, size_t count, size_t at, size_t end, size_t first, uint8_t a, size_t second,
  uint8_t b);

/// Whether two texts of `count` bytes are the same.
static inline bool csearch_is_equal(const void *left, const void *right, size_t count) {
  return memcmp(left, right, count) == 0;
}

/// As `csearch_pair` with the bytes side by side or `distance` apart, each compared under a mask.
size_t csearch_masked(
  const uint8_t *text, size_t count, size_t at, size_t end, size_t distance, uint8_t mask_a, uint8_t a,
  uint8_t mask_b, uint8_t b);

/// The next place at or after `at` and before `end` where an escape may begin, or a character that takes no room, or a
/// colour code: `%`, `&`, `=`, a backslash, `#033`, `^[`, `U+` and others. With `members`, a table of CSEARCH_MEMBERS
/// bytes, an escape of one of these alone, and a code or a character after one. Without a table, what may begin a tag,
/// stars or a quote too.
size_t csearch_token(const uint8_t *text, size_t count, size_t at, size_t end, const uint8_t *members);

/// Two bytes, each compared under a mask, the second `distance` bytes after the first.
typedef struct csearch_probe {
  uint8_t mask_a, a, mask_b, b;
  uint16_t distance;
} csearch_probe;

enum { CSEARCH_MOST_DISTANCE = 64 };

/// Whether one of the probes hits anywhere; distances are at most CSEARCH_MOST_DISTANCE. It may also be said of bytes at
/// the end of the text, so a hit needs a closer look.
int csearch_has_any(const uint8_t *text, size_t count, const csearch_probe *probes, size_t probe_count);

/// Whether one of the at most 32 bytes at a text's end could begin what `csearch_token` finds, and go on after the end.
int csearch_has_token_start(const uint8_t *text, size_t count);

enum {
  /// A letter of a word.
  CSEARCH_WORD = 1,
  /// What an escape begins with.
  CSEARCH_BEGINS = 2,
  /// What matters only if it is escaped twice.
  CSEARCH_ENDS_LINE = 4,
  /// A letter after which more of a word comes.
  CSEARCH_INNER = 8,

  /// Where a table says whether some word begins with something other than a letter or a digit, or has bytes above 0x7F.
  CSEARCH_SPECIAL = 256,
  /// Bytes of a table.
  CSEARCH_MEMBERS = 257,
};

/// The next place at or after `at` and before `end` where an escape could begin of a byte that `members`, a table of
/// 256, has an entry for: `%` or `=` and two hex digits, `%u`, a backslash with u, U or x, `&#`, or `&amp;` with either
/// after it; or where a control sequence or a character that takes no room stands in a word. Blanks, quotes and bytes
/// above 0x7F are no members, and line ends matter only if they are escaped twice.
size_t csearch_escape(const uint8_t *text, size_t count, size_t at, size_t end, const uint8_t *members);

enum {
  /// The search finds every unbroken run of at least this many digits.
  CSEARCH_COVERED = 47,
  /// It skips shorter unbroken runs, unless they are hex: thirty bytes of base64.
  CSEARCH_FEWEST_DIGITS = 40,
};

/// The next place at or after `at` where digits begin that stand for fifteen bytes of ASCII: base64 digits or hex
/// digits in a row (then `*kind` is 1), or hex digits with blanks, commas and the like between them (then
/// 2), or a list of numbers of two or three digits (then 3). Finds every unbroken
/// run of CSEARCH_COVERED digits or more, and some that are shorter.
size_t csearch_encoded(const uint8_t *text, size_t at, size_t end, int *kind);

/// Whether there are digits in a row before `end` that stand for fifteen bytes of ASCII.
int csearch_is_encoded(const uint8_t *text, size_t at, size_t end);

/// Where the base64 digits end that go on from `at`, in either alphabet.
size_t csearch_digits_end(const uint8_t *text, size_t at, size_t end);

/// Where the base64 digits begin that end at `at`, not before `first`.
size_t csearch_digits_start(const uint8_t *text, size_t first, size_t at);

/// Lines from `at` on, one after the other, of `width` base64 digits and a line feed; `width` is 32 or more.
size_t csearch_even_lines(const uint8_t *text, size_t at, size_t end, size_t width);

/// The next run from `at` on of CSEARCH_FEWEST_DIGITS hex digits or more, and its end; `count` if there is none.
size_t csearch_hex_run(const uint8_t *digits, size_t count, size_t at, size_t *run_end);

enum {
  /// Digits of base64 after which a line may have been broken.
  CSEARCH_LONG_LINE = 48,
};

/// The next place from `at` to `end` where so many digits of base64 or more end; `count` if there is none.
size_t csearch_long_line(const uint8_t *text, size_t count, size_t at, size_t end);

/// The next place at or after `at` where digits of base64 or hex begin that may be what a compressor made: they begin with
/// the mark of gzip, zlib or zip, or are CSEARCH_DEFLATE_DIGITS in a row. `first` is where the text begins.
size_t csearch_compressed(const uint8_t *text, size_t first, size_t at, size_t end);

/// Whether four digits begin what gzip, zlib or zip made, in base64 or hex.
int csearch_begins_compressed(const uint8_t *digits);

enum {
  /// Digits that are asked whether they begin like deflate: one more than the hash of SHA-512 has, and fewer than a key
  /// compressed.
  CSEARCH_DEFLATE_DIGITS = 88,
};

/// Whether so many digits of base64 may begin a stream of deflate: by its first block's type, and by its length, its first
/// table, which has to be complete, or its codes.
int csearch_begins_deflate(const uint8_t *digits);

/// Sets a bit in `places`, one for each digit, from which on base64 digits stand for fifteen bytes of ASCII. Returns a bit
/// for each of the four phases, which are the places modulo four, that have one.
int csearch_base64_ascii(const uint8_t *digits, size_t count, uint64_t *places);

/// The first of those places at or after `at` in one phase; `count` if there is none. `*ascii_end` is where the digits
/// end that stand for ASCII up to a gap.
size_t csearch_next_ascii(
  const uint64_t *places, size_t count, size_t at, size_t phase, size_t gap, size_t *ascii_end);

/// Writes the bytes that base64 digits stand for, without those that the digits do not make whole.
///
/// `bytes` has room for three bytes for each four digits. Returns how many were written.
size_t csearch_base64_decode(const uint8_t *digits, size_t count, uint8_t *bytes);

/// Characters of UTF-8 between a line's beginning and `at`; if they are more than `most`, any number above it.
size_t csearch_columns(const uint8_t *text, size_t at, size_t most);

/// The next place of at, at + step, ... where sixteen bytes lie before `end` that are ASCII of two or four bytes a
/// character, in either byte order.
size_t csearch_wide(const uint8_t *text, size_t at, size_t end, size_t step);

/// Where characters of ASCII of `width` bytes, of which the byte at `low` is not zero, end that go on from `at`; or less
/// than 32 bytes before `end`.
size_t csearch_wide_end(const uint8_t *text, size_t at, size_t end, size_t width, size_t low);

/// Writes the byte at `low` of each of `count` characters of `width` bytes.
void csearch_narrow(const uint8_t *text, size_t count, size_t width, size_t low, uint8_t *bytes);

// A search for many literals, see literals.c. `LiteralIndex` makes the tables.

enum {
  CSEARCH_LITERAL_BITS = 15,
  CSEARCH_SLOT_BITS = 12,
  /// Literals of two bytes that are compared at every place.
  CSEARCH_MOST_PAIRS = 8,
};

typedef struct {
  /// Bytes in the index's texts; in lower case if any case matches.
  uint32_t start;
  uint16_t length;
  uint8_t is_caseless;
} csearch_literal;

/// Bytes of a literal under a mask, folded as the index is.
typedef struct {
  uint32_t bytes, mask;
  uint32_t literal;
  /// Bytes from the literal's start to the bytes.
  int32_t back;
} csearch_entry;

/// A literal of two bytes.
typedef struct {
  uint8_t bytes[2];
  uint32_t literal;
} csearch_two_bytes;

typedef struct {
  /// For each hash of three bytes a bit for each of what may be the fourth.
  const uint8_t *filter;
  /// The entries of a hash are those from its slot on, by the upper bits of the hash.
  const uint32_t *slots;
  const csearch_entry *entries;
  const csearch_literal *literals;
  const uint8_t *texts;
  /// The bit that lower case letters have, in each of four bytes, if case does not matter to some literals; else zero.
  uint32_t fold;
  /// Literals that have no entries; those of any case come first.
  uint32_t pair_count, folded_pairs;
  const csearch_two_bytes *pairs;
  size_t longest_back;
  /// What may be added at an even place and the one after it at most.
  size_t most_at_place;
} csearch_index;

typedef struct {
  size_t place;
  uint32_t literal;
} csearch_hit;

/// Four bytes with letters in lower case, and a few signs changed, if an index has such a `fold`.
uint32_t csearch_folded(uint32_t bytes, uint32_t fold);

/// The hash of the first three of four bytes, and the bit of the fourth.
uint32_t csearch_literal_hash(uint32_t bytes);
uint8_t csearch_literal_bit(uint32_t bytes);

/// Writes the places in from ..< until where a literal begins that lies whole in the text, not in order.
///
/// - at: an even place to go on from, at most `from`; SIZE_MAX afterwards if all were found.
/// - room: of `hits`, more than `most_at_place`.
/// Returns how many were written.
size_t csearch_literals(
  const csearch_index *index, const uint8_t *text, size_t count, size_t from, size_t until, size_t *at,
  csearch_hit *hits, size_t room);

// A search for many texts of seven bytes or more, see samples.c. `SampleIndex` makes the tables.

enum {
  CSEARCH_SAMPLE_BITS = 12,
  CSEARCH_SAMPLE_SLOT_BITS = 12,
};

typedef struct {
  /// For the upper bits of each hash of four bytes those bits that the rest of it says.
  const uint32_t *words;
  /// The values of slot s are those from slots[s] on, by the upper bits of the hash.
  const uint32_t *slots;
  const uint32_t *values;
} csearch_samples;

/// The hash of four bytes, and the bits of a hash in its word.
uint32_t csearch_sample_hash(uint32_t value);
uint32_t csearch_sample_bits(uint32_t hash);

/// The next of the places at, at + 4, ... before `end` whose four bytes are one of the values.
size_t csearch_sample(const csearch_samples *samples, const uint8_t *text, size_t count, size_t at, size_t end);

// Rows of a dump, see dump.c.

enum {
  /// Bytes of a line at most.
  CSEARCH_LONGEST_ROW = 400,
  /// Bytes up to the end of a row's digits at most.
  CSEARCH_WIDEST_ROW = 256,
  /// Bytes that a row stands for at most.
  CSEARCH_MOST_IN_ROW = 64,
  /// Bytes from a row's beginning that are read.
  CSEARCH_ROW_ROOM = CSEARCH_LONGEST_ROW + 64,
};

/// How a row looks, from its beginning to the end of its digits: its offset, and where its bytes stand.
typedef struct {
  size_t width, count, offset, offset_end;
  unsigned radix;
  /// Where the digits of each byte begin.
  uint16_t columns[CSEARCH_MOST_IN_ROW];
  /// Its bytes, letters of the offset in lower case; the bits that have to be the same; and where there are digits.
  uint8_t expected[CSEARCH_WIDEST_ROW], same[CSEARCH_WIDEST_ROW], digit[CSEARCH_WIDEST_ROW];
} csearch_row_shape;

typedef struct {
  size_t start, end;
} csearch_row;

/// Makes a shape of a row's `width` bytes up to the end of its digits; what it has is added afterwards. The first `lead`
/// bytes may be any.
void csearch_shape_begin(csearch_row_shape *shape, const uint8_t *row, size_t width, size_t lead);
void csearch_shape_offset(csearch_row_shape *shape, size_t first, size_t end, unsigned radix);
void csearch_shape_byte(csearch_row_shape *shape, size_t at);

/// Gives a shape the offset of the next row; returns 0 if it cannot.
int csearch_shape_next(csearch_row_shape *shape);

/// Goes over rows from `at` on that have a shape, follow each other, and have one more after them: at most `most`.
///
/// - shape: has the offset of the row at `at`, and then of the next one; unless it returns less than `most`.
/// - most_others: a row after `place` with more bytes above 0x7F is the last, and sets `*is_last`.
/// - bytes: gets what they stand for; it has room for `most` times the bytes of a row.
/// Returns how many there are.
size_t csearch_rows(
  csearch_row_shape *shape, const uint8_t *text, size_t at, size_t end, size_t place, size_t most_others,
  size_t most, csearch_row *rows, uint8_t *bytes, int *is_last);

/// Where the first row begins of those before the one at `at` that have its shape and its `length`. One that begins before
/// `earliest` or has more than `most_others` bytes above 0x7F is the last to be looked at, and sets `*is_first`.
size_t csearch_first_row(
  csearch_row_shape *shape, const uint8_t *text, size_t first, size_t at, size_t end, size_t length,
  size_t earliest, size_t most_others, int *is_first);

#endif
