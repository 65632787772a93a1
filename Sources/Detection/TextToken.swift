// What stands in a text for something else: an escape for a character, or a sequence for nothing, such
// as a colour code inside a word. One table of them for scans and for redaction.
// Sources: RFC 3986 (percent), RFC 8259 and ECMA-262 (\u, \x, \u{}), HTML Living Standard 13.5
// (character references), RFC 2045 6.7 (quoted-printable), ECMA-48 (control sequences).

import Bytes
import CSearch

/// A run of bytes that stands for other bytes, or for none.
struct TextToken: Equatable, Sendable {
  let encoding: Encoding
  /// Bytes of the text.
  let length: Int
  /// What it stands for, the first byte lowest.
  private(set) var output: UInt32 = 0
  /// Bytes of `output`.
  private(set) var outputCount = 0

  /// It stands for nothing.
  init(_ encoding: Encoding, length: Int) {
    self.encoding = encoding
    self.length = length
  }

  /// It stands for a byte.
  init(_ encoding: Encoding, length: Int, byte: UInt8) {
    self.encoding = encoding
    self.length = length
    output = UInt32(byte)
    outputCount = 1
  }

  /// It stands for a character; for U+FFFD when there is no such character, as for half a pair.
  init(_ encoding: Encoding, length: Int, character: UInt32) {
    self.encoding = encoding
    self.length = length
    for byte in UTF8.encode(Unicode.Scalar(character) ?? "\u{FFFD}")! {
      output |= UInt32(byte) << UInt32(outputCount * 8)
      outputCount += 1
    }
  }
}

extension TextToken {
  /// A token that stands for what another does.
  init(_ encoding: Encoding, length: Int, as other: TextToken) {
    self.init(encoding, length: length)
    (output, outputCount) = (other.output, other.outputCount)
  }
}

/// What stands at a place.
enum TokenReading: Equatable, Sendable {
  case token(TextToken)
  case none
  /// The bytes end inside of what could become a token.
  case cut
}

/// Bytes of a control string (such as the address of a link) that are looked through for its end.
private let longestControlString = 2048

/// The token that begins at `start`.
///
/// - Parameter bytes: what lies before `start` is looked at as well, for line breaks and quotes.
func readToken(_ bytes: UnsafeRawBufferPointer, at start: Int) -> TokenReading {
  if start >= bytes.count { return .cut }
  var reader = TokenReader(bytes: bytes, start: start, at: start + 1)
  switch bytes[start] {
  case UInt8(ascii: "%"): return reader.readPercent()
  case UInt8(ascii: "="): return reader.readQuotedPrintable()
  case UInt8(ascii: "\\"): return reader.readBackslash()
  case UInt8(ascii: "&"): return reader.readReference()
  case UInt8(ascii: "#"): return reader.readEscapeCharacter("033", .octal)
  case UInt8(ascii: "^"): return reader.readEscapeCharacter("[", .caret)
  case UInt8(ascii: "U"): return reader.readCodePoint()
  case 0x1B: return reader.readControl()
  case 0xC2, 0xE1, 0xE2, 0xEF: return reader.readZeroWidth()
  case 0x0A, 0x0D: return reader.readWrap()
  case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"): return reader.readJoint()
  case UInt8(ascii: "<"), UInt8(ascii: "*"), UInt8(ascii: "~"): return readMarkup(bytes, at: start)
  default: return .none
  }
}

/// Whether `readToken` knows tokens that begin with a byte.
@inline(__always)
func mayBeginToken(_ byte: UInt8) -> Bool { hasRole(byte, CSEARCH_TOKEN) }

/// Whether a byte may begin something of a role (`roles.h`).
@inline(__always)
func hasRole(_ byte: UInt8, _ role: Int) -> Bool { csearch_has_role(byte, CInt(truncatingIfNeeded: role)) }

/// Whether a set has a byte, given a bit for each. As `ByteSet`, whose functions are called and not inlined in this
/// module: a tenth of the time that certificates and URLs took.
@inline(__always)
func isMember(_ byte: UInt8, _ words: (UInt64, UInt64, UInt64, UInt64)) -> Bool {
  let word = byte < 0x80 ? (byte < 0x40 ? words.0 : words.1) : (byte < 0xC0 ? words.2 : words.3)
  return word >> UInt64(byte & 63) & 1 != 0
}

/// As `readToken`, of escapes that are escaped themselves too: `%2568` stands for `h`, `\\u001b[m` for nothing.
///
/// - Parameter isKnown: whether the innermost escape counts; if it does not, the outer ones do.
func readDeepToken(
  _ bytes: UnsafeRawBufferPointer, at start: Int, depth: Int = 0, isKnown: (TextToken) -> Bool
) -> TokenReading {
  let reading = readToken(bytes, at: start)
  guard depth < LayerStack.depth, case .token(let token) = reading, token.outputCount == 1 else { return reading }
  let introducer = UInt8(truncatingIfNeeded: token.output)
  let end = start + token.length
  guard isIntroducer(introducer), token.length < 64 else { return reading }
  if end >= bytes.count { return .cut }
  guard mayGoOn(introducer, with: bytes[end]) else { return reading }
  // Escapes that begin otherwise are short.
  let most = introducer == 0x1B || introducer == UInt8(ascii: "\\") ? longestInner : 24
  return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 2 * longestInner) { room in
    room[0] = introducer
    room[longestInner] = UInt8(token.length)
    var count = 1
    var at = end
    var isCut = false
    while count < most {
      if at >= bytes.count {
        isCut = true
        break
      }
      let place = at
      var byte = bytes[at]
      at += 1
      if mayBeginToken(byte) {
        switch readToken(bytes, at: place) {
        case .cut: isCut = true
        case .none: break
        case .token(let next):
          // Markup in the middle of an escape is no part of it.
          if next.outputCount > 1 || next.encoding == .markup || place + next.length - start > 255 {
            at = bytes.count
            continue
          }
          at = place + next.length
          if next.outputCount == 0 { continue }
          byte = UInt8(truncatingIfNeeded: next.output)
        }
        if isCut { break }
      }
      if at - start > 255 { break }
      room[count] = byte
      room[longestInner + count] = UInt8(at - start)
      count += 1
    }
    let inner = UnsafeRawBufferPointer(start: room.baseAddress!, count: count)
    switch readDeepToken(inner, at: 0, depth: depth + 1, isKnown: isKnown) {
    case .none: return reading
    case .cut: return isCut ? .cut : reading
    case .token(let found):
      return isKnown(found)
        ? .token(TextToken(token.encoding, length: Int(room[longestInner + found.length - 1]), as: found)) : reading
    }
  }
}

/// Bytes of an escape that is escaped itself.
private let longestInner = 64

/// Whether escapes begin with a byte that may be escaped itself.
@inline(__always)
func isIntroducer(_ byte: UInt8) -> Bool { hasRole(byte, CSEARCH_NESTS) }

/// Whether an escape that begins with a decoded byte could go on with the byte after it.
private func mayGoOn(_ introducer: UInt8, with byte: UInt8) -> Bool {
  if mayBeginToken(byte) { return true }
  switch introducer {
  case UInt8(ascii: "%"), UInt8(ascii: "="): return hexValue(byte) != nil || byte == UInt8(ascii: "u")
  case UInt8(ascii: "\\"):
    switch byte {
    case UInt8(ascii: "u"), UInt8(ascii: "U"), UInt8(ascii: "x"), UInt8(ascii: "n"), UInt8(ascii: "r"),
      UInt8(ascii: "e"), UInt8(ascii: "E"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      return true
    default: return isPunctuation(byte)
    }
  case UInt8(ascii: "&"): return byte == UInt8(ascii: "#") || 0x61...0x7A ~= byte
  default: return byte == UInt8(ascii: "[") || byte == UInt8(ascii: "]") || byte == UInt8(ascii: "(")
  }
}

struct TokenReader {
  let bytes: UnsafeRawBufferPointer
  let start: Int
  var at: Int
  /// A sign of several bytes was looked for where the bytes end in the middle of one.
  var isCut = false

  var isAtEnd: Bool { at >= bytes.count }
  var length: Int { at - start }

  /// Goes over `byte` if it is the next.
  mutating func skip(_ byte: UInt8) -> Bool {
    if isAtEnd || bytes[at] != byte { return false }
    at += 1
    return true
  }

  /// Goes over hex digits and gives their value.
  ///
  /// - Returns: nil when there are fewer than `least`; then `isAtEnd` tells whether they are cut off.
  mutating func hex(least: Int, most: Int) -> UInt32? {
    var value: UInt32 = 0
    var count = 0
    while count < most, !isAtEnd, let digit = hexValue(bytes[at]) {
      value = value << 4 | UInt32(digit)
      at += 1
      count += 1
    }
    return count < least ? nil : value
  }

  var failure: TokenReading { isAtEnd ? .cut : .none }

  mutating func readPercent() -> TokenReading {
    if skip(UInt8(ascii: "u")) {
      guard let value = hex(least: 4, most: 4) else { return failure }
      return .token(TextToken(.unicode, length: length, character: value))
    }
    guard let value = hex(least: 2, most: 2) else { return failure }
    return .token(TextToken(.percent, length: length, byte: UInt8(value)))
  }

  mutating func readQuotedPrintable() -> TokenReading {
    if skip(0x0D) { return skip(0x0A) ? .token(TextToken(.quotedPrintable, length: length)) : failure }
    if skip(0x0A) { return .token(TextToken(.quotedPrintable, length: length)) }
    guard let value = hex(least: 2, most: 2) else { return failure }
    return .token(TextToken(.quotedPrintable, length: length, byte: UInt8(value)))
  }

  mutating func readBackslash() -> TokenReading {
    if isAtEnd { return .cut }
    let letter = bytes[at]
    at += 1
    switch letter {
    case UInt8(ascii: "x"):
      if skip(UInt8(ascii: "{")) {
        guard let value = hex(least: 1, most: 8) else { return failure }
        return skip(UInt8(ascii: "}")) ? .token(TextToken(.hex, length: length, character: value)) : failure
      }
      guard let value = hex(least: 2, most: 2) else { return failure }
      return .token(TextToken(.hex, length: length, byte: UInt8(value)))
    case UInt8(ascii: "u"):
      if skip(UInt8(ascii: "{")) {
        guard let value = hex(least: 1, most: 8) else { return failure }
        return skip(UInt8(ascii: "}"))
          ? .token(TextToken(.unicode, length: length, character: value)) : failure
      }
      while length < Self.longestUnicode, skip(UInt8(ascii: "u")) {}
      guard let value = hex(least: 4, most: 4) else { return failure }
      return .token(TextToken(.unicode, length: length, character: value))
    case UInt8(ascii: "U"):
      guard let value = hex(least: 8, most: 8) else { return failure }
      return .token(TextToken(.unicode, length: length, character: value))
    case UInt8(ascii: "n"): return .token(TextToken(.backslash, length: 2, byte: 0x0A))
    case UInt8(ascii: "r"): return .token(TextToken(.backslash, length: 2, byte: 0x0D))
    case UInt8(ascii: "t"): return .token(TextToken(.backslash, length: 2, byte: 0x09))
    case 0x0D:
      guard skip(0x0A) else { return failure }
      return readContinuation()
    case 0x0A: return readContinuation()
    case UInt8(ascii: "e"), UInt8(ascii: "E"):
      if isAtEnd { return .cut }
      return bytes[at] == UInt8(ascii: "[") || bytes[at] == UInt8(ascii: "]")
        ? .token(TextToken(.backslash, length: 2, byte: 0x1B)) : .none
    case UInt8(ascii: "0")...UInt8(ascii: "9"): return readNumber()
    case _ where isPunctuation(letter): return .token(TextToken(.backslash, length: 2, byte: letter))
    default: return .none
    }
  }

  /// Bytes of `\uuuu` and the like that are looked through for the digits.
  private static let longestUnicode = 8

  /// Digits after a backslash: three octal ones, else hex ones as in CSS.
  private mutating func readNumber() -> TokenReading {
    at -= 1
    var octal = 0
    var count = 0
    while count < 3, at + count < bytes.count, case let digit = bytes[at + count] &- UInt8(ascii: "0"), digit < 8 {
      octal = octal << 3 | Int(digit)
      count += 1
    }
    if at + count == bytes.count, count < 3 { return .cut }
    if count == 3, 1..<0x80 ~= octal {
      return .token(TextToken(.octal, length: 4, byte: UInt8(octal)))
    }
    // Two digits are enough for a letter; six are all there can be.
    let isZero = bytes[at] == UInt8(ascii: "0")
    let value = hex(least: 2, most: 6)
    if isAtEnd { return .cut }
    guard let value, 0x20..<0x7F ~= value else {
      return isZero ? .token(TextToken(.backslash, length: 2, byte: 0)) : .none
    }
    _ = skip(0x20)
    return .token(TextToken(.css, length: length, byte: UInt8(value)))
  }

  /// An escaped escape character and the rest of its control sequence.
  mutating func readEscapeCharacter(_ rest: StaticString, _ encoding: Encoding) -> TokenReading {
    for index in 0..<rest.utf8CodeUnitCount where !skip(rest.utf8Start[index]) { return failure }
    let length = encoding == .caret ? 2 : length
    let next = encoding == .caret ? start + 2 : at
    if next >= bytes.count { return .cut }
    return bytes[next] == UInt8(ascii: "[") || bytes[next] == UInt8(ascii: "]")
      ? .token(TextToken(encoding, length: length, byte: 0x1B)) : .none
  }

  /// `U+0068`, and the blank before the next of them.
  mutating func readCodePoint() -> TokenReading {
    guard skip(UInt8(ascii: "+")), let value = hex(least: 4, most: 6) else { return failure }
    if isAtEnd { return .cut }
    let end = at
    if skip(0x20) {
      if isAtEnd { return .cut }
      if skip(UInt8(ascii: "U")) {
        if isAtEnd { return .cut }
        if skip(UInt8(ascii: "+")) { return .token(TextToken(.unicode, length: end + 1 - start, character: value)) }
      }
    }
    return .token(TextToken(.unicode, length: end - start, character: value))
  }

  /// Goes over the indentation of the line that goes on.
  private mutating func readContinuation() -> TokenReading {
    while !isAtEnd, isBlank(bytes[at]) { at += 1 }
    return isAtEnd ? .cut : .token(TextToken(.backslashNewline, length: length))
  }

  mutating func readReference() -> TokenReading {
    if skip(UInt8(ascii: "#")) {
      var value: UInt32?
      if skip(UInt8(ascii: "x")) || skip(UInt8(ascii: "X")) {
        value = hex(least: 1, most: 7)
      } else {
        var count = 0
        while count < 7, !isAtEnd, case let digit = bytes[at] &- UInt8(ascii: "0"), digit < 10 {
          value = (value ?? 0) * 10 + UInt32(digit)
          at += 1
          count += 1
        }
      }
      guard let value, skip(UInt8(ascii: ";")) else { return failure }
      return .token(TextToken(.html, length: length, character: value))
    }
    for (name, character) in namedReferences {
      var index = at
      for byte in name.utf8 {
        if index >= bytes.count { return .cut }
        if bytes[index] != byte { break }
        index += 1
      }
      guard index - at == name.utf8.count else { continue }
      return .token(TextToken(.html, length: index - start, character: character))
    }
    return failure
  }

  /// ECMA-48: a control sequence, a control string up to its terminator, or another escape sequence.
  mutating func readControl() -> TokenReading {
    if isAtEnd { return .cut }
    let kind = bytes[at]
    at += 1
    switch kind {
    case UInt8(ascii: "["):
      while !isAtEnd, 0x20...0x3F ~= bytes[at], length < longestControlString { at += 1 }
      if isAtEnd { return .cut }
      guard 0x40...0x7E ~= bytes[at] else { return .none }
      at += 1
    case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "X"), UInt8(ascii: "^"), UInt8(ascii: "_"):
      while true {
        if isAtEnd { return length < longestControlString ? .cut : .none }
        if length >= longestControlString { return .none }
        let byte = bytes[at]
        at += 1
        if byte == 0x07 { break }
        if byte == 0x1B {
          if isAtEnd { return .cut }
          guard skip(UInt8(ascii: "\\")) else { return .none }
          break
        }
        if byte == 0x0A || byte == 0x0D { return .none }
      }
    case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "#"):
      // Character sets, and the sizes of lines.
      if isAtEnd { return .cut }
      guard 0x30...0x7E ~= bytes[at] else { return .none }
      at += 1
    case UInt8(ascii: "7"), UInt8(ascii: "8"), UInt8(ascii: "="), UInt8(ascii: ">"), UInt8(ascii: "D"),
      UInt8(ascii: "E"), UInt8(ascii: "H"), UInt8(ascii: "M"), UInt8(ascii: "c"):
      break
    default: return .none
    }
    return .token(TextToken(.ansi, length: length))
  }

  /// U+00AD, U+180E, U+200B to U+200F, U+202A to U+202E, U+2060 to U+2064, U+FEFF, in UTF-8.
  mutating func readZeroWidth() -> TokenReading {
    if isAtEnd { return .cut }
    let second = bytes[at]
    at += 1
    if bytes[start] == 0xC2 {
      return second == 0xAD ? .token(TextToken(.zeroWidth, length: 2)) : .none
    }
    switch (bytes[start], second) {
    case (0xE1, 0xA0), (0xE2, 0x80), (0xE2, 0x81), (0xEF, 0xBB): break
    default: return .none
    }
    if isAtEnd { return .cut }
    let isZeroWidth =
      switch (bytes[start], second, bytes[at]) {
      case (0xE1, 0xA0, 0x8E), (0xE2, 0x80, 0x8B...0x8F), (0xE2, 0x80, 0xAA...0xAE),
        (0xE2, 0x81, 0xA0...0xA4), (0xEF, 0xBB, 0xBF):
        true
      default: false
      }
    return isZeroWidth ? .token(TextToken(.zeroWidth, length: 3)) : .none
  }

  /// A line break that a terminal put in: the line is as long as a terminal is wide, and both it and the
  /// next are text up to the break.
  mutating func readWrap() -> TokenReading {
    if bytes[start] == 0x0D, !skip(0x0A) { return failure }
    if isAtEnd { return .cut }
    guard isInk(bytes[at]), start > 0, isInk(bytes[start - 1]) else { return .none }
    let columns = csearch_columns(bytes.baseAddress!.assumingMemoryBound(to: UInt8.self), start, widestTerminal)
    return isWrapColumn(columns) ? .token(TextToken(.lineWrap, length: length)) : .none
  }
}

/// Characters that a name in HTML can stand for inside a key, or between its characters.
private let namedReferences: [(name: String, character: UInt32)] = [
  ("lowbar;", 0x5F), ("UnderBar;", 0x5F), ("period;", 0x2E), ("amp;", 0x26), ("num;", 0x23),
  ("percnt;", 0x25), ("bsol;", 0x5C), ("equals;", 0x3D), ("plus;", 0x2B), ("sol;", 0x2F),
  ("quot;", 0x22), ("apos;", 0x27), ("lcub;", 0x7B), ("rcub;", 0x7D), ("semi;", 0x3B),
  ("shy;", 0xAD), ("ZeroWidthSpace;", 0x200B), ("zwnj;", 0x200C), ("zwj;", 0x200D), ("NewLine;", 0x0A),
]

/// Where terminals, editors and formatters break lines, in characters.
private func isWrapColumn(_ columns: Int) -> Bool {
  switch columns {
  case 64, 72, 76, 78, 79, 80, 100, 120, 132: true
  default: false
  }
}

private let widestTerminal = 132

/// ASCII that is neither a letter nor a digit nor space.
func isPunctuation(_ byte: UInt8) -> Bool {
  switch byte {
  case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: true
  default: false
  }
}

/// Whether a byte is a letter, a digit or one of the signs of a key.
func isKeyByte(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"):
    true
  default: false
  }
}

/// Whether a byte is part of a word or of base64.
func isDigitOrSign(_ byte: UInt8) -> Bool {
  isKeyByte(byte) || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "/")
}

func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

/// Whether a byte is part of a word rather than space or a quote.
func isInk(_ byte: UInt8) -> Bool { byte > 0x20 && byte != 0x7F && !isQuote(byte) }
