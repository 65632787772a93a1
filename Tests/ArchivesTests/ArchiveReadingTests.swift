// Proves, without a scan, what the readers of archives promise: a kind is known by its first bytes, entries come out
// whole and in order however the bytes come in, damage and limits are errors with a reason, and what follows an archive
// is left for the caller. Programs' own archives are in CommandTests/Archives.

import Archives
import Inputs
import Testing

struct ArchiveReadingTests {
  private let text = Array("a key could be here\n".utf8)

  private struct Contents: Equatable {
    var names: [String] = []
    var data: [UInt8] = []
    var failure: String?
    /// Bytes after the archive that are no zeros.
    var rest = 0
  }

  private func kind(_ bytes: [UInt8]) -> ArchiveKind? { bytes.withUnsafeBytes { ArchiveKind($0) } }

  /// Everything in an archive that arrives `length` bytes at a time.
  private func contents(
    _ bytes: [UInt8], length: Int = .max, limits: ArchiveLimits = ArchiveLimits()
  ) throws -> Contents {
    let known = try #require(kind(bytes))
    return bytes.withUnsafeBytes { memory in
      var at = 0
      let feed = ArchiveFeed { _ in
        let piece = memory[at..<(at + min(length, memory.count - at))]
        at = piece.endIndex
        return UnsafeRawBufferPointer(rebasing: piece)
      }
      return contents(known, feed, limits)
    }
  }

  private func contents(_ kind: ArchiveKind, _ feed: ArchiveFeed, _ limits: ArchiveLimits) -> Contents {
    var contents = Contents()
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 100, alignment: 1)
    defer { buffer.deallocate() }
    let budget = ArchiveBudget(limits)
    // A scan notes what it reads of the outermost archive; here all of it is at hand.
    budget.read = 1
    do throws(InputError) {
      var reader = try openArchive(kind, feed, budget: budget)
      while let entry = try reader.next() {
        contents.names.append(String(decoding: entry.name, as: UTF8.self))
        while true {
          let count = try reader.read(into: buffer)
          if count == 0 { break }
          contents.data += buffer[..<count]
        }
      }
      try feed.skipZeros()
      contents.rest = try feed.drain().count
    } catch { contents.failure = error.reason }
    return contents
  }

  @Test func `a kind is known by its first bytes`() {
    #expect(kind(gzip(text)) == .gzip)
    #expect(kind(zip([("a", text)])) == .zip)
    #expect(kind(tar([("a", text)])) == .tar)
    #expect(kind([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C] + [UInt8](repeating: 0, count: 26)) == .sevenZip)
    #expect(kind(text) == nil)
    #expect(kind([]) == nil)
  }

  @Test(arguments: [1, 7, 512, Int.max])
  func `entries come out whole and in order, however the bytes come in`(length: Int) throws {
    let more = [UInt8](repeating: 0x61, count: 1500)
    for bytes in [tar([("first", text), ("in/second", more)]), zip([("first", text), ("in/second", more)])] {
      let contents = try contents(bytes, length: length)
      #expect(contents == Contents(names: ["first", "in/second"], data: text + more))
    }
    #expect(try contents(gzip(text), length: length).data == text)
  }

  @Test func `an archive that is cut short anywhere is an error or leaves something over`() throws {
    for bytes in [gzip(text), zip([("a", text)])] {
      let known = (0..<bytes.count).filter { kind(Array(bytes[..<$0])) != nil }
      #expect(known.count > 10)
      for count in known {
        let cut = try contents(Array(bytes[..<count]))
        #expect(cut.failure?.isEmpty == false || cut.rest > 0, "\(count) of \(bytes.count) bytes")
      }
    }
  }

  @Test func `damaged data is an error`() throws {
    var bytes = gzip(text)
    bytes[20] ^= 1
    #expect(try contents(bytes).failure?.contains("damaged") == true)
  }

  @Test func `more entries than the limit are an error that names it`() throws {
    var limits = ArchiveLimits()
    limits.entries = 2
    let bytes = tar([("a", text), ("b", text), ("c", text)])
    let failure = try #require(try contents(bytes, limits: limits).failure)
    #expect(failure.contains("it has more than 2 entries") && failure.contains("archive-entries"))
  }

  @Test func `what follows an archive is left for the caller, and zeros are padding`() throws {
    let zeros = [UInt8](repeating: 0, count: 700)
    #expect(try contents(tar([("a", text)]) + zeros).rest == 0)
    #expect(try contents(tar([("a", text)]) + zeros + text).rest == text.count)
  }
}
