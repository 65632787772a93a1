// Where bytes look like ASCII that was written in base64 or hex, and what base64 digits stand for.
//
// Most digits stand for no text: hashes, identifiers, pictures, certificates. They are told apart from text
// in registers, 64 places at a time, by the bits of the digits that become the high bits of bytes.

#include "csearch.h"
#include "vectors.h"

// Compiled twice where it pays: encoded_avx2.c is the same for processors with AVX2.
#if defined(CSEARCH_AVX2)
#define VARIANT(type, name, parameters, arguments) \
  type name##_avx2 parameters; \
  type name##_avx2 parameters { return name##_body arguments; }
#elif defined(__x86_64__)
#define VARIANT(type, name, parameters, arguments) \
  type name##_avx2 parameters; \
  type name parameters { return __builtin_cpu_supports("avx2") ? name##_avx2 arguments : name##_body arguments; }
#else
#define VARIANT(type, name, parameters, arguments) \
  type name parameters { return name##_body arguments; }
#endif

typedef unsigned __int128 bits128;

/// 64 bytes, or as many as there are and bytes that are no digits.
INLINE const uint8_t *padded(const uint8_t *text, size_t at, size_t end, uint8_t room[64]) {
  if (at + 64 <= end) return text + at;
  memset(room, 0xFF, 64);
  if (at < end) memcpy(room, text + at, end - at);
  return room;
}

/// The value of each base64 digit, in both alphabets; other bytes come out as anything.
INLINE block sextets(block bytes) {
  block is_letter = (block)from_to(bytes | 0x20, 'a', 'z');
  block is_lower = (block)(bytes >= 'a');
  block letter = bytes - 'A' - (is_lower & 6);
  block number = bytes + 4;
  // + and - become 62, / and _ 63.
  block is_62 = (block)((bytes == '+') | (bytes == '-')), is_63 = (block)((bytes == '/') | (bytes == '_'));
  block is_number = ~(is_letter | is_62 | is_63);
  return (is_letter & letter) | (is_number & number) | (is_62 & 62) | (is_63 & 63);
}

INLINE mask base64_digits(block bytes) {
  return from_to(bytes | 0x20, 'a', 'z') | from_to(bytes, '/', '9') | (bytes == '+') | (bytes == '-') | (bytes == '_');
}

/// For 64 bytes, those that a digit is: any; one that is first, second or third of four of ASCII bytes.
typedef struct { uint64_t digit, first, second, third; } base64_bits;

INLINE uint64_t base64_digit_bits(const uint8_t *text) {
  return lane_bits_of_two(base64_digits(load(text)), base64_digits(load(text + 32)));
}

INLINE base64_bits base64_classes(const uint8_t *text, uint64_t digit) {
  block one = sextets(load(text)), two = sextets(load(text + 32));
  base64_bits bits = {digit};
  bits.first = digit & lane_bits_of_two((one & 0x20) == 0, (two & 0x20) == 0);
  bits.second = digit & lane_bits_of_two((one & 0x08) == 0, (two & 0x08) == 0);
  bits.third = digit & lane_bits_of_two((one & 0x02) == 0, (two & 0x02) == 0);
  return bits;
}

INLINE bits128 joined(uint64_t low, uint64_t high) { return (bits128)high << 64 | low; }

/// Places where four digits in a row give bytes without high bits.
INLINE bits128 ascii_fours(base64_bits here, base64_bits next) {
  return joined(here.first, next.first) & joined(here.second, next.second) >> 1 &
         joined(here.third, next.third) >> 2 & joined(here.digit, next.digit) >> 3;
}

/// Places of 64 where five fours of digits in a row give ASCII.
INLINE uint64_t ascii_base64(base64_bits here, base64_bits next) {
  bits128 four = ascii_fours(here, next);
  bits128 two = four & four >> 4;
  return (uint64_t)(two & two >> 8 & four >> 16);
}

/// For 64 bytes, those that are a hex digit, one below 8, one from 2 to 7.
typedef struct { uint64_t digit, ascii, letter; } hex_bits;

INLINE uint64_t hex_digit_bits(const uint8_t *text) {
  block one = load(text), two = load(text + 32);
  return lane_bits_of_two(
    from_to(one, '0', '9') | from_to(one | 0x20, 'a', 'f'), from_to(two, '0', '9') | from_to(two | 0x20, 'a', 'f'));
}

INLINE hex_bits hex_classes(const uint8_t *text, uint64_t digit) {
  block one = load(text), two = load(text + 32);
  hex_bits bits = {digit};
  bits.ascii = lane_bits_of_two(from_to(one, '0', '7'), from_to(two, '0', '7'));
  bits.letter = lane_bits_of_two(from_to(one, '2', '7'), from_to(two, '2', '7'));
  return bits;
}

/// Blanks and line ends, comma and dash, colon, the percent sign of an escaped blank.
INLINE mask separators(block bytes) { return (mask)(bytes <= 0x20) | from_to(bytes, ',', '-') | (bytes == ':') | (bytes == '%'); }

/// What is known of the 64 bytes at a place, because it was needed for those before: what they are that has separators.
typedef struct { size_t place; hex_bits hex; uint64_t x, separator, decimal, base64; } separated_bits;

INLINE separated_bits separated_classes(const uint8_t *text, size_t place) {
  block one = load(text), two = load(text + 32);
  separated_bits bits = {place, hex_classes(text, hex_digit_bits(text))};
  bits.x = lane_bits_of_two((one | 0x20) == 'x', (two | 0x20) == 'x');
  bits.separator = lane_bits_of_two(separators(one), separators(two));
  bits.decimal = lane_bits_of_two(from_to(one, '0', '9'), from_to(two, '0', '9'));
  bits.base64 = base64_digit_bits(text);
  return bits;
}

INLINE separated_bits separated_at(const uint8_t *text, size_t at, size_t end) {
  uint8_t room[64];
  return separated_classes(padded(text, at, end, room), at);
}

/// Whether thirty in a row are set.
INLINE int has_thirty(bits128 bits) {
  bits &= bits >> 1;
  bits &= bits >> 2;
  bits &= bits >> 4;
  bits &= bits >> 8;
  return (bits & bits >> 14) != 0;
}

/// Places of 64 where thirty hex digits in a row give ASCII, and not zeros alone.
INLINE uint64_t ascii_hex(hex_bits here, hex_bits next) {
  bits128 pair = joined(here.ascii, next.ascii) & joined(here.digit, next.digit) >> 1;
  bits128 two = pair & pair >> 2;
  bits128 four = two & two >> 4;
  bits128 eight = four & four >> 8;
  bits128 letter = joined(here.letter, next.letter);
  letter |= letter >> 2;
  letter |= letter >> 4;
  letter &= letter >> 8;
  return (uint64_t)(eight & eight >> 14 & letter & letter >> 16);
}

/// Places where 44 in a row are set.
INLINE uint64_t fortyfour(bits128 bits) {
  bits &= bits >> 1;
  bits &= bits >> 2;
  bits &= bits >> 4;
  bits &= bits >> 8;
  return (uint64_t)(bits & bits >> 16 & bits >> 28);
}

/// Places of 64 where for 44 bytes there are pairs of hex digits, with what may stand between them, that give ASCII
/// and not zeros alone: fifteen pairs or more if they stand side by side, fewer of `0x68, 0x6F`.
INLINE uint64_t ascii_separated(const separated_bits *here, const separated_bits *next, uint64_t before) {
  bits128 digit = joined(here->hex.digit, next->hex.digit);
  bits128 start = digit & ~(digit << 1 | before);
  // Every second digit of a group, from the first on.
  bits128 two = digit & digit << 1, four = two & two << 2, eight = four & four << 4;
  start |= start << 2 & two;
  start |= start << 4 & four;
  start |= start << 8 & eight;
  bits128 x = joined(here->x, next->x);
  bits128 lone = start & ~(digit >> 1) & ~(x >> 1) & ~((bits128)1 << 127);
  bits128 other = start & ~joined(here->hex.ascii, next->hex.ascii);
  bits128 letter = start & joined(here->hex.letter, next->hex.letter);
  letter |= letter >> 1;
  letter |= letter >> 2;
  letter |= letter >> 4;
  letter |= letter >> 8 | letter >> 16 | ~(~(bits128)0 >> 24);
  return fortyfour((digit | x | joined(here->separator, next->separator)) & ~lone & ~other & letter);
}

INLINE uint64_t hex_digits_at(uint8_t byte) {
  return (uint8_t)(byte - '0') < 10 || (uint8_t)((byte | 0x20) - 'a') < 6;
}

/// Whether sixteen bytes, hex digits and what may stand between them, can lie within text in hex or in a list of decimal
/// numbers: those of most lists are too long or too large for bytes. Given a bit for each byte.
INLINE int may_be_bytes(uint32_t hex, uint32_t x, uint32_t ascii, uint32_t decimal) {
  // Of a group at the block's beginning or end not all is known.
  uint32_t start = decimal & ~(decimal << 1) & ~1u;
  int is_decimal = !(hex & ~decimal) && !x && !(decimal & decimal >> 1 & decimal >> 2 & decimal >> 3) &&
                   !(start & ~(decimal >> 1) & 0x7FFF);
  if (is_decimal) return 1;
  uint32_t digit = hex | x;
  start = digit & ~(digit << 1) & ~1u;
  if (start & ~(ascii | x)) return 0;
  // A carry runs through each group that begins at an even place, or at an odd one, to where it ends.
  uint32_t even = 0x5555, odd = 0xAAAA;
  uint32_t end_of_even = (digit + (start & even)) & ~digit, end_of_odd = (digit + (start & odd)) & ~digit;
  return !((end_of_even & odd) | (end_of_odd & even));
}

/// What sixteen bytes are: 1 for base64 digits, 2 for hex digits and what may stand between them, else 0.
INLINE int digits_kind(const uint8_t *text) {
  half bytes;
  memcpy(&bytes, text, sizeof bytes);
#define RANGE(value, first, last) (half_mask)((half)((value) - (first)) <= (uint8_t)((last) - (first)))
  half lowered = bytes | 0x20;
  half_mask decimal = RANGE(bytes, '0', '9'), hex = RANGE(lowered, 'a', 'f') | decimal;
  half_mask digit = RANGE(lowered, 'a', 'z') | RANGE(bytes, '/', '9') | (bytes == '+') | (bytes == '-') | (bytes == '_');
  half_words all = (half_words)digit;
  int is_base64 = (all[0] & all[1]) == UINT64_MAX;
  // `68-6F-70` is hex with dashes between the bytes, which are digits of base64 too: more of them than in a UUID.
  if (is_base64 && (bytes[0] == '-') + (bytes[1] == '-') + (bytes[2] == '-') == 0) return 1;
  half_mask x = lowered == 'x';
  half_mask separator = (half_mask)(bytes <= 0x20) | RANGE(bytes, ',', '-') | (bytes == ':') | (bytes == '%') | x;
  half_words either = (half_words)(hex | separator), digits = (half_words)hex;
  int is_separated = (either[0] & either[1]) == UINT64_MAX && (digits[0] | digits[1]) != 0;
  if (is_separated && is_base64) {
    half_words dashes = (half_words)(bytes == '-') & 0x0101010101010101;
    is_separated = __builtin_popcountll(dashes[0]) + __builtin_popcountll(dashes[1]) >= 5;
  }
  if (is_separated) {
    is_separated = may_be_bytes(
      half_lane_bits(hex), half_lane_bits(x), half_lane_bits(RANGE(bytes, '0', '7')), half_lane_bits(decimal));
  }
#undef RANGE
  return is_separated ? 2 : is_base64;
}

// Bytes between the blocks of sixteen that are looked at: a run of 47 digits covers one.
#define STEP 32

INLINE uint64_t number_bits(const uint8_t *text, uint8_t first, uint8_t last) {
  return lane_bits_of_two(from_to(load(text), first, last), from_to(load(text + 32), first, last));
}

/// Places of 64 where for 44 bytes there are numbers of two digits, or of three that begin with a one, with what may
/// stand between them.
INLINE uint64_t ascii_decimal(
  const uint8_t *text, size_t at, size_t end, const separated_bits *here, const separated_bits *next, uint64_t before
) {
  bits128 digit = joined(here->decimal, next->decimal), separator = joined(here->separator, next->separator);
  if (!fortyfour(digit | separator)) return 0;
  uint8_t room[64], next_room[64];
  const uint8_t *here_text = padded(text, at, end, room), *next_text = padded(text, at + 64, end, next_room);
  bits128 start = digit & ~(digit << 1 | before);
  bits128 third = start << 2 & digit & digit << 1, fourth = third << 1 & digit;
  bits128 lone = start & ~(digit >> 1) & ~((bits128)1 << 127);
  bits128 large = third >> 2 & ~joined(number_bits(here_text, '1', '1'), number_bits(next_text, '1', '1'));
  bits128 zero = start & joined(number_bits(here_text, '0', '0'), number_bits(next_text, '0', '0'));
  return fortyfour((digit | separator) & ~(lone | fourth | large | zero));
}

/// What is known of the 64 bytes at a place, because it was needed for those before.
typedef struct { size_t place; uint64_t hex; base64_bits base64; } run_bits;

INLINE run_bits run_classes(const uint8_t *text, size_t place) {
  run_bits bits = {place, hex_digit_bits(text)};
  bits.base64 = base64_classes(text, base64_digit_bits(text));
  return bits;
}

/// Places of 64 from `at` on where digits in a row stand for fifteen bytes of ASCII.
INLINE uint64_t ascii_run(const uint8_t *text, size_t at, size_t end, run_bits *known) {
  uint8_t room[64], next_room[64];
  const uint8_t *here_text = padded(text, at, end, room), *next_text = padded(text, at + 64, end, next_room);
  run_bits here = known->place == at ? *known : run_classes(here_text, at);
  run_bits next = *known = run_classes(next_text, at + 64);
  uint64_t hits = ascii_base64(here.base64, next.base64);
  if (has_thirty(joined(here.hex, next.hex))) {
    hits |= ascii_hex(hex_classes(here_text, here.hex), hex_classes(next_text, next.hex));
  }
  return hits;
}

/// Digits before and after a block of sixteen, those of the block with the latter: up to 48, and up to 64.
INLINE void digits_round(const uint8_t *text, size_t place, size_t *before, size_t *after) {
  uint64_t others = ~base64_digit_bits(text + place - 48) << 16;
  *before = others ? (size_t)__builtin_clzll(others) : 48;
  others = ~base64_digit_bits(text + place);
  *after = others ? (size_t)__builtin_ctzll(others) : 64;
}

/// Whether sixteen digits are hex that may stand for ASCII, or no hex.
INLINE int may_be_ascii_hex(const uint8_t *text, int *is_hex) {
  half bytes;
  memcpy(&bytes, text, sizeof bytes);
  uint32_t decimal = half_lane_bits((half_mask)((half)(bytes - '0') < 10));
  uint32_t letter = half_lane_bits((half_mask)((half)((bytes | 0x20) - 'a') < 6));
  *is_hex = (decimal | letter) == 0xFFFF;
  uint32_t large = half_lane_bits((half_mask)(bytes >= '8'));
  return (large & 0x5555) == 0 || (large & 0xAAAA) == 0;
}

/// Whether the run of digits round a block can hold a key: most are the names of commits, requests and packages. A run
/// that is long enough goes on to `*known`, or further.
INLINE int is_worth_reading(const uint8_t *text, size_t place, size_t end, size_t *known) {
  if (place < 48 || place + 64 > end || place + 16 <= *known) return 1;
  size_t before, after;
  digits_round(text, place, &before, &after);
  if (before + after >= CSEARCH_COVERED) {
    *known = place + after;
    return 1;
  }
  int is_hex;
  int is_ascii = may_be_ascii_hex(text + place, &is_hex);
  return is_hex ? is_ascii : before + after >= CSEARCH_FEWEST_DIGITS;
}

INLINE size_t csearch_encoded_body(const uint8_t *text, size_t at, size_t end, int *kind) {
  size_t start = at, looked = at, run_end = 0;
  run_bits known = {SIZE_MAX};
  separated_bits separated = {SIZE_MAX};
  for (size_t place = at; place + 16 <= end; place += STEP) {
    *kind = digits_kind(text + place);
    if (*kind == 0 || (*kind == 1 && !is_worth_reading(text, place, end, &run_end))) continue;
    // Digits may begin before the block, and go on for as long as no other block would show them.
    size_t from = place < start + 48 ? start : place - 48;
    if (from < looked) from = looked;
    for (; from < place + STEP; from += 64) {
      uint64_t hits;
      if (*kind == 1) {
        hits = ascii_run(text, from, end, &known);
      } else {
        separated_bits here = separated.place == from ? separated : separated_at(text, from, end);
        separated_bits next = separated = separated_at(text, from + 64, end);
        uint64_t before = from == start ? 0 : hex_digits_at(text[from - 1]);
        hits = ascii_separated(&here, &next, before);
        uint64_t decimals = ascii_decimal(text, from, end, &here, &next, before);
        if (decimals && (!hits || __builtin_ctzll(decimals) <= __builtin_ctzll(hits))) {
          hits = decimals;
          *kind = 3;
        }
        // A line's end among digits in a row.
        if (!hits && has_thirty(joined(here.base64, next.base64))) {
          hits = ascii_run(text, from, end, &known);
          if (hits) *kind = 1;
        }
      }
      if (hits) return from + (size_t)__builtin_ctzll(hits);
    }
    looked = from;
  }
  return end;
}
VARIANT(size_t, csearch_encoded, (const uint8_t *text, size_t at, size_t end, int *kind), (text, at, end, kind))

/// Whether a digit of base64 stands here.
INLINE int is_base64_digit(uint8_t byte) {
  return (uint8_t)((byte | 0x20) - 'a') < 26 || (uint8_t)(byte - '/') < 11 || byte == '+' || byte == '-' || byte == '_';
}

INLINE int begins_compressed(const uint8_t *digits) {
  // Hardly any digits go further.
  uint8_t first = digits[0] - '0';
  const uint64_t firsts = 1ull << ('1' - '0') | 1ull << ('5' - '0') | 1ull << ('7' - '0') | 1ull << ('H' - '0') |
                          1ull << ('U' - '0') | 1ull << ('e' - '0');
  if (first >= 64 || !(firsts >> first & 1)) return 0;
  switch (digits[0]) {
  case 'H': return memcmp(digits, "H4sI", 4) == 0;
  case 'U': return memcmp(digits, "UEsD", 4) == 0;
  case 'e':
    return (digits[1] == 'A' && (uint8_t)(digits[2] - 'E') < 4) || (digits[1] == 'F' && (uint8_t)(digits[2] - '4') < 4) ||
           (digits[1] == 'J' && (uint8_t)(digits[2] - 'w') < 4) || (digits[1] == 'N' && (uint8_t)(digits[2] - 'o') < 4);
  case '1': return (digits[1] | 0x20) == 'f' && digits[2] == '8' && (digits[3] | 0x20) == 'b';
  case '5': return memcmp(digits, "504b", 4) == 0 || memcmp(digits, "504B", 4) == 0;
  case '7':
    return digits[1] == '8' && ((digits[2] == '9' && (digits[3] | 0x20) == 'c') || (digits[2] == '0' && digits[3] == '1') ||
                                (digits[2] == '5' && (digits[3] | 0x20) == 'e') || ((digits[2] | 0x20) == 'd' && (digits[3] | 0x20) == 'a'));
  default: return 0;
  }
}

/// Whether sixteen bytes are digits of base64.
INLINE int are_base64_digits(const uint8_t *text) {
  half bytes;
  memcpy(&bytes, text, sizeof bytes);
  half_mask digit = (half_mask)((half)((bytes | 0x20) - 'a') < 26) | (half_mask)((half)(bytes - '/') < 11) |
                    (bytes == '+') | (bytes == '-') | (bytes == '_');
  half_words all = (half_words)digit;
  return (all[0] & all[1]) == UINT64_MAX;
}

#if !defined(CSEARCH_AVX2)
int csearch_begins_compressed(const uint8_t *digits) { return begins_compressed(digits); }
#endif

INLINE size_t csearch_digits_end_body(const uint8_t *text, size_t at, size_t end) {
  for (; at + 32 <= end; at += 32) {
    uint64_t others = ~lane_bits(base64_digits(load(text + at))) & 0xFFFFFFFF;
    if (others) return at + (size_t)__builtin_ctzll(others);
  }
  uint8_t room[64];
  uint64_t others = ~lane_bits(base64_digits(load(padded(text, at, end, room))));
  size_t stop = at + (size_t)__builtin_ctzll(others | (uint64_t)1 << 32);
  return stop < end ? stop : end;
}
VARIANT(size_t, csearch_digits_end, (const uint8_t *text, size_t at, size_t end), (text, at, end))

/// Where the digits begin that end at `at`, not before `first`.
INLINE size_t digits_start(const uint8_t *text, size_t first, size_t at) {
  for (; at >= first + 32; at -= 32) {
    uint64_t others = ~lane_bits(base64_digits(load(text + at - 32))) & 0xFFFFFFFF;
    if (others) return at - ((size_t)__builtin_clzll(others) - 32);
  }
  while (at > first && is_base64_digit(text[at - 1])) at--;
  return at;
}

INLINE size_t csearch_digits_start_body(const uint8_t *text, size_t first, size_t at) {
  return digits_start(text, first, at);
}
VARIANT(size_t, csearch_digits_start, (const uint8_t *text, size_t first, size_t at), (text, first, at))

INLINE int is_even_line(const uint8_t *line, size_t width) {
  if (line[width] != '\n') return 0;
  mask digits = base64_digits(load(line + width - 32));
  for (size_t at = 0; at + 32 < width; at += 32) digits &= base64_digits(load(line + at));
  return !is_any(~digits);
}

INLINE size_t csearch_even_lines_body(const uint8_t *text, size_t at, size_t end, size_t width) {
  size_t count = 0;
  for (; at + width < end && is_even_line(text + at, width); at += width + 1) count++;
  return count;
}
VARIANT(size_t, csearch_even_lines, (const uint8_t *text, size_t at, size_t end, size_t width), (text, at, end, width))

INLINE int are_hex_digits(const uint8_t *text) {
  half bytes;
  memcpy(&bytes, text, sizeof bytes);
  half_words all = (half_words)((half_mask)((half)(bytes - '0') < 10) | (half_mask)((half)((bytes | 0x20) - 'a') < 6));
  return (all[0] & all[1]) == UINT64_MAX;
}

#if !defined(CSEARCH_AVX2)
size_t csearch_hex_run(const uint8_t *digits, size_t count, size_t at, size_t *run_end) {
  // A run that is long enough covers one of these blocks.
  for (size_t place = at; place + 16 <= count; place += CSEARCH_FEWEST_DIGITS - 16) {
    if (!are_hex_digits(digits + place)) continue;
    size_t start = place, end = place + 16;
    while (start > at && hex_digits_at(digits[start - 1])) start--;
    while (end + 16 <= count && are_hex_digits(digits + end)) end += 16;
    while (end < count && hex_digits_at(digits[end])) end++;
    if (end - start >= CSEARCH_FEWEST_DIGITS) {
      *run_end = end;
      return start;
    }
    place = end - (CSEARCH_FEWEST_DIGITS - 16);
  }
  return count;
}
#endif

INLINE size_t csearch_long_line_body(const uint8_t *text, size_t count, size_t at, size_t end) {
  size_t place = at < CSEARCH_LONG_LINE ? 0 : at - CSEARCH_LONG_LINE;
  while (place < end && place + 16 <= count) {
    if (!are_base64_digits(text + place)) {
      place += STEP;
      continue;
    }
    size_t stop = csearch_digits_end_body(text, place + 16, end < count ? end + 1 : count);
    if (stop > end) return count;
    size_t start = stop < CSEARCH_LONG_LINE ? 0 : stop - CSEARCH_LONG_LINE;
    if (stop >= at && stop - start == CSEARCH_LONG_LINE && csearch_digits_end_body(text, start, stop) == stop) return stop;
    place = stop + 1;
  }
  return count;
}
VARIANT(size_t, csearch_long_line, (const uint8_t *text, size_t count, size_t at, size_t end), (text, count, at, end))

INLINE size_t csearch_compressed_body(const uint8_t *text, size_t first, size_t at, size_t end) {
  int was_digits = 0;
  for (size_t place = at; place + 16 <= end; place += STEP) {
    if (!are_base64_digits(text + place)) {
      was_digits = 0;
      continue;
    }
    // The sixteen bytes between two blocks may hold an end and a beginning.
    if (was_digits && are_base64_digits(text + place - 16)) continue;
    was_digits = 1;
    size_t start = place, before = 48, after = 64;
    if (place >= first + 48 && place + 64 <= end) digits_round(text, place, &before, &after);
    if (before < 48) {
      start -= before;
    } else {
      start = digits_start(text, first, start);
    }
    if (start > first && text[start - 1] == '\\') start++;
    else if (text[start] == '0' && (text[start + 1] | 0x20) == 'x') start += 2;
    if (start < at) continue;
    if (begins_compressed(text + start)) return start;
    // Deflate alone has no mark; what it holds is checked, where there is enough of it for a key.
    size_t needed = start + CSEARCH_DEFLATE_DIGITS;
    if (needed <= end && (after == 64 || place + after >= needed) && csearch_digits_end_body(text, start, needed) == needed) return start;
  }
  return end;
}
VARIANT(size_t, csearch_compressed, (const uint8_t *text, size_t first, size_t at, size_t end), (text, first, at, end))

INLINE int csearch_base64_ascii_body(const uint8_t *digits, size_t count, uint64_t *places) {
  uint8_t room[64];
  uint64_t all = 0;
  const uint8_t *text = padded(digits, 0, count, room);
  base64_bits here = base64_classes(text, base64_digit_bits(text));
  for (size_t at = 0; at < count; at += 64) {
    text = padded(digits, at + 64, count, room);
    base64_bits next = base64_classes(text, base64_digit_bits(text));
    all |= places[at / 64] = ascii_base64(here, next);
    here = next;
  }
  all |= all >> 32;
  all |= all >> 16;
  all |= all >> 8;
  all |= all >> 4;
  return (int)(all & 15);
}
VARIANT(int, csearch_base64_ascii, (const uint8_t *digits, size_t count, uint64_t *places), (digits, count, places))

#if !defined(CSEARCH_AVX2)
size_t csearch_next_ascii(const uint64_t *places, size_t count, size_t at, size_t phase, size_t gap, size_t *ascii_end) {
  size_t first = count;
  for (size_t word = at / 64; word * 64 < count; word++) {
    uint64_t hits = places[word] & 0x1111111111111111 << phase;
    if (word * 64 < at) hits &= ~(uint64_t)0 << (at - word * 64);
    if (hits) {
      size_t last = word * 64 + 63 - (size_t)__builtin_clzll(hits);
      if (first == count) first = word * 64 + (size_t)__builtin_ctzll(hits);
      *ascii_end = last + 20;
    } else if (first < count && word * 64 > *ascii_end + gap) {
      break;
    }
  }
  return first;
}
#endif

INLINE int csearch_is_encoded_body(const uint8_t *text, size_t at, size_t end) {
  run_bits known = {SIZE_MAX};
  for (; at < end; at += 64) {
    if (ascii_run(text, at, end, &known)) return 1;
  }
  return 0;
}
VARIANT(int, csearch_is_encoded, (const uint8_t *text, size_t at, size_t end), (text, at, end))

INLINE uint8_t sextet(uint8_t digit) {
  if (digit >= 'a') return digit - 'a' + 26;
  if (digit == '_') return 63;
  if (digit >= 'A') return digit - 'A';
  if (digit >= '0') return digit - '0' + 52;
  return digit == '/' ? 63 : 62;
}

INLINE size_t csearch_base64_decode_body(const uint8_t *digits, size_t count, uint8_t *bytes) {
  typedef uint32_t fours __attribute__((vector_size(32)));
  size_t at = 0, to = 0;
  // Each block writes four bytes more than it stands for.
  for (; at + 40 <= count; at += 32) {
    fours value = (fours)sextets(load(digits + at));
    fours packed = (value & 0x3F) << 18 | (value & 0x3F00) << 4 | (value & 0x3F0000) >> 10 | value >> 24;
    block triples = __builtin_shufflevector((block)packed, (block)packed, 2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, 3, 3, 3, 3,
      18, 17, 16, 22, 21, 20, 26, 25, 24, 30, 29, 28, 19, 19, 19, 19);
    memcpy(bytes + to, &triples, 16);
    memcpy(bytes + to + 12, (const uint8_t *)&triples + 16, 16);
    to += 24;
  }
  uint32_t bits = 0;
  for (size_t have = 0; at < count; at++) {
    bits = bits << 6 | sextet(digits[at]);
    have += 6;
    if (have >= 8) {
      have -= 8;
      bytes[to++] = (uint8_t)(bits >> have);
    }
  }
  return to;
}
VARIANT(size_t, csearch_base64_decode, (const uint8_t *digits, size_t count, uint8_t *bytes), (digits, count, bytes))
