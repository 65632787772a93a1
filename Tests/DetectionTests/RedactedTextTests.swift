// A text that is whole in memory is redacted as a stream of it is.

import Detection
import TestSupport
import Testing

struct RedactedTextTests {
  private func redacted(_ text: [UInt8]) -> [UInt8] {
    var scanner = Scanner(rules: builtInRules)
    return scanner.redacted(text)
  }

  /// The union of the oracle's matches, each run cut to its first 15 bytes.
  private func expected(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var at = 0
    var runs: [Range<Int>] = []
    for range in keyPlaces(in: text) {
      if let last = runs.last, range.lowerBound < last.upperBound {
        runs[runs.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
      } else {
        runs.append(range)
      }
    }
    for run in runs {
      result += text[at..<run.lowerBound] + text[run.prefix(15)] + Array("...".utf8)
      at = run.upperBound
    }
    return result + text[at...]
  }

  @Test func `random texts are cut where the oracle cuts, and a second time changes nothing`() {
    let pieces: [() -> [UInt8]] = [
      { Array("hopx_live_".utf8) }, { characters(12, of: base62) }, { [UInt8(ascii: ".")] },
      { makeKey(secret: .random(in: 0...60)) }, { characters(.random(in: 0...50), of: base64url) },
      { [UInt8.random(in: 0...255)] }, { Array("...".utf8) },
    ]
    let escapes = Set(Array("%=\\&\"'`*<~\n\r\u{1B}".utf8) + [0xC2, 0xE1, 0xE2, 0xEF])
    for _ in 0..<10_000 {
      let text = (0..<Int.random(in: 1...8)).flatMap { _ in pieces.randomElement()!() }
      let once = redacted(text)
      // The oracle knows plain keys alone: beside an escape, such as =4F, or markup, such as *, a key may go on.
      if !text.contains(where: escapes.contains), once != expected(text) {
        Issue.record("differs from the oracle: \(text.count) bytes")
      }
      if redacted(once) != once { Issue.record("redacting twice changes it") }
      if !keyPlaces(in: once).isEmpty { Issue.record("a key is left") }
    }
  }

  @Test func `placeholders go too`() {
    let made = "hopx_live_xxxxxxxxxxxx" + "." + String(repeating: "x", count: 43)
    #expect(redacted(Array(made.utf8)) == Array("hopx_live_xxxxx...".utf8))
  }
}
