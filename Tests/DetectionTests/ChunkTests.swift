// What is found does not depend on how the input is cut.

import Detection
import Rules
import TestSupport
import Testing

struct ChunkTests {
  /// Searches `text` given in pieces that end at `cuts`, keeping the bytes that a caller keeps.
  private func matches(_ text: [UInt8], cutAt cuts: [Int], rules: RuleSet = builtInRules) -> [Match] {
    var scanner = Scanner(rules: rules)
    var found: [Match] = []
    var searched = 0
    for end in cuts + [text.count] {
      let start = max(0, searched - Scanner.context)
      let isLast = end == text.count
      var part: [Match] = []
      let progress = text[start..<end].withUnsafeBytes {
        scanner.search($0, from: searched - start, atStart: start == 0, isLast: isLast, into: &part)
      }
      for match in part {
        found.append(
          Match(rule: match.rule, range: (start + match.range.lowerBound)..<(start + match.range.upperBound)))
      }
      #expect(progress.decided + start >= searched)
      searched = start + progress.decided
    }
    #expect(searched == text.count)
    return found
  }

  @Test(arguments: [43, 8, 46, 47, 60])
  func `a key is found whatever single cut goes through it`(secret: Int) {
    let text = Array("before ".utf8) + makeKey(secret: secret) + Array("+after".utf8)
    let whole = matches(text, cutAt: [])
    #expect(whole.count == 1)
    for cut in 0..<text.count { #expect(matches(text, cutAt: [cut]) == whole) }
  }

  @Test func `every pair of cuts`() {
    let text = Array("a".utf8) + makeKey() + makeKey(secret: 20) + Array(" z".utf8)
    let whole = matches(text, cutAt: [])
    #expect(whole.count == 2)
    for first in 0..<text.count {
      for second in first..<text.count where matches(text, cutAt: [first, second]) != whole {
        Issue.record("cut at \(first) and \(second)")
      }
    }
  }

  @Test func `one byte at a time`() {
    let text = makeKey() + Array("hopx_live_".utf8) + makeKey(secret: 46) + makeKey(secret: 12)
    #expect(matches(text, cutAt: Array(1..<text.count)) == matches(text, cutAt: []))
    #expect(matches(text, cutAt: []).map(\.range) == keyPlaces(in: text))
  }

  @Test func `rules that share a place, look behind and reach far`() throws {
    let file = """
      [[rule]]
      id = "word"
      literal = "token="
      pattern = '(?<![a-z])token=[a-z]+'
      [[rule]]
      id = "block"
      literal = "token="
      pattern = '(?s)token=.{1,400}?END'
      """
    let rules = try RuleSet.builtIn().adding(Array(file.utf8), source: "r")
    let text = Array(
      "xtoken=aa token=abc \(String(repeating: "-", count: 300))END token=zz\n".utf8)
    let whole = matches(text, cutAt: [], rules: rules)
    #expect(whole.count == 4)
    for cut in 0..<text.count { #expect(matches(text, cutAt: [cut], rules: rules) == whole) }
    #expect(matches(text, cutAt: Array(1..<text.count), rules: rules) == whole)
  }

  @Test func `a match ends at the window, wherever chunks end`() throws {
    let file = "[[rule]]\nid = 'long'\nliteral = 'long:'\npattern = 'long:[a-z]+'\n"
    let rules = try RuleSet.builtIn().adding(Array(file.utf8), source: "r")
    let text = Array("long:".utf8) + [UInt8](repeating: UInt8(ascii: "a"), count: 20_000)
    let expected = [Match(rule: 1, range: 0..<Rule.longestMatch)]
    for cuts in [[], [5], [100, 8191], [8192], [8193], [19_999]] {
      #expect(matches(text, cutAt: cuts, rules: rules) == expected)
    }
  }
}
