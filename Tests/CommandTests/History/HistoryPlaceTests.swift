// `scan --history`: a key in every place where a repository keeps bytes, found and rightly attributed.

import Foundation
import TestSupport
import Testing

@Suite struct HistoryPlaceTests {
  private typealias Repository = HistoryRepository

  @Test func `a key in a file that was deleted is traced to the commit that brought it in`() throws {
    let repository = try Repository()
    let key = Repository.key()
    try repository.write("a/b/config.yml", "first\n")
    try repository.commit("one")
    try repository.write("a/b/config.yml", "first\n  token: \(key) # x\n")
    let culprit = try repository.commit("two")
    try repository.write("a/b/config.yml", "zero\nfirst\n  token: \(key) # x\n")
    try repository.commit("three")
    try repository.write("a/other", "x")
    try repository.commit("four")
    try FileManager.default.removeItem(atPath: "\(repository.path)/a/b/config.yml")
    try repository.commit("five")
    try repository.git("tag", "v1", "HEAD~1")

    let report = try repository.scan()
    #expect(report.status == 1)
    #expect(report.complete)
    let found = report.of(key)
    #expect(found.count == 1)
    let finding = try #require(found.first)
    #expect(finding.path == "a/b/config.yml")
    #expect(finding.line == 2)
    #expect(finding.column == 10)
    #expect(finding.commit == culprit)
    #expect(finding.author == "Ada <ada@example.com>")
    #expect(finding.date == "2023-11-14T22:13:22Z")
    #expect(finding.reach == "refs")
    #expect(finding.refs == ["HEAD", "refs/heads/main", "refs/tags/v1"])
    #expect(finding.commits == 3)
    #expect(finding.objects == 2)
    #expect(report.summary.commits == 5)
  }

  @Test func `what a rule allows at one path is found at the other, and the scan is complete`() throws {
    let repository = try Repository()
    let rules = acmeTokenRule + "\n[[rule.allow]]\npath = ['^fixtures/']\n"
    try repository.write(".hopxguard.toml", "[scan]\nrules = ['acme.toml']\n")
    try repository.write("acme.toml", rules)
    let token = "acme_" + String(repeating: "0123456789abcdef", count: 2)
    try repository.write("fixtures/a", token)
    try repository.commit("one")
    let allowed = try repository.scan()
    #expect(allowed.status == 0)
    #expect(allowed.complete && allowed.findings.isEmpty)
    try repository.write("src/b", token)
    try repository.commit("two")
    let report = try repository.scan()
    #expect(report.status == 1)
    #expect(report.complete)
    #expect(report.findings.map(\.path) == ["src/b"])
  }

  @Test(arguments: [[], ["--object-format=sha256"]], [false, true])
  func `every place that stores bytes`(_ format: [String], isPacked: Bool) throws {
    let repository = try Repository(format)
    var planted: [String: String] = [:]
    func plant(_ place: String) -> String {
      let key = Repository.key()
      planted[place] = key
      return key
    }
    try repository.write("plain", "a \(plant("file")) b\n")
    try repository.write("binary", Data([0, 1, 2, 255]) + Data(plant("binary").utf8) + Data([0]))
    try FileManager.default.createSymbolicLink(
      atPath: "\(repository.path)/link", withDestinationPath: plant("link"))
    try repository.write("\(plant("folder name"))/\(plant("file name"))", "x")
    let first = try repository.commit("first\n\nbody \(plant("message"))")
    try repository.commit(
      "second", environment: ["GIT_AUTHOR_NAME": plant("author"), "GIT_COMMITTER_EMAIL": plant("committer")])
    try repository.git("tag", "-a", "v1", "-m", "release \(plant("tag"))")
    try repository.git("notes", "add", "-m", plant("note"))

    // Only in a merge: neither side has it.
    try repository.git("checkout", "-q", "-b", "side")
    try repository.write("side", "x")
    try repository.commit("side")
    try repository.git("checkout", "-q", "main")
    try repository.write("main", "x")
    try repository.commit("main")
    try repository.git("merge", "-q", "--no-commit", "side")
    try repository.write("merged", plant("merge"))
    let merge = try repository.commit("merge")

    // Stash: the working tree, the index, and what is not tracked.
    try repository.write("plain", plant("stash index"))
    try repository.git("add", "plain")
    try repository.write("plain", plant("stash"))
    try repository.write("untracked", plant("stash untracked"))
    try repository.git("stash", "-q", "-u")

    try repository.write("amended", plant("reflog"))
    try repository.commit("to be dropped")
    try repository.git("reset", "-q", "--hard", "HEAD~1")

    try repository.write("dangling", plant("dangling"))
    try repository.git("hash-object", "-w", "dangling")
    try FileManager.default.removeItem(atPath: "\(repository.path)/dangling")
    if isPacked {
      try repository.git("repack", "-q", "-a", "-d", "-k")
      try repository.git("pack-refs", "--all")
    }
    try repository.write("staged", plant("staged"))
    try repository.git("add", "staged")
    try repository.git("branch", "leak-\(plant("branch"))")
    try repository.git("config", "remote.origin.url", "https://x:\(plant("config"))@example.com/r.git")
    try repository.write(".git/COMMIT_EDITMSG", plant("COMMIT_EDITMSG"))
    try repository.write(".git/hooks/post-commit", "#!/bin/sh\n# \(plant("hook"))\n")
    try repository.git("worktree", "add", "-q", "../linked", "side")
    try repository.write("../linked/wt", plant("linked worktree"))
    try repository.git("add", "wt", in: "\(repository.root)/linked")

    for folder in [repository.path, "\(repository.root)/linked", "\(repository.path)/.git"] {
      let report = try repository.scan(folder, in: repository.root)
      #expect(report.status == 1, "\(report.problems)")
      #expect(report.complete, "\(report.problems)")
      for (place, key) in planted { #expect(report.holds(key), "\(place) from \(folder)") }

      func finding(_ place: String) throws -> Repository.Finding {
        let found = report.of(planted[place]!)
        #expect(found.count == 1, "\(place)")
        return try #require(found.first)
      }
      #expect(try finding("file").path == "plain")
      #expect(try finding("file").reach == "head")
      #expect(try finding("file").commit == first)
      #expect(try finding("binary").path == "binary")
      #expect(try finding("link").place == "link target")
      #expect(try finding("link").path == "link")
      #expect(try finding("folder name").place == "file name")
      #expect(try finding("folder name").path.hasSuffix("...") == true)
      #expect(try finding("file name").path.contains("/") == true)
      #expect(try finding("message").place == "commit message")
      #expect(try finding("message").commit == first)
      #expect(try finding("author").place == "commit author")
      #expect(try finding("committer").place == "commit committer")
      #expect(try finding("tag").place == "tag")
      #expect(try finding("tag").refs == ["refs/tags/v1"])
      #expect(try finding("note").refs == ["refs/notes/commits"])
      #expect(try finding("merge").path == "merged")
      #expect(try finding("merge").commit == merge)
      for place in ["stash", "stash index", "stash untracked"] {
        #expect(try finding(place).reach == "stash")
      }
      #expect(try finding("stash untracked").path == "untracked")
      #expect(try finding("reflog").reach == "reflog")
      #expect(try finding("reflog").path == "amended")
      #expect(try finding("dangling").reach == "unreachable")
      #expect(try finding("staged").reach == "index")
      #expect(try finding("staged").path == "staged")
      #expect(try finding("linked worktree").path == "wt")
      #expect(report.findings.contains { $0.path == ".git/config" && $0.line > 1 })
    }
  }

  @Test func `a bare mirror`() throws {
    let repository = try Repository()
    let key = Repository.key()
    try repository.write("file", key)
    let commit = try repository.commit("x")
    try repository.git("clone", "-q", "--mirror", repository.path, "mirror.git", in: repository.root)
    let report = try repository.scan("mirror.git", in: repository.root)
    #expect(report.status == 1)
    #expect(report.of(key).map(\.commit) == [commit])
    #expect(report.of(key).map(\.reach) == ["head"])
  }

  @Test func `a submodule's store, under the submodule's path`() throws {
    let library = try Repository(name: "library")
    let key = Repository.key()
    try library.write("deep/file", key)
    try library.commit("x")
    let repository = try Repository()
    try repository.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", library.path, "lib/one")
    try repository.commit("with a submodule")
    let report = try repository.scan()
    #expect(report.of(key).map(\.path) == ["lib/one/deep/file"])
  }

  @Test func `one finding for a key in a path, whatever the number of versions`() throws {
    let repository = try Repository()
    let (key, other) = (Repository.key(), Repository.key())
    for version in 1...30 {
      try repository.write("log.txt", "version \(version)\n\(key)\n\(version > 20 ? other : "")\n")
      try repository.commit("v\(version)")
    }
    try repository.git("gc", "-q")
    let report = try repository.scan()
    #expect(report.stored.count == 2)
    #expect(report.of(key).map(\.commits) == [30])
    #expect(report.of(key).map(\.objects) == [30])
    #expect(report.of(other).map(\.commits) == [10])
    #expect(report.of(other).map(\.commit) == [try repository.git("rev-parse", "HEAD~9")])
  }

  @Test func `a file larger than what is held in memory, loose and packed`() throws {
    let repository = try Repository()
    let key = Repository.key()
    var data = Data(repeating: 0x0A, count: 130 << 20)
    data.append(Data("x\(key)\n".utf8))
    try repository.write("large", data)
    let commit = try repository.commit("large")
    for _ in 0..<2 {
      let found = try repository.scan().of(key)
      #expect(found.map(\.line) == [130 << 20 | 1])
      #expect(found.map(\.column) == [2])
      #expect(found.map(\.commit) == [commit])
      try repository.git("repack", "-adq")
    }
  }

  @Test func `a repository whose files are FIFOs does not make it wait`() throws {
    let repository = try Repository()
    for name in ["objects/info/alternates", "shallow", "packed-refs", "refs/heads/x", "index", "commondir"] {
      mkfifo("\(repository.path)/.git/\(name)", 0o600)
    }
    #expect(try repository.scan().status == 2)
  }

  @Test func `nothing found is exit 0 and tells how much was read`() throws {
    let repository = try Repository()
    try repository.write("a", "b")
    try repository.commit("c")
    let report = try repository.scan()
    #expect(report.status == 0)
    #expect(report.summary.objects == 3)
    #expect(report.summary.commits == 1)
    let nowhere = try repository.scan("/", in: repository.root)
    #expect(nowhere.status == 2)
  }
}
