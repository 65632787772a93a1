// The frames in which the process that reads an archive reports its contents: a kind, a length in four bytes, and the
// bytes.

internal import Inputs
internal import Platform

enum ArchiveFrame: UInt8 {
  /// An entry begins: one byte of flags, four of its name's length, the name, the target of a link.
  case entry
  /// Bytes of it.
  case data
  /// Why it cannot be read on, in words for a person.
  case failure
  /// The archive has been reported to its end. Eight bytes: how many of it were read.
  case end

  static let headBytes = 5
  static let isEncrypted: UInt8 = 1
  static let isLink: UInt8 = 2
  /// Bytes of an entry's name and link, or of a failure. Names may be a megabyte long.
  static let longest = 16 << 20

  func head(_ count: Int) -> [UInt8] { [rawValue] + (0..<4).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } }
}

extension ArchiveEntry {
  var frame: [UInt8] {
    let flags = (isEncrypted ? ArchiveFrame.isEncrypted : 0) | (linkTarget == nil ? 0 : ArchiveFrame.isLink)
    return [flags] + (0..<4).map { UInt8(truncatingIfNeeded: name.count >> (8 * $0)) } + name + (linkTarget ?? [])
  }

  /// nil when the bytes are no entry.
  init?(frame: [UInt8]) {
    guard frame.count >= 5 else { return nil }
    let length = Int(littleEndian: frame[1..<5])
    guard length <= frame.count - 5 else { return nil }
    name = Array(frame[5..<(5 + length)])
    linkTarget = frame[0] & ArchiveFrame.isLink == 0 ? nil : Array(frame[(5 + length)...])
    isEncrypted = frame[0] & ArchiveFrame.isEncrypted != 0
  }
}

extension Int {
  init(littleEndian bytes: some Collection<UInt8>) {
    self = bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
  }
}
