// A buffer that slides over an input shows every byte once, in order, whatever the reads are; a unified diff
// is read as the lines that it adds.

import Inputs
import Platform
import Testing

struct ChunkTests {
  @Test(arguments: [16, 64, 1000]) func `a buffer shows an input of any length, piece by piece`(capacity: Int) throws {
    for count in [0, 1, 15, 16, 17, 1000] {
      let input = (0..<count).map { UInt8($0 % 251) }
      var source = MemorySource(input)
      var buffer = ChunkBuffer(capacity: capacity)
      var seen: [UInt8] = []
      while !buffer.isLast {
        try buffer.fill(from: &source)
        let keep = min(buffer.bytes.count, buffer.isLast ? 0 : 4)
        let end = buffer.bytes.count - keep
        #expect(buffer.offset == seen.count)
        seen += buffer.bytes[..<end]
        buffer.drop(end)
      }
      seen += buffer.bytes
      #expect(seen == input)
    }
  }

  @Test func `a diff gives the lines that it adds, with their numbers in the new file`() throws {
    let text = """
      diff --git a/app.py b/app.py
      --- a/app.py
      +++ b/app.py
      @@ -1 +3,3 @@
       first
      +second
      +third
      @@ -9 +11 @@
      -old
      +new

      """
    var diff = UnifiedDiff(of: MemorySource(Array(text.utf8)))
    var added: [String] = []
    var lines: [Int] = []
    while let part = try diff.next() {
      guard case .added(let path, let line) = part else { continue }
      #expect(path == "app.py")
      lines.append(line)
      added.append(try rest(of: &diff))
    }
    #expect(lines == [4, 11])
    #expect(added == ["second\nthird\n", "new\n"])
    #expect(diff.files == 1 && diff.addedLines == 3)
  }

  @Test func `a diff that ends in the middle of a hunk is an error`() {
    let text = "--- a/x\n+++ b/x\n@@ -1,2 +1,3 @@\n one\n+two\n"
    var diff = UnifiedDiff(of: MemorySource(Array(text.utf8)))
    do throws(InputError) {
      while let part = try diff.next() {
        if case .added = part { _ = try rest(of: &diff) }
      }
      Issue.record("the hunk lacks a line")
    } catch {
      #expect(!error.reason.isEmpty)
    }
  }

  private func rest(of diff: inout UnifiedDiff<MemorySource>) throws(InputError) -> String {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 64, alignment: 1)
    defer { memory.deallocate() }
    var bytes: [UInt8] = []
    while true {
      let count = try diff.read(into: memory)
      if count == 0 { return String(decoding: bytes, as: UTF8.self) }
      bytes += memory[..<count]
    }
  }
}
