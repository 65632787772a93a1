// Files as the system has them: paths of any bytes, files that appear whole or not at all, and errors that say
// which call failed and why.

import Foundation
import Platform
import TestSupport
import Testing

struct FileTests {
  private let folder = TestFolder()
  private func path(_ name: String) -> Path { Path(folder.file(name)) }

  @Test func `paths are put together and taken apart`() {
    #expect(Path("a/b").appending("c".utf8) == "a/b/c")
    #expect(Path("").appending("c".utf8) == "c")
    #expect(Path("a/b").parent == "a")
    #expect(Path("/a").parent == nil)
    #expect(Path("/a/b").isWithin("/a"))
    #expect(!Path("/ab").isWithin("/a"))
    #expect(Path("/a/b/c").relative(to: "/a") == "b/c")
    #expect(Path([0xFF, 0x2F, 0x41]).lastComponent.elementsEqual([0x41]))
  }

  @Test func `a file is replaced as a whole, and keeps its mode`() throws {
    folder.write("report", "old")
    _ = chmod(folder.file("report"), 0o640)
    try writeAtomically(Array("new".utf8), to: path("report"))
    #expect(folder.read("report") == Array("new".utf8))
    #expect(try FileStatus.of(path("report")).mode & 0o777 == 0o640)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["report"])
  }

  @Test func `a place where no file can be written is named beforehand`() throws {
    folder.makeFolder("sub")
    symlink("sub", folder.file("link"))
    #expect(obstacle(toFileAt: path("sub"))?.contains("folder") == true)
    #expect(obstacle(toFileAt: path("link"))?.contains("symbolic link") == true)
    #expect(obstacle(toFileAt: path("missing/file")) != nil)
    #expect(obstacle(toFileAt: path("new")) == nil)
  }

  @Test func `an error has the call and the system's words`() {
    do throws(SystemError) {
      _ = try readWhole(path("missing"), limit: 10)
      Issue.record("there is no such file")
    } catch {
      #expect(error.call == "open")
      #expect("\(error)" == "No such file or directory")
    }
  }

  @Test func `a file longer than its limit is an error, a FIFO is not waited for`() throws {
    folder.write("long", Array(repeating: 0x41, count: 100))
    #expect(throws: SystemError.self) { try readRegularFile(path("long"), limit: 99) }
    #expect(try readRegularFile(path("long"), limit: 100).count == 100)
    mkfifo(folder.file("fifo"), 0o600)
    #expect(throws: SystemError.self) { try readRegularFile(path("fifo"), limit: 100) }
  }

  @Test(arguments: [
    ("**/x", "a/b/x", true), ("a/*", "a/b/c", true), ("a/**/c", "a/c", true), ("*.toml", "a/b.toml", false),
    ("./docs/", "docs/a.md", true), ("docs", "docs2", false),
  ]) func `a pattern of paths takes a file and what is below a folder`(pattern: String, path: String, takes: Bool) {
    #expect(PathGlob(pattern).takes(Path(path)) == takes)
  }
}
