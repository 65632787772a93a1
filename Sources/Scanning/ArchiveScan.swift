// Joins archives to the scan of contents: each entry is content like any other, searched by a scanner of
// its own while the one outside searches the archive's raw bytes, which come by once. An archive in an
// archive is met by the scanner of the outer one's entries, and so on.

package import Archives
import Bytes
package import Detection
package import Findings
package import Inputs
package import Platform

/// Where a scanner is that reads what is in an archive.
struct ArchivePlace {
  /// The file on the outside.
  let outer: Path
  /// Archives round it.
  let depth: Int
  let budget: ArchiveBudget
  /// What is read came out of this compressed file: should it be a container, its entries are said to be
  /// in the file itself, as in `a.tar.gz!name`.
  var unwrapped: Path?
}

/// Reads one archive after the other. A scanner has one for all archives that it meets, and it the scanner
/// for their entries.
final class ArchiveScan {
  private var content: ContentScanner
  /// What was found in entries and not taken yet. Its summary is of all that came out.
  private(set) var results = ScanResults()
  /// The heads of all keys that were found in entries.
  private(set) var found: Set<Int> = []
  /// Whole keys by fingerprint, where they were asked for.
  private(set) var keys: [String: [UInt8]] = [:]
  /// What findings call the archive, and what they call what its entries are in.
  private var (path, base) = (Path(""), Path(""))
  private var budget: ArchiveBudget
  /// An archive was begun and not ended.
  private(set) var isBusy = false
  private var encrypted: (count: Int, first: [UInt8]) = (0, [])
  private var problems = 0

  /// Problems listed of one archive.
  private static let mostProblems = 20
  /// Keys noted of one archive. A key beyond them may be reported twice, not missed.
  private static let mostFound = 100_000
  /// Bytes shown of a name. They may be a megabyte long, and stand at every finding.
  private static let longestName = 4096

  init(_ options: ContentOptions) {
    content = ContentScanner(options)
    budget = ArchiveBudget(options.archives)
  }

  /// Forgets the last archive.
  ///
  /// - Parameters:
  ///   - place: of the archive; nil for one that is in no other.
  ///   - wanted: fingerprints that findings are made of; nil for all.
  func begin(
    _ kind: ArchiveKind, _ path: Path, in place: ArchivePlace?, wanted: Set<String>?, collectsKeys: Bool
  ) {
    self.path = path
    let isUnwrapped = !kind.isCompression && place?.unwrapped != nil
    base = isUnwrapped ? place!.unwrapped! : path
    budget = place?.budget ?? ArchiveBudget(content.options.archives)
    content.archivePlace = ArchivePlace(
      outer: place?.outer ?? path, depth: (place?.depth ?? 0) + (isUnwrapped ? 0 : 1), budget: budget,
      unwrapped: kind.isCompression ? path : nil)
    content.wanted = wanted
    content.keys = collectsKeys ? [:] : nil
    results = ScanResults()
    found = []
    keys = [:]
    encrypted = (0, [])
    problems = 0
    isBusy = true
  }

  /// What was found and not taken, and what could not be read.
  func end() -> ScanResults {
    isBusy = false
    return results
  }

  /// Bytes of the outermost archive that have been read.
  func note(read count: Int) { budget.read += count }

  /// What was found since the last call.
  func takeFindings() -> [Finding] {
    defer { results.findings = [] }
    return results.findings
  }

  /// Scans what is in an archive that comes by once.
  ///
  /// - Parameter next: gives the next piece, an empty one at the end, nil when the input broke.
  func scan(_ kind: ArchiveKind, _ next: () -> UnsafeRawBufferPointer?) {
    withoutActuallyEscaping(next) { scan(kind, .stream(ArchiveFeed($0))) }
  }

  /// Scans what is in an archive.
  func scan(_ kind: ArchiveKind, _ input: ArchiveInput) {
    guard content.archivePlace!.depth <= budget.limits.depth else {
      return refuse("it is more than \(counted(budget.limits.depth, "archive")) deep, which is the limit (archive-depth)")
    }
    do throws(InputError) {
      if kind.needsWhole {
        var reader = try SeparateArchive(kind, input, budget: budget)
        try scanEntries(kind, &reader)
      } else {
        var reader = ArchiveReader(kind, input, budget: budget)
        try scanEntries(kind, &reader)
      }
    } catch {
      if !error.isTold { add(error.reason) }
    }
    conclude()
  }

  private func scanEntries(_ kind: ArchiveKind, _ reader: inout some EntrySource & ~Copyable) throws(InputError) {
    while budget.limit == nil, let entry = try reader.next() { scan(entry, kind, &reader) }
  }

  private func scan(_ entry: ArchiveEntry, _ kind: ArchiveKind, _ reader: inout some EntrySource & ~Copyable) {
    let name = kind.isCompression ? stem(of: path, kind) : shown(entry.name)
    let lead = base.bytes + [UInt8(ascii: "!")]
    let path = Path(lead + name)
    if !kind.isCompression {
      content.results.summary.entries += 1
      if entry.name.count <= Self.longestName {
        content.scanName(Path(name), below: lead)
      } else {
        var text = MemorySource(entry.name)
        content.scan(&text, path: path, place: .fileName)
      }
    }
    if let target = entry.linkTarget {
      var text = MemorySource(target)
      content.scan(&text, path: path, place: .linkTarget)
    }
    if entry.isEncrypted {
      if encrypted.count == 0 { encrypted.first = entry.name }
      encrypted.count += 1
    } else {
      content.results.summary.bytes += content.scan(&reader, path: path)
    }
    take()
  }

  /// Takes over what the scanner of entries has found.
  private func take() {
    for finding in content.results.findings {
      if found.count < Self.mostFound { found.insert(finding.head) }
      results.add(finding)
    }
    content.results.findings.removeAll(keepingCapacity: true)
    if content.results.problems.isEmpty { return }
    for problem in content.results.problems {
      problems += 1
      if problems <= Self.mostProblems { results.problems.append(problem) }
    }
    content.results.problems.removeAll()
  }

  private func conclude() {
    if encrypted.count > 0 {
      let names = escapedForTerminal(shown(encrypted.first))
      add(
        "\(encrypted.count == 1 ? "an entry is" : "\(grouped(encrypted.count)) entries are") encrypted: \(names)\(encrypted.count == 1 ? "" : " and others"); decrypt and scan what comes out")
    }
    if problems > Self.mostProblems {
      content.addProblem(path, "\(counted(problems - Self.mostProblems, "more problem")) in it")
      results.problems += content.results.problems
      content.results.problems.removeAll()
    }
    results.merge(content.results)
    content.results = ScanResults()
    if let keys = content.keys { self.keys = keys }
  }

  /// Scans what is in an archive that is in memory, whole.
  func scan(_ kind: ArchiveKind, copy: [UInt8]) {
    budget.hold(copy.count) { copy.withUnsafeBytes { scan(kind, .memory($0)) } }
  }

  /// Names a reason not to open the archive.
  func refuse(_ reason: String) { add("not opened: \(reason); \(ArchiveBudget.wayOut)") }

  private func add(_ message: String) {
    content.addProblem(path, message)
    take()
  }

  private func shown(_ name: [UInt8]) -> [UInt8] {
    let name = name.starts(with: "./".utf8) && name.count > 2 ? name.dropFirst(2) : name[...]
    if name.count <= Self.longestName { return Array(name) }
    return name.prefix(Self.longestName) + ellipsis
  }
}

/// The bytes of an input that come by once and have to be read from the end, in memory: all of a 7z that
/// is in a stream or another archive, and less of a program, as hardly any has a zip behind it.
struct WholeCopy {
  private var bytes: [UInt8] = []
  private var isTooLong = false
  private let longest: Int
  /// Of the archive it is in.
  private let budget: ArchiveBudget?

  init(of kind: ArchiveKind, in place: ArchivePlace?) {
    longest = kind == .sevenZip ? 256 << 20 : 32 << 20
    budget = place?.budget
  }

  /// - Parameter offset: of the piece in the input; what of it has been appended before is passed over.
  mutating func append(_ piece: UnsafeRawBufferPointer, at offset: Int) {
    if isTooLong { return }
    if offset + piece.count > longest || budget?.hasRoom(for: offset + piece.count) == false {
      isTooLong = true
      bytes = []
    } else {
      bytes.append(contentsOf: piece.dropFirst(bytes.count - offset))
    }
  }

  func scan(_ kind: ArchiveKind, _ archives: ArchiveScan) {
    if isTooLong {
      archives.refuse(
        "it is a \(kind.name) of more than \(longest >> 20) MiB, with those round it, that comes as a stream or out of another archive, which is the limit")
    } else {
      archives.scan(kind, copy: bytes)
    }
  }
}

/// What a file is called once it is decompressed.
private func stem(of path: Path, _ kind: ArchiveKind) -> [UInt8] {
  let name = path.bytes[(path.bytes.lastIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "!") } ?? -1) + 1..<path.bytes.count]
  let endings: [(String, String)] =
    switch kind {
    case .gzip: [(".gz", ""), (".tgz", ".tar"), (".svgz", ".svg")]
    case .bzip2: [(".bz2", ""), (".tbz2", ".tar"), (".tbz", ".tar")]
    case .xz: [(".xz", ""), (".txz", ".tar")]
    case .lzma: [(".lzma", ""), (".tlz", ".tar")]
    case .zstd: [(".zst", ""), (".tzst", ".tar")]
    case .lz4: [(".lz4", "")]
    default: []
    }
  for (ending, instead) in endings where name.count > ending.utf8.count {
    if name.suffix(ending.utf8.count).elementsEqual(ending.utf8) {
      return Array(name.dropLast(ending.utf8.count)) + Array(instead.utf8)
    }
  }
  return Array("data".utf8)
}
