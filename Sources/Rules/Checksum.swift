// The checksum at the end of GitHub's tokens, by which a random text is told from a token.
// Source: GitHub's "Behind GitHub's new authentication token formats".

/// Whether the last six characters are the CRC-32 of those before them, after the last `_`, in base62.
package func hasChecksum(_ secret: UnsafeRawBufferPointer) -> Bool {
  let start = secret.lastIndex(of: UInt8(ascii: "_")).map { $0 + 1 } ?? 0
  guard secret.count - start > checksumLength else { return false }
  let end = secret.count - checksumLength
  return secret[end...].elementsEqual(checksum(of: secret[start..<end]))
}

let checksumLength = 6

/// The CRC-32 of a text in base62, six digits.
func checksum(of text: some Sequence<UInt8>) -> [UInt8] {
  var sum = ~UInt32(0)
  for byte in text {
    sum ^= UInt32(byte)
    for _ in 0..<8 { sum = sum & 1 == 0 ? sum >> 1 : (sum >> 1) ^ 0xEDB8_8320 }
  }
  var rest = ~sum
  var characters: [UInt8] = []
  for _ in 0..<checksumLength {
    characters.append(base62[Int(rest % 62)])
    rest /= 62
  }
  return characters.reversed()
}

private let base62 = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
