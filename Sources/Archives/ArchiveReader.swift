// One archive as a row of entries that are read where they stand: libarchive, wrapped in the one method that
// every input has. Only the reader of the kind that was recognised is switched on, so that nothing is
// guessed. Nothing is written anywhere and no name is used as a path.
// Sources: archive_read(3), archive_read_open(3), archive_read_data(3), archive_entry(3).

package import Inputs
internal import Platform
internal import CArchive

extension WholeInput {
  var size: Int {
    get throws(InputError) {
      switch self {
      case .memory(let bytes): return bytes.count
      case .file(let number):
        do throws(SystemError) { return try sizeOfFile(number) } catch { throw InputError("cannot be read: \(error)") }
      }
    }
  }
}

/// The entries of an archive, in order. `next` moves to an entry; its data is read from there.
package protocol EntrySource: ByteSource, ~Copyable {
  /// Turns to the next entry; nil after the last.
  ///
  /// - Throws: `InputError` when the archive cannot be read any further.
  mutating func next() throws(InputError) -> ArchiveEntry?

  /// What was read to its end and is wrong in itself: the words, and the name that belongs to them.
  var problem: (text: String, name: [UInt8])? { get }

  /// The format that kept what was read to its end from being understood.
  var unopened: UnopenedFormat? { get }
}

extension EntrySource where Self: ~Copyable {
  package var problem: (text: String, name: [UInt8])? { nil }
  package var unopened: UnopenedFormat? { nil }
}

/// The reader of what begins at the feed's cursor. Once its `next` has returned nil the cursor is where
/// the archive ends.
package func openArchive(
  _ kind: ArchiveKind, _ feed: ArchiveFeed, budget: ArchiveBudget
) throws(InputError) -> any EntrySource {
  switch kind {
  case .gzip, .bzip2, .xz, .lzma, .lzip, .zstd, .lz4, .legacyLZ4, .gitObject:
    CompressedReader(kind, feed, budget: budget)
  case .rpm, .skippable, .gitBundle: LeadReader(kind, feed)
  case .gitPack: PackReader(feed, budget: budget)
  case .zip: ZipReader(feed, budget: budget)
  case .sevenZip, .rar, .rar5, .cab, .lha, .iso: try SeparateArchive(kind, feed, budget: budget)
  case .tar, .cpio, .deb, .compress: ArchiveReader(kind, feed, budget: budget)
  case .pdf, .png: DocumentReader(kind, feed, budget: budget)
  }
}

/// What is known of an entry besides its data.
package struct ArchiveEntry: Sendable {
  /// As it stands in the archive: any bytes, absolute or with `..` as it may be.
  package let name: [UInt8]
  /// Of a symbolic or hard link.
  package let linkTarget: [UInt8]?
  package let isEncrypted: Bool
}

final class ArchiveReader: EntrySource {
  private let archive: OpaquePointer
  private let kind: ArchiveKind
  private let pieces: ArchivePieces
  private let budget: ArchiveBudget
  private var rest = UnsafeRawBufferPointer(start: nil, count: 0)
  private var isOpen = false
  /// Nothing more can be read, of this entry and of those after it.
  private var isOver = false
  private var hasFailed = false

  /// - Parameter feed: stays at the archive's end once `next` has returned nil.
  convenience init(_ kind: ArchiveKind, _ feed: ArchiveFeed, budget: ArchiveBudget) {
    self.init(kind, .feed(feed), budget: budget)
  }

  /// - Parameter start: where in the open file the archive begins.
  convenience init(_ kind: ArchiveKind, file: CInt, from start: Int, budget: ArchiveBudget) {
    self.init(kind, .file(file, start), budget: budget)
  }

  private init(_ kind: ArchiveKind, _ origin: ArchivePieces.Origin, budget: ArchiveBudget) {
    guard let archive = archive_read_new() else { fatalError("out of memory") }
    self.archive = archive
    self.kind = kind
    self.budget = budget
    pieces = ArchivePieces(origin)
    enableReader()
  }

  deinit { archive_read_free(archive) }

  private func enableReader() {
    switch kind {
    case .cpio: archive_read_support_format_cpio(archive)
    case .deb: archive_read_support_format_ar(archive)
    // From its start to its end, as it is written.
    case .zip: archive_read_support_format_zip_streamable(archive)
    case .sevenZip: archive_read_support_format_7zip(archive)
    case .rar: archive_read_support_format_rar(archive)
    case .rar5: archive_read_support_format_rar5(archive)
    case .cab: archive_read_support_format_cab(archive)
    case .lha: archive_read_support_format_lha(archive)
    case .iso: archive_read_support_format_iso9660(archive)
    case .compress:
      archive_read_support_filter_compress(archive)
      archive_read_support_format_raw(archive)
      archive_read_support_format_empty(archive)
    default: archive_read_support_format_tar(archive)
    }
  }

  private func open() -> CInt {
    isOpen = true
    // Names are told in the thread's locale, and without one they are lost.
    carchive_use_locale(Self.utf8)
    archive_read_set_callback_data(archive, Unmanaged.passUnretained(pieces).toOpaque())
    archive_read_set_read_callback(archive) { _, context, piece in
      Unmanaged<ArchivePieces>.fromOpaque(context!).takeUnretainedValue().read(&piece!.pointee)
    }
    if pieces.canSeek {
      archive_read_set_seek_callback(archive) { _, context, offset, origin in
        Unmanaged<ArchivePieces>.fromOpaque(context!).takeUnretainedValue().seek(Int(offset), origin)
      }
    }
    return archive_read_open1(archive)
  }

  private nonisolated(unsafe) static let utf8 = carchive_utf8_locale()

  func next() throws(InputError) -> ArchiveEntry? {
    rest = UnsafeRawBufferPointer(start: nil, count: 0)
    if hasFailed { throw InputError("", isTold: true) }
    if isOver { return nil }
    var entry: OpaquePointer?
    pieces.beginHeader()
    var code = isOpen ? ARCHIVE_OK : open()
    if code == ARCHIVE_OK { code = archive_read_next_header(archive, &entry) } else { code = ARCHIVE_FATAL }
    pieces.endHeader()
    if code == ARCHIVE_EOF {
      isOver = true
      try pieces.putBack(after: end)
      return nil
    }
    // A warning is about a name that is no text or a time that is none.
    guard code >= ARCHIVE_WARN, let entry else { throw failure() }
    if kind != .compress { try budget.takeEntry() }
    return ArchiveEntry(
      name: bytes(archive_entry_pathname(entry)) ?? bytes(archive_entry_pathname_utf8(entry)) ?? [],
      linkTarget: bytes(archive_entry_symlink(entry)) ?? bytes(archive_entry_hardlink(entry)),
      isEncrypted: archive_entry_is_encrypted(entry) != 0)
  }

  /// Leaves the feed after the last entry that was read, for a caller that reads on.
  func stop() throws(InputError) {
    isOver = true
    try pieces.putBack(after: end)
  }

  /// Bytes that were read of the archive.
  var end: Int { Int(archive_filter_bytes(archive, -1)) }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
    while rest.isEmpty {
      if isOver { return 0 }
      var block: UnsafeRawPointer?
      var count = 0
      // Where in the entry it belongs. What is left out between blocks is a hole, as long as it may say.
      var offset: Int64 = 0
      let code = archive_read_data_block(archive, &block, &count, &offset)
      if code == ARCHIVE_EOF { return 0 }
      guard code == ARCHIVE_OK else { throw failure(isLast: code == ARCHIVE_FATAL) }
      rest = UnsafeRawBufferPointer(start: block, count: count)
      if kind.expands { try budget.take(count) }
    }
    let count = min(buffer.count, rest.count)
    buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<count]))
    rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    return count
  }

  /// What libarchive says of its last failure.
  ///
  /// - Parameter isLast: nothing can be read any more.
  private func failure(isLast: Bool = true) -> InputError {
    if isLast { (isOver, hasFailed) = (true, true) }
    if let failure = pieces.failure { return failure }
    if archive_errno(archive) == SystemError.outOfMemory { return budget.outOfMemory() }
    let reason = archive_error_string(archive).map { String(cString: $0) } ?? "it is damaged"
    return InputError("cannot be read to its end as \(kind.name): \(reason)")
  }

  private func bytes(_ text: UnsafePointer<CChar>?) -> [UInt8]? {
    text.map { Path(cString: $0).bytes }
  }
}

/// The pieces that libarchive asks for, of a feed or of a file.
private final class ArchivePieces {
  enum Origin {
    case feed(ArchiveFeed)
    case file(CInt, Int)
  }

  private let origin: Origin
  private(set) var failure: InputError?
  /// Bytes handed out; of a file, where the next ones come from.
  private var position = 0
  /// The last bytes that were handed out before the last piece, and that piece.
  private var before: [UInt8] = []
  private var last = UnsafeRawBufferPointer(start: nil, count: 0)
  private var headerStart: Int?
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * 1024, alignment: 16)

  /// Bytes that a reader may have looked at beyond an archive's end.
  private static let mostAhead = 4096
  /// Bytes of a header, which readers keep in memory in some form ten times as large.
  private static let longestHeader = 16 << 20

  init(_ origin: Origin) { self.origin = origin }

  deinit { buffer.deallocate() }

  var canSeek: Bool { if case .file = origin { true } else { false } }

  func beginHeader() { headerStart = position }
  func endHeader() { headerStart = nil }

  func read(_ piece: inout UnsafeRawPointer?) -> Int {
    do throws(InputError) {
      switch origin {
      case .feed(let feed):
        if let headerStart, position - headerStart > Self.longestHeader {
          throw InputError(
            "cannot be read to its end: it has a header of more than \(Self.longestHeader >> 20) MiB; "
              + ArchiveBudget.wayOut
          )
        }
        before = Array((before + last.suffix(Self.mostAhead)).suffix(Self.mostAhead))
        last = UnsafeRawBufferPointer(start: nil, count: 0)
        last = try feed.bytes()
        feed.consume(last.count)
        position += last.count
        piece = last.baseAddress
        return last.count
      case .file(let number, let start):
        let count: Int
        do throws(SystemError) { count = try readAt(start + position, number, into: buffer) } catch {
          throw InputError("cannot be read: \(error)")
        }
        position += count
        piece = UnsafeRawPointer(buffer.baseAddress)
        return count
      }
    } catch {
      failure = error
      return Int(ARCHIVE_FATAL)
    }
  }

  func seek(_ offset: Int, _ whence: CInt) -> Int64 {
    guard case .file(let number, let start) = origin, let size = try? sizeOfFile(number) else {
      return Int64(ARCHIVE_FATAL)
    }
    let from =
      switch OffsetOrigin(whence) {
      case .start, nil: 0
      case .position: position
      case .end: size - start
      }
    position = min(max(0, from + offset), max(0, size - start))
    return Int64(position)
  }

  /// Puts back into the feed what comes after the first `count` bytes.
  func putBack(after count: Int) throws(InputError) {
    guard case .feed(let feed) = origin else { return }
    let unread = position - count
    if unread <= last.count { return feed.putBack(UnsafeRawBufferPointer(rebasing: last.suffix(unread))) }
    feed.putBack(last)
    guard unread <= last.count + before.count else {
      throw InputError("what comes after its end was not looked at; \(ArchiveBudget.wayOut)")
    }
    before.suffix(unread - last.count).withUnsafeBytes { feed.putBack($0) }
  }
}
