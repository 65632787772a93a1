// The fuzz target: libFuzzer's bytes become a text and the places where it is cut, and the filter's
// output is held against the oracle's. Fuzzing/run builds and runs it.

import Detection
import Disguises
import FuzzDriver
import Redaction
import RedactionOracle
import Rules

private let builtIn = RuleSet.builtIn()
nonisolated(unsafe) private var keyFilter = Redactor(rules: builtIn, chunk: 512, isPlain: true)
nonisolated(unsafe) private var userFilter = Redactor(rules: userRules.rules, chunk: 512, isPlain: true)
/// Two of a kind: what one gives out for a text in pieces, the other has to for the whole.
nonisolated(unsafe) private var piecemealFilter = Redactor(rules: builtIn, chunk: 512)
nonisolated(unsafe) private var wholeFilter = Redactor(rules: builtIn, chunk: 1 << 18)

@main enum RedactionFuzz {
  static func main() { runFuzzer { fuzz($0, $1) } }
}

private func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var input = UnsafeBufferPointer(start: start, count: count)[...]
  guard let mode = input.popFirst() else { return 0 }
  var text: [UInt8] = []
  var lengths: [Int] = []
  var length = 0
  while text.count < mostBytes, let byte = input.popFirst() {
    let before = text.count
    switch byte {
    // Pieces of keys have codes of their own: no key has to be guessed, and none lies in the corpus.
    case 0x01: text += "hopx_live_".utf8
    case 0x02: text += "NXAXAV4sU3Ii".utf8
    case 0x03: text += "EXi3vR9kOJuhfbR5z42aFx5rhGjH1xnzFdjn9ca-qps".utf8
    case 0x04: text += "aB3_-xY9".utf8
    case 0x05:
      // A cut.
      lengths.append(length)
      length = 0
    case 0x06: text += "<<<".utf8
    case 0x07: text += ">>>".utf8
    case 0x08: text += "abc1".utf8
    case 0x0E where mode & 8 == 8:
      // The same key under one disguise or another.
      guard let number = input.popFirst() else { break }
      var generator = SeededGenerator(seed: UInt64(text.count))
      let key = Array("hopx_live_".utf8) + secret
      text += disguises[Int(number) % disguises.count].hide(key, using: &generator)
    default: text.append(byte)
    }
    length += text.count - before
    if mode & 1 == 1, length > 0 {
      lengths.append(length)
      length = 0
    }
  }
  if mode & 2 == 2 { lengths = Array(repeating: 1, count: text.count) }
  lengths.append(length)
  if mode & 8 == 8 {
    checkEncoded(text, lengths)
  } else if mode & 4 == 4 {
    check(text, lengths, &userFilter, userRules.oracle)
  } else {
    check(text, lengths, &keyFilter, [oracleKey])
  }
  return 0
}

private let disguises = KeyDisguise.all + KeyDisguise.chains

/// A longer text takes time and shows nothing that a shorter one does not.
private let mostBytes = 8192

/// Of `hopx_live_`, the rest of a key, put together when it runs.
private let secret =
  Array("NXAXAV4sU3Ii".utf8) + [UInt8(ascii: ".")] + Array("EXi3vR9kOJuhfbR5z42aFx5rhGjH1xnzFdjn9ca-qps".utf8)

/// Keys may be encoded: what comes out is the same for every way of cutting the text into reads, and no key
/// stands in it.
private func checkEncoded(_ text: [UInt8], _ lengths: [Int]) {
  var expected: [UInt8] = []
  wholeFilter.space.copyBytes(from: text)
  wholeFilter.take(text.count, isLast: true) { expected += $0 }
  precondition(oracle(expected) == expected, "a key is left")
  let output = pass(text, lengths, &piecemealFilter, expected)
  precondition(output == expected, "depends on how the text was cut")
}

private func check(
  _ text: [UInt8], _ lengths: [Int], _ redactor: inout Redactor, _ rules: [OracleRule]
) {
  let expected = oracle(text, rules: rules)
  precondition(pass(text, lengths, &redactor, expected) == expected, "not what the oracle says")
}

/// What comes out of a filter in the end; what comes out before must be the beginning of `expected`.
private func pass(
  _ text: [UInt8], _ lengths: [Int], _ redactor: inout Redactor, _ expected: [UInt8]
) -> [UInt8] {
  var output: [UInt8] = []
  var rest = text[...]
  for length in lengths + [text.count] {
    var part = rest.prefix(length)
    rest = rest.dropFirst(length)
    while !part.isEmpty {
      let count = min(part.count, redactor.space.count)
      redactor.space.copyBytes(from: part.prefix(count))
      part = part.dropFirst(count)
      let shown = output.count
      redactor.take(count, isLast: false) { output += $0 }
      precondition(
        expected[min(shown, expected.count)...].starts(with: output[shown...]), "shows what the end does not")
    }
  }
  redactor.take(0, isLast: true) { output += $0 }
  return output
}
