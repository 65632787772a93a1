// What ignoring no longer helps: files that are tracked, exist, or are open to others; and the
// repositories that are not plain working trees.

import Foundation
import TestSupport
import Testing

private let covering = """
  .env
  *.key
  secrets/
  .env.*
  !.env.example
  !.env.sample
  !.env.template
  !.env.dist

  """

@Suite struct GitignoreFilesTests {
  private func repository() throws -> CoverageRepository {
    let repository = try CoverageRepository()
    try repository.write(".gitignore", covering)
    try repository.write("app/main.py", "pass\n")
    return repository
  }

  @Test func `tracked files are found whatever their flags`() throws {
    let repository = try repository()
    defer { repository.remove() }
    for name in [".env", "app/a.key", "secrets/list.txt", "b.key", "c.key", "secrets/.gitkeep"] {
      try repository.write(name, "x\n")
    }
    try repository.git("add", "-f", "-A")
    try repository.commit()
    try repository.git("update-index", "--assume-unchanged", "app/a.key")
    try repository.git("update-index", "--skip-worktree", "b.key")
    try repository.git("rm", "-q", "--cached", "c.key")
    let outcome = try repository.hopxguard("gitignore", "--format", "json")
    #expect(outcome.status == 1)
    #expect(
      try outcome.lines == [
        "gitignore-tracked .env", "gitignore-tracked app/a.key", "gitignore-tracked b.key",
        "gitignore-tracked c.key", "gitignore-tracked secrets/list.txt",
      ])
    let commands = try outcome.findings.map { $0["commands"] as? [String] ?? [] }
    let update = "git -C \"$(git rev-parse --show-toplevel)\" update-index"
    #expect(commands[0] == ["git rm --cached -f -- ':(top,literal).env'"])
    #expect(commands[1].first == "\(update) --no-assume-unchanged -- app/a.key")
    #expect(commands[2].first == "\(update) --no-skip-worktree -- b.key")
    #expect(commands[3] == [])
    #expect(commands[4].last == "git commit -m 'Stop tracking secret files'")
    #expect(commands.joined().filter { $0.hasPrefix("git commit") }.count == 1)
    #expect(try outcome.findings.allSatisfy { "\($0["details"] ?? "")".contains("rotate") })
  }

  @Test func `the suggested commands mend it`() throws {
    let repository = try repository()
    defer { repository.remove() }
    let odd = "it's a \u{1B}[31m \"name\"\n.key"
    try repository.write(odd, "x\n")
    try repository.write("plain.key", "x\n")
    try repository.git("add", "-f", "-A")
    try repository.commit()
    try repository.git("update-index", "--skip-worktree", "plain.key")
    let before = try repository.hopxguard("gitignore", "--format", "json")
    #expect(try before.findings.count == 2)
    for command in try before.findings.flatMap({ $0["commands"] as? [String] ?? [] }) {
      #expect(!command.utf8.contains(0x1B))
      try repository.shell(command)
    }
    let after = try repository.hopxguard("gitignore", "--format", "json")
    #expect(after.status == 0)
    #expect(try after.findings.isEmpty)
    #expect(FileManager.default.fileExists(atPath: repository.top.appendingPathComponent(odd).path))
  }

  /// From any folder, for names that are wildcards, and with something staged that is nowhere else.
  @Test func `the commands never commit the file`() throws {
    let repository = try repository()
    defer { repository.remove() }
    for name in [".env", "*.key", "a.key"] { try repository.write(name, "first\n") }
    try repository.git("add", "-f", "-A")
    try repository.commit()
    for name in [".env", "a.key"] {
      try repository.write(name, "staged\n")
      try repository.git("add", "-f", name)
      try repository.write(name, "on disk\n")
    }
    let before = try repository.hopxguard("gitignore", "--format", "json")
    for command in try before.findings.flatMap({ $0["commands"] as? [String] ?? [] }) {
      try repository.shell("cd app && \(command)")
    }
    try repository.shell("! git log -p --all | grep '^+staged'")
    try repository.shell("test \"$(git ls-files)\" = \"$(printf '.gitignore\\napp/main.py')\"")
    #expect(try repository.hopxguard("gitignore").status == 0)
  }

  /// Tried as somebody whom the modes concern.
  @Test func `a folder that cannot be read is a problem`() throws {
    let repository = try repository()
    defer { repository.remove() }
    try repository.write("locked/inside/a.txt", "x\n")
    try repository.commit()
    try repository.shell("chmod 755 . && chmod 000 locked/inside && chmod 000 locked")
    defer { try? repository.shell("chmod -R u+rwX locked") }
    let program = getuid() == 0 ? ["setpriv", "--reuid", "65534", "--clear-groups"] : []
    let words = program + [hopxguardPath, "gitignore", "--format", "json"]
    let outcome = try run(
      "/usr/bin/env",
      ["HOME=/", "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*"] + words,
      in: repository.top.path)
    #expect(outcome.status == 2, "\(outcome.output) \(outcome.errors)")
    #expect(outcome.output.contains("\"complete\":false"))
  }

  @Test func `a path outside the top and a file will do`() throws {
    let repository = try repository()
    defer { repository.remove() }
    try repository.write(".env", "x\n")
    try repository.git("add", "-f", "-A")
    #expect(
      try repository.hopxguard("gitignore", in: "app").output.contains("git rm --cached -f -- ':(top,literal).env'"))
    #expect(
      try repository.hopxguard("gitignore", "app/main.py").output.contains("git rm --cached -f -- ':(top,literal).env'")
    )
  }

  @Test func `a file that git would take is found`() throws {
    let repository = try CoverageRepository()
    defer { repository.remove() }
    try repository.write(".gitignore", "*.key\nsecrets/\n.env.*\n")
    try repository.write("app/main.py", "pass\n")
    try repository.commit()
    try repository.write("new/.env", "x\n")
    try repository.write("app/server.key", "x\n")
    let outcome = try repository.hopxguard("gitignore", "--format", "json")
    let lines = try outcome.lines
    #expect(lines.contains("gitignore-exposed new/.env"))
    #expect(!lines.contains { $0.contains("server.key") })
  }

  @Test func `a key in a file that others may read is a warning`() throws {
    let repository = try repository()
    defer { repository.remove() }
    try repository.commit()
    let key = keyText()
    try repository.write(".env", "HOPX_API_KEY=\(key)\n", mode: 0o644)
    try repository.write("app/own.key", "\(key)\n", mode: 0o600)
    try repository.write("app/group.key", "\(key)\n", mode: 0o640)
    try repository.write("secrets/deep/list.txt", "\(key)\n", mode: 0o604)
    try repository.write("app/empty.key", "no key\n", mode: 0o644)
    let outcome = try repository.hopxguard("gitignore", "--format", "json")
    #expect(outcome.status == 0)
    #expect(
      try Set(outcome.lines) == [
        "warning secret-file-readable .env", "warning secret-file-readable app/group.key",
        "warning secret-file-readable secrets/deep/list.txt",
      ])
    #expect(!outcome.output.contains(key) && !outcome.errors.contains(key))
    #expect(try repository.hopxguard("gitignore", "--strict").status == 1)
    try repository.shell("chmod 600 -- .env app/group.key secrets/deep/list.txt")
    #expect(try repository.hopxguard("gitignore", "--strict").status == 0)
  }

  @Test func `a name that is a key is not printed`() throws {
    let repository = try repository()
    defer { repository.remove() }
    let key = keyText()
    try repository.write("\(key).key", "x\n")
    try repository.write("\(key)/.gitignore", "!.env\n#\(key)\n")
    try repository.git("add", "-f", "-A")
    for format in ["text", "json", "jsonl"] {
      let outcome = try repository.hopxguard("gitignore", "--format", format)
      #expect(outcome.status == 1)
      #expect(outcome.output.contains("gitignore-tracked") && outcome.output.contains("gitignore-negated"))
      #expect(!outcome.output.contains(key) && !outcome.errors.contains(key))
    }
  }

  /// git 2.39 crashes when it is asked for the rule of a path below 24 folders.
  @Test func `folders deeper than git can explain are checked`() throws {
    let repository = try repository()
    defer { repository.remove() }
    let deep = (0..<60).map { "d\($0)" }.joined(separator: "/")
    try repository.write("\(deep)/a.txt", "x\n")
    try repository.commit()
    let covered = try repository.hopxguard("gitignore", "--format", "json")
    #expect(covered.status == 0)
    #expect(try covered.findings.isEmpty)
    try repository.write(".git/info/exclude", "/d0/\n")
    #expect(try repository.hopxguard("gitignore", "--strict").status == 0)
    try repository.write("\(deep)/.gitignore", "!*.key\n")
    try repository.git("add", "-f", "-A")
    try repository.commit()
    let opened = try repository.hopxguard("gitignore", "--format", "json")
    #expect(opened.status == 1)
    #expect(try opened.findings.count == 1)
    #expect(try "\(opened.findings[0])".contains("\(deep)/hopx.key"))
    #expect(try repository.addable(["\(deep)/hopx.key", "\(deep)/.env"]) == ["\(deep)/hopx.key"])
  }

  // MARK: Other repositories

  @Test func `outside of a repository it fails`() throws {
    let repository = try repository()
    defer { repository.remove() }
    let outcome = try repository.hopxguard("gitignore", repository.root.path)
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("not in a git repository"))
    #expect(try repository.hopxguard("gitignore", "no/such/folder").status == 2)
  }

  @Test func `a bare repository has nothing to check`() throws {
    let repository = try repository()
    defer { repository.remove() }
    try repository.git("init", "-q", "--bare", "../bare.git")
    let outcome = try repository.hopxguard("gitignore", "../bare.git")
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("a bare repository has no working tree"))
  }

  @Test func `a submodule is checked on its own`() throws {
    let repository = try repository()
    defer { repository.remove() }
    let other = try CoverageRepository()
    defer { other.remove() }
    try other.write("lib.py", "pass\n")
    try other.commit()
    try repository.git("-c", "protocol.file.allow=always", "submodule", "-q", "add", other.top.path, "sub")
    try repository.commit()
    try repository.write("sub/.env", "x\n")
    let outcome = try repository.hopxguard("gitignore")
    #expect(outcome.status == 0)
    #expect(outcome.errors.contains("not checked, because they are repositories of their own: sub"))
    let inside = try repository.hopxguard("gitignore", "sub", "--format", "json")
    #expect(inside.status == 1)
    #expect(try inside.lines.contains("gitignore-exposed .env"))
  }

  @Test func `a linked work tree is checked`() throws {
    let repository = try repository()
    defer { repository.remove() }
    try repository.commit()
    try repository.git("worktree", "add", "-q", "../linked")
    #expect(try repository.hopxguard("gitignore", "../linked").status == 0)
    try repository.write("../linked/.gitignore", "secrets/\n*.key\n")
    #expect(try repository.hopxguard("gitignore", "../linked").status == 1)
  }

  @Test func `a sparse checkout counts what is not there`() throws {
    let repository = try repository()
    defer { repository.remove() }
    try repository.write("far/away/.gitignore", "!.env\n")
    try repository.write("far/away/a.txt", "x\n")
    try repository.commit()
    try repository.git("sparse-checkout", "set", "app")
    #expect(!FileManager.default.fileExists(atPath: repository.top.appendingPathComponent("far").path))
    let outcome = try repository.hopxguard("gitignore", "--format", "json")
    #expect(try outcome.lines.contains("gitignore-negated far/away/.gitignore:1"))
    #expect(outcome.status == 1)
  }

  @Test func `a git that fails is a problem`() throws {
    let repository = try repository()
    defer { repository.remove() }
    try repository.commit()
    try repository.write(".git/index", "no index\n")
    let broken = try repository.hopxguard("gitignore", "--format", "json")
    #expect(broken.status == 2)
    #expect(try broken.report["complete"] as? Bool == false)
    #expect(try repository.hopxguard("gitignore", environment: ["PATH": "/nowhere"]).status == 2)
  }

  // MARK: Hostile repositories

  @Test func `nothing of the repository runs`() throws {
    let repository = try repository()
    defer { repository.remove() }
    try repository.write(".gitattributes", "* filter=evil diff=evil\n")
    try repository.write("package.json", "{\"scripts\": {\"prepare\": \"touch ran\"}, \"files\": [\".\"]}")
    try repository.commit()
    let marker = repository.root.appendingPathComponent("ran").path
    try repository.write("evil.sh", "#!/bin/sh\ntouch \(marker)\ncat\n", mode: 0o755)
    let script = repository.top.appendingPathComponent("evil.sh").path
    for setting in [
      "core.fsmonitor", "filter.evil.clean", "filter.evil.process", "diff.evil.textconv", "core.pager",
      "alias.ls-files", "core.sshCommand",
    ] {
      try repository.git("config", setting, setting.hasPrefix("alias") ? "!\(script)" : script)
    }
    try repository.git("config", "core.worktree", "/etc")
    try repository.write(".gitignore", covering + "# more\n")
    let outcome = try repository.hopxguard("gitignore", "--format", "json")
    #expect(outcome.status == 0, "\(outcome.output)")
    #expect(!FileManager.default.fileExists(atPath: marker))
  }

  @Test func `links lead nowhere`() throws {
    let repository = try repository()
    defer { repository.remove() }
    try repository.write("outside/.env", "x\n")
    try repository.commit()
    try repository.shell(
      "ln -s /etc secrets; ln -s /etc app/secrets; mkdir -p b/secrets; ln -s /etc b/secrets/prod; touch b/c; ln "
        + "-s ../outside b/link"
    )
    let outcome = try repository.hopxguard("gitignore", "--format", "json")
    #expect(outcome.status == 0, "\(outcome.output) \(outcome.errors)")
    try repository.shell("rm .gitignore; ln -s app/rules .gitignore; printf '.env\\n*.key\\nsecrets/\\n' > app/rules")
    #expect(try repository.hopxguard("gitignore").status == 1)
  }

  @Test func `a deep folder needs few descriptors`() throws {
    let repository = try repository()
    defer { repository.remove() }
    try repository.commit()
    // Deeper than there are descriptors.
    let deep = (0..<100).map { _ in "d" }.joined(separator: "/")
    try repository.write("\(deep)/a.txt", "x\n")
    let outcome = try repository.hopxguard("gitignore", "--format", "json", descriptors: 60)
    #expect(outcome.status == 0, "\(outcome.output)")
    #expect(try outcome.report["complete"] as? Bool == true)
  }
}

extension CoverageRepository {
  func shell(_ command: String) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-c", command]
    process.currentDirectoryURL = top
    process.environment = [
      "PATH": "/usr/bin:/bin", "HOME": root.path, "GIT_AUTHOR_NAME": "a",
      "GIT_AUTHOR_EMAIL": "a@example.com", "GIT_COMMITTER_NAME": "a",
      "GIT_COMMITTER_EMAIL": "a@example.com",
    ]
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "\(command)")
  }
}
