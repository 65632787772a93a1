// Decodes a piece of text: escapes are replaced by the characters they mean, and sequences that break up words are
// removed.

extension DecodedLayer {
  /// Adds `text[range]` with its tokens undone, unless it has none: once without guesses, and once with
  /// them if there are any.
  mutating func addText(_ text: UnsafeRawBufferPointer, in range: Range<Int>) {
    if addText(text, in: range, guesses: false) { _ = addText(text, in: range, guesses: true) }
  }

  /// - Returns: whether there was something to guess at.
  private mutating func addText(
    _ text: UnsafeRawBufferPointer, in range: Range<Int>, guesses: Bool
  ) -> Bool {
    var hasGuesses = false
    var result: [UInt8] = []
    var pieces: [Piece] = []
    var copied = range.lowerBound
    var at = range.lowerBound
    func copyPiece(_ end: Int) -> Piece {
      Piece(start: result.count, count: end - copied, source: copied..<end, encoding: nil)
    }
    while at < range.upperBound {
      guard mayBeginToken(text[at]), let token = token(text, at), at + token.length <= range.upperBound else {
        at += 1
        continue
      }
      if token.encoding.codec.isGuess && !guesses {
        hasGuesses = true
        at += 1
        continue
      }
      if copied < at {
        pieces.append(copyPiece(at))
        result.append(contentsOf: text[copied..<at])
      }
      pieces.append(
        Piece(
          start: result.count, count: token.outputCount, source: at..<(at + token.length),
          encoding: token.encoding))
      for index in 0..<token.outputCount {
        result.append(UInt8(truncatingIfNeeded: token.output >> UInt32(index * 8)))
      }
      at += token.length
      copied = at
    }
    if pieces.isEmpty { return hasGuesses }
    if copied < at {
      pieces.append(copyPiece(at))
      result.append(contentsOf: text[copied..<at])
    }
    add(result, from: pieces)
    return hasGuesses
  }

  /// The token at a place; at the end of the text also one that more bytes could make longer.
  private func token(_ text: UnsafeRawBufferPointer, _ place: Int) -> TextToken? {
    switch readToken(text, at: place) {
    case .token(let token): return token
    case .none: return nil
    case .cut:
      return withEnd(of: text, from: place) { end in
        guard case .token(let token) = readToken(end, at: 0), token.length < end.count else { return nil }
        return token
      } ?? nil
    }
  }
}

/// Calls `read` with the last bytes of a text and one more, which ends every escape: with nothing after it, an escape
/// that could be longer is whole.
///
/// - Returns: nil without a call when so many bytes are left that no escape is that long.
func withEnd<Result>(
  of text: UnsafeRawBufferPointer, from place: Int, _ read: (UnsafeRawBufferPointer) -> Result
) -> Result? {
  let rest = text[place...]
  if rest.count > longestLast { return nil }
  return withUnsafeTemporaryAllocation(byteCount: longestLast + 1, alignment: 1) { room in
    room.copyBytes(from: rest)
    room[rest.count] = DecodedLayer.separator
    return read(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(room)[...rest.count]))
  }
}

private let longestLast = 16
