// A rule among a hundred finds what it finds alone: with many rules one index finds the literals and, for what is
// hidden, the pieces of them.

import Detection
import Rules
import Testing

struct ManyRulesScanTests {
  private static let literals = ["tok_", "GLPT-", "live+", "abc-def", "x9-token", "longer_literal_1", "Zz.q_"]

  private func set(_ literals: [String]) throws -> RuleSet {
    let rules = literals.map { literal in
      """
      [[rule]]
      id = 'r-\(literal.filter { $0.isLetter || $0.isNumber }.lowercased())'
      literal = '\(literal)'
      pattern = '\(literal.replacing("+", with: "\\+").replacing(".", with: "\\."))[0-9a-f]{24}'
      keep = 2

      """
    }
    return try RuleSet.builtIn().adding(Array(rules.joined().utf8), source: "test")
  }

  /// What is found from `start` on, as text.
  private func found(_ text: UnsafeRawBufferPointer, from start: Int, by scanner: inout Scanner) -> [String] {
    var plain: [Match] = []
    _ = scanner.search(text, from: start, atStart: start == 0, isLast: true, into: &plain)
    var hidden: [Match] = []
    scanner.searchHidden(text, from: start, until: text.count, besides: plain, into: &hidden)
    return merged(plain, hidden).map {
      "\(scanner.rules.rules[$0.rule].id) \($0.range) \($0.disguise?.encoding ?? "")"
    }
  }

  /// A key in one of several ways, with words around it.
  private func text(_ key: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
    let place = Int.random(in: 1..<(key.count - 24), using: &random)
    let (head, tail) = (Array(key[..<place]), Array(key[place...]))
    let hidden: [UInt8] =
      switch Int.random(in: 0..<6, using: &random) {
      case 0: key
      case 1: head + Array("\u{1B}[0m".utf8) + tail
      case 2: head + Array("<b>".utf8) + tail
      case 3: Array("\"".utf8) + head + Array("\" + \"".utf8) + tail + Array("\"".utf8)
      case 4: head + Array("%\(String(tail[0], radix: 16))".utf8) + tail.dropFirst()
      default: head + Array("\\u00\(String(tail[0], radix: 16))".utf8) + tail.dropFirst()
      }
    let words = ["a ", "token ", "live ", "abc ", "longer ", "\n    ", "= "]
    func some() -> [UInt8] {
      let count = Int.random(in: 0..<200, using: &random)
      return (0..<count).flatMap { _ in Array(words.randomElement(using: &random)!.utf8) }
    }
    return some() + Array(" ".utf8) + hidden + Array(" ".utf8) + some()
  }

  @Test("A rule among many finds what it finds alone, from any place and after another text in the same memory")
  func amongMany() throws {
    var random = SeededGenerator(seed: 51)
    var many = Scanner(rules: try set(Self.literals + (0..<100).map { "other\($0)_" }))
    var count = 0
    for literal in Self.literals {
      var alone = Scanner(rules: try set([literal]))
      let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 100_000, alignment: 1)
      defer { memory.deallocate() }
      for _ in 0..<40 {
        var bytes: [UInt8] = []
        repeat {
          let secret = (0..<24).map { _ in Array("0123456789abcdef".utf8).randomElement(using: &random)! }
          bytes += text(Array(literal.utf8) + secret, &random)
        } while Bool.random(using: &random) || bytes.count < 3000
        // Always as long, so that only what is in it changes.
        memory.copyBytes(from: (bytes + Array(repeating: 0x20, count: memory.count)).prefix(memory.count))
        let text = UnsafeRawBufferPointer(memory)
        for start in [0, Int.random(in: 0..<bytes.count, using: &random)] {
          alone.begin()
          let expected = found(text, from: start, by: &alone)
          many.begin()
          #expect(found(text, from: start, by: &many) == expected)
          count += expected.count
        }
      }
    }
    #expect(count > 500)
  }
}
