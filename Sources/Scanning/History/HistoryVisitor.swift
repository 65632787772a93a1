// Searches the objects of a store. Nearly all contain no key and cost one pass over their bytes. For the others
// only the keys are recorded, until it is known which of them are shown.

import Archives
import Bytes
import Detection
import Findings
import GitStore
import Inputs
import Platform
import Rules
import Synchronization

/// The keys in one object. A tree has one hit for each entry with a key in its name, a commit one for each of its
/// parts.
struct ObjectHit: Sendable {
  let id: ObjectID
  let kind: ObjectKind
  let place: Finding.Place
  /// Of the tree's entry.
  let entryName: [UInt8]
  /// As `KeyNames` numbers them, each once.
  let keys: [Int32]
}

/// Numbers for fingerprints, because a key may be in a hundred thousand versions of a file.
final class KeyNames: Sendable {
  private let state = Mutex<(numbers: [String: Int32], names: [String])>(([:], []))

  func number(of fingerprint: String) -> Int32 {
    state.withLock { state in
      if let number = state.numbers[fingerprint] { return number }
      let number = Int32(state.names.count)
      state.numbers[fingerprint] = number
      state.names.append(fingerprint)
      return number
    }
  }

  var all: [String] { state.withLock { $0.names } }
}

/// How far the workers are.
final class HistoryProgress: Sendable {
  let objects = Atomic<Int>(0)
  let bytes = Atomic<Int>(0)
}

/// What one worker brings home.
struct HistoryShare: Sendable {
  var results: ScanResults
  var hits: [ObjectHit]
  var vanished: [ObjectID]
}

struct HistoryVisitor: ObjectVisitor, ~Copyable {
  var content: ContentScanner
  private var results = ScanResults()
  private var hits: [ObjectHit] = []
  private var objects = 0
  private var commits = 0
  private var bytes = 0
  private let format: ObjectFormat
  private let names: KeyNames
  private let progress: HistoryProgress
  private var told = (objects: 0, bytes: 0)
  private var keyCount = 0
  private var knownNames: [String: Int32] = [:]
  private var failures = 0

  /// Failures that a worker lists. A pack that is broken all over must not fill the memory.
  private static let mostFailures = 100
  /// Keys that a worker notes, of all objects together: some 100 MB.
  private static let mostKeys = 20_000_000

  init(_ options: ContentOptions, format: ObjectFormat, names: KeyNames, progress: HistoryProgress) {
    content = ContentScanner(options)
    self.format = format
    self.names = names
    self.progress = progress
  }

  @inline(__always)
  mutating func visit(_ object: UnsafeRawBufferPointer, _ kind: ObjectKind, id: () -> ObjectID) {
    count(kind, object.count)
    if kind == .blob && holdsArchive(object) { return scanArchive(object, id()) }
    if content.isWorthScanning(object) { scan(object, kind, id()) }
  }

  @inline(__always)
  private func holdsArchive(_ blob: UnsafeRawBufferPointer) -> Bool {
    ArchiveKind(blob) != nil || UnopenedFormat(blob, name: []) != nil
      || (isProgram(blob) && sevenZipStart(in: blob) != nil)
      || !zipEnds(in: UnsafeRawBufferPointer(rebasing: blob.suffix(longestZipEnd))).isEmpty
  }

  private mutating func scanArchive(_ blob: UnsafeRawBufferPointer, _ id: ObjectID) {
    var source = BorrowedSource(blob)
    _ = scanBlob(&source, id)
  }

  mutating func visit(_ stream: consuming ObjectStream, _ kind: ObjectKind, id: ObjectID) {
    guard kind == .blob else {
      addProblem(name(id, kind), "it is too large for anything but a file")
      return
    }
    var source = LargeObject(stream: stream)
    count(kind, scanBlob(&source, id))
  }

  /// Notes the keys of a file, and keeps none of their findings.
  ///
  /// - Returns: bytes read.
  private mutating func scanBlob(_ source: inout some ByteSource & ~Copyable, _ id: ObjectID) -> Int {
    var share = ScanResults()
    let count = content.scan(&source, path: name(id, .blob), into: &share)
    take(.blob, id, .content, share.findings.map(\.fingerprint))
    share.findings = []
    results.take(share)
    return count
  }

  mutating func addProblem(_ path: Path, _ message: String) {
    results.problems.append(content.problem(path, message))
  }

  mutating func failed(_ failure: ObjectFailure) {
    failures += 1
    if failures > Self.mostFailures { return }
    var text = "object \(failure.id.hex(format)): \(failure.reason)"
    if failure.dependents > 0 {
      text += "; nor could \(counted(failure.dependents, "object")) be read that is built on it"
    }
    text += brokenObjectAdvice
    addProblem("", text)
  }

  /// Updates the progress, and adds a problem about failures that are not listed.
  mutating func finish() {
    tell()
    if failures > Self.mostFailures {
      addProblem("", "\(counted(failures - Self.mostFailures, "more object")) cannot be read")
    }
    if keyCount > Self.mostKeys {
      addProblem("", "more than \(Self.mostKeys) copies of keys; the rest is not listed")
    }
  }

  func share(vanished: [ObjectID]) -> HistoryShare {
    var results = results
    results.summary.objects = objects
    results.summary.commits = commits
    // What came out of archives is counted there already.
    results.summary.bytes += bytes
    results.keys = content.keys ?? [:]
    return HistoryShare(results: results, hits: hits, vanished: vanished)
  }

  @inline(__always)
  private mutating func count(_ kind: ObjectKind, _ size: Int) {
    objects += 1
    bytes += size
    if kind == .commit { commits += 1 }
    if objects & 1023 == 0 || bytes - told.bytes > 1 << 24 { tell() }
  }

  private mutating func tell() {
    progress.objects.add(objects - told.objects, ordering: .relaxed)
    progress.bytes.add(bytes - told.bytes, ordering: .relaxed)
    told = (objects, bytes)
  }

  private func name(_ id: ObjectID, _ kind: ObjectKind) -> Path { Path("<\(kind) \(id.hex(format))>") }

  private mutating func scan(_ object: UnsafeRawBufferPointer, _ kind: ObjectKind, _ id: ObjectID) {
    let path = name(id, kind)
    guard kind == .tree else {
      let found = content.fingerprints(in: object, path: path, &results.problems)
      switch kind {
      case .commit:
        let places = found.map { (place: commitPlace(at: $0.offset, in: object), name: $0.name) }
        for place in Set(places.map(\.place)) {
          take(kind, id, place, places.filter { $0.place == place }.map(\.name))
        }
      case .tag: take(kind, id, .tag, found.map(\.name))
      default: take(kind, id, .content, found.map(\.name))
      }
      return
    }
    // Only the names in a tree are text; between them are IDs.
    for name in treeEntryNames(object, format) {
      let found = name.withUnsafeBytes { bytes in
        content.isWorthScanning(bytes) ? content.fingerprints(in: bytes, path: path, &results.problems) : []
      }
      take(kind, id, .fileName, found.map(\.name), entryName: name)
    }
  }

  private mutating func take(
    _ kind: ObjectKind, _ id: ObjectID, _ place: Finding.Place, _ found: [String],
    entryName: [UInt8] = []
  ) {
    if found.isEmpty { return }
    let keys = Set(found.map { number(of: $0) }).sorted()
    keyCount += keys.count
    if keyCount > Self.mostKeys { return }
    hits.append(ObjectHit(id: id, kind: kind, place: place, entryName: entryName, keys: keys))
  }

  private mutating func number(of fingerprint: String) -> Int32 {
    if let number = knownNames[fingerprint] { return number }
    let number = names.number(of: fingerprint)
    knownNames[fingerprint] = number
    return number
  }
}

/// Which part of a commit a byte of it belongs to.
func commitPlace(at offset: Int, in commit: UnsafeRawBufferPointer) -> Finding.Place {
  var start = 0
  while start < commit.count, commit[start] != 0x0A {
    let end = commit[start...].firstIndex(of: 0x0A) ?? commit.count
    if offset < end {
      let text = commit[start..<end]
      if text.starts(with: "author ".utf8) { return .commitAuthor }
      return text.starts(with: "committer ".utf8) ? .commitCommitter : .commitHeader
    }
    start = end + 1
  }
  return .commitMessage
}

/// The place of a finding in the bytes that were scanned whole.
func offset(of finding: Finding, in bytes: UnsafeRawBufferPointer) -> Int {
  var start = 0
  for _ in 1..<finding.line {
    guard let end = lineEnd(in: bytes, from: start, limit: bytes.count) else { break }
    let isPair = bytes[end] == 0x0D && end + 1 < bytes.count && bytes[end + 1] == 0x0A
    start = end + (isPair ? 2 : 1)
  }
  return start + finding.column - 1
}

/// An object that is inflated as it is read.
struct LargeObject: ByteSource, ~Copyable {
  var stream: ObjectStream

  mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
    do throws(StoreError) { return try stream.read(into: buffer) } catch {
      throw InputError(error.reason)
    }
  }
}

/// What to do about an object that cannot be read.
let brokenObjectAdvice = "; git fsck names the damage, a new clone has none"
