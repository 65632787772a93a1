// Two hidden keys below each other: each is found, and gone from a stream, whatever the other is hidden as. What was
// decoded for one must not take the beginning of the other.

import Detection
import Disguises
import Redaction
import Testing

struct NeighbourTests {
  private let gaps = ["\n", "\n\n"].map { Array($0.utf8) }

  /// A text in which `first` hides a key, and `second` another below it.
  private func text(
    _ first: KeyDisguise, _ second: KeyDisguise, _ gap: [UInt8], _ samples: inout Samples
  ) -> (text: [UInt8], keys: [[UInt8]]) {
    var text: [UInt8] = [0x0A]
    var keys: [[UInt8]] = []
    for disguise in [first, second] {
      let key = samples.key()
      keys.append(key)
      let lead = String(repeating: "k", count: .random(in: 0...5, using: &samples.generator)) + " "
      text += disguise.hide(key, before: Array(lead.utf8), after: Array(" ;".utf8), using: &samples.generator)
      text += gap
    }
    return (text, keys)
  }

  /// The hidden keys that a scan finds in `text`.
  private func found(in text: [UInt8], _ scanner: inout Scanner) -> [[UInt8]] {
    var (plain, hidden): ([Match], [Match]) = ([], [])
    text.withUnsafeBytes {
      _ = scanner.search($0, from: 0, atStart: true, isLast: true, into: &plain)
      scanner.searchHidden($0, from: 0, until: text.count, besides: plain, into: &hidden)
    }
    return hidden.compactMap(\.disguise?.key)
  }

  /// `=` ends base64 as padding, and in quoted-printable a line that goes on.
  @Test(arguments: ["base64", "base64 of UTF-16LE"]) func `what follows padding in the next line is no part of the key`(
    _ name: String
  ) {
    var samples = Samples(seed: 44)
    var scanner = Scanner(rules: builtIn)
    for _ in 0..<200 {
      let key = samples.key()
      for lead in ["k", "k ", "X-API-Key: "] {
        let base64 = KeyDisguise[name].hide(key, before: Array(lead.utf8), after: [], using: &samples.generator)
        let text = base64 + [0x0A] + samples.text("{base62:30}\n")
        // Without padding the next line may be more of it.
        if base64.last == UInt8(ascii: "=") { #expect(found(in: text, &scanner) == [key]) }
      }
    }
  }

  @Test func `base64 goes on after a soft line break`() {
    var samples = Samples(seed: 46)
    var scanner = Scanner(rules: builtIn)
    for lead in ["", "k ", "The key is below."] {
      let key = samples.key()
      let digits = KeyDisguise["base64"].hide(key, before: Array(lead.utf8), after: [], using: &samples.generator)
      let text = digits.prefix(75) + Array("=\n".utf8) + digits.dropFirst(75) + Array("\n".utf8)
      #expect(found(in: Array(text), &scanner) == [key])
    }
  }

  @Test(arguments: KeyDisguise.scanned) func `a scan finds both`(_ first: KeyDisguise) {
    var samples = Samples(seed: 41)
    var scanner = Scanner(rules: builtIn)
    for second in KeyDisguise.scanned {
      // Hex with dashes is a line of base64 too.
      if first.encoding.hasPrefix("base64"), second.name == "hex with dashes" { continue }
      for gap in gaps {
        let (text, keys) = text(first, second, gap, &samples)
        #expect(Set(found(in: text, &scanner)).isSuperset(of: keys), "\(first), \(second), \(gap.count)")
      }
    }
  }

  @Test(arguments: KeyDisguise.streamed) func `a stream loses both`(_ first: KeyDisguise) {
    var samples = Samples(seed: 42)
    var scanner = Scanner(rules: builtIn)
    var redactor = Redactor(rules: builtIn, chunk: 300)
    for (number, second) in KeyDisguise.streamed.enumerated() {
      let (text, keys) = text(first, second, gaps[number % 2], &samples)
      let step = [7, 50, text.count][number % 3]
      let lengths = Array(repeating: step, count: text.count / step + 1)
      let output = outputs(text, lengths: lengths, through: &redactor).last!
      let left = found(in: output, &scanner).contains { key in keys.contains { $0.starts(with: key.prefix(20)) } }
      #expect(!left, "\(first), \(second), in pieces of \(step)")
    }
  }

  @Test(arguments: [(2, 0), (2, 1), (4, 0), (4, 3)]) func `wide text is read wherever it begins`(
    _ width: Int, _ low: Int
  ) {
    var samples = Samples(seed: 43)
    func wide(_ text: some Sequence<UInt8>) -> [UInt8] {
      text.flatMap { byte in (0..<width).map { $0 == low ? byte : 0 } }
    }
    for front in ["", "\n", "xy", "xyz", "wxyz", "vwxyz"] {
      for (before, after) in [("", ""), ("k ", ""), ("kk ", " ;"), ("", " ;")] {
        let key = samples.key()
        let input = Array(front.utf8) + wide(before.utf8) + wide(key) + wide(after.utf8) + Array("\nnext\n".utf8)
        let expected =
          Array(front.utf8) + wide(before.utf8) + wide(key[..<15]) + wide("...".utf8) + wide(after.utf8)
          + Array("\nnext\n".utf8)
        for step in [1, 7, input.count] {
          var redactor = Redactor(rules: builtIn, chunk: 300)
          let lengths = Array(repeating: step, count: input.count / step + 1)
          #expect(
            outputs(input, lengths: lengths, through: &redactor).last! == expected,
            "\(front.utf8.count) bytes, then \(before.utf8.count) characters, in pieces of \(step)")
        }
      }
    }
  }
}
