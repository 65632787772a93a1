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
  /// What only parts a key and is kept, not yet written, and where the last of it ends.
  private var codes: [StreamCode]
  private var codesEnd: Int

  init(_ match: StreamMatch) {
    end = match.range.upperBound
    keptEnd = match.keptEnd
    frame = match.frame
    codes = match.codes
    codesEnd = codes.last?.range.upperBound ?? 0
  }

  /// Adds a match that begins inside.
  mutating func join(_ match: StreamMatch) {
    // A comment between two string literals may be a secret of its own.
    codes.removeAll { !$0.isEmpty && $0.range.overlaps(match.range) && !match.codes.contains($0) }
    for code in match.codes where code.range.lowerBound >= (code.isEmpty ? codesEnd : max(codesEnd, end)) {
      codes.append(code)
    }
    codesEnd = max(codesEnd, match.codes.last?.range.upperBound ?? 0)
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
  }

  /// Moves to where the buffer has moved.
  mutating func slide(by count: Int) {
    end -= count
    keptEnd -= count
    codesEnd -= count
    for index in codes.indices {
      let range = codes[index].range
      codes[index].range = (range.lowerBound - count)..<(range.upperBound - count)
    }
  }

  /// What follows the kept bytes: three dots.
  var headBytes: [UInt8] { frame.beginning }

  /// Takes what follows the dots, as far as it is known that it stays.
  ///
  /// - Parameter decided: every match that begins before it was joined.
  mutating func takeCodes(decided: Int) -> [Range<Int>] {
    let ready = codes.prefix { $0.isEmpty || $0.range.upperBound <= decided }
    codes.removeFirst(ready.count)
    return ready.map(\.range).filter { $0.lowerBound >= keptEnd }
  }

  /// Where the bytes begin that may still have to be written.
  var firstCode: Int { codes.first?.range.lowerBound ?? .max }

  /// The end of the replacement: for base64, padding that keeps the following bytes in their places in their groups.
  var tailBytes: [UInt8] { Array(frame.whole.dropFirst(frame.beginning.count)) }
}
