import Detection
import TestSupport
import Testing

/// Made-up keys are no finding of a scan, and are redacted all the same.
struct PlaceholderTests {
  private func isReported(_ text: String) -> Bool {
    var scanner = Scanner(rules: builtInRules)
    var found: [Match] = []
    return Array(text.utf8).withUnsafeBytes { bytes in
      _ = scanner.search(bytes, from: 0, atStart: true, isLast: true, into: &found)
      return found.contains { $0.confidence != nil }
    }
  }

  private let id = String(decoding: characters(12, of: base62), as: UTF8.self)
  private let secret = String(decoding: characters(43, of: base64url), as: UTF8.self)

  @Test(arguments: [
    "xxxxxxxxxxxx", "000000000000", "abcdabcdabcd", "YourKeyIdHer", "EXAMPLEEXAMP", "ExampleKeyId",
    "MyApiKeyHere", "yourTokenHer",
  ])
  func `a made-up ID`(id: String) {
    #expect(!isReported("hopx_live_\(id).\(secret)"))
  }

  @Test(arguments: [
    String(repeating: "x", count: 43), String(repeating: "abcd", count: 11),
    "your-secret-here-your-secret-here-your-secr", "YOUR_SECRET_GOES_HERE_YOUR_SECRET_GOES_HERE",
    "EXAMPLE-EXAMPLE-EXAMPLE-EXAMPLE-EXAMPLE", "example_secret_value",
  ])
  func `a made-up secret`(made: String) {
    #expect(!isReported("hopx_live_\(id).\(made)"))
  }

  @Test(arguments: [
    "abcdeabcdeab", "0123456789ab", "TestKey00001", "prodkey2024x",
  ])
  func `an ID that only looks neat is one`(neat: String) {
    #expect(isReported("hopx_live_\(neat).\(secret)"))
  }

  @Test func `random keys are never taken for placeholders`() {
    for _ in 0..<20_000 {
      let key = String(decoding: makeKey(), as: UTF8.self)
      if !isReported(key) { Issue.record("not reported: \(key.prefix(15))...") }
    }
  }

  @Test func `the documentation's example is reported`() {
    // Put together here, so that no key stands in a file.
    // hopxguard:allow-next-line the example of the Hopx documentation, which opens nothing
    let example = "hopx_live_" + "NXAXAV4sU3Ii" + "." + "EXi3vR9kOJuhfbR5z42a" + "Fx5rhGjH1xnzFdjn9caAqps"
    #expect(isReported(example))
    #expect(isReported(example + "_old"))
    #expect(isReported(example + "-2024"))
  }
}
