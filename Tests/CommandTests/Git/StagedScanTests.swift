// `scan --staged` finds every byte that the next commit adds, and nothing else.

import Foundation
import TestSupport
import Testing

struct StagedScanTests {
  private let folder = TestFolder()
  private let key = keyText()

  private func repository(_ options: String...) { folder.git(["init", "-q", "-b", "main"] + options) }

  private func commit(_ name: String = "base", _ text: String = "x\n") {
    folder.write(name, text)
    folder.git("add", "-f", name)
    folder.git("commit", "-qm", "base")
  }

  private func staged(_ environment: [String: String] = [:], from place: String = ".") throws -> Report {
    let result = try run(
      hopxguardPath, ["scan", "--staged", "--format", "json"], in: folder.file(place),
      environment: ["GIT_CONFIG_NOSYSTEM": "1", "HOME": folder.path].merging(environment) { $1 })
    expectNoKey(in: result.outputBytes)
    expectNoKey(in: Array(result.errors.utf8))
    return try Report.read(result)
  }

  // MARK: Which repository

  @Test func `before the first commit, and without an identity`() throws {
    repository()
    folder.write("a/b", "x\n\(key)\n")
    folder.git("add", ".")
    #expect(try staged().places == ["a/b:2:1"])
    #expect(try staged().status == 1)
  }

  @Test func `nothing staged is clean, no repository is not`() throws {
    #expect(try staged().status == 2)
    #expect(try staged().problems[0].message.contains("not in a git repository"))
    repository()
    #expect(try staged().status == 0)
    commit()
    #expect(try staged().status == 0)
  }

  @Test func `the whole index from any folder, not the working tree`() throws {
    repository()
    commit()
    folder.write("one/a", key)
    folder.write("two/b", key)
    folder.git("add", ".")
    folder.write("one/a", "clean")
    folder.write("two/c", key)
    #expect(try staged(from: "two").places == ["one/a:1:1", "two/b:1:1"])
  }

  @Test func `SHA-256 repositories`() throws {
    repository("--object-format=sha256")
    folder.write("a", key)
    folder.git("add", ".")
    #expect(try staged().places == ["a:1:1"])
    folder.git("commit", "-qm", "x")
    folder.write("b", "\n\(keyText())")
    folder.git("add", ".")
    #expect(try staged().places == ["b:2:1"])
  }

  @Test func `linked worktrees`() throws {
    repository()
    commit()
    folder.git("worktree", "add", "-q", folder.file("linked"))
    folder.write("linked/a", key)
    folder.git("-C", "linked", "add", ".")
    #expect(try staged(from: "linked").places == ["a:1:1"])
    #expect(try staged().status == 0)
  }

  @Test func `a partial commit's index, and a repository apart from its tree`() throws {
    repository()
    commit()
    folder.write("a", key)
    folder.git("add", "a", environment: ["GIT_INDEX_FILE": folder.file(".git/other")])
    #expect(try staged().status == 0)
    #expect(try staged(["GIT_INDEX_FILE": folder.file(".git/other")]).places == ["a:1:1"])
    folder.git("init", "-q", "--bare", "apart.git")
    folder.makeFolder("tree")
    folder.write("tree/b", key)
    let apart = ["GIT_DIR": folder.file("apart.git"), "GIT_WORK_TREE": folder.file("tree")]
    folder.git("-C", "tree", "add", "b", environment: apart)
    #expect(try staged(apart, from: "tree").places == ["b:1:1"])
  }

  // MARK: What cannot hide it

  @Test(arguments: [
    "* -diff\n", "* binary\n", "* diff=evil\n", "* filter=evil\n", "* -text -diff -merge\n",
    "* working-tree-encoding=UTF-16LE\n", "* export-ignore linguist-generated\n",
  ])
  func `attributes hide nothing`(attributes: String) throws {
    repository()
    commit()
    folder.write("a", attributes.contains("UTF-16") ? [0x41, 0] : Array("\(key)\n".utf8))
    folder.write("b", "\0\0\(key)\0")
    folder.git("add", "b")
    folder.git("update-index", "--add", "--cacheinfo", "100644," + folder.hashed(key) + ",c")
    for (name, value) in [
      ("diff.evil.textconv", "true"), ("diff.evil.command", "true"), ("filter.evil.clean", "true"),
      ("filter.evil.smudge", "true"), ("filter.evil.required", "true"),
    ] { folder.git("config", name, value) }
    folder.write(".gitattributes", attributes)
    folder.write(".git/info/attributes", attributes)
    #expect(try staged().findings.map(\.path) == ["b", "c"])
  }

  @Test func `no setting hides anything, and none runs anything`() throws {
    repository()
    commit()
    folder.write("a", "\(key)\n")
    folder.git("add", "a")
    let evil = folder.file("evil"), marker = folder.file("marker")
    folder.write("evil", "#!/bin/sh\ntouch '\(marker)'\nexit 0\n")
    #expect(chmod(evil, 0o755) == 0)
    folder.write("attributes", "* -diff diff=evil filter=evil\n")
    let settings = [
      "diff.external": evil, "diff.orderFile": "/nowhere", "diff.noprefix": "true", "diff.renames": "copies",
      "diff.relative": "true", "diff.context": "0", "diff.ignoreSubmodules": "all", "diff.algorithm": "patience",
      "color.ui": "always", "color.diff": "always", "core.pager": evil, "core.fsmonitor": evil,
      "core.hooksPath": folder.path, "core.attributesFile": folder.file("attributes"),
      "core.quotePath": "false", "core.sshCommand": evil, "core.editor": evil, "core.askPass": evil,
      "alias.diff-index": "!\(evil)", "alias.cat-file": "!\(evil)", "filter.evil.clean": evil,
      "filter.evil.process": evil, "diff.evil.textconv": evil, "diff.evil.command": evil,
      "credential.helper": "!\(evil)", "remote.origin.promisor": "true", "remote.origin.url": "ext::\(evil)",
      "remote.origin.partialclonefilter": "blob:none", "protocol.ext.allow": "always",
      "interactive.diffFilter": evil, "uploadpack.packObjectsHook": evil, "trace2.eventTarget": marker,
      "include.path": folder.file("more"),
    ]
    folder.write("more", "[core]\n\tfsmonitor = \(evil)\n")
    for (name, value) in settings { folder.git("config", name, value) }
    let environment = [
      "GIT_EXTERNAL_DIFF": evil, "GIT_PAGER": evil, "GIT_SSH_COMMAND": evil, "GIT_ASKPASS": evil,
      "GIT_DIFF_OPTS": "--unified=0", "GIT_LITERAL_PATHSPECS": "1", "GIT_TRACE": marker,
      "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.fsmonitor", "GIT_CONFIG_VALUE_0": evil,
      "GIT_CONFIG_PARAMETERS": "'diff.external=\(evil)'", "GIT_REPLACE_REF_BASE": "refs/evil/",
    ]
    let report = try staged(environment)
    #expect(report.places == ["a:1:1"])
    #expect(report.problems.isEmpty)
    #expect(!FileManager.default.fileExists(atPath: marker))
  }

  @Test func `replace refs and grafts hide nothing`() throws {
    repository()
    commit()
    folder.write("a", key)
    folder.git("add", "a")
    let clean = folder.hashed("clean")
    folder.git("replace", folder.hashed(key), clean)
    #expect(try staged().places == ["a:1:1"])
  }

  @Test func `a promised object that is not here is named, and not fetched`() throws {
    repository()
    commit()
    folder.write("a", "\(key)\n")
    folder.git("add", "a")
    let id = folder.git("rev-parse", ":a")
    let marker = folder.file("marker")
    folder.git("config", "remote.origin.url", "ext::touch \(marker)")
    folder.git("config", "remote.origin.promisor", "true")
    folder.git("config", "extensions.partialClone", "origin")
    folder.git("config", "core.repositoryFormatVersion", "1")
    folder.git("config", "protocol.ext.allow", "always")
    try FileManager.default.removeItem(atPath: folder.file(".git/objects/\(id.prefix(2))/\(id.dropFirst(2))"))
    let report = try staged()
    #expect(report.status == 2)
    #expect(!report.problems.isEmpty)
    #expect(!FileManager.default.fileExists(atPath: marker))
  }

  @Test func `odd names`() throws {
    repository()
    commit()
    let names = ["a b", "q\"uote", "new\nline", "-dash", ":(exclude)x", "tab\tx", "ünï", "*", "[a]", "back\\slash"]
    for name in names { folder.write(name, "\(key)\n") }
    folder.git("add", "-A")
    #expect(try Set(staged().findings.map(\.path)) == Set(names))
    let script = "printf '%s\\n' \"$1\" > \"$(printf 'bad\\377name')\" && git add -A"
    _ = try run("/bin/sh", ["-c", script, "-", key], in: folder.path, environment: gitIdentity)
    #expect(try staged().findings.map(\.path).contains("bad\\xffname"))
  }

  @Test func `links, modes, submodules and intent to add`() throws {
    repository()
    commit("mode", "\(key)\n")
    try FileManager.default.createSymbolicLink(atPath: folder.file("link"), withDestinationPath: "/x/\(key)")
    #expect(chmod(folder.file("mode"), 0o755) == 0)
    folder.git("init", "-q", "sub")
    folder.git("-C", "sub", "commit", "-q", "--allow-empty", "-m", "x")
    folder.git("add", "mode", "link")
    folder.git("update-index", "--add", "--cacheinfo", "160000,\(folder.git("-C", "sub", "rev-parse", "HEAD")),sub")
    folder.write("intent", key)
    folder.git("add", "-N", "intent")
    let report = try staged()
    #expect(report.places == ["link:1:4"])
    #expect(report.findings[0].place == "link target")
    #expect(report.problems.isEmpty)
  }

  @Test func `sparse and split indexes`() throws {
    repository()
    folder.write("in/a", "x")
    folder.write("out/b", "x")
    folder.git("add", ".")
    folder.git("commit", "-qm", "x")
    folder.git("sparse-checkout", "init", "--cone", "--sparse-index")
    folder.git("sparse-checkout", "set", "in")
    folder.write("in/c", key)
    folder.git("add", "in")
    #expect(try staged().places == ["in/c:1:1"])
    folder.git("sparse-checkout", "disable")
    folder.git("update-index", "--split-index")
    folder.write("out/d", key)
    folder.git("add", "out/d")
    #expect(try staged().places == ["in/c:1:1", "out/d:1:1"])
  }

  @Test func `a name that holds a key`() throws {
    repository()
    commit()
    folder.write("dir/\(key).txt", "x")
    folder.git("add", ".")
    #expect(try staged().findings.map(\.place) == ["file name"])
  }

  // MARK: Only what is new

  @Test func `a key that stood in the file already does not block`() throws {
    repository()
    commit("a", "one\n\(key)\ntwo\n")
    folder.write("a", "zero\ntwo\n\(key)\nmore\n")
    folder.git("add", "a")
    #expect(try staged().status == 0)
    let other = keyText()
    folder.write("a", "\(key)\n\(other)\n")
    folder.git("add", "a")
    #expect(try staged().findings.map(\.line) == [2])
  }

  @Test func `a renamed or moved key does not block, a copied one does`() throws {
    repository()
    commit("a", "\(key)\n")
    folder.git("mv", "a", "dir-b")
    #expect(try staged().status == 0)
    folder.write("c", "moved on: \(key)\n")
    folder.git("add", "c")
    folder.git("rm", "-q", "--cached", "dir-b")
    #expect(try staged().status == 0)
    folder.git("reset", "-q", "--hard")
    folder.write("c", "\(key)\n")
    folder.git("add", "c")
    #expect(try staged().places == ["c:1:1"])
    folder.write("a", "\(key)\nedited\n")
    folder.git("add", "a")
    #expect(try staged().places == ["c:1:1"])
  }

  @Test func `removing a key never blocks`() throws {
    repository()
    commit("a", "\(key)\nrest\n")
    folder.write("a", "rest\n")
    folder.git("add", "a")
    #expect(try staged().status == 0)
    folder.git("rm", "-qf", "a")
    #expect(try staged().status == 0)
  }

  @Test func `a merge adds what none of its parents had`() throws {
    repository()
    commit("a", "base\n")
    folder.git("checkout", "-qb", "other")
    commit("theirs", "\(key)\n")
    folder.git("checkout", "-q", "main")
    commit("ours", "\(keyText())\n")
    folder.git("merge", "-q", "--no-commit", "--no-ff", "other")
    #expect(try staged().status == 0)
    folder.write("a", "base\n\(keyText())\n")
    folder.git("add", "a")
    #expect(try staged().places == ["a:2:1"])
  }

  @Test func `unmerged entries of a cherry-pick`() throws {
    repository()
    commit("a", "base\n")
    folder.git("checkout", "-qb", "other")
    commit("a", "\(key)\n")
    folder.git("checkout", "-q", "main")
    commit("a", "ours\n")
    _ = try run("/usr/bin/env", ["git", "-C", folder.path, "cherry-pick", "other"], environment: gitIdentity)
    #expect(try staged().places == ["a:1:1"])
    #expect(try staged().findings.count == 1)
  }

  // MARK: Failure

  @Test func `a broken index or object is exit 2 with git's words`() throws {
    repository()
    commit()
    folder.write("a", key)
    folder.git("add", "a")
    let id = folder.git("rev-parse", ":a")
    try FileManager.default.removeItem(atPath: folder.file(".git/objects/\(id.prefix(2))/\(id.dropFirst(2))"))
    let missing = try staged()
    #expect(missing.status == 2)
    #expect(missing.problems[0].message.contains(id))
    folder.write(".git/index", "broken")
    let broken = try staged()
    #expect(broken.status == 2)
    #expect(broken.problems[0].message.contains("index"))
  }

  @Test func `a repository of another user is explained`() throws {
    guard getuid() == 0 else { return }
    repository()
    _ = try run("/bin/chown", ["-R", "65534", folder.path])
    let report = try staged(["SUDO_UID": ""])
    #expect(report.status == 2)
    #expect(report.problems[0].message.contains("safe.directory"))
  }

  @Test func `nothing is written to the repository`() throws {
    repository()
    commit()
    folder.write("a", key)
    folder.git("add", "a")
    let list = "find . -type f -printf '%p %s %T@\\n' | sort"
    let before = try run("/bin/sh", ["-c", list], in: folder.path).output
    #expect(try staged().status == 1)
    #expect(try run("/bin/sh", ["-c", list], in: folder.path).output == before)
  }

  @Test func `a folder that only looks like a repository has no say`() throws {
    repository()
    commit("clean", "x\n")
    folder.git("checkout", "-qb", "other")
    commit("a", key)
    let other = folder.git("rev-parse", "HEAD")
    folder.git("checkout", "-q", "main")
    let victim = folder.file("victim")
    folder.write("victim", "precious")
    for name in ["sub/objects/x", "sub/refs/x", "sub/HEAD"] { folder.write(name, "x") }
    folder.write("sub/a", key)
    folder.write("a", key)
    folder.git("add", "a", "sub/a")
    for line in ["--output=\(victim)", other] {
      folder.write("sub/MERGE_HEAD", line + "\n")
      #expect(try staged(from: "sub").findings.map(\.path) == ["a", "sub/a"])
      #expect(folder.read("victim") == Array("precious".utf8))
    }
    folder.write(".git/MERGE_HEAD", "--output=\(victim)\n")
    #expect(try staged().status == 2)
    #expect(folder.read("victim") == Array("precious".utf8))
  }

  @Test func `a moved file named by a key is not new`() throws {
    repository()
    commit("\(key).txt", "x\n")
    folder.git("mv", "\(key).txt", "moved-\(key).txt")
    #expect(try staged().status == 0)
  }

  @Test func `what was read before git died is searched`() throws {
    repository()
    commit()
    var noise = SystemRandomNumberGenerator()
    folder.write("a", Array("\(key)\n".utf8) + (0..<100_000).map { _ in UInt8.random(in: 0...255, using: &noise) })
    folder.git("add", "a")
    // Streamed by git, so that its start is out before the broken end is met.
    folder.git("config", "core.bigFileThreshold", "1k")
    let id = folder.git("rev-parse", ":a")
    let path = folder.file(".git/objects/\(id.prefix(2))/\(id.dropFirst(2))")
    #expect(chmod(path, 0o644) == 0)
    try #require(FileHandle(forWritingAtPath: path)).truncate(atOffset: 60_000)
    let report = try staged()
    #expect(report.status == 2)
    #expect(report.places == ["a:1:1"])
  }
}
