#include "csearch.h"
#include "vectors.h"

/// A bit for each of the first `count` lanes of 64.
INLINE uint64_t lanes_below(size_t count) { return count < 64 ? ((uint64_t)1 << count) - 1 : ~(uint64_t)0; }

// What is left after the whole blocks is searched in one block more, of a copy.
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
  if (at >= end || at + second >= count) return end;
  size_t left = end - at < count - at - second ? end - at : count - at - second;
  uint8_t one[64] = {0}, two[64] = {0};
  memcpy(one, text + at + first, left);
  memcpy(two, text + at + second, left);
  uint64_t hits = lanes_below(left) & lane_bits_of_two(
    (load(one) == a) & (load(two) == b), (load(one + 32) == a) & (load(two + 32) == b));
  return hits ? at + (size_t)__builtin_ctzll(hits) : end;
}
SEARCH(size_t, csearch_pair, (const uint8_t *text, size_t count, size_t at, size_t end, size_t first, uint8_t a, size_t second, uint8_t b), (text, count, at, end, first, a, second, b))

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
  if (at >= end || at + distance >= count) return end;
  size_t left = end - at < count - at - distance ? end - at : count - at - distance;
  uint8_t one[64] = {0}, two[64] = {0};
  memcpy(one, text + at, left);
  memcpy(two, text + at + distance, left);
  uint64_t hits = lanes_below(left) & lane_bits_of_two(
    masked(one, two, mask_a, a, mask_b, b), masked(one + 32, two + 32, mask_a, a, mask_b, b));
  return hits ? at + (size_t)__builtin_ctzll(hits) : end;
}
SEARCH(size_t, csearch_masked, (const uint8_t *text, size_t count, size_t at, size_t end, size_t distance, uint8_t mask_a, uint8_t a, uint8_t mask_b, uint8_t b), (text, count, at, end, distance, mask_a, a, mask_b, b))

/// The value of a hex digit; 16 and more when it is none.
INLINE unsigned hex_value(uint8_t digit) {
  if ((uint8_t)(digit - '0') < 10) return digit - '0';
  uint8_t letter = (uint8_t)((digit | 0x20) - 'a');
  return letter < 6 ? letter + 10 : 16;
}

/// What `members` says of the byte that two hex digits stand for; 0 when they are none.
INLINE uint8_t member(const uint8_t *digits, const uint8_t *members) {
  unsigned high = hex_value(digits[0]), low = hex_value(digits[1]);
  return high < 16 && low < 16 ? members[high << 4 | low] : 0;
}

/// Whether an escape of what `found` says may matter with `rest` after it: what begins another escape does with the
/// rest of that one.
INLINE int may_matter(uint8_t found, uint8_t byte, const uint8_t *rest, const uint8_t *members) {
  if (!(found & CSEARCH_BEGINS)) return found;
  if (members[rest[0]] & CSEARCH_BEGINS) return 1;
  switch (byte) {
  case '%': case '=': return rest[0] == 'u' || member(rest, members);
  case '&': return rest[0] == '#' || rest[0] == 'a';
  case '\\': return rest[0] != ' ';
  default: return 1;
  }
}

INLINE int hex_escape(const uint8_t *digits, const uint8_t *members) {
  uint8_t found = member(digits, members);
  return found & ~CSEARCH_ENDS_LINE && may_matter(found, (uint8_t)(hex_value(digits[0]) << 4 | hex_value(digits[1])), digits + 2, members);
}

/// Whether a control sequence or a character of no width lies in a word.
INLINE int parts_word(const uint8_t *text, size_t count, size_t at, const uint8_t *members) {
  if (at == 0 || !(members[text[at - 1]] & CSEARCH_WORD)) return 0;
  if (text[at] != 0x1B || text[at + 1] != '[') return 1;
  size_t end = at + 2, limit = at + 32 < count ? at + 32 : count - 1;
  while (end < limit && text[end] >= 0x20 && text[end] < 0x40) end++;
  return end >= limit || members[text[end + 1]] || text[end + 1] >= 0x80;
}

/// Whether a character that takes no room may begin at three bytes.
INLINE int is_zero_width(const uint8_t *here) {
  switch (here[0]) {
  case 0xC2: return here[1] == 0xAD;
  case 0xE1: return here[1] == 0xA0;
  case 0xE2: return here[1] == 0x80 ? here[2] > 0xA9 || (uint8_t)(here[2] - 0x8B) < 5 : here[1] == 0x81;
  default: return here[1] == 0xBB;
  }
}

INLINE int is_letter(uint8_t byte) { return (uint8_t)((byte | 0x20) - 'a') < 26; }

/// Whether a backslash with `rest` after it may be an escape of one of `members`.
APART int backslash_escape(const uint8_t *rest, const uint8_t *members) {
  switch (rest[0]) {
  case 'x': return rest[1] == '{' || hex_escape(rest + 1, members);
  case 'U': return memcmp(rest + 1, "000000", 6) == 0 && hex_escape(rest + 7, members);
  case 'u':
    if (rest[1] == 'u') return 1;
    return rest[1] == '{' || (rest[1] == '0' && rest[2] == '0' && hex_escape(rest + 3, members));
  case 'e': case 'E': return rest[1] == '[' || rest[1] == ']';
  case 'n': return members['\n'] & CSEARCH_WORD;
  case 'r': return members['\r'] & CSEARCH_WORD;
  case 't': return members['\t'];
  case '0' ... '9': return (rest[0] == '0' && members[0]) || hex_value(rest[1]) < 16;
  default: return members[rest[0]] && !is_letter(rest[0]);
  }
}

/// Whether what begins at `at` may be an escape of one of `members`, a control sequence, or a character that takes
/// no room. What is cut off may be.
APART int begins_escape(const uint8_t *text, size_t count, size_t at, const uint8_t *members) {
  if (at + 16 > count) return 1;
  const uint8_t *here = text + at;
  switch (here[0]) {
  case '%':
    return here[1] == 'u' ? here[2] == '0' && here[3] == '0' && hex_escape(here + 4, members) : hex_escape(here + 1, members);
  case '=': return hex_escape(here + 1, members);
  case '\\':
    // Whether a word is parted by what is escaped is for a closer look.
    return backslash_escape(here + 1, members);
  case '#': return memcmp(here + 1, "033", 3) == 0 && at > 0 && members[text[at - 1]];
  case '^': return here[1] == '[' && (here[2] == '[' || here[2] == ']') && at > 0 && members[text[at - 1]];
  case 'U': return here[1] == '+' && here[2] == '0' && here[3] == '0' && hex_escape(here + 4, members);
  case '&': return here[1] == '#' || (memcmp(here + 1, "amp;", 4) == 0 && (here[5] == '#' || here[5] == 'a'));
  case 0x1B: return parts_word(text, count, at, members);
  case 0xC2: case 0xE1: case 0xE2: case 0xEF: return is_zero_width(here) && parts_word(text, count, at, members);
  default: return 0;
  }
}

/// `#033`, `^[` and `U+`.
INLINE mask rare_escapes(block first, block second) {
  return ((first == '#') & (second == '0')) | ((first == '^') & (second == '[')) | ((first == 'U') & (second == '+'));
}

/// `%` before what may stand for a byte below 0x80 other than a blank.
INLINE mask ascii_percents(block bytes, block next, block third) {
  mask is_blank = (next == '2') & (third == '0');
  return (bytes == '%') & ((((block)(next - '0') < 8) & ~is_blank) | ((next | 0x20) == 'u'));
}

/// A backslash, unless it begins `\\u` and the code of a character above 0xFFF.
INLINE mask low_backslashes(block bytes, block next, block third) {
  // It is zero where the text ends.
  mask is_low = (third == '0') | (third == 'u') | (third == '{') | (third == 0);
  return (bytes == '\\') & ((next != 'u') | is_low);
}

/// `&` before what a reference begins with.
INLINE mask references(block bytes, block next) {
  return (bytes == '&') & (((block)((next | 0x20) - 'a') < 26) | (next == '#'));
}

/// Reads two bytes more than a block.
INLINE mask tokens(const uint8_t *text, int is_ascii) {
  block bytes = load(text), next = load(text + 1);
  // `=` is in most logs: it counts before a hex digit or a line's end.
  mask digits = ((block)(next - '0') < 10) | ((block)((next | 0x20) - 'a') < 6) | ((block)(next - '\n') < 4);
  mask percents = (mask)(bytes == '%'), backslashes = (mask)(bytes == '\\');
  if (is_ascii) {
    block third = load(text + 2);
    percents = ascii_percents(bytes, next, third);
    backslashes = low_backslashes(bytes, next, third);
  }
  return percents | references(bytes, next) | ((bytes == '=') & digits) | backslashes | (bytes == 0x1B) |
         rare_escapes(bytes, next);
}

INLINE mask zero_widths(const uint8_t *text) {
  block first = load(text), second = load(text + 1), third = load(text + 2);
  // Not the quotes, dashes and dots that are in most texts.
  mask rare = (mask)((block)(third - 0x90) > 0x19) & (second == 0x80);
  return ((first == 0xE2) & (rare | (second == 0x81))) | ((first == 0xC2) & (second == 0xAD)) |
         ((first == 0xEF) & (second == 0xBB)) | ((first == 0xE1) & (second == 0xA0));
}

/// What begins tags, stars and quotes.
INLINE mask guesses(const uint8_t *text) {
  block bytes = load(text);
  return (bytes == '"') | (bytes == '\'') | (bytes == '`') | (bytes == '<') | (bytes == '*') | (bytes == '~');
}

/// Whether a byte may begin a character that takes no room, or without `members` a guess.
INLINE int is_parting(uint8_t byte, const uint8_t *members) {
  if (csearch_has_role(byte, CSEARCH_ESCAPE)) return 0;
  return csearch_has_role(byte, CSEARCH_GUESS) ? !members : csearch_has_role(byte, CSEARCH_PARTS);
}

/// Whether `=` at `at` begins no escape of quoted-printable, whatever comes after the text.
INLINE int is_plain_equals(const uint8_t *text, size_t count, size_t at) {
  if (at + 1 >= count || text[at + 1] == '\n' || text[at + 1] == '\r') return 0;
  return hex_value(text[at + 1]) >= 16 || (at + 2 < count && hex_value(text[at + 2]) >= 16);
}

/// Whether more of a literal comes after the byte before `at`.
INLINE int is_inside(const uint8_t *text, size_t at, const uint8_t *members) {
  return at > 0 && members[text[at - 1]] & CSEARCH_INNER;
}

/// Whether the token that begins at `at` may stand for one of `members`, for nothing, or for what begins another.
APART int begins_token(const uint8_t *text, size_t count, size_t at, const uint8_t *members) {
  if (!members) return 1;
  const uint8_t *here = text + at;
  if (here[0] == '=') {
    if (is_plain_equals(text, count, at)) return 0;
    if (at + 3 <= count && hex_value(here[1]) < 16) {
      uint8_t found = member(here + 1, members);
      if (!(found & CSEARCH_BEGINS)) return found & ~CSEARCH_ENDS_LINE;
    }
  }
  if (at + 16 > count) return 1;
  switch (here[0]) {
  case '%': return here[1] == 'u' || hex_escape(here + 1, members);
  case '=':
    if (here[1] == '\n' || here[1] == '\r') return at > 0 && members[text[at - 1]] & CSEARCH_WORD;
    return hex_escape(here + 1, members);
  case '\\': return backslash_escape(here + 1, members);
  case '#': return is_inside(text, at, members) && memcmp(here + 1, "033", 3) == 0;
  case '^': return is_inside(text, at, members) && here[1] == '[' && (here[2] == '[' || here[2] == ']');
  case 'U': return here[1] == '+' && here[2] == '0' && here[3] == '0' && hex_escape(here + 4, members);
  // Of the names in HTML only `amp` stands for something that a literal of letters begins with: another escape.
  case '&': return here[1] == '#' || here[1] == 'a' || members[CSEARCH_SPECIAL] || is_inside(text, at, members);
  case 0x1B: return is_inside(text, at, members);
  case 0xC2: case 0xE1: case 0xE2: case 0xEF:
    return is_zero_width(here) && at > 0 && members[text[at - 1]] & CSEARCH_WORD;
  default: return 1;
  }
}

APART uint64_t token_bits(const uint8_t *text, const uint8_t *members, int is_ascii) {
  mask hits0 = tokens(text, is_ascii) | zero_widths(text), hits1 = tokens(text + 32, is_ascii) | zero_widths(text + 32);
  if (!members) {
    hits0 |= guesses(text);
    hits1 |= guesses(text + 32);
  }
  return lane_bits_of_two(hits0, hits1);
}

INLINE size_t csearch_token_body(
  const uint8_t *text, size_t count, size_t at, size_t end, const uint8_t *members
) {
  int is_ascii = members && !(members[CSEARCH_SPECIAL] || members[' ']);
  for (; at + 64 <= end && at + 66 <= count; at += 64) {
    const uint8_t *here = text + at;
    mask hits0 = tokens(here, is_ascii), hits1 = tokens(here + 32, is_ascii);
    if (!members) {
      hits0 |= guesses(here);
      hits1 |= guesses(here + 32);
    }
    mask high = (mask)(load(here) | load(here + 32)) < 0;
    if (!is_any(hits0 | hits1 | high)) continue;
    if (is_any(high)) {
      hits0 |= zero_widths(here);
      hits1 |= zero_widths(here + 32);
      if (!is_any(hits0 | hits1)) continue;
    }
    for (uint64_t hits = lane_bits_of_two(hits0, hits1); hits; hits &= hits - 1) {
      size_t place = at + (size_t)__builtin_ctzll(hits);
      if (begins_token(text, count, place, members)) return place;
    }
  }
  // At the end of the text any bytes could follow.
  for (; at < end && at + 64 <= count; at += 62) {
    uint8_t rest[72];
    memcpy(rest, text + at, 64);
    uint64_t hits = token_bits(rest, members, is_ascii);
    for (hits &= lanes_below(end - at < 62 ? end - at : 62); hits; hits &= hits - 1) {
      size_t place = at + (size_t)__builtin_ctzll(hits);
      if (begins_token(text, count, place, members)) return place;
    }
  }
  if (at >= end) return end;
  size_t left = end - at;
  uint8_t rest[72] = {0};
  memcpy(rest, text + at, count - at);
  uint64_t hits = token_bits(rest, members, is_ascii);
  uint8_t last = text[count - 1];
  if (at + left == count && (csearch_has_role(last, CSEARCH_ESCAPE) || is_parting(last, members))) hits |= (uint64_t)1 << (left - 1);
  for (hits &= lanes_below(left); hits; hits &= hits - 1) {
    size_t place = at + (size_t)__builtin_ctzll(hits);
    if (begins_token(text, count, place, members)) return place;
  }
  return end;
}
SEARCH(size_t, csearch_token, (const uint8_t *text, size_t count, size_t at, size_t end, const uint8_t *members), (text, count, at, end, members))

int csearch_has_token_start(const uint8_t *text, size_t count) {
  uint8_t tail[32] = {0};
  memcpy(tail, text, count);
  block bytes = load(tail);
  if (is_any((bytes == '%') | (bytes == '&') | (bytes == '\\') | (bytes == 0x1B) | (bytes == '#') | (bytes == '^') |
             (bytes == 'U'))) return 1;
  if (!is_any(bytes == '=')) return 0;
  // `=` is in most logs. Two digits after it may stand for what begins another escape.
  for (size_t at = 0; at < count; at++) {
    if (tail[at] != '=' || is_plain_equals(tail, count, at)) continue;
    if (at + 2 >= count || hex_value(tail[at + 1]) >= 16) return 1;
    uint8_t byte = (uint8_t)(hex_value(tail[at + 1]) << 4 | hex_value(tail[at + 2]));
    if (csearch_has_role(byte, CSEARCH_ESCAPE)) return 1;
  }
  return 0;
}

INLINE mask escapes(const uint8_t *text) {
  block bytes = load(text), next = load(text + 1), third = load(text + 2);
  // Of what is escaped in JSON, most are line ends and quotes.
  mask backslashes = low_backslashes(bytes, next, third) & (next != 'n') & (next != '"');
  return ascii_percents(bytes, next, third) | ((bytes == '=') & ((block)(next - '0') < 8)) | backslashes |
         ((bytes == '&') & ((next == '#') | (next == 'a'))) | (bytes == 0x1B) | rare_escapes(bytes, next);
}

/// Whether an escape may be in a block: most have none, and fewer comparisons than `escapes` has tell.
INLINE mask may_have_escapes(const uint8_t *text) {
  block bytes = load(text), next = load(text + 1);
  // A dollar is among the first, and a caret is with the backslash.
  return from_to(bytes, '#', '&') | (mask)((bytes & 0xFD) == '\\') | (mask)(bytes == 0x1B) |
         ((bytes == '=') & ((block)(next - '0') < 8)) | ((bytes == 'U') & (next == '+'));
}

INLINE size_t csearch_escape_body(
  const uint8_t *text, size_t count, size_t at, size_t end, const uint8_t *members
) {
  // Where escapes may be, there are more.
  unsigned loud = 0;
  for (; at + 64 <= end && at + 66 <= count; at += 64) {
    const uint8_t *here = text + at;
    mask high = (mask)(load(here) | load(here + 32)) < 0;
    if (loud > 0) {
      loud--;
    } else {
      if (!is_any(may_have_escapes(here) | may_have_escapes(here + 32) | high)) continue;
      loud = 32;
    }
    mask hits0 = escapes(here), hits1 = escapes(here + 32);
    if (is_any(high)) {
      hits0 |= zero_widths(here);
      hits1 |= zero_widths(here + 32);
    }
    if (!is_any(hits0 | hits1)) continue;
    for (uint64_t hits = lane_bits_of_two(hits0, hits1); hits; hits &= hits - 1) {
      size_t place = at + (size_t)__builtin_ctzll(hits);
      if (begins_escape(text, count, place, members)) return place;
    }
  }
  for (; at < end; at++) {
    if ((csearch_has_role(text[at], CSEARCH_ESCAPE) || is_parting(text[at], members)) &&
        begins_escape(text, count, at, members)) return at;
  }
  return end;
}
SEARCH(size_t, csearch_escape, (const uint8_t *text, size_t count, size_t at, size_t end, const uint8_t *members), (text, count, at, end, members))

size_t csearch_columns(const uint8_t *text, size_t at, size_t most) {
  size_t columns = 0;
  while (at > 0 && columns <= most) {
    size_t count = at < 32 ? at : 32;
    uint8_t room[32] = {0};
    memcpy(room + 32 - count, text + at - count, count);
    block bytes = load(room);
    uint64_t ends = lane_bits((bytes == '\n') | (bytes == '\r')), inner = lane_bits((bytes & 0xC0) == 0x80);
    if (ends) count = (size_t)__builtin_clzll(ends) - 32;
    uint64_t line = ~(uint64_t)0 << (32 - count) & 0xFFFFFFFF;
    columns += (size_t)__builtin_popcountll(line & ~inner);
    if (ends) break;
    at -= count;
  }
  return columns;
}
