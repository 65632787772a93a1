// Ways of hiding a key, written once more in plain Swift, as encoders: what the scanner's decoders are
// held against.

import Foundation
import PackFixtures
import TestSupport

/// What a text may be made of for a disguise to be put over it.
enum Content {
  case line, lines, bytes
}

struct KeyDisguise: Sendable, CustomStringConvertible {
  let name: String
  /// As reports call it.
  let encoding: String
  /// What it can be put over.
  let over: Content
  /// What it makes of a line.
  let makes: Content
  /// It takes words apart, which nothing else may do to the same text.
  var breaks = false
  /// Its lines belong together by what they begin with.
  var isDump = false
  let apply: @Sendable ([UInt8]) -> [UInt8]

  var description: String { name }
}

private func ascii(_ text: String) -> [UInt8] { Array(text.utf8) }

private func each(_ text: [UInt8], _ encode: (UInt8) -> String) -> [UInt8] { text.flatMap { ascii(encode($0)) } }

/// Encodes what a real encoder would have to, and what `also` asks for.
private func some(_ text: [UInt8], also: (UInt8) -> Bool, _ encode: (UInt8) -> String) -> [UInt8] {
  text.flatMap { byte -> [UInt8] in
    let mustBe = byte < 0x20 || byte > 0x7E || ascii("%\\&=\"").contains(byte)
    return mustBe || also(byte) ? ascii(encode(byte)) : [byte]
  }
}

private func isSign(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".") }

private func hex(_ byte: UInt8, _ digits: String = "%02x") -> String { String(format: digits, byte) }

private func wrapped(_ text: [UInt8], at width: Int, _ separator: String) -> [UInt8] {
  Array(
    stride(from: 0, to: text.count, by: width).map { Array(text[$0..<min($0 + width, text.count)]) }
      .joined(separator: ascii(separator)))
}

private func wide(_ text: [UInt8], _ width: Int, low: Int) -> [UInt8] {
  text.flatMap { byte in (0..<width).map { $0 == low ? byte : 0 } }
}

/// `text` with junk put in at places that leave whole less than what counts as a whole key.
private func broken(_ text: [UInt8], _ junk: [String]) -> [UInt8] {
  let places = [Int.random(in: 1...20), Int.random(in: 21...50)].filter { $0 < text.count }
  var result = text
  for place in places.reversed() { result.insert(contentsOf: ascii(junk.randomElement()!), at: place) }
  return result
}

private func base64(_ text: [UInt8]) -> [UInt8] { Array(Data(text).base64EncodedData()) }

/// The alignment of what follows is by chance.
private func led(_ text: [UInt8]) -> [UInt8] {
  ascii(String(repeating: "k", count: .random(in: 0...5)) + " ") + text + ascii(" ;")
}

/// Rows of sixteen bytes, below what comes before.
private func dump(_ text: [UInt8], _ row: (_ offset: Int, _ bytes: [String], _ text: String) -> String) -> [UInt8] {
  stride(from: 0, to: text.count, by: 16).flatMap { offset -> [UInt8] in
    let bytes = text[offset..<min(offset + 16, text.count)]
    let shown = bytes.map { 0x20..<0x7F ~= $0 ? Character(Unicode.Scalar($0)) : "." }
    return ascii("\n" + row(offset, bytes.map { hex($0) }, String(shown)))
  }
}

private func padded(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.utf8.count))
}

private func pairs(_ bytes: [String]) -> String {
  stride(from: 0, to: bytes.count, by: 2).map { bytes[$0..<min($0 + 2, bytes.count)].joined() }.joined(separator: " ")
}

/// Deflate without header or checksum.
private func compressed(_ text: [UInt8]) -> [UInt8] { Array(deflated(text).dropFirst(2).dropLast(4)) }

private func gzipped(_ text: [UInt8]) -> [UInt8] {
  [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3] + compressed(text) + [0, 0, 0, 0, 0, 0, 0, 0]
}

private func zipped(_ text: [UInt8]) -> [UInt8] {
  // Its lengths come after the data.
  [0x50, 0x4B, 3, 4, 20, 0, 8, 0, 8, 0] + [UInt8](repeating: 0, count: 16) + [4, 0, 0, 0] + ascii(".env")
    + compressed(text)
}

let keyDisguises: [KeyDisguise] = [
  .init(name: "base64", encoding: "base64", over: .bytes, makes: .line) { base64(led($0)) },
  .init(name: "base64url without padding", encoding: "base64", over: .bytes, makes: .line) { text in
    base64(led(text)).filter { $0 != UInt8(ascii: "=") }.map {
      $0 == UInt8(ascii: "+") ? UInt8(ascii: "-") : $0 == UInt8(ascii: "/") ? UInt8(ascii: "_") : $0
    }
  },
  .init(name: "base64 at 64 columns", encoding: "base64", over: .bytes, makes: .lines) {
    wrapped(base64(led($0) + ascii(String(repeating: "z", count: 60))), at: 64, "\n")
  },
  .init(name: "base64 at 76 columns with CRLF", encoding: "base64", over: .bytes, makes: .lines) {
    wrapped(base64(ascii(String(repeating: "z", count: 40)) + led($0)), at: 76, "\r\n")
  },
  .init(name: "base64 in YAML", encoding: "base64", over: .bytes, makes: .lines) {
    ascii("data: |\n    ")
      + wrapped(base64(ascii(String(repeating: "z", count: 40)) + led($0)), at: 64, "\n    ")
  },
  .init(name: "hex", encoding: "hex", over: .bytes, makes: .line) { each($0) { hex($0) } },
  .init(name: "upper hex", encoding: "hex", over: .bytes, makes: .line) { each($0) { hex($0, "%02X") } },
  .init(name: "hex with blanks", encoding: "hex", over: .bytes, makes: .line) { each($0) { hex($0) + " " } },
  .init(name: "hex with colons", encoding: "hex", over: .bytes, makes: .line) {
    Array(each($0) { hex($0, "%02X:") }.dropLast())
  },
  .init(name: "hex array", encoding: "hex", over: .bytes, makes: .lines) {
    wrapped(each($0) { hex($0, "0x%02x, ") }, at: 72, "\n  ")
  },
  .init(name: "\\x", encoding: "hex", over: .bytes, makes: .line) { each($0) { hex($0, "\\x%02x") } },
  .init(name: "percent", encoding: "percent", over: .bytes, makes: .line) { each($0) { hex($0, "%%%02X") } },
  .init(name: "percent of signs", encoding: "percent", over: .bytes, makes: .line) {
    some($0, also: isSign) { hex($0, "%%%02x") }
  },
  .init(name: "\\u", encoding: "unicode", over: .lines, makes: .line) { each($0) { hex($0, "\\u%04x") } },
  .init(name: "\\u of some", encoding: "unicode", over: .lines, makes: .line) {
    some($0, also: { isSign($0) || $0 % 3 == 0 }) { hex($0, "\\u%04X") }
  },
  .init(name: "\\u{}", encoding: "unicode", over: .lines, makes: .line) { each($0) { hex($0, "\\u{%x}") } },
  .init(name: "\\U", encoding: "unicode", over: .lines, makes: .line) { each($0) { hex($0, "\\U%08x") } },
  .init(name: "HTML by number", encoding: "html", over: .lines, makes: .line) { each($0) { "&#\($0);" } },
  .init(name: "HTML by hex number", encoding: "html", over: .lines, makes: .line) {
    some($0, also: { isSign($0) || $0 % 2 == 0 }) { hex($0, "&#x%X;") }
  },
  .init(name: "HTML by name", encoding: "html", over: .line, makes: .line) { text in
    text.flatMap { byte -> [UInt8] in
      switch byte {
      case UInt8(ascii: "_"): ascii("&lowbar;")
      case UInt8(ascii: "."): ascii("&period;")
      case UInt8(ascii: "&"): ascii("&amp;")
      default: [byte]
      }
    }
  },
  .init(name: "quoted-printable", encoding: "quoted-printable", over: .lines, makes: .line) {
    some($0, also: isSign) { hex($0, "=%02X") }
  },
  .init(
    name: "quoted-printable soft breaks", encoding: "quoted-printable", over: .line, makes: .lines,
    breaks: true
  ) { wrapped($0, at: 40, "=\r\n") },
  .init(name: "UTF-16LE", encoding: "utf-16le", over: .lines, makes: .bytes) { wide($0, 2, low: 0) },
  .init(name: "UTF-16BE", encoding: "utf-16be", over: .lines, makes: .bytes) { wide($0, 2, low: 1) },
  .init(name: "UTF-16 with its mark", encoding: "utf-16le", over: .lines, makes: .bytes) {
    [0xFF, 0xFE] + wide($0, 2, low: 0)
  },
  .init(name: "UTF-32LE", encoding: "utf-32le", over: .lines, makes: .bytes) { wide($0, 4, low: 0) },
  .init(name: "UTF-32BE", encoding: "utf-32be", over: .lines, makes: .bytes) { wide($0, 4, low: 3) },
  .init(name: "colours", encoding: "ansi", over: .line, makes: .line, breaks: true) {
    broken($0, ["\u{1B}[01;31m\u{1B}[K", "\u{1B}[m\u{1B}[K", "\u{1B}[0m"])
  },
  .init(name: "links", encoding: "ansi", over: .line, makes: .line, breaks: true) {
    broken($0, ["\u{1B}]8;;https://example.com/\u{1B}\\", "\u{1B}]8;;\u{7}"])
  },
  .init(name: "zero-width characters", encoding: "zero-width", over: .line, makes: .bytes, breaks: true) {
    broken($0, ["\u{200B}", "\u{AD}", "\u{FEFF}", "\u{2060}"])
  },
  .init(name: "backslash-newline", encoding: "backslash-newline", over: .line, makes: .lines, breaks: true) {
    broken($0, ["\\\n", "\\\r\n"])
  },
  .init(name: "concatenation", encoding: "concatenation", over: .line, makes: .lines, breaks: true) {
    ascii("\"") + broken($0, ["\" + \"", "\"\n    + \"", "\" .. \"", "\" & \"", "\" . \""]) + ascii("\"")
  },
  .init(name: "adjacent literals", encoding: "concatenation", over: .line, makes: .lines, breaks: true) {
    ascii("('") + broken($0, ["' '", "'\n  '", "'\n  f'"]) + ascii("')")
  },
  .init(name: "comments between literals", encoding: "concatenation", over: .line, makes: .lines, breaks: true) {
    ascii("\"")
      + broken(
        $0, ["\" /* the rest */ \"", "\" + // the rest\n  \"", "\"  # more\n  # of it\n  \"", "\" || -- rest\n  \""])
      + ascii("\"")
  },
  .init(name: "quotes of a shell", encoding: "concatenation", over: .line, makes: .line, breaks: true) {
    let (first, second) = (Int.random(in: 5...20), Int.random(in: 25...50))
    return $0[..<first] + ascii("'") + $0[first..<second] + ascii("'\"") + $0[second...] + ascii("\"")
  },
  .init(name: "tags", encoding: "markup", over: .line, makes: .line, breaks: true) {
    let tags = [
      "<wbr>", "</span><span class=\"s1\">", "<!-- more -->", "</w:t></w:r><w:proofErr w:type=\"spellEnd\"/><w:r><w:t>",
    ]
    return ascii("<code>") + broken($0, tags) + ascii("</code>")
  },
  .init(name: "stars", encoding: "markup", over: .line, makes: .line, breaks: true) {
    broken($0, ["*", "**", "***", "~~"])
  },
  .init(name: "xxd", encoding: "hex", over: .bytes, makes: .lines, isDump: true) {
    dump(led($0)) { String(format: "%08x: ", $0) + padded(pairs($1), 39) + "  " + $2 }
  },
  .init(name: "hexdump -C", encoding: "hex", over: .bytes, makes: .lines, isDump: true) {
    dump(led($0)) {
      String(format: "%08x  ", $0)
        + padded($1.prefix(8).joined(separator: " ") + "  " + $1.dropFirst(8).joined(separator: " "), 48)
        + "  |" + $2 + "|"
    }
  },
  .init(name: "curl --trace", encoding: "hex", over: .bytes, makes: .lines, isDump: true) {
    dump(led($0)) { String(format: "%04x: ", $0) + padded($1.joined(separator: " "), 47) + " " + $2 }
  },
  .init(name: "tcpdump -X", encoding: "hex", over: .bytes, makes: .lines, isDump: true) {
    dump(led($0)) { String(format: "\t0x%04x:  ", $0) + padded(pairs($1), 39) + "  " + $2 }
  },
  .init(name: "od in octal", encoding: "hex", over: .bytes, makes: .lines, isDump: true) {
    dump(led($0)) { bytes, digits, _ in String(format: "%07o ", bytes) + digits.joined(separator: " ") }
  },
  .init(name: "words of hexdump", encoding: "hex", over: .bytes, makes: .lines, isDump: true) {
    dump(led($0) + ($0.count % 2 == 0 ? [] : [0x20])) { offset, digits, _ in
      String(format: "%07x ", offset)
        + stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0 + 1] + digits[$0] }.joined(separator: " ")
    }
  },
  .init(name: "hex with dashes", encoding: "hex", over: .bytes, makes: .line) {
    Array(each($0) { hex($0, "%02X-") }.dropLast())
  },
  .init(name: "CHAR()||CHAR()", encoding: "decimal", over: .bytes, makes: .line) {
    ascii("SELECT ") + $0.map { "CHAR(\($0))" }.joined(separator: "||").utf8
  },
  .init(name: "chr(0x)+chr(0x)", encoding: "hex", over: .bytes, makes: .line) {
    ascii("$key = ") + $0.map { hex($0, "chr(0x%02x)") }.joined(separator: "+").utf8
  },
  .init(name: "gzip in base64", encoding: "base64>gzip", over: .bytes, makes: .line) { base64(gzipped(led($0))) },
  .init(name: "zlib in base64", encoding: "base64>zlib", over: .bytes, makes: .line) { base64(deflated(led($0))) },
  .init(name: "deflate in base64", encoding: "base64>deflate", over: .bytes, makes: .line) {
    base64(compressed(led($0)))
  },
  .init(name: "zip in base64", encoding: "base64>zip", over: .bytes, makes: .line) { base64(zipped(led($0))) },
  .init(name: "gzip in base64 at 76 columns", encoding: "base64>gzip", over: .bytes, makes: .lines) {
    wrapped(base64(gzipped(led($0))), at: 76, "\n")
  },
  .init(name: "gzip in hex", encoding: "hex>gzip", over: .bytes, makes: .line) { each(gzipped(led($0))) { hex($0) } },
  .init(name: "JSON array", encoding: "concatenation", over: .line, makes: .lines, breaks: true) {
    ascii("[\"") + broken($0, ["\",\n  \""]) + ascii("\"]")
  },
]

extension KeyDisguise {
  /// Whether a real program could put this over what `inner` makes.
  func canCover(_ inner: KeyDisguise) -> Bool {
    if breaks && inner.breaks { return false }
    // Stars in Markdown are put in what a reader reads. Base64 with stars close to its beginning may be missed.
    if name == "stars" { return false }
    // An escape taken apart is no escape any more.
    if breaks && !["base64", "base64url without padding"].contains(inner.name) { return false }
    // Digits in pieces of forty are too short to be noticed, and so are escapes of nothing but zeros.
    if name == "quoted-printable soft breaks" { return false }
    if name == "percent of signs" && inner.makes == .bytes { return false }
    // Of a literal with tags in one half and names in the other no piece is left.
    if name == "HTML by name" && ["tags", "stars"].contains(inner.name) { return false }
    // Ends of rows alone are no reason to decode a text.
    if inner.isDump && ["percent of signs", "\\u of some", "HTML by hex number", "quoted-printable"].contains(name) {
      return false
    }
    return switch over {
    case .line: inner.makes == .line
    case .lines: inner.makes != .bytes
    case .bytes: true
    }
  }
}
