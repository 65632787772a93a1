// A set of bytes that is asked once a byte of the input. Those that are known before are made of constants,
// so that nothing is set up when they are first asked.

struct ByteSet: Sendable {
  private let words: (UInt64, UInt64, UInt64, UInt64)

  /// - Parameter words: a bit for each byte, 0 to 63 in the first.
  init(_ words: (UInt64, UInt64, UInt64, UInt64)) { self.words = words }

  init(_ bytes: some Sequence<UInt8>) {
    var words: [UInt64] = [0, 0, 0, 0]
    for byte in bytes { words[Int(byte >> 6)] |= 1 << UInt64(byte & 63) }
    self.init((words[0], words[1], words[2], words[3]))
  }

  @inline(__always)
  func contains(_ byte: UInt8) -> Bool {
    let word =
      switch byte >> 6 {
      case 0: words.0
      case 1: words.1
      case 2: words.2
      default: words.3
      }
    return word >> UInt64(byte & 63) & 1 != 0
  }
}
