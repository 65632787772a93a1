// Text for people and machines out of any bytes: nothing that a terminal obeys, JSON that every reader reads
// the same way, numbers and suggestions as a person would write them.

import Bytes
import Foundation
import Testing

struct TextTests {
  @Test func `what a terminal would obey is written out`() {
    #expect(escapedForTerminal(Array("a\u{1B}[31mb\r\n\tc".utf8)) == "a\\x1b[31mb\\x0d\\n\tc")
    #expect(escapedForTerminal([0x63, 0x61, 0x66, 0xE9]) == "caf\\xe9")
    #expect(escapedForTerminal(Array("x\u{202E}y".utf8)) == "x\\u{202e}y")
    #expect(escapedForTerminal(Array("žluťoučký 上".utf8)) == "žluťoučký 上")
  }

  @Test func `a JSON string of any bytes is read back by another reader`() throws {
    for text in ["", "plain", "\"\\/\u{8}\u{C}\n\r\t", "\u{1}\u{7F}\u{2028}", "🙂 上"] {
      let json = [UInt8(ascii: "[")] + jsonString(text.utf8) + [UInt8(ascii: "]")]
      let read = try #require(try JSONSerialization.jsonObject(with: Data(json)) as? [String])
      #expect(read == [text])
    }
    #expect(jsonString([0x61, 0xFF]) == Array("\"a\\\\xff\"".utf8))
  }

  @Test func `JSON from others is read strictly`() throws {
    let value = try #require(JSONValue(parsing: Array("{\"a\":[1,true,null,\"x\\ud83d\\ude42\"],\"a\":\"last\"}".utf8)))
    #expect(value["a"]?.text == "last")
    for broken in ["", "{", "[1,]", "{\"a\":01}", "\"\u{1}\"", "tru", "[1] 2", "{'a':1}", "[+1]"] {
      #expect(JSONValue(parsing: Array(broken.utf8)) == nil, "\(broken)")
    }
    let deep = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
    #expect(JSONValue(parsing: Array(deep.utf8)) == nil)
  }

  @Test func `numbers read as people write them`() {
    #expect(counted(1, "file") == "1 file")
    #expect(counted(12_345, "file") == "12,345 files")
    #expect(byteCount(999) == "999 bytes")
    #expect(byteCount(999_950) == "1.0 MB")
    #expect(byteSizeText(1 << 30) == "1GiB")
    #expect(byteSizeText(1536 << 10) == "1536KiB")
    #expect(utcDate(0) == "1970-01-01T00:00:00Z")
    #expect(utcDate(951_782_400) == "2000-02-29T00:00:00Z")
  }

  @Test func `for a misspelt word the nearest one is suggested`() {
    #expect(suggestion(for: "skpi", among: ["skip", "jobs"]) == "; did you mean 'skip'?")
    #expect(suggestion(for: "colour", among: ["skip", "jobs"]) == "; known: jobs, skip")
    #expect(suggestion(for: "x", among: []).isEmpty)
  }

  @Test func `hex digits there and back`() {
    for byte in UInt8.min...UInt8.max {
      let digits = hexDigits(byte)
      #expect(digits.compactMap(hexValue).reduce(0) { $0 << 4 | Int($1) } == Int(byte))
    }
    #expect("G/:@`g".utf8.allSatisfy { hexValue($0) == nil })
  }
}
