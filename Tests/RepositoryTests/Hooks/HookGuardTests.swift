// Repositories whose hooks are not all ours: a bare one with linked worktrees takes commits and pushes, and is
// guarded for both; and one whose hook manager runs hopxguard needs no hook of ours.

import Foundation
import TestSupport
import Testing

struct HookGuardTests {
  private let folder = TestFolder()

  private func run(_ program: String, _ arguments: [String], in place: String) throws -> CommandResult {
    let result = try TestSupport.run(
      program, arguments, in: folder.file(place), environment: gitIdentity.merging(["HOME": folder.path]) { $1 })
    expectNoKey(in: Array(result.errors.utf8))
    return result
  }

  private func hook(_ arguments: String..., in place: String) throws -> CommandResult {
    try run(hopxguardPath, ["hook"] + arguments, in: place)
  }

  private func git(_ arguments: String..., in place: String) throws -> CommandResult {
    try run("/usr/bin/env", ["git"] + arguments, in: place)
  }

  private func script(_ name: String, _ text: String) {
    folder.write(name, text)
    #expect(chmod(folder.file(name), 0o755) == 0)
  }

  // MARK: Bare with worktrees

  private func bareWithWorktree() {
    folder.git("init", "-q", "-b", "main", "seed")
    folder.write("seed/f", "hi\n")
    folder.git("-C", "seed", "add", ".")
    folder.git("-C", "seed", "commit", "-qm", "i")
    folder.git("clone", "-q", "--bare", "seed", "p/.bare")
    folder.write("p/.git", "gitdir: ./.bare\n")
    folder.git("-C", "p", "worktree", "add", "-q", "tree", "main")
  }

  @Test(arguments: ["p", "p/tree", "p/.bare"])
  func `a bare repository with linked worktrees is guarded for commits and pushes`(place: String) throws {
    bareWithWorktree()
    #expect(try hook("install", in: place).status == 0)
    for other in ["p", "p/tree"] { #expect(try hook("status", in: other).status == 0) }
    folder.write("p/tree/k", "k=\(keyText())\n")
    folder.git("-C", "p/tree", "add", "k")
    #expect(try git("commit", "-qm", "leak", in: "p/tree").status == 1)
    folder.git("clone", "-q", "p/.bare", "clone")
    folder.write("clone/k", "k=\(keyText())\n")
    folder.git("-C", "clone", "checkout", "-qb", "other")
    folder.git("-C", "clone", "add", "k")
    folder.git("-C", "clone", "commit", "-qm", "leak")
    let push = try git("push", "-q", "origin", "other", in: "clone")
    #expect(push.status != 0)
    #expect(push.errors.contains("hopxguard"))
    #expect(try hook("uninstall", in: place).status == 0)
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.file("p/.bare/hooks"))
    #expect(left.filter { !$0.hasSuffix(".sample") }.isEmpty)
  }

  @Test func `a bare repository without worktrees has pre-receive alone, and an ordinary one has none`() throws {
    folder.git("init", "-q", "--bare", "bare.git")
    #expect(
      try hook("install", in: "bare.git").errors.split(separator: "\n").filter { $0.contains(": installed") }.count == 1
    )
    folder.git("init", "-q", "repo")
    #expect(!(try hook("install", in: "repo").errors.contains("pre-receive")))
  }

  // MARK: Other managers

  private func repository() { folder.git("init", "-q", "-b", "main", "repo") }

  @Test func `a script that starts hopxguard counts`() throws {
    repository()
    script("repo/.git/hooks/pre-commit", "#!/bin/sh\n# hopxguard scan --staged\ntrue\n")
    #expect(try hook("status", in: "repo").status == 1)
    script("repo/.git/hooks/pre-commit", "#!/bin/sh\nhopxguard scan --staged\n")
    let status = try hook("status", in: "repo")
    #expect(status.status == 0, "\(status.errors)")
    #expect(status.errors.contains("pre-commit: runs, from a script of your own"))
    #expect(status.errors.contains("pre-push: not guarded"))
  }

  @Test func `husky's own pre-commit counts`() throws {
    repository()
    folder.git("-C", "repo", "config", "core.hooksPath", ".husky/_")
    script("repo/.husky/_/pre-commit", "#!/bin/sh\nsh -e \"$(dirname \"$(dirname \"$0\")\")/pre-commit\" \"$@\"\n")
    folder.write("repo/.husky/pre-commit", "npx lint-staged\n")
    #expect(try hook("status", in: "repo").status == 1)
    folder.write("repo/.husky/pre-commit", "npx lint-staged\nhopxguard hook framework\n")
    #expect(try hook("status", in: "repo").status == 0)
  }

  @Test func `lefthook counts where its configuration has hopxguard in the hook`() throws {
    repository()
    script("repo/.git/hooks/pre-commit", "#!/bin/sh\ncall_lefthook run \"pre-commit\" \"$@\"\n")
    folder.write(
      "repo/lefthook.yml", "pre-push:\n  commands:\n    keys:\n      run: hopxguard scan --since origin/main\n")
    #expect(try hook("status", in: "repo").status == 1)
    folder.write(
      "repo/lefthook.yml", "pre-commit:\n  commands:\n    # keys\n    keys:\n      run: hopxguard scan --staged\n")
    let status = try hook("status", in: "repo")
    #expect(status.status == 0, "\(status.errors)")
    #expect(status.errors.contains("pre-commit: runs, by lefthook (lefthook.yml)"))
  }
}
