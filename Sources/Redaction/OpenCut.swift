// What goes out of a stream, from the first byte that goes to the last, and what is written for it. Matches
// that overlap are one cut: it is open as long as another could join it.

import Detection

/// Overlapping matches to which more could be added.
struct OpenCut {
  private(set) var end: Int
  private(set) var keptEnd: Int
  /// What is kept, and what `headBytes` says, have been written.
  var isWritten = false

  /// How what goes in the place of the secret is written.
  private var frame: StreamFrame
  /// Control sequences that are kept, not yet written, and where the last of them ends.
  private var codes: [Range<Int>]
  private var codesEnd: Int

  init(_ match: StreamMatch) {
    end = match.range.upperBound
    keptEnd = match.keptEnd
    frame = match.frame
    codes = match.codes
    codesEnd = codes.last?.upperBound ?? 0
  }

  /// Adds a match that begins inside.
  mutating func join(_ match: StreamMatch) {
    if match.range.upperBound > end {
      end = match.range.upperBound
      frame.join(tailOf: match.frame)
    }
    if match.keptEnd < keptEnd {
      keptEnd = match.keptEnd
      var head = match.frame
      head.join(tailOf: frame)
      frame = head
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
  var headBytes: [UInt8] { frame.beginning }

  /// Takes the control sequences that have to be written now.
  mutating func takeCodes() -> [Range<Int>] {
    defer { codes.removeAll() }
    return codes.filter { $0.lowerBound >= keptEnd }
  }

  /// The end of the replacement: for base64, padding that keeps the following bytes in their places in their groups.
  var tailBytes: [UInt8] { Array(frame.whole.dropFirst(frame.beginning.count)) }
}
