// `scan --range` and `--since` find what each commit of a range adds, and say when there is nothing to scan.

import Foundation
import TestSupport
import Testing

struct RangeScanTests {
  private let folder = TestFolder()

  init() {
    folder.git("init", "-q", "-b", "main")
    commit("base", "x\n")
  }

  @discardableResult
  private func commit(_ name: String, _ text: String, message: String = "m") -> String {
    folder.write(name, text)
    folder.git("add", "-A")
    folder.git("commit", "-qm", message)
    return folder.git("rev-parse", "HEAD")
  }

  private func scan(_ arguments: String...) throws -> Report {
    try Report.of(["scan"] + arguments, in: folder, environment: ["GIT_CONFIG_NOSYSTEM": "1"])
  }

  @Test func `a key that was added and removed again is found, in its commit`() throws {
    let key = keyText()
    let added = commit("a", "line\n \(key)\n")
    commit("a", "line\n")
    let report = try scan("--range", "HEAD~2..HEAD")
    #expect(report.status == 1)
    #expect(report.places == ["a:2:2"])
    let finding = report.findings[0]
    #expect(finding.commit == added)
    #expect(finding.author == "Ada <ada@example.com>")
    #expect(finding.date?.hasSuffix("Z") == true)
    #expect(report.summary.commits == 2)
    #expect(try scan("--since", "HEAD~2").places == ["a:2:2"])
    #expect(try scan("--range", "HEAD~1..HEAD").status == 0)
  }

  @Test func `root commits, and a key that stays is reported once`() throws {
    let key = keyText()
    commit("a", key)
    commit("a", "\(key)\nmore")
    commit("a", "\(key)\nmore\nmore")
    let report = try scan("--range", "HEAD")
    #expect(report.findings.count == 1)
    #expect(report.summary.commits == 4)
  }

  @Test func `a rename is no addition, a copy is`() throws {
    let key = keyText()
    commit("a", key)
    folder.git("mv", "a", "b")
    folder.git("commit", "-qm", "rename")
    #expect(try scan("--since", "HEAD~1").status == 0)
    commit("c", key)
    #expect(try scan("--since", "HEAD~1").places == ["c:1:1"])
  }

  @Test func `a merge is held against all its parents`() throws {
    let inMerge = keyText()
    folder.git("checkout", "-qb", "other")
    let theirs = commit("theirs", keyText())
    folder.git("checkout", "-q", "main")
    commit("ours", "x")
    folder.git("merge", "-q", "--no-ff", "--no-commit", "other")
    let merge = commit("ours", "x\n\(inMerge)\n")
    let report = try scan("--range", "HEAD~1..HEAD")
    #expect(report.findings.map(\.commit) == [merge, theirs])
    #expect(report.places == ["ours:2:1", "theirs:1:1"])
  }

  @Test func `commit messages, authors and annotated tags`() throws {
    let messageKey = keyText(), tagKey = keyText(), authorKey = keyText()
    commit("a", "x", message: "subject\n\nbody \(messageKey)")
    folder.git("commit", "-q", "--allow-empty", "-m", "y", "--author", "\(authorKey) <a@b.c>")
    folder.git("tag", "-a", "v1", "-m", "see \(tagKey)")
    let report = try scan("--since", "HEAD~2")
    #expect(Set(report.findings.map(\.place)) == ["commit message", "commit author", "tag"])
    #expect(report.findings.allSatisfy { $0.place == "tag" || $0.commit != nil })
  }

  @Test func `the message of a tag that another tag points to`() throws {
    let key = keyText()
    commit("a", "x")
    folder.git("tag", "-a", "inner", "-m", key)
    folder.git("tag", "-a", "outer", "-m", "clean", "inner")
    folder.git("tag", "-d", "inner")
    #expect(try scan("--since", "HEAD~1").findings.map(\.place) == ["tag"])
  }

  @Test func `an empty range and an unknown revision are errors`() throws {
    for range in ["HEAD..HEAD", "HEAD..HEAD~0", "nowhere..HEAD", "HEAD..nowhere", "--all", "-x..y"] {
      let report = try scan("--range=\(range)")
      #expect(report.status == 2, "\(range)")
      #expect(!report.problems.isEmpty)
    }
    #expect(try scan("--since", "HEAD").problems[0].message.contains("holds no commit"))
  }

  @Test func `a shallow clone that cuts the range says what to do`() throws {
    for index in 0..<5 { commit("f\(index)", "x") }
    let clone = TestFolder()
    clone.git("clone", "-q", "--depth", "3", "file://\(folder.path)", "c")
    func scan(_ range: String) throws -> Report {
      let result = try run(hopxguardPath, ["scan", "--range", range, "--format", "json"], in: clone.file("c"))
      return try Report.read(result)
    }
    #expect(try scan("HEAD~1..HEAD").status == 0)
    for range in ["HEAD~4..HEAD", "\(folder.git("rev-parse", "HEAD~4"))..HEAD", "HEAD"] {
      let report = try scan(range)
      #expect(report.status == 2)
      #expect(report.problems[0].message.contains("fetch-depth: 0"))
      #expect(report.problems[0].message.contains("git fetch --unshallow"))
    }
  }

  @Test func `a missing object is exit 2`() throws {
    commit("a", "text")
    let id = folder.git("rev-parse", "HEAD:a")
    try FileManager.default.removeItem(atPath: folder.file(".git/objects/\(id.prefix(2))/\(id.dropFirst(2))"))
    let report = try scan("--since", "HEAD~1")
    #expect(report.status == 2)
    #expect(report.problems[0].message.contains(id))
  }

  @Test func `a blob is read once however often it appears`() throws {
    let text = String(repeating: "0123456789", count: 10_000)
    for index in 0..<10 { commit("f\(index)", text) }
    let report = try scan("--since", "HEAD~10")
    #expect(report.summary.files == 1)
    #expect(report.summary.commits == 10)
  }
}

/// Ranges made to mislead or to exhaust.
struct HostileRangeTests {
  private let folder = TestFolder()
  private let key = keyText()

  /// A commit of a tree whose entries are `MODE NAME TYPE ID`.
  private func commit(_ entries: [String]) throws -> String {
    let made = try run(
      "/usr/bin/env", ["git", "-C", folder.path, "mktree"], input: Array(entries.joined(separator: "\n").utf8 + [0x0A]),
      environment: gitIdentity)
    #expect(made.status == 0, "\(made.errors)")
    return folder.git("commit-tree", "-m", "x", made.output.trimmingCharacters(in: .newlines))
  }

  @Test func `more commits and larger ones than are looked at together`() throws {
    folder.git("init", "-q", "-b", "main")
    let clean = folder.hashed("clean"), dirty = folder.hashed(key), other = folder.hashed("\(key)\n\(keyText())")
    var script: [String] = []
    for number in 0..<2500 {
      script.append("commit refs/heads/main\ncommitter A <a@b.c> \(number) +0000\ndata 1\nx")
      // The key comes, goes, and comes again in the very same file.
      script.append("M 100644 \(number % 1000 == 0 ? dirty : clean) a\nM 100644 \(clean) f\(number)")
    }
    script.append("commit refs/heads/main\ncommitter A <a@b.c> 9999 +0000\ndata 1\nx")
    for number in 0..<70_000 { script.append("M 100644 \(clean) many/\(number)") }
    script.append("M 100644 \(other) last\n")
    let result = try run(
      "/usr/bin/env", ["git", "-C", folder.path, "fast-import", "--quiet"],
      input: Array(script.joined(separator: "\n").utf8), environment: gitIdentity)
    #expect(result.status == 0, "\(result.errors)")
    let report = try Report.of(["scan", "--range", "main"], in: folder, environment: ["GIT_CONFIG_NOSYSTEM": "1"])
    #expect(report.problems.isEmpty)
    #expect(report.places == ["a:1:1", "a:1:1", "a:1:1", "last:1:1", "last:2:1"])
    #expect(Set(report.findings.compactMap(\.commit)).count == 4)
    #expect(report.findings.allSatisfy { $0.author == "A <a@b.c>" })
    #expect(report.summary.files == 3)
    #expect(report.summary.commits == 2501)
  }

  @Test func `a tree where a file should be is no clean file`() throws {
    folder.git("init", "-q", "-b", "main")
    let blob = folder.hashed(key)
    let tree = folder.git("rev-parse", "\(try commit(["100644 blob \(blob)\ta"]))^{tree}")
    let entry =
      "100644 a\0".utf8
      + stride(from: 0, to: 40, by: 2).map {
        UInt8(tree.dropFirst($0).prefix(2), radix: 16)!
      }
    let made = try run(
      "/usr/bin/env", ["git", "-C", folder.path, "hash-object", "-w", "-t", "tree", "--literally", "--stdin"],
      input: Array(entry), environment: gitIdentity)
    let commit = folder.git("commit-tree", "-m", "x", made.output.trimmingCharacters(in: .newlines))
    let report = try Report.of(["scan", "--range", commit], in: folder, environment: ["GIT_CONFIG_NOSYSTEM": "1"])
    #expect(report.status == 2)
    #expect(report.problems.contains { $0.message.contains("is no file") })
  }
}
