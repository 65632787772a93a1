// Rows of a dump, as of xxd, hexdump -C, od, curl --trace, tcpdump -X and debuggers: an offset, bytes in hex, and
// perhaps the same bytes as text. The difference of two offsets says how many bytes a row has, so that
// text which looks like hex is not taken for more of them.

import Bytes
import CSearch

/// One row: its offset, as digits, and its bytes, two digits each.
private struct DumpRow {
  var offset: Range<Int>
  /// From the first byte's digits to the end of the last one's.
  var digits: Range<Int>
  /// Bytes.
  var count: Int
  /// Its bytes stand in pairs.
  var isWords: Bool
  /// Where the next row begins.
  var end: Int
}

extension DecodedLayer {
  private static let mostInRow = 64
  private static let longestLine = 400

  /// Adds the rows of the dump that holds `place`.
  ///
  /// - Returns: where they end; nil when there are no two rows.
  mutating func addDump(_ text: UnsafeRawBufferPointer, _ place: Int, _ range: Range<Int>) -> Int? {
    var start = place
    let earliest = max(range.lowerBound, place - Self.longestLine)
    while start > earliest, !endsLine(text, start) { start -= 1 }
    // Digits in the line of `place`, and in those above the first row, are none of the dump's.
    let limit = min(range.upperBound, place + Self.longestLine)
    while start < limit, dumpRow(text, start, range) == nil {
      while start < limit, !isLineEnd(text, start) { start += 1 }
      if start < limit { start += text[start] == 0x0A ? 1 : 2 }
    }
    guard let first = dumpRow(text, start, range), let second = dumpRow(text, first.end, range),
      let (radix, count) = step(text, first, second)
    else { return nil }
    // A key's rows are ASCII but for the first and the last of them, and for characters of no width.
    var current = first
    while let before = rowBefore(text, start, range), step(text, before.row, current, radix) == count {
      (start, current) = (before.start, before.row)
      if place - start > Self.margin || !isText(text, current, count) { break }
    }
    var result: [UInt8] = []
    var pieces: [Piece] = []
    // `hexdump` shows the two bytes of a word in the order of a number.
    var (swapped, words): ([UInt8], [Piece]) = ([], [])
    let isWords = first.isWords
    var row: DumpRow? = current
    var widest = 0
    var at = start
    while let this = row {
      row = dumpRow(text, this.end, range)
      let isFollowed = row.map { step(text, this, $0, radix) == count } ?? false
      let known = isFollowed ? count : this.count
      let limit = isFollowed ? this.digits.upperBound : this.digits.lowerBound + widest + 1
      var last = 0
      var others = 0
      var high: Int?
      eachByte(text, this, known) { place in
        if place >= limit { return }
        append(byte(text, place), place..<(place + 2), &result, &pieces)
        if isWords, let first = high {
          for place in [first + 2, first] {
            words.append(Piece(start: swapped.count, count: 1, source: first..<(first + 4), encoding: .hex))
            swapped.append(byte(text, place))
          }
        }
        high = high == nil ? place : nil
        others += text[place] >= UInt8(ascii: "8") ? 1 : 0
        last = place
      }
      if last > 0 { widest = last - this.digits.lowerBound }
      at = this.end
      if !isFollowed || at > place && others > Self.mostOthers { break }
    }
    add(result, from: pieces)
    if isWords { add(swapped, from: words) }
    return max(place + 1, at)
  }

  /// Appends a byte to a text, and to its pieces what it comes from.
  private func append(_ byte: UInt8, _ source: Range<Int>, _ result: inout [UInt8], _ pieces: inout [Piece]) {
    if let last = pieces.indices.last, pieces[last].source.upperBound == source.lowerBound {
      pieces[last].count += 1
      pieces[last].source = pieces[last].source.lowerBound..<source.upperBound
    } else {
      pieces.append(Piece(start: result.count, count: 1, source: source, encoding: .hex))
    }
    result.append(byte)
  }

  /// Calls `found` with the places of a row's first `count` bytes.
  @inline(__always)
  private func eachByte(
    _ text: UnsafeRawBufferPointer, _ row: DumpRow, _ count: Int, _ found: (_ place: Int) -> Void
  ) {
    var at = row.digits.lowerBound
    var left = count
    while left > 0, at < row.digits.upperBound {
      // What is between them has no two digits in a row: `0x` has one.
      if hexValue(text[at]) != nil, hexValue(text[at + 1]) != nil {
        found(at)
        at += 2
        left -= 1
      } else {
        at += 1
      }
    }
  }

  private func isText(_ text: UnsafeRawBufferPointer, _ row: DumpRow, _ count: Int) -> Bool {
    var others = 0
    eachByte(text, row, count) { others += text[$0] >= UInt8(ascii: "8") ? 1 : 0 }
    return others <= Self.mostOthers
  }

  /// Bytes of a row that are no ASCII: two characters of no width in UTF-8.
  private static let mostOthers = 6

  private func byte(_ text: UnsafeRawBufferPointer, _ place: Int) -> UInt8 {
    hexValue(text[place])! << 4 | hexValue(text[place + 1])!
  }

  private static let margin = 2048

  private func rowBefore(
    _ text: UnsafeRawBufferPointer, _ start: Int, _ range: Range<Int>
  ) -> (start: Int, row: DumpRow)? {
    guard start > range.lowerBound else { return nil }
    var at = start - 1
    let earliest = max(range.lowerBound, start - Self.longestLine)
    while at > earliest, !endsLine(text, at) { at -= 1 }
    return dumpRow(text, at, range).map { (at, $0) }
  }

  /// How many bytes the first of two rows has, and in which notation their offsets are.
  private func step(
    _ text: UnsafeRawBufferPointer, _ first: DumpRow, _ second: DumpRow
  ) -> (radix: Int, count: Int)? {
    for radix in [16, 8, 10] {
      if let count = step(text, first, second, radix), count % 4 == 0 { return (radix, count) }
    }
    return nil
  }

  private func step(_ text: UnsafeRawBufferPointer, _ first: DumpRow, _ second: DumpRow, _ radix: Int) -> Int? {
    guard let from = number(text, first.offset, radix), let to = number(text, second.offset, radix) else { return nil }
    return from < to && to - from <= first.count ? to - from : nil
  }

  private func number(_ text: UnsafeRawBufferPointer, _ digits: Range<Int>, _ radix: Int) -> Int? {
    var value = 0
    for place in digits where text[place] != UInt8(ascii: "`") {
      guard let digit = hexValue(text[place]), digit < radix else { return nil }
      value = value &* radix &+ Int(digit)
    }
    return value
  }

  /// The row that begins at `start`: up to where something else than pairs of digits stands, which may be text.
  private func dumpRow(_ text: UnsafeRawBufferPointer, _ start: Int, _ range: Range<Int>) -> DumpRow? {
    let limit = min(range.upperBound, start + Self.longestLine)
    var at = start
    while at < limit, isBlank(text[at]) || "#>\",\n".utf8.contains(text[at]) { at += 1 }
    if at + 1 < limit, text[at] == UInt8(ascii: "0"), text[at + 1] | 0x20 == UInt8(ascii: "x") { at += 2 }
    let offset = at
    while at < limit, hexValue(text[at]) != nil || text[at] == UInt8(ascii: "`") { at += 1 }
    let digits = offset..<at
    guard 4...20 ~= digits.count else { return nil }
    if at < limit, text[at] == UInt8(ascii: ":") { at += 1 }
    var blanks = 0
    var count = 0
    // Where the first three bytes begin, and where the last one ends.
    var (first, second, third, last) = (0, 0, Int.max, 0)
    while at + 1 < limit, count < Self.mostInRow {
      if isBlank(text[at]) || text[at] == UInt8(ascii: "-") && blanks == 0 {
        at += 1
        blanks += 1
      } else if text[at] == UInt8(ascii: "0"), text[at + 1] | 0x20 == UInt8(ascii: "x"), blanks > 0 {
        at += 2
      } else if hexValue(text[at]) != nil, hexValue(text[at + 1]) != nil {
        if count == 0 && blanks == 0 { return nil }
        if count == 0 { first = at } else if count == 1 { second = at } else if count == 2 { third = at }
        at += 2
        last = at
        count += 1
        blanks = 0
      } else {
        break
      }
    }
    guard count > 0 else { return nil }
    while at < limit, !isLineEnd(text, at) { at += 1 }
    return DumpRow(
      offset: digits, digits: first..<last, count: count,
      isWords: count > 1 && second == first + 2 && third > second + 2,
      end: min(range.upperBound, at + (at < limit && text[at] == 0x0A ? 1 : 2)))
  }

  /// Whether a line ends before `at`.
  private func endsLine(_ text: UnsafeRawBufferPointer, _ at: Int) -> Bool {
    text[at - 1] == 0x0A || at > 1 && isLineEnd(text, at - 2) && text[at - 2] != 0x0A
  }

  /// A line's end, or an escaped one as in JSON.
  private func isLineEnd(_ text: UnsafeRawBufferPointer, _ at: Int) -> Bool {
    text[at] == 0x0A
      || text[at] == UInt8(ascii: "\\") && at + 1 < text.count && text[at + 1] == UInt8(ascii: "n")
  }
}
