// Hooks go where git looks for them, keep what was there before, and are led astray by no variable of the environment.

import Foundation
import TestSupport
import Testing

struct HookPlaceTests {
  private let folder = TestFolder()
  private let key = keyText()

  init() { folder.makeRepository() }

  private func run(_ program: String, _ arguments: [String], environment: [String: String] = [:]) throws
    -> CommandResult
  {
    let result = try TestSupport.run(
      program, arguments, in: folder.file("repo"),
      environment: gitIdentity.merging(["HOME": folder.path]) { $1 }.merging(environment) { $1 })
    expectNoKey(in: Array(result.errors.utf8))
    return result
  }

  private func hook(_ arguments: String..., environment: [String: String] = [:]) throws -> CommandResult {
    try run(hopxguardPath, ["hook"] + arguments, environment: environment)
  }

  private func git(_ arguments: String..., environment: [String: String] = [:]) throws -> CommandResult {
    try run("/usr/bin/env", ["git"] + arguments, environment: environment)
  }

  private func script(_ name: String, _ text: String) {
    folder.write(name, text)
    #expect(chmod(folder.file(name), 0o755) == 0)
  }

  private func listing(_ path: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.file(path)).sorted()
  }

  // MARK: The hook that was there

  @Test func `a kept hook knows its name and what is beside it`() throws {
    script(
      "repo/.git/hooks/pre-commit",
      "#!/bin/sh\nbasename \"$0\" > out\n\"$(dirname \"$0\")/pre-commit.legacy\"\n\"$0.d/one\"\n")
    script("repo/.git/hooks/pre-commit.legacy", "#!/bin/sh\necho legacy >> out\n")
    script("repo/.git/hooks/pre-commit.d/one", "#!/bin/sh\necho one >> out\n")
    let before = try listing("repo/.git/hooks")
    #expect(try hook("install").status == 0)
    #expect(try hook("install").status == 0)
    #expect(try git("commit", "-q", "--allow-empty", "-m", "x").status == 0)
    #expect(folder.read("repo/out") == Array("pre-commit\nlegacy\none\n".utf8))
    #expect(try hook("status").errors.contains("pre-commit: runs, after the hook that was there"))
    #expect(try hook("uninstall").status == 0)
    #expect(try listing("repo/.git/hooks") == before)
  }

  @Test func `a hook that is a link is kept, run and put back`() throws {
    script("repo/scripts/check", "#!/bin/sh\necho ran > out\n")
    let path = folder.file("repo/.git/hooks/pre-commit")
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "../../scripts/check")
    #expect(try hook("install").status == 0)
    #expect(try git("commit", "-q", "--allow-empty", "-m", "x").status == 0)
    #expect(folder.read("repo/out") == Array("ran\n".utf8))
    #expect(try hook("uninstall").status == 0)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path) == "../../scripts/check")
  }

  @Test func `a hook that an earlier version kept still runs, and comes back`() throws {
    let before = try listing("repo/.git/hooks")
    #expect(try hook("install").status == 0)
    script("repo/.git/hooks/pre-commit.before-hopxguard", "#!/bin/sh\necho ran > out\n")
    #expect(try git("commit", "-q", "--allow-empty", "-m", "x").status == 0)
    #expect(folder.read("repo/out") == Array("ran\n".utf8))
    #expect(try hook("status").errors.contains("pre-commit: runs, after the hook that was there"))
    #expect(try hook("uninstall").status == 0)
    #expect(folder.read("repo/.git/hooks/pre-commit") == Array("#!/bin/sh\necho ran > out\n".utf8))
    #expect(try listing("repo/.git/hooks") == (before + ["pre-commit"]).sorted())
  }

  // MARK: Places

  @Test func `uninstall takes out what core.hooksPath has hidden since`() throws {
    let before = try listing("repo/.git/hooks")
    #expect(try hook("install").status == 0)
    folder.git("-C", "repo", "config", "core.hooksPath", "elsewhere")
    #expect(try hook("uninstall").status == 0)
    #expect(try listing("repo/.git/hooks") == before)
  }

  @Test func `core.hooksPath that is no folder, and a folder that is no hook`() throws {
    folder.git("-C", "repo", "config", "core.hooksPath", "/dev/null")
    let install = try hook("install")
    #expect(install.status == 2)
    #expect(install.errors.contains("/dev/null"))
    let status = try hook("status")
    #expect(status.status == 1)
    #expect(status.errors.contains("/dev/null"))
    #expect(try hook("uninstall").status == 0)
    folder.git("-C", "repo", "config", "--unset", "core.hooksPath")
    folder.makeFolder("repo/.git/hooks/commit-msg")
    let blocked = try hook("install")
    #expect(blocked.status == 2)
    #expect(blocked.errors.contains("hooks/commit-msg is a folder"))
    #expect(try hook("status").errors.contains("hooks/commit-msg is a folder"))
  }

  @Test func `a global core.hooksPath shadows the template and the repository's own hooks`() throws {
    let environment = [
      "HOME": folder.path, "XDG_CONFIG_HOME": folder.file("config"), "GIT_CONFIG_GLOBAL": folder.file("settings"),
    ]
    #expect(try hook("install", environment: environment).status == 0)
    #expect(try !hook("install", "--global", environment: environment).errors.contains("core.hooksPath"))
    folder.git("config", "--file", folder.file("settings"), "core.hooksPath", folder.file("shared hooks"))
    let install = try hook("install", "--global", environment: environment)
    #expect(install.errors.contains("core.hooksPath is set in the global configuration"))
    #expect(install.errors.contains("shared hooks"))
    let status = try hook("status", environment: environment)
    #expect(status.status == 1)
    #expect(status.errors.contains("shadows"))
  }

  @Test func `the binary is remembered by the link that leads to it`() throws {
    folder.makeFolder("cellar/1.0")
    folder.makeFolder("cellar/1.1")
    folder.makeFolder("bin")
    for version in ["1.0", "1.1"] {
      try FileManager.default.copyItem(atPath: hopxguardPath, toPath: folder.file("cellar/\(version)/hopxguard"))
    }
    let link = folder.file("bin/hopxguard")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "../cellar/1.0/hopxguard")
    let path = ["PATH": "\(folder.file("bin")):/usr/bin:/bin"]
    for program in [link, folder.file("cellar/1.0/hopxguard")] {
      #expect(try run(program, ["hook", "install"], environment: path).status == 0)
      #expect(String(decoding: folder.read("repo/.git/hooks/pre-commit"), as: UTF8.self).contains("guard='\(link)'"))
    }
    // By either name it is the same program.
    let status = try run(folder.file("cellar/1.0/hopxguard"), ["hook", "status"])
    #expect(status.status == 0)
    #expect(!status.errors.contains("another hopxguard"))
    try FileManager.default.removeItem(atPath: link)
    try FileManager.default.removeItem(atPath: folder.file("cellar/1.0"))
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "../cellar/1.1/hopxguard")
    #expect(try git("commit", "-q", "--allow-empty", "-m", "x", environment: ["PATH": "/usr/bin:/bin"]).status == 0)
  }

  // MARK: What git is told

  @Test func `a repository that -c says is safe`() throws {
    guard getuid() == 0 else { return }
    #expect(try hook("install").status == 0)
    _ = try run("/bin/chown", ["-R", "65534", folder.file("repo")])
    #expect(try git("commit", "-q", "--allow-empty", "-m", "x").errors.contains("dubious ownership"))
    for setting in ["safe.directory=*", "safe.directory=\(folder.file("repo"))"] {
      let result = try git("-c", "user.name=it's me", "-c", setting, "commit", "-q", "--allow-empty", "-m", "x")
      #expect(result.status == 0, "\(result.errors)")
    }
    let pairs = [
      "GIT_CONFIG_COUNT": "2", "GIT_CONFIG_KEY_0": "diff.orderFile", "GIT_CONFIG_VALUE_0": "/nowhere",
      "GIT_CONFIG_KEY_1": "Safe.Directory", "GIT_CONFIG_VALUE_1": "*",
    ]
    #expect(try run(hopxguardPath, ["scan", "--staged"], environment: pairs).status == 0)
  }

  @Test func `no setting of the environment hides anything or runs anything`() throws {
    let evil = folder.file("evil"), marker = folder.file("marker")
    script("evil", "#!/bin/sh\ntouch '\(marker)'\n")
    folder.write("more", "[core]\n\tfsmonitor = \(evil)\n[diff]\n\torderFile = /nowhere\n")
    folder.write("repo/a", key)
    folder.git("-C", "repo", "add", "a")
    let parameters = ["include.path=\(folder.file("more"))", "core.fsmonitor=\(evil)", "diff.orderFile=/nowhere"]
    for quoted in [
      parameters.map { "'\($0)'" },
      parameters.map { "'\($0.split(separator: "=")[0])'='\($0.split(separator: "=")[1])'" },
    ] {
      let result = try run(
        hopxguardPath, ["scan", "--staged"], environment: ["GIT_CONFIG_PARAMETERS": quoted.joined(separator: " ")])
      #expect(result.status == 1, "\(result.errors)")
    }
    for broken in ["'unfinished", "\\", "'a'='b", "''", "'safe.directory'"] {
      #expect(try run(hopxguardPath, ["scan", "--staged"], environment: ["GIT_CONFIG_PARAMETERS": broken]).status == 1)
    }
    #expect(!FileManager.default.fileExists(atPath: marker))
  }

  // MARK: Messages

  @Test func `a message file whose name is not UTF-8`() throws {
    folder.write("text", "see \(key)\n")
    let result = try run(
      "/bin/sh",
      [
        "-c",
        "name=$(printf '../caf\\351'); cp ../text \"$name\" && '\(hopxguardPath)' hook run commit-msg "
          + ".git/hooks/commit-msg \"$name\"",
      ])
    #expect(result.status == 1, "\(result.errors)")
  }

  @Test func `comment lines that stay in the message are scanned`() throws {
    #expect(try hook("install").status == 0)
    let editor = [
      "GIT_EDITOR": "f() { { printf 'x\\n#\\t%s\\n' '\(key)'; cat \"$1\"; } > \"$1.new\"; mv \"$1.new\" \"$1\"; }; f"
    ]
    for cleanup in ["verbatim", "whitespace", "scissors"] {
      #expect(
        try git("commit", "-q", "--allow-empty", "--cleanup=\(cleanup)", environment: editor).status == 1, "\(cleanup)")
      #expect(
        try git("-c", "commit.cleanup=\(cleanup)", "commit", "-q", "--allow-empty", environment: editor).status == 1,
        "\(cleanup)")
      folder.git("-C", "repo", "config", "commit.cleanup", cleanup)
      #expect(try git("commit", "-q", "--allow-empty", environment: editor).status == 1, "\(cleanup)")
      folder.git("-C", "repo", "config", "--unset", "commit.cleanup")
    }
    // git itself takes the line out.
    #expect(try git("commit", "-q", "--allow-empty", environment: editor).status == 0)
    #expect(!folder.git("-C", "repo", "log", "-1", "--format=%B").contains("hopx"))
  }

  @Test(arguments: [";", "auto"])
  func `files that git lists do not stop a commit, whatever comments begin with`(comment: String) throws {
    #expect(try hook("install").status == 0)
    folder.git("-C", "repo", "config", "core.commentChar", comment)
    folder.write("repo/\(key).json", "x")
    let result = try git("commit", "-q", "--allow-empty", environment: ["GIT_EDITOR": "sed -i 1s/^/subject/"])
    #expect(result.status == 0, "\(result.errors)")
    // What is no comment here is the message's.
    let other = try git(
      "commit", "-q", "--allow-empty",
      environment: ["GIT_EDITOR": "f() { printf '#\\t%s\\n' '\(key)' | cat - \"$1\" > x && cat x > \"$1\"; }; f"])
    #expect(comment == "auto" || other.status == 1, "\(other.errors)")
  }

  // MARK: Names

  @Test func `a new file in a folder whose name holds a key is nothing new`() throws {
    folder.write("repo/dir \(key)/old", "x")
    folder.git("-C", "repo", "add", ".")
    folder.git("-C", "repo", "commit", "-qm", "x")
    folder.write("repo/dir \(key)/sub/new", "x")
    folder.git("-C", "repo", "add", ".")
    #expect(try run(hopxguardPath, ["scan", "--staged"]).status == 0)
    folder.git("-C", "repo", "commit", "-qm", "y")
    #expect(try run(hopxguardPath, ["scan", "--range", "HEAD~1..HEAD"]).status == 0)
    #expect(try run(hopxguardPath, ["scan", "--range", "HEAD~2..HEAD~1"]).status == 1)
    folder.write("repo/dir \(key)/\(keyText())", "x")
    folder.write("repo/other \(key)/x", "x")
    folder.git("-C", "repo", "add", ".")
    let report = try Report.of(
      ["scan", "--staged"], in: folder,
      environment: ["GIT_DIR": folder.file("repo/.git"), "GIT_WORK_TREE": folder.file("repo")])
    #expect(report.findings.count == 2)
    #expect(Set(report.findings.map(\.place)) == ["file name"])
  }
}
