// `.hopxguard.toml`, and `hopxguard check`.

import Foundation
import TestSupport
import Testing

@Suite struct GitignoreConfigTests {
  private func repository() throws -> CoverageRepository {
    let repository = try CoverageRepository()
    try repository.write(".gitignore", ".env\n*.key\nsecrets/\n")
    try repository.write("app/main.py", "pass\n")
    return repository
  }

  @Test func `the project adds, drops and regrades`() throws {
    let repository = try repository()
    defer { repository.remove() }
    try repository.write(
      ".hopxguard.toml",
      """
      [[gitignore]]
      pattern = "*.pem"
      reason = "TLS keys"
      [[gitignore]]
      pattern = ".env.local"
      grade = "required"
      reason = "policy"
      [[gitignore]]
      pattern = ".env.*"
      grade = "off"
      reason = "they are encrypted"
      [[gitignore]]
      pattern = "/deploy/token.json"
      grade = "recommended"
      reason = "the deployer leaves it there"
      """)
    try repository.commit()
    let outcome = try repository.hopxguard("gitignore", "--format", "json")
    #expect(outcome.status == 1)
    let messages = try outcome.findings.map { "\($0["level"] ?? "") \($0["message"] ?? "")" }
    #expect(
      messages == [
        "finding '*.pem' (private key or certificate) is not ignored",
        "finding '.env.local' (local environment file) is not ignored",
        "warning '/deploy/token.json' (/deploy/token.json) is not ignored",
      ])
    #expect(outcome.errors.contains("'.env.*' is off: they are encrypted (.hopxguard.toml:8)"))
    _ = try repository.hopxguard("gitignore", "--fix")
    try repository.commit()
    #expect(try repository.hopxguard("gitignore", "--strict").status == 0)
    #expect(try repository.addable(["a.pem", "app/.env.local", "deploy/token.json", ".env.ci"]) == [".env.ci"])
  }

  @Test func `a mistake in it is an error`() throws {
    let repository = try repository()
    defer { repository.remove() }
    try repository.write(".hopxguard.toml", "[[gitignor]]\npattern = 'x'\n")
    let unknown = try repository.hopxguard("gitignore")
    #expect(unknown.status == 2)
    #expect(unknown.errors.contains(".hopxguard.toml:1: unknown field 'gitignor'"))
    try repository.write("other.toml", "[[gitignore]]\npattern = 'x'\n")
    let other = try repository.hopxguard("gitignore", "--config", "other.toml")
    #expect(other.status == 2)
    #expect(other.errors.contains("other.toml:1: gitignore has no 'reason'"))
    #expect(try repository.hopxguard("gitignore", "--config", "none.toml").status == 2)
    try repository.shell("rm .hopxguard.toml; ln -s other.toml .hopxguard.toml")
    #expect(try repository.hopxguard("gitignore").status == 2)
  }

  @Test func `check does both in one report`() throws {
    let repository = try repository()
    defer { repository.remove() }
    try repository.commit()
    let clean = try repository.hopxguard("check", "--format", "json")
    #expect(clean.status == 0)
    let key = keyText()
    try repository.write("app/main.py", "key = '\(key)'\n")
    try repository.write("new.key", "x\n")
    try repository.git("add", "-f", "new.key")
    let outcome = try repository.hopxguard("check", "--format", "json", in: "app")
    #expect(outcome.status == 1)
    #expect(
      try outcome.lines.filter { !$0.hasPrefix("warning") } == [
        "gitignore-tracked new.key", "hopx-api-key app/main.py:1",
      ])
    let summary = try #require(try outcome.report["summary"] as? [String: Any])
    #expect(summary["findings"] as? Int == 2)
    #expect(summary["files"] as? Int == 3)
    #expect(summary["trackedFiles"] as? Int == 3)
    #expect(!outcome.output.contains(key))
    let lines = try repository.hopxguard("check", "--format", "jsonl").output.split(separator: "\n")
    #expect(lines.count == 5)
    let text = try repository.hopxguard("check")
    #expect(text.output.contains("gitignore-tracked, critical") && text.output.contains("app/main.py"))
    #expect(text.errors.contains("2 findings, 2 warnings: 3 files"))
  }

  @Test func `check says when half of it failed`() throws {
    let repository = try repository()
    defer { repository.remove() }
    try repository.commit()
    try repository.write(".git/index", "no index\n")
    let outcome = try repository.hopxguard("check", "--format", "json")
    #expect(outcome.status == 2)
    #expect(try outcome.report["complete"] as? Bool == false)
    #expect(try repository.hopxguard("check", repository.root.path).status == 2)
  }
}
