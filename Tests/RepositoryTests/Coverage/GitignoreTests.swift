// `hopxguard gitignore`: a real repository for each way in which a .gitignore covers or does not, each
// result checked against what `git add` takes in a clone.

import Foundation
import Testing

/// A state of a repository and what is to be said about it.
struct CoverageCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  /// `.gitignore` files by folder.
  var files: [String: [UInt8]]
  /// `rule path:line` of what makes the exit code 1.
  var findings: [String]

  init(_ name: String, _ top: String, nested: [String: String] = [:], findings: [String] = []) {
    self.init(name, bytes: Array(top.utf8), nested: nested, findings: findings)
  }

  init(_ name: String, bytes: [UInt8], nested: [String: String] = [:], findings: [String]) {
    testDescription = name
    files = ["": bytes]
    for (folder, text) in nested { files[folder] = Array(text.utf8) }
    self.findings = findings
  }
}

private let documented = ".env\n.env.local\nsecrets/\n*.key\n"
private let required = ".env\n*.key\nsecrets/\n"

private func utf16(_ text: String) -> [UInt8] {
  [0xFF, 0xFE] + text.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
}

private let cases: [CoverageCase] = [
  CoverageCase("the three required lines", required),
  CoverageCase("the block of the Hopx documentation", documented),
  CoverageCase("CRLF line ends", ".env\r\n*.key\r\nsecrets/\r\n"),
  CoverageCase("a byte order mark at the start", "\u{FEFF}" + required),
  CoverageCase("trailing spaces, which git drops", ".env  \n*.key \nsecrets/ \n"),
  CoverageCase("no final newline", ".env\n*.key\nsecrets/"),
  CoverageCase("everything but a few", "/*\n!/app/\n/app/*\n!/.gitignore\n!/app/main.py\n"),
  CoverageCase("wider patterns", ".env*\n*.k*\n**/secrets/**\n"),
  CoverageCase(
    "an empty file", "",
    findings: [
      "gitignore-missing .gitignore", "gitignore-missing .gitignore", "gitignore-missing .gitignore",
    ]),
  CoverageCase("one of three", "*.key\nsecrets/\n", findings: ["gitignore-missing .gitignore"]),
  CoverageCase("anchored by mistake", "/.env\n*.key\nsecrets/\n", findings: ["gitignore-ineffective .gitignore:1"]),
  CoverageCase("for folders alone", "*.key\n.env/\nsecrets/\n", findings: ["gitignore-ineffective .gitignore:2"]),
  CoverageCase("a trailing tab", ".env\t\n*.key\nsecrets/\n", findings: ["gitignore-ineffective .gitignore:1"]),
  CoverageCase("a leading space", " .env\n*.key\nsecrets/\n", findings: ["gitignore-ineffective .gitignore:1"]),
  CoverageCase("an escaped space", ".env\\ \n*.key\nsecrets/\n", findings: ["gitignore-ineffective .gitignore:1"]),
  CoverageCase(
    "a byte order mark further down", "*.key\n\u{FEFF}.env\nsecrets/\n",
    findings: [
      "gitignore-ineffective .gitignore:2"
    ]),
  CoverageCase(
    "CR alone as line end", ".env\r*.key\rsecrets/\r",
    findings: [
      "gitignore-ineffective .gitignore:1", "gitignore-ineffective .gitignore:1",
      "gitignore-ineffective .gitignore:1",
    ]),
  CoverageCase(
    "UTF-16, as PowerShell 5 writes", bytes: utf16(".env\r\n*.key\r\nsecrets/\r\n"),
    findings: [
      "gitignore-ineffective .gitignore:1", "gitignore-ineffective .gitignore:2",
      "gitignore-ineffective .gitignore:3",
    ]),
  CoverageCase("a comment", "#.env\n*.key\nsecrets/\n", findings: ["gitignore-ineffective .gitignore:1"]),
  CoverageCase("a later ! in the same file", required + "!.env\n", findings: ["gitignore-negated .gitignore:4"]),
  CoverageCase("a later ! for one folder", required + "!/app/*.key\n", findings: ["gitignore-negated .gitignore:4"]),
  CoverageCase(
    "a nested file takes back in", required, nested: ["app": "\n!.env\n"],
    findings: [
      "gitignore-negated app/.gitignore:2"
    ]),
  CoverageCase(
    "a nested file takes one name back in", required, nested: ["app/deep": "!server.key\n"],
    findings: [
      "gitignore-negated app/deep/.gitignore:1"
    ]),
  CoverageCase(
    "a nested file opens the folder again", required, nested: ["app": "!secrets/\n"],
    findings: [
      "gitignore-negated app/.gitignore:1"
    ]),
  CoverageCase("a nested ! below an ignored folder does nothing", required + "app/\n", nested: ["app": "!.env\n"]),
  CoverageCase(
    "each folder for itself", "/.env\n*.key\nsecrets/\n",
    nested: [
      "app": "/.env\n", "app/deep": "/.env\n",
    ]),
]

@Suite struct GitignoreTests {
  static let probes = [
    ".env", "hopx.key", "server.key", "secrets/hopx.txt", "secrets/prod/api_key",
  ]
  static let names = ["", "app/", "app/deep/"].flatMap { folder in probes.map { folder + $0 } }

  @Test(arguments: cases) func `the check says what git does`(_ state: CoverageCase) throws {
    let repository = try CoverageRepository()
    defer { repository.remove() }
    try repository.write("app/main.py", "pass\n")
    try repository.write("app/deep/main.py", "pass\n")
    for (folder, text) in state.files {
      try repository.write(folder.isEmpty ? ".gitignore" : "\(folder)/.gitignore", text)
    }
    try repository.git("add", "-f", "-A")
    try repository.commit()

    let outcome = try repository.hopxguard("gitignore", "--format", "json")
    let lines = try outcome.lines.filter { !$0.hasPrefix("warning ") }
    #expect(lines == state.findings)
    #expect(outcome.status == (state.findings.isEmpty ? 0 : 1))

    // An entry is reported if and only if git takes one of its names.
    let taken = try repository.addable(Self.names)
    let messages = try outcome.findings.filter { $0["level"] as? String == "finding" }
      .map { $0["message"] as? String ?? "" }
    for (pattern, part) in [(".env", ".env"), ("*.key", ".key"), ("secrets/", "secrets/")] {
      let isTaken = taken.contains { $0.hasSuffix(part) || (part == "secrets/" && $0.contains(part)) }
      #expect(messages.contains { $0.hasPrefix("'\(pattern)' ") } == isTaken, "\(pattern): \(taken)")
    }
  }

  @Test func `the documented block has no warning about .env.local`() throws {
    let repository = try CoverageRepository()
    defer { repository.remove() }
    try repository.write(".gitignore", documented)
    try repository.commit()
    let outcome = try repository.hopxguard("gitignore", "--format", "json")
    #expect(outcome.status == 0)
    let messages = try outcome.findings.map { $0["message"] as? String ?? "" }
    #expect(messages == ["'.env.*' (environment file of a stage) is not ignored"])
    #expect(try repository.addable([".env.local", ".env.production"]) == [".env.production"])
  }

  @Test func `strict makes findings of warnings`() throws {
    let repository = try CoverageRepository()
    defer { repository.remove() }
    try repository.write(".gitignore", required)
    try repository.commit()
    #expect(try repository.hopxguard("gitignore").status == 0)
    let strict = try repository.hopxguard("gitignore", "--strict", "--format", "json")
    #expect(strict.status == 1)
    #expect(try strict.lines == ["gitignore-missing .gitignore", "gitignore-missing .gitignore"])
  }

  @Test func `a recommended name is a finding once it exists`() throws {
    let repository = try CoverageRepository()
    defer { repository.remove() }
    try repository.write(".gitignore", documented)
    try repository.write("app/main.py", "pass\n")
    try repository.commit()
    try repository.write("app/.env.production", "A=1\n")
    try repository.write("new/folder/.env.staging", "A=1\n")
    try repository.write("app/.env.example", "A=\n")
    try repository.write("app/.env.local", "A=1\n")
    let outcome = try repository.hopxguard("gitignore", "--format", "json")
    #expect(outcome.status == 1)
    #expect(
      try outcome.lines.filter { !$0.hasPrefix("warning") } == [
        "gitignore-exposed app/.env.production", "gitignore-exposed new/folder/.env.staging",
      ])
  }

  @Test func `what must be committed must not be ignored`() throws {
    let repository = try CoverageRepository()
    defer { repository.remove() }
    try repository.write(".gitignore", required + ".env*\n!.env.sample\n!.env.dist\n!.env.template\n")
    try repository.commit()
    let outcome = try repository.hopxguard("gitignore", "--format", "json")
    #expect(outcome.status == 0)
    #expect(try outcome.lines == ["warning gitignore-too-broad .gitignore:4"])
    #expect(try repository.addable([".env.example", ".env.sample"]) == [".env.sample"])
  }

  @Test func `rules of this machine do not count`() throws {
    let repository = try CoverageRepository()
    defer { repository.remove() }
    try repository.write(".gitignore", "secrets/\n")
    try repository.write("app/main.py", "pass\n")
    try repository.commit()
    try repository.write(".git/info/exclude", "# mine\n*.key\n")
    try repository.writeHome(".config/git/ignore", ".env\n")
    let outcome = try repository.hopxguard("gitignore", "--format", "json")
    let lines = try outcome.lines.filter { !$0.hasPrefix("warning") }
    #expect(lines.count == 2)
    #expect(lines.contains("gitignore-local-only .git/info/exclude:2"))
    #expect(lines.contains { $0.hasPrefix("gitignore-local-only /") && $0.hasSuffix(".config/git/ignore:1") })
    #expect(outcome.status == 1)
    #expect(try repository.addable([".env", "hopx.key"]) == [".env", "hopx.key"])
  }

  @Test func `rules of this machine hide no others`() throws {
    let repository = try CoverageRepository()
    defer { repository.remove() }
    // For everyone else app/ is not ignored, and what is in its .gitignore decides.
    try repository.write(".gitignore", required)
    try repository.write("app/.gitignore", "!.env\n")
    try repository.write("vendor/code.c", "")
    try repository.commit()
    try repository.write(".git/info/exclude", "/app/\n/vendor/\n")
    try repository.writeHome(".gitconfig", "[core]\n\texcludesFile = ~/.gitignore\n")
    try repository.writeHome(".gitignore", "vendor/\n.env\n")
    let outcome = try repository.hopxguard("gitignore", "--format", "json")
    #expect(try outcome.lines.filter { !$0.hasPrefix("warning") } == ["gitignore-negated app/.gitignore:1"])
    #expect(try repository.addable(["app/.env", "vendor/.env"]) == ["app/.env"])
  }

  @Test func `an untracked .gitignore does not count`() throws {
    let repository = try CoverageRepository()
    defer { repository.remove() }
    try repository.write("main.py", "pass\n")
    try repository.commit()
    try repository.write(".gitignore", required)
    let before = try repository.hopxguard("gitignore", "--format", "json")
    #expect(before.status == 1)
    #expect(try before.lines.filter { !$0.hasPrefix("warning") } == ["gitignore-uncommitted .gitignore:1"])
    #expect(try repository.addable([".env"]) == [".env"])
    try repository.git("add", ".gitignore")
    #expect(try repository.hopxguard("gitignore").status == 0)
  }

  @Test func `a modified .gitignore counts as far as it is staged`() throws {
    let repository = try CoverageRepository()
    defer { repository.remove() }
    try repository.write(".gitignore", "secrets/\n*.key\n")
    try repository.write("app/main.py", "pass\n")
    try repository.commit()
    try repository.write(".gitignore", "# more\nsecrets/\n*.key\n.env\n")
    let outcome = try repository.hopxguard("gitignore", "--format", "json")
    #expect(try outcome.lines.filter { !$0.hasPrefix("warning") } == ["gitignore-uncommitted .gitignore:4"])
    #expect(try repository.addable([".env", "hopx.key"]) == [".env"])
  }

  @Test func `a modified .gitignore on which nothing depends is a warning`() throws {
    let repository = try CoverageRepository()
    defer { repository.remove() }
    try repository.write(".gitignore", documented + ".env.*\n!.env.example\n!.env.sample\n!.env.template\n!.env.dist\n")
    try repository.commit()
    try repository.write(".gitignore", "build/\n", mode: 0o644)
    try repository.git("checkout", "-q", "--", ".gitignore")
    var text = String(decoding: try repository.read(".gitignore"), as: UTF8.self)
    text += "build/\n"
    try repository.write(".gitignore", text)
    let outcome = try repository.hopxguard("gitignore", "--format", "json")
    #expect(outcome.status == 0)
    #expect(try outcome.lines == ["warning gitignore-uncommitted .gitignore"])
  }

  @Test(arguments: [true, false]) func `case counts as git says`(ignoresCase: Bool) throws {
    let repository = try CoverageRepository()
    defer { repository.remove() }
    try repository.git("config", "core.ignoreCase", "\(ignoresCase)")
    try repository.write(".gitignore", ".ENV\n*.Key\nSecrets/\n")
    try repository.commit()
    // Others may have a git that tells upper from lower case.
    #expect(try repository.hopxguard("gitignore").status == 1)
    try repository.write(".gitignore", required)
    try repository.write("PROD.KEY", "x\n")
    try repository.git("add", "-f", "-A")
    let outcome = try repository.hopxguard("gitignore", "--format", "json")
    #expect(
      try outcome.lines.filter { !$0.hasPrefix("warning") } == (ignoresCase ? ["gitignore-tracked PROD.KEY"] : []))
  }

  @Test func `a folder of that name does not answer for the file`() throws {
    let repository = try CoverageRepository()
    defer { repository.remove() }
    try repository.write(".gitignore", ".env/\n*.key\nsecrets/\n")
    try repository.write(".env/bin/python", "")
    try repository.commit()
    let outcome = try repository.hopxguard("gitignore", "--format", "json")
    #expect(try outcome.lines.filter { !$0.hasPrefix("warning") } == ["gitignore-ineffective .gitignore:1"])
    #expect(try repository.addable([".env"]) == [".env"])
  }
}
