// Text of two or four bytes a character: UTF-16 and UTF-32 in both byte orders, in a whole file or
// somewhere in a binary one. Known by the zeros between ASCII characters, with or without a byte
// order mark. Source: The Unicode Standard, 3.10.

import CSearch

extension DecodedLayer {
  /// Characters that a text needs to be looked at. A key has more, and so has the way to it.
  private static let fewestCharacters = 24
  /// Bytes between the places that are looked at: a text of the fewest characters covers one.
  private static let step = 32

  /// Adds every wide text in `text[range]`.
  mutating func addWideTexts(_ text: UnsafeRawBufferPointer, in range: Range<Int>) {
    guard let base = text.baseAddress else { return }
    let bytes = base.assumingMemoryBound(to: UInt8.self)
    var at = range.lowerBound
    while true {
      at = csearch_wide(bytes, at, range.upperBound, Self.step)
      if at >= range.upperBound { return }
      var end = at + Self.step
      for run in wideRuns(at, text, range) {
        if run.source.count >= Self.fewestCharacters * run.width { addWideText(text, run) }
        end = max(end, run.source.upperBound)
      }
      at = end
    }
  }

  /// Where a wide text lies, and how its characters lie in it.
  private struct WideRun {
    /// Bytes of the text, whole characters.
    var source: Range<Int>
    /// Bytes of a character.
    var width: Int
    /// Which of them is the lowest.
    var low: Int
  }

  /// The runs of wide characters that the bytes at `place` belong to: two where the byte order is open,
  /// because the text stands between other letters.
  private func wideRuns(
    _ place: Int, _ text: UnsafeRawBufferPointer, _ range: Range<Int>
  ) -> [WideRun] {
    var runs: [WideRun] = []
    for width in [2, 4] {
      for offset in 0..<width {
        for low in [0, width - 1] {
          let run = WideRun(source: (place + offset)..<(place + offset), width: width, low: low)
          if place + offset + width <= range.upperBound, isCharacter(text, place + offset, run) {
            runs.append(grow(run, text, range))
          }
        }
      }
    }
    guard let longest = runs.max(by: { $0.source.count < $1.source.count }) else { return [] }
    // A letter and the blank before or after the text look like a character that takes no room in the other order.
    let isSure =
      isPlain(text, longest.source.lowerBound, longest)
      && isPlain(text, longest.source.upperBound - longest.width, longest)
    return runs.filter { $0.source.count + (isSure ? 0 : 2 * $0.width - 1) >= longest.source.count }
  }

  private func grow(_ run: WideRun, _ text: UnsafeRawBufferPointer, _ range: Range<Int>) -> WideRun {
    let bytes = text.baseAddress!.assumingMemoryBound(to: UInt8.self)
    var (from, to) = (run.source.lowerBound, run.source.upperBound)
    while true {
      to = csearch_wide_end(bytes, to, range.upperBound, run.width, run.low)
      let end = to
      while to + run.width <= range.upperBound, to < end + 32, isCharacter(text, to, run) { to += run.width }
      if to < end + 32 { break }
    }
    while from - run.width >= range.lowerBound, isCharacter(text, from - run.width, run) {
      from -= run.width
    }
    var grown = run
    grown.source = from..<to
    return grown
  }

  private func isCharacter(_ text: UnsafeRawBufferPointer, _ start: Int, _ run: WideRun) -> Bool {
    let byte = text[start + run.low]
    if run.width == 2 {
      let high = text[start + 1 - run.low]
      if high == 0 { return isText(byte) || byte == 0xAD }
      // Zero-width characters: general punctuation, and the byte order mark.
      return high == 0x20 && (0x0B...0x0F ~= byte || 0x60...0x64 ~= byte) || high == 0xFE && byte == 0xFF
    }
    for index in 0..<run.width where index != run.low && text[start + index] != 0 { return false }
    return isText(byte)
  }

  /// Whether a character is ASCII.
  private func isPlain(_ text: UnsafeRawBufferPointer, _ start: Int, _ run: WideRun) -> Bool {
    run.width == 4 || text[start + 1 - run.low] == 0 && text[start + run.low] < 0x80
  }

  private mutating func addWideText(_ text: UnsafeRawBufferPointer, _ run: WideRun) {
    let encoding = Encoding.allCases.first { $0.codec.wide ?? (0, 0) == (run.width, run.low) }!
    let bytes = text.baseAddress!.assumingMemoryBound(to: UInt8.self)
    var result: [UInt8] = []
    result.reserveCapacity(run.source.count / run.width + 16)
    var pieces: [Piece] = []
    var at = run.source.lowerBound
    while at < run.source.upperBound {
      var end = csearch_wide_end(bytes, at, run.source.upperBound, run.width, run.low)
      while end < run.source.upperBound, isPlain(text, end, run) { end += run.width }
      let count = (end - at) / run.width
      if count > 0 {
        pieces.append(Piece(start: result.count, count: count, source: at..<end, encoding: encoding))
        let start = result.count
        result.append(contentsOf: repeatElement(0, count: count))
        result.withUnsafeMutableBufferPointer {
          csearch_narrow(bytes + at, count, run.width, run.low, $0.baseAddress! + start)
        }
        at = end
        continue
      }
      // Zero-width: in UTF-8 it is what takes words apart in the next layer.
      let scalar = UInt32(text[at + 1 - run.low]) << 8 | UInt32(text[at + run.low])
      let character = UTF8.encode(Unicode.Scalar(scalar) ?? "\u{FFFD}")!
      pieces.append(
        Piece(
          start: result.count, count: character.count, source: at..<(at + run.width), encoding: encoding))
      result += character
      at += run.width
    }
    add(result, from: pieces)
  }
}

private func isText(_ byte: UInt8) -> Bool {
  0x20...0x7E ~= byte || 0x07...0x0D ~= byte || byte == 0x1B
}
