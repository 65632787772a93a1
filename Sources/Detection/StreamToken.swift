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
func mayBeginStreamToken(_ byte: UInt8) -> Bool { hasRole(byte, CSEARCH_STREAM_TOKEN) }

/// Whether a byte begins an escape or a control sequence in a stream.
@inline(__always)
func mayBeginEscape(_ byte: UInt8) -> Bool { hasRole(byte, CSEARCH_ESCAPE) }

/// Whether tokens that begin with a byte stand for nothing.
@inline(__always)
func onlyParts(_ byte: UInt8) -> Bool { hasRole(byte, CSEARCH_PARTS) }

/// Whether tokens that begin with a byte join what may not belong together.
@inline(__always)
func mayBeginGuess(_ byte: UInt8) -> Bool { hasRole(byte, CSEARCH_GUESS) }

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

private func isSeen(_ token: TextToken) -> Bool { token.encoding.codec.isStreamed }

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

/// Calls `found` for each place in `places` at which a token could begin, in order, but for tags, stars and quotes.
///
/// - Parameter members: the bytes that it may stand for, as a table.
@inline(__always)
func searchTokens(
  _ bytes: UnsafeRawBufferPointer, at places: Range<Int>, members: [UInt8], _ found: (Int) -> Void
) {
  guard let base = bytes.baseAddress else { return }
  let text = base.assumingMemoryBound(to: UInt8.self)
  members.withUnsafeBufferPointer { members in
    var at = places.lowerBound
    while true {
      at = csearch_token(text, bytes.count, at, places.upperBound, members.baseAddress)
      if at >= places.upperBound { return }
      found(at)
      at += 1
    }
  }
}

/// The first place from `start` on at which any token could begin.
func firstToken(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
  guard let base = bytes.baseAddress else { return nil }
  let place = csearch_token(base.assumingMemoryBound(to: UInt8.self), bytes.count, start, bytes.count, nil)
  return place < bytes.count ? place : nil
}
