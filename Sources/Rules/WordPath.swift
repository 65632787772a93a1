// Recognises identifiers and file names such as `cancel_at_period_end` or `final-version-for-review`,
// which code and documents write after a prefix and a dot as a key's secret is written.

/// Reads a text byte by byte and accepts it as long as it is words with `_` or `-` between them.
///
/// A word is letters, with no more than four consonants in a row, and up to two digits at its end. All words
/// are in small letters or all in capitals. The last may be cut short.
package struct WordPath: Hashable, Sendable {
  private let isUpperCase: Bool
  private var isWithinWord = false
  private var consonants = 0
  private var digits = 0

  package init(isUpperCase: Bool) { self.isUpperCase = isUpperCase }

  static func accepts(_ text: UnsafeRawBufferPointer) -> Bool {
    [false, true].contains { isUpperCase in
      var path = WordPath(isUpperCase: isUpperCase)
      return text.allSatisfy { path.take($0) }
    }
  }

  /// Reads the next byte.
  ///
  /// - Returns: whether the text is still words.
  package mutating func take(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"): return !isUpperCase && takeLetter(byte)
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): return isUpperCase && takeLetter(byte | 0x20)
    case UInt8(ascii: "0")...UInt8(ascii: "9"):
      digits += 1
      return isWithinWord && digits <= 2
    case UInt8(ascii: "_"), UInt8(ascii: "-"):
      defer { self = WordPath(isUpperCase: isUpperCase) }
      return isWithinWord
    default: return false
    }
  }

  private mutating func takeLetter(_ letter: UInt8) -> Bool {
    isWithinWord = true
    switch letter {
    case UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "o"), UInt8(ascii: "u"),
      UInt8(ascii: "y"):
      consonants = 0
    default: consonants += 1
    }
    return digits == 0 && consonants <= 4
  }
}
