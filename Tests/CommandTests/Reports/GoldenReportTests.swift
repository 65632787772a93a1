// Whole reports of every format, compared with files, and held against the format's schema.

import Foundation
import Rules
import TestSupport
import Testing

struct GoldenReportTests {
  private let folder = TestFolder()
  private static let formats = ["text", "json", "jsonl", "sarif", "gitlab", "junit", "github"]
  private static let dates = [
    "GIT_AUTHOR_DATE": "2026-01-02T03:04:05Z", "GIT_COMMITTER_DATE": "2026-01-02T03:04:05Z",
  ]

  /// Runs hopxguard once for all formats, and compares each report.
  private func check(_ name: String, _ arguments: String..., status: Int32) throws {
    let reports = Self.formats.map { ["--format", "\($0)=\(folder.file("report.\($0)"))"] }.joined()
    let result = try run(
      hopxguardPath, arguments + reports, in: folder.path,
      environment: gitIdentity.merging(["GITHUB_STEP_SUMMARY": folder.file("report.page")]) { $1 })
    #expect(result.status == status, "\(result.errors)")
    #expect(result.output.isEmpty)
    expectNoKey(in: Array(result.errors.utf8))
    for format in Self.formats + ["page"] {
      try expectGolden("\(name).\(format)", folder.read("report.\(format)"))
      if let schema = schemas[format] { try expectValid([folder.file("report.\(format)")], schema) }
    }
    try expectGitHubTakes(folder.read("report.sarif"))
  }

  @Test func `findings`() throws {
    var keys = SeededGenerator(seed: 1)
    folder.write("in/app.py", "x = 1\n\tapi_key = '\(keys.key())'\n")
    folder.write("in/Grüße 😀.txt", "é😀 \(keys.key()) and \(keys.key())\r\nlast \(keys.key(secret: 25))")
    folder.write("in/a|b:c,d%.env", "HOPX_API_KEY=\(Data(keys.key().utf8).base64EncodedString())\n")
    try check("findings", "scan", "in", status: 1)
  }

  @Test func `clean`() throws {
    folder.write("in/app.py", "x = 1\n")
    try check("clean", "scan", "in", status: 0)
  }

  @Test func `incomplete`() throws {
    var keys = SeededGenerator(seed: 2)
    folder.write("in/app.py", "key = '\(keys.key())'\n")
    try check("incomplete", "scan", "in", "gone <&\"'|`", status: 2)
  }

  @Test func `gitignore`() throws {
    folder.git("init", "-q", "repo")
    folder.write("repo/.gitignore", "*.key\n.env\n!.env\n")
    folder.write("repo/secrets/token", "x")
    folder.git("-C", "repo", "add", "-A")
    folder.git("-C", "repo", "commit", "-qm", "all")
    try check("gitignore", "gitignore", "repo", status: 1)
  }

  @Test func `check`() throws {
    var keys = SeededGenerator(seed: 3)
    folder.git("init", "-q", "repo")
    folder.write("repo/.gitignore", "*.key\n.env\n.env.*\nsecrets/\n")
    folder.write("repo/src/app.py", "key = '\(keys.key())'\n")
    folder.git("-C", "repo", "add", "-A")
    folder.git("-C", "repo", "commit", "-qm", "all")
    try check("check", "check", "repo", status: 1)
  }

  @Test func `history`() throws {
    var keys = SeededGenerator(seed: 4)
    folder.git("init", "-q", "-b", "main", "repo")
    let key = keys.key()
    for (text, message) in [("key = '\(key)'\n", "add"), ("nothing\n", "remove \(keys.key())")] {
      folder.write("repo/app.py", text)
      folder.git("-C", "repo", "add", "-A")
      folder.git(["-C", "repo", "commit", "-qm", message], environment: Self.dates)
    }
    try check("history", "scan", "--history", "repo", status: 1)
  }

  @Test func `what was allowed`() throws {
    var keys = SeededGenerator(seed: 5)
    let known = keys.key(), allowed = keys.key()
    folder.git("init", "-q", "repo")
    folder.write("repo/known.py", "key = '\(known)'\n")
    #expect(try run(hopxguardPath, ["baseline"], in: folder.file("repo")).status == 0)
    folder.write("repo/allowed.py", "key = '\(allowed)'\nkey = '\(keys.key())' # hopxguard:allow a test's\n")
    folder.write("repo/a|%b/<c>.py", "key = '\(keys.key())' # hopxguard:allow\n")
    folder.write("repo/vendor/x", "skipped")
    folder.write("repo/.gitignore", "*.key\n.env\n.env.*\nsecrets/\n")
    let report = try Report.of(["scan", "-"], in: folder, input: Array(allowed.utf8))
    folder.write(
      "repo/.hopxguard.toml",
      """
      [scan]
      baseline = ".hopxguard-baseline"
      skip = ["vendor"]

      [[allow]]
      fingerprint = "\(report.findings[0].fingerprint)"
      reason = "revoked"

      [[allow]]
      path = 'gone/<&\"|`*'
      reason = "not found any more"

      [[allow]]
      path = "over/*"
      reason = "it was"
      expires = 2020-02-29

      [[gitignore]]
      pattern = ".env.*"
      grade = "off"
      reason = "encrypted | <here>"
      """)
    folder.git("-C", "repo", "add", "-A")
    folder.git("-C", "repo", "commit", "-qm", "all")
    try check("allowed", "check", "repo", status: 1)
  }

  /// What GitHub's "SARIF support for code scanning" asks for beyond the schema.
  private func expectGitHubTakes(_ report: [UInt8]) throws {
    typealias Object = [String: Any]
    let log = try #require(try JSONSerialization.jsonObject(with: Data(report)) as? Object)
    #expect(log["version"] as? String == "2.1.0")
    #expect(log["$schema"] as? String == "https://json.schemastore.org/sarif-2.1.0.json")
    let run = try #require((log["runs"] as? [Object])?.first)
    #expect(run["columnKind"] as? String == "utf16CodeUnits")
    let driver = try #require((run["tool"] as? Object)?["driver"] as? Object)
    #expect(driver["name"] as? String == "hopxguard")
    #expect((driver["semanticVersion"] as? String)?.wholeMatch(of: /\d+\.\d+\.\d+/) != nil)
    let rules = try #require(driver["rules"] as? [Object])
    #expect(Set(rules.map { $0["id"] as! String }).count == rules.count)
    for rule in rules {
      #expect((1...255).contains(try #require(rule["name"] as? String).utf16.count))
      for name in ["shortDescription", "fullDescription"] {
        let text = try #require((rule[name] as? Object)?["text"] as? String)
        #expect((1...1024).contains(text.utf16.count))
      }
      let help = try #require(rule["help"] as? Object)
      #expect(help["text"] is String && help["markdown"] is String)
      let level = (rule["defaultConfiguration"] as? Object)?["level"] as? String
      #expect(["note", "warning", "error"].contains(level))
      let properties = try #require(rule["properties"] as? Object)
      #expect((properties["tags"] as? [String])?.contains("security") == true)
      #expect(["very-high", "high", "medium", "low"].contains(properties["precision"] as? String))
      let text = try #require(properties["security-severity"] as? String)
      let severity = try #require(Double(text))
      #expect(severity > 0 && severity <= 10)
    }
    let results = try #require(run["results"] as? [Object])
    var hashes: Set<String> = []
    for result in results {
      let index = try #require(result["ruleIndex"] as? Int)
      #expect(rules[index]["id"] as? String == result["ruleId"] as? String)
      #expect(["note", "warning", "error"].contains(result["level"] as? String))
      #expect((result["message"] as? Object)?["text"] is String)
      let locations = try #require(result["locations"] as? [Object])
      #expect(locations.count == 1)
      let place = try #require(locations[0]["physicalLocation"] as? Object)
      let uri = try #require((place["artifactLocation"] as? Object)?["uri"] as? String)
      #expect(uri.wholeMatch(of: /([A-Za-z0-9._~\/-]|%[0-9A-F]{2})+/) != nil)
      let region = try #require(place["region"] as? [String: Int])
      let line = try #require(region["startLine"]), endLine = try #require(region["endLine"])
      let column = try #require(region["startColumn"]), endColumn = try #require(region["endColumn"])
      #expect(line >= 1 && column >= 1 && endLine >= line && (endLine > line || endColumn > column))
      let prints = try #require(result["partialFingerprints"] as? [String: String])
      let hash = try #require(prints["primaryLocationLineHash"])
      #expect(hash.wholeMatch(of: /[0-9a-f]{1,16}:[1-9][0-9]*/) != nil)
      hashes.insert("\(uri) \(line) \(hash)")
    }
  }
}
