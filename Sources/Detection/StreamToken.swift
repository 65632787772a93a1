// What redaction takes for an escape in a stream, and for what only parts a word: control sequences, characters of no
// width, tags, stars, and the quotes between two string literals. No lines are put together: that would hold back line
// ends.

import Bytes
import CSearch

/// What stands at a place in a stream.
enum StreamUnit {
  /// The byte itself.
  case byte
  case token(TextToken)
  /// The bytes end in the middle of what could become a token.
  case cut
}

/// Whether a byte begins a token in a stream.
@inline(__always)
func mayBeginStreamToken(_ byte: UInt8) -> Bool {
  // ESC " # % & ' * < = U backslash ^ ` ~ C2 E1 E2 EF
  isMember(byte, (0x3000_04EC_0800_0000, 0x4000_0001_5020_0000, 0, 0x0000_8006_0000_0004))
}

/// Whether a byte begins an escape or a control sequence in a stream.
@inline(__always)
func mayBeginEscape(_ byte: UInt8) -> Bool {
  // ESC # % & = U backslash ^
  isMember(byte, (0x2000_0068_0800_0000, 0x0000_0000_5020_0000, 0, 0))
}

/// Whether tokens that begin with a byte stand for nothing.
@inline(__always)
func onlyParts(_ byte: UInt8) -> Bool {
  // ESC " # ' * < ^ ` ~ C2 E1 E2 EF
  isMember(byte, (0x1000_048C_0800_0000, 0x4000_0001_4000_0000, 0, 0x0000_8006_0000_0004))
}

/// Whether tokens that begin with a byte join what may not belong together.
@inline(__always)
func mayBeginGuess(_ byte: UInt8) -> Bool {
  // " ' * < ` ~
  isMember(byte, (0x1000_0484_0000_0000, 0x4000_0001_0000_0000, 0, 0))
}

/// - Parameter bytes: end where nothing behind may be looked at yet.
@inline(__always)
func readStreamUnit(_ bytes: UnsafeRawBufferPointer, at place: Int) -> StreamUnit {
  if !mayBeginStreamToken(bytes[place]) { return .byte }
  switch readDeepToken(bytes, at: place, isKnown: isSeen) {
  case .cut: return .cut
  case .none: return .byte
  case .token(let token):
    guard isSeen(token) else { return .byte }
    // The other half of a character of UTF-16 in which only that is escaped.
    let isZero = token.outputCount == 1 && token.output == 0
    return .token(isZero ? TextToken(.zeroWidth, length: token.length) : token)
  }
}

/// As `readStreamUnit`, of escapes and control sequences alone.
@inline(__always)
func readStreamEscape(_ bytes: UnsafeRawBufferPointer, at place: Int) -> StreamUnit {
  mayBeginEscape(bytes[place]) ? readStreamUnit(bytes, at: place) : .byte
}

private func isSeen(_ token: TextToken) -> Bool {
  switch token.encoding {
  case .percent, .unicode, .hex, .html, .quotedPrintable, .backslash, .octal, .css, .caret, .ansi, .zeroWidth,
    .concatenation, .markup:
    true
  default: false
  }
}

/// Whether what parts a key matters to what follows: tags and quotes, and control sequences that change how it is shown
/// and hold nothing but that: parameters are digits. Of control strings that is the end of a link alone; others name
/// files and addresses.
func isNeeded(_ token: TextToken, _ code: UnsafeRawBufferPointer) -> Bool {
  if token.encoding == .markup || token.encoding == .concatenation { return true }
  guard token.encoding == .ansi, code[0] == 0x1B else { return false }
  if code.count >= 3, code[1] == UInt8(ascii: "[") {
    return code[2..<(code.count - 1)].allSatisfy { 0x30...0x3B ~= $0 || $0 == UInt8(ascii: "?") }
  }
  if code[1] == UInt8(ascii: "]") {
    return code.dropFirst(2).starts(with: "8;;".utf8) && code.count <= 7
  }
  return code.count <= 3
}

/// Calls `found` for each place in `places` at which a token could begin, in order.
///
/// - Parameter members: the bytes that it may stand for, as a table, without tags, stars and quotes; any token where
///   there is none.
@inline(__always)
func searchTokens(
  _ bytes: UnsafeRawBufferPointer, at places: Range<Int>, members: [UInt8]? = nil, _ found: (Int) -> Void
) {
  guard let base = bytes.baseAddress else { return }
  let text = base.assumingMemoryBound(to: UInt8.self)
  func search(_ members: UnsafePointer<UInt8>?) {
    var at = places.lowerBound
    while true {
      at = csearch_token(text, bytes.count, at, places.upperBound, members)
      if at >= places.upperBound { return }
      found(at)
      at += 1
    }
  }
  if let members { members.withUnsafeBufferPointer { search($0.baseAddress) } } else { search(nil) }
}
