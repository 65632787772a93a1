// A rule that was given up on loses nothing that was found before, and shows nothing afterwards.

import Detection
import Rules
import TestSupport
import Testing

struct SurrenderTests {
  private static let rule = """
    [[rule]]
    id = "acme"
    literal = "acme_"
    pattern = 'acme_(?<secret>(?:a+)+)(?![a-z!])'
    confidence = { high = 4 }

    """
  /// Backtracks without end.
  private let bad = Array("acme_\(String(repeating: "a", count: 60))! ".utf8)
  private let good = Array("acme_aaaaaaaa ".utf8)

  private func scanner() throws -> Scanner {
    try Scanner(rules: .builtIn().adding(Array(Self.rule.utf8), source: "r"))
  }

  private func search(_ text: [UInt8], for purpose: SearchPurpose = .scan, _ scanner: inout Scanner) -> [Match] {
    var found: [Match] = []
    text.withUnsafeBytes {
      _ = scanner.search(for: purpose, $0, from: 0, atStart: true, isLast: true, into: &found)
    }
    return found
  }

  @Test func `what was found before stays found, what comes after is hidden`() throws {
    var scanner = try scanner()
    let text = good + bad + good + makeKey()
    let found = search(text, &scanner)
    #expect(found.filter { $0.confidence != nil }.map(\.rule) == [1, 0])
    #expect(found.filter { $0.rule == 1 }.map(\.range.lowerBound) == [0, good.count, good.count + bad.count])
    #expect(found[1].range.upperBound == text.count)
    #expect(scanner.surrenders.map(\.rule) == [1])
  }

  @Test func `redaction judges no match`() throws {
    var scanner = try scanner()
    #expect(search(good + makeKey(), for: .redaction, &scanner).map(\.judgement) == [.unjudged, .unjudged])
  }

  @Test func `redacting a text neither sees nor leaves surrenders`() throws {
    var scanner = try scanner()
    _ = search(bad, &scanner)
    #expect(String(decoding: scanner.redacted(good), as: UTF8.self) == "acm... ")
    #expect(scanner.surrenders.count == 1)
    scanner.begin()
    #expect(String(decoding: scanner.redacted(bad), as: UTF8.self) == "acm...")
    #expect(scanner.surrenders.isEmpty)
    #expect(search(good, &scanner).map(\.confidence) == [.high])
  }

  @Test func `many matches just under the limit of one are too many`() throws {
    var scanner = try scanner()
    let almost = Array("acme_\(String(repeating: "a", count: 16))!".utf8)
    let found = search((0..<20_000).flatMap { _ in almost } + makeKey(), &scanner)
    #expect(scanner.surrenders.first?.reason == "it backtracks too much, at too many places")
    #expect(found.last?.confidence == .high)
  }

  @Test func `a few of them are not`() throws {
    var scanner = try scanner()
    let almost = Array("acme_\(String(repeating: "a", count: 16))!".utf8)
    _ = search((0..<100).flatMap { _ in almost }, &scanner)
    #expect(scanner.surrenders.isEmpty)
  }
}
