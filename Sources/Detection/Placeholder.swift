// Telling a made-up key (`hopx_live_YOUR_KEY_HERE…`) from a real one, for scans only: redaction
// never decides by looks.

/// When a part of a key is plainly made up.
struct Placeholder: Sendable {
  /// A text with fewer different bytes than this is made up.
  let minDistinct: Int
  /// Lower case.
  private let words: [[UInt8]]

  init(minDistinct: Int, words: [String]) {
    self.minDistinct = minDistinct
    self.words = words.map { $0.utf8.map(lowered) }
  }

  func describes(_ text: UnsafeRawBufferPointer) -> Bool {
    hasFewDistinctBytes(text) || isSpelledFromWords(text)
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
