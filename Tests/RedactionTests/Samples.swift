// Texts that look like keys, made when a test runs.

import Detection
import Redaction
import Rules

/// Bytes that begin what a stream takes for nothing in the middle of a word, which the oracle does not know.
private let parting = Array("\"'`<*~".utf8) + [0xC2, 0xE1, 0xE2, 0xEF]

/// Loaded once: the rules are a file that has to be parsed.
let builtIn = RuleSet.builtIn()

struct Samples {
  var generator: SeededGenerator

  init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  mutating func text(_ template: String) -> [UInt8] { fill(template, using: &generator) }

  mutating func key() -> [UInt8] { text("hopx_live_{base62:12}.{base64url:43}") }

  /// A text of parts that are likely to be, to begin, to end or to break a key.
  mutating func soup(parts: Int) -> [UInt8] {
    var result: [UInt8] = []
    for _ in 0..<parts {
      switch Int.random(in: 0..<14, using: &generator) {
      case 0: result += key()
      case 1: result += key().prefix(Int.random(in: 0...66, using: &generator))
      case 2: result += Array("hopx_live_".utf8)
      case 3: result += Array("hopx_live_".utf8.prefix(Int.random(in: 1...10, using: &generator)))
      case 4: result += text("hopx_live_{base62:12}.")
      case 5: result += text("{base62:12}.{base64url:8}")
      case 6: result += text("{base64url:\(Int.random(in: 1...60, using: &generator))}")
      case 7: result += [UInt8.random(in: 0...255, using: &generator)].filter { !parting.contains($0) }
      case 8: result += Array(".".utf8)
      case 9: result += Array("\n".utf8)
      case 10: result += text("{base62:\(Int.random(in: 1...13, using: &generator))}")
      case 11: result += text("hopx_live_{base62:12}.{base64url:\(Int.random(in: 5...48, using: &generator))}")
      case 12: result += Array("h".utf8)
      default: result += Array(" plain words, ".utf8)
      }
    }
    return result
  }

  /// Lengths that cut `count` bytes at random places.
  mutating func cuts(of count: Int, longest: Int) -> [Int] {
    var lengths: [Int] = []
    var rest = count
    while rest > 0 {
      let length = min(rest, Int.random(in: 1...longest, using: &generator))
      lengths.append(length)
      rest -= length
    }
    return lengths
  }
}

/// Sends `bytes` through a filter in reads of the given lengths; what is left goes in one.
///
/// - Returns: what had come out after each read, and after the end.
func outputs(
  _ bytes: [UInt8], lengths: [Int], rules: RuleSet = builtIn, chunk: Int = 4096
) -> [[UInt8]] {
  var redactor = Redactor(rules: rules, chunk: chunk)
  return outputs(bytes, lengths: lengths, through: &redactor)
}

func outputs(_ bytes: [UInt8], lengths: [Int], through redactor: inout Redactor) -> [[UInt8]] {
  var output: [UInt8] = []
  var steps: [[UInt8]] = []
  var at = 0
  var reads = lengths[...]
  while at < bytes.count {
    let length = min(reads.popFirst() ?? .max, bytes.count - at, redactor.space.count)
    redactor.space.copyBytes(from: bytes[at..<(at + length)])
    at += length
    redactor.take(length, isLast: false) { output += $0 }
    steps.append(output)
  }
  redactor.take(0, isLast: true) { output += $0 }
  steps.append(output)
  return steps
}

func redacted(_ bytes: [UInt8], lengths: [Int] = [], rules: RuleSet = builtIn) -> [UInt8] {
  outputs(bytes, lengths: lengths, rules: rules).last!
}
