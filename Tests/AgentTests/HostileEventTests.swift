// Proves that what is not understood stops the agent: whatever an event is made of, it is never passed
// unchecked, and nothing crashes.

import TestSupport
import Testing

struct HostileEventTests {
  private static let start = #"{"hook_event_name":"PostToolUse","tool_name":"Bash","tool_input":{},"tool_response":"#

  private static func event(_ value: String) -> [UInt8] { Array((start + value + "}").utf8) }

  private static let malformed: [(String, [UInt8])] = [
    ("empty", []), ("blank", Array(" \n".utf8)), ("no JSON", Array("hello".utf8)), ("an array", Array("[1]".utf8)),
    ("a string", Array(#""x""#.utf8)),
    ("truncated", Array(start.utf8)), ("truncated in a string", Array((start + #""abc"#).utf8)),
    ("truncated in an escape", Array((start + #""abc\u00"#).utf8)),
    ("two values", event("1") + Array("{}".utf8)),
    ("a byte order mark", [0xEF, 0xBB, 0xBF] + event("1")),
    ("UTF-16", event("1").flatMap { [$0, 0] }),
    ("invalid UTF-8", Array((start + "\"").utf8) + [0xC3, 0x28] + Array("\"}".utf8)),
    ("a surrogate in UTF-8", Array((start + "\"").utf8) + [0xED, 0xA0, 0x80] + Array("\"}".utf8)),
    ("an overlong character", Array((start + "\"").utf8) + [0xC0, 0xAF] + Array("\"}".utf8)),
    ("a control character", Array((start + "\"").utf8) + [0x01] + Array("\"}".utf8)),
    ("a NUL", event("1") + [0]),
    ("a bad escape", event(#""\x41""#)), ("single quotes", event("'a'")), ("a comment", event("1 /* */")),
    ("a trailing comma", event("[1,]")), ("NaN", event("NaN")), ("a leading zero", event("01")),
    ("a huge number", event(String(repeating: "9", count: 5_000))),
    (
      "the same member twice", Array(#"{"hook_event_name":"PostToolUse","tool_response":"a","tool_response":"b"}"#.utf8)
    ),
    (
      "the same member twice, once escaped",
      Array(#"{"hook_event_name":"PostToolUse","tool_response":"a","tool\u005fresponse":"b"}"#.utf8)
    ),
    ("deep arrays", event(String(repeating: "[", count: 200_000))),
    ("deep closed arrays", event(String(repeating: "[", count: 5_000) + String(repeating: "]", count: 5_000))),
    ("deep objects", event(String(repeating: #"{"a":"#, count: 100_000))),
  ]

  @Test(arguments: malformed) func `stops the agent`(_ name: String, _ event: [UInt8]) throws {
    let result = try answer(event)
    #expect(result.status == 2, "\(name)")
    #expect(result.outputBytes.isEmpty, "\(name)")
    #expect(result.errors.hasPrefix("hopxguard: stopped, because the event is not understood: "), "\(name)")
  }

  @Test func `an escape of half a surrogate pair is kept, and hides no key beside it`() throws {
    let key = keyText()
    let value = #"{"a":"\ud83d \#(key)\udc00\uD83D\uDE00","b":1e5}"#
    let result = try answer(Self.event(value))
    let expected = value.replacing(key, with: shown(key))
    #expect(result.output.contains(#""updatedToolOutput":\#(expected)}"#))
  }

  @Test func `keys by the thousand, names that are keys, and deep JSON in strings come back without one`() throws {
    let key = keyText()
    let many = "[" + Array(repeating: "{\"\(key)\":\"\(key)\"}", count: 3_000).joined(separator: ",") + "]"
    #expect(try answer(Self.event(many)).output.contains(shown(key)))
    var nested = "{\"a\":\"\(key.prefix(9))\\u005f\(key.dropFirst(10))\"}"
    for _ in 0..<6 {
      nested = "{\"n\":\"" + nested.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\"}"
    }
    let result = try answer(Self.event(nested))
    #expect(result.output.contains("redacted 1 key"))
    _ = try json(result.outputBytes)
  }

  @Test func `an event that is larger than the limit stops the agent`() throws {
    // 256 MiB and a little: read, but never parsed.
    let folder = TestFolder()
    let result = try run(
      "/bin/sh", ["-c", "head -c 268500000 /dev/zero | '\(hopxguardPath)' agent hook"], in: folder.path)
    #expect(result.status == 2)
    #expect(result.errors.contains("longer than"))
  }
}
