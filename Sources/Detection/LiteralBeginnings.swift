// With which bytes a literal can begin in any of its forms. At an end of what was read this is asked of every place,
// and mostly the first two bytes say that no literal begins there.

import Bytes

/// The first bytes of several literals, plain or encoded.
struct LiteralBeginnings: Sendable {
  /// For each byte the literals that may begin with it.
  private let literals: [[Int]]
  /// A bit for each two bytes that a literal may begin with.
  private let pairs: [UInt64]

  /// - Parameters:
  ///   - literals: each with its cores: for each alignment of base64 the sextets that depend on it alone.
  init(_ all: [(bytes: [UInt8], cores: [[UInt8]])]) {
    var literals = Array(repeating: [Int](), count: 256)
    var pairs = Array(repeating: UInt64(0), count: 1024)
    for (number, literal) in all.enumerated() {
      func add(_ first: some Sequence<UInt8>, _ second: some Sequence<UInt8>) {
        for byte in first {
          if literals[Int(byte)].last != number { literals[Int(byte)].append(number) }
          for next in second { pairs[Int(byte) << 2 | Int(next >> 6)] |= 1 << UInt64(next & 63) }
        }
      }
      let (bytes, cores) = literal
      add(CollectionOfOne(bytes[0]), CollectionOfOne(bytes[1]))
      // UTF-16 and UTF-32.
      add(CollectionOfOne(bytes[0]), CollectionOfOne(0))
      add(CollectionOfOne(0), [bytes[0], 0])
      for (lead, core) in cores.enumerated() where lead > 0 || core.count > 1 {
        // The first digit of an alignment also has bits of the byte before.
        let first =
          switch lead {
          case 0: base64Characters(core[0])
          case 1: (0..<4).flatMap { base64Characters($0 << 4 | bytes[0] >> 4) }
          default: (0..<16).flatMap { base64Characters($0 << 2 | bytes[0] >> 6) }
          }
        add(first, base64Characters(core[lead == 0 ? 1 : 0]))
      }
    }
    for byte in UInt8.min...UInt8.max where mayBeginStreamToken(byte) && !onlyParts(byte) {
      literals[Int(byte)] = Array(all.indices)
    }
    self.literals = literals
    self.pairs = pairs
  }

  /// The literals that may begin at `place`, as far as its first two bytes say it; in order.
  @inline(__always)
  func literals(at place: Int, in text: UnsafeRawBufferPointer) -> [Int] {
    let byte = text[place]
    if place + 1 < text.count, !mayBeginStreamToken(byte) {
      let next = text[place + 1]
      let isPair = pairs[Int(byte) << 2 | Int(next >> 6)] >> UInt64(next & 63) & 1 != 0
      let isLineEnd = next == 0x0A || next == 0x0D
      if !isPair && !mayBeginStreamToken(next) && !(isLineEnd && isLongLine(text, to: place + 1)) { return [] }
    }
    return literals[Int(byte)]
  }
}
