// What goes out of a stream, from the first byte that goes to the last, and what is written for it. Matches
// that overlap are one cut: it is open as long as another could join it.

import Detection

/// Overlapping matches to which more could be added.
struct OpenCut {
  private(set) var end: Int
  private(set) var keptEnd: Int
  /// What is kept, and what `headBytes` says, have been written.
  var isWritten = false

  /// Of the match that decides what is kept, and of the one that reaches furthest.
  private var head: StreamForm
  private var tail: StreamForm
  /// Of base64: which of a group's three bytes is the first that goes, and how many there are up to the last
  /// that goes.
  private var group: (first: Int, last: Int)
  /// Control sequences that are kept, not yet written, and where the last of them ends.
  private var codes: [Range<Int>]
  private var codesEnd: Int

  init(_ match: StreamMatch) {
    end = match.range.upperBound
    keptEnd = match.keptEnd
    head = match.form
    tail = match.form
    group = match.group
    codes = match.codes
    codesEnd = codes.last?.upperBound ?? 0
  }

  /// Adds a match that begins inside.
  mutating func join(_ match: StreamMatch) {
    if match.range.upperBound > end {
      end = match.range.upperBound
      tail = match.form
      group.last = match.group.last
    }
    if match.keptEnd < keptEnd {
      keptEnd = match.keptEnd
      head = match.form
      group.first = match.group.first
    }
    for code in match.codes where code.lowerBound >= codesEnd {
      codes.append(code)
      codesEnd = code.upperBound
    }
  }

  /// Moves to where the buffer has moved.
  mutating func slide(by count: Int) {
    end -= count
    keptEnd -= count
    codesEnd -= count
    for index in codes.indices { codes[index] = (codes[index].lowerBound - count)..<(codes[index].upperBound - count) }
  }

  /// What follows the kept bytes: three dots.
  func headBytes(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    switch head {
    case .text: return ellipsis
    case .utf16le: return ellipsis.flatMap { [$0, 0] }
    case .utf16be: return ellipsis.flatMap { [0, $0] }
    case .base64At0, .base64At1, .base64At2:
      // The first character may hold bits of what is kept.
      let own = group.first == 0 ? 0 : UInt32(sextet(bytes[keptEnd]) ?? 0) >> UInt32(6 - 2 * group.first)
      let bits = own << 24 | threeDots
      let spare = 2 * group.first
      return (0..<4).map { base64Character(UInt8(truncatingIfNeeded: bits >> UInt32(spare + 18 - 6 * $0) & 63)) }
    }
  }

  /// Takes the control sequences that have to be written now.
  mutating func takeCodes() -> [Range<Int>] {
    defer { codes.removeAll() }
    return codes.filter { $0.lowerBound >= keptEnd }
  }

  /// The end of the replacement: for base64, padding that keeps the following bytes in their places in their groups.
  func tailBytes(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    guard head.isBase64 else { return [] }
    var bits = threeDots & (1 << UInt32(2 * group.first) - 1)
    var count = 2 * group.first
    if tail.isBase64 {
      for _ in 0..<((group.last - group.first + 3) % 3) {
        bits = bits << 8 | UInt32(UInt8(ascii: "."))
        count += 8
      }
      let spare = 6 - 2 * group.last
      bits = bits << UInt32(spare) | UInt32(sextet(bytes[end - 1]) ?? 0) & (1 << UInt32(spare) - 1)
      count += spare
    } else if count % 6 != 0 {
      bits <<= UInt32(6 - count % 6)
      count += 6 - count % 6
    }
    return (0..<(count / 6)).map { base64Character(UInt8(truncatingIfNeeded: bits >> UInt32(count - 6 - 6 * $0) & 63)) }
  }
}

private let threeDots: UInt32 = 0x2E2E2E
