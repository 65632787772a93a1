// Rows of a dump that look like a row before them but for their digits: they are compared with it in blocks, and their
// bytes decoded at once. What differs in any other way is left to the caller.

#include "csearch.h"
#include "vectors.h"

void csearch_shape_begin(csearch_row_shape *shape, const uint8_t *row, size_t width, size_t lead) {
  size_t padded = (width + 31) / 32 * 32;
  memcpy(shape->expected, row, width);
  memset(shape->expected + width, 0, padded - width);
  memset(shape->same, 0, lead);
  memset(shape->same + lead, 0xFF, width - lead);
  memset(shape->same + width, 0, padded - width);
  memset(shape->digit, 0, padded);
  shape->width = width;
  shape->count = 0;
}

void csearch_shape_offset(csearch_row_shape *shape, size_t first, size_t end, unsigned radix) {
  shape->offset = first;
  shape->offset_end = end;
  shape->radix = radix;
  for (size_t at = first; at < end; at++) {
    if (shape->expected[at] == '`') continue;
    shape->expected[at] |= 0x20;
    // Of either case.
    shape->same[at] = 0xDF;
    shape->digit[at] = 0xFF;
  }
}

void csearch_shape_byte(csearch_row_shape *shape, size_t at) {
  shape->columns[shape->count++] = (uint16_t)at;
  memset(shape->same + at, 0, 2);
  memset(shape->digit + at, 0xFF, 2);
}

INLINE uint8_t digit_value(uint8_t digit) { return digit <= '9' ? digit - '0' : digit - 'a' + 10; }

/// Makes the offset that of the next row, or of the one before.
///
/// Returns 0 if its first digit would change.
INLINE int move_offset(csearch_row_shape *shape, int is_back) {
  unsigned rest = (unsigned)shape->count;
  for (size_t at = shape->offset_end; rest > 0;) {
    at--;
    if (at == shape->offset) return 0;
    if (shape->expected[at] == '`') continue;
    unsigned value = digit_value(shape->expected[at]), radix = shape->radix;
    unsigned part = radix == 16 ? rest & 15 : rest % radix;
    rest = radix == 16 ? rest >> 4 : rest / radix;
    if (is_back) {
      if (value < part) {
        value += radix;
        rest++;
      }
      value -= part;
    } else {
      value += part;
      if (value >= radix) {
        value -= radix;
        rest++;
      }
    }
    shape->expected[at] = (uint8_t)(value < 10 ? '0' + value : 'a' + value - 10);
  }
  return 1;
}

int csearch_shape_next(csearch_row_shape *shape) { return move_offset(shape, 0); }

INLINE int fits(const csearch_row_shape *shape, const uint8_t *row) {
  mask wrong = {0};
  for (size_t at = 0; at < shape->width; at += 32) {
    block bytes = load(row + at);
    mask is_hex = from_to(bytes, '0', '9') | from_to(bytes | 0x20, 'a', 'f');
    wrong |= (mask)((bytes ^ load(shape->expected + at)) & load(shape->same + at));
    wrong |= (mask)load(shape->digit + at) & ~is_hex;
  }
  return !is_any(wrong);
}

/// Where a row's line ends, its break included; 0 if it is too long. A break may be escaped, as in JSON.
INLINE size_t line_length(const uint8_t *row, size_t from) {
  for (size_t at = from; at < CSEARCH_LONGEST_ROW; at += 32) {
    block bytes = load(row + at), next = load(row + at + 1);
    mask feeds = (mask)(bytes == '\n');
    uint64_t ends = lane_bits(feeds | (mask)((bytes == '\\') & (next == 'n')));
    if (!ends) continue;
    size_t end = at + (size_t)__builtin_ctzll(ends);
    return end >= CSEARCH_LONGEST_ROW ? 0 : end + (row[end] == '\n' ? 1 : 2);
  }
  return 0;
}

/// Writes a row's bytes, and returns how many of them are above 0x7F.
INLINE size_t decode(const csearch_row_shape *shape, const uint8_t *row, uint8_t *bytes) {
  uint8_t room[CSEARCH_WIDEST_ROW + 32];
  for (size_t at = 0; at < shape->width; at += 32) {
    block first = load(row + at), second = load(row + at + 1);
    block high = (first & 15) + ((block)(first > '9') & 9), low = (second & 15) + ((block)(second > '9') & 9);
    block pairs = high << 4 | low;
    memcpy(room + at, &pairs, sizeof pairs);
  }
  size_t others = 0;
  for (size_t index = 0; index < shape->count; index++) {
    uint8_t byte = room[shape->columns[index]];
    bytes[index] = byte;
    others += byte >> 7;
  }
  return others;
}

INLINE size_t csearch_rows_body(
  csearch_row_shape *shape, const uint8_t *text, size_t at, size_t end, size_t place, size_t most_others,
  size_t most, csearch_row *rows, uint8_t *bytes, int *is_last
) {
  size_t count = 0;
  if (at + CSEARCH_ROW_ROOM > end || !fits(shape, text + at)) return 0;
  while (count < most) {
    size_t length = line_length(text + at, shape->width);
    size_t next = at + length;
    if (length == 0 || next + CSEARCH_ROW_ROOM > end) return count;
    if (!move_offset(shape, 0) || !fits(shape, text + next)) return count;
    rows[count] = (csearch_row){at, next};
    size_t others = decode(shape, text + at, bytes + count * shape->count);
    count++;
    at = next;
    if (others > most_others && at > place) {
      *is_last = 1;
      return count;
    }
  }
  return count;
}
SEARCH(size_t, csearch_rows, (csearch_row_shape *shape, const uint8_t *text, size_t at, size_t end, size_t place, size_t most_others, size_t most, csearch_row *rows, uint8_t *bytes, int *is_last), (shape, text, at, end, place, most_others, most, rows, bytes, is_last))

INLINE int ends_line(const uint8_t *text, size_t at) {
  return text[at - 1] == '\n' || (text[at - 2] == '\\' && text[at - 1] == 'n');
}

INLINE size_t csearch_first_row_body(
  csearch_row_shape *shape, const uint8_t *text, size_t first, size_t at, size_t end, size_t length,
  size_t earliest, size_t most_others, int *is_first
) {
  uint8_t bytes[CSEARCH_MOST_IN_ROW];
  while (at > first + length + 1 && at - length + CSEARCH_ROW_ROOM <= end) {
    size_t before = at - length;
    if (!move_offset(shape, 1) || !fits(shape, text + before)) break;
    if (!ends_line(text, before) || line_length(text + before, 0) != length) break;
    at = before;
    if (at < earliest || decode(shape, text + at, bytes) > most_others) {
      *is_first = 1;
      break;
    }
  }
  return at;
}
SEARCH(size_t, csearch_first_row, (csearch_row_shape *shape, const uint8_t *text, size_t first, size_t at, size_t end, size_t length, size_t earliest, size_t most_others, int *is_first), (shape, text, first, at, end, length, earliest, most_others, is_first))
