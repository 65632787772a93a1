// Scanning what commits, or the index, add: each new blob is read once, and of what is found in it
// only that is reported which stood in none of the versions that the change replaces.

import Detection
import Git
import Inputs
import POSIX
import Reporting

struct ChangeScan: ~Copyable {
  private(set) var scanner: ContentScanner
  /// What the new blobs hold, by their IDs; only those that hold something.
  private var hits: [String: [Finding]] = [:]
  /// Fingerprints in blobs that were replaced, by their IDs.
  private var replaced: [String: Set<String>] = [:]

  init(rules: RuleSet) { scanner = ContentScanner(rules: rules) }

  /// Scans every new blob of `sets` once.
  ///
  /// - Parameter batch: that nothing has been asked of yet.
  /// - Throws: `GitError`; what was found until then is kept.
  mutating func scanNewBlobs(_ sets: [ChangeSet], _ batch: consuming ObjectBatch) throws(GitError) {
    var seen: Set<String> = []
    var blobs: [Change] = []
    for set in sets {
      for change in set.changes {
        if let id = change.new, seen.insert(id).inserted { blobs.append(change) }
      }
    }
    if blobs.isEmpty { return }
    batch.request(blobs.lazy.map { $0.new! })
    for change in blobs {
      let found = try scanNext(&batch, change.new!, path: change.path, isLink: change.isLink)
      if !found.isEmpty { hits[change.new!] = found }
    }
    try batch.finish()
  }

  /// - Returns: what was found, which is not left in the results.
  private mutating func scanNext(
    _ batch: inout ObjectBatch, _ id: String, path: Path, isLink: Bool
  ) throws(GitError) -> [Finding] {
    guard case .object = try batch.next() else {
      scanner.addProblem(
        path, "its content (\(id)) is not in this repository: git fetch gets it from a partial clone's remote")
      return []
    }
    let start = scanner.results.findings.count
    var source = BlobSource(batch: batch)
    let count = scanner.scan(&source, path: path, place: isLink ? .linkTarget : .content)
    batch = source.batch
    scanner.results.summary.files += 1
    scanner.results.summary.bytes += count
    let found = Array(scanner.results.findings[start...])
    scanner.results.findings.removeLast(found.count)
    return found
  }

  /// Puts into the results what `sets` add: hits that stood in no old version of the same path and were
  /// not taken out of another path by the same commit.
  ///
  /// - Parameter commit: what reports tell of a set's commit.
  mutating func report(
    _ sets: [ChangeSet], commit: (String) -> CommitInfo?
  ) throws(GitError) {
    let touched = sets.filter { set in set.changes.contains { hit($0) != nil } }
    if touched.isEmpty { return }
    try readOldBlobs(touched)
    for set in touched {
      for (index, change) in set.changes.enumerated() {
        guard let found = hit(change) else { continue }
        let before = old(change)
        var moved: Set<String>?
        for finding in found where !before.contains(finding.fingerprint) {
          if moved == nil { moved = takenOut(of: set, except: index) }
          if moved!.contains(finding.fingerprint) { continue }
          var finding = finding
          finding.path = scanner.redacted(change.path)
          finding.place = change.isLink ? .linkTarget : .content
          finding.commit = set.commit.flatMap(commit)
          scanner.results.add(finding)
        }
      }
    }
  }

  private func hit(_ change: Change) -> [Finding]? { change.new.flatMap { hits[$0] } }

  private func old(_ change: Change) -> Set<String> {
    change.old.reduce(into: []) { $0.formUnion(replaced[$1] ?? []) }
  }

  /// Fingerprints that other paths of the set held and hold no more.
  private func takenOut(of set: ChangeSet, except index: Int) -> Set<String> {
    var gone: Set<String> = []
    for (other, change) in set.changes.enumerated() where other != index {
      let now = Set((hit(change) ?? []).map(\.fingerprint))
      gone.formUnion(old(change).subtracting(now))
    }
    return gone
  }

  private mutating func readOldBlobs(_ sets: [ChangeSet]) throws(GitError) {
    var wanted: [(id: String, path: Path)] = []
    var seen: Set<String> = []
    for set in sets {
      for change in set.changes {
        for id in change.old where seen.insert(id).inserted { wanted.append((id, change.path)) }
      }
    }
    if wanted.isEmpty { return }
    // Old versions are no part of what is reported as scanned.
    let extent = scanner.results.summary
    var batch = try ObjectBatch()
    batch.request(wanted.lazy.map(\.id))
    for (id, path) in wanted {
      let found = try scanNext(&batch, id, path: path, isLink: false)
      if !found.isEmpty { replaced[id] = Set(found.map(\.fingerprint)) }
    }
    try batch.finish()
    scanner.results.summary = extent
  }

  /// Scans the names that `set` adds.
  mutating func scanNames(_ set: ChangeSet, commit: CommitInfo?) {
    // A name that moved is not new, and neither is one that a parent of a merge has.
    let start = scanner.results.findings.count
    for change in set.changes where change.status == UInt8(ascii: "D") { scanner.scanName(change.path) }
    let gone = Set(scanner.results.findings[start...].map(\.fingerprint))
    scanner.results.findings.removeLast(scanner.results.findings.count - start)
    for change in set.changes where change.status == UInt8(ascii: "A") && change.old.isEmpty {
      let start = scanner.results.findings.count
      scanner.scanName(change.path)
      let new = scanner.results.findings[start...].filter { !gone.contains($0.fingerprint) }
      scanner.results.findings.replaceSubrange(start..., with: new)
      for index in scanner.results.findings.indices[start...] {
        scanner.results.findings[index].commit = commit
      }
    }
  }

  /// Scans a commit: its message, and the lines above it.
  mutating func scanCommit(_ object: [UInt8], _ commit: CommitInfo) {
    let start = scanner.results.findings.count
    scanText(object, path: Path("<commit \(commit.id)>"), place: .commitMessage)
    object.withUnsafeBytes { bytes in
      for index in scanner.results.findings.indices[start...] {
        let place = offset(of: scanner.results.findings[index], in: bytes)
        scanner.results.findings[index].place = commitPlace(at: place, in: bytes)
        scanner.results.findings[index].commit = commit
      }
    }
  }

  mutating func scanText(_ text: [UInt8], path: Path, place: Finding.Place) {
    var source = MemorySource(text)
    scanner.results.summary.bytes += scanner.scan(&source, path: path, place: place)
  }

  mutating func redacted(_ text: [UInt8]) -> String {
    String(decoding: scanner.redacted(Path(text)).bytes, as: UTF8.self)
  }

  mutating func addProblem(_ message: String) { scanner.addProblem("", message) }

  mutating func addCommits(_ count: Int) { scanner.results.summary.commits += count }
}

/// The object that a batch is at, as an input.
private struct BlobSource: ByteSource, ~Copyable {
  var batch: ObjectBatch

  mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
    do throws(GitError) { return try batch.read(into: buffer) } catch {
      throw InputError(error.reason)
    }
  }
}
