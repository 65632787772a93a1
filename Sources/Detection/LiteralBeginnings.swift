// With which bytes a literal can begin in any of its forms. At an end of what was read this is asked of every place,
// and mostly the first three bytes say that no literal begins there.

import Bytes

/// The first bytes of several literals, plain or encoded.
struct LiteralBeginnings: Sendable {
  /// For each byte the literals that may begin with it.
  private let literals: [[Int]]
  private let pairs: BytePairs
  private let triples: ByteTriples

  /// - Parameters:
  ///   - literals: each with its cores: for each alignment of base64 the sextets that depend on it alone.
  init(_ all: [(bytes: [UInt8], cores: [[UInt8]])]) {
    var literals = Array(repeating: [Int](), count: 256)
    var pairs = BytePairs()
    var triples = ByteTriples()
    for (number, literal) in all.enumerated() {
      func add(_ first: some Sequence<UInt8>, _ second: some Sequence<UInt8>, _ third: some Sequence<UInt8>) {
        for byte in first {
          if literals[Int(byte)].last != number { literals[Int(byte)].append(number) }
          for next in second {
            pairs.insert(byte, next)
            for last in third { triples.insert(byte, next, last) }
          }
        }
      }
      func one(_ byte: UInt8) -> [UInt8] { [byte] }
      let (bytes, cores) = literal
      add(one(bytes[0]), one(bytes[1]), bytes.count > 2 ? one(bytes[2]) : Self.anything)
      // UTF-16 and UTF-32.
      add(one(bytes[0]), one(0), [bytes[1], 0])
      add(one(0), [bytes[0], 0], one(0))
      for (lead, core) in cores.enumerated() where lead > 0 || core.count > 1 {
        // The first digit of an alignment also has bits of the byte before.
        let first =
          switch lead {
          case 0: base64Characters(core[0])
          case 1: (0..<4).flatMap { base64Characters($0 << 4 | bytes[0] >> 4) }
          default: (0..<16).flatMap { base64Characters($0 << 2 | bytes[0] >> 6) }
          }
        let next = lead == 0 ? 1 : 0
        let third = next + 1 < core.count ? base64Characters(core[next + 1]) : Self.anything
        add(first, base64Characters(core[next]), third)
      }
    }
    for byte in UInt8.min...UInt8.max where mayBeginStreamToken(byte) && !onlyParts(byte) {
      literals[Int(byte)] = Array(all.indices)
    }
    self.literals = literals
    self.pairs = pairs
    self.triples = triples
  }

  private static let anything = Array(UInt8.min...UInt8.max)

  /// The literals that may begin at `place`, as far as its first three bytes say it; in order.
  @inline(__always)
  func literals(at place: Int, in text: UnsafeRawBufferPointer) -> [Int] {
    let byte = text[place]
    if place + 1 < text.count, !mayBeginStreamToken(byte) {
      let next = text[place + 1]
      if !mayBeginStreamToken(next), !isLongLineEnd(text, place + 1) {
        if !pairs.contains(byte, next) { return [] }
        if place + 2 < text.count, !mayBeginStreamToken(text[place + 2]),
          !triples.contains(byte, next, text[place + 2]), !isLongLineEnd(text, place + 2)
        {
          return []
        }
      }
    }
    return literals[Int(byte)]
  }

  @inline(__always)
  private func isLongLineEnd(_ text: UnsafeRawBufferPointer, _ place: Int) -> Bool {
    (text[place] == 0x0A || text[place] == 0x0D) && isLongLine(text, to: place)
  }
}

/// The first bytes of cores of forms.
struct CoreBeginnings: Sendable {
  private let triples: ByteTriples

  /// - Parameter cores: each of three bytes or more.
  init(_ cores: some Sequence<[UInt8]>) {
    var triples = ByteTriples()
    for core in cores { triples.insert(core[0], core[1], core[2]) }
    self.triples = triples
  }

  /// Whether the first three bytes at `place` could begin a core, or a line ends after the first or the second.
  @inline(__always)
  func mayBegin(at place: Int, in text: UnsafeRawBufferPointer) -> Bool {
    guard place + 2 < text.count else { return true }
    return triples.contains(text[place], text[place + 1], text[place + 2]) || mayBreak(text[place + 1])
      || mayBreak(text[place + 2])
  }

  /// Whether a line's end may begin with a byte, escaped or not.
  @inline(__always)
  private func mayBreak(_ byte: UInt8) -> Bool {
    byte == 0x0A || byte == 0x0D || mayBeginEscape(byte) && sextet(byte) == nil
  }
}

/// The first numbers of lists that stand for literals.
struct ListBeginnings: Sendable {
  private let pairs: BytePairs

  init(_ literals: [[UInt8]]) {
    var pairs = BytePairs()
    for literal in literals { pairs.insert(literal[0], literal[1]) }
    self.pairs = pairs
  }

  /// Whether the second number may be that of a literal that begins with `first`, or begin an escape of it.
  ///
  /// - Parameter end: where the first number ends.
  @inline(__always)
  func mayGoOn(_ text: UnsafeRawBufferPointer, _ first: UInt8, endingAt end: Int, _ stage: StreamStage) -> Bool {
    if mayBeginStreamToken(first) { return true }
    var at = end
    if end < text.count, isListGap(text[end]) {
      at += 1
    } else if end < text.count, text[end] == UInt8(ascii: ")") {
      return true
    } else if stage == .decimal, end < text.count {
      return false
    }
    if at + 4 >= text.count { return true }
    let (one, two) = (text[at], text[at + 1])
    if stage == .hex {
      // Another sign or `0x`.
      guard let high = hexValue(one), !(one == 0x30 && two | 0x20 == 0x78) else { return at > end || one == 0x30 }
      return hexValue(two).map { isSecond(high << 4 | $0, after: first) } ?? false
    }
    var value = 0
    let start = at
    while at < start + 4, 0x30...0x39 ~= text[at] {
      value = value * 10 + Int(text[at] & 15)
      at += 1
    }
    if at == start { return true }
    return at < start + 4 && value < 256 && isSecond(UInt8(value), after: first)
  }

  @inline(__always)
  private func isSecond(_ byte: UInt8, after first: UInt8) -> Bool {
    pairs.contains(first, byte) || mayBeginStreamToken(byte)
  }
}

/// A set of two bytes in a row.
struct BytePairs: Sendable {
  private var bits = Array(repeating: UInt64(0), count: 1024)

  mutating func insert(_ first: UInt8, _ second: UInt8) {
    bits[Int(first) << 2 | Int(second >> 6)] |= 1 << UInt64(second & 63)
  }

  @inline(__always)
  func contains(_ first: UInt8, _ second: UInt8) -> Bool {
    bits[Int(first) << 2 | Int(second >> 6)] >> UInt64(second & 63) & 1 != 0
  }
}

/// A set of three bytes in a row, with a few that are not in it.
struct ByteTriples: Sendable {
  private var bits = Array(repeating: UInt64(0), count: 1024)

  private func hash(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> Int {
    let bytes = UInt32(first) | UInt32(second) << 8 | UInt32(third) << 16
    return Int((bytes &* 0x9E37_79B1) >> 16)
  }

  mutating func insert(_ first: UInt8, _ second: UInt8, _ third: UInt8) {
    let hash = hash(first, second, third)
    bits[hash >> 6] |= 1 << UInt64(hash & 63)
  }

  @inline(__always)
  func contains(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> Bool {
    let hash = hash(first, second, third)
    return bits[hash >> 6] >> UInt64(hash & 63) & 1 != 0
  }
}
