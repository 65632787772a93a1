// The caret of the text report is under the key also where most bytes of the line are written out.

import TestSupport
import Testing

struct SnippetWidthTests {
  private let key = keyText()

  /// The line and the line with the caret, without what colours and indents them.
  private func report(_ bytes: [UInt8]) throws -> (line: String, caret: String) {
    let result = try hopxguard("scan", "-", input: bytes)
    #expect(result.status == 1)
    let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let index = try #require(lines.firstIndex { $0.contains("^") })
    return (String(lines[index - 1].dropFirst(4)), String(lines[index].dropFirst(4)))
  }

  @Test(arguments: [
    [UInt8](repeating: 0, count: 300), [UInt8](repeating: 0x80, count: 300), Array(0x80...0xFF) + Array(0x80...0xFF),
    [UInt8](Array(repeating: Array("\u{E0001}".utf8), count: 80).joined()), Array(repeating: 0x1B, count: 79),
  ])
  func `the caret stays in sight, and below the key`(filler: [UInt8]) throws {
    let (line, caret) = try report(filler + Array(key.utf8) + filler)
    #expect(line.count <= 200, "\(line.count)")
    let place = try #require(caret.firstIndex(of: "^"))
    let column = caret.distance(from: caret.startIndex, to: place)
    #expect(column <= 120)
    #expect(line.dropFirst(column).hasPrefix("\(key.prefix(15))..."), "\(line)")
    #expect(column > 60)
    // No escape is cut in two.
    #expect(line.hasPrefix("\\"), "\(line)")
  }

  @Test func `text is shown as before`() throws {
    let text = String(repeating: "é", count: 40)
    let (line, _) = try report(Array((text + key + text).utf8))
    #expect(line == "\(text)\(key.prefix(15))...\(text)")
    let long = try report(
      Array((String(repeating: "a", count: 300) + key + " " + String(repeating: "b", count: 300)).utf8))
    #expect(long.line.count == 200)
    #expect(long.caret.hasPrefix(String(repeating: " ", count: 80) + "^"))
  }
}
