// Lists of numbers: `68 6f`, `0x68, 0x6f`, `104,111`, a number a line. What stands between the numbers, and what a scan
// reads out of a list or of the dump that it is.

import Bytes
import CSearch

/// Whether a byte is a sign between two numbers.
@inline(__always)
func isListMark(_ byte: UInt8) -> Bool {
  byte == UInt8(ascii: ",") || byte == UInt8(ascii: ":") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ";")
}

/// Whether a byte may stand between two numbers: a sign, a blank or a line's end.
@inline(__always)
func isListGap(_ byte: UInt8) -> Bool { isBlank(byte) || byte == 0x0A || byte == 0x0D || isListMark(byte) }

/// As `isListGap` for scans, which take any of these between any two numbers: a semicolon ends a statement, and what
/// follows it may look like hex.
@inline(__always)
func isScannedGap(_ byte: UInt8) -> Bool { isListGap(byte) && byte != UInt8(ascii: ";") }

extension DecodedLayer {
  /// Bytes that a list needs to be decoded.
  private static let fewestNumbers = Int(CSEARCH_FEWEST_DIGITS) / 2
  /// Bytes before the place of a hit in which the beginning of its list is looked for.
  private static let margin = 256

  /// Adds the dump or the list that holds `place`; both where the list stands above the dump or after it.
  mutating func addDumpOrList(
    _ text: UnsafeRawBufferPointer, _ place: Int, _ range: Range<Int>, mayBeDecimal: Bool, after earliest: Int
  ) -> Int {
    var rests: [Range<Int>] = []
    guard let dump = addDump(text, place, range, rests: &rests) else {
      return addList(text, place, range, mayBeDecimal: mayBeDecimal, after: earliest)
    }
    for rest in rests { addDigits(text, in: rest, mayBeDump: false) }
    if dump.contains(place) { return max(place + 1, dump.upperBound) }
    let part =
      place < dump.lowerBound ? range.lowerBound..<dump.lowerBound : dump.upperBound..<range.upperBound
    return max(dump.upperBound, addList(text, place, part, mayBeDecimal: mayBeDecimal, after: earliest))
  }

  /// Adds the list that holds `place`.
  ///
  /// - Returns: where to go on.
  mutating func addList(
    _ text: UnsafeRawBufferPointer, _ place: Int, _ range: Range<Int>, mayBeDecimal: Bool, after earliest: Int
  ) -> Int {
    let hex = addSeparatedHex(text, place, range, after: earliest)
    if !mayBeDecimal { return hex.next }
    let decimals = addDecimals(text, place, range, after: earliest)
    // What follows a list in one notation may be one in the other.
    return hex.isList == decimals.isList
      ? (hex.isList ? min : max)(hex.next, decimals.next) : (hex.isList ? hex : decimals).next
  }

  /// - Returns: whether there is such a list, and where to go on.
  private mutating func addDecimals(
    _ text: UnsafeRawBufferPointer, _ place: Int, _ range: Range<Int>, after earliest: Int
  ) -> (isList: Bool, next: Int) {
    let earliest = max(earliest, range.lowerBound, place - Self.margin)
    var at = place
    while at > earliest, isDecimal(text[at - 1]) || isScannedGap(text[at - 1]) { at -= 1 }
    // A hit may begin at a control character before the list.
    while at < min(place + 16, range.upperBound), !isDecimal(text[at]), !isScannedGap(text[at]) { at += 1 }
    var result: [UInt8] = []
    var pieces: [Piece] = []
    while at < range.upperBound {
      let start = at
      var value = 0
      while at < range.upperBound, at < start + 4, isDecimal(text[at]) {
        value = value * 10 + Int(text[at] - UInt8(ascii: "0"))
        at += 1
      }
      if at > start {
        let isByte = value < 256 && at < start + 4
        // It may be the offset of a dump's first row.
        if !isByte, start > place, result.count >= Self.fewestNumbers {
          at = start
          break
        }
        // A byte that no key contains stands for a number that is none.
        pieces.append(Piece(start: result.count, count: 1, source: start..<at, encoding: .decimal))
        result.append(isByte ? UInt8(value) : Self.separator)
      } else if isScannedGap(text[at]) {
        at += 1
      } else {
        break
      }
    }
    let isList = result.count >= Self.fewestNumbers
    if isList { add(result, from: pieces) }
    return (isList, max(place + 1, at))
  }

  // MARK: Separated hex

  /// - Parameter earliest: where what was looked at before ends.
  /// - Returns: whether there is such a list, and where to go on.
  private mutating func addSeparatedHex(
    _ text: UnsafeRawBufferPointer, _ place: Int, _ range: Range<Int>, after earliest: Int
  ) -> (isList: Bool, next: Int) {
    let earliest = max(earliest, range.lowerBound, place - Self.margin)
    var start = place
    while start > earliest, couldBeSeparated(text[start - 1]) { start -= 1 }
    // At the beginning of a group of digits.
    while start < place + 16,
      hexValue(text[start]) == nil || start > range.lowerBound && hexValue(text[start - 1]) != nil
    {
      start += 1
    }
    // Most such runs are short: lists of numbers, dates. They are counted before anything is kept.
    var run = (start: start, count: 0, end: start)
    let end = walkSeparatedHex(text, from: start, range) { digits in
      if run.count == 0 { run.start = digits.lowerBound }
      run.count += 1
      run.end = digits.upperBound
    } restart: {
      // The line above may end with half a byte.
      if run.count >= Self.fewestNumbers, run.end > place { return false }
      run.count = 0
      return true
    }
    // A longer word that only begins with hex is looked at whole: `104` below `68 6f`.
    let isList = run.count >= Self.fewestNumbers
    var next = isList ? run.end : end
    if next < range.upperBound, isDigit(text[next]) {
      while next > place + 1, isDigit(text[next - 1]) { next -= 1 }
    }
    next = max(place + 1, next)
    if !isList { return (false, next) }
    var result: [UInt8] = []
    var pieces: [Piece] = []
    _ = walkSeparatedHex(text, from: run.start, range) { digits in
      pieces.append(Piece(start: result.count, count: 1, source: digits, encoding: .hex))
      result.append(hexValue(text[digits.lowerBound])! << 4 | hexValue(text[digits.upperBound - 1])!)
    } restart: {
      false
    }
    add(result, from: pieces)
    return (true, next)
  }

  /// Goes over hex digits and what may stand between them.
  ///
  /// - Parameters:
  ///   - found: is called with the place of each byte's two digits.
  ///   - restart: is called where half a byte stands alone, and tells whether to go on after it.
  /// - Returns: where it ends.
  private func walkSeparatedHex(
    _ text: UnsafeRawBufferPointer, from start: Int, _ range: Range<Int>, found: (Range<Int>) -> Void,
    restart: () -> Bool
  ) -> Int {
    var first: Int?
    var at = start
    while at < range.upperBound {
      if hexValue(text[at]) != nil {
        // `0x` in front of a byte.
        if first == nil, text[at] == 0x30, at + 1 < range.upperBound, text[at + 1] | 0x20 == 0x78 {
          at += 2
          continue
        }
        if let digit = first {
          found(digit..<(at + 1))
          first = nil
        } else {
          first = at
        }
        at += 1
        continue
      }
      let token = isScannedGap(text[at]) ? nil : joint(text, at)
      if token.map({ $0.outputCount == 1 }) ?? true {
        let byte = token.map { UInt8(truncatingIfNeeded: $0.output) } ?? text[at]
        guard isScannedGap(byte) else { break }
        // What was before half a byte was something else.
        if first != nil, !restart() { break }
        first = nil
      }
      at += token?.length ?? 1
    }
    return at
  }
}

/// Whether a byte may stand in a list of numbers.
func couldBeSeparated(_ byte: UInt8) -> Bool {
  hexValue(byte) != nil || isScannedGap(byte) || byte | 0x20 == 0x78 || byte == UInt8(ascii: "%")
}

func isDecimal(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }
