// States of an index and of a working tree in which a .gitignore is not what it seems, and repositories
// that are made to hang the check or to hide from it.

import Foundation
import Testing

private let required = ".env\n*.key\nsecrets/\n"
private let covering = required + ".env.*\n!.env.example\n!.env.sample\n!.env.template\n!.env.dist\n"

@Suite struct GitignoreStateTests {
  private func repository(_ ignore: String = covering) throws -> CoverageRepository {
    let repository = try CoverageRepository()
    try repository.write(".gitignore", ignore)
    try repository.write("app/main.py", "pass\n")
    try repository.commit()
    return repository
  }

  @Test func `a broken repository hides no folder`() throws {
    let repository = try repository(required)
    defer { repository.remove() }
    try repository.write("a/.git", "gitdir: ../nowhere\n")
    try repository.shell("mkdir -p b/.git/objects b/.git/refs; touch b/.git/HEAD; git init -q c")
    for folder in ["a", "b", "c"] { try repository.write("\(folder)/.env.ci", "x\n") }
    let outcome = try repository.hopxguard("gitignore", "--format", "json")
    #expect(
      try outcome.lines.filter { !$0.hasPrefix("warning") } == [
        "gitignore-exposed a/.env.ci", "gitignore-exposed b/.env.ci",
      ])
    #expect(outcome.errors.contains("repositories of their own: c"))
    // git takes the same two.
    try repository.shell("git add -A -n . 2>/dev/null | grep -c '.env.ci' | grep -qx 2")
  }

  @Test func `a staged link covers nothing`() throws {
    let repository = try CoverageRepository()
    defer { repository.remove() }
    try repository.write("rules", required)
    try repository.shell("ln -s rules .gitignore; git add -A; git commit -qm link")
    #expect(try repository.hopxguard("gitignore").status == 1)
    // A file on the disk, as where links cannot be made, with just the text that the link has.
    try repository.shell(
      "rm .gitignore; h=$(printf '*' | git hash-object -w --stdin); git update-index --cacheinfo 120000,$h,.gitignore")
    try repository.write(".gitignore", required)
    let outcome = try repository.hopxguard("gitignore", "--format", "json")
    #expect(outcome.status == 1)
    #expect(try outcome.lines.contains { $0.hasPrefix("gitignore-uncommitted .gitignore") })
  }

  @Test func `case that only this machine ignores is of this machine`() throws {
    let repository = try repository(".ENV\n*.key\nsecrets/\n")
    defer { repository.remove() }
    try repository.git("config", "core.ignoreCase", "true")
    let outcome = try repository.hopxguard("gitignore", "--format", "json")
    #expect(outcome.status == 1)
    #expect(try outcome.lines.filter { !$0.hasPrefix("warning") } == ["gitignore-local-only .gitignore:1"])
    #expect(outcome.output.contains("core.ignoreCase"))
    #expect(try repository.addable([".env"]) == [".env"])
    _ = try repository.hopxguard("gitignore", "--fix")
    try repository.commit()
    #expect(try repository.hopxguard("gitignore").status == 0)
    // Where case does not count, a line in upper case takes back in.
    try repository.write("app/.gitignore", "!PROD.KEY\n")
    try repository.git("add", "-f", "-A")
    #expect(
      try repository.hopxguard("gitignore", "--format", "json").lines.contains("gitignore-negated app/.gitignore:1"))
  }

  @Test func `a sparse checkout has nothing deleted`() throws {
    let repository = try repository()
    defer { repository.remove() }
    try repository.write("far/away/.gitignore", "*.tmp\n")
    try repository.write("far/away/a.txt", "x\n")
    try repository.commit()
    for mode in ["--no-sparse-index", "--sparse-index"] {
      try repository.git("sparse-checkout", "set", mode, "app")
      let outcome = try repository.hopxguard("gitignore", "--format", "json")
      #expect(outcome.status == 0)
      #expect(try outcome.findings.isEmpty, "\(outcome.output)")
    }
  }

  @Test func `a missing object is a problem`() throws {
    let repository = try repository()
    defer { repository.remove() }
    try repository.write(".gitignore", covering + "# more\n")
    try repository.shell("h=$(git rev-parse :.gitignore); rm -f .git/objects/${h:0:2}/${h:2}")
    let outcome = try repository.hopxguard("gitignore", "--format", "json")
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("of a staged .gitignore is missing"))
  }

  @Test func `conflicts are reported as conflicts`() throws {
    let repository = try repository()
    defer { repository.remove() }
    try repository.write(".env", "first\n")
    try repository.git("add", "-f", ".env")
    try repository.commit()
    try repository.shell(
      "git checkout -qb other; echo a > .env; echo '# a' >> .gitignore; git commit -qam a; git checkout -q -; "
        + "echo b > .env; echo '# b' >> .gitignore; git commit -qam b; ! git merge -q other"
    )
    let outcome = try repository.hopxguard("gitignore", "--format", "json")
    #expect(outcome.status == 1)
    let found = try #require(try outcome.findings.first { $0["rule"] as? String == "gitignore-tracked" })
    #expect((found["message"] as? String)?.contains("in conflict") == true)
    #expect((found["commands"] as? [String])?.first == "git rm --cached -f -- ':(top,literal).env'")
    #expect(outcome.output.contains("gitignore-uncommitted"))
  }

  @Test func `an ignored .gitignore needs force`() throws {
    let repository = try CoverageRepository()
    defer { repository.remove() }
    try repository.write(".gitignore", required + ".gitignore\n")
    try repository.write("a.txt", "x\n")
    try repository.commit()
    let before = try repository.hopxguard("gitignore", "--format", "json")
    let commands = try before.findings.flatMap { $0["commands"] as? [String] ?? [] }
    #expect(commands.contains("git add -f -- ':(top,literal).gitignore'"))
    for command in commands where command.hasPrefix("git add") { try repository.shell(command) }
    #expect(try repository.hopxguard("gitignore").status == 0)
  }

  @Test func `templates of stages are no secrets`() throws {
    let repository = try repository(required)
    defer { repository.remove() }
    for name in [".env.local.example", "app/.env.production.sample", ".env.ci.template", ".env.test.dist"] {
      try repository.write(name, "A=\n")
    }
    try repository.write(".env.local.example2", "A=\n")
    try repository.git("add", "-f", "-A")
    let outcome = try repository.hopxguard("gitignore", "--format", "json")
    #expect(try outcome.lines.filter { !$0.hasPrefix("warning") } == ["gitignore-tracked .env.local.example2"])
  }

  /// github.com/github/gitignore, Node.gitignore.
  @Test func `the usual Node block passes with --strict`() throws {
    let repository = try repository(
      "# dotenv environment variable files\n.env\n.env.*\n!.env.example\n*.key\nsecrets/\n")
    defer { repository.remove() }
    let strict = try repository.hopxguard("gitignore", "--strict", "--format", "json")
    #expect(strict.status == 0)
    #expect(try strict.lines == ["warning gitignore-too-broad .gitignore:3"])
    #expect(try repository.hopxguard("gitignore", "--fix").errors.contains("!.env.sample  !.env.template  !.env.dist"))
    try repository.commit()
    #expect(try repository.hopxguard("gitignore", "--strict", "--format", "json").findings.isEmpty)
    #expect(try repository.addable([".env.sample", ".env.ci", ".env"]) == [".env.sample"])
  }

  // MARK: --fix

  @Test func `only lines that help are added`() throws {
    let repository = try repository()
    defer { repository.remove() }
    let deep = (0..<30).map { "d\($0)" }.joined(separator: "/")
    let covering =
      covering + ".envrc\n.hopx/\ncredentials.yaml\n*.tfvars\n.streamlit/secrets.toml\n.dev.vars\n"
      + ".claude/settings.local.json\n*.pem\n!*.pub.pem\n"
    try repository.write(".gitignore", covering)
    try repository.write("\(deep)/.gitignore", "!*.key\n")
    try repository.write("app/.gitignore", "!.env\n!secrets/\n")
    try repository.git("add", "-f", "-A")
    try repository.commit()
    for _ in 0..<2 {
      let outcome = try repository.hopxguard("gitignore", "--fix")
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("Nothing to add"))
      #expect(try repository.read(".gitignore") == Array(covering.utf8))
    }
    try repository.write("app/new.txt", "x\n")
    try repository.write(".gitignore", covering.replacingOccurrences(of: "*.key\n", with: ""))
    _ = try repository.hopxguard("gitignore", "--fix")
    let text = String(decoding: try repository.read(".gitignore"), as: UTF8.self)
    #expect(text.hasSuffix("(hopxguard)\n*.key\n"))
    _ = try repository.hopxguard("gitignore", "--fix")
    #expect(String(decoding: try repository.read(".gitignore"), as: UTF8.self) == text)
  }

  // MARK: Hostile repositories

  @Test(arguments: [
    "mkfifo new/.gitignore", "rm app/.gitignore; mkfifo app/.gitignore", "rm .gitignore; mkfifo .gitignore",
  ])
  func `a FIFO is not waited for`(_ command: String) throws {
    let repository = try repository()
    defer { repository.remove() }
    try repository.write("app/.gitignore", "*.tmp\n")
    try repository.write("new/.env.ci", "x\n")
    try repository.git("add", "app")
    try repository.shell(command)
    let outcome = try repository.hopxguard("gitignore", "--format", "json")
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("is not a regular file"))
  }

  @Test func `patterns that git never finishes are refused`() throws {
    let repository = try repository()
    defer { repository.remove() }
    for text in [String(repeating: "**/", count: 20_000) + "x\n", String(repeating: "**/*a", count: 20) + "b\n"] {
      try repository.write("app/.gitignore", "# one\n" + text)
      let here = try repository.hopxguard("gitignore")
      #expect(here.status == 2)
      #expect(here.errors.contains("app/.gitignore: git would not finish with line 2"))
      try repository.git("add", "app/.gitignore")
      try repository.shell("rm app/.gitignore")
      #expect(try repository.hopxguard("gitignore").status == 2)
    }
  }

  @Test func `a long .gitignore is read`() throws {
    let repository = try repository()
    defer { repository.remove() }
    try repository.write(
      ".gitignore", String(repeating: "# a long heading\n", count: 100_000) + covering + "!prod.key\n")
    try repository.commit()
    let outcome = try repository.hopxguard("gitignore", "--format", "json")
    #expect(outcome.status == 1)
    #expect(try outcome.lines == ["gitignore-negated .gitignore:100009"])
    try repository.shell("truncate -s 17M app/.gitignore")
    let long = try repository.hopxguard("gitignore", "--format", "json")
    #expect(long.status == 2)
    #expect(long.errors.contains("app/.gitignore: it is larger than 16 MiB"))
  }

  @Test func `a bare repository in a working tree is a folder like any other`() throws {
    let repository = try repository()
    defer { repository.remove() }
    try repository.git("init", "-q", "--bare", "store.git")
    for path in ["store.git", "store.git/objects"] {
      let outcome = try repository.hopxguard("gitignore", path)
      #expect(outcome.status == 2)
      #expect(outcome.errors.contains("a bare repository has no working tree"))
    }
    #expect(try repository.hopxguard("gitignore", ".git").status == 0)
    // For the repository around it, it is a folder as any other, as it is for git.
    try repository.write("store.git/.env.ci", "x\n")
    try repository.write(".gitignore", required)
    #expect(
      try repository.hopxguard("gitignore", "--format", "json").lines.contains("gitignore-exposed store.git/.env.ci"))
  }

  // MARK: Processes

  /// What was committed and has not changed is known from the index: git lists, and git judges.
  @Test func `two processes of git get their answers`() throws {
    let repository = try repository()
    defer { repository.remove() }
    for folder in 0..<50 {
      try repository.write("d\(folder)/a.txt", "x\n")
      try repository.write("d\(folder)/.gitignore", "*.tmp\n!b.tmp\n")
    }
    try repository.commit()
    // Older than the index, as after a day.
    try repository.shell(
      "find . -name .git -prune -o -type f -exec touch -d '1 hour ago' {} +; git update-index -q --refresh")
    let log = repository.root.appendingPathComponent("log").path
    try repository.write("../bin/git", "#!/bin/sh\necho x >> \(log)\nexec /usr/bin/git \"$@\"\n", mode: 0o755)
    let path = repository.root.appendingPathComponent("bin").path + ":/usr/bin:/bin"
    let outcome = try repository.hopxguard("gitignore", environment: ["PATH": path])
    #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
    #expect(try String(contentsOfFile: log, encoding: .utf8) == "x\nx\n")
  }
}
