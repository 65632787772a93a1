// The ways back: what a hidden text says, for rows that streams see through. Strict, so that damage is seen.

// MARK: Digits

func base64Bytes(_ text: [UInt8], _ last: String = "+/", isPadded: Bool = true) -> [UInt8]? {
  let alphabet = ascii(base64Letters + last)
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

/// The same in lines, without the letters that fill the first and the last of them.
func base64LineBytes(_ text: [UInt8], before: Int = 0, after: Int = 0) -> [UInt8]? {
  guard let bytes = base64Bytes(text.filter { $0 > 0x20 }), bytes.starts(with: letters(before)),
    bytes.suffix(after).elementsEqual(letters(after))
  else { return nil }
  return Array(bytes.dropFirst(before).dropLast(after))
}

func rest(of text: [UInt8], after start: String) -> [UInt8]? {
  text.starts(with: start.utf8) ? Array(text.dropFirst(start.utf8.count)) : nil
}

func hexBytes(_ text: [UInt8]) -> [UInt8]? {
  let bytes = stride(from: 0, to: text.count, by: 2).map { number(text[$0..<min($0 + 2, text.count)], radix: 16) }
  return text.count % 2 == 1 || bytes.contains(nil) ? nil : bytes.map { $0! }
}

func hexListBytes(_ text: [UInt8]) -> [UInt8]? {
  let parts = text.split { " :-,\n".utf8.contains($0) }.map { $0.starts(with: "0x".utf8) ? $0.dropFirst(2) : $0 }
  return parts.allSatisfy { $0.count == 2 } ? hexBytes(Array(parts.joined())) : nil
}

func numberListBytes(_ text: [UInt8]) -> [UInt8]? {
  let parts = text.split { " ,\n".utf8.contains($0) }.map { number($0, radix: 10) }
  return parts.contains(nil) ? nil : parts.map { $0! }
}

/// What calls with a number each say, whatever is between them.
func callBytes(_ text: [UInt8]) -> [UInt8]? {
  let calls = text.split(separator: UInt8(ascii: "(")).dropFirst()
  let bytes = calls.map { call in
    let digits = call.prefix { $0 != UInt8(ascii: ")") }
    let isHex = digits.starts(with: "0x".utf8)
    return number(isHex ? digits.dropFirst(2) : digits, radix: isHex ? 16 : 10)
  }
  return bytes.contains(nil) || text.last != UInt8(ascii: ")") ? nil : bytes.map { $0! }
}

private func number(_ digits: ArraySlice<UInt8>, radix: Int) -> UInt8? {
  UInt8(String(decoding: digits, as: UTF8.self), radix: radix)
}

func narrow(_ text: [UInt8], _ width: Int, low: Int) -> [UInt8]? {
  let isWide = text.indices.allSatisfy { $0 % width == low || text[$0] == 0 }
  return text.count % width == 0 && isWide ? stride(from: low, to: text.count, by: width).map { text[$0] } : nil
}

// MARK: Escapes

/// - Parameters:
///   - mayStandAlone: `open` without digits after it is what it is; otherwise the text is not well-formed.
///   - blankBefore: a blank after an escape is part of it if one of these follows.
func unescaped(
  _ text: [UInt8], _ open: String, _ count: ClosedRange<Int>, _ close: String = "", radix: Int = 16,
  mayStandAlone: Bool = false, blankBefore: [String] = []
) -> [UInt8]? {
  var result: [UInt8] = []
  var rest = text[...]
  while let first = rest.first {
    let inner = rest.dropFirst(open.utf8.count)
    let digits = inner.prefix(count.upperBound).prefix { UInt8(String(Unicode.Scalar($0)), radix: radix) != nil }
    let end = inner.dropFirst(digits.count)
    if !rest.starts(with: open.utf8) {
      result.append(first)
      rest = rest.dropFirst()
    } else if count.contains(digits.count), end.starts(with: close.utf8), let byte = number(digits, radix: radix) {
      result.append(byte)
      rest = end.dropFirst(close.utf8.count)
      if blankBefore.contains(where: { rest.starts(with: " \($0)".utf8) }) { rest = rest.dropFirst() }
    } else if mayStandAlone {
      result += rest.prefix(open.utf8.count)
      rest = inner
    } else {
      return nil
    }
  }
  return result
}

/// What HTML says, where references are by number or one of the names that rows use.
func references(_ text: [UInt8]) -> [UInt8]? {
  let named = referenceNames.reduce(text) { replacing($1.name, with: String(Unicode.Scalar($1.byte)), in: $0) }
  return unescaped(named, "&#x", 1...3, ";").flatMap { unescaped($0, "&#", 1...3, ";", radix: 10) }
}

func replacing(_ mark: String, with text: String, in bytes: [UInt8]) -> [UInt8] {
  var result: [UInt8] = []
  var rest = bytes[...]
  while let first = rest.first {
    let isMark = rest.starts(with: mark.utf8)
    result += isMark ? ascii(text) : [first]
    rest = rest.dropFirst(isMark ? mark.utf8.count : 1)
  }
  return result
}

// MARK: Control sequences

/// The control sequence that `text` begins with: `ESC [` up to its last byte, or `ESC ]` up to what ends it.
private func code(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
  guard text.first == 0x1B, text.count > 2 else { return nil }
  let parameters = text.dropFirst(2)
  if text[text.startIndex + 1] == UInt8(ascii: "]") {
    guard let end = parameters.firstIndex(where: { $0 == 0x07 || $0 == 0x1B }) else { return nil }
    return text[...(text[end] == 0x07 ? end : min(end + 1, text.endIndex - 1))]
  }
  return parameters.firstIndex { $0 >= 0x40 }.map { text[...$0] }
}

func withoutCodes(_ text: [UInt8]) -> [UInt8]? {
  var result: [UInt8] = []
  var rest = text[...]
  while let first = rest.first {
    if first == 0x1B {
      guard let code = code(rest) else { return nil }
      rest = rest.dropFirst(code.count)
    } else {
      result.append(first)
      rest = rest.dropFirst()
    }
  }
  return result
}

/// The control sequences of a text that change how it is shown, in order: `ESC [` and what follows.
public func displayCodes(in text: [UInt8]) -> [[UInt8]] {
  text.indices.compactMap { place in code(text[place...]).map(Array.init) }.filter { $0[1] == UInt8(ascii: "[") }
}

// MARK: What takes a key apart

/// A text without what stands for nothing in it; where two begin alike, the first counts.
func without(_ junk: [String], _ text: [UInt8]) -> [UInt8] {
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
