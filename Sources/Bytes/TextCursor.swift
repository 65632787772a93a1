// A place in an input as its readers see it: lines and UTF-16 code units. It costs a step a byte, so it
// is only used where a report asks for such places.

/// Moves forward over an input.
package struct TextCursor: Sendable {
  /// Bytes from the start of the input.
  package private(set) var offset = 0
  /// From 1.
  package private(set) var line = 1
  private var column = 0
  private var isBehindCarriageReturn = false
  private var decoder = UTF16Decoder()
  private var hashes: LineHashes?
  /// Lines whose hash must not be revealed.
  private var unsafeLines: Set<Int> = []

  /// A stretch of text.
  package struct Region: Sendable, Equatable {
    /// Of its first code unit, from 1.
    package var startColumn: Int
    /// Line ends in it.
    package var lineEnds: Int
    /// The column after its last code unit, from 1, in the line where it ends.
    package var endColumn: Int
  }

  /// - Parameter hashesLines: the input is a whole file or the like.
  package init(hashesLines: Bool) { hashes = hashesLines ? LineHashes() : nil }

  /// Moves to `target`.
  ///
  /// - Parameters:
  ///   - target: bytes from the start of the input; nothing happens if it is before `offset`.
  ///   - bytes: a buffer that holds the input from `offset` to `target`.
  ///   - base: where the buffer begins in the input.
  package mutating func advance(to target: Int, in bytes: UnsafeRawBufferPointer, base: Int) {
    guard target > offset else { return }
    for index in (offset - base)..<(target - base) {
      let byte = bytes[index]
      if byte < 0x80 && decoder.isBetweenCharacters { take(UInt16(byte)) } else { decode(byte) }
    }
    offset = target
  }

  private mutating func decode(_ byte: UInt8) {
    var units: (first: UInt16, second: UInt16, third: UInt16) = (0, 0, 0)
    var count = 0
    decoder.feed(byte) { unit in
      switch count {
      case 0: units.first = unit
      case 1: units.second = unit
      default: units.third = unit
      }
      count += 1
    }
    if count > 0 { take(units.first) }
    if count > 1 { take(units.second) }
    if count > 2 { take(units.third) }
  }

  @inline(__always)
  private mutating func take(_ unit: UInt16) {
    switch unit {
    case 0x20, 0x09:
      isBehindCarriageReturn = false
      column += 1
    case 0x0A where isBehindCarriageReturn:
      isBehindCarriageReturn = false
    case 0x0A, 0x0D:
      isBehindCarriageReturn = unit == 0x0D
      line += 1
      column = 0
      hashes?.take(0x0A)
    default:
      isBehindCarriageReturn = false
      column += 1
      hashes?.take(unit)
    }
  }

  /// The text from `offset` on, which is where the buffer of `advance` holds `count` bytes more.
  package func region(_ count: Int, in bytes: UnsafeRawBufferPointer, base: Int) -> Region {
    var end = self
    end.hashes = nil
    // A character that was cut off before the region is shown as one.
    if !end.decoder.isBetweenCharacters { end.replaceCutCharacter() }
    let start = end.column + 1
    end.advance(to: offset + count, in: bytes, base: base)
    if !end.decoder.isBetweenCharacters { end.replaceCutCharacter() }
    return Region(startColumn: start, lineEnds: end.line - line, endColumn: end.column + 1)
  }

  private mutating func replaceCutCharacter() {
    decoder = UTF16Decoder()
    column += 1
  }

  /// Requests the hash of the cursor's line.
  ///
  /// - Parameter isSafe: a line's hash is never revealed if this was ever false for it.
  package mutating func wantHash(isSafe: Bool) {
    hashes?.want(line)
    if !isSafe { unsafeLines.insert(line) }
  }

  /// The hashes asked for, by line, once the cursor is at the end of the input.
  package mutating func finishHashes() -> [Int: String] {
    if !decoder.isBetweenCharacters { take(0xFFFD) }
    guard let found = hashes?.finish() else { return [:] }
    return found.filter { !unsafeLines.contains($0.key) }
  }
}
