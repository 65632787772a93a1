// Our reader against `git cat-file --batch-all-objects`: every object, byte for byte, whatever settings
// the packs were written with.

import Foundation
import Testing

@Suite struct StoreDifferentialTests {
  /// A repository with a history that deltas well: files that grow, shrink, move, and a binary one.
  private func repository(_ format: String = "sha1") throws -> StoreFolder {
    let folder = try StoreFolder()
    try git("init", "-q", "-b", "main", "--object-format=\(format)", in: folder.path)
    var stream = ""
    var files = (0..<12).map { file in (0..<200).map { "file \(file) line \($0) \(UInt64.random(in: 0...UInt64.max))" }
    }
    for commit in 1...120 {
      for _ in 0..<2 {
        let file = Int.random(in: 0..<files.count)
        let at = Int.random(in: 0..<files[file].count)
        files[file][at] = "changed \(commit) \(UInt64.random(in: 0...UInt64.max))"
        if commit % 3 == 0 { files[file].insert("added \(commit)", at: at) }
        if commit % 7 == 0 { files[file].swapAt(0, at) }
      }
      stream += "commit refs/heads/\(commit % 10 == 0 ? "side" : "main")\n"
      stream += "committer Ada <ada@example.com> \(1_700_000_000 + commit) +0000\ndata 5\nhello\n"
      for (number, lines) in files.enumerated() {
        let text = lines.joined(separator: "\n")
        stream += "M 100644 inline dir\(number % 4)/sub\(number % 3)/file\(number)\ndata \(text.utf8.count)\n\(text)\n"
      }
    }
    stream += "tag v1\nfrom refs/heads/main\ntagger Ada <ada@example.com> 1700009999 +0000\ndata 3\ntag\n"
    try git("fast-import", "--quiet", in: folder.path, input: Array(stream.utf8))
    let noise = (0..<300_000).map { _ in UInt8.random(in: 0...255) }
    for version in 0..<3 {
      try git("hash-object", "-w", "--stdin", in: folder.path, input: noise + [UInt8(version)])
    }
    try git("hash-object", "-w", "--stdin", in: folder.path)
    return folder
  }

  private func expectEqual(_ path: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let ours = try StoreContents(ofRepositoryAt: path)
    let theirs = try StoreContents(byGitAt: path)
    #expect(ours.failures == [], sourceLocation: sourceLocation)
    #expect(theirs.objects.count > 100, sourceLocation: sourceLocation)
    #expect(ours.objects == theirs.objects, sourceLocation: sourceLocation)
  }

  @Test(
    arguments: [
      ["repack", "-adfq", "--depth=0"], ["repack", "-adfq", "--depth=50"],
      ["repack", "-adfq", "--depth=250", "--window=60"], ["repack", "-aFdq", "--window=2"],
      ["-c", "core.bigFileThreshold=2k", "repack", "-adfq"],
      ["-c", "repack.useDeltaBaseOffset=false", "repack", "-adfq"],
      ["-c", "core.compression=0", "repack", "-aFdq"], ["repack", "--cruft", "-dq"], ["repack", "-dq"],
      ["-c", "pack.packSizeLimit=1m", "repack", "-adfq"], ["gc", "-q", "--prune=now"],
    ], ["sha1", "sha256"])
  func `packs written with other settings`(_ arguments: [String], format: String) throws {
    let folder = try repository(format)
    try expectEqual(folder.path)
    try git(arguments, in: folder.path)
    try git("multi-pack-index", "write", in: folder.path)
    try expectEqual(folder.path)
  }

  @Test func `a mix of packs and loose objects, an object in several places counted in each`() throws {
    let folder = try repository()
    try git("repack", "-adq", in: folder.path)
    for number in 0..<3 {
      try git("hash-object", "-w", "--stdin", in: folder.path, input: Array("loose \(number)".utf8))
      try git("repack", "-q", in: folder.path)
    }
    try git(
      "unpack-objects", "-q", in: folder.path,
      input: [UInt8](try git("pack-objects", "--stdout", "--all", "-q", in: folder.path)))
    try expectEqual(folder.path)
  }

  @Test func `offsets of 64 bits`() throws {
    let folder = try repository()
    try git("repack", "-adfq", in: folder.path)
    let packs = "\(folder.path)/.git/objects/pack"
    let pack = try #require(try FileManager.default.contentsOfDirectory(atPath: packs).first { $0.hasSuffix(".pack") })
    let index = pack.replacingOccurrences(of: ".pack", with: ".idx")
    try FileManager.default.removeItem(atPath: "\(packs)/\(index)")
    try git("index-pack", "--index-version=2,0x40", "-o", "\(packs)/\(index)", "\(packs)/\(pack)", in: folder.path)
    try expectEqual(folder.path)
  }

  @Test func `thin packs that git completed`() throws {
    let folder = try repository()
    try git("repack", "-adfq", in: folder.path)
    let clone = try StoreFolder()
    try git("clone", "-q", "--bare", "--no-local", folder.path, "clone.git", in: clone.path)
    try git("config", "fetch.unpackLimit", "1", in: clone.path + "/clone.git")
    for number in 0..<3 {
      try git("read-tree", "main", in: folder.path)
      let blob = try git("cat-file", "blob", "main:dir0/sub0/file0", in: folder.path)
      let id = String(
        decoding: try git(
          "hash-object", "-w", "--stdin", in: folder.path, input: Array("\(number)\n".utf8) + [UInt8](blob)),
        as: UTF8.self
      ).trimmingCharacters(in: .newlines)
      try git("update-index", "--cacheinfo", "100644,\(id),dir0/sub0/file0", in: folder.path)
      let tree = text(try git("write-tree", in: folder.path))
      let commit = text(try git("commit-tree", "-p", "main", "-m", "x", tree, in: folder.path))
      try git("update-ref", "refs/heads/main", commit, in: folder.path)
      try git("fetch", "-q", "origin", "main", in: clone.path + "/clone.git")
    }
    try expectEqual(clone.path + "/clone.git")
  }

  @Test func `borrowed objects`() throws {
    let folder = try repository()
    try git("clone", "-q", "--shared", "--bare", folder.path, "b.git", in: folder.path)
    try git("clone", "-q", "--shared", "--bare", "b.git", "c.git", in: folder.path)
    try git("hash-object", "-w", "--stdin", in: folder.path + "/c.git", input: Array("own".utf8))
    try expectEqual(folder.path + "/c.git")
  }

  private func text(_ data: Data) -> String {
    String(decoding: data, as: UTF8.self).trimmingCharacters(in: .newlines)
  }
}
