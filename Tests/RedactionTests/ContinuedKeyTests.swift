// A secret of a user's rule that a colour code breaks into two goes as a whole, whatever bytes the rule is
// made of: whether a match could go on is asked of the rule's own pattern.

import Detection
import Redaction
import Rules
import Testing

struct ContinuedKeyTests {
  /// Patterns over different bytes, with a template of the longest secret that each takes.
  static let rules: [(pattern: String, secret: String)] = [
    ("tok_[0-9a-f]{20,40}", "tok_{hex:40}"),
    ("tok_[0-9]{12,24}", "tok_{digits:24}"),
    ("tok_[a-z]{20,30}", "tok_{repeat:kz:15}"),
    ("tok_(?:[0-9][a-z]){10,20}", "tok_{repeat:4k:20}"),
    ("tok_[0-9a-f]{20}(?:-[0-9a-f]{12})?", "tok_{hex:20}-{hex:12}"),
    ("tok_[0-9a-f]{20,}", "tok_{hex:50}"),
    ("tok_[A-Za-z0-9_-]{22}[.][a-z]{8,16}", "tok_{base62:22}.{repeat:q:16}"),
  ]

  @Test(arguments: rules) func `a secret of any alphabet goes whole, wherever a colour code breaks it`(
    pattern: String, secret: String
  ) throws {
    let file = "[[rule]]\nid = \"token\"\nliteral = \"tok_\"\npattern = '\(pattern)'\nkeep = 4\n"
    let set = try RuleSet.builtIn().adding(Array(file.utf8), source: "test")
    var generator = SeededGenerator(seed: 3)
    let key = fill(secret, using: &generator)
    for cut in 5..<key.count {
      let input = key[..<cut] + Array("\u{1B}[31m".utf8) + key[cut...] + Array(" and more\n".utf8)
      for step in [input.count, 1, 7] {
        let output = redacted(Array(input), step: step, set)
        let shown = output.filter { $0 != 0x1B }
        let text = String(decoding: shown, as: UTF8.self).replacing("[31m", with: "")
        #expect(text == "tok_... and more\n", "cut after \(cut) bytes, reads of \(step)")
      }
    }
  }

  private func redacted(_ input: [UInt8], step: Int, _ rules: RuleSet) -> [UInt8] {
    let lengths = Array(repeating: step, count: input.count / step)
    var redactor = Redactor(rules: rules, chunk: 300)
    return outputs(input, lengths: lengths, through: &redactor).last!
  }
}
