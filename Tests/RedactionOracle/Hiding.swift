// Keys hidden in a text in every way that a stream shows, and the way back, written down a second time:
// nothing here is shared with the filter.

/// A way of hiding a key.
public enum Hiding: CaseIterable, Sendable {
  case percent, percentPart, unicode, unicodePart, hex, reference, utf16le, utf16be, base64, base64url, base64Lines,
    colours
  case rainbow
  case hexDigits, hexBlanks, hexArray, numbers, numberLines, quotedPrintable, quotedPrintablePart, utf32le, utf32be
  case base64Wide, base64Twice, base64Hex, wideBase64, hexBase64
  case base64Percent, base64Unicode, hexTwice, zeroWidth, tags, stars, joints, shellQuotes
  case calls

  /// A text with a key in it, hidden.
  public func hide(
    _ key: [UInt8], before: [UInt8], after: [UInt8], using generator: inout some RandomNumberGenerator
  ) -> [UInt8] {
    let text = before + key + after
    switch self {
    case .utf16le: return text.flatMap { [$0, 0] }
    case .utf16be: return text.flatMap { [0, $0] }
    case .base64: return base64Text(text, "+/", isPadded: true)
    case .base64url: return base64Text(text, "-_", isPadded: false)
    case .base64Lines:
      let width = Int.random(in: 48...76, using: &generator)
      let line = ["\n", "\r\n", "\n    "].randomElement(using: &generator)!
      let whole = base64Text(text, "+/", isPadded: true)
      let lines = stride(from: 0, to: whole.count, by: width).map { whole[$0..<min($0 + width, whole.count)] }
      return Array(lines.joined(separator: Array(line.utf8)))
    case .hexDigits: return hexText(text, "", Bool.random(using: &generator))
    case .hexBlanks: return hexText(text, [" ", ":", "-", ","].randomElement(using: &generator)!, false)
    case .hexArray:
      return Array("0x".utf8) + hexText(text, [", 0x", ",0x", " 0x"].randomElement(using: &generator)!, true)
    case .numbers: return numberText(text, [",", ", ", " "].randomElement(using: &generator)!)
    case .numberLines: return numberText(text, ",\n    ")
    case .utf32le: return text.flatMap { [$0, 0, 0, 0] }
    case .utf32be: return text.flatMap { [0, 0, 0, $0] }
    case .base64Wide: return base64Text(text.flatMap { [$0, 0] }, "+/", isPadded: true)
    case .base64Twice: return base64Text(base64Text(text, "+/", isPadded: true), "+/", isPadded: true)
    case .base64Hex: return base64Text(hexText(text, "", false), "+/", isPadded: true)
    case .wideBase64: return base64Text(text, "+/", isPadded: true).flatMap { [$0, 0] }
    case .hexBase64: return hexText(base64Text(text, "+/", isPadded: true), "", false)
    case .base64Percent, .base64Unicode:
      let isUpper = Bool.random(using: &generator)
      let (beginning, count) = self == .base64Percent ? ("%", 2) : ("\\u", 4)
      let escaped = key.flatMap { Array(beginning.utf8) + digits($0, count, isUpper) }
      return base64Text(before + escaped + after, "+/", isPadded: true)
    case .hexTwice: return hexText(hexText(text, "", Bool.random(using: &generator)), "", false)
    case .calls:
      let isHex = Bool.random(using: &generator)
      let call = isHex ? "chr(0x" : ["CHAR(", "Chr(", "chr("].randomElement(using: &generator)!
      let gap = ["||", "+", " & ", ".", ", "].randomElement(using: &generator)!
      return Array(
        text.map { byte in
          Array(call.utf8) + (isHex ? digits(byte, 2, false) : Array(String(byte).utf8)) + [UInt8(ascii: ")")]
        }.joined(separator: Array(gap.utf8)))
    case .zeroWidth, .tags, .stars, .joints, .shellQuotes:
      return before + parted(key, using: &generator) + after
    default: break
    }
    // At least one character is hidden.
    let certain = Int.random(in: 1..<key.count, using: &generator)
    var hidden: [UInt8] = []
    for (index, byte) in key.enumerated() {
      let isHidden = index == certain || Int.random(in: 0..<8, using: &generator) == 0
      let isUpper = Bool.random(using: &generator)
      switch self {
      case .percent: hidden += Array("%".utf8) + digits(byte, 2, isUpper)
      case .percentPart: hidden += isHidden ? Array("%".utf8) + digits(byte, 2, isUpper) : [byte]
      case .quotedPrintable: hidden += Array("=".utf8) + digits(byte, 2, true)
      case .quotedPrintablePart: hidden += isHidden ? Array("=".utf8) + digits(byte, 2, true) : [byte]
      case .unicode: hidden += Array("\\u".utf8) + digits(byte, 4, isUpper)
      case .unicodePart: hidden += isHidden ? Array("\\u".utf8) + digits(byte, 4, isUpper) : [byte]
      case .hex: hidden += isHidden ? Array("\\x".utf8) + digits(byte, 2, isUpper) : [byte]
      case .reference:
        hidden += isHidden ? Array((isUpper ? "&#x\(String(byte, radix: 16));" : "&#\(byte);").utf8) : [byte]
      case .colours: hidden += isHidden && index > 0 ? Array("\u{1B}[01;31m\u{1B}[K".utf8) + [byte] : [byte]
      default: hidden += Array("\u{1B}[38;5;\(index)m".utf8) + [byte]
      }
    }
    return before + hidden + after
  }

  /// What such a text says; nil when it is not well-formed.
  public func reveal(_ text: [UInt8]) -> [UInt8]? {
    switch self {
    case .utf16le, .utf16be:
      guard text.count % 2 == 0 else { return nil }
      let zero = self == .utf16le ? 1 : 0
      guard stride(from: zero, to: text.count, by: 2).allSatisfy({ text[$0] == 0 }) else { return nil }
      return stride(from: 1 - zero, to: text.count, by: 2).map { text[$0] }
    case .base64: return base64Bytes(text, "+/", isPadded: true)
    case .base64url: return base64Bytes(text, "-_", isPadded: false)
    case .base64Lines: return base64Bytes(text.filter { $0 > 0x20 }, "+/", isPadded: true)
    case .hexDigits: return hexBytes(text)
    case .hexBlanks, .hexArray:
      let parts = text.split { " :-,".utf8.contains($0) }.map { $0.starts(with: "0x".utf8) ? $0.dropFirst(2) : $0 }
      return parts.allSatisfy { $0.count == 2 } ? hexBytes(Array(parts.joined())) : nil
    case .numbers, .numberLines:
      let parts = text.split { " ,\n".utf8.contains($0) }.map { UInt8(String(decoding: $0, as: UTF8.self)) }
      return parts.contains(nil) ? nil : parts.map { $0! }
    case .quotedPrintable, .quotedPrintablePart: return quotedBytes(text)
    case .utf32le, .utf32be:
      guard text.count % 4 == 0, text.count(where: { $0 == 0 }) == 3 * text.count / 4 else { return nil }
      return stride(from: self == .utf32le ? 0 : 3, to: text.count, by: 4).map { text[$0] }
    case .base64Wide: return base64Bytes(text, "+/", isPadded: true).flatMap { Hiding.utf16le.reveal($0) }
    case .base64Twice:
      return base64Bytes(text, "+/", isPadded: true).flatMap { base64Bytes($0, "+/", isPadded: true) }
    case .base64Hex: return base64Bytes(text, "+/", isPadded: true).flatMap(hexBytes)
    case .wideBase64: return Hiding.utf16le.reveal(text).flatMap { base64Bytes($0, "+/", isPadded: true) }
    case .hexBase64: return hexBytes(text).flatMap { base64Bytes($0, "+/", isPadded: true) }
    case .base64Percent, .base64Unicode: return base64Bytes(text, "+/", isPadded: true).flatMap(unescaped)
    case .hexTwice: return hexBytes(text).flatMap(hexBytes)
    case .calls:
      let parts = text.split(separator: UInt8(ascii: "(")).dropFirst().map { $0.split(separator: UInt8(ascii: ")"))[0] }
      let bytes = parts.map { part in
        let isHex = part.starts(with: "0x".utf8)
        return UInt8(String(decoding: isHex ? part.dropFirst(2) : part, as: UTF8.self), radix: isHex ? 16 : 10)
      }
      return bytes.contains(nil) || text.last != UInt8(ascii: ")") ? nil : bytes.map { $0! }
    case .zeroWidth, .tags, .stars, .joints: return without(junk, text)
    case .shellQuotes: return without(["'", "\""], text)
    default: return unescaped(text)
    }
  }
}

extension Hiding {
  /// Dots that take a key's place at most: in base64 what follows has to stay in its place in a group of three.
  public var mostDots: Int { self == .base64Twice ? 11 : 5 }
}

extension Hiding {
  /// Whether it is a guess that what is parted belongs together.
  public var isGuess: Bool { [.tags, .stars, .joints, .shellQuotes].contains(self) }

  /// What stands for nothing in a key; the first of those that begin alike is the longest.
  fileprivate var junk: [String] {
    switch self {
    case .zeroWidth: ["\u{200B}", "\u{AD}", "\u{FEFF}", "\u{2060}"]
    case .tags:
      [
        "<wbr>", "</span><span class=\"s1\">", "<!-- more -->", "</b>",
        "</w:t></w:r><w:proofErr w:type=\"spellEnd\"/><w:r><w:t>",
      ]
    case .stars: ["***", "**", "*", "~~"]
    default:
      [
        "\" + \"", "\"\n    + \"", "\" .. \"", "' '", "'\n  f'", "\" /* the rest */ \"", "\" + // the rest\n  \"",
        "\"  # more\n  # of it\n  \"", "\" || -- rest\n  \"", "\",\n  \"",
      ]
    }
  }

  /// A key with something at two places that leave less than a whole key before them.
  fileprivate func parted(_ key: [UInt8], using generator: inout some RandomNumberGenerator) -> [UInt8] {
    var places = [Int.random(in: 1...20, using: &generator), Int.random(in: 21...50, using: &generator)]
    if self == .zeroWidth { places.append(Int.random(in: 51...65, using: &generator)) }
    var text = key
    for (index, place) in places.enumerated().reversed() where place < key.count {
      let quotes = index == 0 ? "'" : "'\""
      text.insert(contentsOf: (self == .shellQuotes ? quotes : junk.randomElement(using: &generator)!).utf8, at: place)
    }
    return self == .shellQuotes ? text + [UInt8(ascii: "\"")] : text
  }
}

private func without(_ junk: [String], _ text: [UInt8]) -> [UInt8] {
  var result: [UInt8] = []
  var rest = text[...]
  while let byte = rest.first {
    if let found = junk.first(where: { rest.starts(with: $0.utf8) }) {
      rest = rest.dropFirst(found.utf8.count)
    } else {
      result.append(byte)
      rest = rest.dropFirst()
    }
  }
  return result
}

/// The control sequences of a text, in order.
public func codes(in text: [UInt8]) -> [[UInt8]] {
  var codes: [[UInt8]] = []
  var rest = text[...]
  while let start = rest.firstIndex(of: 0x1B) {
    let end = rest[(start + 2)...].firstIndex { $0 >= 0x40 } ?? rest.endIndex - 1
    codes.append(Array(rest[start...end]))
    rest = rest[(end + 1)...]
  }
  return codes
}

private func digits(_ byte: UInt8, _ count: Int, _ isUpper: Bool) -> [UInt8] {
  let text = String(byte, radix: 16, uppercase: isUpper)
  return Array((String(repeating: "0", count: count - text.count) + text).utf8)
}

private func hexText(_ text: [UInt8], _ gap: String, _ isUpper: Bool) -> [UInt8] {
  Array(text.map { digits($0, 2, isUpper) }.joined(separator: Array(gap.utf8)))
}

private func hexBytes(_ text: [UInt8]) -> [UInt8]? {
  let bytes = stride(from: 0, to: text.count, by: 2).map {
    UInt8(String(decoding: text[$0..<min($0 + 2, text.count)], as: UTF8.self), radix: 16)
  }
  return text.count % 2 == 1 || bytes.contains(nil) ? nil : bytes.map { $0! }
}

private func numberText(_ text: [UInt8], _ gap: String) -> [UInt8] {
  Array(text.map { Array(String($0).utf8) }.joined(separator: Array(gap.utf8)))
}

/// What quoted-printable text says, where an equals sign that no digits follow is one.
private func quotedBytes(_ text: [UInt8]) -> [UInt8] {
  var result: [UInt8] = []
  var at = 0
  while at < text.count {
    if text[at] == UInt8(ascii: "="), at + 2 < text.count,
      let value = UInt8(String(decoding: text[(at + 1)...(at + 2)], as: UTF8.self), radix: 16)
    {
      result.append(value)
      at += 3
    } else {
      result.append(text[at])
      at += 1
    }
  }
  return result
}

private func unescaped(_ text: [UInt8]) -> [UInt8]? {
  var result: [UInt8] = []
  var rest = text[...]
  func number(_ from: Int, _ to: Int, _ radix: Int = 16) -> UInt8? {
    guard from < to, to <= rest.endIndex else { return nil }
    return UInt8(String(decoding: rest[from..<to], as: UTF8.self), radix: radix)
  }
  while let byte = rest.first {
    let at = rest.startIndex
    switch byte {
    case 0x1B:
      guard let end = rest[(at + 2)...].firstIndex(where: { $0 >= 0x40 }) else { return nil }
      rest = rest[(end + 1)...]
    case UInt8(ascii: "%"):
      guard let value = number(at + 1, at + 3) else { return nil }
      result.append(value)
      rest = rest[(at + 3)...]
    case UInt8(ascii: "\\"):
      let count = rest[at + 1] == UInt8(ascii: "u") ? 4 : 2
      guard let value = number(at + 2, at + 2 + count) else { return nil }
      result.append(value)
      rest = rest[(at + 2 + count)...]
    case UInt8(ascii: "&"):
      guard let end = rest.firstIndex(of: UInt8(ascii: ";")) else { return nil }
      let isHex = rest[at + 2] == UInt8(ascii: "x")
      guard let value = number(at + (isHex ? 3 : 2), end, isHex ? 16 : 10) else { return nil }
      result.append(value)
      rest = rest[(end + 1)...]
    default:
      result.append(byte)
      rest = rest.dropFirst()
    }
  }
  return result
}

private let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

private func base64Text(_ bytes: [UInt8], _ last: String, isPadded: Bool) -> [UInt8] {
  let alphabet = Array((letters + last).utf8)
  var bits = bytes.flatMap { byte in (0..<8).map { byte >> UInt8(7 - $0) & 1 } }
  while bits.count % 6 != 0 { bits.append(0) }
  var text = stride(from: 0, to: bits.count, by: 6).map { start in
    alphabet[bits[start..<(start + 6)].reduce(0) { $0 << 1 | Int($1) }]
  }
  while isPadded, text.count % 4 != 0 { text.append(UInt8(ascii: "=")) }
  return text
}

private func base64Bytes(_ text: [UInt8], _ last: String, isPadded: Bool) -> [UInt8]? {
  let alphabet = Array((letters + last).utf8)
  let body = text.prefix { $0 != UInt8(ascii: "=") }
  if isPadded, text.count % 4 != 0 || text.count - body.count > 2 { return nil }
  if body.count % 4 == 1 || !isPadded && body.count != text.count { return nil }
  var bits: [UInt8] = []
  for character in body {
    guard let value = alphabet.firstIndex(of: character) else { return nil }
    bits += (0..<6).map { UInt8(value >> (5 - $0) & 1) }
  }
  let count = bits.count / 8
  guard bits[(8 * count)...].allSatisfy({ $0 == 0 }) else { return nil }
  return (0..<count).map { index in bits[(8 * index)..<(8 * index + 8)].reduce(0) { $0 << 1 | $1 } }
}
