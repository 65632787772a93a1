// The name of an object: the SHA-1 or SHA-256 of what it holds, as a number that can be compared.

/// How a repository names its objects (`extensions.objectFormat`, git-config(1)).
package enum ObjectFormat: Sendable {
  case sha1, sha256

  /// Of an ID, in bytes.
  package var length: Int { self == .sha1 ? 20 : 32 }
}

/// An object's ID. A SHA-1 is followed by zeros.
package struct ObjectID: Hashable, Comparable, Sendable {
  /// Big-endian, so that numbers order as bytes do.
  var words: SIMD4<UInt64>

  static let zero = ObjectID(words: SIMD4())

  private init(words: SIMD4<UInt64>) { self.words = words }

  /// The ID whose bytes begin at `start`.
  @inline(__always)
  init(_ start: UnsafeRawPointer, _ format: ObjectFormat) {
    let one = UInt64(bigEndian: start.loadUnaligned(as: UInt64.self))
    let two = UInt64(bigEndian: start.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    if format == .sha1 {
      let rest = UInt32(bigEndian: start.loadUnaligned(fromByteOffset: 16, as: UInt32.self))
      words = SIMD4(one, two, UInt64(rest) << 32, 0)
    } else {
      words = SIMD4(
        one, two, UInt64(bigEndian: start.loadUnaligned(fromByteOffset: 16, as: UInt64.self)),
        UInt64(bigEndian: start.loadUnaligned(fromByteOffset: 24, as: UInt64.self)))
    }
  }

  /// From hex digits; nil when they are not as many as `format` has, or not hex.
  package init?(hex: some Collection<UInt8>, _ format: ObjectFormat) {
    guard hex.count == format.length * 2 else { return nil }
    words = SIMD4()
    for (index, digit) in hex.enumerated() {
      let value: UInt8
      switch digit {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = digit - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): value = digit - UInt8(ascii: "a") + 10
      default: return nil
      }
      words[index / 16] |= UInt64(value) << UInt64(60 - index % 16 * 4)
    }
  }

  /// From as many hex digits as a format has.
  package init?(digits: some Collection<UInt8>) {
    self.init(hex: digits, digits.count == ObjectFormat.sha256.length * 2 ? .sha256 : .sha1)
  }

  package static func < (left: ObjectID, right: ObjectID) -> Bool {
    for word in 0..<4 where left.words[word] != right.words[word] {
      return left.words[word] < right.words[word]
    }
    return false
  }

  package static func isHexDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
  }

  /// All zeros: no object, where a reflog begins.
  package var isZero: Bool { words == SIMD4() }

  package func hex(_ format: ObjectFormat) -> String {
    let digits = Array("0123456789abcdef".utf8)
    let text = (0..<format.length * 2).map { index in
      digits[Int(words[index / 16] >> UInt64(60 - index % 16 * 4) & 15)]
    }
    return String(decoding: text, as: UTF8.self)
  }
}

/// What an object is. The numbers are those of gitformat-pack(5), "Object types".
package enum ObjectKind: UInt8, Sendable {
  case commit = 1
  case tree = 2
  case blob = 3
  case tag = 4
}
