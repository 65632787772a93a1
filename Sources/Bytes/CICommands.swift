// Commands that CI systems take from a job's output. GitHub's runner acts on a line whose first characters
// that are not blank are `::`, and on `##[` anywhere in a line; Azure's agent on `##vso[` anywhere. What is
// scanned must not speak to either.

/// A line in which no CI system sees a command: a character of `::` at the start, of `##[` and of `##vso[` is
/// written out, as `:\x3a` and `#\x23[`.
package func withoutCICommands(_ line: String) -> String {
  let bytes = Array(line.utf8)
  let marks = ciCommandMarks(in: bytes, startsLine: true)
  if marks.isEmpty { return line }
  var result: [UInt8] = []
  for (index, byte) in bytes.enumerated() {
    if marks.contains(index) { result += hexEscape(byte).utf8 } else { result.append(byte) }
  }
  return String(decoding: result, as: UTF8.self)
}

/// The second character of each command in a line.
func ciCommandMarks(in line: [UInt8], startsLine: Bool) -> [Int] {
  let (number, colon) = (UInt8(ascii: "#"), UInt8(ascii: ":"))
  guard line.contains(number) || startsLine && line.contains(colon) else { return [] }
  var marks: [Int] = []
  if startsLine {
    let text = String(decoding: line, as: UTF8.self)
    let blanks = text.unicodeScalars.prefix { $0.properties.isWhitespace }
    if text.unicodeScalars.dropFirst(blanks.count).starts(with: "::".unicodeScalars) {
      marks.append(blanks.reduce(0) { $0 + UTF8.width($1) } + 1)
    }
  }
  for index in line.indices.dropLast(2) where line[index] == number && line[index + 1] == number {
    let rest = line[(index + 2)...].prefix(4).map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }
    if rest.first == UInt8(ascii: "[") || rest == Array("vso[".utf8) { marks.append(index + 1) }
  }
  return marks
}
