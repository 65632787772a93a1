// The records of a zip, and its directory against what lies before it.
// Sources: PKWARE's APPNOTE 6.3.10, sections 4.3.7, 4.3.9, 4.3.12, 4.3.14, 4.3.16 and 4.5.3.

internal import Inputs
internal import Platform

/// The four bytes that a record begins with.
enum ZipMark: UInt32 {
  case local = 0x0403_4B50
  case central = 0x0201_4B50
  case end = 0x0605_4B50
  case end64 = 0x0606_4B50
  case descriptor = 0x0807_4B50
  case split = 0x3030_4B50

  init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count >= 4 else { return nil }
    self.init(rawValue: bytes.loadUnaligned(as: UInt32.self).littleEndian)
  }
}

extension UnsafeRawBufferPointer {
  func word(_ offset: Int) -> UInt16 { loadUnaligned(fromByteOffset: offset, as: UInt16.self).littleEndian }
  func long(_ offset: Int) -> UInt32 { loadUnaligned(fromByteOffset: offset, as: UInt32.self).littleEndian }
  func length(_ offset: Int) -> Int { Int(long(offset)) }
  func longLength(_ offset: Int) -> Int {
    Int(clamping: loadUnaligned(fromByteOffset: offset, as: UInt64.self).littleEndian)
  }
}

/// What stands before an entry's data.
struct ZipLocalHeader {
  /// The header itself, name and fields as well.
  let raw: [UInt8]
  let start: Int
  let name: [UInt8]
  let flags: UInt16
  let method: UInt16
  var crc: UInt32
  let compressed: Int
  let size: Int

  static let bytes = 30

  var isEncrypted: Bool { flags & 1 != 0 }
  var hasDescriptor: Bool { flags & 8 != 0 }
  var dataStart: Int { start + raw.count }

  /// Whether these bytes can be more than chance.
  static func isSound(_ head: UnsafeRawBufferPointer) -> Bool {
    head.count == bytes && head[4] < 100 && head.word(8) < 100 && (head.word(26) > 0 || head.word(8) == 0)
  }

  /// Consumes a header.
  init(_ feed: ArchiveFeed) throws(InputError) {
    start = feed.position
    let lengths = try feed.peek(Self.bytes)
    let (nameLength, extraLength) = (Int(lengths.word(26)), Int(lengths.word(28)))
    let head = try feed.peek(Self.bytes + nameLength + extraLength)
    guard head.count == Self.bytes + nameLength + extraLength else {
      throw InputError("cannot be read to its end as zip: it is cut short")
    }
    raw = Array(head)
    name = Array(head[Self.bytes..<(Self.bytes + nameLength)])
    flags = head.word(6)
    method = head.word(8)
    crc = head.long(14)
    var sizes = [head.length(22), head.length(18)]
    let extra = UnsafeRawBufferPointer(rebasing: head[(Self.bytes + nameLength)...])
    ZipExtra.widen(&sizes, extra)
    (size, compressed) = (sizes[0], sizes[1])
    feed.consume(head.count)
  }
}

/// Fields of sixty-four bits, in place of those that are all ones.
private enum ZipExtra {
  static func widen(_ values: inout [Int], _ extra: UnsafeRawBufferPointer) {
    guard values.contains(0xFFFF_FFFF) else { return }
    var at = 0
    while at + 4 <= extra.count {
      let end = at + 4 + Int(extra.word(at + 2))
      if extra.word(at) == 1 {
        at += 4
        for index in values.indices where values[index] == 0xFFFF_FFFF && at + 8 <= min(end, extra.count) {
          values[index] = extra.longLength(at)
          at += 8
        }
        return
      }
      at = end
    }
  }
}

/// What stands after an entry's data where it was not known before.
struct ZipDescriptor {
  var crc: UInt32 = 0

  /// Consumes a descriptor, with its mark or without, of four bytes a length or of eight.
  init(_ feed: ArchiveFeed, compressed: Int) throws(InputError) {
    let head = try feed.peek(24)
    let start = ZipMark(head) == .descriptor ? 4 : 0
    guard head.count >= start + 12 else { return }
    crc = head.long(start)
    let fitsLong = head.count >= start + 20 && head.longLength(start + 4) == compressed
    // What could be a length of four bytes may be the first half of one of eight: a record follows either.
    if fitsLong, !head[(start + 12)...].starts(with: [0x50, 0x4B]) {
      feed.consume(start + 20)
    } else if start > 0 || head.length(start + 4) == compressed & 0xFFFF_FFFF {
      feed.consume(start + 12)
    }
  }

  static func fits(_ head: UnsafeRawBufferPointer, crc: UInt32, compressed: Int) -> Bool {
    head.count >= 16 && head.long(4) == crc && head.length(8) == compressed & 0xFFFF_FFFF
  }
}

/// What the directory says, and what was read before it.
struct ZipDirectory {
  private struct Record {
    var place: Int
    var name: Int
    var isEncrypted: Bool
    var method: UInt16
    var crc: UInt32
    var compressed: Int
    var size: Int
    /// Its data was read, so that its lengths are known.
    var isRead = true
  }

  /// In the order of their places.
  private var entries: [Record] = []
  private var listed: [Record] = []
  private var start: Int?
  private var end: Int?
  private var end64: (size: Int, offset: Int)?
  /// Where directory and entries disagree, as words before and after the name of the first such entry.
  private(set) var problem: (text: String, name: [UInt8])?
  private var firstNames: [Int: [UInt8]] = [:]

  mutating func add(_ header: ZipLocalHeader, compressed: Int, size: Int, crc: UInt32, isRead: Bool = true) {
    entries.append(
      Record(
        place: header.start, name: header.name.hashValue, isEncrypted: header.isEncrypted, method: header.method,
        crc: crc, compressed: compressed, size: size, isRead: isRead))
    start = nil
    end = nil
    listed = []
  }

  /// Consumes one record of the directory.
  mutating func take(_ feed: ArchiveFeed) throws(InputError) {
    let fixed = 46
    if start == nil { start = feed.position }
    let lengths = try feed.peek(fixed)
    guard lengths.count == fixed else { throw cutShort }
    let (name, extra, comment) = (Int(lengths.word(28)), Int(lengths.word(30)), Int(lengths.word(32)))
    let head = try feed.peek(fixed + name + extra)
    guard head.count == fixed + name + extra else { throw cutShort }
    let bytes = Array(head[fixed..<(fixed + name)])
    var values = [head.length(24), head.length(20), head.length(42)]
    let (flags, method, crc) = (head.word(8), head.word(10), head.long(16))
    ZipExtra.widen(&values, UnsafeRawBufferPointer(rebasing: head[(fixed + name)...]))
    let record = Record(
      place: values[2], name: bytes.hashValue, isEncrypted: flags & 1 != 0, method: method, crc: crc,
      compressed: values[1], size: values[0])
    listed.append(record)
    feed.consume(head.count)
    try feed.skip(comment)
    end = feed.position
    // The name of one that disagrees is told: kept while it may be the first.
    if firstNames.count < 64 || firstNames[record.name] != nil { firstNames[record.name] = bytes }
  }

  mutating func takeEnd64(_ feed: ArchiveFeed) throws(InputError) {
    let head = try feed.peek(56)
    guard head.count == 56 else { throw cutShort }
    end64 = (head.longLength(40), head.longLength(48))
    try feed.skip(min(12 + head.longLength(4), 1 << 20))
    // Its locator.
    if try feed.peek(20).starts(with: [0x50, 0x4B, 6, 7]) { try feed.skip(20) }
  }

  /// Consumes the end record and its comment, and compares what was read.
  mutating func takeEnd(_ feed: ArchiveFeed) throws(InputError) {
    let head = try feed.peek(22)
    guard head.count == 22 else { throw cutShort }
    var (size, offset) = (head.length(12), head.length(16))
    if let end64 {
      if size == 0xFFFF_FFFF { size = end64.size }
      if offset == 0xFFFF_FFFF { offset = end64.offset }
    }
    let comment = Int(head.word(20))
    feed.consume(22)
    feed.known = feed.position
    compare(size: size, offset: offset)
    // A comment that is an archive is none.
    if ArchiveKind(try feed.peek(ArchiveKind.headBytes)) == nil { try feed.skip(comment) }
  }

  private var cutShort: InputError { InputError("cannot be read to its end as zip: it is cut short") }

  private mutating func compare(size: Int, offset: Int) {
    guard let start, let end else { return }
    if start + size != end {
      problem = ("its end record does not belong to the directory before it", [])
      return
    }
    let shift = start - offset
    var count = 0
    var first: (reason: String, name: Int)?
    for record in listed {
      guard let reason = disagreement(record, shift) else { continue }
      count += 1
      if first == nil { first = (reason, record.name) }
    }
    guard let first else { return }
    let others = count == 1 ? "an entry" : "\(count) entries"
    problem = (
      "its directory does not agree with \(others), so that other programs may unpack something else (\(first.reason))",
      firstNames[first.name] ?? []
    )
  }

  private func disagreement(_ record: Record, _ shift: Int) -> String? {
    let place = record.place + shift
    var (low, high) = (0, entries.count)
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].place < place { low = middle + 1 } else { high = middle }
    }
    guard low < entries.count, entries[low].place == place else { return "no entry begins where it says" }
    let entry = entries[low]
    if entry.name != record.name { return "another name" }
    if entry.method != record.method { return "another method" }
    if entry.isEncrypted != record.isEncrypted { return "encrypted in one of them" }
    if !entry.isRead { return nil }
    if entry.crc != record.crc { return "another checksum" }
    if entry.compressed != record.compressed || entry.size != record.size { return "another length" }
    return nil
  }
}
