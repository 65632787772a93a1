// What the entries of rules/gitignore.toml are, and how a project's configuration changes them.

import Coverage
import Platform
import TOML
import Testing

@Suite struct EntriesTests {
  private func changed(_ text: String) throws -> CoverageEntries {
    let root = try Array(text.utf8).withUnsafeBytes { try TOMLValue(parsing: $0) }
    var table = try TOMLTable(root, name: "test")
    return try CoverageEntries.builtIn().changed(by: table.value("gitignore"), source: "test.toml")
  }

  /// The line and reason of the error that a configuration is refused with.
  private func refusal(_ text: String) throws -> String {
    let error = try #require(throws: TOMLError.self) { try changed(text) }
    return "\(error.line): \(error.reason)"
  }

  @Test func `the built-in entries are complete`() {
    let entries = CoverageEntries.builtIn().entries.map { "\($0.pattern.text) \($0.grade.rawValue)" }
    #expect(
      entries == [
        ".env required", "*.key required", "secrets/ required", ".env.local recommended",
        ".env.* recommended", ".envrc suggested", ".hopx/ suggested", "credentials.yaml suggested",
        "*.tfvars suggested", ".streamlit/secrets.toml suggested", ".dev.vars suggested",
        ".claude/settings.local.json suggested", "*.pem suggested",
      ])
    #expect(CoverageEntries.builtIn().changed.isEmpty)
  }

  @Test func `an entry is added`() throws {
    let entries = try changed("[[gitignore]]\npattern = '*.pem'\nreason = 'TLS keys'\n")
    #expect(entries.entries.last?.pattern.text == "*.pem")
    #expect(entries.entries.last?.grade == .required)
    #expect(entries.entries.last?.probes == ["hopx.pem"])
    #expect(entries.changed.map(\.line) == [1])
  }

  @Test func `an entry is dropped and another regraded`() throws {
    let entries = try changed(
      """
      [[gitignore]]
      pattern = ".env.*"
      grade = "off"
      reason = "encrypted"
      [[gitignore]]
      pattern = ".env.local"
      grade = "required"
      reason = "policy"
      """)
    #expect(entries.changed.map { "\($0.pattern.text) \($0.grade.rawValue)" } == [".env.local required", ".env.* off"])
    #expect(entries.entries.count == CoverageEntries.builtIn().entries.count)
    #expect(entries.changed[0].probes == [".env.local"])
  }

  @Test(arguments: [
    ("[[gitignore]]\nreason = 'x'\n", "1: gitignore has no 'pattern'"),
    ("\n[[gitignore]]\npattern = '*.pem'\n", "2: gitignore has no 'reason'"),
    ("[[gitignore]]\npattern = '*.pem'\nreason = ' '\n", "1: the reason is empty"),
    (
      "[[gitignore]]\npattern = '*.pem'\nreason = 'x'\nwhy = 'y'\n",
      "4: unknown field 'why' in gitignore; known: except, grade, keep, name, pattern, probes, reason"
    ),
    (
      "[[gitignore]]\npattern = '*.pem'\nreason = 'x'\ngrade = 'must'\n",
      "1: grade 'must': required, recommended, suggested, or off for a built-in pattern"
    ),
    (
      "[[gitignore]]\npattern = '*.p12'\nreason = 'x'\ngrade = 'off'\n",
      "1: grade 'off': required, recommended, suggested, or off for a built-in pattern"
    ),
    ("[gitignore]\npattern = '*.pem'\n", "1: write [[gitignore]], with two brackets"),
    (
      "[[gitignore]]\npattern = '*.pem'\nreason = 'x'\nprobes = ['a.key']\n",
      "1: probe 'a.key' is not what pattern '*.pem' means"
    ),
    (
      "[[gitignore]]\npattern = '*.pem'\nreason = 'x'\nprobes = ['../a.pem']\n",
      "4: '../a.pem' in 'probes' is no relative path"
    ),
    ("[[gitignore]]\npattern = '!a'\nreason = 'x'\n", "1: pattern '!a': it begins with '!'"),
    ("[[gitignore]]\npattern = '[ab].pem'\nreason = 'x'\n", "1: pattern '[ab].pem' needs 'probes'"),
    (
      "[[gitignore]]\npattern = 'a'\nreason = 'x'\n[[gitignore]]\npattern = 'a'\nreason = 'x'\n",
      "4: pattern 'a'appears twice: see line 1"
    ),
  ])
  func `a configuration that cannot work is refused with its line and a reason`(_ text: String, _ reason: String) throws
  {
    #expect(try refusal(text) == reason)
  }
}
