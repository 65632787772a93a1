// What a stream decodes to from one place on, only as far as it is asked for, with the way back: where each
// byte comes from, and where something was left out.

import Rules

/// A text that is decoded forward from the beginning of what may be a key.
struct ForwardText {
  /// What lies before the key, for patterns that look back, and then what was decoded.
  private(set) var bytes: [UInt8] = []
  /// Of `bytes`, before the key.
  private(set) var context = 0
  /// Numbers of decoded bytes behind which something was left out.
  private(set) var breaks: [Int] = []
  /// Control sequences and line breaks left out, in the buffer.
  private(set) var codes: [Range<Int>] = []
  /// How decoding stopped; nil when there is more to decode.
  private(set) var stop: Stop?

  enum Stop {
    /// The encoded text ends here, or more of it is never looked at.
    case end
    /// More of the input could go on with it.
    case cut
  }

  private var form = StreamForm.text
  private var start = 0
  private var at = 0
  private var limit = 0
  private var isFinal = false
  /// Bits of base64 that are no whole byte yet.
  private var bits: UInt32 = 0
  private var bitCount = 0
  /// For each decoded byte, from `start` on: the end of all that it comes from, and where what comes from
  /// it alone or from bytes before it ends.
  private var ends: [UInt16] = []
  private var keptEnds: [UInt16] = []

  /// Decoded bytes.
  var count: Int { ends.count }

  /// - Parameters:
  ///   - lookbehind: bytes before the key that are wanted.
  ///   - isLast: nothing comes behind `text`.
  mutating func begin(
    _ form: StreamForm, _ text: UnsafeRawBufferPointer, at start: Int, lookbehind: Int, isLast: Bool
  ) {
    self.form = form
    self.start = start
    at = start
    limit = min(text.count, start + Rule.longestMatch)
    isFinal = isLast || limit == start + Rule.longestMatch
    stop = nil
    bits = 0
    bitCount = 0
    bytes.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    keptEnds.removeAll(keepingCapacity: true)
    breaks.removeAll(keepingCapacity: true)
    codes.removeAll(keepingCapacity: true)
    if lookbehind > 0 { decodeBefore(text, lookbehind) }
    context = bytes.count
  }

  /// Where `length` decoded bytes end in the buffer.
  func end(of length: Int) -> Int { length == 0 ? start : start + Int(ends[length - 1]) }

  /// Where what comes from the first `length` decoded bytes alone ends in the buffer.
  func keptEnd(of length: Int) -> Int { length == 0 ? start : start + Int(keptEnds[length - 1]) }

  /// Decodes until there are `wanted` bytes or it stops.
  mutating func decode(_ text: UnsafeRawBufferPointer, to wanted: Int) {
    let text = UnsafeRawBufferPointer(rebasing: text[..<limit])
    while stop == nil, count < wanted {
      if at >= limit {
        stop = isFinal ? .end : .cut
        return
      }
      switch form {
      case .text: decodeUnit(text)
      case .utf16le, .utf16be: decodePair(text)
      default: decodeSextet(text)
      }
    }
  }

  private mutating func append(_ byte: UInt8, end: Int, keptEnd: Int) {
    bytes.append(byte)
    ends.append(UInt16(end - start))
    keptEnds.append(UInt16(keptEnd - start))
  }

  @inline(__always)
  private mutating func decodeUnit(_ text: UnsafeRawBufferPointer) {
    let unit = at
    switch readStreamUnit(text, at: unit) {
    case .cut where !isFinal: stop = .cut
    case .byte, .cut:
      at += 1
      append(text[unit], end: at, keptEnd: at)
    case .token(let token):
      at += token.length
      if token.outputCount == 0 {
        if breaks.last != count { breaks.append(count) }
        if isDisplayCode(UnsafeRawBufferPointer(rebasing: text[unit..<at])) { codes.append(unit..<at) }
      }
      append(output: token.output, count: token.outputCount, unit)
    }
  }

  /// Appends the bytes of a character that comes from `unit..<at`.
  private mutating func append(output: UInt32, count: Int, _ unit: Int) {
    for index in 0..<count {
      let byte = UInt8(truncatingIfNeeded: output >> UInt32(8 * index))
      append(byte, end: at, keptEnd: index + 1 == count ? at : unit)
    }
  }

  private mutating func decodePair(_ text: UnsafeRawBufferPointer) {
    guard at + 2 <= limit else {
      stop = isFinal ? .end : .cut
      return
    }
    let unit = at
    at += 2
    let (low, high) = form == .utf16le ? (text[unit], text[unit + 1]) : (text[unit + 1], text[unit])
    if high == 0, low < 0x80 { return append(low, end: at, keptEnd: at) }
    let character = TextToken(.utf16le, length: 2, character: UInt32(high) << 8 | UInt32(low))
    append(output: character.output, count: character.outputCount, unit)
  }

  private mutating func decodeSextet(_ text: UnsafeRawBufferPointer) {
    switch base64Break(text, at) {
    case .goesOn(let next):
      if next > at {
        if breaks.last != count { breaks.append(count) }
        codes.append(at..<next)
        at = next
      }
    case .cut where !isFinal:
      stop = .cut
      return
    case .ends, .cut:
      stop = .end
      return
    }
    let unit = at
    let value: UInt8
    switch base64Digit(text, at) {
    case .cut where !isFinal:
      stop = .cut
      return
    case .token(let token):
      at += token.length
      value = sextet(UInt8(truncatingIfNeeded: token.output))!
    default:
      guard let digit = sextet(text[at]) else {
        stop = .end
        return
      }
      at += 1
      value = digit
    }
    bits = bits << 6 | UInt32(value)
    // The first character begins with bits of the byte before the key.
    bitCount += unit == start ? 6 - 2 * form.base64Lead : 6
    if bitCount >= 8 {
      bitCount -= 8
      append(UInt8(truncatingIfNeeded: bits >> UInt32(bitCount)), end: at, keptEnd: bitCount == 0 ? at : unit)
    }
  }

  /// Puts up to `wanted` bytes from before the key into `bytes`.
  private mutating func decodeBefore(_ text: UnsafeRawBufferPointer, _ wanted: Int) {
    switch form {
    case .text: bytes += text[max(0, start - wanted)..<start]
    case .utf16le, .utf16be:
      var pair = max(start % 2, start - 2 * wanted)
      while pair < start {
        let (low, high) = form == .utf16le ? (text[pair], text[pair + 1]) : (text[pair + 1], text[pair])
        bytes.append(high == 0 ? low : 0xFF)
        pair += 2
      }
    default:
      // Whole groups of four, and of the key's own what stands before it.
      let own = start - form.base64Lead
      guard own >= 0 else { return }
      var first = own
      while first >= 4, own - first < 2 * wanted, (1...4).allSatisfy({ sextet(text[first - $0]) != nil }) {
        first -= 4
      }
      var bits: UInt32 = 0
      var count = 0
      for place in first...start {
        guard let value = sextet(text[place]) else { return }
        bits = bits << 6 | UInt32(value)
        count += 6
        if count >= 8, place < start || form.base64Lead > 0 {
          count -= 8
          bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
        }
      }
      if bytes.count > wanted { bytes.removeFirst(bytes.count - wanted) }
    }
  }
}
