// Archives that begin somewhere in an input: a zip, which is known by its end, after a script, a program or
// anything else; a 7z after the program that unpacks it.
// Sources: PKWARE's APPNOTE 4.3.14 to 4.3.16, 7zFormat.txt.

package import Inputs
internal import Platform
internal import CSearch
internal import CZlib

/// An archive that does not begin where its input does.
package struct AttachedArchive {
  package let kind: ArchiveKind
  package let start: Int
  /// Of a zip: where its end record is.
  let end: Int

  package init(_ kind: ArchiveKind, start: Int, end: Int? = nil) {
    self.kind = kind
    self.start = start
    self.end = end ?? start
  }
}

/// How far from an input's end a zip's end record may begin: its comment has 65,535 bytes at most.
package let longestZipEnd = 22 + 65_535

/// Where end records of zips may be in the last bytes of an input, the last one first.
///
/// - Parameter tail: `longestZipEnd` bytes, or all there are.
package func zipEnds(in tail: UnsafeRawBufferPointer) -> [Int] {
  guard tail.count >= 22 + 46 else { return [] }
  var found: [Int] = []
  let text = tail.baseAddress!.assumingMemoryBound(to: UInt8.self)
  let last = tail.count - 21
  var at = csearch_pair(text, tail.count, 0, last, 2, 5, 3, 6)
  while at < last {
    // One that lists no entries holds nothing.
    if tail[at] == 0x50, tail[at + 1] == 0x4B, tail.word(at + 10) != 0 { found.append(at) }
    at = csearch_pair(text, tail.count, at + 1, last, 2, 5, 3, 6)
  }
  return found.reversed()
}

/// The zips whose end records are in the last 64 KiB of an input. There may be more than one when
/// one is in the comment of another.
///
/// - Parameter known: bytes of the input that have been read as archives.
package func attachedZips(in input: WholeInput, after known: Int) throws(InputError) -> [AttachedArchive] {
  let size = try input.size
  let start = max(min(known, size), size - longestZipEnd)
  let tail = try input.bytes(start..<size)
  let ends = tail.withUnsafeBytes { zipEnds(in: $0) }
  var found: [AttachedArchive] = []
  for end in ends.prefix(mostEnds) {
    // One within another zip is met there.
    if found.contains(where: { $0.start..<$0.end ~= start + end }) { continue }
    let record = tail[end..<(end + 22)].withUnsafeBytes { ($0.length(12), $0.length(16)) }
    guard let first = try firstEntry(input, end: start + end, size: record.0, offset: record.1) else { continue }
    found.append(AttachedArchive(.zip, start: first, end: start + end))
  }
  return found
}

/// End records that are looked at.
private let mostEnds = 16

/// Where the first entry of a zip is; nil when there is no directory where the end record says.
private func firstEntry(
  _ input: WholeInput, end: Int, size: Int, offset: Int
) throws(InputError) -> Int? {
  var (directory, offset, stop) = (end - size, offset, end)
  if end >= 76 {
    let records = try input.bytes((end - 76)..<end)
    let isWide = records.starts(with: [0x50, 0x4B, 6, 6]) && records[56...].starts(with: [0x50, 0x4B, 6, 7])
    if isWide {
      records.withUnsafeBytes {
        stop = end - 76
        directory = stop - min($0.longLength(40), stop + 1)
        offset = $0.longLength(48)
      }
    }
  }
  guard directory >= 0, offset >= 0 else { return nil }
  let feed = ArchiveFeed(input, from: directory, to: stop)
  var first = Int.max
  while true {
    let head = try feed.peek(46)
    guard ZipMark(head) == .central, head.count == 46 else { break }
    // An offset of more than four bytes is that of no first entry.
    first = min(first, head.length(42))
    let (name, extra, comment) = (Int(head.word(28)), Int(head.word(30)), Int(head.word(32)))
    try feed.skip(46 + name + extra + comment)
  }
  if first == .max { return nil }
  return max(0, min(first + directory - offset, directory))
}

/// Where a 7z begins in these bytes: by its mark and the checksum of its first header.
package func sevenZipStart(in bytes: UnsafeRawBufferPointer) -> Int? {
  guard bytes.count >= 32 else { return nil }
  let text = bytes.baseAddress!.assumingMemoryBound(to: UInt8.self)
  let last = bytes.count - 31
  var at = csearch_pair(text, bytes.count, 0, last, 2, 0xBC, 3, 0xAF)
  while at < last {
    let head = UnsafeRawBufferPointer(rebasing: bytes[at..<(at + 32)])
    if head.starts(with: [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C, 0]),
      crc32(0, text + at + 12, 20) == UInt(head.long(8))
    {
      return at
    }
    at = csearch_pair(text, bytes.count, at + 1, last, 2, 0xBC, 3, 0xAF)
  }
  return nil
}

/// Bytes that show a 7z.
package let sevenZipHead = 32

/// Whether an input that begins so is a script or a program, which may unpack what comes after it.
package func isProgram(_ bytes: UnsafeRawBufferPointer) -> Bool {
  guard bytes.count > 64 else { return false }
  return switch bytes[0] {
  case UInt8(ascii: "#"): bytes[1] == UInt8(ascii: "!")
  case UInt8(ascii: "M"): bytes[1] == UInt8(ascii: "Z")
  case 0x7F: bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46])
  default: false
  }
}

extension WholeInput {
  fileprivate func bytes(_ range: Range<Int>) throws(InputError) -> [UInt8] {
    switch self {
    case .memory(let bytes): return Array(bytes[range])
    case .file(let number):
      let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: range.count, alignment: 1)
      defer { buffer.deallocate() }
      let count: Int
      do throws(SystemError) { count = try readAt(range.lowerBound, number, into: buffer) } catch {
        throw InputError("cannot be read: \(error)")
      }
      guard count == range.count else { throw InputError("became shorter while it was read") }
      return Array(buffer)
    }
  }
}
