// What a stream decodes to from one place on, through a chain of encodings and only as far as it is asked for, with the
// way back: where each byte comes from, and where something was left out.

import Bytes
import Rules

/// A text that is decoded forward from the beginning of what may be a key.
struct ForwardText {
  /// The outermost first; the last undoes escapes.
  private var levels = Array(repeating: ForwardLevel(), count: StreamForm.mostStages + 1)
  private var last = 0
  private var form = StreamForm.text
  private var limit = 0
  private var isFinal = false

  /// What lies before the key, for patterns that look back, and then what was decoded.
  var bytes: [UInt8] { levels[last].bytes }
  /// Of `bytes`, before the key.
  var context: Int { levels[last].context }
  /// Numbers of decoded bytes after which something was left out.
  var breaks: [Int] { levels[last].breaks }
  /// Whether a key that is whole ends after `length` decoded bytes, whatever follows.
  func endsWhole(at length: Int) -> Bool { levels[last].ends.contains(length) }
  /// Decoded bytes before the first guess that they belong to what follows.
  var certain: Int { levels[last].certain }
  /// Control sequences, tags, quotes and line breaks left out, in the buffer.
  var codes: [StreamCode] { levels[0].codes }
  /// How decoding stopped; nil when there is more to decode.
  var stop: ForwardLevel.Stop? { levels[last].stop }
  /// Decoded bytes.
  var count: Int { levels[last].count }

  /// - Parameters:
  ///   - lookbehind: bytes before the key that are wanted.
  ///   - guesses: whether tags, stars and quotes may be nothing.
  ///   - isLast: nothing comes after `text`.
  mutating func begin(
    _ form: StreamForm, _ text: UnsafeRawBufferPointer, at start: Int, lookbehind: Int, isLast: Bool,
    guesses: Bool = true
  ) {
    self.form = form
    limit = min(text.count, start + Rule.longestMatch)
    isFinal = isLast || limit == start + Rule.longestMatch
    last = 0
    while let stage = form.stage(last) {
      levels[last].begin(stage, at: last == 0 ? start : 0)
      last += 1
      if last == StreamForm.mostStages { break }
    }
    levels[last].begin(.text, at: last == 0 ? start : 0)
    levels[last].guesses = guesses
    if lookbehind > 0 { decodeBefore(text, start, lookbehind) }
  }

  /// Where `length` decoded bytes end in the buffer.
  func end(of length: Int) -> Int {
    (0...last).reversed().reduce(length) { levels[$1].end(of: $0) }
  }

  /// Where what comes from the first `length` decoded bytes alone ends in the buffer.
  func keptEnd(of length: Int) -> Int {
    (0...last).reversed().reduce(length) { levels[$1].keptEnd(of: $0) }
  }

  /// As `keptEnd`, as far as it is certain for a key under an encoding; nil when all of the buffer stays.
  func knownKeptEnd(of length: Int) -> Int? {
    if count >= length { return keptEnd(of: length) }
    let unread = levels[last - 1].count - levels[last].at
    return count + unread + Self.mostShared < length ? nil : keptEnd(of: count)
  }

  /// Decoded bytes, or bytes of one that is not decoded yet, that the last digits in the buffer may have a part in.
  private static let mostShared = 4

  /// How to write something in the place of decoded bytes.
  func frame(of range: Range<Int>) -> StreamFrame {
    var frame = StreamFrame(form)
    var (kept, end) = (range.lowerBound, range.upperBound)
    for index in (0..<last).reversed() {
      kept = levels[index + 1].keptEnd(of: kept)
      end = levels[index + 1].end(of: end)
      frame.head.insert(levels[index].head(after: kept), at: 0)
      frame.tail.insert(levels[index].tail(after: end), at: 0)
      frame.gaps.insert(levels[index].gap, at: 0)
      if levels[index].stage.isList {
        frame.hasGapFirst = kept > 0
        frame.isUpper = frame.isUpper || levels[index].isUpper
      }
    }
    return frame
  }

  /// Decodes until there are `wanted` bytes or it stops.
  mutating func decode(_ text: UnsafeRawBufferPointer, to wanted: Int) {
    decode(last, UnsafeRawBufferPointer(rebasing: text[..<limit]), to: wanted)
  }

  private mutating func decode(_ level: Int, _ text: UnsafeRawBufferPointer, to wanted: Int) {
    if level == 0 { return levels[0].decode(text, isFinal: isFinal, outerBreaks: [], to: wanted) }
    while levels[level].stop == nil, levels[level].count < wanted {
      let outerStop = levels[level - 1].stop
      var current = ForwardLevel()
      swap(&current, &levels[level])
      let breaks = levels[level - 1].breaks
      levels[level - 1].bytes.withUnsafeBytes {
        current.decode($0, isFinal: outerStop == .end, outerBreaks: breaks, to: wanted)
      }
      swap(&current, &levels[level])
      guard levels[level].stop == .cut, outerStop == nil else { continue }
      levels[level].stop = nil
      decode(level - 1, text, to: max(8, 2 * levels[level - 1].count))
    }
  }

  // MARK: Before the key

  /// Puts up to `wanted` bytes from before the key into the context of what is decoded.
  private mutating func decodeBefore(_ text: UnsafeRawBufferPointer, _ start: Int, _ wanted: Int) {
    var before = Array(text[max(0, start - (form.isText ? wanted : Scanner.context))..<start])
    for index in 0..<last {
      let stage = levels[index].stage
      if let lead = stage.lead {
        // The bits of the first digit that are not the key's.
        decode(index, UnsafeRawBufferPointer(rebasing: text[..<limit]), to: 1)
        before = base64(before, lead, levels[index].head(after: 0))
      } else if let (width, low) = stage.wide {
        let first = before.count % width
        before = stride(from: first, to: before.count, by: width).map { place in
          (0..<width).allSatisfy { $0 == low || before[place + $0] == 0 } ? before[place + low] : 0xFF
        }
      } else {
        before = numbers(before, stage)
      }
    }
    levels[last].setContext(before.suffix(wanted))
  }

  /// Decodes digits. The last `lead` of them share a group of four with the key's first digit.
  private func base64(_ digits: [UInt8], _ lead: Int, _ last: SharedBits) -> [UInt8] {
    let run = digits.reversed().prefix { sextet($0) != nil }.count
    guard run >= lead else { return [] }
    var result: [UInt8] = []
    var (bits, count) = (UInt32(0), 0)
    for digit in digits.suffix(lead + (run - lead) / 4 * 4) {
      bits = bits << 6 | UInt32(sextet(digit)!)
      count += 6
      if count >= 8 {
        count -= 8
        result.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
      }
    }
    if lead > 0 { result.append(UInt8(truncatingIfNeeded: bits << UInt32(last.count) | last.value)) }
    return result
  }

  /// What the numbers of a list stand for that ends with `text` and perhaps a gap.
  private func numbers(_ text: [UInt8], _ stage: StreamStage) -> [UInt8] {
    var result: [UInt8] = []
    var end = text.count
    while true {
      while end > 0, isListGap(text[end - 1]) || text[end - 1] | 0x20 == 0x78 && end > 1 && text[end - 2] == 0x30 {
        end -= isListGap(text[end - 1]) ? 1 : 2
      }
      if end > 0, text[end - 1] == UInt8(ascii: "(") {
        var at = end - 1
        while at > 0, isCallName(text[at - 1]) { at -= 1 }
        while at > 0, isBetweenCalls(text[at - 1]) { at -= 1 }
        guard at > 0, text[at - 1] == UInt8(ascii: ")") else { break }
        end = at - 1
      }
      var start = end
      let most = stage == .hex ? 2 : 3
      while start > 0, end - start < most,
        stage == .hex ? hexValue(text[start - 1]) != nil : 0x30...0x39 ~= text[start - 1]
      {
        start -= 1
      }
      let value = Int(String(decoding: text[start..<end], as: UTF8.self), radix: stage == .hex ? 16 : 10)
      guard let value, value < 256, stage == .decimal || end - start == 2 else { break }
      result.append(UInt8(value))
      end = start
    }
    return result.reversed()
  }
}
