// The compressed text of documents and pictures: Flate streams of a PDF, and the text and profile chunks of
// a PNG. What is damaged in them is passed over, as what shows them does: they are no archives, and must not
// fail a scan for being what they are.
// Sources: ISO 32000-1, 7.3.8 and 7.4.4 (PDF); the PNG specification, 5.3 and 11.3.

internal import Inputs
internal import Platform

final class DocumentReader: EntrySource {
  private let kind: ArchiveKind
  private let feed: ArchiveFeed
  private let budget: ArchiveBudget
  private let decompressor = ZlibDecompressor(.zlib)
  private var count = 0
  /// Compressed bytes of the entry that are left.
  private var left = 0
  private var isInEntry = false
  private var encryption = PDFEncryption()

  /// Bytes of a chunk before its compressed text: keyword, language and translation.
  private static let longestLead = 4096

  init(_ kind: ArchiveKind, _ feed: ArchiveFeed, budget: ArchiveBudget) {
    self.kind = kind
    self.feed = feed
    self.budget = budget
    // What is not in a stream is text, which is searched where it stands.
    feed.isWithinEntries = false
  }

  var unopened: UnopenedFormat? { encryption.isFound ? .encryptedPDF : nil }

  func next() throws(InputError) -> ArchiveEntry? {
    isInEntry = false
    let name = kind == .png ? try nextChunk() : try nextStream()
    guard let name else { return nil }
    try budget.takeEntry()
    decompressor.reset()
    isInEntry = true
    return ArchiveEntry(name: Array(name.utf8), linkTarget: nil, isEncrypted: false)
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
    while isInEntry {
      let bytes = try feed.bytes().prefix(left)
      let step = decompressor.run(bytes.isEmpty ? noBytes : UnsafeRawBufferPointer(rebasing: bytes), buffer)
      feed.consume(step.consumed)
      left -= step.consumed
      if case .going = step.state, step.consumed + step.produced > 0 {} else { isInEntry = false }
      if step.produced > 0 {
        try budget.take(step.produced)
        return step.produced
      }
    }
    return 0
  }

  // MARK: PDF

  /// Whatever comes after the word that begins a stream and has zlib's header.
  private func nextStream() throws(InputError) -> String? {
    let word = Array("stream".utf8)
    while try feed.seek(word[0], word[1], passing: { encryption.look(at: $0) }) {
      let head = try feed.peek(word.count + 4)
      guard head.starts(with: word), head.count == word.count + 4 else {
        feed.consume(1)
        continue
      }
      let lineEnd = head[word.count] == 0x0D ? 2 : 1
      feed.consume(word.count + lineEnd)
      guard isZlib(try feed.peek(2)) else { continue }
      count += 1
      left = .max
      return "stream \(count)"
    }
    return nil
  }

  // MARK: PNG

  private func nextChunk() throws(InputError) -> String? {
    if count == 0 { try feed.skip(8) }
    if count > 0 { try feed.skip(left + 4) }
    left = 0
    while true {
      let head = try feed.peek(8)
      guard head.count == 8 else { return nil }
      let length = Int(UInt32(bigEndian: head.loadUnaligned(as: UInt32.self)))
      let type = String(decoding: head[4...], as: UTF8.self)
      count += 1
      try feed.skip(8)
      if type == "IEND" {
        try feed.skip(length + 4)
        return nil
      }
      if let lead = try lead(of: type, length) {
        try feed.skip(lead)
        left = length - lead
        return type
      }
      try feed.skip(length + 4)
    }
  }

  /// Bytes of a chunk before its compressed text; nil where it has none.
  private func lead(of type: String, _ length: Int) throws(InputError) -> Int? {
    guard ["zTXt", "iTXt", "iCCP"].contains(type) else { return nil }
    let bytes = try feed.peek(min(length, Self.longestLead))
    guard let keyword = bytes.firstIndex(of: 0) else { return nil }
    if type != "iTXt" { return keyword + 2 < length ? keyword + 2 : nil }
    guard keyword + 3 < bytes.count, bytes[keyword + 1] == 1 else { return nil }
    guard let language = bytes[(keyword + 3)...].firstIndex(of: 0),
      let translation = bytes[(language + 1)...].firstIndex(of: 0)
    else { return nil }
    return translation + 1 < length ? translation + 1 : nil
  }

  private func isZlib(_ head: UnsafeRawBufferPointer) -> Bool {
    head.count == 2 && head[0] & 0x8F == 8 && (Int(head[0]) << 8 | Int(head[1])) % 31 == 0
  }
}
