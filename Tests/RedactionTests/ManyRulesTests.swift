// A rule among a hundred redacts what it redacts alone: with many rules the literals are found by an index, in every
// form that a stream is searched for.

import Detection
import Redaction
import RedactionOracle
import Rules
import Testing

struct ManyRulesTests {
  /// Beginnings of rules' literals, three bytes long and longer; letters of one case, of both, digits and signs.
  private static let literals = [
    "A3-", "sk-", "Ab1_", "tok_", "GLPT-", "live+", "abc-def", "x9-token", "longer_literal_1", "Zz.",
  ]

  private func rule(_ literal: String, _ number: Int) -> String {
    """
    [[rule]]
    id = 'r\(number)'
    literal = '\(literal)'
    pattern = '\(literal.replacing("+", with: "\\+").replacing(".", with: "\\."))[0-9a-f]{24}'
    keep = 2

    """
  }

  private func set(_ rules: [String]) throws -> RuleSet {
    try RuleSet.builtIn().adding(Array(rules.joined().utf8), source: "test")
  }

  private func base64(_ bytes: [UInt8], line: Int) -> [UInt8] {
    var digits: [UInt8] = []
    for start in stride(from: 0, to: bytes.count / 3 * 3, by: 3) {
      let bits = bytes[start..<(start + 3)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      for shift in [18, 12, 6, 0] {
        digits.append(base64Character(UInt8(truncatingIfNeeded: bits >> UInt32(shift) & 63)))
      }
    }
    let lines = stride(from: 0, to: digits.count, by: line).map { digits[$0..<min(digits.count, $0 + line)] }
    return Array(lines.joined(separator: [0x0A]))
  }

  /// The key with text around it, in several forms.
  private func texts(_ key: [UInt8], _ samples: inout Samples) -> [[UInt8]] {
    var texts: [[UInt8]] = []
    for lead in 0..<3 {
      let before = Array("some words and then more of them, so that the line is long: ".utf8.prefix(57 + lead))
      let bytes = before + key + Array(" and words after it ".utf8)
      texts.append(base64(bytes, line: 10_000))
      for line in 76..<88 { texts.append(base64(bytes, line: line)) }
    }
    let around = Array("ab ".utf8) + key + Array(" cd".utf8)
    for width in [2, 4] {
      for low in [0, width - 1] {
        texts.append(around.flatMap { byte in (0..<width).map { $0 == low ? byte : 0 } })
        texts.append([0x78] + around.flatMap { byte in (0..<width).map { $0 == low ? byte : 0 } })
      }
    }
    let broken = Int.random(in: 1..<key.count, using: &samples.generator)
    texts.append(Array(key[..<broken]) + Array("\u{1B}[0m".utf8) + Array(key[broken...]) + [10])
    texts.append(Array("x%".utf8) + Array(String(key[0], radix: 16).utf8) + Array(key[1...]) + [10])
    texts.append(around)
    return texts
  }

  @Test func `a rule among many redacts what it redacts alone`() throws {
    var samples = Samples(seed: 50)
    var rules = Self.literals.enumerated().map { rule($1, $0) }
    for number in rules.count..<100 { rules.append(rule("other\(number)_", number)) }
    var many = Redactor(rules: try set(rules), chunk: 4096)
    for (number, literal) in Self.literals.enumerated() {
      var alone = Redactor(rules: try set([rules[number]]), chunk: 4096)
      for _ in 0..<3 {
        let key = Array(literal.utf8) + samples.text("{hex:24}")
        for text in texts(key, &samples) {
          let expected = outputs(text, lengths: [], through: &alone).last
          #expect(outputs(text, lengths: [], through: &many).last == expected)
          let lengths = samples.cuts(of: text.count, longest: 40)
          #expect(outputs(text, lengths: lengths, through: &many).last == expected)
        }
      }
    }
  }
}
