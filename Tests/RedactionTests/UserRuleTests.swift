// Rules of a user's own are redacted as the oracle says, wherever reads end, and what is held back stays bounded.

import Detection
import Redaction
import RedactionOracle
import Testing

struct UserRuleTests {
  private let rules = userRules.rules

  private mutating func soup(_ samples: inout Samples, parts: Int) -> [UInt8] {
    var result: [UInt8] = []
    for _ in 0..<parts {
      switch Int.random(in: 0..<12, using: &samples.generator) {
      case 0: result += Array("<<<".utf8)
      case 1: result += Array(">>>".utf8)
      case 2: result += Array("abc1".utf8)
      case 3: result += Array("abc".utf8)
      case 4: result += Array("live".utf8)
      case 5: result += Array(";".utf8)
      case 6: result += samples.text("{digits:\(Int.random(in: 1...5, using: &samples.generator))}")
      case 7: result += Array("xabc1".utf8)
      case 8: result += Array("<".utf8)
      case 9: result += Array("\n".utf8)
      case 10: result += samples.text("{base62:3}")
      default: result += samples.soup(parts: 1)
      }
    }
    return result
  }

  @Test mutating func `random inputs at random cuts give what the oracle gives`() {
    var samples = Samples(seed: 20)
    var redactor = Redactor(rules: rules, chunk: 300)
    for _ in 0..<30_000 {
      let input = soup(&samples, parts: Int.random(in: 1...9, using: &samples.generator))
      let longest = [1, 3, 20, 70].randomElement(using: &samples.generator)!
      let lengths = samples.cuts(of: input.count, longest: longest)
      let steps = outputs(input, lengths: lengths, through: &redactor)
      let expected = oracle(input, rules: userRules.oracle)
      guard steps.last! == expected, steps.allSatisfy({ expected.starts(with: $0) }) else {
        Issue.record("\(String(decoding: expected, as: UTF8.self)) in reads of \(lengths)")
        return
      }
    }
  }

  /// A match is as long as it can be and no longer, wherever reads end.
  @Test func `the longest match is redacted whole`() {
    for inner in [8186, 8187] {
      let input = Array("a<<<".utf8) + Array(repeating: UInt8(ascii: "b"), count: inner) + Array(">>>c".utf8)
      let expected = oracle(input, rules: userRules.oracle)
      #expect((expected == input) == (inner == 8187))
      for lengths in [[], [100, 4000, 4091], [8195, 1], Array(repeating: 1, count: input.count)] {
        #expect(redacted(input, lengths: lengths, rules: rules) == expected)
      }
    }
  }

  /// A candidate that stays open holds back what follows it, but not for ever.
  @Test func `what is held back is bounded`() {
    let input = Array("<<<".utf8) + Array(repeating: UInt8(ascii: "b"), count: 20_000)
    let steps = outputs(input, lengths: Array(repeating: 100, count: 201), rules: rules)
    #expect(steps[50] == Array("<<<".utf8))
    #expect(steps[100].count > 10_000)
    #expect(steps.last == input)
  }

  /// A pattern that PCRE2 gives up on lets nothing through that it could have matched.
  @Test func `a rule that is given up on fails closed`() throws {
    let file = "[[rule]]\nid = 'slow'\nliteral = 'slow'\npattern = 'slow(a+)+(a+)+(a+)+!'\nkeep = 4\n"
    let rules = try builtIn.adding(Array(file.utf8), source: "test")
    let hard = Array("slow".utf8) + Array(repeating: UInt8(ascii: "a"), count: 400)
    let input = hard + [10] + hard + Array("!\n".utf8)
    for lengths in [[], [7, 300, 50], Array(repeating: 1, count: input.count)] {
      var redactor = Redactor(rules: rules)
      #expect(outputs(input, lengths: lengths, through: &redactor).last == Array("slow...".utf8))
      #expect(redactor.surrenders.map(\.rule) == [1])
    }
  }

  @Test func `a secret after a keyword goes wherever reads are cut`() {
    let file = """
      [[rule]]
      id = 'k'
      keywords = ['acmekey']
      within = 30
      pattern = '[=:]([0-9a-f]{16})'
      capture = true
      keep = 0
      """
    let rules = try! builtIn.adding(Array(file.utf8), source: "test")
    let input = Array(" acmekey=04ba6bf147552686 and more\n".utf8)
    let expected = redacted(input, lengths: [], rules: rules)
    #expect(expected == Array(" acmekey=... and more\n".utf8))
    #expect(redacted(input, lengths: Array(repeating: 1, count: input.count), rules: rules) == expected)
    for first in 0..<input.count {
      for second in first..<input.count {
        let output = redacted(input, lengths: [first, second - first], rules: rules)
        guard output == expected else {
          Issue.record("cut at \(first) and \(second)")
          return
        }
      }
    }
  }
}
