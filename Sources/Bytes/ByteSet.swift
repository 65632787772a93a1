// A set of bytes, queried once for each byte of the input. Fixed sets are made of constants, so that their first use
// needs no initialisation.

package struct ByteSet: Equatable, Sendable {
  @usableFromInline
  package private(set) var words: SIMD4<UInt64>

  /// - Parameter words: a bit for each byte, 0 to 63 in the first.
  @inlinable
  package init(_ words: (UInt64, UInt64, UInt64, UInt64)) { self.words = SIMD4(words.0, words.1, words.2, words.3) }

  package init(_ bytes: some Sequence<UInt8> = []) {
    self.init((0, 0, 0, 0))
    for byte in bytes { insert(byte) }
  }

  package mutating func insert(_ byte: UInt8) { words[Int(byte >> 6)] |= 1 << UInt64(byte & 63) }

  @inlinable @inline(__always)
  package func contains(_ byte: UInt8) -> Bool { words[Int(byte >> 6)] >> UInt64(byte & 63) & 1 != 0 }

  package var isEmpty: Bool { words == SIMD4() }

  package func intersection(_ other: ByteSet) -> ByteSet {
    var set = self
    set.words &= other.words
    return set
  }

  package func subtracting(_ other: ByteSet) -> ByteSet {
    var set = self
    set.words &= ~other.words
    return set
  }

  /// With both cases of each letter that is in it.
  package var foldingCase: ByteSet {
    var set = self
    for byte in UInt8(ascii: "a")...UInt8(ascii: "z") where contains(byte) || contains(byte ^ 0x20) {
      set.insert(byte)
      set.insert(byte ^ 0x20)
    }
    return set
  }

  /// One of its bytes, a lower case letter if there is one.
  package var example: UInt8? {
    for range in [UInt8(ascii: "a")...UInt8(ascii: "z"), 0x30...0x39, 0x21...0xFF, 1...0x20] {
      if let byte = range.first(where: contains) { return byte }
    }
    return nil
  }
}
