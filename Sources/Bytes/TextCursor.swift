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
  private var forms = TextForms()
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

  /// Moves to `target`, or to the start of the unit that holds it.
  ///
  /// - Parameters:
  ///   - target: bytes from the start of the input; nothing happens if it is before `offset`.
  ///   - match: where a match begins in wide text, at or after `target`; nil where none is known to.
  ///   - bytes: a buffer that holds the input from `offset` to `target` and 2 KiB after it, or all there is.
  ///   - base: where the buffer begins in the input.
  package mutating func advance(
    to target: Int, match: Int? = nil, in bytes: UnsafeRawBufferPointer, base: Int
  ) {
    let view = TextForms.View(bytes: bytes, base: base)
    while target > offset {
      let end = forms.enter(at: offset, until: target, match: match, view)
      if forms.form.width == 1 {
        for index in (offset - base)..<(end - base) {
          let byte = bytes[index]
          if byte < 0x80 && decoder.isBetweenCharacters { take(UInt16(byte)) } else { decode(byte) }
        }
        offset = end
      } else {
        takeUnits(until: end, view)
        if end >= target { return }
        offset = end
      }
    }
  }

  private mutating func takeUnits(until end: Int, _ view: TextForms.View) {
    if !decoder.isBetweenCharacters {
      decoder = UTF16Decoder()
      take(0xFFFD)
    }
    let form = forms.form
    while offset + form.width <= end {
      let unit = form.unit(view.bytes, offset - view.base)
      // A byte order mark is no part of the text.
      if unit == 0xFEFF && offset == forms.start {
      } else if form.width == 2 {
        take(UInt16(unit))
      } else {
        for unit in UTF16.encode(Unicode.Scalar(unit) ?? "\u{FFFD}")! { take(unit) }
      }
      offset += form.width
    }
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
