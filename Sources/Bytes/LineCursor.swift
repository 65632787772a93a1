// Line numbers, worked out only up to where something was found. A line ends with LF, CRLF or a CR
// alone, as editors count and as SARIF 2.1.0 (3.3.4, "newline sequences") has it.

/// A place in an input that moves forward and knows its line.
package struct LineCursor: Sendable {
  /// Bytes from the start of the input; in wide text at the start of a unit.
  package private(set) var offset = 0
  /// From 1.
  package private(set) var line: Int
  /// Where the line begins, in bytes from the start of the input.
  package private(set) var lineStart = 0
  private var forms: TextForms?
  private var isAfterCarriageReturn = false

  /// Bytes before a place that `advance` is to move to that have to stay in its buffer: a unit that is not
  /// whole is read again.
  package static let context = 4
  /// Bytes before a match that are looked at for where text of bytes begins.
  private static let narrowContext = 64

  /// - Parameters:
  ///   - line: the number of the first line.
  ///   - readsWide: whether UTF-16 and UTF-32 are looked for, or every byte is a character.
  package init(line: Int = 1, readsWide: Bool = true) {
    self.line = line
    forms = readsWide ? TextForms() : nil
  }

  /// The form of the text at `offset`.
  package var form: TextForm { forms?.form ?? .bytes }

  /// Moves to `target`, or to the start of the unit that holds it, counting the line ends on the way.
  ///
  /// - Parameters:
  ///   - target: bytes from the start of the input; nothing happens when it lies before `offset`.
  ///   - width: bytes of a character of the match that begins at `target`; nil where none is known to.
  ///   - bytes: a buffer that holds the input from `offset` to `target` and 2 KiB after it, or all there is.
  ///   - base: where the buffer begins in the input.
  package mutating func advance(
    to target: Int, matching width: Int? = nil, in bytes: UnsafeRawBufferPointer, base: Int
  ) {
    guard target > offset || width != nil else { return }
    guard forms != nil else { return countBytes(to: target, bytes, base) }
    let view = TextForms.View(bytes: bytes, base: base)
    if width == 1 {
      var start = target
      while start > max(offset, target - Self.narrowContext), isASCIIText(bytes[start - 1 - base]) { start -= 1 }
      move(to: start, match: nil, view)
      if form.width > 1 { forms!.narrow(at: start == offset ? start : min(target, offset + form.width)) }
    }
    move(to: target, match: width == 1 ? nil : width.map { _ in target }, view)
  }

  private mutating func move(to target: Int, match: Int?, _ view: TextForms.View) {
    while true {
      let end = forms!.enter(at: offset, until: target, match: match, view)
      if form.width == 1 {
        countBytes(to: end, view.bytes, view.base)
      } else {
        countUnits(to: end, view.bytes, view.base)
      }
      if end >= target { return }
      offset = end
    }
  }

  private mutating func countBytes(to target: Int, _ bytes: UnsafeRawBufferPointer, _ base: Int) {
    var (at, end) = (offset - base, target - base)
    if at >= end { return }
    offset = target
    if isAfterCarriageReturn && bytes[at] == 0x0A {
      at += 1
      lineStart = base + at
    }
    isAfterCarriageReturn = bytes[end - 1] == 0x0D
    // Between a CR and its LF the line goes on.
    if isAfterCarriageReturn && end < bytes.count && bytes[end] == 0x0A {
      isAfterCarriageReturn = false
      end -= 1
    }
    let count = countLineEnds(bytes, at, end)
    if count > 0 {
      line += count
      lineStart = base + lastLineEnd(bytes, at, end) + 1
    }
  }

  private mutating func countUnits(to target: Int, _ bytes: UnsafeRawBufferPointer, _ base: Int) {
    let form = form
    while offset + form.width <= target {
      if offset + 16 <= target, !hasLineEnd(bytes, offset - base, form) {
        offset += 16
        isAfterCarriageReturn = false
        continue
      }
      let unit = form.unit(bytes, offset - base)
      offset += form.width
      if unit == 0x0A || unit == 0x0D {
        if unit == 0x0D || !isAfterCarriageReturn { line += 1 }
        lineStart = offset
      }
      isAfterCarriageReturn = unit == 0x0D
    }
  }
}

/// Whether one of the units in the 16 bytes at `index` may be a CR or an LF.
@inline(__always)
private func hasLineEnd(_ bytes: UnsafeRawBufferPointer, _ index: Int, _ form: TextForm) -> Bool {
  if form.width == 4 {
    let block = bytes.loadUnaligned(fromByteOffset: index, as: SIMD4<UInt32>.self)
    let (feed, carriage): (UInt32, UInt32) = (0x0A, 0x0D)
    return form.isLittleEndian
      ? any((block .== feed.littleEndian) .| (block .== carriage.littleEndian))
      : any((block .== feed.bigEndian) .| (block .== carriage.bigEndian))
  }
  let (feed, carriage): (UInt16, UInt16) = (0x0A, 0x0D)
  return form.isLittleEndian
    ? hasUnit(feed.littleEndian, bytes, index) || hasUnit(carriage.littleEndian, bytes, index)
    : hasUnit(feed.bigEndian, bytes, index) || hasUnit(carriage.bigEndian, bytes, index)
}

/// Whether one of the eight units in the 16 bytes at `index` is `unit`, in the machine's byte order. Two words do it:
/// `any` of a vector's comparison is a call for each lane.
@inline(__always)
func hasUnit(_ unit: UInt16, _ bytes: UnsafeRawBufferPointer, _ index: Int) -> Bool {
  let (ones, highs): (UInt64, UInt64) = (0x0001_0001_0001_0001, 0x8000_8000_8000_8000)
  let first = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self) ^ (UInt64(unit) &* ones)
  let second = bytes.loadUnaligned(fromByteOffset: index + 8, as: UInt64.self) ^ (UInt64(unit) &* ones)
  return ((first &- ones) & ~first | (second &- ones) & ~second) & highs != 0
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

/// The line ends in `bytes[from..<to]`: an LF after a CR in there is none of its own.
private func countLineEnds(_ bytes: UnsafeRawBufferPointer, _ from: Int, _ to: Int) -> Int {
  if from >= to { return 0 }
  var count = bytes[from] == 0x0A || bytes[from] == 0x0D ? 1 : 0
  var at = from + 1
  let feed = SIMD16<UInt8>(repeating: 0x0A)
  let carriage = SIMD16<UInt8>(repeating: 0x0D)
  // A lane counts to 255 at most before the lanes are added up.
  while at + 16 <= to {
    let blocks = min(255, (to - at) / 16)
    var lanes = SIMD16<UInt8>()
    for _ in 0..<blocks {
      let here = bytes.loadUnaligned(fromByteOffset: at, as: SIMD16<UInt8>.self)
      let before = bytes.loadUnaligned(fromByteOffset: at - 1, as: SIMD16<UInt8>.self)
      let ends = (here .== carriage) .| ((here .== feed) .& (before .!= carriage))
      // A true lane is all ones, which is -1.
      lanes &-= unsafeBitCast(ends, to: SIMD16<UInt8>.self)
      at += 16
    }
    for lane in 0..<16 { count += Int(lanes[lane]) }
  }
  while at < to {
    if bytes[at] == 0x0D || bytes[at] == 0x0A && bytes[at - 1] != 0x0D { count += 1 }
    at += 1
  }
  return count
}

/// The last CR or LF in `bytes[from..<to]`, which has one: the line may be megabytes long.
private func lastLineEnd(_ bytes: UnsafeRawBufferPointer, _ from: Int, _ to: Int) -> Int {
  let feed = SIMD16<UInt8>(repeating: 0x0A)
  let carriage = SIMD16<UInt8>(repeating: 0x0D)
  var at = to
  while at - 16 >= from {
    let here = bytes.loadUnaligned(fromByteOffset: at - 16, as: SIMD16<UInt8>.self)
    let ends = unsafeBitCast((here .== feed) .| (here .== carriage), to: SIMD2<UInt64>.self)
    if ends[0] | ends[1] != 0 { break }
    at -= 16
  }
  repeat { at -= 1 } while bytes[at] != 0x0A && bytes[at] != 0x0D
  return at
}
