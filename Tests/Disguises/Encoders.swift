// What rows of the catalogue are written with: digits, escapes, lines and pieces.

internal import PackFixtures
internal import Rules

func ascii(_ text: String) -> [UInt8] { Array(text.utf8) }

/// Bytes that are no key, to fill lines with.
func letters(_ count: Int) -> [UInt8] { Array(repeating: UInt8(ascii: "z"), count: count) }

// MARK: Digits

func digits(_ value: Int, _ count: Int, radix: Int = 16, isUpper: Bool = false) -> String {
  let text = String(value, radix: radix, uppercase: isUpper)
  return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
}

func hex(_ byte: UInt8, isUpper: Bool = false) -> String { digits(Int(byte), 2, isUpper: isUpper) }

/// Two digits a byte, in one case for a whole text.
func hexWriter(_ random: inout SeededGenerator) -> (UInt8) -> String {
  let isUpper = Bool.random(using: &random)
  return { hex($0, isUpper: isUpper) }
}

let base64Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

func base64(_ bytes: [UInt8], _ last: String = "+/", isPadded: Bool = true) -> [UInt8] {
  let alphabet = ascii(base64Letters + last)
  var bits = bytes.flatMap { byte in (0..<8).map { byte >> UInt8(7 - $0) & 1 } }
  while bits.count % 6 != 0 { bits.append(0) }
  var text = stride(from: 0, to: bits.count, by: 6).map { start in
    alphabet[bits[start..<(start + 6)].reduce(0) { $0 << 1 | Int($1) }]
  }
  while isPadded, text.count % 4 != 0 { text.append(UInt8(ascii: "=")) }
  return text
}

// MARK: Characters

func each(_ text: [UInt8], _ encode: (UInt8) -> String) -> [UInt8] { text.flatMap { ascii(encode($0)) } }

func list(_ text: [UInt8], _ separator: String, _ encode: (UInt8) -> String) -> [UInt8] {
  ascii(text.map(encode).joined(separator: separator))
}

/// Encodes what a real encoder would have to, and what `also` asks for.
func some(_ text: [UInt8], also: (UInt8) -> Bool, _ encode: (UInt8) -> String) -> [UInt8] {
  text.flatMap { byte -> [UInt8] in
    let mustBe = byte < 0x20 || byte > 0x7E || ascii("%\\&=\"").contains(byte)
    return mustBe || also(byte) ? ascii(encode(byte)) : [byte]
  }
}

func isSign(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".") }

/// Encodes one character in eight, at least one, each in upper or lower case.
func byChance(
  _ text: [UInt8], _ random: inout SeededGenerator, _ encode: (_ byte: UInt8, _ isUpper: Bool) -> String
) -> [UInt8] {
  let certain = text.indices.randomElement(using: &random)
  var result: [UInt8] = []
  for (index, byte) in text.enumerated() {
    let isHidden = index == certain || Int.random(in: 0..<8, using: &random) == 0
    result += isHidden ? ascii(encode(byte, .random(using: &random))) : [byte]
  }
  return result
}

let referenceNames = [
  (name: "&lowbar;", byte: UInt8(ascii: "_")), (name: "&period;", byte: UInt8(ascii: ".")),
  (name: "&amp;", byte: UInt8(ascii: "&")),
]

func wide(_ text: [UInt8], _ width: Int, low: Int) -> [UInt8] {
  text.flatMap { byte in (0..<width).map { $0 == low ? byte : 0 } }
}

// MARK: Lines and pieces

func wrapped(_ text: [UInt8], at width: Int, _ separator: String) -> [UInt8] {
  Array(
    stride(from: 0, to: text.count, by: width).map { text[$0..<min($0 + width, text.count)] }
      .joined(separator: ascii(separator)))
}

/// `text` with junk put in at places that leave whole less than what counts as a whole key.
func broken(_ text: [UInt8], _ junk: [String], _ random: inout SeededGenerator) -> [UInt8] {
  let places = [Int.random(in: 1...20, using: &random), Int.random(in: 21...50, using: &random)]
  var result = text
  for place in places.reversed() where place < text.count {
    result.insert(contentsOf: ascii(junk.randomElement(using: &random)!), at: place)
  }
  return result
}

func quoted(_ text: [UInt8], _ open: String, _ close: String) -> [UInt8] { ascii(open) + text + ascii(close) }

/// With a colour in its identifier, the escape character written in another way.
func coloured(_ text: [UInt8], _ escape: String) -> [UInt8] {
  text.prefix(5) + ascii(escape + "[01;31m") + text.dropFirst(5).prefix(20) + ascii(escape + "[m") + text.dropFirst(25)
}

// MARK: Dumps

/// Rows of sixteen bytes, below what comes before.
func dump(_ text: [UInt8], _ row: (_ offset: Int, _ bytes: [String], _ text: String) -> String) -> [UInt8] {
  stride(from: 0, to: text.count, by: 16).flatMap { offset -> [UInt8] in
    let bytes = text[offset..<min(offset + 16, text.count)]
    let shown = bytes.map { 0x20..<0x7F ~= $0 ? Character(Unicode.Scalar($0)) : "." }
    return ascii("\n" + row(offset, bytes.map { hex($0) }, String(shown)))
  }
}

func padded(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.utf8.count))
}

func pairs(_ bytes: [String]) -> String {
  stride(from: 0, to: bytes.count, by: 2).map { bytes[$0..<min($0 + 2, bytes.count)].joined() }.joined(separator: " ")
}

// MARK: Compressed data

/// Deflate without header or checksum.
func rawDeflated(_ text: [UInt8]) -> [UInt8] { deflated(text).dropFirst(2).dropLast(4) }

func gzipped(_ text: [UInt8]) -> [UInt8] {
  [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3] + rawDeflated(text) + [0, 0, 0, 0, 0, 0, 0, 0]
}

func zipped(_ text: [UInt8]) -> [UInt8] {
  // Its lengths come after the data.
  [0x50, 0x4B, 3, 4, 20, 0, 8, 0, 8, 0] + [UInt8](repeating: 0, count: 16) + [4, 0, 0, 0] + ascii(".env")
    + rawDeflated(text)
}
