// Many literals in one pass. Every second place of the text is looked up in a table of bits, by the four bytes there: a
// hash of the first three of them says which byte of the table, and the fourth which of its bits. A literal is in the
// table for each parity of its place: with four of its bytes if it has five, else with as many as it has. Only where a bit
// is set are literals compared. Four bytes are in few ordinary words that are not the literal; by three alone every second
// word would stop the search. A few literals of two bytes are compared at every place: with two bytes that may be any,
// each would set bits all over the table.

#include "csearch.h"
#include "vectors.h"

/// Sixteen numbers of two bytes each.
typedef uint16_t units __attribute__((vector_size(32)));

enum { FACTOR_OF_TWO = 0x9E37, FACTOR_OF_THIRD = 0x85EB };

uint32_t csearch_folded(uint32_t bytes, uint32_t fold) { return bytes | (bytes >> 1 & fold); }

/// The same of a block.
INLINE block folded(block bytes, block fold) { return bytes | ((block)((units)bytes >> 1) & fold); }

uint32_t csearch_literal_hash(uint32_t bytes) {
  uint32_t sum = (bytes & 0xFFFF) * FACTOR_OF_TWO + (bytes >> 16 & 0xFF) * FACTOR_OF_THIRD;
  return (sum & 0xFFFF) >> (16 - CSEARCH_LITERAL_BITS);
}

uint8_t csearch_literal_bit(uint32_t bytes) { return (uint8_t)(1 << (bytes >> 24 & 7)); }

INLINE uint32_t four_bytes(const uint8_t *text) {
  uint32_t bytes;
  memcpy(&bytes, text, sizeof bytes);
  return bytes;
}

/// The four bytes at a place; those after the text's end are zero.
INLINE uint32_t bytes_at(const uint8_t *text, size_t count, size_t at) {
  if (at + 4 <= count) return four_bytes(text + at);
  uint32_t bytes = 0;
  for (size_t index = 0; at + index < count; index++) bytes |= (uint32_t)text[at + index] << (8 * index);
  return bytes;
}

INLINE uint8_t lower(uint8_t byte) { return (uint8_t)(byte - 'A') < 26 ? byte | 0x20 : byte; }

INLINE int is_at(const csearch_literal *literal, const uint8_t *texts, const uint8_t *here) {
  const uint8_t *bytes = texts + literal->start;
  if (!literal->is_caseless) return *bytes == *here && memcmp(bytes, here, literal->length) == 0;
  for (size_t index = 0; index < literal->length; index++) {
    if (lower(here[index]) != bytes[index]) return 0;
  }
  return 1;
}

typedef struct {
  const csearch_index *index;
  const uint8_t *text;
  size_t count, from, until;
  csearch_hit *hits;
  size_t hit_count;
} search;

INLINE void add_if_at(search *search, size_t place, uint32_t number) {
  if (place < search->from || place >= search->until) return;
  const csearch_literal *literal = search->index->literals + number;
  if (literal->length > search->count - place || !is_at(literal, search->index->texts, search->text + place)) return;
  search->hits[search->hit_count++] = (csearch_hit){place, number};
}

/// Adds the two-byte literals that begin at `at` or at the next place.
INLINE void add_pairs(search *search, size_t at, uint32_t bytes, const csearch_two_bytes *pairs, size_t count) {
  for (size_t pair = 0; pair < count; pair++) {
    uint16_t sought;
    memcpy(&sought, pairs[pair].bytes, sizeof sought);
    if ((uint16_t)bytes == sought) add_if_at(search, at, pairs[pair].literal);
    if ((uint16_t)(bytes >> 8) == sought) add_if_at(search, at + 1, pairs[pair].literal);
  }
}

/// Adds the literals that have a window at `at`, and the two-byte literals that begin there or at the next place.
INLINE void add_literals(search *search, size_t at) {
  const csearch_index *index = search->index;
  uint32_t raw = bytes_at(search->text, search->count, at);
  uint32_t bytes = csearch_folded(raw, index->fold);
  uint32_t slot = csearch_literal_hash(bytes) >> (CSEARCH_LITERAL_BITS - CSEARCH_SLOT_BITS);
  for (uint32_t entry = index->slots[slot]; entry < index->slots[slot + 1]; entry++) {
    csearch_entry found = index->entries[entry];
    if ((bytes & found.mask) != found.bytes || (found.back > 0 && at < (size_t)found.back)) continue;
    // `back` is -1 where the bytes begin one before the literal.
    add_if_at(search, at - (size_t)(ptrdiff_t)found.back, found.literal);
  }
  add_pairs(search, at, bytes, index->pairs, index->folded_pairs);
  add_pairs(search, at, raw, index->pairs + index->folded_pairs, index->pair_count - index->folded_pairs);
}

/// A lane for each even place of a block where the table's bit is set.
INLINE half_mask window_lanes(const csearch_index *index, const uint8_t *text, block fold) {
  units first = (units)folded(load(text), fold);
  units last = (units)folded(load(text + 2), fold);
  units hashes = (first * FACTOR_OF_TWO + (last & 0xFF) * FACTOR_OF_THIRD) >> (16 - CSEARCH_LITERAL_BITS);
  // The bit of the fourth byte, by three choices of half of the bits.
  units bits = ((units)((last & 0x100) == 0) ^ 0xAA) & ((units)((last & 0x200) == 0) ^ 0xCC) &
               ((units)((last & 0x400) == 0) ^ 0xF0);
  uint16_t hash[16];
  memcpy(hash, &hashes, sizeof hash);
  uint64_t words[2] = {0, 0};
#pragma clang loop unroll(full)
  for (int lane = 0; lane < 16; lane++) words[lane / 8] |= (uint64_t)index->filter[hash[lane]] << (8 * (lane % 8));
  half found;
  memcpy(&found, words, sizeof found);
  return (half_mask)((found & __builtin_convertvector(bits, half)) != 0);
}

/// The same where the two bytes of such a literal are, there or at the place after it.
INLINE half_mask pair_lanes(const csearch_index *index, const uint8_t *text, block fold) {
  block first = load(text), second = load(text + 1);
  mask any = {0};
  uint32_t pair = index->pair_count;
  for (; pair > index->folded_pairs; pair--) {
    const uint8_t *bytes = index->pairs[pair - 1].bytes;
    any |= (first == bytes[0]) & (second == bytes[1]);
  }
  first = folded(first, fold);
  second = folded(second, fold);
  for (; pair > 0; pair--) {
    const uint8_t *bytes = index->pairs[pair - 1].bytes;
    any |= (first == bytes[0]) & (second == bytes[1]);
  }
  return __builtin_convertvector((units)any != 0, half_mask);
}

enum { BLOCKS = 64 };

/// Writes the even places of a block where there may be literals, counted from `from`. Returns how many there are then.
INLINE size_t block_places(
  const csearch_index *index, const uint8_t *text, uint32_t from, block fold, uint32_t *places, size_t count
) {
  uint32_t found = half_lane_bits(window_lanes(index, text, fold) | pair_lanes(index, text, fold));
  // Mostly there is none or one.
  places[count] = from + 2 * (uint32_t)__builtin_ctz(found | 1 << 16);
  count += found != 0;
  for (found &= found - 1; found; found &= found - 1) places[count++] = from + 2 * (uint32_t)__builtin_ctz(found);
  return count;
}

INLINE size_t csearch_literals_body(
  const csearch_index *index, const uint8_t *text, size_t count, size_t from, size_t until, size_t *at,
  csearch_hit *hits, size_t room
) {
  search search = {index, text, count, from, until, hits, 0};
  const size_t end = until + index->longest_back < count ? until + index->longest_back : count;
  // What one place may add has to fit.
  const size_t limit = room - index->most_at_place;
  const block fold = (block){0} | (uint8_t)index->fold;
  // First the places of some blocks, then what is there: what one step guesses wrong does not hold up the other.
  uint32_t places[16 * BLOCKS + 1];
  for (size_t here = *at; here < end;) {
    const size_t start = here;
    size_t place_count = 0;
    // Three bytes after a block are looked at.
    for (; here + 32 <= end && here + 36 <= count && here < start + 32 * BLOCKS; here += 32) {
      place_count = block_places(index, text + here, (uint32_t)(here - start), fold, places, place_count);
    }
    if (here == start) {
      uint8_t rest[3 * 32] = {0};
      memcpy(rest, text + here, count - here < sizeof rest ? count - here : sizeof rest);
      for (; here < end && here < start + 64; here += 32) {
        place_count = block_places(index, rest + (here - start), (uint32_t)(here - start), fold, places, place_count);
      }
    }
    for (size_t place = 0; place < place_count; place++) {
      if (search.hit_count > limit) {
        *at = start + places[place];
        return search.hit_count;
      }
      add_literals(&search, start + places[place]);
    }
  }
  *at = SIZE_MAX;
  return search.hit_count;
}
SEARCH(size_t, csearch_literals, (const csearch_index *index, const uint8_t *text, size_t count, size_t from, size_t until, size_t *at, csearch_hit *hits, size_t room), (index, text, count, from, until, at, hits, room))
