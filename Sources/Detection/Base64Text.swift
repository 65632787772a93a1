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

/// Where base64 goes on from `at`, which is not at the end of `text`.
@inline(__always)
func base64Break(_ text: UnsafeRawBufferPointer, _ at: Int) -> Base64Break {
  text[at] == 0x0A || text[at] == 0x0D ? lineBreak(text, at) : .goesOn(at)
}

private func lineBreak(_ text: UnsafeRawBufferPointer, _ start: Int) -> Base64Break {
  var at = start
  if text[at] == 0x0D { at += 1 }
  if at == text.count { return .cut }
  if text[at] != 0x0A { return .ends }
  at += 1
  let limit = at + longestIndentation
  while at < text.count, at < limit, isBlank(text[at]) { at += 1 }
  if at == text.count { return .cut }
  return sextet(text[at]) == nil ? .ends : .goesOn(at)
}
