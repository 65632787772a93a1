// Line numbers, worked out only up to where something was found. A line ends with LF, CRLF or a CR
// alone, as editors count and as SARIF 2.1.0 (3.3.4, "newline sequences") has it.

/// How the lines of an input end.
package enum LineEnds: Equatable, Sendable {
  case bytes
  /// In UTF-16 or UTF-32: LF, with so many zero bytes after it.
  case wide(zeros: Int)

  /// Determined from the first bytes of an input: a byte order mark, or zeros beside ASCII.
  package init(inputBeginningWith start: UnsafeRawBufferPointer) {
    let first = start.prefix(4).map { $0 }
    func begins(_ bytes: UInt8...) -> Bool { first.starts(with: bytes) }
    func isASCII(_ index: Int) -> Bool { 0x09..<0x7F ~= first[index] }
    if begins(0xFF, 0xFE, 0, 0) {
      self = .wide(zeros: 3)
    } else if begins(0xFF, 0xFE) {
      self = .wide(zeros: 1)
    } else if begins(0xFE, 0xFF) || begins(0, 0, 0xFE, 0xFF) {
      self = .wide(zeros: 0)
    } else if first.count == 4, isASCII(0), first[1] == 0, first[3] == 0 {
      self = isASCII(2) ? .wide(zeros: 1) : first[2] == 0 ? .wide(zeros: 3) : .bytes
    } else if first.count == 4, first[0] == 0, first[2] == 0, isASCII(3), isASCII(1) || first[1] == 0 {
      self = .wide(zeros: 0)
    } else {
      self = .bytes
    }
  }
}

/// A place in an input that moves forward and knows its line.
package struct LineCursor: Sendable {
  package var ends = LineEnds.bytes
  /// Bytes from the start of the input.
  package private(set) var offset = 0
  /// From 1.
  package private(set) var line: Int
  /// Where the line begins, in bytes from the start of the input.
  package private(set) var lineStart = 0

  /// - Parameter line: the number of the first line.
  package init(line: Int = 1) { self.line = line }

  /// Moves to `target`, counting the line ends on the way.
  ///
  /// - Parameters:
  ///   - target: bytes from the start of the input, not before `offset`.
  ///   - bytes: a buffer that holds the input from `offset` to `target` and the byte at `target`,
  ///     unless the input ends there.
  ///   - base: where the buffer begins in the input.
  package mutating func advance(to target: Int, in bytes: UnsafeRawBufferPointer, base: Int) {
    let from = offset - base
    let to = target - base
    if case .wide(let zeros) = ends {
      for index in from..<to where bytes[index] == 0x0A {
        line += 1
        lineStart = base + index + 1 + zeros
      }
      offset = target
      return
    }
    let count = countLineEnds(bytes, from, to)
    if count > 0 {
      line += count
      var last = to - 1
      while !isLineEnd(bytes, last) { last -= 1 }
      lineStart = base + last + 1
    }
    offset = target
  }
}

/// Whether a line ends with the byte at `index`: LF, or CR with no LF after it.
@inline(__always)
func isLineEnd(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> Bool {
  switch bytes[index] {
  case 0x0A: true
  case 0x0D: index + 1 == bytes.count || bytes[index + 1] != 0x0A
  default: false
  }
}

/// Where the line that holds `index` ends: before its LF, CRLF or CR; nil when it goes on past
/// `limit` or the buffer.
package func lineEnd(in bytes: UnsafeRawBufferPointer, from index: Int, limit: Int) -> Int? {
  var at = index
  let end = min(limit, bytes.count)
  while at < end {
    if bytes[at] == 0x0A || bytes[at] == 0x0D { return at }
    at += 1
  }
  return nil
}

private func countLineEnds(_ bytes: UnsafeRawBufferPointer, _ from: Int, _ to: Int) -> Int {
  var count = 0
  var at = from
  let feed = SIMD16<UInt8>(repeating: 0x0A)
  let carriage = SIMD16<UInt8>(repeating: 0x0D)
  // A lane counts to 255 at most before the lanes are added up.
  while at + 17 <= min(to, bytes.count - 1) {
    let blocks = min(255, (min(to, bytes.count - 1) - at - 1) / 16)
    var lanes = SIMD16<UInt8>()
    for _ in 0..<blocks {
      let here = bytes.loadUnaligned(fromByteOffset: at, as: SIMD16<UInt8>.self)
      let next = bytes.loadUnaligned(fromByteOffset: at + 1, as: SIMD16<UInt8>.self)
      let ends = (here .== feed) .| ((here .== carriage) .& (next .!= feed))
      // A true lane is all ones, which is -1.
      lanes &-= unsafeBitCast(ends, to: SIMD16<UInt8>.self)
      at += 16
    }
    for lane in 0..<16 { count += Int(lanes[lane]) }
  }
  while at < to {
    if isLineEnd(bytes, at) { count += 1 }
    at += 1
  }
  return count
}
