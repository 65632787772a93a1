// When a content that is scanned turns out to be an archive, or to have one somewhere in it: what is in it
// is scanned from the bytes that are searched anyway, or, where that takes all of them, after their end.

import Archives
import Detection
import Findings
import Inputs
import Platform
import Rules

extension ContentScanner {
  /// Scans what is in the archives that the input begins with, while its own bytes are searched.
  mutating func beginArchive(
    _ kind: ArchiveKind, _ source: inout some ByteSource & ~Copyable, _ input: inout Input,
    _ sink: inout some FindingSink
  ) {
    input.isArchive = true
    let archives = reader(&input)
    let whole = source.whole
    if archivePlace == nil { archives.note(read: buffer.bytes.count) }
    defer { input.isWithinEntries = false }
    var isFirst = true
    input.known = archives.scan(kind, whole: whole) { isWithinEntries -> UnsafeRawBufferPointer? in
      if isFirst {
        isFirst = false
        return buffer.bytes
      }
      if buffer.isLast { return input.isBroken ? nil : UnsafeRawBufferPointer(start: nil, count: 0) }
      input.isWithinEntries = isWithinEntries
      search(&input)
      dropDoubles(&input)
      if input.isLive { sink.take(takeInside()) }
      let before = buffer.bytes.count
      fill(from: &source, &input)
      if archivePlace == nil { archives.note(read: buffer.bytes.count - before) }
      if input.isBroken && buffer.bytes.count == before { return nil }
      return UnsafeRawBufferPointer(rebasing: buffer.bytes[before...])
    }
  }

  /// Notes where an archive begins in a program, and keeps the program where it comes by once.
  mutating func lookForAttached(_ input: inout Input) {
    if !input.isProgram { return }
    if input.sevenZip == nil {
      let from = max(0, input.looked - buffer.offset)
      let bytes = UnsafeRawBufferPointer(rebasing: buffer.bytes[from...])
      if let start = sevenZipStart(in: bytes) { input.sevenZip = buffer.offset + from + start }
      input.looked = buffer.offset + max(from, buffer.bytes.count - sevenZipHead + 1)
    }
    if !input.hasWhole { input.copy.append(buffer.bytes, at: buffer.offset) }
  }

  /// Scans archives that begin somewhere in the input, which has been read to its end.
  mutating func scanAttached(_ whole: WholeInput?, _ input: inout Input) {
    if input.isBroken || input.known == .max { return }
    let isInBuffer = buffer.offset == 0
    if isInBuffer || whole == nil {
      let before = max(0, input.known - buffer.offset)
      let tail = UnsafeRawBufferPointer(rebasing: buffer.bytes.dropFirst(before).suffix(longestZipEnd))
      if zipEnds(in: tail).isEmpty && input.sevenZip == nil { return }
    }
    if isInBuffer { return scanAttached(in: .memory(buffer.bytes), &input) }
    if let whole { return scanAttached(in: whole, &input) }
    if input.copy.isWhole {
      let copy = input.copy.bytes
      return copy.withUnsafeBytes { scanAttached(in: .memory($0), &input) }
    }
    reader(&input).refuse(
      "an archive comes after other data in it, which is \(InputCopy.limit(input.isProgram)) and comes as a "
        + "stream or out of another archive"
    )
  }

  private mutating func scanAttached(in bytes: WholeInput, _ input: inout Input) {
    var found: [AttachedArchive] = []
    do throws(InputError) { found = try attachedZips(in: bytes, after: input.known) } catch {
      if !error.isTold { input.results.problems.append(problem(input.path, error.reason)) }
    }
    if let start = input.sevenZip { found.append(AttachedArchive(.sevenZip, start: start)) }
    for archive in found {
      let archives = reader(&input)
      if archivePlace == nil { archives.note(read: buffer.offset + buffer.bytes.count) }
      archives.scan(archive.kind, ArchiveFeed(bytes, from: archive.start))
    }
  }

  /// Adds what was found in archives to the results.
  mutating func endArchives(_ input: inout Input) {
    guard let archives, archives.isBusy else { return }
    dropDoubles(&input)
    input.results.take(archives.end())
    if keys != nil { keys!.merge(archives.keys) { first, _ in first } }
  }

  /// The reader of archives of this input.
  private mutating func reader(_ input: inout Input) -> ArchiveScan {
    let archives = self.archives ?? ArchiveScan(options)
    self.archives = archives
    if archives.isBusy { return archives }
    archives.begin(input.path, in: archivePlace, wanted: wanted, collectsKeys: keys != nil)
    return archives
  }

  /// Drops what was found in the archive's raw bytes and in an entry of it, as of one that is stored.
  private mutating func dropDoubles(_ input: inout Input) {
    let count = input.results.findings.count
    if count == 0 { return }
    let inside = archives!.found
    if inside.isEmpty { return }
    let path = input.shownPath
    input.results.findings.removeAll { $0.path == path && inside.contains($0.head) }
    input.found -= count - input.results.findings.count
  }

  /// What was found in entries, for a live input. What was found outside of them waits for its end.
  private func takeInside() -> ScanResults {
    var share = ScanResults()
    share.findings = archives!.takeFindings()
    return share
  }
}

/// The bytes of a program that comes by once, as an archive may be at its end.
struct InputCopy {
  private(set) var bytes: [UInt8] = []
  private(set) var isWhole = false
  private var isTooLong = false

  private static let longest = 32 << 20

  /// Why there is none.
  static func limit(_ isProgram: Bool) -> String {
    isProgram ? "of more than \(longest >> 20) MiB" : "of more than 256 KiB"
  }

  /// - Parameter offset: of the piece in the input; what of it has been appended before is passed over.
  mutating func append(_ piece: UnsafeRawBufferPointer, at offset: Int) {
    if isTooLong { return }
    if offset + piece.count > Self.longest {
      self = InputCopy()
      isTooLong = true
    } else {
      isWhole = true
      bytes.append(contentsOf: piece.dropFirst(bytes.count - offset))
    }
  }
}
