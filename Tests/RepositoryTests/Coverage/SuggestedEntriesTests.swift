// Names that some tools keep keys in are suggested: nobody is warned about a name that is not used, a file that git
// would take or tracks is a warning, `--fix` adds the names, and the settings change each.

import Foundation
import Testing

struct SuggestedEntriesTests {
  private static let required =
    ".env\n.env.*\n!.env.example\n!.env.sample\n!.env.template\n!.env.dist\n*.key\nsecrets/\n"
  private static let suggested = [
    ".envrc", ".hopx/", "credentials.yaml", "*.tfvars", ".streamlit/secrets.toml", ".dev.vars",
    ".claude/settings.local.json", "*.pem",
  ]
  private static let files = [
    ".envrc", "app/.hopx/x", "conf/credentials.yaml", "prod.tfvars", ".streamlit/secrets.toml", "worker/.dev.vars",
    ".claude/settings.local.json", "tls/server.pem",
  ]

  private func repository() throws -> CoverageRepository {
    let repository = try CoverageRepository()
    try repository.write(".gitignore", Self.required)
    try repository.commit()
    return repository
  }

  @Test func `a repository without such files is clean, and told what --fix would add`() throws {
    let repository = try repository()
    defer { repository.remove() }
    let outcome = try repository.hopxguard("gitignore", "--strict", "--format", "json")
    #expect(outcome.status == 0)
    #expect(try outcome.lines == [])
    #expect(outcome.errors.contains("added by --fix: \(Self.suggested.joined(separator: "  "))\n"))
  }

  @Test(arguments: zip(files, suggested)) func `a file that git would take is a warning`(
    file: String, pattern: String
  ) throws {
    let repository = try repository()
    defer { repository.remove() }
    try repository.write(file, "x\n")
    let outcome = try repository.hopxguard("gitignore", "--format", "json")
    #expect(outcome.status == 0)
    #expect(try outcome.lines == ["warning gitignore-exposed \(file)"])
    #expect(outcome.output.contains("'\(pattern)'"))
    #expect(try repository.hopxguard("gitignore", "--strict").status == 1)
    #expect(try repository.addable([file]) == [file])
    _ = try repository.hopxguard("gitignore", "--fix")
    try repository.git("commit", "-qm", "fix", ".gitignore")
    #expect(try repository.addable([file]) == [])
  }

  @Test func `tracked ones are one warning for each name`() throws {
    let repository = try repository()
    defer { repository.remove() }
    for name in ["a.pem", "b.pem", "c.pem", "x.pub.pem"] { try repository.write(name, "x\n") }
    try repository.commit()
    let outcome = try repository.hopxguard("gitignore", "--format", "json")
    #expect(outcome.status == 0)
    #expect(try outcome.lines == ["warning gitignore-tracked a.pem"])
    #expect(outcome.output.contains("is tracked, as are 2 more files of such names ('*.pem'"))
  }

  @Test func `--fix adds them, a public key stays committable, and a second run adds nothing`() throws {
    let repository = try repository()
    defer { repository.remove() }
    _ = try repository.hopxguard("gitignore", "--fix")
    let text = String(decoding: try repository.read(".gitignore"), as: UTF8.self)
    #expect(text.hasSuffix("(hopxguard)\n" + Self.suggested.joined(separator: "\n") + "\n!*.pub.pem\n"))
    try repository.commit()
    #expect(try repository.addable(Self.files + ["a.pub.pem", "x/b.pub.pem"]) == ["a.pub.pem", "x/b.pub.pem"])
    #expect(try repository.hopxguard("gitignore", "--fix").errors.contains("Nothing to add"))
  }

  @Test func `what a project takes back in is not fought`() throws {
    let repository = try repository()
    defer { repository.remove() }
    try repository.write(".gitignore", Self.required + "*.pem\n!test.pem\n")
    try repository.write("test.pem", "x\n")
    try repository.git("add", ".gitignore")
    let outcome = try repository.hopxguard("gitignore", "--format", "json")
    #expect(try outcome.lines == [])
    _ = try repository.hopxguard("gitignore", "--fix")
    try repository.git("commit", "-qm", "fix", ".gitignore")
    #expect(try repository.addable(["test.pem"]) == ["test.pem"])
  }

  @Test func `the settings turn one off, or require it`() throws {
    let repository = try repository()
    defer { repository.remove() }
    try repository.write(".envrc", "x\n")
    try repository.write(
      ".hopxguard.toml",
      "[[gitignore]]\npattern = '.envrc'\ngrade = 'off'\nreason = 'no keys in it'\n"
        + "[[gitignore]]\npattern = '*.tfvars'\nreason = 'ours hold keys'\n")
    let outcome = try repository.hopxguard("gitignore", "--format", "json")
    #expect(outcome.status == 1)
    #expect(try outcome.lines == ["gitignore-missing .gitignore"])
    #expect(outcome.output.contains("'*.tfvars'"))
  }
}
