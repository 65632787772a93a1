// A pack's index says where each object is, and git believes it. One that names a clean file in the place of
// a key hides nothing: what git hands out is held against its ID.

import Foundation
import TestSupport
import Testing

struct ForgedIndexTests {
  private let folder = TestFolder()

  /// A repository whose one pack holds a clean file and a staged or committed key.
  private func pack(commits: Bool, format: String) -> (clean: String, key: String) {
    folder.git("init", "-q", "-b", "main", "--object-format=\(format)")
    folder.write("clean", "nothing here\n")
    folder.git("add", ".")
    folder.git("commit", "-qm", "base")
    folder.write("leak", "k=\(keyText())\n")
    folder.git("add", ".")
    if commits { folder.git("commit", "-qm", "leak") }
    folder.git("repack", "-adq")
    folder.git("prune-packed")
    return (folder.git("rev-parse", ":clean"), folder.git("rev-parse", ":leak"))
  }

  private func number(_ bytes: [UInt8], _ at: Int) -> Int { bytes[at..<(at + 4)].reduce(0) { $0 << 8 | Int($1) } }

  private func swap(_ bytes: inout [UInt8], _ one: Int, _ other: Int, _ count: Int) {
    for index in 0..<count { bytes.swapAt(one + index, other + index) }
  }

  private func position(of id: String, in bytes: [UInt8], names: Int, count: Int) -> Int {
    let wanted = stride(from: 0, to: id.count, by: 2).map { at in
      UInt8(id.dropFirst(at).prefix(2), radix: 16)!
    }
    return (0..<count).first { bytes[(names + $0 * wanted.count)...].starts(with: wanted) }!
  }

  /// Has the index of the only pack name each of two objects in the place of the other.
  private func forgeIndex(_ one: String, _ other: String) throws {
    let packs = folder.file(".git/objects/pack")
    let name = try FileManager.default.contentsOfDirectory(atPath: packs).first { $0.hasSuffix(".idx") }!
    var bytes = folder.read(".git/objects/pack/\(name)")
    let (names, count, length) = (8 + 1024, number(bytes, 8 + 255 * 4), one.count / 2)
    let offsets = names + count * (length + 4)
    let places = [one, other].map { position(of: $0, in: bytes, names: names, count: count) }
    swap(&bytes, offsets + 4 * places[0], offsets + 4 * places[1], 4)
    try run("/bin/chmod", ["u+w", "\(packs)/\(name)"], in: folder.path).expectSuccess()
    folder.write(".git/objects/pack/\(name)", bytes)
  }

  /// The same in the index over all packs.
  private func forgeMultiPackIndex(_ one: String, _ other: String) throws {
    folder.git("multi-pack-index", "write")
    let name = ".git/objects/pack/multi-pack-index"
    var bytes = folder.read(name)
    var chunks: [String: Int] = [:]
    for at in stride(from: 12, to: 12 + Int(bytes[6]) * 12, by: 12) {
      chunks[String(decoding: bytes[at..<(at + 4)], as: UTF8.self)] = number(bytes, at + 8)
    }
    let count = number(bytes, chunks["OIDF"]! + 255 * 4)
    let places = [one, other].map { position(of: $0, in: bytes, names: chunks["OIDL"]!, count: count) }
    swap(&bytes, chunks["OOFF"]! + 8 * places[0], chunks["OOFF"]! + 8 * places[1], 8)
    try run("/bin/chmod", ["u+w", folder.file(name)]).expectSuccess()
    folder.write(name, bytes)
  }

  @Test(arguments: ["sha1", "sha256"], [true, false])
  func `an index that names a clean file in the place of a key fails the scan`(format: String, commits: Bool) throws {
    let ids = pack(commits: commits, format: format)
    try forgeIndex(ids.clean, ids.key)
    #expect(folder.git("cat-file", "blob", ids.key) == "nothing here", "git itself is not fooled")
    let report = try Report.of(["scan"] + (commits ? ["--range", "HEAD"] : ["--staged"]), in: folder)
    #expect(report.status == 2)
    #expect(report.problems.contains { $0.message.contains(ids.key) }, "\(report.problems)")
  }

  @Test(arguments: [true, false])
  func `a forged index over all packs is not looked at`(commits: Bool) throws {
    let ids = pack(commits: commits, format: "sha1")
    try forgeMultiPackIndex(ids.clean, ids.key)
    #expect(folder.git("cat-file", "blob", ids.key) == "nothing here", "git itself is not fooled")
    let report = try Report.of(["scan"] + (commits ? ["--range", "HEAD"] : ["--staged"]), in: folder)
    #expect(report.places == ["leak:1:3"])
    #expect(report.problems.isEmpty)
  }

  @Test func `objects of every kind and size are what their IDs say`() throws {
    folder.git("init", "-q", "-b", "main")
    folder.write("empty", "")
    folder.write("large", String(repeating: "line of a large file\n", count: 20_000))
    folder.git("add", ".")
    folder.git("commit", "-qm", "message")
    folder.git("tag", "-am", "note", "v1")
    for mode in [["--range", "v1"], ["--staged"]] {
      #expect(try Report.of(["scan"] + mode, in: folder).status == 0)
    }
  }
}

extension CommandResult {
  fileprivate func expectSuccess() { #expect(status == 0, "\(errors)") }
}
