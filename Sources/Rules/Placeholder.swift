// Distinguishes text that only looks like a key, such as `hopx_live_YOUR_KEY_HERE…`, from keys. Only scans use it:
// redaction never decides by appearance.

/// The conditions under which a match's groups `id` and `secret` show that it is not a key.
package struct Placeholder: Sendable {
  /// A part with fewer different bytes than this is made up.
  let minDistinct: Int
  /// Lower case.
  let words: [[UInt8]]
  /// Whether a secret in which most bytes follow one another, as in `abcdef`, is made up.
  let sequences: Bool
  /// Whether an ID and a secret that are both words are an identifier or a file name.
  let identifiers: Bool

  /// Bytes that a secret needs to be judged as an identifier.
  ///
  /// A random key must not be taken for words. Over all keys with an ID of 12 characters of base62 and a
  /// secret of this many of base64url the share that is, summed over the states of `WordPath`, is 8e-13;
  /// with a whole secret of 43 characters it is 1e-21. The tests compute both.
  package static let shortestIdentifier = 20

  init(minDistinct: Int, words: [String], sequences: Bool = false, identifiers: Bool = false) {
    self.minDistinct = minDistinct
    self.words = words.map { $0.utf8.map(lowered) }
    self.sequences = sequences
    self.identifiers = identifiers
  }

  /// - Parameters:
  ///   - id: nil when the pattern has no such group.
  ///   - secret: nil when the pattern has no such group.
  package func describes(id: UnsafeRawBufferPointer?, secret: UnsafeRawBufferPointer?) -> Bool {
    for case let part? in [id, secret] where hasFewDistinctBytes(part) || isSpelledFromWords(part) {
      return true
    }
    guard let secret else { return false }
    if sequences && isSequence(secret) { return true }
    guard identifiers, let id, secret.count >= Self.shortestIdentifier else { return false }
    return isWord(id) && WordPath.accepts(secret)
  }

  /// Small letters only.
  private func isWord(_ text: UnsafeRawBufferPointer) -> Bool {
    var path = WordPath(isUpperCase: false)
    return text.allSatisfy { $0 >= UInt8(ascii: "a") && path.take($0) }
  }

  /// Whether three in four bytes are the one after, or the one before, their neighbour: of 20 random
  /// characters of base64url fewer than 1e-22 are.
  private func isSequence(_ text: UnsafeRawBufferPointer) -> Bool {
    let pairs = zip(text, text.dropFirst())
    let wanted = (3 * (text.count - 1) + 3) / 4
    return text.count > 1
      && (pairs.count { $0 &+ 1 == $1 } >= wanted || pairs.count { $0 &- 1 == $1 } >= wanted)
  }

  private func hasFewDistinctBytes(_ text: UnsafeRawBufferPointer) -> Bool {
    var seen: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    for byte in text {
      let bit = UInt64(1) << UInt64(byte & 63)
      switch byte >> 6 {
      case 0: seen.0 |= bit
      case 1: seen.1 |= bit
      case 2: seen.2 |= bit
      default: seen.3 |= bit
      }
    }
    let count =
      seen.0.nonzeroBitCount + seen.1.nonzeroBitCount + seen.2.nonzeroBitCount
      + seen.3.nonzeroBitCount
    return count < minDistinct
  }

  /// Whether the whole text is words of the list, in any case, one after the other or with `_` and
  /// `-` between them. The last word may be cut short, as a placeholder cut to length is.
  private func isSpelledFromWords(_ text: UnsafeRawBufferPointer) -> Bool {
    // reachable[i]: the first i bytes are whole words and separators.
    var reachable = [Bool](repeating: false, count: text.count + 1)
    reachable[0] = true
    for start in 0..<text.count where reachable[start] {
      if text[start] == UInt8(ascii: "_") || text[start] == UInt8(ascii: "-") {
        reachable[start + 1] = true
        continue
      }
      for word in words {
        let length = min(word.count, text.count - start)
        guard (0..<length).allSatisfy({ lowered(text[start + $0]) == word[$0] }) else { continue }
        reachable[start + length] = true
      }
    }
    return reachable[text.count]
  }
}

private func lowered(_ byte: UInt8) -> UInt8 {
  byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
}
