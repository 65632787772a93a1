import Detection
import Rules
import Testing

/// The index of literals finds what a comparison at every place finds, for any literals, texts and borders.
struct LiteralIndexTests {
  /// All hits, by comparing every literal at every place.
  private func expected(_ literals: [Literal], _ text: [UInt8], _ places: Range<Int>) -> [[Int]] {
    func folded(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte + 32 : byte }
    var hits: [[Int]] = []
    for place in places {
      for (number, literal) in literals.enumerated() where place + literal.bytes.count <= text.count {
        let here = text[place..<(place + literal.bytes.count)]
        let isEqual = literal.isCaseless ? here.map(folded) == literal.bytes : Array(here) == literal.bytes
        if isEqual { hits.append([place, number]) }
      }
    }
    return hits
  }

  private func found(_ index: LiteralIndex, _ text: [UInt8], _ places: Range<Int>) -> [[Int]] {
    var hits: [LiteralIndex.Hit] = []
    text.withUnsafeBytes { index.search($0, at: places, into: &hits) }
    return hits.map { [$0.place, $0.literal] }
  }

  @Test("Random literals are found in random texts, whole or up to any border", arguments: 0..<40)
  func random(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    // A small alphabet makes hits and near misses; a large one makes rare ones.
    let alphabet: [UInt8] = seed % 2 == 0 ? Array("aAbBkK_.".utf8) : Array(0...255)
    func text(_ count: Int) -> [UInt8] { (0..<count).map { _ in alphabet.randomElement(using: &random)! } }
    let count = [1, 3, 30, 300][seed % 4]
    let literals = (0..<count).map { number in
      Literal(text(Int.random(in: 2...(number % 7 == 0 ? 40 : 5), using: &random)), isCaseless: number % 3 == 0)
    }
    let index = LiteralIndex(literals)
    for _ in 0..<20 {
      var haystack = text(Int.random(in: 0...300, using: &random))
      for _ in 0..<3 {
        let place = Int.random(in: 0...haystack.count, using: &random)
        haystack.insert(contentsOf: literals.randomElement(using: &random)!.bytes, at: place)
      }
      let start = Int.random(in: 0...haystack.count, using: &random)
      for places in [0..<haystack.count, start..<haystack.count, 0..<start, start / 2..<start] {
        #expect(found(index, haystack, places) == expected(literals, haystack, places))
      }
    }
  }

  @Test("A thousand literals are found in a text made of them")
  func aThousand() {
    var random = SeededGenerator(seed: 7)
    let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    let literals = (0..<1000).map { number in
      let length = Int.random(in: 3...24, using: &random)
      return Literal((0..<length).map { _ in letters.randomElement(using: &random)! }, isCaseless: number % 2 == 0)
    }
    let text: [UInt8] = literals.flatMap { $0.bytes + [0x20] }
    #expect(found(LiteralIndex(literals), text, 0..<text.count) == expected(literals, text, 0..<text.count))
  }

  @Test("More hits than are collected at once are all found")
  func manyHits() {
    let literals = (2...20).map { Literal(Array(repeating: 0x61, count: $0), isCaseless: true) }
    let text = Array(repeating: UInt8(ascii: "A"), count: 3000)
    #expect(found(LiteralIndex(literals), text, 0..<text.count) == expected(literals, text, 0..<text.count))
  }

  @Test("A text that ends within a literal is cut where that literal begins")
  func cut() {
    let index = LiteralIndex([Literal(Array("ghp_".utf8)), Literal(Array("token".utf8), isCaseless: true)])
    for (text, place) in [("x gh", 2), ("a TOK", 2), ("GH", 2), ("ghp_", 4), ("", 0), ("t", 0), ("toke token", 10)] {
      let bytes = Array(text.utf8)
      #expect(bytes.withUnsafeBytes { index.cutLiteral(in: $0, from: 0) } == place, "\(text)")
    }
  }
}
