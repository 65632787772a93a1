// Bytes from a repository made fit to show: no control byte, no invalid UTF-8 and no character that
// changes the direction or hides text reaches a terminal or a JSON string as itself.

/// A line in which everything that a terminal or a CI system could obey is written out, as `\x1b`,
/// `\u{202e}` or `#\x23[`. A tab stays a tab.
package func escapedForTerminal(_ bytes: some Sequence<UInt8>) -> String {
  var result = ""
  eachScalar(of: bytes) { scalar, invalid, _ in
    if let invalid {
      result += hexEscape(invalid)
    } else if scalar == "\t" || !isTreacherous(scalar) {
      result.unicodeScalars.append(scalar)
    } else if scalar == "\n" {
      result += "\\n"
    } else if scalar.value < 0x80 {
      result += hexEscape(UInt8(scalar.value))
    } else {
      result += "\\u{\(String(scalar.value, radix: 16))}"
    }
  }
  return withoutCICommands(result)
}

/// A JSON string (RFC 8259, section 7), quotes included. Bytes that are no UTF-8 become the text
/// `\xNN`; a `#` that a CI system would take a command from is written as its escape, which readers undo.
package func jsonString(_ bytes: some Sequence<UInt8>) -> [UInt8] {
  var result: [UInt8] = [UInt8(ascii: "\"")]
  let bytes = Array(bytes)
  let commands = ciCommandMarks(in: bytes, startsLine: false)
  let isPlain = bytes.allSatisfy {
    (0x20..<0x7F).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
  }
  if commands.isEmpty, isPlain {
    return result + bytes + result
  }
  eachScalar(of: bytes) { scalar, invalid, index in
    if let invalid {
      result.append(contentsOf: "\\".utf8)
      result.append(contentsOf: hexEscape(invalid).utf8)
      return
    }
    switch scalar {
    case "\"": result.append(contentsOf: "\\\"".utf8)
    case "\\": result.append(contentsOf: "\\\\".utf8)
    case "\n": result.append(contentsOf: "\\n".utf8)
    case "\r": result.append(contentsOf: "\\r".utf8)
    case "\t": result.append(contentsOf: "\\t".utf8)
    default:
      if isTreacherous(scalar) || commands.contains(index) {
        for unit in String(scalar).utf16 {
          let digits = String(unit, radix: 16)
          result.append(contentsOf: "\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)".utf8)
        }
      } else {
        result.append(contentsOf: UTF8.encode(scalar)!)
      }
    }
  }
  result.append(UInt8(ascii: "\""))
  return result
}

func hexEscape(_ byte: UInt8) -> String {
  let digits = String(byte, radix: 16)
  return "\\x" + (digits.count == 1 ? "0" : "") + digits
}

/// Control characters, those that change direction, and those that take no room (Unicode Technical
/// Standard 39; CVE-2021-42574).
private func isTreacherous(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0..<0x20, 0x7F..<0xA0, 0xAD, 0x34F, 0x61C, 0x115F...0x1160, 0x17B4...0x17B5, 0x180B...0x180F,
    0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0x3164, 0xFE00...0xFE0F, 0xFEFF, 0xFFA0,
    0xFFF0...0xFFFB, 0x1BCA0...0x1BCA3, 0x1D173...0x1D17A, 0xE0000...0xE0FFF:
    true
  default: false
  }
}

/// Calls `body` with each scalar, or with the byte if it is not part of one, and with its index.
private func eachScalar(
  of bytes: some Sequence<UInt8>, _ body: (Unicode.Scalar, _ invalid: UInt8?, _ index: Int) -> Void
) {
  let all = Array(bytes)
  var at = 0
  while at < all.count {
    if all[at] < 0x80 {
      body(Unicode.Scalar(all[at]), nil, at)
      at += 1
      continue
    }
    let length = all[at] >= 0xF0 ? 4 : all[at] >= 0xE0 ? 3 : 2
    let part = all[at..<min(at + length, all.count)]
    if let text = String(validating: part, as: UTF8.self), text.unicodeScalars.count == 1 {
      body(text.unicodeScalars.first!, nil, at)
      at += part.count
    } else {
      body("\u{FFFD}", all[at], at)
      at += 1
    }
  }
}
