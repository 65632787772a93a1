// Any bytes are read to their end: real texts cut at random places, with random bytes in them, and random bytes by
// themselves, in every language. What is found is always in the text.

import Linting
import Rules
import TestSupport
import Testing

struct BrokenCodeTests {
  private static let texts = [
    "python", "javascript", "swift", "go", "rust", "java", "ruby", "powershell", "shell", "dockerfile", "github",
    "gitlab", "compose", "makefile",
  ]

  private func lint(_ bytes: [UInt8], _ language: Language) {
    bytes.withUnsafeBytes { buffer in
      for finding in Linter(LintRules()).findings(in: buffer, language) {
        #expect(finding.range.lowerBound >= 0 && finding.range.upperBound <= bytes.count)
      }
    }
  }

  @Test(arguments: Language.allCases)
  func `texts that are cut or changed at random are read to their end`(language: Language) throws {
    var generator = SeededGenerator(seed: UInt64(language.rawValue.utf8.reduce(7) { $0 &* 31 &+ Int($1) }))
    let structure = Array("\"'`#${}()[]<>\\/*:=|&;,.!?-\n\t @".utf8)
    for name in Self.texts {
      let text = MarkedText(try corpus(name)).bytes
      for _ in 0..<6 {
        var changed = Array(text[Int.random(in: 0..<text.count, using: &generator)...])
        changed = Array(changed.prefix(Int.random(in: 0...changed.count, using: &generator)))
        for _ in 0..<8 where !changed.isEmpty {
          let place = Int.random(in: 0..<changed.count, using: &generator)
          changed[place] =
            Bool.random(using: &generator)
            ? structure.randomElement(using: &generator)! : UInt8.random(in: .min ... .max, using: &generator)
        }
        lint(changed, language)
      }
    }
    for length in [0, 1, 2, 3, 100, 5000] {
      lint((0..<length).map { _ in UInt8.random(in: .min ... .max, using: &generator) }, language)
      lint((0..<length).map { _ in structure.randomElement(using: &generator)! }, language)
    }
  }

  @Test(arguments: Language.allCases)
  func `brackets without end, one in the other, are read`(language: Language) {
    for unit in [
      "(", "[", "{", "print(", "f\"{", "`${", "\"\\(", "$(", "\"$(", "a = (", "x ? ", "match x {", "f(a=", "|a",
    ] {
      lint(Array((String(repeating: unit, count: 20_000) + "api_key HOPX_API_KEY").utf8), language)
    }
  }
}
