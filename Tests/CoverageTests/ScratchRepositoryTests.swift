// A scratch repository is gone when it is done with, and no path leads out of it.

import Foundation
import GitCommand
import Platform
import Testing

@Suite struct ScratchRepositoryTests {
  /// A crafted index can name any path.
  @Test(arguments: [
    "../out/.gitignore", "a/../../out/.gitignore", "/out/.gitignore", "a//b/.gitignore", ".git/.gitignore",
    "./.gitignore",
  ])
  func `a path that leads out is refused`(path: String) throws {
    let scratch = try ScratchRepository()
    #expect(throws: SystemError("open", EINVAL)) { try scratch.addFile(Path(path), [0x2A]) }
    let top = String(decoding: scratch.gitFolder.bytes, as: UTF8.self) + "/.."
    #expect(!FileManager.default.fileExists(atPath: top + "/out"))
    try scratch.addFile("a/b/.gitignore", [0x2A])
    #expect(FileManager.default.fileExists(atPath: top + "/tree/a/b/.gitignore"))
  }
}
