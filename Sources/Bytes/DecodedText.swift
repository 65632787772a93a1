// A piece of UTF-16 or UTF-32 as UTF-8, for what is shown of it and for what is looked for in it.

/// Wide text round a place, decoded.
package struct DecodedText {
  /// UTF-8.
  package private(set) var bytes: [UInt8] = []
  private let units: WideUnits
  /// Where the first unit lies in the buffer.
  private let first: Int
  /// Where each unit begins in `bytes`, and where the last ends.
  private var starts: [Int] = []

  /// - Parameters:
  ///   - window: bytes in `buffer`; only the whole units in it are decoded.
  package init(_ window: Range<Int>, of buffer: UnsafeRawBufferPointer, _ units: WideUnits) {
    self.units = units
    let width = units.form.width
    first = window.lowerBound + (width - units.phase(window.lowerBound)) % width
    var high: UInt16?
    for at in stride(from: first, through: window.upperBound - width, by: width) {
      let unit = units.form.unit(buffer, at)
      starts.append(bytes.count)
      if width == 2, let lead = high, unit & 0xFC00 == 0xDC00 {
        bytes.removeLast(3)
        let scalar = 0x1_0000 + (UInt32(lead & 0x3FF) << 10 | unit & 0x3FF)
        bytes += UTF8.encode(Unicode.Scalar(scalar)!)!
      } else {
        bytes += UTF8.encode(Unicode.Scalar(unit) ?? "\u{FFFD}")!
      }
      high = width == 2 && unit & 0xFC00 == 0xD800 ? UInt16(unit) : nil
    }
    starts.append(bytes.count)
  }

  /// Where a range of the buffer, at the borders of units, lies in `bytes`; clamped to it.
  package func place(of range: Range<Int>) -> Range<Int> {
    start(range.lowerBound)..<start(range.upperBound)
  }

  /// Where what begins at `index` in the buffer begins in `bytes`; clamped to it.
  package func start(_ index: Int) -> Int {
    let unit = (index - first) / units.form.width
    return starts[min(max(0, unit), starts.count - 1)]
  }
}

/// How the units of wide text lie in a buffer.
///
/// The order of a match's bytes is guessed from few of them, and a match that was read in the wrong order lies
/// one byte or three beside its units. The borders that are found here hold the same characters.
package struct WideUnits {
  package let form: TextForm
  /// Where one of the units begins.
  private let unit: Int
  private let buffer: UnsafeRawBufferPointer

  package init(_ form: TextForm, unit: Int, in buffer: UnsafeRawBufferPointer) {
    self.form = form
    self.unit = unit
    self.buffer = buffer
  }

  /// Bytes from the start of the unit that holds `index` to `index`.
  func phase(_ index: Int) -> Int {
    let rest = (index - unit) % form.width
    return rest < 0 ? rest + form.width : rest
  }

  /// The units in `range` that hold more than zeros.
  package func covering(_ range: Range<Int>) -> Range<Int> {
    let (first, last) = (phase(range.lowerBound), phase(range.upperBound))
    var (lower, upper) = (range.lowerBound - first, range.upperBound - last)
    if first > 0 && isZero(range.lowerBound..<(lower + form.width)) { lower += form.width }
    if last > 0 && !isZero(upper..<range.upperBound) { upper += form.width }
    return lower..<max(lower, upper)
  }

  /// The last border of units up to which all but zeros lies before `index`.
  package func wholeUnits(upTo index: Int) -> Int {
    let rest = phase(index)
    return rest > 0 && isZero(index..<(index - rest + form.width)) ? index - rest + form.width : index - rest
  }

  private func isZero(_ range: Range<Int>) -> Bool {
    range.allSatisfy { $0 < 0 || $0 >= buffer.count || buffer[$0] == 0 }
  }
}
