// Lines with `!` that take back in what nobody listed as a probe, and patterns that cover only the
// names that are listed. Each is checked against what `git add` takes in a clone.

import Foundation
import Testing

private let required = ".env\n*.key\nsecrets/\n"

/// `.gitignore` files, what git takes because of them, and the line to blame.
struct ReinclusionCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let files: [String: String]
  let taken: [String]
  let finding: String?

  init(_ name: String, _ top: String, nested: [String: String] = [:], takes taken: [String], _ finding: String?) {
    testDescription = name
    files = nested.merging([".gitignore": top]) { $1 }
    self.taken = taken
    self.finding = finding
  }
}

private let cases: [ReinclusionCase] = [
  ReinclusionCase(
    "a name of a key", required + "!prod.key\n", takes: ["prod.key", "app/prod.key"], "gitignore-negated .gitignore:4"),
  ReinclusionCase("a wildcard", required + "!x*\n", takes: ["x1.key"], "gitignore-negated .gitignore:4"),
  ReinclusionCase("public keys", required + "!*.pub.key\n", takes: ["a.pub.key"], "gitignore-negated .gitignore:4"),
  ReinclusionCase(
    "a set", required + "!prod[[:digit:]a-c].k?y\n", takes: ["prod1.key"], "gitignore-negated .gitignore:4"),
  ReinclusionCase(
    "a nested name", required, nested: ["app/.gitignore": "!deploy.key\n"], takes: ["app/deploy.key"],
    "gitignore-negated app/.gitignore:1"),
  ReinclusionCase(
    "a place without tracked files", required + "!test/server.key\n", takes: ["test/server.key"],
    "gitignore-negated .gitignore:4"),
  ReinclusionCase(
    "a rooted place", required + "!/deploy/.env\n", takes: ["deploy/.env"], "gitignore-negated .gitignore:4"),
  ReinclusionCase(
    "a wide place", required + "!**/deploy/*/.env\n", takes: ["a/deploy/b/.env"], "gitignore-negated .gitignore:4"),
  ReinclusionCase(
    "some secrets", ".env\n*.key\n**/secrets/*\n!secrets/*.pem\n", takes: ["secrets/a.pem"],
    "gitignore-negated .gitignore:4"),
  ReinclusionCase(
    "some secrets by name", ".env\n*.key\n**/secrets/*\n!*.pem\n", takes: ["app/secrets/a.pem"],
    "gitignore-negated .gitignore:4"),
  ReinclusionCase(
    "a folder of secrets", ".env\n*.key\n**/secrets/*\n!prod/\n", takes: ["secrets/prod/a"],
    "gitignore-missing .gitignore"),
  ReinclusionCase("all folders", required + "!*/\n", takes: ["secrets/a"], "gitignore-negated .gitignore:4"),
  ReinclusionCase(
    "listed names of keys", ".env\nserver.key\nhopx.key\nsecrets/\n", takes: ["a.key"], "gitignore-missing .gitignore"),
  ReinclusionCase(
    "listed files of secrets", ".env\n*.key\n/secrets/\n**/secrets/*.txt\n", takes: ["app/secrets/a"],
    "gitignore-ineffective .gitignore:3"),
  ReinclusionCase(
    "an opened folder", "/*\n!/app/\n!/.gitignore\n", takes: ["app/.env", "app/a.key", "app/secrets/a"],
    "gitignore-missing .gitignore"),
  ReinclusionCase(
    "kept names", required + ".env*\n!.env.example\n!.env.sample\n!.env.dist\n!.env.template\n", takes: [], nil),
  ReinclusionCase("other files", required + "!*.md\n!docs/\n!lib/**/*.js\n!/app/main.py\n!Makefile\n", takes: [], nil),
  ReinclusionCase(
    "what keeps the folder", ".env\n*.key\n**/secrets/*\n!.gitkeep\n!secrets/.gitignore\n", takes: [], nil),
  ReinclusionCase("an escaped !", required + "\\!prod.key\n#!prod.key\n", takes: [], nil),
]

@Suite struct GitignoreReinclusionTests {
  @Test(arguments: cases) func `a line that takes secrets back in is reported, and git agrees`(_ state: ReinclusionCase)
    throws
  {
    let repository = try CoverageRepository()
    defer { repository.remove() }
    try repository.write("app/main.py", "pass\n")
    for (path, text) in state.files { try repository.write(path, text) }
    try repository.git("add", "-f", "-A")
    try repository.commit()
    let outcome = try repository.hopxguard("gitignore", "--format", "json")
    let lines = try outcome.lines.filter { !$0.hasPrefix("warning ") }
    #expect(outcome.status == (state.finding == nil ? 0 : 1))
    #expect(state.finding.map { lines.contains($0) } ?? lines.isEmpty, "\(lines)")
    let secret = ["prod.key", ".env", "a.key", "secrets/x", "secrets/a.pem", "app/.env", "app/hopx.key"]
    #expect(try repository.addable(state.taken) == Set(state.taken))
    if state.finding == nil { #expect(try repository.addable(secret).isEmpty) }
    #expect(try repository.hopxguard("gitignore", "--format", "json").lines == outcome.lines)
  }

  /// Made on purpose: the configuration says so, with a reason, and every report repeats it.
  @Test func `a deliberate exception is named in the settings`() throws {
    let repository = try CoverageRepository()
    defer { repository.remove() }
    try repository.write(".gitignore", required + "!*.pub.key\n")
    try repository.write("app/a.pub.key", "x\n")
    try repository.commit()
    #expect(try repository.hopxguard("gitignore").status == 1)
    try repository.write(
      ".hopxguard.toml", "[[gitignore]]\npattern = '*.key'\nexcept = ['*.pub.key']\nreason = 'public halves'\n")
    try repository.commit()
    let outcome = try repository.hopxguard("gitignore", "--format", "json")
    #expect(outcome.status == 0, "\(outcome.output)")
    let summary = try #require(try outcome.report["summary"] as? [String: Any])
    let settings = try #require(summary["settings"] as? [[String: Any]])
    #expect(settings.count == 1)
    #expect(settings.first?["pattern"] as? String == "*.key")
    #expect(settings.first?["except"] as? [String] == ["*.pub.key"])
    #expect(settings.first?["reason"] as? String == "public halves")
    #expect(
      outcome.errors.contains("settings: '*.key' except *.pub.key is required: public halves (.hopxguard.toml:1)"))
    try repository.write(".gitignore", required + "!*.pub.key\n!prod.key\n")
    try repository.commit()
    #expect(try repository.hopxguard("gitignore").status == 1)
  }

  @Test func `a dropped entry is in every summary`() throws {
    let repository = try CoverageRepository()
    defer { repository.remove() }
    let dropped = [".env", "*.key", "secrets/", ".env.local", ".env.*"].map {
      "[[gitignore]]\npattern = '\($0)'\ngrade = 'off'\nreason = 'none of ours'\n"
    }
    try repository.write(".hopxguard.toml", dropped.joined())
    try repository.write("a.txt", "x\n")
    try repository.commit()
    for command in ["gitignore", "check"] {
      let outcome = try repository.hopxguard(command, "--format", "json")
      #expect(outcome.status == 0)
      #expect(outcome.errors.contains("settings: 'secrets/' is off: none of ours (.hopxguard.toml:9)"))
      let summary = try #require(try outcome.report["summary"] as? [String: Any])
      #expect((summary["settings"] as? [[String: Any]])?.count == 5)
    }
  }

  @Test func `what is staged counts where the file is gone`() throws {
    let repository = try CoverageRepository()
    defer { repository.remove() }
    try repository.write(".gitignore", required)
    try repository.write("app/.gitignore", "!deploy.key\n")
    try repository.write("app/main.py", "pass\n")
    try repository.git("add", "-f", "-A")
    try repository.commit()
    try repository.shell("rm app/.gitignore")
    let outcome = try repository.hopxguard("gitignore", "--format", "json")
    #expect(outcome.status == 1)
    #expect(try outcome.lines.contains("gitignore-negated app/.gitignore:1"))
    // A folder that a link has taken the place of is the same for everyone else.
    try repository.shell("mv app moved; ln -s moved app")
    let linked = try repository.hopxguard("gitignore", "--format", "json")
    #expect(linked.status == 1)
    #expect(try linked.lines.contains("gitignore-negated app/.gitignore:1"))
  }

  @Test(arguments: [
    "ln -s /etc secrets", "ln -s /nowhere secrets", "touch secrets", "mkdir -p secrets; ln -s /etc secrets/prod",
  ])
  func `a link or a file does not answer for the folder`(_ command: String) throws {
    let repository = try CoverageRepository()
    defer { repository.remove() }
    try repository.write(".gitignore", ".env\n*.key\n")
    try repository.commit()
    try repository.shell(command)
    let outcome = try repository.hopxguard("gitignore", "--format", "json")
    #expect(outcome.status == 1)
    // A link in the folder is a file that git would take.
    #expect(try outcome.lines.filter { $0.hasPrefix("gitignore-missing") } == ["gitignore-missing .gitignore"])
    try repository.write(".gitignore", required)
    let pending = try repository.hopxguard("gitignore", "--format", "json")
    #expect(try pending.lines.filter { !$0.hasPrefix("warning") } == ["gitignore-uncommitted .gitignore:3"])
    try repository.git("add", ".gitignore")
    #expect(try repository.hopxguard("gitignore").status == 0)
  }

  @Test(arguments: [
    (".env\n*.key\n# secrets/\nother/\n", "gitignore-missing .gitignore", nil),
    (".env # secret\n*.key\nsecrets/\n", "gitignore-ineffective .gitignore:1", "no comments"),
    ("./.env\n*.key\nsecrets/\n", "gitignore-ineffective .gitignore:1", "'./'"),
    (".env\u{A0}\n*.key\nsecrets/\n", "gitignore-ineffective .gitignore:1", "the space next to it"),
    (".env\n*.key\nsecrets/\n!*/\n", "gitignore-negated .gitignore:4", nil),
  ])
  func `the line to blame is named`(_ text: String, _ finding: String, _ reason: String?) throws {
    let repository = try CoverageRepository()
    defer { repository.remove() }
    try repository.write(".gitignore", text)
    try repository.commit()
    let outcome = try repository.hopxguard("gitignore", "--format", "json")
    #expect(try outcome.lines.filter { !$0.hasPrefix("warning") } == [finding])
    if let reason { #expect(outcome.output.contains(reason)) }
  }
}
