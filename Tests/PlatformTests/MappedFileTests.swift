// A file that is cut short while it is mapped must not end the process.

import Foundation
import Platform
import TestSupport
import Testing

@Suite struct MappedFileTests {
  @Test func `bytes after a new end are zeros, and the file is known to be cut`() throws {
    let folder = TestFolder()
    let path = folder.path + "/file"
    let page = Int(getpagesize())
    try Data(repeating: 7, count: 4 * page).write(to: URL(fileURLWithPath: path))
    let mapped = try MappedFile(.openFile(Path(path)), size: 4 * page)
    #expect(mapped.bytes[3 * page] == 7)
    #expect(!mapped.wasCutShort)
    truncate(path, page)
    #expect(mapped.bytes[page - 1] == 7)
    #expect(mapped.bytes[2 * page] == 0)
    #expect(mapped.bytes[4 * page - 1] == 0)
    #expect(mapped.wasCutShort)
    // One that is whole is not blamed.
    let other = try MappedFile(.openFile(Path(path)), size: page)
    #expect(!other.wasCutShort)
  }

  @Test func `a file that is replaced stays what it was`() throws {
    let folder = TestFolder()
    let path = folder.path + "/file"
    try Data("before".utf8).write(to: URL(fileURLWithPath: path))
    let mapped = try MappedFile(.openFile(Path(path)), size: 6)
    try FileManager.default.removeItem(atPath: path)
    try Data("after!".utf8).write(to: URL(fileURLWithPath: path))
    #expect(mapped.bytes.elementsEqual("before".utf8))
  }
}
