// Which stretches of an input are text of bytes and which are UTF-16 or UTF-32. Most inputs are one stretch;
// others are bytes to which a shell has appended UTF-16, or the other way round.

/// Follows the forms of an input as a cursor moves over it.
struct TextForms: Sendable {
  /// Of the stretch that was entered last.
  private(set) var form = TextForm.bytes
  /// Where that stretch begins, in bytes from the start of the input.
  private(set) var start = 0
  /// A stretch that begins later and has been seen already.
  private var change: (at: Int, form: TextForm)?
  private var isBegun = false
  /// Up to here no wide text begins, in bytes from the start of the input.
  private var probed = 0

  /// Bytes between the places that are looked at for wide text: 24 characters of ASCII cover one.
  private static let step = 32
  /// Bytes beyond a place that are looked at to know where wide text begins and what it is.
  static let lookahead = 2048
  /// Bytes of ASCII or UTF-8 that end wide text. In the halves of characters so many hardly ever come together.
  private static let narrowRun = 48
  /// Bytes at the end of a text of bytes by which it is known.
  private static let narrowEnd = 12

  /// The buffer that a cursor moves in.
  struct View {
    let bytes: UnsafeRawBufferPointer
    /// Where it begins in the input.
    let base: Int
  }

  /// Enters the stretch that holds `from`.
  ///
  /// - Parameters:
  ///   - match: a place where wide text is known to be, at or after `to`; nil where none is known.
  /// - Returns: where the stretch ends, at most `to`.
  mutating func enter(at from: Int, until to: Int, match: Int? = nil, _ view: View) -> Int {
    if !isBegun { begin(view) }
    if let change, change.at <= from {
      (form, start, self.change) = (change.form, change.at, nil)
      probed = max(probed, start)
    }
    if change == nil {
      let isWide = form != .bytes
      change = isWide ? exit(from, to, view) : entry(from, to, match, view)
      // Wide text that was entered here and left at once is not entered again for the same match.
      if change != nil, change!.at <= from { return enter(at: from, until: to, match: isWide ? match : nil, view) }
    }
    return min(to, change?.at ?? to)
  }

  /// Makes text of bytes begin at `place` at the latest, because a match of bytes does.
  mutating func narrow(at place: Int) { change = (place, .bytes) }

  // MARK: The start of the input

  private mutating func begin(_ view: View) {
    isBegun = true
    guard view.base == 0 else { return }
    let head = UnsafeRawBufferPointer(rebasing: view.bytes.prefix(2 * Self.lookahead))
    if let marked = TextForm.marked(head) {
      form = marked
    } else if let zero = head.firstIndex(of: 0), zero < Self.narrowEnd || !isNarrow(head, 0..<Self.narrowEnd) {
      change = wideText(at: zero, notBefore: 0, head)
    }
  }

  // MARK: From bytes to wide text

  private mutating func entry(
    _ from: Int, _ to: Int, _ match: Int?, _ view: View
  ) -> (at: Int, form: TextForm)? {
    let end = min(to + Self.lookahead, view.base + view.bytes.count) - 16
    var place = (max(from, probed) + Self.step - 1) / Self.step * Self.step
    while place <= end {
      if looksWide(view.bytes, place - view.base), let found = wideText(at: place, notBefore: from, view) {
        // Nor for the same bytes: they may read as wide text that ends where it begins.
        probed = max(probed, place + Self.step)
        return found
      }
      place += Self.step
    }
    probed = max(probed, place)
    if let match { return wideText(at: match, notBefore: from, view, isSure: true) }
    return nil
  }

  /// Whether the 16 bytes at `index` are wide ASCII.
  @inline(__always)
  private func looksWide(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> Bool {
    let first = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
    let either = first | bytes.loadUnaligned(fromByteOffset: index + 8, as: UInt64.self)
    // Every second byte is zero, and not all are.
    if either & 0x00FF_00FF_00FF_00FF != 0 && either & 0xFF00_FF00_FF00_FF00 != 0 || either == 0 { return false }
    let zeros = (0..<16).reduce(into: UInt16(0)) { $0 |= bytes[index + $1] == 0 ? 1 << UInt16($1) : 0 }
    switch zeros {
    case 0x5555, 0xAAAA, 0xEEEE, 0xDDDD, 0xBBBB, 0x7777: return true
    default: return false
    }
  }

  private func wideText(
    at place: Int, notBefore from: Int, _ view: View, isSure: Bool = false
  ) -> (at: Int, form: TextForm)? {
    let first = max(0, from - view.base)
    return wideText(at: place - view.base, notBefore: first, view.bytes, isSure: isSure)
      .map { ($0.at + view.base, $0.form) }
  }

  /// The wide text that holds the character at `place`; nil when there is none.
  ///
  /// Of the ways to read it that with a byte order mark is taken, then that which reads furthest; where two read
  /// as far, that which begins with a line, then little-endian, which is the more common.
  private func wideText(
    at place: Int, notBefore first: Int, _ bytes: UnsafeRawBufferPointer, isSure: Bool = false
  ) -> (at: Int, form: TextForm)? {
    var best: Reading?
    for form in TextForm.wideForms {
      for phase in 0..<form.width {
        guard let reading = read(form, at: place - phase, place, notBefore: first, bytes) else { continue }
        if !isSure && !reading.isText { continue }
        if best.map({ reading.isBetter(than: $0) }) ?? true { best = reading }
      }
    }
    return best.map { ($0.start, $0.form) }
  }

  /// How a text reads in one form.
  private struct Reading {
    let form: TextForm
    let start: Int
    /// Units round the place that can be text.
    var units = 0
    /// Units of them that are no two characters of ASCII.
    var wideUnits = 0
    /// Units of them that a text in this form hardly has: Latin letters with accents that touch Chinese, which
    /// half of an ASCII letter and half of a Chinese one make.
    var strays = 0
    /// Units of them that are ASCII. Read in the other order such a text is one of Chinese characters.
    var asciiUnits = 0
    /// It begins with a byte order mark.
    var isMarked = false
    var beginsLine = false

    /// No byte that cannot be wide text comes before the end of what is looked at.
    var reachesEnd = false

    /// In text of bytes with some zeros a dozen units in a row can look wide.
    var isText: Bool { units >= (reachesEnd ? 8 : 24) && 4 * wideUnits >= 3 * units }

    func isBetter(than other: Reading) -> Bool {
      let (score, others) = (form.width * (units - 4 * strays), other.form.width * (other.units - 4 * other.strays))
      if isMarked != other.isMarked { return isMarked }
      if abs(asciiUnits - other.asciiUnits) > units / 2 { return asciiUnits > other.asciiUnits }
      if abs(score - others) > 2 * form.width { return score > others }
      if beginsLine != other.beginsLine { return beginsLine }
      return score > others && form.isLittleEndian == other.form.isLittleEndian
    }
  }

  private func read(
    _ form: TextForm, at unit: Int, _ place: Int, notBefore first: Int, _ bytes: UnsafeRawBufferPointer
  ) -> Reading? {
    guard unit >= first, unit + form.width <= bytes.count, form.isPlausible(bytes, unit) else { return nil }
    let start = start(of: form, from: unit, notBefore: first, bytes)
    var reading = Reading(form: form, start: start)
    reading.isMarked = form.unit(bytes, start) == 0xFEFF
    reading.beginsLine = start == 0 || bytes[start - 1] == 0x0A
    var at = max(start, unit - Self.lookahead / 4 * form.width)
    at -= (at - start) % form.width
    var last: UInt32 = 0
    while at + form.width <= min(bytes.count, unit + Self.lookahead), form.isPlausible(bytes, at) {
      if form.width == 2 && isNarrowRun(bytes, at) { break }
      let unit = form.unit(bytes, at)
      reading.units += 1
      if 0x09..<0x7F ~= unit { reading.asciiUnits += 1 }
      if form.width == 4 || !(isASCIIText(bytes[at]) && isASCIIText(bytes[at + 1])) { reading.wideUnits += 1 }
      if 0xA0...0xFF ~= last && unit >= 0x400 || 0xA0...0xFF ~= unit && last >= 0x400 { reading.strays += 1 }
      last = unit
      at += form.width
    }
    reading.reachesEnd = at + form.width > min(bytes.count, unit + Self.lookahead)
    return reading
  }

  /// Goes back from a unit to where the wide text begins.
  private func start(
    of form: TextForm, from unit: Int, notBefore first: Int, _ bytes: UnsafeRawBufferPointer
  ) -> Int {
    var at = unit
    while at - form.width >= max(first, unit - Self.lookahead) {
      let before = at - form.width
      guard form.isPlausible(bytes, before) else { break }
      if form.width == 2 && isNarrowEnd(at, notBefore: first, form, bytes) { break }
      at = before
      if form.unit(bytes, at) == 0xFEFF { break }
    }
    return at
  }

  /// Whether what ends at `end` is text of bytes rather than characters of two.
  private func isNarrowEnd(
    _ end: Int, notBefore first: Int, _ form: TextForm, _ bytes: UnsafeRawBufferPointer
  ) -> Bool {
    // U+0Axx and U+0D0A, of Indian scripts, are rarer than line ends.
    func isLineEnd(_ end: Int) -> Bool { bytes[end - 1] == 0x0A && (form.isLittleEndian || bytes[end - 2] == 0x0D) }
    if isLineEnd(end) { return true }
    if end - first >= Self.narrowEnd {
      let last = (end - Self.narrowEnd)..<end
      guard isNarrow(bytes, last) else { return false }
      // Up to that line end the bytes may be characters whose halves look like ASCII.
      return !stride(from: end, to: last.lowerBound, by: -2).contains(where: isLineEnd)
    }
    return bytes[end - 1] == 0x0A && end - first >= 4 && isNarrow(bytes, first..<end)
  }

  /// Whether bytes are ASCII or UTF-8 with a whole character at their end; the first may be cut.
  private func isNarrow(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Bool {
    guard range.upperBound <= bytes.count else { return false }
    var first = range.lowerBound
    while first < range.lowerBound + 3, bytes[first] & 0xC0 == 0x80 { first += 1 }
    return decoded(bytes, first..<range.upperBound)?.isBetweenCharacters ?? false
  }

  /// The decoder after bytes that are ASCII or UTF-8; nil where they are not.
  private func decoded(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> UTF16Decoder? {
    var decoder = UTF16Decoder()
    var isText = true
    for byte in bytes[range] {
      decoder.feed(byte) { if $0 == 0xFFFD || $0 < 0x80 && !isASCIIText(UInt8($0)) { isText = false } }
      if !isText { return nil }
    }
    return decoder
  }

  // MARK: From wide text to bytes

  private func exit(_ from: Int, _ to: Int, _ view: View) -> (at: Int, form: TextForm)? {
    let (bytes, width) = (view.bytes, form.width)
    var at = from - view.base
    let end = min(to - view.base, bytes.count - width + 1)
    if width == 4 {
      while at < end {
        if !form.isPlausible(bytes, at) { return (at + view.base, .bytes) }
        at += width
      }
      return nil
    }
    while at < end {
      // Text of bytes that begins in this block fills the next.
      if at + 32 <= bytes.count, !hasZeroUnit(bytes, at), hasControl(bytes, at + 16) {
        at += 16
        continue
      }
      for unit in stride(from: at, to: min(at + 16, end), by: 2)
      where bytes[unit] == 0 && bytes[unit + 1] == 0 || isNarrowRun(bytes, unit) {
        return (unit + view.base, .bytes)
      }
      at += 16
    }
    return nil
  }

  @inline(__always)
  private func hasZeroUnit(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> Bool {
    hasUnit(0, bytes, index)
  }

  /// Whether one of 16 bytes is not in any text of bytes, as the zero beside an ASCII character is not.
  @inline(__always)
  private func hasControl(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> Bool {
    let (nines, highs): (UInt64, UInt64) = (0x0909_0909_0909_0909, 0x8080_8080_8080_8080)
    let first = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
    let second = bytes.loadUnaligned(fromByteOffset: index + 8, as: UInt64.self)
    return ((first &- nines) & ~first | (second &- nines) & ~second) & highs != 0
  }

  @inline(__always)
  private func isNarrowRun(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> Bool {
    let (first, second) = (bytes[index], bytes[index + 1])
    let mayBegin =
      isASCIIText(first)
      ? isASCIIText(second) || 0xC2...0xF4 ~= second : 0xC2...0xF4 ~= first && second & 0xC0 == 0x80
    return mayBegin && index + Self.narrowRun <= bytes.count
      && decoded(bytes, index..<(index + Self.narrowRun)) != nil
  }
}
