// Paths in commands that a report prints for people to copy.

/// A path as a word of a command for a POSIX shell; of bash, zsh and ksh where it holds bytes that
/// are not to be shown as they are.
package func shellWord(_ path: Path) -> String {
  let bytes = path.bytes
  let isPlain = bytes.allSatisfy { byte in
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "._-/+:@%,=".utf8.contains(byte)
    }
  }
  if isPlain && !bytes.isEmpty { return String(decoding: bytes, as: UTF8.self) }
  if bytes.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) {
    return "'"
      + String(decoding: bytes, as: UTF8.self).split(separator: "'", omittingEmptySubsequences: false)
      .joined(separator: "'\\''") + "'"
  }
  var text = "$'"
  for byte in bytes {
    switch byte {
    case UInt8(ascii: "'"), UInt8(ascii: "\\"): text += "\\" + String(UnicodeScalar(byte))
    case 0x20..<0x7F: text += String(UnicodeScalar(byte))
    default:
      let digits = String(byte, radix: 8)
      text += "\\" + String(repeating: "0", count: 3 - digits.count) + digits
    }
  }
  return text + "'"
}
