// The characters of base64 as numbers: RFC 4648, 4 and 5, both alphabets at once.

private let sextets: [UInt8] = {
  var table = [UInt8](repeating: 0xFF, count: 256)
  for (value, character) in base64Alphabet.enumerated() { table[Int(character)] = UInt8(value) }
  table[Int(UInt8(ascii: "-"))] = 62
  table[Int(UInt8(ascii: "_"))] = 63
  return table
}()

private let base64Alphabet = Array(
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

/// The six bits of a character of base64; nil when it is none.
@inline(__always)
public func sextet(_ character: UInt8) -> UInt8? {
  let value = sextets[Int(character)]
  return value < 64 ? value : nil
}

/// The character for six bits.
public func base64Character(_ sextet: UInt8) -> UInt8 { base64Alphabet[Int(sextet & 63)] }

/// The characters for six bits, in both alphabets.
func base64Characters(_ sextet: UInt8) -> [UInt8] {
  switch sextet {
  case 62: Array("+-".utf8)
  case 63: Array("/_".utf8)
  default: [base64Alphabet[Int(sextet)]]
  }
}

/// After the last digit of base64; never the beginning of an escape there.
private let padding = UInt8(ascii: "=")

/// What stands between two characters of base64.
enum Base64Break {
  /// It goes on at an offset: behind a line break and the next line's indentation, or at once.
  case goesOn(Int)
  case ends
  /// The bytes end before that can be told.
  case cut
}

/// Blanks of indentation that base64 goes on behind.
let longestIndentation = 32

/// Where base64 goes on from `at`, which is not at the end of `text`. A line break may be an escaped one, as in JSON.
@inline(__always)
func base64Break(_ text: UnsafeRawBufferPointer, _ at: Int) -> Base64Break {
  let byte = text[at]
  if byte == 0x0A || byte == 0x0D { return lineBreak(text, at) }
  return sextet(byte) == nil && mayBeginEscape(byte) && byte != padding ? lineBreak(text, at) : .goesOn(at)
}

private func lineBreak(_ text: UnsafeRawBufferPointer, _ start: Int) -> Base64Break {
  var at = start
  switch lineEnd(text, &at, 0x0D) {
  case nil: return .cut
  case true?: if at == text.count { return .cut }
  case false?: break
  }
  switch lineEnd(text, &at, 0x0A) {
  case nil: return .cut
  case true?: break
  // No line break: an escaped digit, perhaps.
  case false?: return at == start ? .goesOn(start) : .ends
  }
  let limit = at + longestIndentation
  while at < text.count, at < limit, isBlank(text[at]) { at += 1 }
  if at == text.count { return .cut }
  switch base64Digit(text, at) {
  case .byte: return sextet(text[at]) == nil ? .ends : .goesOn(at)
  case .token: return .goesOn(at)
  case .cut: return .cut
  }
}

/// Goes over one half of a line break, escaped or not.
///
/// - Returns: whether it is there; nil when the bytes end before that can be told.
private func lineEnd(_ text: UnsafeRawBufferPointer, _ at: inout Int, _ byte: UInt8) -> Bool? {
  if text[at] == byte {
    at += 1
    return true
  }
  if text[at] == padding { return false }
  switch readStreamEscape(text, at: at) {
  case .byte: return false
  case .cut: return nil
  case .token(let token):
    guard token.outputCount == 1, token.output == UInt32(byte) else { return false }
    at += token.length
    return true
  }
}

/// The digit of base64 at a place: the byte itself, or an escape of one, as in `\\/` and `%2B`; another byte where
/// there is none.
func base64Digit(_ text: UnsafeRawBufferPointer, _ at: Int) -> StreamUnit {
  if sextet(text[at]) != nil || text[at] == padding { return .byte }
  switch readStreamEscape(text, at: at) {
  case .token(let token) where token.outputCount == 1 && sextet(UInt8(truncatingIfNeeded: token.output)) != nil:
    return .token(token)
  case .cut: return .cut
  default: return .byte
  }
}

/// Where an escaped line break begins that ends at `end`; nil when there is none.
func escapedBreak(_ text: UnsafeRawBufferPointer, endingAt end: Int) -> Int? {
  guard end > 1 else { return nil }
  switch text[end - 1] {
  case UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "A"), UInt8(ascii: "a"), UInt8(ascii: "D"),
    UInt8(ascii: "d"), UInt8(ascii: ";"):
    break
  default: return nil
  }
  let text = UnsafeRawBufferPointer(rebasing: text[..<min(text.count, end + 1)])
  for length in stride(from: min(8, end), through: 2, by: -1) where mayBeginEscape(text[end - length]) {
    if case .token(let token) = readStreamEscape(text, at: end - length), token.length == length,
      token.outputCount == 1, token.output == 0x0A || token.output == 0x0D
    {
      return end - length
    }
  }
  return nil
}
