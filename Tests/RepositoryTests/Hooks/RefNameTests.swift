// Keys in the names of the branches and tags that a push makes stop it, and a push names the tags it brings.

import Foundation
import TestSupport
import Testing

struct RefNameTests {
  private let folder = TestFolder()
  private let key = keyText()

  init() { folder.makeRepositoryWithRemote() }

  private func install(_ hook: String) throws {
    let result = try run(
      hopxguardPath, ["hook", "install"], in: folder.file(hook == "pre-push" ? "repo" : "remote.git"),
      environment: ["HOME": folder.path, "GIT_CONFIG_NOSYSTEM": "1"])
    #expect(result.status == 0, "\(result.errors)")
  }

  /// A push; what hopxguard says of it, without git's `remote: ` before it. git itself names the refs
  /// that it was given, whole.
  private func push(_ arguments: String...) throws -> (status: Int32, words: String) {
    let result = try run(
      "/usr/bin/env", ["git", "-C", folder.file("repo"), "push", "-q", "origin"] + arguments,
      environment: gitIdentity.merging(["HOME": folder.path]) { $1 })
    let lines = result.errors.split(separator: "\n", omittingEmptySubsequences: false)
    let words = lines.prefix { !$0.hasPrefix("error: ") && !$0.hasPrefix("To ") }.joined(separator: "\n")
    expectNoKey(in: Array(words.utf8))
    return (result.status, words)
  }

  @Test(arguments: ["pre-push", "pre-receive"])
  func `a key in a branch's or a tag's name`(name: String) throws {
    try install(name)
    folder.git("-C", "repo", "branch", "fix/\(key)")
    folder.git("-C", "repo", "tag", "t-\(key)")
    for (ref, shown) in [("fix/\(key)", "refs/heads/fix/hopx_live_"), ("t-\(key)", "refs/tags/t-hopx_live_")] {
      let result = try push(ref)
      #expect(result.status != 0)
      #expect(result.words.contains("the name of a branch or tag of this push contains a secret"), "\(result.words)")
      #expect(result.words.contains(shown))
      #expect(result.words.contains("ref name"))
      #expect(result.words.contains("git branch -m NEW"))
      #expect(!result.words.contains("rebase") && !result.words.contains("points to"))
    }
    #expect(
      try push("main:refs/heads/hopx_live_\(key.dropFirst(10).replacingOccurrences(of: ".", with: "%2E"))").status != 0)
    #expect(try push("fix/\(key):refs/heads/fine").status == 0, "the local name stays here")
  }

  @Test(arguments: ["pre-push", "pre-receive"])
  func `an encoded key in a name, beside a key in a commit`(name: String) throws {
    try install(name)
    let encoded = Data(key.utf8).base64EncodedString().replacingOccurrences(of: "=", with: "")
    let other = keyText()
    folder.write("repo/a", other)
    folder.git("-C", "repo", "add", ".")
    folder.git("-C", "repo", "commit", "-qm", "a", "--no-verify")
    let result = try push("main:refs/heads/b-\(encoded)")
    #expect(result.status != 0)
    #expect(result.words.contains("hidden as base64"), "\(result.words)")
    #expect(result.words.contains("this push contains secrets"))
    #expect(result.words.contains("rebase") && result.words.contains("git branch -m NEW"))
  }

  @Test(arguments: ["pre-push", "pre-receive"])
  func `a ref that is deleted, and a name that is allowed`(name: String) throws {
    folder.git("-C", "repo", "push", "-q", "origin", "main:refs/heads/x-\(key)")
    try install(name)
    #expect(try push("main:refs/heads/x-\(key)", "main:refs/heads/y").status == 0, "nothing to push to the first")
    let deleted = try push("--delete", "x-\(key)")
    #expect(deleted.status == 0, "\(deleted.words)")
    let blocked = try push("main:refs/heads/z-\(key)").words
    let fingerprint = try #require(blocked.firstMatch(of: /hopxguard allow (sha256:[0-9a-f]{32})/)).1
    let allow = try run(
      hopxguardPath, ["allow", String(fingerprint), "--reason", "rotated"], in: folder.file("repo"),
      environment: gitIdentity)
    #expect(allow.status == 0, "\(allow.errors)")
    folder.git("-C", "repo", "add", ".")
    folder.git("-C", "repo", "commit", "-qm", "allow", "--no-verify")
    #expect(try push("main").status == 0)
    let allowed = try push("main:refs/heads/z-\(key)")
    #expect(allowed.status == 0, "\(allowed.words)")
    #expect(allowed.words.contains("1 allowed"))
  }

  @Test func `pre-commit and prek tell the name in the environment`() throws {
    let head = folder.git("-C", "repo", "rev-parse", "HEAD")
    for (name, status) in [("refs/heads/\(key)", Int32(1)), ("refs/heads/fine", 0)] {
      let result = try run(
        hopxguardPath, ["hook", "framework"], in: folder.file("repo"),
        environment: gitIdentity.merging([
          "PRE_COMMIT_FROM_REF": head, "PRE_COMMIT_TO_REF": head, "PRE_COMMIT_REMOTE_BRANCH": name,
        ]) { $1 })
      #expect(result.status == status, "\(result.errors)")
    }
  }

  @Test(arguments: ["pre-push", "pre-receive"])
  func `a tag is called by its name`(name: String) throws {
    try install(name)
    folder.git("-C", "repo", "tag", "-a", "v1", "-m", "see \(key)")
    let result = try push("v1")
    #expect(result.status != 0)
    #expect(result.words.contains("<tag v1>"), "\(result.words)")
    let advice = try #require(result.words.firstMatch(of: /\((git tag -f -a v1 [^)]*)\)/)).1
    // What is advised does it.
    let made = try run(
      "/bin/sh", ["-c", advice + " -m clean"], in: folder.file("repo"), environment: gitIdentity)
    #expect(made.status == 0, "\(made.errors)")
    #expect(try push("v1").status == 0)
  }

  @Test func `a tag whose name wants to be a command, one named by a key, and two of them`() throws {
    try install("pre-push")
    folder.git("-C", "repo", "tag", "-a", "v$(id)'`id`", "-m", key)
    #expect(try push("v$(id)'`id`").words.contains("git tag -f -a 'v$(id)'\\''`id`' 'v$(id)'\\''`id`^{}'"))
    folder.git("-C", "repo", "tag", "-a", "v-\(key)", "-m", "x")
    let named = try push("v-\(key)")
    #expect(named.status != 0)
    #expect(named.words.contains("<tag v-hopx_live_"))
    // A terminal takes U+009B for the start of a command.
    folder.git("-C", "repo", "tag", "-a", "v\u{9B}31m", "-m", key)
    let control = try push("v\u{9B}31m")
    #expect(control.words.contains("<tag v\\u{9b}31m>") && !control.words.contains("\u{9B}"), "\(control.words)")
    #expect(control.words.contains("git tag -f -a NAME COMMIT"))
    folder.git("-C", "repo", "tag", "-a", "v1", "-m", key)
    folder.git("-C", "repo", "tag", "-a", "v2", "-m", key)
    let two = try push("v1", "v2")
    #expect(two.words.contains("<tag v1>") && two.words.contains("<tag v2>"))
    #expect(two.words.contains("git tag -f -a NAME COMMIT"))
  }
}
