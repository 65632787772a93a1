// Proves, on random JSON that Python writes, that a result comes back byte for byte but for its keys: whatever
// is nested, escaped twice and three times, or spaced. Encoded keys go as well, and what is around them stays.

import Foundation
import TestSupport
import Testing

struct RandomResultTests {
  @Test func `nothing but keys changes in random JSON`() throws {
    let folder = TestFolder()
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("random_events.py")
    let made = try run("/usr/bin/python3", [script.path, folder.path, "150", "\(Int.random(in: 0..<1_000_000))"])
    try #require(made.status == 0, "\(made.errors)")
    for number in 0..<150 {
      let event = folder.read("\(number).event")
      let result = try answer(event)
      let expected = String(decoding: folder.read("\(number).expected"), as: UTF8.self)
      let start = #"{"hookSpecificOutput":{"hookEventName":"PostToolUse","updatedToolOutput":"#
      #expect(result.output.hasPrefix(start + expected + "},"), "\(String(decoding: event, as: UTF8.self))")
      _ = try json(result.outputBytes)
    }
  }

  /// A text with a key in it, and the text that has to be left when it is decoded.
  @Test func `encoded keys go, and the text around them stays`() throws {
    let key = keyText()
    let event = AgentEvent.all.first { $0.name == "PostToolUse of Bash" }!
    func output(_ text: String) throws -> String {
      let output = try json(answer(event.bytes(text)).outputBytes) as! [String: Any]
      let specific = output["hookSpecificOutput"] as! [String: Any]
      return (specific["updatedToolOutput"] as! [String: Any])["stdout"] as! String
    }
    let plain = "before=1\nKEY=\(key)\nafter=ü"
    let encoded = Data(plain.utf8).base64EncodedString()
    let left = Data(base64Encoded: try output(encoded))!
    let text = String(decoding: left, as: UTF8.self)
    #expect(text.hasPrefix("before=1\nKEY=\(key.prefix(15)).") && text.hasSuffix("\nafter=ü"))
    #expect(keyPlaces(in: Array(text.utf8)).isEmpty)
    #expect(try output("a\u{1B}[1m\(key)\u{1B}[0m b") == "a\u{1B}[1m\(shown(key))\u{1B}[0m b")
    #expect(try output("?k=\(key.replacing("_", with: "%5F"))&x=1").hasSuffix("...&x=1"))
    #expect(try output(#"{"k":"\#(key.replacing("_", with: #"\u005f"#))"}"#).hasSuffix(#"..."}"#))
  }
}
