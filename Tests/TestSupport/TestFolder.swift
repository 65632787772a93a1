// A fresh folder, gone with the test.

import Foundation

public final class TestFolder: Sendable {
  /// Absolute, without links.
  public let path: String

  public init() {
    let template = FileManager.default.temporaryDirectory.path + "/hopxguard-test-XXXXXX"
    var name = Array(template.utf8CString)
    precondition(mkdtemp(&name) != nil, "no temporary folder")
    let made = name.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    let resolved = realpath(made, nil)!
    path = String(cString: resolved)
    free(resolved)
  }

  deinit {
    _ = try? run("/bin/chmod", ["-R", "u+rwX", path])
    try? FileManager.default.removeItem(atPath: path)
  }

  public func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a file, and the folders above it.
  public func write(_ name: String, _ bytes: [UInt8]) {
    let url = URL(fileURLWithPath: file(name))
    try! FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try! Data(bytes).write(to: url)
  }

  public func write(_ name: String, _ text: String) { write(name, Array(text.utf8)) }

  public func makeFolder(_ name: String) {
    try! FileManager.default.createDirectory(
      atPath: file(name), withIntermediateDirectories: true)
  }

  public func read(_ name: String) -> [UInt8] {
    FileManager.default.contents(atPath: file(name)).map { Array($0) } ?? []
  }

  /// git in this folder, with an identity and no configuration but the repository's own.
  @discardableResult
  public func git(_ arguments: String..., environment: [String: String] = [:]) -> String {
    git(arguments, environment: environment)
  }

  @discardableResult
  public func git(_ arguments: [String], environment: [String: String] = [:]) -> String {
    let result = try! run(
      "/usr/bin/env", ["git", "-C", path] + arguments,
      environment: gitIdentity.merging(environment) { $1 })
    precondition(result.status == 0, "git \(arguments): \(result.errors)")
    return result.output.trimmingCharacters(in: .newlines)
  }
}

/// An identity, fixed times and no user configuration, for repositories that tests make.
public let gitIdentity = [
  "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com",
  "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.com",
  "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1",
]

extension TestFolder {
  /// Puts a blob into the repository's objects and gives its ID.
  public func hashed(_ text: String) -> String {
    let result = try! run(
      "/usr/bin/env", ["git", "-C", path, "hash-object", "-w", "--stdin"], input: Array(text.utf8),
      environment: gitIdentity)
    return result.output.trimmingCharacters(in: .newlines)
  }
}

extension TestFolder {
  /// Makes the repository `repo`, whose branch `main` has one commit with the files `base` and `folder/base`.
  public func makeRepository() {
    git("init", "-q", "-b", "main", "repo")
    for name in ["base", "folder/base"] { write("repo/\(name)", "x\n") }
    git("-C", "repo", "add", ".")
    git("-C", "repo", "commit", "-qm", "base")
  }

  /// The same with a bare `remote.git`, known as `origin`, that has the commit too.
  public func makeRepositoryWithRemote() {
    makeRepository()
    git("init", "-q", "--bare", "-b", "main", "remote.git")
    git("-C", "repo", "remote", "add", "origin", file("remote.git"))
    git("-C", "repo", "push", "-q", "origin", "main")
  }
}
