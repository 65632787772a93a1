// A set of bytes, queried once for each byte of the input. Fixed sets are made of constants, so that their first use
// needs no initialisation.

package struct ByteSet: Equatable, Sendable {
  @usableFromInline
  let words: (UInt64, UInt64, UInt64, UInt64)

  /// - Parameter words: a bit for each byte, 0 to 63 in the first.
  @inlinable @inline(__always)
  package init(_ words: (UInt64, UInt64, UInt64, UInt64)) { self.words = words }

  package init(_ bytes: some Sequence<UInt8> = []) {
    var words = SIMD4<UInt64>()
    for byte in bytes { words[Int(byte >> 6)] |= 1 << UInt64(byte & 63) }
    self.init(words)
  }

  // Not generic: a pattern is made of hundreds of sets, and a loop over any sequence is slow if it is not specialised.

  package init(_ bytes: [UInt8]) {
    var words = SIMD4<UInt64>()
    for byte in bytes { words[Int(byte >> 6)] |= 1 << UInt64(byte & 63) }
    self.init(words)
  }

  package init(_ bytes: ClosedRange<UInt8>) {
    func bits(_ word: Int) -> UInt64 {
      let first = max(0, Int(bytes.lowerBound) - 64 * word)
      let last = min(63, Int(bytes.upperBound) - 64 * word)
      return first > last ? 0 : (UInt64.max >> UInt64(63 - (last - first))) << UInt64(first)
    }
    self.init((bits(0), bits(1), bits(2), bits(3)))
  }

  private init(_ words: SIMD4<UInt64>) { self.init((words[0], words[1], words[2], words[3])) }

  private var vector: SIMD4<UInt64> { SIMD4(words.0, words.1, words.2, words.3) }

  package mutating func insert(_ byte: UInt8) {
    var words = vector
    words[Int(byte >> 6)] |= 1 << UInt64(byte & 63)
    self = ByteSet(words)
  }

  /// Constant places in a tuple: unlike an index into a vector, they stay in registers.
  @inlinable @inline(__always)
  package func contains(_ byte: UInt8) -> Bool {
    let word =
      switch byte >> 6 {
      case 0: words.0
      case 1: words.1
      case 2: words.2
      default: words.3
      }
    return word >> UInt64(byte & 63) & 1 != 0
  }

  package static func == (left: ByteSet, right: ByteSet) -> Bool { left.words == right.words }

  package var isEmpty: Bool { vector == SIMD4() }

  package func intersection(_ other: ByteSet) -> ByteSet { ByteSet(vector & other.vector) }

  package func subtracting(_ other: ByteSet) -> ByteSet { ByteSet(vector & ~other.vector) }

  package func union(_ other: ByteSet) -> ByteSet { ByteSet(vector | other.vector) }

  package var inverted: ByteSet { ByteSet(~vector) }

  package var count: Int {
    words.0.nonzeroBitCount + words.1.nonzeroBitCount + words.2.nonzeroBitCount + words.3.nonzeroBitCount
  }

  /// In order.
  package var bytes: [UInt8] {
    var bytes: [UInt8] = []
    for index in 0..<4 {
      var rest = vector[index]
      while rest != 0 {
        bytes.append(UInt8(64 * index + rest.trailingZeroBitCount))
        rest &= rest - 1
      }
    }
    return bytes
  }

  /// Its bytes in order, those that follow each other as one range.
  package var runs: [ClosedRange<UInt8>] {
    var runs: [ClosedRange<UInt8>] = []
    let others = inverted
    var at = 0
    while let first = first(from: at) {
      at = others.first(from: first) ?? 256
      runs.append(UInt8(first)...UInt8(at - 1))
    }
    return runs
  }

  /// The first of its bytes that is no smaller than `byte`.
  private func first(from byte: Int) -> Int? {
    var index = byte >> 6
    if index > 3 { return nil }
    var rest = vector[index] & (UInt64.max << UInt64(byte & 63))
    while rest == 0 {
      index += 1
      if index > 3 { return nil }
      rest = vector[index]
    }
    return 64 * index + rest.trailingZeroBitCount
  }

  /// With both cases of each letter that is in it.
  package var foldingCase: ByteSet {
    // Letters are bits 1 to 26 of the second word's halves, upper case first.
    let letters: UInt64 = 0x07FF_FFFE
    let either = (words.1 | words.1 >> 32) & letters
    return ByteSet((words.0, words.1 | either | either << 32, words.2, words.3))
  }

  /// One of its bytes, a lower case letter if there is one.
  package var example: UInt8? {
    for range in [UInt8(ascii: "a")...UInt8(ascii: "z"), 0x30...0x39, 0x21...0xFF, 1...0x20] {
      if let byte = range.first(where: contains) { return byte }
    }
    return nil
  }
}
