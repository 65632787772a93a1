// Keys in dumps of many rows, most of which look alike: where they are, and what rows that look different change.

import Detection
import Foundation
import TestSupport
import Testing

struct DumpTests {
  /// A row: its offset, and sixteen bytes of two digits each.
  typealias Row = @Sendable (_ offset: Int, _ bytes: [String]) -> String

  private static func hex(_ number: Int, _ count: Int, radix: Int = 16) -> String {
    let digits = String(number, radix: radix)
    return String(repeating: "0", count: max(0, count - digits.utf8.count)) + digits
  }

  private static func pairs(_ bytes: [String]) -> String {
    stride(from: 0, to: bytes.count, by: 2).map { bytes[$0..<min($0 + 2, bytes.count)].joined() }
      .joined(separator: " ")
  }

  private static let kinds: [(name: String, row: Row)] = [
    ("xxd", { hex($0, 8) + ": " + pairs($1) + "  ................\n" }),
    (
      "hexdump -C",
      { hex($0, 8) + "  " + $1.prefix(8).joined(separator: " ") + "  " + $1.dropFirst(8).joined(separator: " ") + "\n" }
    ),
    ("od -A d", { hex($0, 7, radix: 10) + " " + $1.joined(separator: " ") + "\n" }),
    ("od -A o", { hex($0, 7, radix: 8) + " " + $1.joined(separator: " ") + "\n" }),
    ("tcpdump -X", { "\t0x" + hex($0, 4) + ":  " + pairs($1) + "  ................\r\n" }),
    ("a debugger", { "0x7fffffff" + hex($0, 6) + ":\t" + $1.map { "0x" + $0 }.joined(separator: "\t") + "\n" }),
    ("Netty", { "|" + hex($0, 8) + "| " + $1.joined(separator: " ") + " |................|\n" }),
    (
      "OpenSSL",
      {
        hex($0, 4) + " - " + $1.prefix(8).joined(separator: " ") + "-" + $1.dropFirst(8).joined(separator: " ")
          + "   ................\n"
      }
    ),
    ("in JSON", { hex($0, 8).uppercased() + ": " + $1.joined(separator: " ").uppercased() + "  |..|\\n" }),
  ]

  /// The dump of `bytes`, row by row, and where the digits of each begin.
  private func dump(_ bytes: [UInt8], _ row: Row) -> [String] {
    stride(from: 0, to: bytes.count, by: 16).map { offset in
      row(offset, bytes[offset..<min(offset + 16, bytes.count)].map { Self.hex(Int($0), 2) })
    }
  }

  private func hidden(in text: [UInt8]) -> [Match] {
    var scanner = Scanner(rules: builtInRules)
    var found: [Match] = []
    text.withUnsafeBytes { scanner.searchHidden($0, from: 0, until: text.count, besides: [], into: &found) }
    return found
  }

  private func keys(in rows: [String]) -> [[UInt8]] {
    hidden(in: Array(rows.joined().utf8)).compactMap(\.disguise?.key)
  }

  /// Text with keys in it.
  private func content(_ keys: [[UInt8]]) -> [UInt8] {
    keys.flatMap { characters(.random(in: 0...200), of: base62) + [0x20] + $0 + [0x20] } + characters(600, of: base62)
  }

  @Test func `a key is found among bytes that are no text, whatever its offset`() {
    for (name, row) in Self.kinds where name != "in JSON" {
      for before in stride(from: 0, to: 272, by: 3) {
        let key = makeKey()
        func others(_ count: Int) -> [UInt8] { (0..<count).map { _ in .random(in: 0x80...0xFF) } }
        let rows = dump(others(before + 640) + key + others(200), row)
        #expect(keys(in: rows) == [key], "\(name), \(before)")
      }
    }
  }

  /// A date is an offset and two bytes too.
  @Test(arguments: [
    "2025-01-02 log line before 12\n", "12\n", "2025-01-02\n", "id 7f3a\n", "10.0.0.1 22\n", "0000 11 22\n",
    "2025-01-02 03:04\n2025-01-02 03:05\n", "cafe 00 01 02 03\nbabe\n",
  ]) func `lines of digits above a dump are none of its rows`(above: String) {
    for (name, row) in Self.kinds {
      for before in 0..<48 {
        let key = makeKey()
        let rows = dump(characters(before, of: base62) + [0x20] + key + [0x20], row)
        #expect(keys(in: [above] + rows) == [key], "\(name), \(before)")
      }
    }
  }

  /// As in a log in JSON, in HTML and in a print of Python.
  @Test(arguments: ["{\"log\": \"", "<pre>", "b'", "dump:"]) func `a sign may stand before the first row`(lead: String)
  {
    for (name, row) in Self.kinds where name != "tcpdump -X" {
      for before in 0..<16 {
        let key = makeKey()
        let rows = dump(characters(before, of: [0x2E]) + key + [0x20], row)
        #expect(keys(in: [lead] + rows) == [key], "\(name), \(before)")
      }
    }
  }

  /// As in logs, whose lines begin with a time.
  @Test(arguments: [
    "[   12.3456##] ", "web-1  | ", "2025-01-02T03:04:05.##Z ", "2025-01-02 03:04:## ", "DEBUG:root:", " * ", "// ",
    "+",
    "17329176## ", "{\"log\":\"",
  ]) func `each row may have as many bytes before it`(lead: String) {
    for (name, row) in Self.kinds where name != "in JSON" {
      for before in stride(from: 0, to: 80, by: 5) {
        let key = makeKey()
        let start = 300 + before
        let rows = dump(characters(start - 1, of: base62) + [0x20] + key + characters(300, of: base62), row)
        let lines = rows.map { lead.replacing("##", with: "\(Int.random(in: 10...99))") + $0 }
        let found = hidden(in: Array(("2025-01-02 03:04 the dump:\n" + lines.joined()).utf8))
        #expect(found.map(\.disguise?.key) == [key], "\(name), \(before)")
      }
    }
  }

  @Test func `a key is found at its place wherever it lies`() {
    for (name, row) in Self.kinds {
      for before in 0..<80 {
        let key = makeKey()
        let start = 640 + before
        let rows = dump(characters(start - 1, of: base62) + [0x20] + key + characters(900, of: [0x20]), row)
        let text = Array(rows.joined().utf8)
        let found = hidden(in: text)
        #expect(found.map(\.disguise?.key) == [key], "\(name), \(before)")
        guard let range = found.first?.range else { continue }
        let first = rows[..<(start / 16)].joined().utf8.count
        let last = rows[..<((start + key.count - 1) / 16)].joined().utf8.count
        #expect(range.lowerBound > first && range.lowerBound < first + rows[start / 16].utf8.count)
        #expect(range.upperBound > last && range.upperBound < last + 100)
        func digits(_ byte: UInt8) -> String { Self.hex(Int(byte), 2) }
        func shown(_ range: Range<Int>) -> String { String(decoding: text[range], as: UTF8.self).lowercased() }
        #expect(shown(range.lowerBound..<(range.lowerBound + 2)) == digits(key.first!), "\(name), \(before)")
        #expect(shown((range.upperBound - 2)..<range.upperBound) == digits(key.last!), "\(name), \(before)")
      }
    }
  }

  @Test func `rows that look different change nothing`() {
    for (name, row) in Self.kinds where name != "in JSON" {
      for _ in 0..<30 {
        let keys = (0..<4).map { _ in makeKey() }
        var rows = dump(content(keys), row)
        for _ in 0..<3 {
          let changed = Int.random(in: 1..<(rows.count - 1))
          switch Int.random(in: 0..<3) {
          case 0: rows[changed] = " " + rows[changed]
          case 1: rows[changed] = "\n" + rows[changed]
          default: rows[changed] = String(rows[changed].dropLast()) + "   a \\ b\n"
          }
        }
        #expect(self.keys(in: rows) == keys, "\(name)")
      }
    }
  }

  @Test func `a row that is missing ends a dump`() {
    let key = makeKey()
    var rows = dump(characters(319, of: base62) + [0x20] + key + characters(640, of: base62), Self.kinds[0].row)
    rows.remove(at: 21)
    #expect(keys(in: rows).isEmpty)
  }

  @Test func `what stands in a row after its bytes is looked at by itself`() {
    let (first, second) = (makeKey(), makeKey())
    // Base64 of `k` begins like hex.
    let base64 = Data(Array("kk ".utf8) + second + Array(" ;".utf8)).base64EncodedString()
    for beside in [base64, second.map { String($0) }.joined(separator: ",")] {
      for (name, row) in Self.kinds {
        for before in [300, 301, 307] {
          let rows = dump(characters(before - 1, of: base62) + [0x20] + first + [0x20, 0x3B], row)
          for place in [0, 10, 15, rows.count - 1] {
            let end = name == "in JSON" ? "\\n" : "\n"
            var rows = rows
            rows[place] = rows[place].dropLast(end.utf8.count) + "  \(beside)\(end)"
            let found = hidden(in: Array((rows.joined() + "next line\n").utf8)).compactMap(\.disguise?.key)
            #expect(Set(found) == [first, second], "\(name), \(before), \(place)")
          }
        }
      }
    }
  }

  @Test func `a backslash and an n beside the bytes end no row`() {
    let key = makeKey()
    for (name, row) in Self.kinds where name != "in JSON" {
      let rows = dump([0x20] + key + characters(300, of: base62), row).map { String($0.dropLast()) + "  ..\\nab..\n" }
      #expect(keys(in: rows) == [key], "\(name)")
    }
  }

  @Test func `the first row may stand behind a name`() {
    let key = makeKey()
    for (name, row) in Self.kinds {
      var rows = dump([0x20] + key + characters(300, of: base62), row)
      rows[0] = "request body: " + rows[0]
      #expect(keys(in: rows) == [key], "\(name)")
    }
  }

  @Test func `the first row may be the beginning of what was decoded`() {
    let key = makeKey()
    let rows = dump([0x20] + key + characters(300, of: base62), Self.kinds[0].row)
    let texts = [String(decoding: characters(60, of: base62), as: UTF8.self), rows.joined()].map {
      Data($0.utf8).base64EncodedString()
    }
    #expect(keys(in: ["a = \(texts[0])\nb = \(texts[1])\n"]) == [key])
  }

  @Test func `a list of numbers may stand right above a dump`() {
    for (name, row) in Self.kinds {
      for (gap, radix) in [(":", 16), (" ", 16), (", ", 10)] {
        let found = [makeKey(), makeKey()]
        let list = found[0].map { Self.hex(Int($0), 2, radix: radix) }.joined(separator: gap)
        let rows = dump([0x20] + found[1] + characters(300, of: base62), row)
        #expect(Set(keys(in: ["it was \(list);\n"] + rows)) == Set(found), "\(name), \(radix)")
      }
    }
  }

  @Test func `offsets with a sign of their own`() {
    let key = makeKey()
    let bytes = characters(0x420, of: [0x20]) + key + characters(0x800, of: [0x20])
    let quoted: Row = { "`" + Self.hex(($0 + 0xFC00) & 0xFFFF, 4) + ": " + $1.joined(separator: " ") + "\n" }
    #expect(keys(in: dump(bytes, quoted)) == [key])
    let inJSON: Row = { Self.hex($0, 8) + "- " + $1.joined(separator: " ") + "\\n" }
    #expect(keys(in: dump([0x20] + key + characters(94, of: [0x20]), inJSON)) == [key])
  }

  @Test func `a few bytes of hex take nothing from the line below`() {
    let key = makeKey()
    let few = Array("orqzyd68ceorqzy".utf8).map { Self.hex(Int($0), 2) }.joined(separator: " ")
    let below = Data(key).base64EncodedString()
    #expect(keys(in: ["\(few)\n\(below)\n"]) == [key])
  }

  @Test func `words and then single bytes`() {
    let content = content([makeKey(), makeKey()])
    let (words, bytes) = (dump(content, Self.kinds[0].row), dump(content, Self.kinds[1].row))
    for changed in 1..<words.count {
      var rows = words
      rows[changed] = bytes[changed]
      _ = keys(in: rows)
      _ = keys(in: Array(words[..<changed] + bytes[changed...]))
    }
  }

  @Test func `offsets as far apart as numbers can be`() {
    let bytes = Self.pairs(Array(repeating: "41", count: 16))
    for offset in ["fffffffffffffff0", "8000000000000000", "ffffffff80000000", "00007fffffffffff0"] {
      let rows = [offset, "7ffffffffffffff0", offset, "0000000000000000"].map { "\($0): \(bytes)  AAAAAAAAAAAAAAAA\n" }
      #expect(keys(in: rows + rows).isEmpty)
    }
  }
}
