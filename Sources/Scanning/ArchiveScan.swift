// Connects archives to the scan of contents: each entry is content like any other. A scanner of its own searches it,
// while the outer scanner searches the archive's raw bytes, which can be read only once. The entries' scanner in turn
// recognises an archive in an archive.

import Archives
import Bytes
import Detection
import Findings
import Inputs
import Platform

/// Where a scanner is that reads what is in an archive.
struct ArchivePlace {
  /// The file on the outside.
  let outer: Path
  /// The number of archives around it.
  let depth: Int
  let budget: ArchiveBudget
  /// The compressed file that the bytes came from. If they are a container, its entries are reported as in that file:
  /// `a.tar.gz!name`.
  var unwrapped: Path?
}

/// What was found in the entries of an archive.
private struct EntryResults: FindingSink {
  /// Findings that were not taken yet. The summary covers all extracted bytes.
  var all = ScanResults()
  /// The heads of all keys that were found in entries.
  private(set) var found: Set<SIMD2<UInt64>> = []
  private(set) var problems = 0

  /// Problems listed of one archive.
  static let mostProblems = 20
  /// Keys noted of one archive. A key beyond them may be reported twice, not missed.
  private static let mostFound = 100_000

  mutating func take(_ share: ScanResults) {
    for finding in share.findings where found.count < Self.mostFound { found.insert(finding.head) }
    problems += share.problems.count
    var share = share
    let room = max(0, Self.mostProblems - all.problems.count)
    if share.problems.count > room { share.problems.removeLast(share.problems.count - room) }
    all.take(share)
  }

  mutating func add(_ problem: Problem) {
    problems += 1
    if problems <= Self.mostProblems { all.problems.append(problem) }
  }
}

/// Reads one archive after the other. A scanner has one for all archives that it meets, and it the scanner
/// for their entries.
final class ArchiveScan {
  private var content: ContentScanner
  private var results = EntryResults()
  /// The heads of all keys that were found in entries.
  var found: Set<SIMD2<UInt64>> { results.found }
  /// Whole keys by fingerprint, where they were asked for.
  private(set) var keys: [String: [UInt8]] = [:]
  /// What findings call the archive, and what they call what its entries are in.
  private var (path, base) = (Path(""), Path(""))
  private var place: ArchivePlace?
  private var budget: ArchiveBudget
  /// An archive was begun and not ended.
  private(set) var isBusy = false
  private var encrypted: (count: Int, first: [UInt8]) = (0, [])

  /// Maximum length of a shown name in bytes. A name may be a megabyte long, and is part of every finding.
  private static let longestName = 4096

  init(_ options: ContentOptions) {
    content = ContentScanner(options)
    budget = ArchiveBudget(options.archives)
  }

  /// Forgets the last input.
  ///
  /// - Parameters:
  ///   - place: of the input; nil for one that is in no archive.
  ///   - wanted: fingerprints that findings are made of; nil for all.
  func begin(_ path: Path, in place: ArchivePlace?, wanted: Set<String>?, collectsKeys: Bool) {
    self.path = path
    self.place = place
    budget = place?.budget ?? ArchiveBudget(content.options.archives)
    content.wanted = wanted
    content.keys = collectsKeys ? [:] : nil
    results = EntryResults()
    keys = [:]
    encrypted = (0, [])
    isBusy = true
  }

  /// Prepares for the entries of an archive.
  ///
  /// - Returns: false for a document that is too deep, which is noted.
  /// - Throws: `InputError` when an archive is too deep.
  private func enter(_ kind: ArchiveKind) throws(InputError) -> Bool {
    let isUnwrapped = !kind.isCompression && place?.unwrapped != nil
    base = isUnwrapped ? place!.unwrapped! : path
    let depth = (place?.depth ?? 0) + (isUnwrapped ? 0 : 1)
    content.archivePlace = ArchivePlace(
      outer: place?.outer ?? path, depth: depth, budget: budget, unwrapped: kind.isCompression ? path : nil)
    if depth > budget.limits.depth {
      if kind.isDocument {
        results.all.noteUnopened(.document, content.redacted(path))
        return false
      }
      throw InputError(
        "not opened: it is more than \(counted(budget.limits.depth, "archive")) deep, which is the limit "
          + "(archive-depth); \(ArchiveBudget.wayOut)"
      )
    }
    return true
  }

  /// What was found and not taken, and what could not be read.
  func end() -> ScanResults {
    isBusy = false
    return results.all
  }

  /// Bytes of the outermost archive that have been read.
  func note(read count: Int) { budget.read += count }

  /// What was found since the last call.
  func takeFindings() -> [Finding] {
    defer { results.all.findings = [] }
    return results.all.findings
  }

  /// Scans what is in archives that come by once.
  ///
  /// - Parameters:
  ///   - whole: the same input for readers that begin at the end.
  ///   - next: see `ArchiveFeed`.
  /// - Returns: where the archives end.
  func scan(_ kind: ArchiveKind, whole: WholeInput?, _ next: (Bool) -> UnsafeRawBufferPointer?) -> Int {
    withoutActuallyEscaping(next) {
      let feed = ArchiveFeed(whole: whole, $0)
      scan(kind, feed)
      return feed.known
    }
  }

  /// Scans what is in the archive at the feed's cursor, and in those that come after it.
  func scan(_ first: ArchiveKind, _ feed: ArchiveFeed) {
    var next: ArchiveKind? = first
    do throws(InputError) {
      while let kind = next, budget.limit == nil {
        if try !enter(kind) { break }
        let start = feed.position
        feed.isWithinEntries = true
        var reader = try openArchive(kind, feed, budget: budget)
        try scanEntries(kind, &reader)
        feed.isWithinEntries = false
        if kind != .zip { feed.known = feed.position }
        next = budget.limit == nil && feed.position > start ? try follower(of: kind, feed) : nil
      }
    } catch {
      feed.isWithinEntries = false
      feed.known = .max
      if !error.isTold { add(error.reason) }
    }
    conclude()
  }

  private func scanEntries(_ kind: ArchiveKind, _ reader: inout any EntrySource) throws(InputError) {
    while budget.limit == nil, let entry = try reader.next() { scan(entry, kind, &reader) }
    if let format = reader.unopened { results.all.noteUnopened(format, content.redacted(path)) }
    guard let problem = reader.problem else { return }
    add(problem.name.isEmpty ? problem.text : "\(problem.text): \(escapedForTerminal(shown(problem.name)))")
  }

  /// What comes after an archive: zeros, another one, or what is named as not opened. A zip's readers search
  /// for its end, so that text after it is nothing to them; it is searched like any text.
  private func follower(of kind: ArchiveKind, _ feed: ArchiveFeed) throws(InputError) -> ArchiveKind? {
    try feed.skipZeros()
    if let next = ArchiveKind(try feed.peek(ArchiveKind.headBytes)) { return next }
    let (count, isText) = try feed.drain()
    // The reader of RAR 5 stops within the block that ends the archive, before its flags.
    if kind == .rar5 && count <= Self.rar5Flags { return nil }
    if count > 0 && !(isText && kind == .zip) && !kind.isDocument {
      add(
        "\(counted(count, "byte")) after the end of the \(kind.name) are no archive that is known here, and were "
          + "searched as they are; unpack it, and look what they are"
      )
    }
    return nil
  }

  /// Bytes of the flags in the last block of a RAR 5 archive.
  private static let rar5Flags = 2

  private func scan(_ entry: ArchiveEntry, _ kind: ArchiveKind, _ reader: inout any EntrySource) {
    let name = kind.isCompression ? stem(of: path, kind) : shown(entry.name)
    let lead = base.bytes + [UInt8(ascii: "!")]
    let path = Path(lead + name)
    // Not into the results themselves: they are asked while an entry is read.
    var share = ScanResults()
    defer { results.take(share) }
    if !kind.isCompression {
      share.summary.entries += 1
      if entry.name.count <= Self.longestName {
        content.scanName(Path(name), below: lead, into: &share)
      } else {
        var text = MemorySource(entry.name)
        content.scan(&text, path: path, place: .fileName, into: &share)
      }
    }
    if let target = entry.linkTarget {
      var text = MemorySource(target)
      content.scan(&text, path: path, place: .linkTarget, into: &share)
    }
    if entry.isEncrypted {
      if encrypted.count == 0 { encrypted.first = entry.name }
      encrypted.count += 1
    } else {
      share.summary.bytes += content.scan(&reader, path: path, into: &share)
    }
  }

  private func conclude() {
    if encrypted.count > 0 {
      let isOne = encrypted.count == 1
      let names = escapedForTerminal(shown(encrypted.first)) + (isOne ? "" : " and others")
      add(
        "\(isOne ? "an entry is" : "\(grouped(encrypted.count)) entries are") encrypted: \(names); "
          + "decrypt and scan what comes out"
      )
    }
    let more = results.problems - EntryResults.mostProblems
    if more > 0 { results.all.problems.append(content.problem(path, "\(counted(more, "more problem")) in it")) }
    if let keys = content.keys { self.keys = keys }
  }

  /// Names a reason not to open the archive.
  func refuse(_ reason: String) { add("not opened: \(reason); \(ArchiveBudget.wayOut)") }

  private func add(_ message: String) {
    results.add(content.problem(path, message))
  }

  private func shown(_ name: [UInt8]) -> [UInt8] {
    let name = name.starts(with: "./".utf8) && name.count > 2 ? name.dropFirst(2) : name[...]
    if name.count <= Self.longestName { return Array(name) }
    return name.prefix(Self.longestName) + ellipsis
  }
}

/// What a file is called once it is decompressed.
private func stem(of path: Path, _ kind: ArchiveKind) -> [UInt8] {
  let name = path.bytes[
    (path.bytes.lastIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "!") } ?? -1) + 1..<path.bytes.count]
  let endings: [(String, String)] =
    switch kind {
    case .gzip: [(".gz", ""), (".tgz", ".tar"), (".svgz", ".svg")]
    case .bzip2: [(".bz2", ""), (".tbz2", ".tar"), (".tbz", ".tar")]
    case .xz: [(".xz", ""), (".txz", ".tar")]
    case .lzma: [(".lzma", ""), (".tlz", ".tar")]
    case .lzip: [(".lz", ""), (".tlz", ".tar")]
    case .compress: [(".Z", ""), (".taz", ".tar")]
    case .zstd: [(".zst", ""), (".tzst", ".tar")]
    case .lz4, .legacyLZ4: [(".lz4", "")]
    default: []
    }
  for (ending, instead) in endings where name.count > ending.utf8.count {
    if name.suffix(ending.utf8.count).elementsEqual(ending.utf8) {
      return Array(name.dropLast(ending.utf8.count)) + Array(instead.utf8)
    }
  }
  return Array("data".utf8)
}
