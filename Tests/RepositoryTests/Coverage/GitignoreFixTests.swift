// `--fix` and `--dry-run`: the lines that are added, and that nothing else changes.

import Foundation
import Testing

private let heading = "# secret files that never belong in git (hopxguard)"
private let suggested =
  ".envrc\n.hopx/\ncredentials.yaml\n*.tfvars\n.streamlit/secrets.toml\n.dev.vars\n.claude/settings.local.json\n"
  + "*.pem\n!*.pub.pem\n"
private let recommended =
  ".env.local\n.env.*\n!.env.example\n!.env.sample\n!.env.template\n!.env.dist\n" + suggested

@Suite struct GitignoreFixTests {
  private func text(_ repository: CoverageRepository) throws -> String {
    String(decoding: try repository.read(".gitignore"), as: UTF8.self)
  }

  @Test func `a file is made where there is none`() throws {
    let repository = try CoverageRepository()
    defer { repository.remove() }
    try repository.write("app/main.py", "pass\n")
    try repository.commit()
    let fixed = try repository.hopxguard("gitignore", "--fix", "--format", "json")
    #expect(try text(repository) == heading + "\n.env\n*.key\nsecrets/\n" + recommended)
    // It does not count before it is staged.
    #expect(fixed.status == 1)
    #expect(try fixed.lines == ["gitignore-uncommitted .gitignore:2"])
    try repository.commit()
    let again = try repository.hopxguard("gitignore", "--fix", "--format", "json")
    #expect(again.status == 0)
    #expect(try again.findings.isEmpty)
    #expect(try text(repository) == heading + "\n.env\n*.key\nsecrets/\n" + recommended)
    let names = [
      ".env", "app/.env", "app/x.key", "app/secrets/x", ".env.local", ".env.ci", ".env.example", "app/.env.dist",
    ]
    #expect(try repository.addable(names) == [".env.example", "app/.env.dist"])
  }

  @Test(arguments: [
    ("build/\n", "build/\n\n\(heading)\n"), ("build/", "build/\n\n\(heading)\n"),
    ("a\r\nb\r\n", "a\r\nb\r\n\r\n\(heading)\r\n"), ("a\r\nb", "a\r\nb\r\n\r\n\(heading)\r\n"),
    ("\u{FEFF}a\n", "\u{FEFF}a\n\n\(heading)\n"), ("", "\(heading)\n"),
  ])
  func `line ends stay as they are`(_ before: String, _ start: String) throws {
    let repository = try CoverageRepository()
    defer { repository.remove() }
    try repository.write(".gitignore", before, mode: 0o640)
    try repository.commit()
    _ = try repository.hopxguard("gitignore", "--fix")
    let end = before.contains("\r\n") ? "\r\n" : "\n"
    let lines = (".env\n*.key\nsecrets/\n" + recommended).split(separator: "\n").map { $0 + end }
    #expect(try repository.read(".gitignore") == Array((start + lines.joined()).utf8))
    let attributes = try FileManager.default.attributesOfItem(
      atPath: repository.top.appendingPathComponent(".gitignore").path)
    #expect(attributes[.posixPermissions] as? Int == 0o640)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: repository.top.path).sorted() == [".git", ".gitignore"])
    try repository.commit()
    #expect(try repository.hopxguard("gitignore", "--strict").status == 0)
  }

  @Test func `only what is missing is added`() throws {
    let repository = try CoverageRepository()
    defer { repository.remove() }
    try repository.write(
      ".gitignore", "/.env\n*.key\nsecrets/\n.env.*\n!.env.example\n!.env.sample\n!.env.template\n!.env.dist\n")
    try repository.write("app/main.py", "pass\n")
    try repository.commit()
    _ = try repository.hopxguard("gitignore", "--fix")
    #expect(
      try text(repository)
        == "/.env\n*.key\nsecrets/\n.env.*\n!.env.example\n!.env.sample\n!.env.template\n!.env.dist\n\n"
        + "\(heading)\n.env\n\(suggested)"
    )
    // What comes to be missing later goes under the same heading.
    try repository.write(".gitignore", try text(repository).replacingOccurrences(of: "*.key\n", with: ""))
    _ = try repository.hopxguard("gitignore", "--fix")
    #expect(
      try text(repository)
        == "/.env\nsecrets/\n.env.*\n!.env.example\n!.env.sample\n!.env.template\n!.env.dist\n\n"
        + "\(heading)\n.env\n\(suggested)*.key\n"
    )
  }

  @Test func `a later exception in the top file is overruled`() throws {
    let repository = try CoverageRepository()
    defer { repository.remove() }
    try repository.write(
      ".gitignore", ".env\n*.key\nsecrets/\n.env.*\n!.env.example\n!.env.sample\n!.env.template\n!.env.dist\n!.env\n")
    try repository.commit()
    _ = try repository.hopxguard("gitignore", "--fix")
    #expect(try text(repository).hasSuffix("!.env\n\n\(heading)\n.env\n\(suggested)"))
    try repository.commit()
    #expect(try repository.hopxguard("gitignore").status == 0)
  }

  @Test func `what it cannot mend, it lists`() throws {
    let repository = try CoverageRepository()
    defer { repository.remove() }
    try repository.write(
      ".gitignore", "*.key\nsecrets/\n.env.*\n!.env.example\n!.env.sample\n!.env.template\n!.env.dist\n")
    try repository.write("app/.gitignore", "!*.key\n")
    try repository.write("old.key", "x\n")
    try repository.git("add", "-f", "-A")
    try repository.commit()
    let outcome = try repository.hopxguard("gitignore", "--fix", "--format", "json")
    #expect(outcome.status == 1)
    let lines = try outcome.lines
    #expect(lines.contains("gitignore-negated app/.gitignore:1"))
    #expect(lines.contains("gitignore-tracked old.key"))
    #expect(try text(repository).hasSuffix("\(heading)\n.env\n\(suggested)"))
    #expect(try repository.read("app/.gitignore") == Array("!*.key\n".utf8))
  }

  @Test func `the dry run shows a diff that applies`() throws {
    for before in ["a\nb\nc\nd\n", "a", "x\r\ny\r\n", nil] {
      let repository = try CoverageRepository()
      defer { repository.remove() }
      if let before { try repository.write(".gitignore", before) }
      try repository.git("add", "-A")
      let dry = try repository.hopxguard("gitignore", "--dry-run", "--format", "json")
      #expect(dry.status == 1)
      #expect(try dry.findings.isEmpty == false)
      if let before { #expect(try text(repository) == before) }
      let diff = try #require(dry.errors.components(separatedBy: "\n\n").first) + "\n"
      try repository.write("../change.diff", diff)
      try repository.git("apply", "--whitespace=nowarn", "../change.diff")
      let applied = try text(repository)
      try repository.shell("rm .gitignore")
      if let before { try repository.write(".gitignore", before) }
      _ = try repository.hopxguard("gitignore", "--fix")
      #expect(try text(repository) == applied)
      let shown = try repository.hopxguard("gitignore", "--dry-run")
      #expect(!shown.output.contains("+++"))
    }
  }

  @Test func `a file that is no text is left alone`() throws {
    let repository = try CoverageRepository()
    defer { repository.remove() }
    let bytes: [UInt8] = [0xFF, 0xFE] + Array("a\n".utf8).flatMap { [$0, 0] }
    try repository.write(".gitignore", bytes)
    try repository.commit()
    let outcome = try repository.hopxguard("gitignore", "--fix")
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("UTF-16"))
    #expect(try repository.read(".gitignore") == bytes)
  }

  @Test func `a link is not written through`() throws {
    let repository = try CoverageRepository()
    defer { repository.remove() }
    try repository.shell("echo keep > ../outside; ln -s ../outside .gitignore")
    let outcome = try repository.hopxguard("gitignore", "--fix")
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("symbolic link"))
    #expect(try repository.read("../outside") == Array("keep\n".utf8))
  }
}
