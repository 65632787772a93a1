// What a key is, through the scanner's public interface, against the definition in plain Swift.

import Detection
import Rules
import TestSupport
import Testing

struct KeyDefinitionTests {
  private func matches(_ text: [UInt8]) -> [Range<Int>] {
    var scanner = Scanner(rules: builtInRules)
    var found: [Match] = []
    let progress = text.withUnsafeBytes {
      scanner.search($0, from: 0, atStart: true, isLast: true, into: &found)
    }
    #expect(progress.decided == text.count && progress.openRule == nil)
    return found.map(\.range)
  }

  private func confidence(_ text: [UInt8]) -> Confidence? {
    var scanner = Scanner(rules: builtInRules)
    var found: [Match] = []
    text.withUnsafeBytes { bytes in
      _ = scanner.search(bytes, from: 0, atStart: true, isLast: true, into: &found)
    }
    return found.first?.confidence
  }

  @Test(arguments: 0...100)
  func `a secret of 8 to 46 is taken whole, of a longer run the first 43`(length: Int) {
    let key = makeKey(secret: length)
    let expected = length < 8 ? [] : [0..<(23 + (length <= 46 ? length : 43))]
    #expect(matches(key) == expected)
    #expect(matches(key + Array(" tail".utf8)) == expected)
  }

  static let confidences: [(Int, Confidence?)] = [
    (7, nil), (8, nil), (19, nil), (20, .medium), (39, .medium), (40, .high), (46, .high), (47, .high),
  ]

  @Test(arguments: confidences)
  func `confidence goes by the length of the secret`(length: Int, expected: Confidence?) {
    #expect(confidence(makeKey(secret: length)) == expected)
  }

  @Test(arguments: [0, 11, 13, 24])
  func `an ID of another length is none`(length: Int) {
    #expect(matches(makeKey(id: length)) == [])
  }

  @Test(arguments: ["x", "_", ".", "\u{1B}[31m", "hopx_", "hopx_live_", "\"", "\0", "\u{FF}"])
  func `nothing is asked for before or after`(neighbour: String) {
    let key = makeKey()
    let around = Array(neighbour.utf8)
    #expect(matches(around + key + Array("\u{1B}[0m".utf8)) == [around.count..<(around.count + 66)])
  }

  @Test func `every match of overlapping ones counts`() {
    let inner = makeKey()
    // The first key's secret runs into the second key.
    let first = Array("hopx_live_".utf8) + characters(12, of: base62) + [UInt8(ascii: ".")]
    #expect(matches(first + inner) == keyPlaces(in: first + inner))
    #expect(matches(first + inner).count == 2)
  }

  @Test func `a key right after a key is a key`() {
    let text = makeKey() + makeKey() + makeKey()
    #expect(matches(text).count == 3)
    #expect(matches(text) == keyPlaces(in: text))
  }

  @Test func `random texts agree with the oracle`() {
    // Pieces that make, break and overlap keys far more often than random bytes would.
    let pieces: [() -> [UInt8]] = [
      { Array("hopx_live_".utf8) }, { Array("hopx_".utf8) }, { Array("live_".utf8) },
      { characters(12, of: base62) }, { [UInt8(ascii: ".")] }, { makeKey() },
      { makeKey(secret: .random(in: 0...60)) }, { characters(.random(in: 0...50), of: base64url) },
      { [UInt8.random(in: 0...255)] }, { makeKey().dropLast(.random(in: 0...66)) },
    ]
    var keys = 0
    for _ in 0..<20_000 {
      let text = (0..<Int.random(in: 1...8)).flatMap { _ in pieces.randomElement()!() }
      let expected = keyPlaces(in: text)
      keys += expected.count
      if matches(text) != expected {
        Issue.record("differs from the oracle: \(text.count) bytes, \(expected)")
      }
    }
    #expect(keys > 10_000)
  }
}
