// Children and what is open to them: how they end, which of several descriptors is ready, and what files and links
// are called.

import Platform
import TestSupport
import Testing

struct ProcessTests {
  private let folder = TestFolder()
  private func path(_ name: String) -> Path { Path(folder.file(name)) }

  private func start(_ command: String) throws -> CInt {
    let nowhere = try Descriptor.nowhere()
    return try spawn(
      "/bin/sh", ["sh", "-c", Path(command)], environment: [], standardOutput: nowhere.number,
      standardError: nowhere.number)
  }

  @Test func `the end of a child is its status or a signal, and is learned once`() throws {
    let process = try start("exit 3")
    let end = try waitForEnd(of: process)
    guard case .exited(3) = end else {
      Issue.record("\(end)")
      return
    }
    #expect(end.shellStatus == 3)
    let error = #expect(throws: SystemError.self) { _ = try waitForEnd(of: process) }
    #expect(error?.code == SystemError.noChild)
  }

  @Test func `a child that is killed has ended by signal 9`() throws {
    let process = try start("sleep 60")
    killProcess(process)
    let end = try waitForEnd(of: process)
    guard case .killed(signal: 9) = end else {
      Issue.record("\(end)")
      return
    }
    #expect(end.shellStatus == 137)
  }

  @Test func `of several descriptors those that are ready are known`() throws {
    let (one, other) = (try makePipe(), try makePipe())
    defer { for number in [one.read, one.write, other.read] { closeDescriptor(number) } }
    var ends: [AwaitedDescriptor] = [.toRead(one.read), .toRead(other.read), .toWrite(one.write), .toRead(nil)]
    #expect(try waitUntilReady(&ends))
    #expect(ends.map(\.isReady) == [false, false, true, false])
    var readable: [AwaitedDescriptor] = [.toRead(one.read), .toRead(other.read)]
    #expect(try !waitUntilReady(&readable, milliseconds: 0))
    closeDescriptor(other.write)
    #expect(try waitUntilReady(&readable))
    #expect(readable.map(\.isReady) == [false, true])
  }

  @Test func `a file keeps what it is under another name, and a link leads to it`() throws {
    folder.write("old", "text")
    folder.write("new", "replaced")
    let before = try FileStatus.of(path("old"))
    try moveFile(path("old"), to: path("new"))
    try makeLink(path("link"), to: Array("new".utf8))
    let after = try FileStatus.following(path("link"))
    #expect(after.isSameFile(as: before))
    #expect(after.names == 1 && after.size == 4 && after.modified == before.modified)
    #expect(try FileStatus.of(path("link")).kind == .link)
    try removeFile(path("link"))
    #expect(folder.read("new") == Array("text".utf8))
  }

  @Test func `a replacement that takes no place is gone again`() throws {
    folder.write("file", "old")
    let place = try Descriptor.openFolder(Path(folder.path))
    do { _ = try ReplacementFile(in: place) }
    #expect(try entries(of: .openFolder(Path(folder.path))).map(\.name) == ["file"])
    let replacement = try ReplacementFile(in: place)
    try writeAll(Array("new".utf8), to: replacement.file.number)
    try replacement.takePlace(of: "file")
    #expect(folder.read("file") == Array("new".utf8))
    #expect(try entries(of: .openFolder(Path(folder.path))).map(\.name) == ["file"])
  }
}
