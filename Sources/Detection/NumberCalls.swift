// A key put together from characters by number: `CHAR(104)||CHAR(111)` in SQL, `Chr(104) & Chr(111)` in Basic,
// `chr(104).chr(111)` in PHP.

import Bytes
import CSearch

extension DecodedLayer {
  /// Characters that such a text needs.
  private static let fewestCalls = 10
  /// Bytes between two numbers: an operator, blanks, and the function's name.
  private static let longestCall = 40

  /// Adds what every row of calls in `text[range]` gives.
  mutating func addCalls(_ text: UnsafeRawBufferPointer, in range: Range<Int>) {
    guard let base = text.baseAddress else { return }
    let bytes = base.assumingMemoryBound(to: UInt8.self)
    let end = min(range.upperBound, text.count)
    var at = range.lowerBound
    while true {
      // A digit, or one of six signs, after a parenthesis.
      at = csearch_masked(bytes, text.count, at, end, 1, 0xFF, UInt8(ascii: "("), 0xF0, UInt8(ascii: "0"))
      if at >= end { return }
      at = max(at + 1, addCalls(text, from: at, end) ?? at + 1)
    }
  }

  /// - Returns: where the calls end; nil for too few.
  private mutating func addCalls(_ text: UnsafeRawBufferPointer, from start: Int, _ end: Int) -> Int? {
    guard var call = self.call(text, start, end) else { return nil }
    var result: [UInt8] = []
    var pieces: [Piece] = []
    while true {
      pieces.append(
        Piece(start: result.count, count: 1, source: call.number, encoding: call.isHex ? .hex : .decimal))
      result.append(call.byte)
      guard let next = nextCall(text, call.number.upperBound + 1, end) else { break }
      call = next
    }
    guard result.count >= Self.fewestCalls else { return nil }
    add(result, from: pieces)
    return call.number.upperBound
  }

  /// The number in parentheses that begin at `start`.
  private func call(
    _ text: UnsafeRawBufferPointer, _ start: Int, _ end: Int
  ) -> (number: Range<Int>, byte: UInt8, isHex: Bool)? {
    var at = start + 1
    let isHex = at + 1 < end && text[at] == UInt8(ascii: "0") && text[at + 1] | 0x20 == UInt8(ascii: "x")
    if isHex { at += 2 }
    var value = 0
    let first = at
    while at < end, at < first + 4, let digit = hexValue(text[at]), isHex || digit < 10 {
      value = value * (isHex ? 16 : 10) + Int(digit)
      at += 1
    }
    guard at < end, at > first, text[at] == UInt8(ascii: ")"), value < 256 else { return nil }
    return (start + 1..<at, UInt8(value), isHex)
  }

  /// The next call after an operator.
  private func nextCall(
    _ text: UnsafeRawBufferPointer, _ start: Int, _ end: Int
  ) -> (number: Range<Int>, byte: UInt8, isHex: Bool)? {
    var at = start
    let limit = min(end, start + Self.longestCall)
    while at < limit, isBetweenCalls(text[at]) { at += 1 }
    guard at > start else { return nil }
    while at < limit, isCallName(text[at]) { at += 1 }
    return at < limit && text[at] == UInt8(ascii: "(") ? call(text, at, end) : nil
  }
}

/// Whether a byte is one of the operators between two calls, or of the space round them.
func isBetweenCalls(_ byte: UInt8) -> Bool { isBlank(byte) || "|&+.,\n\r".utf8.contains(byte) }

func isCallName(_ byte: UInt8) -> Bool { isKeyByte(byte) || byte == UInt8(ascii: "$") }
