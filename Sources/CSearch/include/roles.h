// What a byte of a text may begin: the one table of the signs that escapes and other disguises begin with.
// `readToken` (TextToken.swift) reads what begins there.

#ifndef ROLES_H
#define ROLES_H

#include <stdbool.h>
#include <stdint.h>

enum {
  /// Something that stands for something else, or for nothing.
  CSEARCH_TOKEN = 1,
  /// Redaction sees through it too: all but line ends.
  CSEARCH_STREAM_TOKEN = 2,
  /// An escape or a control sequence.
  CSEARCH_ESCAPE = 4,
  /// It stands for nothing, or for what begins a control sequence.
  CSEARCH_PARTS = 8,
  /// It joins what may not belong together: tags, stars, quotes.
  CSEARCH_GUESS = 16,
  /// Escapes may stand for it, and be escaped once more.
  CSEARCH_NESTS = 32,

  CSEARCH_CHARACTER_ROLES = CSEARCH_TOKEN | CSEARCH_STREAM_TOKEN | CSEARCH_ESCAPE,
  CSEARCH_CONTROL_ROLES = CSEARCH_CHARACTER_ROLES | CSEARCH_PARTS,
  CSEARCH_WIDTHLESS_ROLES = CSEARCH_TOKEN | CSEARCH_STREAM_TOKEN | CSEARCH_PARTS,
  CSEARCH_GUESS_ROLES = CSEARCH_WIDTHLESS_ROLES | CSEARCH_GUESS,
};

static const uint8_t csearch_roles[256] = {
  ['%'] = CSEARCH_CHARACTER_ROLES | CSEARCH_NESTS,
  ['='] = CSEARCH_CHARACTER_ROLES | CSEARCH_NESTS,
  ['\\'] = CSEARCH_CHARACTER_ROLES | CSEARCH_NESTS,
  ['&'] = CSEARCH_CHARACTER_ROLES | CSEARCH_NESTS,
  ['U'] = CSEARCH_CHARACTER_ROLES,
  // `#033[` and `^[[`.
  ['#'] = CSEARCH_CONTROL_ROLES,
  ['^'] = CSEARCH_CONTROL_ROLES,
  [0x1B] = CSEARCH_CONTROL_ROLES | CSEARCH_NESTS,
  // Of UTF-8.
  [0xC2] = CSEARCH_WIDTHLESS_ROLES,
  [0xE1] = CSEARCH_WIDTHLESS_ROLES,
  [0xE2] = CSEARCH_WIDTHLESS_ROLES,
  [0xEF] = CSEARCH_WIDTHLESS_ROLES,
  ['"'] = CSEARCH_GUESS_ROLES,
  ['\''] = CSEARCH_GUESS_ROLES,
  ['`'] = CSEARCH_GUESS_ROLES,
  ['<'] = CSEARCH_GUESS_ROLES,
  ['*'] = CSEARCH_GUESS_ROLES,
  ['~'] = CSEARCH_GUESS_ROLES,
  ['\n'] = CSEARCH_TOKEN,
  ['\r'] = CSEARCH_TOKEN,
};

/// Whether a byte may begin something of one of the roles.
static inline bool csearch_has_role(uint8_t byte, int roles) { return csearch_roles[byte] & roles; }

#endif
