// Made-up keys, and names in code that are shaped like one, are no finding of a scan; `redact` takes them
// out all the same. No random key is taken for either: the share that would be is computed exactly, from the
// states of the code that judges.

import Detection
import Rules
import TestSupport
import Testing

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

  @Test(arguments: [
    "subscription.cancel_at_period_end", "presentation.final-version-for-review",
    "loadbalancer.load_balancer_arn_suffix",
    "environments.get_default_environment_id", "organization.DEFAULT_RETENTION_PERIOD_DAYS",
    "environments.create_or_update_v2_endpoint",
    "presentation.final-version-for-review-by-the-board-and-all-members",
    "abcdefghijkl.get_default_environment",
  ])
  func `a name in code or of a file`(name: String) {
    #expect(!isReported("hopx_live_\(name)"))
    #expect(!isReported("hopx_live_\(name).pdf"))
    #expect(!isReported("hopx_live_\(name)()"))
    #expect(isReported("hopx_live_\(name.prefix(13))\(secret)"))
    #expect(isReported("hopx_live_A1b2C3d4E5f6\(name.dropFirst(12))"))
  }

  @Test(arguments: [
    "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopq",
    "0123456789abcdef0123456789abcdef0123456789a", "zyxwvutsrqponmlkjihgfedcba", "01234567890123456789",
  ])
  func `a sequence`(sequence: String) {
    #expect(!isReported("hopx_live_\(id).\(sequence)"))
    #expect(!isReported("hopx_live_abcdefghijkl.\(sequence)"))
    #expect(isReported("hopx_live_\(id).\(sequence.prefix(8))\(secret.prefix(30))"))
  }

  /// The share of random texts that a path of words accepts.
  private func share(_ length: Int, of alphabet: [UInt8], isUpperCase: Bool) -> Double {
    var states = [WordPath(isUpperCase: isUpperCase): 1.0]
    for _ in 0..<length {
      var next: [WordPath: Double] = [:]
      for (state, weight) in states {
        for byte in alphabet {
          var state = state
          if state.take(byte) { next[state, default: 0] += weight / Double(alphabet.count) }
        }
      }
      states = next
    }
    return states.values.reduce(0, +)
  }

  @Test func `fewer than one random key in a billion is words`() {
    let small = Array("abcdefghijklmnopqrstuvwxyz".utf8)
    let isSmall = (0..<12).reduce(1.0) { share, _ in share * Double(small.count) / Double(base62.count) }
    let ids = isSmall * share(12, of: small, isUpperCase: false)
    func keys(_ length: Int) -> Double {
      ids * (share(length, of: base64url, isUpperCase: false) + share(length, of: base64url, isUpperCase: true))
    }
    #expect(keys(Placeholder.shortestIdentifier) < 1e-12)
    #expect(keys(43) < 1e-20)
  }

  @Test func `random keys are never taken for placeholders`() {
    for _ in 0..<20_000 {
      let key = String(decoding: makeKey(), as: UTF8.self)
      if !isReported(key) { Issue.record("not reported: \(key.prefix(15))...") }
    }
  }

  @Test func `the documentation's example is reported`() {
    // Put together here, so that no key is in a file.
    // hopxguard:allow-next-line the example of the Hopx documentation, which opens nothing
    let example = "hopx_live_" + "NXAXAV4sU3Ii" + "." + "EXi3vR9kOJuhfbR5z42a" + "Fx5rhGjH1xnzFdjn9caAqps"
    #expect(isReported(example))
    #expect(isReported(example + "_old"))
    #expect(isReported(example + "-2024"))
  }
}
