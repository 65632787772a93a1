// The filter gives what the oracle gives, byte for byte, at every cut of the input, and never shows more than may be.

import Detection
import Redaction
import RedactionOracle
import Testing

struct RedactorTests {
  @Test func `a key leaves as its first fifteen characters`() {
    var samples = Samples(seed: 1)
    let key = samples.key()
    let input = Array("a ".utf8) + key + Array(" b\n".utf8)
    #expect(redacted(input) == Array("a ".utf8) + key[..<15] + Array("... b\n".utf8))
  }

  @Test func `a secret has eight characters or more`() {
    var samples = Samples(seed: 2)
    for length in 0...60 {
      for end in ["", " ", ".", "\n", "\u{1B}[0m"] {
        let input = samples.text("hopx_live_{base62:12}.{base64url:\(length)}") + Array(end.utf8)
        let output = redacted(input)
        #expect(output == oracle(input))
        #expect((output == input) == (length < 8))
      }
    }
  }

  @Test func `redacting twice changes nothing`() {
    var samples = Samples(seed: 3)
    for _ in 0..<2_000 {
      let once = redacted(samples.soup(parts: 8))
      #expect(redacted(once) == once)
    }
  }

  @Test func `a filter serves one input after the other`() {
    var samples = Samples(seed: 4)
    var redactor = Redactor(rules: builtIn, chunk: 512)
    for _ in 0..<500 {
      let input = samples.soup(parts: 6)
      let lengths = samples.cuts(of: input.count, longest: 40)
      #expect(outputs(input, lengths: lengths, through: &redactor).last == oracle(input))
    }
  }

  @Test func `every key counts`() {
    var samples = Samples(seed: 5)
    var redactor = Redactor(rules: builtIn)
    let second = samples.key()
    let input = samples.text("hopx_live_{base62:12}.{base64url:20}") + second + [10] + samples.key()
    _ = outputs(input, lengths: [], through: &redactor)
    #expect(redactor.count == 3)
  }

  // MARK: Cuts

  @Test func `every single cut and every pair of cuts gives what the oracle gives`() {
    var samples = Samples(seed: 6)
    for input in [
      Array("> ".utf8) + samples.key() + Array("\n".utf8),
      samples.text("hopx_live_{base62:12}.{base64url:30}") + samples.key() + Array("_x".utf8),
      samples.text("hopx_live_{base62:12}.{base64url:46} "),
      samples.text("hopx_live_{base62:12}.{base64url:47} "),
    ] {
      let expected = oracle(input)
      for first in 0...input.count {
        for second in first...input.count {
          let lengths = [first, second - first].filter { $0 > 0 }
          #expect(redacted(input, lengths: lengths) == expected)
        }
      }
    }
  }

  @Test func `one byte at a time gives the same output`() {
    var samples = Samples(seed: 7)
    for _ in 0..<1_000 {
      let input = samples.soup(parts: 6)
      #expect(redacted(input, lengths: Array(repeating: 1, count: input.count)) == oracle(input))
    }
  }

  @Test func `random inputs at random cuts give what the oracle gives`() {
    var samples = Samples(seed: 8)
    var redactor = Redactor(rules: builtIn, chunk: 300)
    for _ in 0..<25_000 {
      let input = samples.soup(parts: Int.random(in: 1...6, using: &samples.generator))
      let longest = [1, 3, 20, 70, 300].randomElement(using: &samples.generator)!
      let lengths = samples.cuts(of: input.count, longest: longest)
      let output = outputs(input, lengths: lengths, through: &redactor).last!
      if output != oracle(input) {
        Issue.record("\(redactedForm(input)) in reads of \(lengths)")
        return
      }
    }
  }

  /// Every text of a small alphabet after a beginning that makes it matter.
  @Test func `all small inputs give what the oracle gives`() {
    var samples = Samples(seed: 9)
    let start = samples.text("hopx_live_{base62:12}.{base64url:6}")
    let literal = Array("hopx_live_".utf8)
    for stem in [start, start + samples.text("{base64url:33}"), literal + samples.text("{base62:10}")] {
      let alphabet = Array("a.-h ".utf8)
      for length in 0...5 {
        var digits = Array(repeating: 0, count: length)
        repeat {
          let input = stem + digits.map { alphabet[$0] }
          let cut = stem.count + (digits.first ?? 0) % max(1, length)
          if redacted(input, lengths: [cut]) != oracle(input) {
            Issue.record("\(redactedForm(input)) cut at \(cut)")
            return
          }
        } while next(&digits, base: alphabet.count)
      }
    }
  }

  // MARK: Promptness

  @Test func `a prompt is seen whole`() {
    for prompt in ["prompt h", "login: ", "hopx_live_", "hopx", "h", "hopx_live_ABCDE", "\u{1B}[31mho"] {
      #expect(outputs(Array(prompt.utf8), lengths: []).first == Array(prompt.utf8))
    }
  }

  @Test func `what is shown between reads is what is certain`() {
    var samples = Samples(seed: 10)
    let tails: [[UInt8]] = [[], [10], Array(" ".utf8), Array(".".utf8), Array("_".utf8)]
    for _ in 0..<2_000 {
      let input = samples.soup(parts: 4)
      // Each of these settles what is open in another way.
      var continuations = tails
      for count in Array(0...12) + [30, 43, 50, 70] {
        continuations.append(samples.text("{base62:\(count)}"))
        continuations.append(samples.text("{base62:\(count)}.{base64url:43}"))
      }
      for count in 1...10 {
        continuations.append(Array("hopx_live_".utf8.suffix(count)) + samples.text("{base62:12}.{base64url:43}"))
      }
      for count in 1...7 { continuations.append(samples.text("{base64url:\(count)} ")) }
      let expected = certain(input, continuations: continuations)
      let shown = outputs(input, lengths: [input.count], chunk: 8192).first!
      #expect(expected.starts(with: shown), "shows what is not certain")
      // The dots may come early; a byte of the input that is certain must not come late.
      let missing = expected.count - shown.count
      if missing > 0 && !expected[shown.count...].starts(with: "...".utf8) {
        Issue.record("holds \(missing) bytes back at the end of \(redactedForm(input))")
        return
      }
    }
  }

  @Test func `no moment shows more than the kept bytes`() {
    var samples = Samples(seed: 11)
    let key = samples.key()
    for at in 0...key.count {
      let steps = outputs(Array("x".utf8) + key + Array("\n".utf8), lengths: [1 + at])
      #expect(steps[0] == Array("x".utf8) + key[..<min(at, 15)])
    }
  }
}

/// A text that may be shown when a test fails.
func redactedForm(_ bytes: [UInt8]) -> String { String(decoding: oracle(bytes), as: UTF8.self) }

/// The next number of so many digits; false after the last.
private func next(_ digits: inout [Int], base: Int) -> Bool {
  for index in digits.indices {
    digits[index] += 1
    if digits[index] < base { return true }
    digits[index] = 0
  }
  return false
}
