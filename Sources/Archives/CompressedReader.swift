// A compressed file as one entry: its streams, one after another, with what may lie between them.

internal import Inputs
internal import Platform

final class CompressedReader: EntrySource {
  private let kind: ArchiveKind
  private let feed: ArchiveFeed
  private let budget: ArchiveBudget
  private let decompressor: any Decompressor
  private var hasBegun = false
  /// A stream has ended; another may follow.
  private var isBetween = false
  private var isOver = false
  private var failure: InputError?

  /// Bytes that identify a stream, and what its header says of the memory it needs.
  private static let headBytes = 18

  init(_ kind: ArchiveKind, _ feed: ArchiveFeed, budget: ArchiveBudget) {
    self.kind = kind
    self.feed = feed
    self.budget = budget
    let memory = ArchiveMemory(budget)
    decompressor =
      switch kind {
      case .bzip2: Bzip2Decompressor()
      case .xz: XZDecompressor(.xz, memory: memory)
      case .lzma: XZDecompressor(.alone, memory: memory)
      case .lzip: XZDecompressor(.lzip, memory: memory)
      case .zstd: ZstdDecompressor(memory: memory)
      case .lz4: LZ4Decompressor()
      case .legacyLZ4: LegacyLZ4Decompressor()
      case .gitObject: ZlibDecompressor(.zlib)
      default: ZlibDecompressor(.gzip)
      }
  }

  func next() throws(InputError) -> ArchiveEntry? {
    // Its content's reader has been told; where it ends is not known.
    if failure != nil { throw InputError("", isTold: true) }
    if hasBegun { return nil }
    hasBegun = true
    return ArchiveEntry(name: [], linkTarget: nil, isEncrypted: false)
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
    if let failure { throw failure }
    while !isOver {
      if isBetween {
        guard try hasAnother() else { break }
        isBetween = false
        decompressor.reset()
      }
      _ = try feed.peek(Self.headBytes)
      let input = try feed.bytes()
      let step = decompressor.run(input.isEmpty ? noBytes : input, buffer)
      feed.consume(step.consumed)
      switch step.state {
      case .ended: isBetween = true
      case .damaged: failure = damage("its data is damaged")
      case .tooLarge: failure = budget.outOfMemory()
      case .going where input.isEmpty && step.produced == 0:
        if decompressor.mayEnd { isOver = true } else { failure = damage("it is cut short") }
      case .going where step.consumed == 0 && step.produced == 0: failure = damage("its data is damaged")
      case .going: break
      }
      if step.produced > 0 {
        try budget.take(step.produced)
        return step.produced
      }
      if let failure { throw failure }
    }
    isOver = true
    return 0
  }

  private func damage(_ reason: String) -> InputError {
    InputError("cannot be read to its end as \(kind.name): \(reason)")
  }

  /// Whether another stream of the same format follows, after zeros and frames that are to be skipped.
  private func hasAnother() throws(InputError) -> Bool {
    while true {
      try feed.skipZeros()
      let kind = ArchiveKind(try feed.peek(ArchiveKind.headBytes))
      guard kind == .skippable else { return kind == self.kind }
      try skipFrame(feed)
    }
  }
}

/// No bytes, at some address.
var noBytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: 16), count: 0) }

/// Consumes a frame that zstd and lz4 have readers skip.
func skipFrame(_ feed: ArchiveFeed) throws(InputError) {
  let length = Int(littleEndian: try feed.peek(8).dropFirst(4))
  guard try feed.skip(8 + length) == 8 + length else {
    throw InputError("cannot be read to its end as skippable frame: it is cut short")
  }
}

/// What comes before an archive and holds nothing itself: the header of an rpm or a bundle of git's, or a frame
/// to be skipped.
final class LeadReader: EntrySource {
  private let kind: ArchiveKind
  private let feed: ArchiveFeed

  init(_ kind: ArchiveKind, _ feed: ArchiveFeed) {
    self.kind = kind
    self.feed = feed
  }

  func next() throws(InputError) -> ArchiveEntry? {
    switch kind {
    case .rpm: try skipPackageHeader()
    case .gitBundle: try skipBundleHeader()
    default: try skipFrame(feed)
    }
    return nil
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int { 0 }

  /// Lines up to an empty one: the names of commits that it needs and holds.
  private func skipBundleHeader() throws(InputError) {
    guard try feed.seek(0x0A, 0x0A) else {
      throw InputError("cannot be read to its end as git bundle: it is cut short")
    }
    try feed.skip(2)
  }

  /// A lead of 96 bytes, then two headers: a mark, counts of entries of 16 bytes and of bytes; the first is
  /// padded to a multiple of eight.
  private func skipPackageHeader() throws(InputError) {
    try feed.skip(96)
    for isFirst in [true, false] {
      let head = try feed.peek(16)
      guard head.count == 16, head.starts(with: [0x8E, 0xAD, 0xE8]) else { throw damage }
      let entries = Int(UInt32(bigEndian: head.loadUnaligned(fromByteOffset: 8, as: UInt32.self)))
      let bytes = Int(UInt32(bigEndian: head.loadUnaligned(fromByteOffset: 12, as: UInt32.self)))
      let length = 16 + 16 * entries + bytes
      let padded = isFirst ? (length + 7) & ~7 : length
      guard try feed.skip(padded) == padded else { throw damage }
    }
  }

  private var damage: InputError { InputError("cannot be read to its end as rpm: its header is damaged or cut short") }
}
