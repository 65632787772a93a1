// A zip from its start to its end, as it is written: it needs no list of entries at hand, entries that lie
// over one another are not read twice, and one that the directory leaves out is read too. The directory at
// its end is what most programs go by, so it is compared with what was read.
// Sources: PKWARE's APPNOTE 6.3.10, sections 4.3 to 4.5 and 5.8.

internal import Inputs
internal import Platform
internal import CZlib

final class ZipReader: EntrySource {
  private let feed: ArchiveFeed
  private let budget: ArchiveBudget
  private var directory = ZipDirectory()
  private var entry: OpenEntry?
  private var isOver = false

  /// An entry whose data is being read.
  private struct OpenEntry {
    var header: ZipLocalHeader
    /// Compressed bytes that are left; nil where only the data shows it.
    var left: Int?
    var data: Data
    var crc: UInt = 0
    var consumed = 0
    var produced = 0
    /// All of its data has been given out.
    var isAtEnd = false
    var hasFailed = false
  }

  private enum Data {
    case stored
    case compressed(any Decompressor)
    /// Of a method that is left to libarchive.
    case foreign(ForeignEntry)
    case unknown
  }

  init(_ feed: ArchiveFeed, budget: ArchiveBudget) {
    self.feed = feed
    self.budget = budget
  }

  var problem: (text: String, name: [UInt8])? { directory.problem }

  func next() throws(InputError) -> ArchiveEntry? {
    if let entry { try skip(entry) }
    while !isOver {
      let head = try feed.peek(ZipLocalHeader.bytes)
      switch ZipMark(head) {
      case .local where ZipLocalHeader.isSound(head): return try open(ZipLocalHeader(feed))
      case .split: try feed.skip(4)
      case .central:
        feed.isWithinEntries = false
        try directory.take(feed)
      case .end64: try directory.takeEnd64(feed)
      case .end:
        try directory.takeEnd(feed)
        isOver = true
      default: try seekRecord()
      }
    }
    return nil
  }

  private func open(_ header: ZipLocalHeader) throws(InputError) -> ArchiveEntry {
    feed.isWithinEntries = true
    try budget.takeEntry()
    let isSizeKnown = !header.hasDescriptor || header.compressed > 0
    var data = Data.unknown
    if !header.isEncrypted { data = try decoder(header) }
    entry = OpenEntry(header: header, left: isSizeKnown ? header.compressed : nil, data: data)
    return ArchiveEntry(name: header.name, linkTarget: nil, isEncrypted: header.isEncrypted)
  }

  private func decoder(_ header: ZipLocalHeader) throws(InputError) -> Data {
    let memory = ArchiveMemory(budget)
    switch header.method {
    case 0: return .stored
    case 8: return .compressed(ZlibDecompressor(.none))
    case 12: return .compressed(Bzip2Decompressor())
    case 14:
      // Two bytes of version, two of the length of the properties, then these.
      let head = Array(try feed.peek(9))
      guard head.count == 9, head[2] == 5, head[3] == 0 else { return .unknown }
      let size = header.flags & 2 != 0 || header.hasDescriptor ? UInt64.max : UInt64(header.size)
      let prefix = head[4...] + (0..<8).map { UInt8(truncatingIfNeeded: size >> (8 * UInt64($0))) }
      return .compressed(LeadingDecompressor(4 + 5, XZDecompressor(.alone, memory: memory, prefix: Array(prefix))))
    case 93: return .compressed(ZstdDecompressor(memory: memory))
    case 95: return .compressed(XZDecompressor(.xz, memory: memory))
    case 98:
      // Its first two bytes say how much memory it takes: bits 4 to 11, in MiB, less one.
      let head = try feed.peek(2)
      guard head.count == 2 else { return .unknown }
      let needed = (Int(head[0]) >> 4 | Int(head[1] & 0x0F) << 4) + 1
      guard memory.raise(to: needed << 20) else { throw budget.outOfMemory() }
      return .foreign(ForeignEntry(header, feed, memory, budget))
    default: return .unknown
    }
  }

  /// Passes over what is left of an entry.
  private func skip(_ open: OpenEntry) throws(InputError) {
    entry = nil
    if case .foreign(let foreign) = open.data { foreign.close() }
    var consumed = open.consumed
    if let left = open.left {
      consumed += try feed.skip(left)
      try passOver(open)
    } else if !open.isAtEnd {
      try passOver(open)
      try seekRecord()
      directory.add(open.header, compressed: 0, size: 0, crc: 0, isRead: false)
      return
    }
    if open.header.hasDescriptor { _ = try ZipDescriptor(feed, compressed: consumed) }
    directory.add(open.header, compressed: consumed, size: open.header.size, crc: open.header.crc, isRead: false)
  }

  /// - Throws: `InputError` where a damaged entry is the last there is, which has been reported.
  private func passOver(_ open: OpenEntry) throws(InputError) {
    if open.hasFailed, try feed.bytes().isEmpty { throw InputError("", isTold: true) }
  }

  /// Goes to the next record: of an entry, of the directory or of the end.
  private func seekRecord() throws(InputError) {
    while try feed.seek(0x50, 0x4B) {
      let head = try feed.peek(ZipLocalHeader.bytes)
      switch ZipMark(head) {
      case .local where ZipLocalHeader.isSound(head): return
      case .central, .end, .end64: return
      default: feed.consume(1)
      }
    }
    throw InputError("cannot be read to its end as zip: it is cut short")
  }

  // MARK: Data

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
    guard var open = entry, !open.hasFailed else { return 0 }
    if open.isAtEnd {
      try end(open)
      return 0
    }
    let count: Int
    do throws(InputError) {
      switch open.data {
      case .stored: count = try copy(&open, into: buffer)
      case .compressed(let decompressor): count = try decompress(&open, decompressor, into: buffer)
      case .foreign(let foreign): count = try foreign.read(into: buffer)
      case .unknown:
        throw InputError(
          "is compressed by method \(open.header.method) of zip, which is not known here; \(ArchiveBudget.wayOut)")
      }
      if open.header.method != 0 { try budget.take(count) }
    } catch {
      open.hasFailed = true
      entry = open
      throw error
    }
    let bytes = buffer.baseAddress!.assumingMemoryBound(to: UInt8.self)
    open.crc = crc32(open.crc, bytes, UInt32(count))
    open.produced += count
    if count == 0 {
      try end(open)
      return 0
    }
    entry = open
    return count
  }

  private func copy(_ open: inout OpenEntry, into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
    guard let left = open.left else { return try copyToDescriptor(&open, into: buffer) }
    let bytes = try feed.bytes().prefix(min(left, buffer.count))
    if bytes.isEmpty && left > 0 { throw cutShort }
    buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes))
    feed.consume(bytes.count)
    open.left = left - bytes.count
    open.consumed += bytes.count
    return bytes.count
  }

  /// Of stored data whose length comes after it: until a descriptor that fits.
  private func copyToDescriptor(
    _ open: inout OpenEntry, into buffer: UnsafeMutableRawBufferPointer
  ) throws(InputError) -> Int {
    var filled = 0
    while filled < buffer.count {
      let head = try feed.peek(24)
      if head.isEmpty { throw cutShort }
      var count = 1
      if ZipMark(head) == .descriptor {
        let crc = filled == 0 ? open.crc : nil
        if let crc {
          if ZipDescriptor.fits(head, crc: UInt32(crc), compressed: open.consumed) { return 0 }
        } else {
          break
        }
      } else {
        let bytes = try feed.bytes().prefix(buffer.count - filled)
        count = max(1, bytes.dropFirst().firstIndex(of: 0x50) ?? bytes.count)
      }
      let part = UnsafeRawBufferPointer(rebasing: try feed.bytes().prefix(count))
      UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]).copyMemory(from: part)
      feed.consume(part.count)
      filled += part.count
      open.consumed += part.count
    }
    return filled
  }

  private func decompress(
    _ open: inout OpenEntry, _ decompressor: any Decompressor, into buffer: UnsafeMutableRawBufferPointer
  ) throws(InputError) -> Int {
    while true {
      let most = open.left ?? .max
      _ = try feed.peek(min(18, most))
      let bytes = try feed.bytes().prefix(most)
      let input = bytes.isEmpty ? noBytes : UnsafeRawBufferPointer(rebasing: bytes)
      let step = decompressor.run(input, buffer)
      feed.consume(step.consumed)
      open.consumed += step.consumed
      if open.left != nil { open.left! -= step.consumed }
      switch step.state {
      case .ended: open.isAtEnd = true
      case .damaged where step.produced == 0: throw damaged
      case .tooLarge: throw budget.outOfMemory()
      case .going where step.consumed == 0 && step.produced == 0:
        // LZMA need not say where it ends.
        if open.left == 0 && open.produced == open.header.size && open.header.size > 0 { return 0 }
        throw input.isEmpty ? cutShort : damaged
      default: break
      }
      if step.produced > 0 || open.isAtEnd { return step.produced }
    }
  }

  private var cutShort: InputError { InputError("cannot be read to its end as zip: it is cut short") }
  private var damaged: InputError { InputError("cannot be read to its end as zip: its data is damaged") }

  /// All of an entry's data has been given out: compares it with what is said of it.
  private func end(_ open: OpenEntry) throws(InputError) {
    entry = nil
    var consumed = open.consumed
    if case .foreign(let foreign) = open.data {
      foreign.close()
      consumed = foreign.consumed(until: feed.position)
    }
    var header = open.header
    if header.hasDescriptor {
      let whole = header.compressed > 0 ? header.compressed : consumed
      if let left = open.left { try feed.skip(left) }
      let descriptor = try ZipDescriptor(feed, compressed: whole)
      if header.crc == 0 { header.crc = descriptor.crc }
      consumed = whole
    } else {
      consumed += try feed.skip(max(0, header.compressed - consumed))
    }
    directory.add(header, compressed: consumed, size: open.produced, crc: header.crc)
    if header.crc != UInt32(open.crc) {
      throw InputError("is damaged: its checksum is not that of its data")
    }
  }
}

/// Bytes of a stream that begin with a header which its decompressor has been given already.
private final class LeadingDecompressor: Decompressor {
  private var left: Int
  private let decompressor: any Decompressor

  init(_ left: Int, _ decompressor: any Decompressor) {
    self.left = left
    self.decompressor = decompressor
  }

  func reset() {}

  func run(_ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer) -> DecompressorStep {
    if left > 0 {
      let part = min(left, input.count)
      left -= part
      return DecompressorStep(consumed: part)
    }
    return decompressor.run(input, output)
  }
}

/// One entry, read by libarchive from its header on.
private final class ForeignEntry {
  private var reader: ArchiveReader
  private let memory: ArchiveMemory
  private let header: ZipLocalHeader
  private var hasBegun = false
  private var isOpen = true

  init(_ header: ZipLocalHeader, _ feed: ArchiveFeed, _ memory: ArchiveMemory, _ budget: ArchiveBudget) {
    self.header = header
    self.memory = memory
    header.raw.withUnsafeBytes { feed.putBack($0) }
    // What it gives is counted by the reader of the zip.
    reader = ArchiveReader(.zip, feed, budget: ArchiveBudget(.none))
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
    if !hasBegun {
      hasBegun = true
      guard try reader.next() != nil else { return 0 }
    }
    return try reader.read(into: buffer)
  }

  func close() {
    if isOpen { try? reader.stop() }
    isOpen = false
  }

  func consumed(until position: Int) -> Int { position - header.dataStart }
}
