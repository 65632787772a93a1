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
  /// Bytes of its line before it: a name, or when a log was written.
  var lead = 0
  /// Its bytes stand in pairs.
  var isWords: Bool
  /// Where the next row begins.
  var end: Int
}

/// The bytes of a dump's rows.
private struct DumpText {
  var bytes: [UInt8] = []
  /// One piece for each row.
  var rows: [DecodedLayer.Piece] = []

  /// Adds a row whose bytes have been added.
  mutating func addRow(at digits: Int, columns: Int) {
    let start = rows.last.map { $0.start + $0.count } ?? 0
    addRow(at: digits, columns: columns, count: bytes.count - start)
  }

  /// - Parameters:
  ///   - digits: where its first digit is.
  ///   - columns: where the layer's columns are that it has.
  mutating func addRow(at digits: Int, columns: Int, count: Int) {
    if count == 0 { return }
    let start = rows.last.map { $0.start + $0.count } ?? 0
    rows.append(
      DecodedLayer.Piece(
        start: start, count: count, source: digits..<digits, encoding: .hex, columns: Int32(truncatingIfNeeded: columns)
      ))
  }

  /// The text with the two bytes of each word in the other order, as `hexdump` shows them.
  ///
  /// - Parameter columns: of the layer.
  func words(_ columns: inout [UInt16]) -> DumpText {
    var words = DumpText()
    words.bytes = bytes
    words.bytes.withUnsafeMutableBytes { bytes in
      for at in stride(from: 0, to: bytes.count - 1, by: 2) {
        let word = bytes.loadUnaligned(fromByteOffset: at, as: UInt16.self)
        bytes.storeBytes(of: word.byteSwapped, toByteOffset: at, as: UInt16.self)
      }
    }
    if bytes.count % 2 == 1 { words.bytes.removeLast() }
    var last: (of: Int32, columns: Int) = (-1, 0)
    for row in rows {
      let count = row.count & ~1
      if row.columns != last.of {
        last = (row.columns, columns.count)
        for index in stride(from: 0, to: count, by: 2) {
          let start = columns[Int(row.columns) + 2 * index]
          for _ in 0..<2 { columns += [start, start + 4] }
        }
      }
      words.addRow(at: row.source.lowerBound, columns: last.columns, count: count)
    }
    return words
  }
}

extension DecodedLayer {
  private static let mostInRow = 64
  private static let longestLine = 400

  /// Adds the rows of the dump that holds `place` or begins soon after it.
  ///
  /// - Parameter rests: receives the rest of each row that is too long to be the row's bytes as text.
  /// - Returns: from the beginning of the first row to the end of the last byte; nil when there are no two rows.
  mutating func addDump(
    _ text: UnsafeRawBufferPointer, _ place: Int, _ range: Range<Int>, rests: inout [Range<Int>]
  ) -> Range<Int>? {
    var start = place
    let earliest = max(range.lowerBound, place - Self.longestLine)
    while start > earliest, !beginsLine(text, start) { start -= 1 }
    // Digits in the line of `place`, and in those above the first row, are none of the dump's.
    let limit = min(range.upperBound, place + Self.longestLine)
    var found = beginning(text, start, range, place)
    while found == nil, start < limit {
      // A list ends at anything else.
      var isList = true
      while start < limit, !isLineEnd(text, start) {
        if start >= place, !couldBeSeparated(text[start]) { isList = false }
        start += 1
      }
      if start < limit { start += text[start] == 0x0A ? 1 : 2 }
      while start < limit, text[start] == 0x0A { start += 1 }
      if !isList || start >= limit { return nil }
      found = beginning(text, start, range, place)
    }
    guard let (first, radix, count) = found else { return nil }
    // A key's rows are ASCII but for the first and the last of them, and for characters of no width.
    var current = first
    var shape = csearch_row_shape()
    (start, current) = firstRow(text, start, current, place, range, radix, count, &shape)
    var dump = DumpText()
    var row: DumpRow? = current
    var widest = 0
    var at = start
    var end = start
    while let this = row {
      row = dumpRow(text, this.end, range, lead: this.lead)
      let isFollowed = row.map { step(text, this, $0, radix) == count } ?? false
      let known = isFollowed ? count : this.count
      let limit = isFollowed ? this.digits.upperBound : this.digits.lowerBound + widest + 1
      let columns = self.columns.count
      var last = 0
      var others = 0
      eachByte(text, this, known) { place in
        if place >= limit { return }
        dump.bytes.append(byte(text, place))
        self.columns.append(UInt16(place - this.digits.lowerBound))
        self.columns.append(UInt16(place - this.digits.lowerBound + 2))
        others += text[place] >= UInt8(ascii: "8") ? 1 : 0
        last = place
      }
      dump.addRow(at: this.digits.lowerBound, columns: columns)
      if last > 0 { widest = last - this.digits.lowerBound }
      let start = at
      at = this.end
      end = last > 0 ? last + 2 : this.digits.lowerBound
      if !isFollowed || at > place && others > Self.mostOthers { break }
      addRest(end..<at, to: &rests)
      // Most of the next rows look alike.
      if makeShape(&shape, text, start, this, radix, count), csearch_shape_next(&shape) != 0 {
        var isLast = false
        at = addRows(&shape, text, at, place, range, columns, &dump, &rests, &isLast)
        end = at
        if isLast { break }
        row = dumpRow(text, at, range, lead: this.lead)
      }
    }
    let words = first.isWords ? dump.words(&columns) : nil
    add(dump.bytes, from: dump.rows)
    if let words { add(words.bytes, from: words.rows) }
    // A word that only begins with hex is no byte of the last row.
    if end < at, isDigit(text[end]) {
      while end > start, isDigit(text[end - 1]) { end -= 1 }
    }
    return start..<end
  }

  /// The row in the line at `start`, if the next line has the row after it.
  ///
  /// - Returns: also the notation of the offsets and how many bytes a row has.
  private func beginning(
    _ text: UnsafeRawBufferPointer, _ start: Int, _ range: Range<Int>, _ place: Int
  ) -> (row: DumpRow, radix: Int, count: Int)? {
    let limit = min(range.upperBound, start + Self.longestLine)
    var end = start
    while end < limit, !isLineEnd(text, end) { end += 1 }
    guard end < limit else { return nil }
    let below = end + (text[end] == 0x0A ? 1 : 2)
    // Each line of a log may begin with the same number of bytes, such as the time.
    let last = start < place + Self.mostBefore ? min(end, start + Self.longestLead) : start + 1
    var lead = 0
    while start + lead < last {
      let at = start + lead
      guard lead == 0 || hexValue(text[at]) != nil && !isWord(text[at - 1]), let offset = rowOffset(text, at, end)
      else {
        lead += 1
        continue
      }
      if let next = rowOffset(text, below + lead, min(range.upperBound, below + Self.longestLine)),
        let from = number(text, offset, 16), let to = number(text, next, 16), 1..<Self.farthest ~= to &- from,
        let row = dumpRow(text, start, range, lead: lead), lead == 0 || row.count >= Self.fewestAfterLead,
        let next = dumpRow(text, row.end, range, lead: lead), let (radix, count) = step(text, row, next)
      {
        return (row, radix, count)
      }
      lead = lead == 0 ? 1 : offset.upperBound - start
    }
    return nil
  }

  /// More than two offsets that follow each other differ by, in any notation, if they are read as hex.
  private static let farthest = 0x400
  private static let longestLead = 160
  /// Bytes between the place of a hit and the first line of its dump, which may be the end of a list above it.
  private static let mostBefore = 48
  /// Bytes that a row has at least if something else begins its line.
  private static let fewestAfterLead = 8

  /// Bytes that a row's bytes take at most as text, with what frames it.
  private static let longestText = mostInRow + 16

  private func addRest(_ rest: Range<Int>, to rests: inout [Range<Int>]) {
    if rest.count > Self.longestText { rests.append(rest) }
  }

  /// The first row of those round `start` that may hold a part of a key at `place`.
  private func firstRow(
    _ text: UnsafeRawBufferPointer, _ start: Int, _ row: DumpRow, _ place: Int, _ range: Range<Int>, _ radix: Int,
    _ count: Int, _ shape: inout csearch_row_shape
  ) -> (start: Int, row: DumpRow) {
    let bytes = text.baseAddress!.assumingMemoryBound(to: UInt8.self)
    let earliest = max(0, place - Self.margin)
    var (start, current) = (start, row)
    while true {
      if row.end - start < Self.longestLine, makeShape(&shape, text, start, current, radix, count) {
        var isFirst: CInt = 0
        let first = csearch_first_row(
          &shape, bytes, range.lowerBound, start, min(range.upperBound, text.count), current.end - start, earliest,
          Self.mostOthers, &isFirst)
        if first < start {
          guard let row = dumpRow(text, first, range, lead: current.lead) else { break }
          (start, current) = (first, row)
        }
        if isFirst != 0 { break }
      }
      guard
        let before = rowBefore(text, start, range, lead: current.lead)
          ?? rowInLine(text, start, range, of: current, radix, count),
        step(text, before.row, current, radix) == count
      else { break }
      (start, current) = (before.start, before.row)
      if place - start > Self.margin || !isText(text, current, count) { break }
    }
    return (start, current)
  }

  /// Adds the rows from `start` on that look like one whose columns are known.
  ///
  /// - Returns: where they end.
  private func addRows(
    _ shape: inout csearch_row_shape, _ text: UnsafeRawBufferPointer, _ start: Int, _ place: Int, _ range: Range<Int>,
    _ columns: Int, _ dump: inout DumpText, _ rests: inout [Range<Int>], _ isLast: inout Bool
  ) -> Int {
    let bytes = text.baseAddress!.assumingMemoryBound(to: UInt8.self)
    let end = min(range.upperBound, text.count)
    let first = Int(shape.columns.0)
    let width = first + Int(self.columns[columns + 2 * Int(shape.count) - 1])
    var at = start
    withUnsafeTemporaryAllocation(of: csearch_row.self, capacity: Self.rowsAtOnce) { rows in
      withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.rowsAtOnce * shape.count) { room in
        var last: CInt = 0
        while last == 0 {
          let count = csearch_rows(
            &shape, bytes, at, end, place, Self.mostOthers, Self.rowsAtOnce, rows.baseAddress!, room.baseAddress!, &last
          )
          for row in rows[..<count] {
            dump.addRow(at: row.start + first, columns: columns, count: shape.count)
            addRest((row.start + width)..<row.end, to: &rests)
          }
          dump.bytes.append(contentsOf: room[..<(count * shape.count)])
          if count > 0 { at = rows[count - 1].end }
          if count < Self.rowsAtOnce { break }
        }
        isLast = last != 0
      }
    }
    return at
  }

  private static let rowsAtOnce = 32

  /// Makes the shape of rows like the one at `start`.
  ///
  /// - Returns: false if it is too wide.
  private func makeShape(
    _ shape: inout csearch_row_shape, _ text: UnsafeRawBufferPointer, _ start: Int, _ row: DumpRow, _ radix: Int,
    _ count: Int
  ) -> Bool {
    let bytes = text.baseAddress!.assumingMemoryBound(to: UInt8.self)
    guard row.digits.upperBound - start <= Int(CSEARCH_WIDEST_ROW), row.offset.count <= Self.longestOffset else {
      return false
    }
    var last = start
    eachByte(text, row, count) { last = $0 }
    csearch_shape_begin(&shape, bytes + start, last + 2 - start, row.lead)
    csearch_shape_offset(&shape, row.offset.lowerBound - start, row.offset.upperBound - start, UInt32(radix))
    eachByte(text, row, count) { csearch_shape_byte(&shape, $0 - start) }
    return true
  }

  /// Digits of an offset that no number overflows with.
  private static let longestOffset = 16

  private func isText(_ text: UnsafeRawBufferPointer, _ row: DumpRow, _ count: Int) -> Bool {
    var others = 0
    eachByte(text, row, count) { others += text[$0] >= UInt8(ascii: "8") ? 1 : 0 }
    return others <= Self.mostOthers
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

  /// Bytes of a row that are no ASCII: two characters of no width in UTF-8.
  private static let mostOthers = 6

  private func byte(_ text: UnsafeRawBufferPointer, _ place: Int) -> UInt8 {
    hexValue(text[place])! << 4 | hexValue(text[place + 1])!
  }

  private static let margin = 2048

  private func rowBefore(
    _ text: UnsafeRawBufferPointer, _ start: Int, _ range: Range<Int>, lead: Int
  ) -> (start: Int, row: DumpRow)? {
    guard start > range.lowerBound else { return nil }
    var at = start - 1
    let earliest = max(range.lowerBound, start - Self.longestLine)
    while at > earliest, !beginsLine(text, at) { at -= 1 }
    guard let row = dumpRow(text, at, range, lead: lead), row.end == start else { return nil }
    return (at, row)
  }

  /// The row before `row` where something else stands in front of it in its line, such as the name of what is dumped.
  private func rowInLine(
    _ text: UnsafeRawBufferPointer, _ start: Int, _ range: Range<Int>, of row: DumpRow, _ radix: Int, _ count: Int
  ) -> (start: Int, row: DumpRow)? {
    guard row.lead == 0, start > range.lowerBound, let offset = number(text, row.offset, radix), offset >= count else {
      return nil
    }
    let digits = String(offset - count, radix: radix).utf8
    guard digits.count <= row.offset.count else { return nil }
    let wanted = Array(repeating: UInt8(ascii: "0"), count: row.offset.count - digits.count) + digits
    var at = start - 1
    let earliest = max(range.lowerBound, start - Self.longestLine)
    while at > earliest, !beginsLine(text, at) {
      at -= 1
      let isPrefixed = text[at] | 0x20 == UInt8(ascii: "x") && at > earliest && text[at - 1] == UInt8(ascii: "0")
      guard isPrefixed || !isWord(text[at]), at + wanted.count < start,
        wanted.indices.allSatisfy({ text[at + 1 + $0] | 0x20 == wanted[$0] | 0x20 })
      else { continue }
      let first = isPrefixed ? at - 1 : at + 1
      if let before = dumpRow(text, first, range), before.end == start { return (first, before) }
    }
    return nil
  }

  /// How many bytes the first of two rows has, and in which notation their offsets are.
  private func step(
    _ text: UnsafeRawBufferPointer, _ first: DumpRow, _ second: DumpRow
  ) -> (radix: Int, count: Int)? {
    // Rows that are full say it best: 144 and 160 are twelve apart in octal.
    for radix in [16, 8, 10] where step(text, first, second, radix) == first.count && first.count % 4 == 0 {
      return (radix, first.count)
    }
    for radix in [16, 8, 10] {
      if let count = step(text, first, second, radix), count % 4 == 0 { return (radix, count) }
    }
    return nil
  }

  private func step(_ text: UnsafeRawBufferPointer, _ first: DumpRow, _ second: DumpRow, _ radix: Int) -> Int? {
    guard let from = number(text, first.offset, radix), let to = number(text, second.offset, radix) else { return nil }
    // Offsets of sixteen digits and more may be anywhere in the range of numbers.
    let distance = UInt(bitPattern: to &- from)
    return from < to && distance <= first.count ? Int(distance) : nil
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
  ///
  /// - Parameter lead: bytes before it in its line.
  private func dumpRow(
    _ text: UnsafeRawBufferPointer, _ start: Int, _ range: Range<Int>, lead: Int = 0
  ) -> DumpRow? {
    let limit = min(range.upperBound, start + Self.longestLine)
    if lead > 0, start + lead >= limit || (start..<(start + lead)).contains(where: { isLineEnd(text, $0) }) {
      return nil
    }
    guard let digits = rowOffset(text, start + lead, limit) else { return nil }
    var at = digits.upperBound
    if at < limit, text[at] == UInt8(ascii: ":") || text[at] == UInt8(ascii: "|") {
      at += 1
    } else if at + 2 < limit, isBlank(text[at]), text[at + 1] == UInt8(ascii: "-"), isBlank(text[at + 2]) {
      at += 2
    }
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
      offset: digits, digits: first..<last, count: count, lead: lead,
      isWords: count > 1 && second == first + 2 && third > second + 2,
      end: min(range.upperBound, at + (at < limit && text[at] == 0x0A ? 1 : 2)))
  }

  /// The offset of a row that begins at `start`.
  private func rowOffset(_ text: UnsafeRawBufferPointer, _ start: Int, _ limit: Int) -> Range<Int>? {
    var at = start
    while at < limit, isBlank(text[at]) || "#>\",|\n".utf8.contains(text[at]) { at += 1 }
    if at + 1 < limit, text[at] == UInt8(ascii: "0"), text[at + 1] | 0x20 == UInt8(ascii: "x") { at += 2 }
    let first = at
    while at < limit, hexValue(text[at]) != nil || text[at] == UInt8(ascii: "`") { at += 1 }
    return 4...20 ~= at - first ? first..<at : nil
  }

  private func isWord(_ byte: UInt8) -> Bool { isDecimal(byte) || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 }

  /// Whether a line begins at `at`, or another text.
  private func beginsLine(_ text: UnsafeRawBufferPointer, _ at: Int) -> Bool {
    text[at - 1] == 0x0A || text[at - 1] == Self.separator || at > 1 && isEscapedLineEnd(text, at - 2)
  }

  private func isLineEnd(_ text: UnsafeRawBufferPointer, _ at: Int) -> Bool {
    text[at] == 0x0A || isEscapedLineEnd(text, at)
  }

  /// Whether an escaped line end, as in JSON, stands before another row: the text beside the bytes may have such a
  /// pair of characters of its own.
  private func isEscapedLineEnd(_ text: UnsafeRawBufferPointer, _ at: Int) -> Bool {
    guard text[at] == UInt8(ascii: "\\"), at + 1 < text.count, text[at + 1] == UInt8(ascii: "n") else { return false }
    guard let offset = rowOffset(text, at + 2, min(text.count, at + Self.longestLine)) else { return false }
    let end = offset.upperBound
    return end < text.count && (":-|".utf8.contains(text[end]) || isBlank(text[end]))
  }
}
