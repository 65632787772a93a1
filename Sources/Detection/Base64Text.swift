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
