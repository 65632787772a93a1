// Keys that are encoded in a stream are gone from what a decoder makes of the output.

import Detection
import Disguises
import Foundation
import Redaction
import RedactionOracle
import Rules
import Testing

struct EncodedStreamTests {
  private let befores = ["", "a", "ab", "abc ", "key=", "X-API-Key: ", "http://host/?k="].map { Array($0.utf8) }
  private let afters = ["", " ", "_old-text", "\n", " b", ", c", ".d"].map { Array($0.utf8) }

  private func random(_ texts: [[UInt8]], _ samples: inout Samples) -> [UInt8] {
    texts.randomElement(using: &samples.generator)!
  }

  /// Whether what is left says the same as before but for the key, of which fifteen characters are left.
  private func isRedacted(
    _ output: [UInt8], _ hiding: KeyDisguise, _ key: [UInt8], _ before: [UInt8], _ after: [UInt8]
  ) -> Bool {
    guard let text = hiding.reveal?(output) else { return false }
    let dots = text.count - before.count - after.count - 15
    guard (3...hiding.mostDots).contains(dots) else { return false }
    return text == before + key[..<15] + Array(repeating: UInt8(ascii: "."), count: dots) + after
  }

  @Test(arguments: KeyDisguise.streamed) func `every disguise is redacted at random cuts`(_ hiding: KeyDisguise) {
    var samples = Samples(seed: 30)
    var redactor = Redactor(rules: builtIn, chunk: 300)
    for _ in 0..<100 {
      let (key, before, after) = (samples.key(), random(befores, &samples), random(afters, &samples))
      let input = hiding.hide(key, before: before, after: after, using: &samples.generator)
      let lengths = samples.cuts(of: input.count, longest: [1, 5, 60, 300].randomElement(using: &samples.generator)!)
      let steps = outputs(input, lengths: lengths, through: &redactor)
      let output = steps.last!
      guard isRedacted(output, hiding, key, before, after) else {
        Issue.record(
          "\(hiding), \(before.count) before, \(after.count) after: \(output.count) of \(input.count) bytes left")
        return
      }
      #expect(steps.allSatisfy { output.starts(with: $0) })
      #expect(redacted(output) == output)
      #expect(displayCodes(in: input) == displayCodes(in: output))
      if hiding.encoding == "base64", hiding.makes == .lines {
        #expect(input.count { $0 <= 0x20 } == output.count { $0 <= 0x20 })
      }
    }
  }

  @Test(arguments: [8, 43]) func `big-endian text at an odd place with nothing after it is read`(secret: Int) {
    var samples = Samples(seed: 33)
    func wide(_ text: some Sequence<UInt8>) -> [UInt8] { text.flatMap { [0, $0] } }
    for after in ["", " b", "\n"] {
      let key = Array(samples.key().prefix(23 + secret))
      let input = [0x78] + wide(key) + Array(after.utf8)
      let expected = [0x78] + wide(key[..<15]) + wide("...".utf8) + Array(after.utf8)
      #expect(redacted(input) == expected)
      for cut in stride(from: 1, to: input.count, by: 3) {
        var redactor = Redactor(rules: builtIn, chunk: 300)
        #expect(outputs(input, lengths: [cut, input.count - cut], through: &redactor).last! == expected, "\(cut)")
      }
    }
  }

  @Test(arguments: KeyDisguise.streamed) func `every cut gives the same output`(_ hiding: KeyDisguise) {
    var samples = Samples(seed: 31)
    var redactor = Redactor(rules: builtIn, chunk: 4096)
    for before in befores.prefix(3) {
      let key = samples.key()
      let input = hiding.hide(key, before: before, after: [32], using: &samples.generator)
      let expected = redacted(input)
      #expect(isRedacted(expected, hiding, key, before, [32]))
      for cut in 1..<input.count {
        let steps = outputs(input, lengths: [cut], through: &redactor)
        #expect(steps.last! == expected && expected.starts(with: steps[0]))
      }
      #expect(redacted(input, lengths: Array(repeating: 1, count: input.count)) == expected)
    }
  }

  /// More of the stream could have made the last escape longer.
  @Test(arguments: ["\\0000%x", "U+00%X"]) func `an escape that ends with the stream is whole`(format: String) {
    var samples = Samples(seed: 42)
    let key = samples.key().map { Array(String(format: format, $0).utf8) }
    let input = Array(key.joined())
    let expected = Array(key[..<15].joined()) + Array("...".utf8)
    #expect(redacted(input) == expected)
    #expect(redacted(input, lengths: Array(repeating: 1, count: input.count)) == expected)
  }

  /// Base64 keeps what follows the key at its place, whatever it is.
  @Test func `base64 goes on after a key`() throws {
    var samples = Samples(seed: 32)
    for count in 0..<9 {
      for length in 8...46 {
        let key = samples.text("hopx_live_{base62:12}.{base64url:\(length)}")
        let before = samples.text("{base62:\(count)} "), after = samples.text(" {base62:\(9 - count)}")
        let output = redacted(Array(Data(before + key + after).base64EncodedData()))
        let text = try #require(Data(base64Encoded: Data(output)))
        #expect(text.starts(with: before + key[..<15] + Array("...".utf8)))
        #expect(text.suffix(after.count).elementsEqual(after))
        #expect(text.count <= before.count + 15 + 5 + after.count)
      }
    }
  }

  @Test func `keys that overlap in base64 are all redacted`() throws {
    var samples = Samples(seed: 33)
    for count in 0..<6 {
      let keys = samples.text("hopx_live_{base62:12}.{base64url:\(20 + count)}") + samples.key()
      let text = samples.text("{base62:\(count)} ") + keys + Array(" end".utf8)
      let input = Array(Data(text).base64EncodedData())
      for lengths in [[], Array(repeating: 1, count: input.count)] {
        let output = try #require(Data(base64Encoded: Data(redacted(input, lengths: lengths))))
        #expect(output.count <= count + 1 + 15 + 5 + 4)
        #expect(output.suffix(4).elementsEqual(" end".utf8))
      }
    }
  }

  @Test func `JSON stays JSON`() throws {
    var samples = Samples(seed: 34)
    for hiding in ["\\u", "\\u of some", "\\u of some by chance"].map({ KeyDisguise[$0] }) {
      for _ in 0..<50 {
        let key = samples.key()
        let hidden = hiding.hide(
          key, before: Array("x\\n\\u0041".utf8), after: Array("\\\"\\\\y".utf8), using: &samples.generator)
        let output = redacted(Array("{\"k\":\"".utf8) + hidden + Array("\",\"n\":1}".utf8))
        let value = try #require(try JSONSerialization.jsonObject(with: Data(output)) as? [String: Any])
        #expect(value["k"] as? String == "x\nA" + String(decoding: key[..<15], as: UTF8.self) + "...\"\\y")
        #expect(value["n"] as? Int == 1)
      }
    }
  }

  // MARK: What is not encoded

  @Test func `text after a plain key stays`() {
    var samples = Samples(seed: 35)
    for code in ["\u{1B}[0m", "\u{1B}[m\u{1B}[K", "\u{1B}]8;;\u{7}"] {
      for text in ["t", "text", "text_that-goes-on-and-on-without-any-end-to-be-seen", " text"] {
        for length in [43, 44, 46, 60] {
          let input = samples.text("\u{1B}[32mhopx_live_{base62:12}.{base64url:\(length)}") + Array((code + text).utf8)
          #expect(redacted(input) == oracle(input))
        }
        let cut = samples.text("hopx_live_{base62:12}.{base64url:20}") + Array((code + text.prefix(5)).utf8)
        #expect(redacted(cut) == oracle(cut))
      }
    }
  }

  /// What a line with an encoded key ends with shows at once, too.
  @Test(arguments: [
    "hex", "upper hex", "hex with blanks", "hex with colons", "hex with dashes", "hex with commas",
    "hex array in a line", "base64", "base64 of UTF-16LE",
  ])
  func `a line with an encoded key ends at once`(_ name: String) {
    let hiding = KeyDisguise[name]
    var samples = Samples(seed: 41)
    for _ in 0..<50 {
      let input = hiding.hide(samples.key(), before: Array("k: ".utf8), after: [], using: &samples.generator) + [10]
      let steps = outputs(input, lengths: [input.count])
      #expect(steps[0] == steps.last! && steps[0].count < input.count, "\(hiding)")
    }
  }

  @Test func `what is no key stays`() {
    var samples = Samples(seed: 36)
    var redactor = Redactor(rules: builtIn, chunk: 4096)
    for _ in 0..<300 {
      let part = samples.key().prefix(Int.random(in: 1...30, using: &samples.generator))
      for hiding in KeyDisguise.streamed {
        let whole = hiding.hide(
          Array(part) + Array(repeating: 32, count: 40 - part.count), using: &samples.generator)
        let steps = outputs(whole, lengths: samples.cuts(of: whole.count, longest: 9), through: &redactor)
        #expect(steps.last == whole)
      }
    }
  }

  @Test(arguments: KeyDisguise.streamed) func `plain leaves encoded keys`(_ hiding: KeyDisguise) {
    var samples = Samples(seed: 37)
    let input = hiding.hide(samples.key(), before: [], after: [10], using: &samples.generator)
    var redactor = Redactor(rules: builtIn, isPlain: true)
    let expected = oracle(input)
    #expect(outputs(input, lengths: [], through: &redactor).last == expected)
  }

  /// Whatever a line with a key ends with, the line end is shown at once.
  @Test func `a line ends at once`() {
    var samples = Samples(seed: 40)
    for _ in 0..<300 {
      let key = samples.key() + [10]
      #expect(outputs(key, lengths: [key.count]).first == Array(key[..<15]) + Array("...\n".utf8))
      let words = samples.text("{base64url:30} {base64url:10}\n")
      #expect(outputs(words, lengths: [words.count]).first == words)
    }
  }

  // MARK: Anything

  /// Pieces of keys in every form, in every order.
  private func soup(_ samples: inout Samples) -> [UInt8] {
    var result: [UInt8] = []
    for _ in 0..<Int.random(in: 1...6, using: &samples.generator) {
      let hiding = KeyDisguise.streamed.randomElement(using: &samples.generator)!
      switch Int.random(in: 0..<6, using: &samples.generator) {
      case 0: result += samples.soup(parts: 1)
      case 1:
        let hidden = hiding.hide(samples.key(), using: &samples.generator)
        result += hidden.prefix(Int.random(in: 0...hidden.count, using: &samples.generator))
      case 2:
        let hidden = hiding.hide(samples.key(), using: &samples.generator)
        result += hidden.suffix(Int.random(in: 0...hidden.count, using: &samples.generator))
      case 3:
        result += Array(
          ["%", "%6", "\\u00", "\\", "\u{1B}", "\u{1B}[", "\u{1B}[m", "&#", "\u{0}", "="].randomElement(
            using: &samples.generator)!.utf8)
      default:
        result += hiding.hide(
          samples.key(), before: random(befores, &samples), after: random(afters, &samples), using: &samples.generator)
      }
    }
    return result
  }

  @Test func `cuts change nothing`() {
    var samples = Samples(seed: 38)
    var redactor = Redactor(rules: builtIn, chunk: 300)
    for _ in 0..<1200 {
      let input = soup(&samples)
      let whole = redacted(input, lengths: [])
      let lengths = samples.cuts(of: input.count, longest: [1, 7, 40, 300].randomElement(using: &samples.generator)!)
      let steps = outputs(input, lengths: lengths, through: &redactor)
      guard steps.last! == whole, steps.allSatisfy({ whole.starts(with: $0) }) else {
        Issue.record("\(input.count) bytes in reads of \(lengths)")
        return
      }
      // Nothing plain is left either.
      #expect(oracle(whole) == whole)
    }
  }

  @Test func `rules of a user are applied`() {
    var samples = Samples(seed: 39)
    let file = "[[rule]]\nid = 't'\nliteral = 'tok-'\npattern = '(?<!x)tok-[a-z]{20}'\nkeep = 6\n"
    let rules = try! builtIn.adding(Array(file.utf8), source: "test")
    // Four bytes in base64 twice are too few to be told from any others, and have no half that is.
    for hiding in KeyDisguise.streamed where hiding.name != "base64 of base64" && !hiding.traits.contains(.guess) {
      for before in [[], Array("a ".utf8), Array("x".utf8)] {
        let key = Array("tok-abcdefghijklmnopqrst".utf8)
        let input = hiding.hide(key + [], before: before, after: [33], using: &samples.generator)
        let output = redacted(input, lengths: samples.cuts(of: input.count, longest: 9), rules: rules)
        // What is before a coloured character is its code.
        if before == Array("x".utf8), hiding.name == "a colour for each character" { continue }
        guard before != Array("x".utf8) else {
          #expect(output == input, "\(hiding)")
          continue
        }
        let text = hiding.reveal?(output)
        #expect(text?.starts(with: before + key[..<6] + Array("...".utf8)) == true, "\(hiding)")
        #expect((text?.count ?? 99) <= before.count + 6 + 5 + 1)
      }
    }
  }

  /// What could become a key holds the stream up for so long and no longer.
  @Test func `what is held back is bounded`() {
    let starts = ["h\u{1B}[m", "hopx_live_A%41", "aG9weF9saXZlX"].map { Array($0.utf8) }
    let fillers = ["\u{1B}[m", "\\u0041", "A"].map { Array($0.utf8) }
    for start in starts {
      for filler in fillers {
        let input = start + Array(repeatElement(filler, count: 30_000 / filler.count).joined())
        let steps = outputs(input, lengths: Array(repeating: 100, count: 400))
        for (index, step) in steps.enumerated() { #expect(step.count >= 100 * (index + 1) - Rule.longestMatch - 100) }
        #expect(steps.last == input)
      }
    }
  }

  @Test(arguments: [("CHAR", "||"), ("Chr", " & "), ("chr", "."), ("String.fromCharCode", " + "), ("CHR", "+")])
  func `characters by number are put together in many languages`(name: String, sign: String) {
    var samples = Samples(seed: 46)
    let key = samples.key()
    for (digits, isHex) in [(String.init, false), ({ "0x" + String($0, radix: 16) }, true)]
      as [((UInt8) -> String, Bool)]
    {
      func text(_ bytes: [UInt8]) -> [UInt8] {
        Array("k = \(bytes.map { "\(name)(\(digits($0)))" }.joined(separator: sign))\n".utf8)
      }
      #expect(redacted(text(key)) == text(key[..<15] + Array("...".utf8)), "hex: \(isHex)")
    }
  }

  /// As `jq`, `pprint` of Python and writers of JSON print them.
  @Test(arguments: ["\n", ",\n ", ",\n  ", ",\r\n    "]) func `numbers in lines of their own are one list`(gap: String)
  {
    var samples = Samples(seed: 47)
    let key = samples.key()
    func text(_ bytes: [UInt8]) -> [UInt8] { Array("[\(bytes.map(String.init).joined(separator: gap))]\n".utf8) }
    #expect(redacted(text(key)) == text(key[..<15] + Array("...".utf8)))
  }

  /// A literal may begin with a number of two digits.
  @Test(arguments: ["acme_sk_", "AKIA", "Zcl-"], [",\n  ", ",\n    ", ",\r\n ", ",\r\n  ", ", ", " "])
  func `numbers in lines are a list whatever the literal`(literal: String, gap: String) throws {
    let rule = "[[rule]]\nid = 'a'\nliteral = '\(literal)'\npattern = '\(literal)[a-z0-9]{32}'\nkeep = 4\n"
    let rules = try builtIn.adding(Array(rule.utf8), source: "test")
    func text(_ bytes: [UInt8]) -> [UInt8] { Array("[\(bytes.map(String.init).joined(separator: gap))]\n".utf8) }
    let key = Array(literal.utf8) + Array(repeating: UInt8(ascii: "q"), count: 32)
    #expect(redacted(text(key), rules: rules) == text(key[..<4] + Array("...".utf8)))
  }

  // MARK: What parts a word

  @Test func `tags, quotes and the ends of lines between the halves of a key stay`() {
    var samples = Samples(seed: 42)
    let joints = ["<b>", "</b>", "</i><i class='x'>", "\" +\n  \"", "' '", "\", /* more */ \"", "'\"", "~~"]
    for joint in joints.map({ Array($0.utf8) }) {
      let key = samples.key()
      let input = key[..<7] + joint + key[7..<40] + joint + key[40...] + [10]
      let expected = key[..<7] + joint + key[7..<15] + Array("...".utf8) + joint + [10]
      #expect(redacted(Array(input)) == Array(expected))
    }
  }

  @Test func `what is only beside a key stays`() {
    var samples = Samples(seed: 43)
    for after in [
      "\" + \"text", "\", \"next\"]", "' 'other", "</b><i>text", "**text**", "\"text", "'text'", "*a*", "<a",
    ] {
      for length in [43, 42, 40] {
        let key = samples.text("hopx_live_{base62:12}.{base64url:\(length)}")
        let input = Array("\"k\": \"".utf8) + key + Array(after.utf8)
        let output = Array("\"k\": \"".utf8) + key[..<15] + Array("...".utf8) + Array(after.utf8)
        #expect(redacted(input) == output)
        // All that comes after a whole key shows at once.
        #expect(outputs(input, lengths: [input.count])[0].count >= output.count - (length == 43 ? 0 : 1))
      }
      // Put together they are no whole key.
      let cut = samples.text("hopx_live_{base62:12}.{base64url:20}")
      #expect(redacted(cut + Array(after.utf8)) == cut[..<15] + Array("...".utf8) + Array(after.utf8))
    }
  }

  @Test func `text with tags, stars and quotes shows at once`() {
    for text in ["say \"hopx\" ", "<b>hopx</b> and ", "**hopx_live**, ", "h* ", "'hopx_live_' ", "h<b ", "hop\" + "] {
      #expect(outputs(Array(text.utf8), lengths: [text.utf8.count])[0] == Array(text.utf8), "\(text)")
    }
  }
  @Test func `what parts a key is the same however the input is cut`() {
    var samples = Samples(seed: 45)
    let blanks = String(repeating: " ", count: 600)
    let secret = samples.text("{base64url:43}")
    let id = samples.text("{base62:12}.")
    let key = id + secret + Array("\n more\n".utf8)
    let inputs = [
      // A literal begins in a comment, and no more is known of it when the bytes end.
      Array("hopx_live_AAAA<!--\(blanks)hopx_live_<b x=\"-->".utf8) + key.dropFirst(4),
      // Two tags in the literal, which are longer together than what is held back, and shorter.
      Array("ho<a\(blanks)>p<a\(blanks)>x_live_".utf8) + key,
      Array("ho<a>p<a\(blanks)>x_live_".utf8) + key,
    ]
    for input in inputs {
      let expected = redacted(input)
      for cut in stride(from: 1, to: input.count, by: 3) {
        #expect(redacted(input, lengths: [cut, input.count - cut]) == expected, "\(cut)")
        let three = [cut, (input.count - cut) / 2, input.count - cut - (input.count - cut) / 2]
        #expect(redacted(input, lengths: three) == expected, "\(three)")
      }
    }
  }

  @Test func `a tag may have many attributes`() {
    var samples = Samples(seed: 46)
    let attributes = String(repeating: " x=\"o\"", count: 40)
    let key = samples.key()
    let input = Array("ho<a\(attributes)>".utf8) + key.dropFirst(2)
    #expect(redacted(input) == Array("ho<a\(attributes)>".utf8) + key[2..<15] + Array("...".utf8))
  }

  @Test func `a key between the halves of another is not left`() {
    var samples = Samples(seed: 44)
    for (start, end) in [("<b title='", "'>"), ("\" /* ", " */ + \""), ("<!-- ", "-->"), ("\" + // ", "\n\"")] {
      for place in [7, 40] {
        let (key, other) = (samples.key(), samples.key())
        let input = key[..<place] + Array(start.utf8) + other + Array(end.utf8) + key[place...] + Array(" rest".utf8)
        for lengths in [[], samples.cuts(of: input.count, longest: 20)] {
          let output = redacted(Array(input), lengths: lengths)
          #expect(oracle(output) == output && !output.contains(other[15..<23]) && !output.contains(key[41..<50]))
          #expect(output.suffix(5).elementsEqual(" rest".utf8))
        }
      }
    }
  }
}
