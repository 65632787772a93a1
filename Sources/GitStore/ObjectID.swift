// The name of an object: the SHA-1 or SHA-256 of what it holds, as a number that can be compared.

import Bytes

/// How a repository names its objects (`extensions.objectFormat`, git-config(1)).
package enum ObjectFormat: Sendable {
  case sha1, sha256

  /// Of an ID, in bytes.
  package var length: Int { self == .sha1 ? 20 : 32 }
}

/// An object's ID. A SHA-1 is followed by zeros.
package struct ObjectID: Hashable, Comparable, CustomStringConvertible, Sendable {
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
      // git writes IDs in lower case, and only so are they equal as text.
      guard let value = hexValue(digit), !(0x41...0x46).contains(digit) else { return nil }
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

  /// All zeros: no object, where a reflog begins.
  package var isZero: Bool { words == SIMD4() }

  /// The format that the ID shows: no SHA-256 ends in twelve zero bytes.
  package var format: ObjectFormat { words[2] & 0xFFFF_FFFF == 0 && words[3] == 0 ? .sha1 : .sha256 }

  /// In hex digits, as git prints it.
  package var description: String { hex(format) }

  package func hex(_ format: ObjectFormat) -> String {
    let text = (0..<format.length * 2).map { index in
      hexDigit(words[index / 16] >> UInt64(60 - index % 16 * 4))
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
