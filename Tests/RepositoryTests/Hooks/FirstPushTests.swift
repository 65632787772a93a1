// A repository with a baseline comes to a server that has nothing yet: each way in that docs/hooks.md names.

import Foundation
import TestSupport
import Testing

struct FirstPushTests {
  private let folder = TestFolder()

  init() throws {
    folder.git("init", "-q", "-b", "main", "repo")
    folder.git("init", "-q", "--bare", "-b", "main", "remote.git")
    folder.write("repo/a", keyText())
    folder.git("-C", "repo", "add", ".")
    folder.git("-C", "repo", "commit", "-qm", "old")
    #expect(try hopxguard("baseline", in: "repo").status == 0)
    folder.write("repo/.hopxguard.toml", "[scan]\nbaseline = \".hopxguard-baseline\"\n")
    folder.git("-C", "repo", "add", ".")
    folder.git("-C", "repo", "commit", "-qm", "baseline")
  }

  private func hopxguard(_ arguments: String..., in place: String) throws -> CommandResult {
    try run(
      hopxguardPath, arguments, in: folder.file(place), environment: gitIdentity.merging(["HOME": folder.path]) { $1 })
  }

  private func push(_ branch: String = "main", _ environment: [String: String] = [:]) throws -> CommandResult {
    let result = try run(
      "/usr/bin/env", ["git", "-C", folder.file("repo"), "push", "-q", "../remote.git", branch],
      environment: gitIdentity.merging(["HOME": folder.path]) { $1 }.merging(environment) { $1 })
    expectNoKey(in: Array(result.errors.utf8))
    return result
  }

  /// The server takes what is clean, and nothing that is not.
  private func expectGuarded() throws {
    folder.git("-C", "repo", "commit", "-q", "--allow-empty", "-m", "clean")
    let clean = try push()
    #expect(clean.status == 0, "\(clean.errors)")
    folder.write("repo/b", keyText())
    folder.git("-C", "repo", "add", ".")
    folder.git("-C", "repo", "commit", "-qm", "new")
    let rejected = try push()
    #expect(rejected.status != 0)
    #expect(
      rejected.errors.contains("Have the owners of this repository run, on its default branch"), "\(rejected.errors)")
  }

  @Test func `the rejection tells the way, and it works`() throws {
    #expect(try hopxguard("hook", "install", in: "remote.git").status == 0)
    let rejected = try push()
    #expect(rejected.status != 0)
    #expect(
      rejected.errors.contains("main has no commit here yet, so there is no list of what is allowed"),
      "\(rejected.errors)")
    for command in ["hook uninstall", "hook install"] { #expect(rejected.errors.contains("hopxguard \(command)")) }
    #expect(!rejected.errors.contains("hopxguard allow"))
    #expect(try hopxguard("hook", "uninstall", in: "remote.git").status == 0)
    #expect(try push().status == 0)
    #expect(try hopxguard("hook", "install", in: "remote.git").status == 0)
    try expectGuarded()
  }

  @Test func `settings from the server's environment`() throws {
    #expect(try hopxguard("hook", "install", in: "remote.git").status == 0)
    folder.write("server/allowed.toml", folder.read("repo/.hopxguard.toml"))
    folder.write("server/.hopxguard-baseline", folder.read("repo/.hopxguard-baseline"))
    let result = try push("main", ["HOPXGUARD_CONFIG": folder.file("server/allowed.toml")])
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors.contains("1 allowed (1 by baseline)"))
    try expectGuarded()
  }

  @Test func `a branch that the server fetches runs no hook`() throws {
    #expect(try hopxguard("hook", "install", in: "remote.git").status == 0)
    folder.git("-C", "remote.git", "fetch", "-q", folder.file("repo"), "main:main")
    try expectGuarded()
  }

  @Test func `a default branch that is another than the one that was pushed`() throws {
    folder.git("-C", "remote.git", "symbolic-ref", "HEAD", "refs/heads/trunk")
    #expect(try push().status == 0)
    #expect(try hopxguard("hook", "install", in: "remote.git").status == 0)
    folder.write("repo/b", keyText())
    folder.git("-C", "repo", "add", ".")
    folder.git("-C", "repo", "commit", "-qm", "new")
    #expect(try push().errors.contains("trunk has no commit here yet"))
  }
}
