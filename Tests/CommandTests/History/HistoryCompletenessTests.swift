// `scan --history`: exit 0 means that everything was read. What is missing, broken or being changed is
// named, and the rest is scanned all the same.

import Foundation
import TestSupport
import Testing

@Suite struct HistoryCompletenessTests {
  private typealias Repository = HistoryRepository

  /// A repository of three commits, two of which hold a key, all in one pack.
  private func packed() throws -> (repository: Repository, first: String, last: String) {
    let repository = try Repository()
    let (first, last) = (Repository.key(), Repository.key())
    try repository.write("first", first)
    try repository.commit("one")
    try repository.write("second", "nothing\n")
    try repository.commit("two")
    try repository.write("third", last)
    try repository.commit("three")
    try repository.git("repack", "-adq")
    return (repository, first, last)
  }

  private func packs(_ repository: Repository, _ suffix: String) throws -> [String] {
    let folder = "\(repository.path)/.git/objects/pack"
    return try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(suffix) }
      .map { "\(folder)/\($0)" }
  }

  @Test func `a shallow clone`() throws {
    let (repository, first, last) = try packed()
    try repository.git("clone", "-q", "--depth=1", "file://\(repository.path)", "shallow", in: repository.root)
    let folder = "\(repository.root)/shallow"
    let report = try repository.scan(in: folder)
    #expect(report.status == 2)
    #expect(!report.complete)
    #expect(report.holds(last))
    #expect(report.problems.count == 1)
    #expect(report.problems.first?.message.contains("git fetch --unshallow") == true)
    let accepted = try repository.scan("--accept-incomplete", in: folder)
    #expect(accepted.status == 1)
    #expect(accepted.complete)
    #expect(accepted.errors.contains("--unshallow"))
    try repository.git("fetch", "-q", "--unshallow", in: folder)
    let whole = try repository.scan(in: folder)
    #expect(whole.status == 1)
    #expect(whole.holds(first))
  }

  @Test func `a partial clone, and one that has got everything since`() throws {
    let (repository, first, _) = try packed()
    try repository.git("config", "uploadpack.allowFilter", "true")
    try repository.git(
      "clone", "-q", "--bare", "--filter=blob:none", "file://\(repository.path)", "partial", in: repository.root)
    let folder = "\(repository.root)/partial"
    let report = try repository.scan(in: folder)
    #expect(report.status == 2)
    #expect(report.problems.first?.message.contains("3 objects not here") == true, "\(report.problems)")
    #expect(try repository.scan("--accept-incomplete", in: folder).status == 0)
    try repository.git("fetch", "-q", "--refetch", "--no-filter", in: folder)
    let whole = try repository.scan(in: folder)
    #expect(whole.status == 1, "\(whole.problems)")
    #expect(whole.holds(first))
  }

  @Test func `a borrowed store is read when it is asked for, and one that is gone is named`() throws {
    let (repository, first, _) = try packed()
    try repository.git("clone", "-q", "--shared", repository.path, "borrower", in: repository.root)
    let folder = "\(repository.root)/borrower"
    let unread = try repository.scan(in: folder)
    #expect(unread.status == 2)
    #expect(!unread.holds(first))
    #expect(unread.problems.contains { $0.message.contains("--outside-stores") })
    let report = try repository.scan("--outside-stores", in: folder)
    #expect(report.status == 1)
    #expect(report.of(first).map(\.path) == ["first"])
    try FileManager.default.moveItem(atPath: repository.path, toPath: repository.path + ".away")
    let broken = try repository.scan("--outside-stores", in: folder)
    #expect(broken.status == 2)
    #expect(broken.problems.contains { $0.message.contains("borrowed object store") })
    #expect(try repository.scan("--outside-stores", "--accept-incomplete", in: folder).status == 0)
  }

  @Test func `a pack without its index`() throws {
    let (repository, first, _) = try packed()
    let later = Repository.key()
    try repository.write("later", later)
    try repository.commit("later")
    try FileManager.default.removeItem(atPath: try packs(repository, ".idx")[0])
    let report = try repository.scan()
    #expect(report.status == 2)
    #expect(report.problems.contains { $0.message.contains("git index-pack") && $0.path.hasSuffix(".pack") })
    #expect(report.holds(later))
    #expect(!report.holds(first))
  }

  @Test func `a pack that is cut short, or whose bytes changed`() throws {
    let (repository, _, _) = try packed()
    let pack = try packs(repository, ".pack")[0]
    let whole = try #require(FileManager.default.contents(atPath: pack))
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: pack)
    for count in [0, 11, 100, whole.count - 1] {
      try whole.prefix(count).write(to: URL(fileURLWithPath: pack))
      let report = try repository.scan()
      #expect(report.status == 2)
      #expect(report.problems.contains { $0.path == pack }, "\(report.problems)")
    }
    var changed = whole
    changed[whole.count / 2] ^= 0x55
    try changed.write(to: URL(fileURLWithPath: pack))
    #expect(try repository.scan().status == 2)
    try whole.write(to: URL(fileURLWithPath: pack))
    #expect(try repository.scan().status == 1)
  }

  @Test func `a loose object that is broken, unreadable or no file`() throws {
    let repository = try Repository()
    let key = Repository.key()
    try repository.write("good", key)
    try repository.commit("x")
    let objects = "\(repository.path)/.git/objects"
    func plant(_ id: String, _ make: (String) throws -> Void) throws -> Repository.Report {
      let folder = "\(objects)/\(id.prefix(2))"
      try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      let path = "\(folder)/\(id.dropFirst(2))"
      try make(path)
      defer { try? FileManager.default.removeItem(atPath: path) }
      return try repository.scan()
    }
    let id = String(repeating: "ab", count: 20)
    for bytes in [[], [0x78, 0x01], Array("no zlib data, not at all".utf8), [UInt8](repeating: 0x78, count: 1 << 21)] {
      let report = try plant(id) { try Data(bytes).write(to: URL(fileURLWithPath: $0)) }
      #expect(report.status == 2)
      #expect(report.problems.first?.message.contains(id) == true)
      #expect(report.holds(key))
    }
    let fifo = try plant(id) { mkfifo($0, 0o600) }
    #expect(fifo.status == 2)
    let link = try plant(id) {
      try FileManager.default.createSymbolicLink(atPath: $0, withDestinationPath: "/etc/passwd")
    }
    #expect(link.status == 2)
    #expect(try repository.scan().status == 1)
  }

  @Test func `an object that is gone, which others name`() throws {
    for name in ["HEAD~1:first", "HEAD~1^{tree}", "HEAD~1", "HEAD"] {
      let repository = try Repository()
      try repository.write("first", "a text\n")
      try repository.commit("one")
      try repository.git("rm", "-q", "first")
      try repository.write("second", "another\n")
      try repository.commit("two")
      #expect(try repository.scan().status == 0)
      let id = try repository.git("rev-parse", name).trimmingCharacters(in: .whitespacesAndNewlines)
      try FileManager.default.removeItem(atPath: "\(repository.path)/.git/objects/\(id.prefix(2))/\(id.dropFirst(2))")
      let report = try repository.scan()
      #expect(report.status == 2)
      #expect(report.problems.count == 1)
      #expect(report.problems.first?.message.contains("1 object not here, such as \(id)") == true, "\(report.problems)")
      #expect(try repository.scan("--accept-incomplete").status == 2)
    }
  }

  @Test func `a repository that is written to meanwhile`() throws {
    let (repository, first, last) = try packed()
    let writer = Process()
    writer.executableURL = URL(fileURLWithPath: "/bin/sh")
    writer.arguments = [
      "-c",
      """
      cd "$1"; n=0
      until [ $n -ge 40 ] && [ -e .git/enough ]; do
        n=$((n+1)); echo $n > file; git add file; git -c user.name=a -c user.email=a@b commit -qm $n
        [ $((n%4)) = 0 ] && git repack -adq; [ $((n%10)) = 0 ] && git gc -q --prune=now
      done
      """, "sh", repository.path,
    ]
    writer.standardError = FileHandle.nullDevice
    try writer.run()
    var scans = 0
    while writer.isRunning {
      let report = try repository.scan()
      scans += 1
      #expect(report.status == 1 || (report.status == 2 && !report.problems.isEmpty))
      if report.status == 1 {
        #expect(report.of(first).count == 1)
        #expect(report.of(last).count == 1)
      }
      if scans == 5 { try repository.write(".git/enough", "") }
    }
    #expect(scans >= 5)
    let report = try repository.scan()
    #expect(report.status == 1, "\(report.problems)")
    #expect(report.summary.commits >= 43)
  }

  @Test func `the keys for git filter-repo, whole, in a file of the owner's, on request only`() throws {
    let (repository, first, last) = try packed()
    let cut = Repository.key(25)
    try repository.write("cut", cut)
    try repository.commit("cut")
    let file = "\(repository.root)/keys.txt"
    let report = try repository.scan("--replace-text", file)
    #expect(report.status == 1)
    #expect(report.errors.contains(file))
    let attributes = try FileManager.default.attributesOfItem(atPath: file)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines.last?.hasPrefix("literal:\(cut)==>") == true)
    for key in [first, last, cut] { #expect(lines.contains { $0.hasPrefix("literal:\(key)==>") }) }
    // What is there already is not written over.
    let again = try Repository.start(
      hopxguardPath,
      ["scan", "--history", "--replace-text", file], in: repository.path)
    #expect(again.status == 2)
    #expect(try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n") == lines)
  }

  @Test func `no whole keys where git may take them`() throws {
    let (repository, _, _) = try packed()
    try FileManager.default.createDirectory(atPath: "\(repository.path)/sub", withIntermediateDirectories: true)
    for file in ["keys.txt", "sub/keys.txt", "\(repository.path)/keys.txt"] {
      let result = try run(hopxguardPath, ["scan", "--history", "--replace-text", file], in: repository.path)
      #expect(result.status == 2)
      #expect(result.errors.contains("it would be in a working tree, where git may add it; name a file outside"))
      #expect(!FileManager.default.fileExists(atPath: "\(repository.path)/\(file)"))
    }
    // A report of an earlier run does not stay there to be taken for this one's.
    let arguments = ["scan", "--history", "--output", "../r.json", "--format", "json"]
    #expect(try run(hopxguardPath, arguments, in: repository.path).status == 1)
    #expect(try run(hopxguardPath, arguments + ["--replace-text", "keys.txt"], in: repository.path).status == 2)
    #expect(try !String(contentsOfFile: "\(repository.path)/../r.json", encoding: .utf8).contains("\"complete\":true"))
    #expect(
      try run(hopxguardPath, ["scan", "--history", "--replace-text", "../keys.txt"], in: repository.path).status == 1)
  }

  @Test func `trees that hold themselves many times over do not fill the memory`() throws {
    let repository = try Repository()
    let key = Repository.key()
    try repository.write("f", key)
    try repository.git("add", "f")
    var tree = try repository.git("write-tree")
    for level in 0..<12 {
      let listing = (0..<10).map { "040000 tree \(tree)\td\(level)\($0)\n" }.joined()
      try repository.write(".git/listing", listing)
      tree = String(
        decoding: try Repository.run("/bin/sh", ["-c", "git mktree < .git/listing"], in: repository.path),
        as: UTF8.self
      ).trimmingCharacters(in: .newlines)
    }
    let commit = try repository.git("commit-tree", "-m", "bomb", tree)
    try repository.git("update-ref", "refs/heads/main", commit)
    let report = try repository.scan()
    #expect(report.status == 2)
    #expect(report.holds(key))
    #expect(report.problems.contains { $0.message.contains("more paths") || $0.message.contains("than can be listed") })
  }
}
