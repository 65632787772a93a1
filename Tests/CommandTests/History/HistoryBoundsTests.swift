// `scan --history` reads what the repository stores, all of it and nothing else: files among the objects that
// are none, and bytes after an object, are named; links, `alternates` and `commondir` that lead into other
// repositories are not followed unless that is asked for; and a small pack of huge objects does not fill the
// memory.

import Foundation
import PackFixtures
import TestSupport
import Testing

struct HistoryBoundsTests {
  private typealias Repository = HistoryRepository

  private func repository(_ name: String, _ text: String) throws -> HistoryRepository {
    let repository = try Repository(name: name)
    try repository.write("file", text)
    try repository.commit("one")
    return repository
  }

  private func sh(_ command: String, in repository: HistoryRepository) throws {
    try Repository.run("/bin/sh", ["-ec", command], in: repository.path)
  }

  // MARK: What is there

  @Test func `bytes after a loose object are named`() throws {
    let repository = try repository("r", "clean\n")
    let id = try repository.git("rev-parse", "HEAD:file")
    let object = ".git/objects/\(id.prefix(2))/\(id.dropFirst(2))"
    try sh("chmod u+w \(object); printf 'more' >> \(object)", in: repository)
    let report = try repository.scan()
    #expect(report.status == 2)
    #expect(report.problems.contains { $0.message.contains("4 bytes follow") && $0.message.contains(id) })
  }

  @Test(arguments: [
    "objects/pack/tmp_pack_aBcDeF", "objects/17/tmp_obj_aBcDeF", "objects/note", "objects/incoming-x/pack/pack-1.pack",
    "objects/pack/pack-1.keep",
  ])
  func `a file among the objects that is none of them is named`(name: String) throws {
    let repository = try repository("r", "clean\n")
    try sh("mkdir -p $(dirname .git/\(name)); echo x > .git/\(name)", in: repository)
    let report = try repository.scan()
    #expect(report.status == 2)
    let folder = name.split(separator: "/")[1]
    #expect(
      report.problems.contains { $0.path.contains("objects/\(folder)") && $0.message.contains("none of git's") },
      "\(report.problems)")
  }

  @Test func `what git itself puts there is no problem`() throws {
    let repository = try repository("r", "clean\n")
    try sh(
      """
      git repack -adbq --write-midx; git commit-graph write --reachable
      touch $(ls .git/objects/pack/*.pack | sed 's/pack$/keep/')
      git prune-packed; git multi-pack-index write --bitmap
      """, in: repository)
    try repository.write("other", "x")
    try repository.commit("two")
    let report = try repository.scan()
    #expect(report.status == 0, "\(report.problems)")
  }

  // MARK: Where it ends

  @Test func `a link in the place of the objects is not followed`() throws {
    let other = try repository("other", Repository.key())
    let repository = try repository("r", "clean\n")
    try sh("rm -r .git/objects; ln -s \(other.path)/.git/objects .git/objects", in: repository)
    let report = try repository.scan()
    #expect(report.status == 2)
    #expect(report.findings.isEmpty)
    #expect(report.problems.contains { $0.message.contains("leads out of the repository") })
    #expect(try !repository.scan("--outside-stores").findings.isEmpty)
  }

  @Test func `an alternate that nothing needs is named in the summary, and not read`() throws {
    let other = try repository("other", Repository.key())
    let repository = try repository("r", "clean\n")
    try repository.write(".git/objects/info/alternates", "\(other.path)/.git/objects\n")
    let report = try repository.scan()
    #expect(report.status == 0)
    #expect(
      report.errors.contains("\(other.path)/.git/objects, outside of the repository, not read"), "\(report.errors)")
    #expect(try repository.scan("--outside-stores").status == 1)
  }

  @Test func `a commondir that leads to another repository is not followed, a linked worktree's is`() throws {
    let key = Repository.key()
    let other = try repository("other", key)
    let repository = try repository("r", "clean\n")
    try repository.write(".git/commondir", "\(other.path)/.git\n")
    let report = try repository.scan()
    #expect(report.status == 2)
    #expect(!report.holds(key))
    #expect(report.problems.contains { $0.message.contains("leads to another repository") })
    try other.git("worktree", "add", "-q", "\(other.root)/linked")
    #expect(try other.scan(in: "\(other.root)/linked").holds(key))
  }

  @Test func `a submodule's objects that are a link are not read`() throws {
    let other = try repository("other", Repository.key())
    let repository = try repository("r", "clean\n")
    try sh(
      """
      mkdir -p .git/modules; git init -q --bare .git/modules/lib; rm -r .git/modules/lib/objects
      ln -s \(other.path)/.git/objects .git/modules/lib/objects; ln -s \(other.path)/.git .git/modules/more
      """, in: repository)
    let report = try repository.scan()
    #expect(report.status == 2)
    #expect(report.findings.isEmpty)
  }

  // MARK: Memory

  @Test func `a range over a tree that contains itself ten times, ten levels deep, ends and is named`() throws {
    let repository = try repository("r", "clean\n")
    try sh(
      """
      tree=$(git rev-parse HEAD^{tree})
      for level in 1 2 3 4 5 6 7 8 9 10; do
        tree=$(for n in 0 1 2 3 4 5 6 7 8 9; do printf '040000 tree %s\\td%d\\n' $tree $n; done | git mktree)
      done
      git update-ref refs/heads/deep $(git -c user.name=a -c user.email=a@b commit-tree $tree -m x)
      """, in: repository)
    let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    let result = try Repository.start(
      bundle.appendingPathComponent("hopxguard").path, ["scan", "--range", "deep"], in: repository.path)
    #expect(result.status == 2)
    #expect(result.errors.contains("as a tree has that contains itself"), "\(result.errors)")
  }

  /// Each object is its base twice over: the last of them has 2 GB, and the pack a few kilobytes.
  @Test func `objects that double twenty-two times are named, in the memory that they may take`() throws {
    let repository = try repository("r", "clean\n")
    var size = 512
    var objects = [PackedObject(type: 3, content: [UInt8](repeating: 65, count: size))]
    for number in 1...22 {
      let copies = stride(from: 0, to: size, by: 0xFFFFFF).flatMap { copyInstruction($0, min(0xFFFFFF, size - $0)) }
      var object = PackedObject(type: 7, content: deltaHeader(size, 2 * size) + copies + copies)
      object.base = .id(defaultID(number - 1))
      objects.append(object)
      size *= 2
    }
    let built = buildPack(objects)
    for (ending, bytes) in [("pack", built.pack), ("idx", built.index)] {
      try Data(bytes).write(to: URL(fileURLWithPath: "\(repository.path)/.git/objects/pack/pack-1.\(ending)"))
    }
    let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    let result = try Repository.start(
      "/bin/sh",
      [
        "-c", "ulimit -v 900000; exec \"$0\" scan --history --jobs 2 --archive-memory 64MiB",
        bundle.appendingPathComponent("hopxguard").path,
      ],
      in: repository.path)
    #expect(result.status == 2)
    #expect(result.errors.contains("--archive-memory allows more"), "\(result.errors)")
  }
}
