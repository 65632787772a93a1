// The conversation with `git check-ignore`: as many questions as one likes, and a git that dies.

import Foundation
import GitCommand
import Platform
import Testing

@Suite struct IgnoreCheckTests {
  private func repository(_ ignore: String) throws -> URL {
    let top = URL(fileURLWithPath: "/tmp/hopxguard-check-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: top, withIntermediateDirectories: true)
    let git = try Process.run(URL(fileURLWithPath: "/usr/bin/env"), arguments: ["git", "-C", top.path, "init", "-q"])
    git.waitUntilExit()
    try Data(ignore.utf8).write(to: top.appendingPathComponent(".gitignore"))
    return top
  }

  @Test func `many more questions than pipes hold are answered`() throws {
    let top = try repository("# first\n*.key\n!good.key\n")
    defer { try? FileManager.default.removeItem(at: top) }
    let name = String(repeating: "x", count: 200)
    let paths = (0..<20_000).map { Path("folder-\($0)/\(name)\($0 % 2 == 0 ? ".key" : ".txt")") }
    var check = try IgnoreCheck(top: Path(top.path), scope: .machine)
    let rules = try check.rules(for: paths)
    #expect(rules.count == paths.count)
    #expect(rules.enumerated().allSatisfy { index, rule in (rule != nil) == (index % 2 == 0) })
    #expect(rules[0]?.line == 2)
    let again = try check.rules(for: ["a/good.key", ":(top)x", "a\nb*[.key"])
    #expect(again[0]?.isNegated == true)
    #expect(again[0]?.line == 3)
    #expect(again[1] == nil)
    #expect(again[2]?.pattern == Array("*.key".utf8))
    try check.finish()
  }

  @Test func `a git that dies while it is asked is a problem`() throws {
    let top = try repository("*.key\n")
    defer { try? FileManager.default.removeItem(at: top) }
    try FileManager.default.createSymbolicLink(
      at: top.appendingPathComponent("link"), withDestinationURL: URL(fileURLWithPath: "/etc"))
    var check = try IgnoreCheck(top: Path(top.path), scope: .machine)
    let paths = [Path("link/a.key")] + (0..<100_000).map { Path("folder/\($0).key") }
    let error = try #require(throws: GitError.self) { try check.rules(for: paths) }
    #expect(error.reason.contains("beyond a symbolic link"))
  }

  @Test func `a scratch repository leaves nothing behind`() throws {
    var place = Path("")
    do {
      let scratch = try ScratchRepository()
      place = scratch.gitFolder
      try scratch.addFile("a/b/.gitignore", Array(".env\n".utf8))
      var check = try IgnoreCheck(top: "/", scope: .shared(scratch, ignoreCase: false, inScratch: true))
      #expect(try check.rules(for: ["a/b/c/.env", "a/.env"]).map { $0?.line } == [1, nil])
      try check.finish()
      #expect(FileManager.default.fileExists(atPath: String(decoding: place.bytes, as: UTF8.self)))
    }
    #expect(!FileManager.default.fileExists(atPath: String(decoding: place.parent!.bytes, as: UTF8.self)))
  }
}
