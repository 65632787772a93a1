// `scan` inside git repositories reads what git lists, and nothing in the repository changes that or runs.

import Foundation
import TestSupport
import Testing

struct RepositoryScanTests {
  private let folder = TestFolder()
  private let key = keyText()

  private func repository() {
    folder.git("init", "-q")
    folder.write(".gitignore", "ignored/\n*.log\n")
  }

  @Test func `tracked files, and untracked ones that are not ignored`() throws {
    repository()
    folder.write("tracked", key)
    folder.write("forced.log", key)
    folder.git("add", "tracked")
    folder.git("add", "-f", "forced.log")
    folder.git("commit", "-qm", "x")
    folder.write("untracked", key)
    folder.write("debug.log", key)
    folder.write("ignored/x", key)
    let report = try Report.scan(in: folder)
    #expect(report.findings.map(\.path) == ["forced.log", "tracked", "untracked"])
    let all = try Report.scan("--all-files", in: folder)
    #expect(Set(all.findings.map(\.path)) == ["forced.log", "tracked", "untracked", "debug.log", "ignored/x"])
    #expect(all.summary.files > report.summary.files + 2)
  }

  @Test func `paths are relative to the top, from any folder and for any PATH`() throws {
    repository()
    folder.write("a/b/c", key)
    folder.write("d", key)
    #expect(try Report.scan(in: folder).findings.map(\.path) == ["a/b/c", "d"])
    #expect(try Report.scan("a", in: folder).findings.map(\.path) == ["a/b/c"])
    #expect(try Report.scan("a/b/c", in: folder).findings.map(\.path) == ["a/b/c"])
    let elsewhere = TestFolder()
    #expect(try Report.scan(folder.file("a"), in: elsewhere).findings.map(\.path) == ["a/b/c"])
    #expect(try Report.scan(folder.path, in: elsewhere).findings.map(\.path) == ["a/b/c", "d"])
  }

  @Test func `an ignored file or folder that is named is scanned`() throws {
    repository()
    folder.write("ignored/x", key)
    folder.write("a.log", key)
    #expect(try Report.scan("ignored", in: folder).findings.map(\.path) == ["ignored/x"])
    #expect(try Report.scan("a.log", in: folder).findings.map(\.path) == ["a.log"])
    #expect(try Report.scan(".", "a.log", in: folder).findings.map(\.path) == ["a.log"])
  }

  @Test func `a deleted tracked file is not missed, an unmerged one is scanned once`() throws {
    repository()
    folder.write("gone", "x")
    folder.write("both", "base\n")
    folder.git("add", ".")
    folder.git("commit", "-qm", "base")
    folder.git("checkout", "-qb", "other")
    folder.write("both", "other\n")
    folder.git("commit", "-qam", "other")
    folder.git("checkout", "-q", "-")
    folder.write("both", "\(key)\n")
    folder.git("commit", "-qam", "ours")
    _ = try run("/usr/bin/env", ["git", "-C", folder.path, "merge", "-q", "other"], environment: gitIdentity)
    try FileManager.default.removeItem(atPath: folder.file("gone"))
    let report = try Report.scan(in: folder)
    #expect(report.problems.isEmpty)
    #expect(report.places == ["both:2:1"])
  }

  @Test func `nested repositories and submodules are scanned, by their own ignore rules`() throws {
    let origin = TestFolder()
    origin.git("init", "-q")
    origin.write("sub", key)
    origin.git("add", ".")
    origin.git("commit", "-qm", "x")
    repository()
    folder.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", origin.path, "module")
    folder.write("nested/.gitignore", "hidden\n")
    folder.write("nested/hidden", key)
    folder.write("nested/shown", key)
    folder.git("-C", "nested", "init", "-q")
    let report = try Report.scan(in: folder)
    #expect(report.findings.map(\.path) == ["module/sub", "nested/shown"])
    let outside = TestFolder()
    try FileManager.default.createSymbolicLink(atPath: outside.file("x"), withDestinationPath: "y")
    #expect(try Report.scan(folder.file("nested"), in: outside).findings.map(\.path) == ["shown"])
  }

  @Test func `linked worktrees`() throws {
    repository()
    folder.write("a", key)
    folder.git("add", ".")
    folder.git("commit", "-qm", "x")
    let linked = TestFolder()
    folder.git("worktree", "add", "-q", linked.file("w"))
    #expect(try Report.scan("w", in: linked).findings.map(\.path) == ["a"])
  }

  @Test func `a folder that became a link leads nowhere`() throws {
    let outside = TestFolder()
    outside.write("file", key)
    repository()
    folder.write("dir/file", "x")
    folder.git("add", ".")
    folder.git("commit", "-qm", "x")
    try FileManager.default.removeItem(atPath: folder.file("dir"))
    try FileManager.default.createSymbolicLink(atPath: folder.file("dir"), withDestinationPath: outside.path)
    let report = try Report.scan(in: folder)
    #expect(report.status == 0)
    #expect(report.problems.isEmpty)
  }

  @Test func `a sparse checkout misses nothing that is there`() throws {
    repository()
    folder.write("in/a", key)
    folder.write("out/b", "x")
    folder.git("add", ".")
    folder.git("commit", "-qm", "x")
    folder.git("sparse-checkout", "set", "in")
    let report = try Report.scan(in: folder)
    #expect(report.problems.isEmpty)
    #expect(report.findings.map(\.path) == ["in/a"])
  }

  @Test func `a git that fails is a problem, and everything is scanned`() throws {
    repository()
    folder.write("a", key)
    folder.write("ignored/x", key)
    folder.git("add", "a")
    folder.write(".git/index", "broken")
    let report = try Report.scan(in: folder)
    #expect(report.status == 2)
    #expect(report.findings.map(\.path) == ["a", "ignored/x"])
    #expect(report.problems[0].message.contains("git could not list the files"))
    let without = try Report.of(["scan"], in: folder, environment: ["PATH": "/nowhere:relative"])
    #expect(without.problems[0].message.contains("git is not installed"))
  }

  @Test func `a hostile repository runs nothing and hides nothing`() throws {
    let marker = folder.file("marker")
    folder.write("repo/evil", "#!/bin/sh\ntouch '\(marker)'\nexit 1\n")
    #expect(chmod(folder.file("repo/evil"), 0o755) == 0)
    folder.write("repo/a", key)
    folder.git("-C", "repo", "init", "-q")
    let evil = folder.file("repo/evil")
    for setting in [
      "core.fsmonitor", "core.pager", "core.sshCommand", "core.editor", "diff.external",
      "alias.ls-files", "filter.x.clean", "filter.x.process", "credential.helper",
    ] { folder.git("-C", "repo", "config", setting, evil) }
    folder.git("-C", "repo", "config", "core.worktree", "/tmp")
    folder.git("-C", "repo", "config", "core.untrackedCache", "true")
    folder.git("-C", "repo", "config", "core.bare", "true")
    folder.write("repo/.gitattributes", "* filter=x diff=x\n")
    folder.write("repo/git", "#!/bin/sh\ntouch '\(marker)'\n")
    #expect(chmod(folder.file("repo/git"), 0o755) == 0)
    let path = ".:\(ProcessInfo.processInfo.environment["PATH"]!)"
    let result = try run(
      hopxguardPath, ["scan", "--format", "jsonl"], in: folder.file("repo"),
      environment: ["PATH": path, "GIT_DIR": "/nowhere", "GIT_INDEX_FILE": "/nowhere"])
    #expect(result.status == 1, "\(result.errors)")
    #expect(result.output.contains("\"path\":\"a\""))
    #expect(!FileManager.default.fileExists(atPath: marker))
  }

  @Test func `a folder with a .git that is no repository is scanned whole`() throws {
    folder.write("x/.git/config", key)
    folder.write("x/a", key)
    #expect(try Report.scan(in: folder).findings.map(\.path) == ["x/.git/config", "x/a"])
  }
}
