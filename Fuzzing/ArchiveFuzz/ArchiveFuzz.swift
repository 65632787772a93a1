// The fuzz target for archives: libFuzzer's bytes are one, or say how a gzip file is made, since no
// checksum is right by chance. What comes out is the same however it comes in, and a gzip file that was
// changed or cut is never read to its end.

import Archives
import CZlib
import FuzzDriver
import Inputs

@main enum ArchiveFuzz {
  static func main() { runFuzzer { fuzz($0, $1) } }
}

private func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  guard let mode = input.first else { return 0 }
  let pieces = 1 + Int(mode >> 1) * 7
  if mode & 1 == 1 { checkGzip(input.dropFirst(), pieces) } else { check(Array(input.dropFirst()), pieces) }
  return 0
}

/// What came out of an archive.
private struct Contents: Equatable {
  var names: [[UInt8]] = []
  var data: [UInt8] = []
  var isWhole = false
  /// Bytes after the archive's end, zeros not counted. A scan opens them as another archive or names them.
  var rest = 0
}

/// More is not read of an archive: the fuzzer is to try many.
private let mostBytes = 1 << 20

private func contents(_ kind: ArchiveKind, _ feed: ArchiveFeed, depth: Int) -> Contents {
  var contents = Contents()
  let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1000)
  defer { buffer.deallocate() }
  do throws(InputError) {
    var reader = try openArchive(kind, feed, budget: ArchiveBudget(ArchiveLimits()))
    while let entry = try reader.next() {
      contents.names += [entry.name, entry.linkTarget ?? []]
      if entry.isEncrypted { continue }
      let start = contents.data.count
      while contents.data.count < mostBytes {
        let count = try reader.read(into: UnsafeMutableRawBufferPointer(buffer))
        if count == 0 { break }
        contents.data += buffer[..<count]
      }
      if depth > 1 { check(Array(contents.data[start...]), 1000, depth: depth - 1) }
    }
    contents.isWhole = true
    try feed.skipZeros()
    contents.rest = try feed.drain().count
  } catch {
    precondition(error.isTold || !error.reason.isEmpty, "without a reason")
  }
  return contents
}

/// A feed of at most `length` bytes at a time.
private func feed(_ bytes: [UInt8], _ length: Int) -> (feed: ArchiveFeed, memory: UnsafeMutableRawBufferPointer) {
  let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
  memory.copyBytes(from: bytes)
  var at = 0
  let feed = ArchiveFeed { _ in
    let piece = memory[at..<min(at + length, memory.count)]
    at = piece.endIndex
    return UnsafeRawBufferPointer(rebasing: piece)
  }
  return (feed, memory)
}

private func streamed(_ kind: ArchiveKind, _ bytes: [UInt8], _ length: Int, depth: Int = 1) -> Contents {
  let (feed, memory) = feed(bytes, length)
  defer { memory.deallocate() }
  return contents(kind, feed, depth: depth)
}

private func check(_ bytes: [UInt8], _ length: Int, depth: Int = 2) {
  let head = bytes.prefix(ArchiveKind.headBytes)
  guard let kind = head.withUnsafeBytes({ ArchiveKind($0) }) else { return }
  // Some are read by another process, which this one is no copy of.
  if kind.isReadApart { return }
  let whole = streamed(kind, bytes, max(1, bytes.count), depth: depth)
  let pieces = streamed(kind, bytes, length)
  // LZMA in a zip needs pieces of some size, and says so.
  if whole.isWhole, pieces.isWhole, whole.data.count < mostBytes {
    precondition(whole == pieces, "other contents, by how it comes in")
  }
}

/// Members of gzip, each made of a byte of header flags, one for the length of its content, and the content;
/// the last three bytes tell what is changed then.
private func checkGzip(_ input: ArraySlice<UInt8>, _ length: Int) {
  guard input.count > 3 else { return }
  var rest = input.dropLast(3)
  let (change, place, bit) = (input[input.endIndex - 3], Int(input[input.endIndex - 2]), input[input.endIndex - 1])
  var content: [UInt8] = []
  var file: [UInt8] = []
  var ends: Set<Int> = []
  while let flags = rest.popFirst(), let count = rest.popFirst() {
    let part = Array(rest.prefix(Int(count)))
    rest = rest.dropFirst(Int(count))
    file += member(flags, part)
    content += part
    ends.insert(file.count)
  }
  if file.isEmpty { return }
  switch change % 3 {
  case 1:
    // A cut between two members leaves a whole file.
    let cut = file.count * place / 256
    if cut < 18 || ends.contains(cut) { return }
    let cutShort = streamed(.gzip, Array(file[..<cut]), length)
    precondition(!cutShort.isWhole || cutShort.rest > 0, "cut short and clean")
  case 2:
    // A bit of the checksum of the last member.
    file[file.count - 8 + place % 8] ^= 1 << (bit % 8)
    precondition(!streamed(.gzip, file, length).isWhole, "damaged and clean")
  default:
    let expected = Contents(names: [[], []], data: content, isWhole: true)
    precondition(streamed(.gzip, file, length) == expected, "not what was compressed")
  }
}

private func member(_ flags: UInt8, _ content: [UInt8]) -> [UInt8] {
  // Text, a checksum of the header, a field, a name, a comment (RFC 1952, 2.3.1).
  var file: [UInt8] = [0x1F, 0x8B, 8, flags & 0x1F, 0, 0, 0, 0, 0, 3]
  if flags & 0x04 != 0 { file += [3, 0, 1, 2, 3] }
  if flags & 0x08 != 0 { file += Array("name".utf8) + [0] }
  if flags & 0x10 != 0 { file += Array("comment".utf8) + [0] }
  if flags & 0x02 != 0 { file += bytes(UInt32(crc32(0, file, UInt32(file.count)))).prefix(2) }
  return file + deflated(content) + bytes(UInt32(crc32(0, content, UInt32(content.count))))
    + bytes(UInt32(content.count))
}

private func bytes(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }

/// Without the two bytes before and the four behind that zlib puts round it.
private func deflated(_ content: [UInt8]) -> [UInt8] {
  var result = [UInt8](repeating: 0, count: Int(compressBound(UInt(content.count))))
  var count = UInt(result.count)
  precondition(compress(&result, &count, content, UInt(content.count)) == Z_OK)
  return Array(result[2..<(Int(count) - 4)])
}
