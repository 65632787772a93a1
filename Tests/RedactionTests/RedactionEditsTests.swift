// Proves that the edits of a text, made, give what the stream gives, for texts full of keys and halves of
// keys and for keys that are hidden.

import Disguises
import Redaction
import Testing

struct RedactionEditsTests {
  private func applied(_ edits: [RedactionEdit], to text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var at = 0
    for edit in edits {
      #expect(edit.range.lowerBound >= at)
      result += text[at..<edit.range.lowerBound] + edit.replacement
      at = edit.range.upperBound
    }
    return result + text[at...]
  }

  @Test func `edits are what the stream does`() {
    var samples = Samples(seed: 71)
    var redactor = Redactor(rules: builtIn, chunk: 1 << 20)
    for round in 0..<2_000 {
      let text = samples.soup(parts: round % 40)
      let edits = text.withUnsafeBytes { redactor.edits(of: $0) }
      #expect(applied(edits, to: text) == redacted(text))
    }
  }

  @Test func `hidden keys are edited as in the stream, and no other byte`() {
    var samples = Samples(seed: 72)
    var redactor = Redactor(rules: builtIn, chunk: 1 << 20)
    for hiding in KeyDisguise.streamed {
      for _ in 0..<40 {
        let before = samples.text("a {base62:9} ")
        let key = samples.key()
        let text = before + hiding.hide(key, after: [0x20], using: &samples.generator)
        let edits = text.withUnsafeBytes { redactor.edits(of: $0) }
        #expect(!edits.isEmpty, "\(hiding)")
        #expect(applied(edits, to: text) == redacted(text), "\(hiding)")
        #expect(edits.allSatisfy { $0.range.lowerBound >= before.count }, "\(hiding)")
      }
    }
  }
}
