// What of the findings counts: an allow-list, comments and a baseline let a finding pass, all of it is counted,
// and an entry that is over or that matches nothing is a warning.

import Findings
import Platform
import Rules
import TOML
import Testing

struct PolicyTests {
  private let fingerprint = "sha256:" + String(repeating: "ab", count: 16)
  private let other = "sha256:" + String(repeating: "cd", count: 16)

  private func finding(_ fingerprint: String, at path: Path, comment: InlineAllowance? = nil) -> Finding {
    let rule = try! Array("[[rule]]\nid = 'token'\nliteral = 'tok_'\npattern = 'tok_[a-z]+'\n".utf8).withUnsafeBytes {
      try parseRules($0, source: "test", isTrusted: false)
    }.rules[0]
    var finding = Finding(
      rule: rule, confidence: .high, secret: "tok_...", fingerprint: fingerprint, path: path, place: .content, line: 1,
      column: 1, length: 7, snippet: Snippet(bytes: Array("tok_...".utf8), highlight: 0..<7))
    finding.comment = comment
    return finding
  }

  private func policy(_ entries: String) throws -> Policy {
    let document = try Array(entries.utf8).withUnsafeBytes { try TOMLValue(parsing: $0) }
    var table = try TOMLTable(document, name: "settings")
    var policy = Policy(today: "2026-11-28")
    policy.allowed = try AllowList(table.value("allow"), source: ".hopxguard.toml")
    return policy
  }

  @Test func `an entry lets its key pass anywhere, and is counted`() throws {
    var policy = try policy("[[allow]]\nfingerprint = '\(fingerprint)'\nreason = 'revoked'\n")
    let left = policy.judge([finding(fingerprint, at: "a"), finding(other, at: "a"), finding(fingerprint, at: "b")])
    #expect(left.map(\.fingerprint) == [other])
    #expect(policy.passed == [.fingerprint: 2])
  }

  @Test func `an entry with a path and a rule needs both`() throws {
    var policy = try policy("[[allow]]\npath = 'docs/**'\nrule = 'token'\nreason = 'examples'\n")
    #expect(
      policy.judge([finding(fingerprint, at: "docs/a.md"), finding(fingerprint, at: "src/a.md")]).map(\.path) == [
        "src/a.md"
      ])
  }

  @Test func `an entry that is over allows nothing, and says so`() throws {
    var policy = try policy("[[allow]]\nfingerprint = '\(fingerprint)'\nreason = 'soon gone'\nexpires = 2026-11-27\n")
    #expect(policy.judge([finding(fingerprint, at: "a")]).count == 1)
    #expect(policy.warnings(isWhole: true).contains { $0.line == 1 && $0.message.contains("2026-11-27") })
  }

  @Test func `a comment allows with a reason, and never when comments are not honoured`() throws {
    var policy = Policy(today: "2026-11-28")
    #expect(policy.judge([finding(fingerprint, at: "a", comment: .allowed)]).isEmpty)
    #expect(policy.judge([finding(fingerprint, at: "a", comment: .unreasoned)]).count == 1)
    policy.honoursComments = false
    #expect(policy.judge([finding(fingerprint, at: "a", comment: .allowed)]).count == 1)
  }

  @Test func `a baseline knows a key at its path, whatever bytes the path has`() throws {
    let path = Path([0x61, 0x09, 0xFF, 0x0A])
    var baseline = Baseline()
    baseline.entries = [Baseline.Entry(fingerprint: fingerprint, rule: "token", path: path)]
    var policy = Policy(today: "2026-11-28")
    policy.baseline = try Baseline(parsing: baseline.text)
    #expect(policy.judge([finding(fingerprint, at: path), finding(fingerprint, at: "b")]).map(\.path) == ["b"])
    #expect(policy.passed == [.baseline: 1])
  }

  @Test func `an entry that allows everything, or gives no reason, is an error`() {
    for entry in [
      "reason = 'x'", "fingerprint = '\(fingerprint)'", "fingerprint = 'sha256:12'\nreason = 'x'",
      "path = ''\nreason = 'x'",
    ] {
      #expect(throws: TOMLError.self) { try policy("[[allow]]\n\(entry)\n") }
    }
  }
}
