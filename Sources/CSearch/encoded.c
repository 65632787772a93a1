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

#if defined(CSEARCH_AVX2)
// What a byte is, looked up: for each value of its low four bits a table has a bit for each of the eight of its high ones.

#define IN_BASE64(byte) (SEXTET(byte) < 64)
#define IN_FIRST(byte) (SEXTET(byte) < 32)
#define IN_SECOND(byte) (IN_BASE64(byte) && !(SEXTET(byte) & 8))
#define IN_THIRD(byte) (IN_BASE64(byte) && !(SEXTET(byte) & 2))
#define IN_HEX(byte) (('0' <= (byte) && (byte) <= '9') || ('a' <= ((byte) | 0x20) && ((byte) | 0x20) <= 'f'))
#define SEXTET(byte) \
  ('A' <= (byte) && (byte) <= 'Z' ? (byte) - 'A' : 'a' <= (byte) && (byte) <= 'z' ? (byte) - 'a' + 26 \
   : '0' <= (byte) && (byte) <= '9' ? (byte) - '0' + 52 : (byte) == '+' || (byte) == '-' ? 62 \
   : (byte) == '/' || (byte) == '_' ? 63 : 64)
#define IN_ASCII_HIGH(byte) ('0' <= (byte) && (byte) <= '7')
#define IN_LETTER_HIGH(byte) ('2' <= (byte) && (byte) <= '7')
#define IN_DECIMAL(byte) ('0' <= (byte) && (byte) <= '9')
#define IN_X(byte) (((byte) | 0x20) == 'x')
#define IN_SEPARATOR(byte) ((byte) <= 0x20 || (byte) == ',' || (byte) == '-' || (byte) == ':' || (byte) == '%')
#define IN_SEPARATED(byte) (IN_HEX(byte) || IN_X(byte) || IN_SEPARATOR(byte))
#define ENTRY(in, low) \
  in(0x00 | low) | in(0x10 | low) << 1 | in(0x20 | low) << 2 | in(0x30 | low) << 3 | in(0x40 | low) << 4 | in(0x50 | low) << 5 | in(0x60 | low) << 6 | in(0x70 | low) << 7
#define LANES(in) \
  ENTRY(in, 0), ENTRY(in, 1), ENTRY(in, 2), ENTRY(in, 3), ENTRY(in, 4), ENTRY(in, 5), ENTRY(in, 6), ENTRY(in, 7), \
  ENTRY(in, 8), ENTRY(in, 9), ENTRY(in, 10), ENTRY(in, 11), ENTRY(in, 12), ENTRY(in, 13), ENTRY(in, 14), ENTRY(in, 15)
#define TABLE(in) ((block){LANES(in), LANES(in)})

/// Bytes made ready to be looked up.
typedef struct { block low, bit; } looked;

INLINE block shuffled(block table, block index) {
  typedef char chars __attribute__((vector_size(32)));
  return (block)__builtin_ia32_pshufb256((chars)table, (chars)index);
}

INLINE looked made_ready(const uint8_t *text) {
  block bytes = load(text);
  const block bits = {1, 2, 4, 8, 16, 32, 64, 128, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128};
  return (looked){bytes & 15, shuffled(bits, bytes >> 4)};
}

INLINE uint64_t looked_up(block table, looked one, looked two) {
  return ~lane_bits_of_two((shuffled(table, one.low) & one.bit) == 0, (shuffled(table, two.low) & two.bit) == 0);
}
#endif

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

#if defined(CSEARCH_AVX2)
INLINE uint64_t base64_digit_bits(const uint8_t *text) {
  return looked_up(TABLE(IN_BASE64), made_ready(text), made_ready(text + 32));
}

INLINE base64_bits base64_classes(const uint8_t *text, uint64_t digit) {
  looked one = made_ready(text), two = made_ready(text + 32);
  base64_bits bits = {digit};
  bits.first = looked_up(TABLE(IN_FIRST), one, two);
  bits.second = looked_up(TABLE(IN_SECOND), one, two);
  bits.third = looked_up(TABLE(IN_THIRD), one, two);
  return bits;
}
#else
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

#endif

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

#if defined(CSEARCH_AVX2)
INLINE uint64_t hex_digit_bits(const uint8_t *text) {
  return looked_up(TABLE(IN_HEX), made_ready(text), made_ready(text + 32));
}
#else
INLINE uint64_t hex_digit_bits(const uint8_t *text) {
  block one = load(text), two = load(text + 32);
  return lane_bits_of_two(
    from_to(one, '0', '9') | from_to(one | 0x20, 'a', 'f'), from_to(two, '0', '9') | from_to(two | 0x20, 'a', 'f'));
}

#endif

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
typedef struct { size_t place; hex_bits hex; uint64_t x, separator, blank, decimal, base64; } separated_bits;

#if defined(CSEARCH_AVX2)
INLINE separated_bits separated_classes(const uint8_t *text, size_t place) {
  looked one = made_ready(text), two = made_ready(text + 32);
  separated_bits bits = {place};
  bits.hex.digit = looked_up(TABLE(IN_HEX), one, two);
  bits.hex.ascii = looked_up(TABLE(IN_ASCII_HIGH), one, two);
  bits.hex.letter = looked_up(TABLE(IN_LETTER_HIGH), one, two);
  bits.x = looked_up(TABLE(IN_X), one, two);
  bits.separator = looked_up(TABLE(IN_SEPARATOR), one, two);
  bits.blank = lane_bits_of_two(load(text) == ' ', load(text + 32) == ' ');
  bits.decimal = looked_up(TABLE(IN_DECIMAL), one, two);
  bits.base64 = looked_up(TABLE(IN_BASE64), one, two);
  return bits;
}
#else
INLINE separated_bits separated_classes(const uint8_t *text, size_t place) {
  block one = load(text), two = load(text + 32);
  separated_bits bits = {place, hex_classes(text, hex_digit_bits(text))};
  bits.x = lane_bits_of_two((one | 0x20) == 'x', (two | 0x20) == 'x');
  bits.separator = lane_bits_of_two(separators(one), separators(two));
  bits.blank = lane_bits_of_two(one == ' ', two == ' ');
  bits.decimal = lane_bits_of_two(from_to(one, '0', '9'), from_to(two, '0', '9'));
  bits.base64 = base64_digit_bits(text);
  return bits;
}

#endif

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
  // Most have bytes above 0x7F at the beginnings of groups.
  bits128 digits = digit | joined(here->x, next->x) | joined(here->separator, next->separator);
  if (!fortyfour(digits & ~(start & ~joined(here->hex.ascii, next->hex.ascii)))) return 0;
  // Every second digit of a group, from the first on.
  bits128 two = digit & digit << 1, four = two & two << 2, eight = four & four << 4;
  start |= start << 2 & two;
  start |= start << 4 & four;
  start |= start << 8 & eight;
  bits128 x = joined(here->x, next->x);
  bits128 lone = start & ~(digit >> 1) & ~(x >> 1) & ~((bits128)1 << 127);
  bits128 other = start & ~joined(here->hex.ascii, next->hex.ascii);
  bits128 fits = digits & ~lone & ~other;
  if (!fortyfour(fits)) return 0;
  bits128 letter = start & joined(here->hex.letter, next->hex.letter);
  letter |= letter >> 1;
  letter |= letter >> 2;
  letter |= letter >> 4;
  letter |= letter >> 8 | letter >> 16 | ~(~(bits128)0 >> 24);
  // The last byte of a row counts for the two blanks after it.
  bits128 blank = joined(here->blank, next->blank);
  bits128 last = letter << 1 & blank >> 1, first_blank = last << 1 & blank;
  letter |= last | first_blank | (first_blank << 1 & blank);
  return fortyfour(fits & letter);
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

#define RANGE(value, first, last) (half_mask)((half)((value) - (first)) <= (uint8_t)((last) - (first)))
INLINE int are_all(half_mask lanes) {
  half_words all = (half_words)lanes;
  return (all[0] & all[1]) == UINT64_MAX;
}

/// Whether sixteen bytes are base64 digits, and whether hex digits and what may stand between them.
INLINE void sort_bytes(half bytes, int *is_base64, int *is_separated) {
#if defined(CSEARCH_AVX2)
  typedef char chars __attribute__((vector_size(16)));
  const half bits = {1, 2, 4, 8, 16, 32, 64, 128}, base64 = {LANES(IN_BASE64)}, separated = {LANES(IN_SEPARATED)};
  chars low = (chars)(bytes & 15);
  half bit = (half)__builtin_ia32_pshufb128((chars)bits, (chars)(bytes >> 4));
  *is_base64 = half_lane_bits(((half)__builtin_ia32_pshufb128((chars)base64, low) & bit) == 0) == 0;
  *is_separated = half_lane_bits(((half)__builtin_ia32_pshufb128((chars)separated, low) & bit) == 0) == 0;
#else
  half lowered = bytes | 0x20;
  *is_base64 = are_all(
    RANGE(lowered, 'a', 'z') | RANGE(bytes, '/', '9') | (bytes == '+') | (bytes == '-') | (bytes == '_'));
  *is_separated = are_all(RANGE(bytes, '0', '9') | RANGE(lowered, 'a', 'f') | (lowered == 'x') | (half_mask)(bytes <= 0x20) |
                          RANGE(bytes, ',', '-') | (bytes == ':') | (bytes == '%'));
#endif
}

/// What sixteen bytes are: 1 for base64 digits, 2 for hex digits and what may stand between them, else 0.
INLINE int digits_kind(const uint8_t *text) {
  half bytes;
  memcpy(&bytes, text, sizeof bytes);
  int is_base64, is_separated;
  sort_bytes(bytes, &is_base64, &is_separated);
  // `68-6F-70` is hex with dashes between the bytes, which are digits of base64 too: more of them than in a UUID.
  if (is_base64 && (bytes[0] == '-') + (bytes[1] == '-') + (bytes[2] == '-') == 0) return 1;
  if (is_separated && is_base64) {
    half_words dashes = (half_words)(bytes == '-') & 0x0101010101010101;
    is_separated = __builtin_popcountll(dashes[0]) + __builtin_popcountll(dashes[1]) >= 5;
  }
  if (is_separated) {
    half lowered = bytes | 0x20;
    half_mask decimal = RANGE(bytes, '0', '9'), hex = RANGE(lowered, 'a', 'f') | decimal;
    uint32_t digits = half_lane_bits(hex);
    is_separated = digits != 0 && may_be_bytes(
      digits, half_lane_bits(lowered == 'x'), half_lane_bits(RANGE(bytes, '0', '7')), half_lane_bits(decimal));
  }
  return is_separated ? 2 : is_base64;
}
#undef RANGE

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
  uint8_t room[64];
  // Where the digits begin that a block begins with, and whether they were asked.
  size_t run = digits_start(text, first, at);
  int is_asked = 0;
  for (size_t place = at; place + 16 <= end; place += STEP) {
    const uint8_t *here = place + 32 <= end ? text + place : padded(text, place, end, room);
    uint32_t others = ~(uint32_t)lane_bits(base64_digits(load(here)));
    if (!is_asked && !(others & 0xFFFF)) {
      is_asked = 1;
      size_t start = run;
      if (start > first && text[start - 1] == '\\') start++;
      else if (text[start] == '0' && (text[start + 1] | 0x20) == 'x') start += 2;
      if (start >= at) {
        if (begins_compressed(text + start)) return start;
        // Deflate alone has no mark; what it holds is checked, where there is enough of it for a key.
        size_t needed = start + CSEARCH_DEFLATE_DIGITS;
        // Most lines are shorter.
        if (needed <= end && is_base64_digit(text[start + 64]) && is_base64_digit(text[start + 76]) &&
            csearch_digits_end_body(text, start, needed) == needed) return start;
      }
    }
    if (others) {
      run = place + 32 - (size_t)__builtin_clz(others);
      is_asked = 0;
    }
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

/// Writes the 24 bytes that 32 digits stand for, and four more.
INLINE void decode_block(const uint8_t *digits, uint8_t *bytes) {
  typedef uint32_t fours __attribute__((vector_size(32)));
  fours value = (fours)sextets(load(digits));
  fours packed = (value & 0x3F) << 18 | (value & 0x3F00) << 4 | (value & 0x3F0000) >> 10 | value >> 24;
  block triples = __builtin_shufflevector((block)packed, (block)packed, 2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, 3, 3, 3, 3,
    18, 17, 16, 22, 21, 20, 26, 25, 24, 30, 29, 28, 19, 19, 19, 19);
  memcpy(bytes, &triples, 16);
  memcpy(bytes + 12, (const uint8_t *)&triples + 16, 16);
}

INLINE size_t csearch_base64_decode_body(const uint8_t *digits, size_t count, uint8_t *bytes) {
  size_t at = 0, to = 0;
  // Each block writes four bytes more than it stands for.
  for (; at + 40 <= count; at += 32, to += 24) decode_block(digits + at, bytes + to);
  // The rest, with zeros after it.
  for (size_t end = count * 6 / 8; to < end; at += 32) {
    uint8_t rest[32], room[32];
    size_t left = count - at < 32 ? count - at : 32, whole = end - to < 24 ? end - to : 24;
    memset(rest, 'A', sizeof rest);
    memcpy(rest, digits + at, left);
    decode_block(rest, room);
    memcpy(bytes + to, room, whole);
    to += whole;
  }
  return to;
}
VARIANT(size_t, csearch_base64_decode, (const uint8_t *digits, size_t count, uint8_t *bytes), (digits, count, bytes))
