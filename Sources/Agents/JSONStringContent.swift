// The content of a JSON string: decoding it, writing content as a string, and finding the place in the
// string that a place in the content came from.

import Bytes

/// The content of a string as UTF-8. Half of a surrogate pair becomes the three bytes that UTF-8 would
/// have for it, so that nothing of the content is lost or joined.
package func decoded(_ literal: JSONText.Literal, in text: UnsafeRawBufferPointer) -> [UInt8] {
  var reader = ContentReader(of: literal, in: text)
  return [UInt8](unsafeUninitializedCapacity: literal.range.count) { content, count in
    count = reader.read(into: UnsafeMutableRawBufferPointer(content))
  }
}

/// Reads the content of a string piece by piece.
struct ContentReader {
  private let raw: UnsafeRawBufferPointer
  private let hasEscapes: Bool
  /// Bytes of the string that were read.
  private var at = 0

  init(of literal: JSONText.Literal, in text: UnsafeRawBufferPointer) {
    raw = UnsafeRawBufferPointer(rebasing: text[literal.range])
    hasEscapes = literal.hasEscapes
  }

  /// Puts the next bytes of the content into `space`, which holds a character at least.
  ///
  /// - Returns: how many; 0 at the end.
  mutating func read(into space: UnsafeMutableRawBufferPointer) -> Int {
    var count = 0
    while at < raw.count {
      let most = min(raw.count - at, space.count - count)
      let run = hasEscapes ? plainRun(in: raw, from: at, atMost: most) : most
      if run > 0 { (space.baseAddress! + count).copyMemory(from: raw.baseAddress! + at, byteCount: run) }
      count += run
      at += run
      if at == raw.count || count == space.count { break }
      let escape = Escape(in: raw, at: at)
      if escape.contentLength > space.count - count { break }
      escape.appendUTF8 { byte in
        space[count] = byte
        count += 1
      }
      at += escape.length
    }
    return count
  }
}

/// Bytes up to the next backslash.
private func plainRun(in raw: UnsafeRawBufferPointer, from start: Int, atMost most: Int) -> Int {
  typealias Block = SIMD16<UInt8>
  let backslash = Block(repeating: UInt8(ascii: "\\"))
  let end = start + most
  var at = start
  while at + 16 <= end {
    if any(raw.loadUnaligned(fromByteOffset: at, as: Block.self) .== backslash) { break }
    at += 16
  }
  while at < end, raw[at] != UInt8(ascii: "\\") { at += 1 }
  return at - start
}

/// An escape of a string that was found sound.
private struct Escape {
  let scalar: UInt32
  /// Bytes in the string.
  let length: Int

  init(in raw: UnsafeRawBufferPointer, at: Int) {
    guard raw[at + 1] == UInt8(ascii: "u") else {
      length = 2
      scalar =
        switch raw[at + 1] {
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: UInt32(raw[at + 1])
        }
      return
    }
    let first = Self.unit(in: raw, at: at)
    if UTF16.isLeadSurrogate(first), at + 12 <= raw.count, raw[at + 6] == UInt8(ascii: "\\"),
      raw[at + 7] == UInt8(ascii: "u")
    {
      let second = Self.unit(in: raw, at: at + 6)
      if UTF16.isTrailSurrogate(second) {
        length = 12
        scalar = 0x10000 + (UInt32(first & 0x3FF) << 10 | UInt32(second & 0x3FF))
        return
      }
    }
    length = 6
    scalar = UInt32(first)
  }

  private static func unit(in raw: UnsafeRawBufferPointer, at: Int) -> UInt16 {
    raw[(at + 2)..<(at + 6)].reduce(0) { $0 << 4 | UInt16(hexValue($1) ?? 0) }
  }

  /// Bytes of the content.
  var contentLength: Int { scalar < 0x80 ? 1 : scalar < 0x800 ? 2 : scalar < 0x10000 ? 3 : 4 }

  func appendUTF8(_ append: (UInt8) -> Void) {
    func tail(_ shift: UInt32) -> UInt8 { 0x80 | UInt8(truncatingIfNeeded: scalar >> shift & 0x3F) }
    switch contentLength {
    case 1: append(UInt8(scalar))
    case 2:
      append(0xC0 | UInt8(scalar >> 6))
      append(tail(0))
    case 3:
      append(0xE0 | UInt8(scalar >> 12))
      append(tail(6))
      append(tail(0))
    default:
      append(0xF0 | UInt8(scalar >> 18))
      append(tail(12))
      append(tail(6))
      append(tail(0))
    }
  }
}

/// Turns places in a string's content into places in the text, going forward.
struct ContentPlaces {
  private let text: UnsafeRawBufferPointer
  private let literal: JSONText.Literal
  /// The same place, in bytes of the string and of its content.
  private var at = 0
  private var content = 0
  /// Bytes of the string that the escape before `at` has.
  private var escapeLength = 0

  init(of literal: JSONText.Literal, in text: UnsafeRawBufferPointer) {
    self.literal = literal
    self.text = text
  }

  /// A place that cuts no character in two: the text would be JSON no longer.
  ///
  /// - Parameters:
  ///   - offset: in bytes of the content; none before the last one that was asked for.
  ///   - roundsUp: within a character, the place after it rather than the one before it.
  mutating func place(of offset: Int, roundsUp: Bool) -> Int {
    let raw = UnsafeRawBufferPointer(rebasing: text[literal.range])
    if literal.hasEscapes {
      while content < offset {
        let run = plainRun(in: raw, from: at, atMost: min(raw.count - at, offset - content))
        at += run
        content += run
        if content == offset { break }
        let escape = Escape(in: raw, at: at)
        at += escape.length
        content += escape.contentLength
        escapeLength = escape.length
      }
      if content > offset { return literal.range.lowerBound + (roundsUp ? at : at - escapeLength) }
    } else {
      at = offset
    }
    var place = at
    while place > 0, place < raw.count, raw[place] & 0xC0 == 0x80 { place += roundsUp ? 1 : -1 }
    return literal.range.lowerBound + place
  }
}

/// Content as it is written between the quotes of a JSON string: UTF-8, or the surrogates of `decoded`.
package func jsonContent(_ content: [UInt8]) -> [UInt8] {
  var result: [UInt8] = []
  result.reserveCapacity(content.count)
  var at = 0
  while at < content.count {
    let byte = content[at]
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): result += [UInt8(ascii: "\\"), byte]
    case 0x0A: result += Array("\\n".utf8)
    case 0x0D: result += Array("\\r".utf8)
    case 0x09: result += Array("\\t".utf8)
    case 0..<0x20, 0x7F: result += unicodeEscape(UInt16(byte))
    case 0xED where at + 2 < content.count && content[at + 1] >= 0xA0:
      let low = UInt16(content[at + 1] & 0x3F) << 6 | UInt16(content[at + 2] & 0x3F)
      result += unicodeEscape(0xD000 | low)
      at += 2
    default: result.append(byte)
    }
    at += 1
  }
  return result
}

private func unicodeEscape(_ unit: UInt16) -> [UInt8] {
  Array("\\u".utf8) + hexDigits(UInt8(unit >> 8)) + hexDigits(UInt8(unit & 0xFF))
}
