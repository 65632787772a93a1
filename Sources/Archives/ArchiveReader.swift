// One archive, or one compressed file, as a row of entries that are read where they stand: libarchive
// behind the one method that every input has. Only the reader of the kind that was recognised is
// switched on, so that nothing is guessed, and no filter that would start a program. Nothing is written
// anywhere and no name is used as a path.
// Sources: archive_read(3), archive_read_open(3), archive_read_data(3), archive_entry(3).

internal import CArchive
package import Inputs
internal import Platform

#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// Where an archive's bytes come from.
package enum ArchiveInput {
  /// Piece by piece, each good until the next is asked for.
  case stream(ArchiveFeed)
  /// An open regular file.
  case file(CInt)
  /// Has to stay where it is.
  case memory(UnsafeRawBufferPointer)

  package init(_ whole: WholeInput) {
    switch whole {
    case .file(let number): self = .file(number)
    case .memory(let bytes): self = .memory(bytes)
    }
  }
}

package final class ArchiveFeed {
  private let next: () -> UnsafeRawBufferPointer?
  fileprivate(set) var budget: ArchiveBudget?
  private var isBroken = false

  /// - Parameter next: gives the next piece, an empty one at the end, nil when the input broke.
  package init(_ next: @escaping () -> UnsafeRawBufferPointer?) { self.next = next }

  /// nil when there is `failure` to tell of.
  func piece() -> UnsafeRawBufferPointer? {
    guard let piece = next() else {
      isBroken = true
      return nil
    }
    do throws(InputError) { try budget?.weigh(piece.count) } catch { return nil }
    return piece
  }

  /// Why there are no more pieces. Of an input that broke whoever reads it has told.
  var failure: InputError? { isBroken ? InputError("", isTold: true) : budget?.limit }
}

/// A row of entries, the data of each of which is read after `next` came to it.
package protocol EntrySource: ByteSource, ~Copyable {
  /// Turns to the next entry; nil behind the last.
  ///
  /// - Throws: `InputError` when the archive cannot be read any further.
  mutating func next() throws(InputError) -> ArchiveEntry?
}

/// What is known of an entry besides its data.
package struct ArchiveEntry: Sendable {
  /// As it stands in the archive: any bytes, absolute or with `..` as it may be.
  package let name: [UInt8]
  /// Of a symbolic or hard link.
  package let linkTarget: [UInt8]?
  package let isEncrypted: Bool
}

package struct ArchiveReader: EntrySource, ~Copyable {
  private let archive: OpaquePointer
  private let kind: ArchiveKind
  private let input: ArchiveInput
  private let budget: ArchiveBudget
  private var rest = UnsafeRawBufferPointer(start: nil, count: 0)
  private var gzip: GzipInflater?
  private var isOpen = false
  /// Nothing more can be read, of this entry and of those behind it.
  private var isOver = false

  /// Bytes that are read of a file at a time.
  private static let blockBytes = 64 * 1024

  package init(_ kind: ArchiveKind, _ input: ArchiveInput, budget: ArchiveBudget) {
    guard let archive = archive_read_new() else { fatalError("out of memory") }
    self.archive = archive
    self.kind = kind
    self.input = input
    self.budget = budget
    if case .stream(let feed) = input { feed.budget = budget }
    enableReader()
  }

  deinit { archive_read_free(archive) }

  private mutating func enableReader() {
    switch kind {
    case .gzip: gzip = GzipInflater()
    case .bzip2: archive_read_support_filter_bzip2(archive)
    case .xz: archive_read_support_filter_xz(archive)
    case .lzma: archive_read_support_filter_lzma(archive)
    case .zstd: archive_read_support_filter_zstd(archive)
    case .lz4: archive_read_support_filter_lz4(archive)
    case .rpm:
      archive_read_support_filter_rpm(archive)
      archive_read_support_filter_gzip(archive)
      archive_read_support_filter_bzip2(archive)
      archive_read_support_filter_xz(archive)
      archive_read_support_filter_lzma(archive)
      archive_read_support_filter_zstd(archive)
    case .tar: archive_read_support_format_tar(archive)
    case .cpio: archive_read_support_format_cpio(archive)
    case .deb: archive_read_support_format_ar(archive)
    // From its start to its end, as it is written: then it needs no list of entries in memory, entries
    // that lie over one another are not read twice, and one that the list leaves out is read too.
    case .zip: archive_read_support_format_zip_streamable(archive)
    case .attachedZip: archive_read_support_format_zip_seekable(archive)
    case .sevenZip: archive_read_support_format_7zip(archive)
    }
    if kind.isCompression {
      archive_read_support_format_raw(archive)
      archive_read_support_format_empty(archive)
    }
  }

  private mutating func open() -> CInt {
    isOpen = true
    // Names are told in the thread's locale, and without one they are lost.
    carchive_use_locale(Self.utf8)
    switch input {
    case .file(let number):
      lseek(number, 0, SEEK_SET)
      return archive_read_open_fd(archive, number, Self.blockBytes)
    case .memory(let bytes):
      return archive_read_open_memory(archive, bytes.baseAddress, bytes.count)
    case .stream(let feed):
      let context = Unmanaged.passUnretained(feed).toOpaque()
      return archive_read_open(archive, context, nil, { _, context, piece in
        let feed = Unmanaged<ArchiveFeed>.fromOpaque(context!).takeUnretainedValue()
        guard let bytes = feed.piece() else { return Int(ARCHIVE_FATAL) }
        piece!.pointee = bytes.baseAddress
        return bytes.count
      }, nil)
    }
  }

  private nonisolated(unsafe) static let utf8 = carchive_utf8_locale()

  private mutating func openAndTurn(to entry: inout OpaquePointer?) -> CInt {
    let code = open()
    return code == ARCHIVE_OK ? archive_read_next_header(archive, &entry) : ARCHIVE_FATAL
  }

  package mutating func next() throws(InputError) -> ArchiveEntry? {
    rest = UnsafeRawBufferPointer(start: nil, count: 0)
    if isOver { return nil }
    if kind == .gzip {
      isOver = true
      return ArchiveEntry(name: [], linkTarget: nil, isEncrypted: false)
    }
    var entry: OpaquePointer?
    let code = isOpen ? archive_read_next_header(archive, &entry) : openAndTurn(to: &entry)
    if code == ARCHIVE_EOF {
      isOver = true
      return nil
    }
    // A warning is about a name that is no text or a time that is none.
    guard code >= ARCHIVE_WARN, let entry else { throw failure() }
    if !kind.isCompression { try budget.takeEntry() }
    return ArchiveEntry(
      name: bytes(archive_entry_pathname(entry)) ?? bytes(archive_entry_pathname_utf8(entry)) ?? [],
      linkTarget: bytes(archive_entry_symlink(entry)) ?? bytes(archive_entry_hardlink(entry)),
      isEncrypted: archive_entry_is_encrypted(entry) != 0)
  }

  package mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
    if gzip != nil, case .stream(let feed) = input {
      let count = try gzip!.read(into: buffer, from: feed)
      try budget.take(count)
      return count
    }
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
  private mutating func failure(isLast: Bool = true) -> InputError {
    if isLast { isOver = true }
    if case .stream(let feed) = input, let failure = feed.failure { return failure }
    if archive_errno(archive) == ENOMEM { return budget.outOfMemory() }
    let reason = archive_error_string(archive).map { String(cString: $0) } ?? "it is damaged"
    return InputError("cannot be read to its end as \(kind.name): \(reason)")
  }

  private func bytes(_ text: UnsafePointer<CChar>?) -> [UInt8]? {
    text.map { Array(UnsafeRawBufferPointer(start: $0, count: strlen($0))) }
  }
}
