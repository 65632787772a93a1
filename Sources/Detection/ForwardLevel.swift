// One step of decoding forward: the bytes that one encoding stands for, with the way back to the text it was read from.

import Bytes
import CSearch

/// A text that is decoded from another, from one place on and only as far as it is asked for.
struct ForwardLevel {
  var stage = StreamStage.text
  /// Whether tags, stars and quotes may be nothing.
  var guesses = true
  /// What was decoded, after `context` bytes of what lies before it.
  private(set) var bytes: [UInt8] = []
  private(set) var context = 0
  /// How decoding stopped; nil when there is more to decode.
  var stop: Stop?
  /// Numbers of decoded bytes after which something was left out.
  private(set) var breaks: [Int] = []
  /// Those of them at which something begins that only may join what follows, whether it does or not.
  private(set) var ends: [Int] = []
  /// Decoded bytes before the first guess that they belong to what follows.
  private(set) var certain = Int.max
  /// What was left out that has an effect on what follows, in bytes of the source.
  private(set) var codes: [StreamCode] = []
  /// What is between the first two numbers of a list.
  private(set) var gap: [UInt8] = []
  private(set) var isUpper = false

  enum Stop {
    /// The encoded text ends here, or more of it is never looked at.
    case end
    /// More of the input could go on with it.
    case cut
  }

  /// Where decoding goes on in the source, and where it began there.
  private(set) var at = 0
  private var start = 0
  /// Bits of base64 that are no whole byte yet.
  private var bits: UInt32 = 0
  private var bitCount = 0
  /// Bits of the first digit of base64 that belong to the byte before the key.
  private var leadBits: UInt32 = 0
  /// For each decoded byte, from `start` on: the end of all that it comes from, and where what comes from it alone or
  /// from bytes before it ends; and for base64 the bits that follow it in its last digit.
  private var sourceEnds: [UInt16] = []
  private var keptEnds: [UInt16] = []
  private var rests: [UInt8] = []
  /// The signs in the gaps of a list.
  private var mark: [UInt8] = []
  private var sourceBreaks = 0

  var count: Int { sourceEnds.count }

  mutating func begin(_ stage: StreamStage, at start: Int) {
    self.stage = stage
    self.start = start
    at = start
    stop = nil
    (bits, bitCount, leadBits) = (0, 0, 0)
    (context, sourceBreaks, isUpper) = (0, 0, false)
    bytes.removeAll(keepingCapacity: true)
    sourceEnds.removeAll(keepingCapacity: true)
    keptEnds.removeAll(keepingCapacity: true)
    rests.removeAll(keepingCapacity: true)
    breaks.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    certain = .max
    codes.removeAll(keepingCapacity: true)
    gap.removeAll(keepingCapacity: true)
    mark.removeAll(keepingCapacity: true)
  }

  mutating func setContext(_ before: some Sequence<UInt8>) {
    bytes += before
    context = bytes.count
  }

  /// Where `length` decoded bytes end in the source.
  func end(of length: Int) -> Int { length == 0 ? start : start + Int(sourceEnds[length - 1]) }

  /// Where what comes from the first `length` decoded bytes alone ends in the source.
  func keptEnd(of length: Int) -> Int { length == 0 ? start : start + Int(keptEnds[length - 1]) }

  /// Bits of the digit after the first `length` bytes that belong to these.
  func head(after length: Int) -> SharedBits {
    guard let lead = stage.lead else { return SharedBits() }
    let count = 8 * (lead + length) % 6
    let value = length == 0 ? leadBits : UInt32(bytes[context + length - 1]) & (1 << UInt32(count) - 1)
    return SharedBits(count: count, value: count == 0 ? 0 : value)
  }

  /// Bits of the last digit of the first `length` bytes that belong to what follows.
  func tail(after length: Int) -> SharedBits {
    guard let lead = stage.lead, length > 0 else { return SharedBits() }
    let count = (6 - 8 * (lead + length) % 6) % 6
    return SharedBits(count: count, value: count == 0 ? 0 : UInt32(rests[length - 1]))
  }

  /// Decodes until there are `wanted` bytes or it stops.
  ///
  /// - Parameters:
  ///   - isFinal: nothing comes after `text`.
  ///   - outerBreaks: numbers of bytes of `text` after which something was left out of it.
  mutating func decode(_ text: UnsafeRawBufferPointer, isFinal: Bool, outerBreaks: [Int], to wanted: Int) {
    while stop == nil, count < wanted {
      while sourceBreaks < outerBreaks.count, outerBreaks[sourceBreaks] <= at {
        if outerBreaks[sourceBreaks] > 0 { addBreak() }
        sourceBreaks += 1
      }
      if at >= text.count {
        stop = isFinal ? .end : .cut
        return
      }
      switch stage {
      case .text:
        // What a line of an outer encoding ends with is no beginning of `U+005F`.
        let isLineEnd = sourceBreaks < outerBreaks.count && outerBreaks[sourceBreaks] == at + 1
        if isLineEnd && text[at] == UInt8(ascii: "U") { decodeByte(text) } else { decodeUnit(text, isFinal) }
      case .utf16le, .utf16be, .utf32le, .utf32be: decodeCharacter(text, isFinal)
      case .base64At0, .base64At1, .base64At2: decodeSextet(text, isFinal)
      case .hex, .decimal: decodeNumber(text, isFinal)
      }
    }
  }

  private mutating func addBreak() { if breaks.last != count { breaks.append(count) } }

  private mutating func append(_ byte: UInt8, keptEnd: Int) {
    bytes.append(byte)
    sourceEnds.append(UInt16(at - start))
    keptEnds.append(UInt16(keptEnd - start))
  }

  @inline(__always)
  private mutating func decodeUnit(_ text: UnsafeRawBufferPointer, _ isFinal: Bool) {
    let unit = at
    if mayBeginGuess(text[unit]) {
      if !guesses { return decodeByte(text) }
      addBreak()
      ends.append(count)
    }
    var reading = readStreamUnit(text, at: unit)
    if isFinal, case .cut = reading { reading = readEnd(text, unit) }
    switch reading {
    case .cut where !isFinal: stop = .cut
    case .byte, .cut: decodeByte(text)
    case .token(let token):
      at += token.length
      if token.outputCount == 0 {
        addBreak()
        if token.encoding.codec.isGuess { certain = min(certain, count) }
        if isNeeded(token, UnsafeRawBufferPointer(rebasing: text[unit..<at])) {
          codes.append(StreamCode(range: unit..<at, isEmpty: !token.encoding.codec.isGuess))
        }
      }
      append(output: token.output, count: token.outputCount)
    }
  }

  private func readEnd(_ text: UnsafeRawBufferPointer, _ unit: Int) -> StreamUnit {
    withEnd(of: text, from: unit) { end in
      guard case .token(let token) = readStreamUnit(end, at: 0), token.length < end.count else { return .byte }
      return .token(token)
    } ?? .byte
  }

  private mutating func decodeByte(_ text: UnsafeRawBufferPointer) {
    at += 1
    append(text[at - 1], keptEnd: at)
  }

  /// Appends the bytes of a character that ends at `at`. One that is kept in part is kept whole.
  private mutating func append(output: UInt32, count: Int) {
    for index in 0..<count { append(UInt8(truncatingIfNeeded: output >> UInt32(8 * index)), keptEnd: at) }
  }

  private mutating func decodeCharacter(_ text: UnsafeRawBufferPointer, _ isFinal: Bool) {
    let (width, low) = stage.wide!
    guard at + width <= text.count else {
      stop = isFinal ? .end : .cut
      return
    }
    let unit = at
    at += width
    var value: UInt32 = 0
    for index in 0..<width { value = value << 8 | UInt32(text[unit + (low == 0 ? width - 1 - index : index)]) }
    if value < 0x80 { return append(UInt8(value), keptEnd: at) }
    let character = TextToken(.utf16le, length: width, character: value)
    append(output: character.output, count: character.outputCount)
  }

  // MARK: Base64

  private mutating func decodeSextet(_ text: UnsafeRawBufferPointer, _ isFinal: Bool) {
    let isFirst = at == start
    // A key that is whole ends at a line break, whatever the next line is.
    if text[at] == 0x0A || text[at] == 0x0D { addBreak() }
    switch base64Break(text, at) {
    case .goesOn(let next):
      if next > at {
        addBreak()
        codes.append(StreamCode(range: at..<next, isEmpty: true))
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
    if isFirst {
      // It begins with bits of the byte before the key.
      let lead = stage.lead!
      bitCount = 6 - 2 * lead
      leadBits = UInt32(value) >> UInt32(bitCount)
    } else {
      bitCount += 6
    }
    if bitCount >= 8 {
      bitCount -= 8
      append(UInt8(truncatingIfNeeded: bits >> UInt32(bitCount)), keptEnd: bitCount == 0 ? at : unit)
      rests.append(UInt8(truncatingIfNeeded: bits & (1 << UInt32(bitCount) - 1)))
    }
  }

  // MARK: Lists of numbers

  /// Bytes between two numbers at most.
  static let longestGap = 32
  /// Digits of a line of hex that may go on in the next.
  private static let shortestLine = Int(CSEARCH_LONG_LINE)

  private mutating func decodeNumber(_ text: UnsafeRawBufferPointer, _ isFinal: Bool) {
    var next = at
    if count > 0 {
      switch gapEnd(text) {
      case nil:
        stop = isFinal ? .end : .cut
        return
      case .some(nil):
        stop = .end
        return
      case .some(let end?):
        if mark.isEmpty && gap.isEmpty && count > 1 && end > at {
          codes.append(StreamCode(range: at..<end, isEmpty: true))
        }
        if count == 1 { gap = Array(text[at..<end]) }
        next = end
      }
    }
    var value = 0
    var end = next
    if stage == .hex {
      guard next + 1 < text.count else {
        stop = isFinal || next < text.count && hexValue(text[next]) == nil ? .end : .cut
        return
      }
      guard let high = hexValue(text[next]), let low = hexValue(text[next + 1]) else {
        stop = .end
        return
      }
      value = Int(high << 4 | low)
      end = next + 2
      if count < 8 { isUpper = isUpper || 0x41...0x46 ~= text[next] || 0x41...0x46 ~= text[next + 1] }
    } else {
      while end < text.count, end < next + 4, 0x30...0x39 ~= text[end] {
        value = value * 10 + Int(text[end] & 15)
        end += 1
      }
      if end == text.count, end < next + 4, !isFinal {
        stop = .cut
        return
      }
      guard end > next, value < 256, end < next + 4 else {
        stop = .end
        return
      }
    }
    at = end
    append(UInt8(value), keptEnd: at)
  }

  /// Where the gap before the next number ends; nil inside if there is none that fits, nil if that is cut off.
  private mutating func gapEnd(_ text: UnsafeRawBufferPointer) -> Int?? {
    var end = at
    var signs: [UInt8] = []
    var hasLineEnd = false
    while true {
      if end == text.count {
        if hasLineEnd { addBreak() }
        return nil
      }
      if end - at > Self.longestGap { return .some(nil) }
      switch text[end] {
      case UInt8(ascii: ")") where end == at: return callEnd(text, end + 1)
      case 0x20, 0x09: break
      case 0x0A, 0x0D:
        // Digits side by side go on in the next line after a long one alone.
        if count > 1, gap.isEmpty, !isLongLine(text) { return .some(nil) }
        hasLineEnd = true
      case let sign where isListMark(sign):
        if !signs.isEmpty { return .some(nil) }
        signs.append(text[end])
      default:
        if hasLineEnd { addBreak() }
        if stage == .hex, text[end] == 0x30 {
          if end + 1 == text.count { return nil }
          if text[end + 1] | 0x20 == 0x78 {
            signs += [0x30, 0x78]
            end += 2
            if end == text.count { return nil }
          }
        }
        let isTight = end == at
        if count == 1 {
          mark = signs
          return isTight && stage == .decimal ? .some(nil) : end
        }
        if gap.isEmpty { return isTight || hasLineEnd && signs.isEmpty ? end : .some(nil) }
        return isTight || signs != mark ? .some(nil) : end
      }
      end += 1
    }
  }

  /// As `gapEnd`, of calls such as `CHAR(104)||CHAR(111)`, from the first parenthesis on.
  private mutating func callEnd(_ text: UnsafeRawBufferPointer, _ start: Int) -> Int?? {
    let limit = at + Self.longestGap
    var end = start
    while end < text.count, end < limit, isBetweenCalls(text[end]) { end += 1 }
    while end < text.count, end < limit, end > start, isCallName(text[end]) { end += 1 }
    if end == limit { return .some(nil) }
    if end == text.count { return nil }
    guard end > start, text[end] == UInt8(ascii: "(") else { return .some(nil) }
    end += 1
    if stage == .hex {
      for byte in "0x".utf8 {
        if end == text.count { return nil }
        if text[end] | 0x20 != byte | 0x20 { return .some(nil) }
        end += 1
      }
    }
    if end == text.count { return nil }
    let signs = [UInt8(ascii: ")")]
    if count == 1 { mark = signs }
    return mark == signs ? end : .some(nil)
  }

  private func isLongLine(_ text: UnsafeRawBufferPointer) -> Bool {
    at >= Self.shortestLine && text[(at - Self.shortestLine)..<at].allSatisfy { hexValue($0) != nil }
  }
}
