// What a push brings besides commits on branches is scanned: tags, trees, blobs, and what the remote has is not.

import Foundation
import TestSupport
import Testing

struct PushTests {
  private let folder = TestFolder()
  private let key = keyText()

  init() { folder.makeRepositoryWithRemote() }

  private func run(
    _ program: String, _ arguments: [String], in place: String = "repo", environment: [String: String] = [:]
  ) throws -> CommandResult {
    let result = try TestSupport.run(
      program, arguments, in: folder.file(place),
      environment: gitIdentity.merging(["HOME": folder.path]) { $1 }.merging(environment) { $1 })
    expectNoKey(in: Array(result.errors.utf8))
    return result
  }

  private func hook(_ arguments: String..., in place: String = "repo") throws -> CommandResult {
    try run(hopxguardPath, ["hook"] + arguments, in: place)
  }

  private func push(_ arguments: String...) throws -> CommandResult {
    try run("/usr/bin/env", ["git", "push", "-q", "origin"] + arguments)
  }

  /// A tree with a new file and a folder that the remote has.
  private func tree(_ name: String, _ text: String) throws -> String {
    folder.write("blob", text)
    let blob = folder.git("-C", "repo", "hash-object", "-w", folder.file("blob"))
    let known = folder.git("-C", "repo", "rev-parse", "HEAD:folder")
    let script = "printf '100644 blob %s\\t%s\\n040000 tree %s\\tknown\\n' '\(blob)' '\(name)' '\(known)' | git mktree"
    return try run("/bin/sh", ["-c", script]).output.trimmingCharacters(in: .newlines)
  }

  @Test(arguments: ["pre-push", "pre-receive"])
  func `a ref to a tree`(name: String) throws {
    #expect(try hook("install", in: name == "pre-push" ? "repo" : "remote.git").status == 0)
    let clean = try tree("a", "clean\n"), dirty = try tree("sub", "x\n \(key)\n"), named = try tree("\(key).txt", "x")
    folder.git("-C", "repo", "tag", "clean", clean)
    folder.git("-C", "repo", "tag", "-a", "dirty", "-m", "x", dirty)
    let fine = try push("clean")
    #expect(fine.status == 0, "\(fine.errors)")
    let result = try push("dirty")
    #expect(result.status != 0)
    #expect(result.errors.contains("<tree \(dirty)>/sub"))
    #expect(result.errors.contains("2:2"))
    #expect(result.errors.contains("git tag -f"))
    #expect(!result.errors.contains("rebase"))
    #expect(try push("\(named):refs/x/y").errors.contains("file name"))
  }

  @Test func `a ref to a tree of which the remote has the file already`() throws {
    folder.write("repo/old", key)
    folder.git("-C", "repo", "add", ".")
    folder.git("-C", "repo", "commit", "-qm", "old")
    folder.git("-C", "repo", "push", "-q", "origin", "main")
    #expect(try hook("install").status == 0)
    #expect(try push("HEAD^{tree}:refs/tags/same").status == 0)
    #expect(try push("HEAD:old:refs/tags/blob").status != 128)
    folder.git("-C", "repo", "tag", "blob", "HEAD:old")
    #expect(try push("blob").status == 0)
  }

  @Test func `a ref to a file that is larger than what is ever held in memory`() throws {
    #expect(try hook("install").status == 0)
    let made = try run(
      "/bin/sh",
      ["-c", "truncate -s 300M large && printf '\\n%s\\n' \"$1\" >> large && git hash-object -w large", "-", key])
    let blob = made.output.trimmingCharacters(in: .newlines)
    folder.git("-C", "repo", "tag", "large", blob)
    let result = try push("large")
    #expect(result.status == 1, "\(result.errors)")
    #expect(result.errors.contains("<blob \(blob)>"))
    #expect(result.errors.contains("2:1"))
    #expect(result.errors.contains("a file that a ref of this push points to"))
  }

  @Test func `more refs than arguments can hold`() throws {
    #expect(try hook("install").status == 0)
    let head = folder.git("-C", "repo", "rev-parse", "HEAD")
    folder.write("repo/new", key)
    folder.git("-C", "repo", "add", ".")
    folder.git("-C", "repo", "commit", "-qm", "new", "--no-verify")
    let next = folder.git("-C", "repo", "rev-parse", "HEAD")
    func lines(_ tip: String) -> [UInt8] {
      let lines = (0..<60_000).map { "refs/heads/b\($0) \(tip) refs/heads/b\($0) \(head)\n" }
      return Array(lines.joined().utf8)
    }
    func hookRun(_ input: [UInt8]) throws -> CommandResult {
      try TestSupport.run(
        hopxguardPath, ["hook", "run", "pre-push", "x", "elsewhere", "elsewhere"], in: folder.file("repo"),
        input: input, environment: gitIdentity)
    }
    #expect(try hookRun(lines(head)).status == 0)
    let result = try hookRun(lines(next))
    #expect(result.status == 1, "\(result.errors)")
    #expect(result.errors.contains("new"))
  }

  @Test func `refs of a remote whose name continues another's are not that one's`() throws {
    folder.git("init", "-q", "--bare", "private.git")
    folder.git("-C", "repo", "config", "remote.origin/private.url", folder.file("private.git"))
    folder.git("-C", "repo", "config", "remote.origin/private.fetch", "+refs/heads/*:refs/remotes/origin/private/*")
    folder.write("repo/a", key)
    folder.git("-C", "repo", "add", "a")
    folder.git("-C", "repo", "commit", "-qm", "x")
    folder.git("-C", "repo", "push", "-q", "origin/private", "main")
    #expect(try hook("install").status == 0)
    #expect(try push("main").status == 1)
  }
}
