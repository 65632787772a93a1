// Proves that `audit` says of each key how old it is, which environments share it, who can read it and what the account
// and the secret manager know about it, and that a key where it belongs is no finding.

import Foundation
import TestSupport
import Testing

struct AuditTests {
  private let folder = TestFolder()
  private let key = keyText()

  private struct Audit {
    let result: CommandResult
    let findings: [[String: Any]]
    let keys: [[String: Any]]
    /// `level rule path` of what is about keys and files.
    var policies: [String] {
      findings.compactMap { finding in
        (finding["level"] as? String).map { "\($0) \(finding["rule"]!) \(finding["path"]!)" }
      }
    }
    var leaks: [String] { findings.filter { $0["level"] == nil }.map { "\($0["rule"]!) \($0["path"]!)" } }
    func message(_ rule: String) -> String {
      findings.first { $0["rule"] as? String == rule }?["message"] as? String ?? "none"
    }
  }

  private func audit(_ arguments: String..., input: String = "", environment: [String: String] = [:]) throws -> Audit {
    let result = try run(
      hopxguardPath, ["audit", "--format", "json"] + arguments, in: folder.path, input: Array(input.utf8),
      environment: environment)
    expectNoKey(in: result.outputBytes)
    expectNoKey(in: Array(result.errors.utf8))
    let json = try #require(
      JSONSerialization.jsonObject(with: Data(result.outputBytes)) as? [String: Any], "\(result.errors)")
    return Audit(
      result: result, findings: json["findings"] as! [[String: Any]], keys: json["audit"] as? [[String: Any]] ?? [])
  }

  private func mode(_ mode: String, _ name: String) throws {
    _ = try run("/bin/chmod", [mode, folder.file(name)])
  }

  private func makeRepository() {
    folder.git("init", "-q")
    folder.write(".gitignore", ".env\n.env.*\n*.key\nsecrets/\n")
    folder.git("add", ".gitignore")
    folder.git("commit", "-qm", "start")
  }

  /// A list of the account's keys with this one.
  private func list(_ fields: String) -> String {
    "{\"api_keys\": [{\"id\": \"1\", \"key_id\": \"\(key.dropFirst(10).prefix(12))\", \"name\": \"a\", \(fields)}]}"
  }

  private var today: String { String(Date.now.ISO8601Format().prefix(10)) }

  @Test func `a key where it belongs is listed, and is no finding`() throws {
    makeRepository()
    folder.write(".env", "HOPX_API_KEY=\(key)\n")
    try mode("600", ".env")
    let audit = try audit()
    #expect(audit.result.status == 0, "\(audit.result.errors)")
    #expect(audit.findings.isEmpty)
    #expect(audit.keys.count == 1)
    #expect(audit.keys[0]["key"] as? String == key.prefix(15) + "...")
    #expect(audit.keys[0]["next"] as? String == "nothing")
    let text = try hopxguard("audit", in: folder)
    #expect(text.output.hasPrefix("KEY "))
    #expect(text.output.contains("\(key.prefix(15))..."))
  }

  @Test func `a key in code is a finding, with the place to look at`() throws {
    makeRepository()
    folder.write("app.py", "key = \"\(key)\"\n")
    folder.git("add", "app.py")
    let audit = try audit()
    #expect(audit.result.status == 1)
    #expect(audit.leaks == ["hopx-api-key app.py"])
    #expect((audit.keys[0]["next"] as! String).contains("code"))
  }

  @Test func `others who can read the file, or enter the folder`() throws {
    makeRepository()
    folder.write(".env", "HOPX_API_KEY=\(key)\n")
    try mode("644", ".env")
    var audit = try audit()
    #expect(audit.policies == ["finding key-file-readable .env"])
    #expect(audit.message("key-file-readable").contains("0644"))
    #expect(audit.result.status == 1)
    try mode("600", ".env")
    folder.write("secrets/k", key)
    try mode("600", "secrets/k")
    try mode("755", "secrets")
    audit = try self.audit()
    #expect(audit.policies == ["warning key-folder-open secrets/k"])
    #expect(audit.result.status == 0)
  }

  @Test(arguments: [
    (["a/.env": "HOPX_API_KEY_DEV=KEY", "b/.env": "HOPX_API_KEY_PROD=KEY"], "HOPX_API_KEY_DEV, HOPX_API_KEY_PROD"),
    (["a/.env": "HOPX_API_KEY=KEY\nHOPX_API_KEY_STAGING=KEY"], "HOPX_API_KEY, HOPX_API_KEY_STAGING"),
    ([".env.development": "HOPX_API_KEY=KEY", ".env.prod": "HOPX_API_KEY=KEY"], ".env.development, .env.prod"),
    (
      [
        ".github/workflows/x.yml": """
        jobs:
          one:
            environment: staging
            steps:
              - run: a
                env:
                  HOPX_API_KEY: KEY
          two:
            environment:
              name: production
              url: https://example.com
            env:
              HOPX_API_KEY: KEY
        """
      ], "CI environments production, staging"
    ),
  ])
  func `one key in several environments`(files: [String: String], words: String) throws {
    makeRepository()
    for (name, text) in files {
      folder.write(
        name,
        text.replacingOccurrences(of: "KEY\n", with: "\(key)\n").replacingOccurrences(
          of: "KEY$", with: key, options: .regularExpression))
      try mode("600", name)
    }
    let audit = try audit()
    #expect(audit.message("key-shared").hasSuffix(": " + words), "\(audit.result.output)")
  }

  @Test func `each environment with a key of its own`() throws {
    makeRepository()
    folder.write(".env.dev", "HOPX_API_KEY_DEV=\(key)\n")
    folder.write(".env.prod", "HOPX_API_KEY_PROD=\(keyText())\n")
    folder.write(".env.example", "HOPX_API_KEY=hopx_live_YOUR_KEY_HERE\n")
    for name in [".env.dev", ".env.prod"] { try mode("600", name) }
    #expect(try audit().findings.isEmpty)
  }

  @Test func `a key's age is the first commit's, and a lower bound`() throws {
    folder.git("init", "-q")
    folder.write("app.py", "key = \"\(key)\"\n")
    folder.git("add", "app.py")
    let long = ["GIT_AUTHOR_DATE": "2020-01-02T00:00:00Z", "GIT_COMMITTER_DATE": "2020-01-02T00:00:00Z"]
    folder.git(["commit", "-qm", "leak"], environment: long)
    var audit = try audit()
    #expect(audit.policies == ["warning key-age app.py"])
    #expect(audit.message("key-age").contains("at least"))
    #expect(audit.message("key-age").contains("since 2020-01-02"))
    #expect(audit.keys[0]["lowerBound"] as? Bool == true)
    audit = try self.audit("--max-age", "180")
    #expect(audit.policies == ["finding key-age app.py"])
    folder.write("keys.json", list("\"created_at\": \"\(today)T00:00:00Z\", \"expires_at\": \"2999-01-01\""))
    audit = try self.audit("--keys", "keys.json", "--max-age", "180")
    #expect(audit.policies.isEmpty, "the day of its creation is known")
    #expect(audit.keys[0]["ageDays"] as? Int == 0)
  }

  @Test func `what the account's list says`() throws {
    makeRepository()
    folder.write(".env", "HOPX_API_KEY=\(key)\n")
    try mode("600", ".env")
    let created = "\"created_at\": \"\(today)\""
    let cases = [
      ("\"status\": \"revoked\", \(created), \"expires_at\": null", "finding key-revoked .env"),
      ("\"status\": \"active\", \(created), \"expires_at\": \"2021-01-01T00:00:00Z\"", "finding key-revoked .env"),
      ("\"status\": \"active\", \(created), \"expires_at\": null", "warning key-never-expires .env"),
    ]
    for (fields, expected) in cases {
      folder.write("keys.json", list(fields))
      #expect(try audit("--keys", "keys.json").policies == [expected])
    }
    folder.write(
      "keys.json",
      list("\"status\": \"active\"").replacingOccurrences(
        of: key.dropFirst(10).prefix(12), with: "AAAAbbbb1234"))
    #expect(
      try audit("--keys", "keys.json").policies.sorted()
        == ["warning key-not-listed .env", "warning key-unused keys.json"])
    folder.write("keys.json", "[{\"key_id\": \"short\"}]")
    let wrong = try hopxguard("audit", "--keys", "keys.json", in: folder)
    #expect(wrong.status == 2)
    #expect(wrong.errors.contains("--keys keys.json"))
  }

  @Test func `what the secret manager serves must be nowhere else`() throws {
    makeRepository()
    let printed = "{\"Name\": \"hopx\", \"SecretString\": \"{\\\"HOPX_API_KEY\\\": \\\"\(key)\\\"}\"}"
    #expect(try audit("--from-json", "-", input: printed).findings.isEmpty)
    folder.write("app.py", "key = \"\(key)\"\n")
    folder.git("add", "app.py")
    folder.git("commit", "-qm", "leak")
    folder.git("rm", "-q", "app.py")
    folder.git("commit", "-qm", "gone")
    let audit = try audit("--from-json", "-", input: printed)
    #expect(audit.policies == ["finding key-in-use-leaked app.py"])
    #expect((audit.keys[0]["next"] as! String).hasPrefix("replace it now"))
    #expect(try self.audit("--from-json", "-", input: "{}").result.status == 2)
  }

  @Test func `the environment and the user's own files`() throws {
    let home = TestFolder()
    home.write(".hopx/credentials.yaml", "default:\n  api_key: \(key)\n")
    home.write(".bash_history", "curl -H 'X-API-Key: \(keyText())'\n")
    for (mode, name) in [("700", ".hopx"), ("644", ".hopx/credentials.yaml"), ("600", ".bash_history")] {
      _ = try run("/bin/chmod", [mode, home.file(name)])
    }
    let environment = ["HOME": home.path, "HOPX_API_KEY_PROD": key]
    let small = try audit(environment: environment)
    #expect(small.keys.count == 1)
    #expect((small.keys[0]["environments"] as! [String]) == ["production"])
    let whole = try audit("--machine", environment: environment)
    #expect(whole.leaks == ["hopx-api-key \(home.path)/.bash_history"])
    #expect(whole.policies == ["finding key-file-readable \(home.path)/.hopx/credentials.yaml"])
    #expect(whole.keys.count == 2)
  }

  @Test func `nothing outside of the paths is read, through no link`() throws {
    let other = TestFolder()
    other.write("app.py", key)
    folder.makeFolder("project")
    _ = try run("/bin/ln", ["-s", other.path, folder.file("project/link")])
    let audit = try audit("project")
    #expect(audit.keys.isEmpty)
    #expect(audit.result.status == 0)
  }

  @Test func `what is allowed is not asked about, by key, rule or path`() throws {
    makeRepository()
    folder.write(".env", "HOPX_API_KEY=\(key)\n")
    try mode("644", ".env")
    for entry in ["rule = \"key-file-readable\"", "path = \".env\"", "fingerprint = \"\(fingerprint(of: key))\""] {
      folder.write(".hopxguard.toml", "[[allow]]\n\(entry)\nreason = \"a test\"\n")
      let audit = try audit()
      #expect(audit.result.status == 0, "\(entry): \(audit.result.output)")
      #expect(audit.result.output.contains("\"allowed\":1"), "\(entry)")
    }
  }

  @Test(arguments: ["text", "json", "jsonl", "sarif", "gitlab", "junit", "github"])
  func `every format`(format: String) throws {
    makeRepository()
    folder.write(".env", "HOPX_API_KEY=\(key)\n")
    try mode("644", ".env")
    let result = try hopxguard("audit", "--format", format, in: folder)
    #expect(result.status == 1)
    #expect(result.output.contains("other users of this machine can read"))
  }
}
