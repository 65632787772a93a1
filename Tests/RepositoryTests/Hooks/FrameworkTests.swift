// `.pre-commit-hooks.yaml`, run by pre-commit and prek themselves. `scripts/packages test` installs them.

import Foundation
import TestSupport
import Testing

struct FrameworkTests {
  private let repository = AllowRepository()
  private let hooks = TestFolder()
  private var folder: TestFolder { repository.folder }

  private static let root = projectPath

  /// The line of the documentation without which `install` leaves messages and pushes alone.
  private static let installedHooks: String = {
    let page = FileManager.default.contents(atPath: root + "/docs/allowing.md")!
    return String(decoding: page, as: UTF8.self).split(separator: "\n").map(String.init)
      .first { $0.hasPrefix("default_install_hook_types:") } ?? ""
  }()

  init() {
    folder.write("src/app.py", "x\n")
    folder.write("base", "x\n")
    repository.commit("clean")
    hooks.write(
      ".pre-commit-hooks.yaml", Array(FileManager.default.contents(atPath: Self.root + "/.pre-commit-hooks.yaml")!))
    hooks.git("init", "-q", "-b", "main")
    hooks.git("add", ".")
    hooks.git("commit", "-qm", "hooks")
    folder.write(
      ".pre-commit-config.yaml",
      """
      \(Self.installedHooks)
      repos:
        - repo: \(hooks.path)
          rev: \(hooks.git("rev-parse", "HEAD"))
          hooks:
            - id: hopxguard-system
            - id: hopxguard-commit-msg-system

      """)
    folder.git("add", ".pre-commit-config.yaml")
    folder.git("commit", "-qm", "configuration")
  }

  private var environment: [String: String] {
    let search = ProcessInfo.processInfo.environment["PATH"] ?? ""
    let binary = URL(fileURLWithPath: hopxguardPath).deletingLastPathComponent().path
    return gitIdentity.merging([
      "PATH": "\(binary):\(search)", "HOME": hooks.path, "PRE_COMMIT_HOME": hooks.file("home"),
      "PREK_HOME": hooks.file("prek"), "PRE_COMMIT_COLOR": "never",
    ]) { $1 }
  }

  private func tool(_ name: String, _ arguments: String...) throws -> CommandResult {
    let result = try run(
      Self.root + "/.build/python/bin/" + name, arguments, in: folder.path, environment: environment)
    expectNoKey(in: result.outputBytes)
    return result
  }

  private func git(_ arguments: String...) throws -> CommandResult {
    let result = try run("/usr/bin/env", ["git", "-C", folder.path] + arguments, environment: environment)
    expectNoKey(in: result.outputBytes)
    expectNoKey(in: Array(result.errors.utf8))
    return result
  }

  @Test(arguments: ["pre-commit", "prek"])
  func `staged, all files, message and push`(name: String) throws {
    let installed = try tool(name, "install")
    #expect(installed.status == 0, "\(installed.errors)")
    let status = try run(hopxguardPath, ["hook", "status"], in: folder.path, environment: environment)
    #expect(status.status == 0, "\(status.errors)")
    #expect(status.errors.contains("pre-push: runs, by \(name) (.pre-commit-config.yaml)"))

    // What the commit adds stops it, whatever else the file holds.
    folder.write("new.py", "k = '\(keyText())'\n")
    folder.git("add", "new.py")
    let stopped = try git("commit", "-qm", "x")
    #expect(stopped.status != 0)
    #expect((stopped.output + stopped.errors).contains("this commit adds a secret"))
    folder.write("new.py", "x\n")
    folder.git("add", "new.py")
    let passed = try git("commit", "-qm", "x")
    #expect(passed.status == 0, "\(passed.output + passed.errors)")
    let message = try git("commit", "-q", "--allow-empty", "-m", keyText())
    #expect(message.status != 0)
    #expect((message.output + message.errors).contains("the commit message contains a secret"))

    // An old key stops no commit, and is there for --all-files.
    folder.write("old.py", "\(keyText())\n")
    folder.git("add", "old.py")
    folder.git("commit", "-q", "--no-verify", "-m", "old")
    folder.write("old.py", String(decoding: folder.read("old.py"), as: UTF8.self) + "more\n")
    folder.git("add", "old.py")
    let edited = try git("commit", "-qm", "x")
    #expect(edited.status == 0, "\(edited.output + edited.errors)")
    let all = try tool(name, "run", "--all-files")
    #expect(all.status == 1)
    #expect(all.output.contains("old.py"))
    #expect(all.output.contains("hopxguard: the files contain a secret."))
    #expect(!all.output.contains("this commit"))

    // A push is scanned commit by commit: what came and went is in it.
    folder.git("init", "-q", "--bare", "remote.git")
    folder.git("remote", "add", "origin", folder.file("remote.git"))
    let first = try git("push", "-q", "origin", "main")
    #expect(first.status != 0)
    #expect((first.output + first.errors).contains("the commits of this push add a secret"))
    folder.git("push", "-q", "--no-verify", "origin", "main")
    folder.git("rm", "-q", "old.py")
    folder.git("commit", "-q", "--no-verify", "-m", "gone")
    #expect(try git("push", "-q", "origin", "main").status == 0)
    folder.write("slip", keyText())
    folder.git("add", "slip")
    folder.git("commit", "-q", "--no-verify", "-m", "slip")
    folder.git("rm", "-q", "slip")
    folder.git("commit", "-q", "--no-verify", "-m", "and gone")
    for refs in ["main", "main:branch"] {
      let push = try git("push", "-q", "origin", refs)
      #expect(push.status != 0, "\(refs)")
      #expect(
        (push.output + push.errors).contains("the commits of this push add a secret"), "\(push.output + push.errors)")
    }
  }

  @Test(arguments: ["pre-commit", "prek"])
  func `the project's list counts, and a broken one stops`(name: String) throws {
    folder.write("new.py", "k = '\(repository.key)'\n")
    folder.git("add", "new.py")
    #expect(try tool(name, "run").status == 1)
    repository.settings(repository.entry("path = 'new.py'"))
    folder.git("add", ".hopxguard.toml")
    let passed = try tool(name, "run", "--verbose")
    #expect(passed.status == 0)
    #expect(passed.output.contains("1 allowed (1 by path)"))
    repository.settings("[[allow]]\n")
    folder.git("add", ".hopxguard.toml")
    #expect(try tool(name, "run").status == 1)
  }
}
