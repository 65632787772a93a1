// Scans what commits, or the index, add: each new blob is read once, and a finding is reported only if it is in none of
// the versions that the change replaces.

import Bytes
import Detection
import Findings
import GitCommand
import GitStore
import Inputs
import Platform

struct ChangeScan: ~Copyable {
  private var scanner: ContentScanner
  private(set) var results = ScanResults()
  /// New blobs that were scanned, and those with findings. Their findings are kept only while the current changes are
  /// processed, and the blobs are read again if they appear again.
  private var scanned: Set<ObjectID> = []
  private var holders: Set<ObjectID> = []
  /// What the new blobs of the changes hold, by their IDs; only of those that hold something.
  private var hits: [ObjectID: [Finding]] = [:]
  /// Findings in `hits` and in the names of the changes.
  private var held = 0
  /// Fingerprints in blobs that were replaced, by their IDs.
  private var replaced: [ObjectID: Set<String>] = [:]

  /// Findings that are held until it is known whether they are new; further ones are counted alone.
  private static let mostHeld = 100_000
  /// Maximum number of known fingerprints of old versions. Keys beyond that count as new.
  private static let mostReplaced = 1_000_000

  let repository: GitRepository
  /// What is left out of every change.
  private let skipping: SkipList.Skipping?

  init(in repository: GitRepository, _ options: ContentOptions, skipping: SkipList.Skipping?) {
    self.repository = repository
    scanner = ContentScanner(options)
    self.skipping = skipping
  }

  /// Scans what `sets` add, names and content, and puts what is new into the results.
  ///
  /// - Parameters:
  ///   - batch: without requests so far.
  ///   - shownBelow: prefix of every path in reports.
  /// - Throws: `GitError`; what was found until then is kept.
  mutating func scan(
    _ sets: [ChangeSet], _ batch: consuming ObjectBatch, shownBelow prefix: Path = ""
  ) throws(GitError) {
    let sets = sets.map { $0.without(skipping) }
    hits.removeAll()
    replaced.removeAll()
    held = 0
    var names: [[Finding]] = []
    for set in sets { names.append(try newNames(of: set, prefix)) }
    var failure: GitError?
    do throws(GitError) { try scanNewBlobs(sets, batch, prefix) } catch { failure = error }
    let touched = sets.indices.filter { index in
      !names[index].isEmpty || sets[index].changes.contains { hit($0) != nil }
    }
    if !touched.isEmpty {
      let commits = try commitInfos(touched.compactMap { sets[$0].commit })
      try readOldBlobs(touched.map { sets[$0] }, prefix)
      for index in touched {
        let commit = sets[index].commit.flatMap { commits[$0] }
        for var finding in names[index] {
          finding.commit = commit
          results.add(finding)
        }
        report(sets[index], commit, prefix)
      }
    }
    if let failure { throw failure }
  }

  // MARK: Content

  private mutating func scanNewBlobs(
    _ sets: [ChangeSet], _ batch: consuming ObjectBatch, _ prefix: Path
  ) throws(GitError) {
    var seen: Set<ObjectID> = []
    var blobs: [Change] = []
    for set in sets {
      for change in set.changes {
        guard let id = change.new else { continue }
        if scanned.contains(id) && !holders.contains(id) { continue }
        if seen.insert(id).inserted { blobs.append(change) }
      }
    }
    if blobs.isEmpty { return }
    batch.request(blobs.lazy.map { $0.new! })
    for change in blobs {
      let id = change.new!
      let extent = results.summary
      let path = prefix.appending(change.path.bytes)
      var found = try scanNext(&batch, id, path: path, isLink: change.isLink)
      // Read once more, it is still one file.
      if !scanned.insert(id).inserted { results.summary = extent }
      if found.isEmpty { continue }
      holders.insert(id)
      hold(&found)
      if !found.isEmpty { hits[id] = found }
    }
    try batch.finish()
  }

  /// Leaves of `found` what there is room for.
  private mutating func hold(_ found: inout [Finding]) {
    let room = Self.mostHeld - held
    while found.count > room {
      found.removeLast()
      results.drop()
    }
    held += found.count
  }

  /// - Returns: what was found, which is not in the results.
  private mutating func scanNext(
    _ batch: inout ObjectBatch, _ id: ObjectID, path: Path, isLink: Bool, isOld: Bool = false
  ) throws(GitError) -> [Finding] {
    guard case .object(_, let kind, _) = try batch.next() else {
      addProblem(
        path,
        "its content (\(id)) is not here or damaged: `git fsck` names it; in a partial clone "
          + "`git fetch --refetch --no-filter` gets it")
      return []
    }
    if kind != "blob" { addProblem(path, "is no file: it names a \(kind), \(id)") }
    let problems = results.problems.count
    let found = scanCurrent(&batch, path: path, place: isLink ? .linkTarget : .content)
    // An archive that was broken before hides nothing of what is new.
    if isOld { results.problems.removeLast(results.problems.count - problems) }
    return found
  }

  /// - Parameter lead: what was read of the object already.
  private mutating func scanCurrent(
    _ batch: inout ObjectBatch, lead: [UInt8] = [], path: Path, place: Finding.Place
  ) -> [Finding] {
    var source = BlobSource(lead: lead, batch: batch)
    var count = 0
    let found = findings { scanner, share in count = scanner.scan(&source, path: path, place: place, into: &share) }
    batch = source.batch
    if place == .content || place == .linkTarget { results.summary.files += 1 }
    results.summary.bytes += count
    return found
  }

  /// What `body` finds. All else that it comes to is added to the results.
  private mutating func findings(of body: (inout ContentScanner, inout ScanResults) -> Void) -> [Finding] {
    var share = ScanResults()
    body(&scanner, &share)
    let found = share.findings
    share.findings = []
    results.take(share)
    return found
  }

  /// Adds a set's new findings to the results: those in no old version of the same path that the same commit did not
  /// move from another path.
  private mutating func report(_ set: ChangeSet, _ commit: CommitInfo?, _ prefix: Path) {
    var gone: Set<String>?
    for change in set.changes {
      guard let found = hit(change) else { continue }
      let before = old(change)
      for finding in found where !before.contains(finding.fingerprint) {
        if gone == nil { gone = takenOut(of: set) }
        if gone!.contains(finding.fingerprint) { continue }
        var finding = finding
        finding.move(to: scanner.redacted(prefix.appending(change.path.bytes)))
        if finding.entry.bytes.isEmpty { finding.place = change.isLink ? .linkTarget : .content }
        finding.commit = commit
        results.add(finding)
      }
    }
  }

  private func hit(_ change: Change) -> [Finding]? { change.new.flatMap { hits[$0] } }

  private func old(_ change: Change) -> Set<String> {
    change.old.reduce(into: []) { $0.formUnion(replaced[$1] ?? []) }
  }

  /// Fingerprints that paths of the set contained before and no longer contain.
  private func takenOut(of set: ChangeSet) -> Set<String> {
    var gone: Set<String> = []
    for change in set.changes where change.old.contains(where: { replaced[$0] != nil }) {
      gone.formUnion(old(change).subtracting((hit(change) ?? []).map(\.fingerprint)))
    }
    return gone
  }

  private mutating func readOldBlobs(_ sets: [ChangeSet], _ prefix: Path) throws(GitError) {
    var wanted: [(id: ObjectID, path: Path)] = []
    var seen: Set<ObjectID> = []
    for set in sets where set.changes.contains(where: { hit($0) != nil }) {
      for change in set.changes {
        for id in change.old where seen.insert(id).inserted {
          // One that was new in this range, and held nothing.
          if scanned.contains(id), !holders.contains(id) { continue }
          wanted.append((id, change.path))
        }
      }
    }
    if wanted.isEmpty { return }
    // Old versions are no part of what is reported as scanned.
    let extent = results.summary
    var batch = try ObjectBatch(in: repository)
    batch.request(wanted.lazy.map(\.id))
    var count = 0
    for (id, path) in wanted {
      let found = try scanNext(&batch, id, path: prefix.appending(path.bytes), isLink: false, isOld: true)
      if found.isEmpty || count > Self.mostReplaced { continue }
      replaced[id] = Set(found.map(\.fingerprint))
      count += found.count
    }
    try batch.finish()
    results.summary = extent
  }

  // MARK: Names

  /// The keys in names that `set` adds. A name that moved is not new, and neither is one that a parent of a
  /// merge has, nor a folder that was there.
  private mutating func newNames(of set: ChangeSet, _ prefix: Path) throws(GitError) -> [Finding] {
    var found: [Finding] = []
    /// The folder that a finding is about; nil where it is about the new file.
    var folders: [Path?] = []
    for change in set.changes where change.status == UInt8(ascii: "A") && change.old.isEmpty {
      var own: [Path?] = []
      var new = findings { scanner, share in
        scanner.scanName(prefix.appending(change.path.bytes), into: &share) { path, count in
          let part = path.relative(to: prefix)
          own += Array(repeating: part == change.path ? nil : part, count: count)
        }
      }
      if new.isEmpty { continue }
      hold(&new)
      found += new
      folders += own.prefix(new.count)
    }
    if found.isEmpty { return [] }
    var gone: Set<String> = []
    for change in set.changes where change.status == UInt8(ascii: "D") {
      gone.formUnion(findings { $0.scanName(change.path, into: &$1) }.map(\.fingerprint))
    }
    let old = try oldPaths(in: repository, Set(folders.compactMap { $0 }), of: set)
    var result: [Finding] = []
    for (finding, folder) in zip(found, folders) {
      if gone.contains(finding.fingerprint) || folder.map({ old.contains($0) }) ?? false { continue }
      result.append(finding)
    }
    return result
  }

  // MARK: Commits and tags

  /// Scans the commits themselves: their messages, and the lines above.
  mutating func scanCommits(_ ids: [ObjectID]) throws(GitError) {
    var batch = try ObjectBatch(in: repository)
    batch.request(ids)
    for id in ids {
      guard case .object = try batch.next() else { throw GitError("commit \(id) is missing") }
      let start = try batch.readStart(Self.longestHeader)
      let found = scanCurrent(&batch, lead: start, path: Path("<commit \(id)>"), place: .commitMessage)
      if found.isEmpty { continue }
      let commit = try commitInfo(id, start)
      start.withUnsafeBytes { bytes in
        for var finding in found {
          finding.place = commitPlace(at: offset(of: finding, in: bytes), in: bytes)
          finding.commit = commit
          results.add(finding)
        }
      }
    }
    try batch.finish()
  }

  /// Bytes in which the lines above a message are looked for.
  private static let longestHeader = 65_536

  private mutating func commitInfo(_ id: ObjectID, _ start: [UInt8]) throws(GitError) -> CommitInfo {
    let header = start.withUnsafeBytes { CommitHeader($0, id.format) }
    guard let header else { throw GitError("commit \(id) is broken") }
    return CommitInfo(
      id: id.description, author: redacted(header.author.person), date: utcDate(header.author.seconds))
  }

  /// The commits as in reports.
  private mutating func commitInfos(_ ids: [ObjectID]) throws(GitError) -> [ObjectID: CommitInfo] {
    var infos: [ObjectID: CommitInfo] = [:]
    if ids.isEmpty { return infos }
    var batch = try ObjectBatch(in: repository)
    batch.request(ids)
    for id in ids {
      guard case .object = try batch.next() else { throw GitError("commit \(id) is missing") }
      infos[id] = try commitInfo(id, try batch.readStart(Self.longestHeader))
    }
    try batch.finish()
    return infos
  }

  /// Scans the object that `batch` is at: a tag, or a file that a ref points to.
  ///
  /// - Parameters:
  ///   - lead: what was read of it already.
  ///   - ref: that points to it.
  mutating func scanObject(
    _ batch: inout ObjectBatch, lead: [UInt8] = [], path: Path, place: Finding.Place, ref: Path? = nil
  ) {
    for var finding in scanCurrent(&batch, lead: lead, path: path, place: place) {
      // A name that is not whole names nothing.
      if let ref, scanner.redacted(ref) == ref { finding.ref = String(validating: ref.bytes, as: UTF8.self) }
      results.add(finding)
    }
  }

  /// Scans the name of a ref.
  mutating func scanName(ofRef ref: Path) { scanner.scanName(ref, place: .refName, into: &results) }

  private mutating func redacted(_ text: [UInt8]) -> String {
    String(decoding: scanner.redacted(Path(text)).bytes, as: UTF8.self)
  }

  mutating func addProblem(_ message: String) { addProblem("", message) }

  private mutating func addProblem(_ path: Path, _ message: String) {
    results.problems.append(scanner.problem(path, message))
  }

  mutating func addCommits(_ count: Int) { results.summary.commits += count }
}

/// The object that a batch is at, as an input.
struct BlobSource: ByteSource, ~Copyable {
  /// What was read of it already.
  let lead: [UInt8]
  private var leadRead = 0
  var batch: ObjectBatch

  init(lead: [UInt8] = [], batch: consuming ObjectBatch) {
    self.lead = lead
    self.batch = batch
  }

  mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
    if leadRead < lead.count {
      let count = min(buffer.count, lead.count - leadRead)
      lead.withUnsafeBytes {
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[leadRead..<(leadRead + count)]))
      }
      leadRead += count
      return count
    }
    do throws(GitError) { return try batch.read(into: buffer) } catch {
      throw InputError(error.reason)
    }
  }
}

extension ChangeSet {
  /// These changes without skipped paths. Deleted skipped paths are left out too: what moved from a skipped path is new
  /// in its new place.
  ///
  /// - Parameter counts: what is left out is counted as skipped.
  func without(_ skipping: SkipList.Skipping?, counts: Bool = true) -> ChangeSet {
    guard let skipping else { return self }
    return ChangeSet(
      commit: commit,
      changes: changes.filter { !skipping.takes($0.path, counts: counts && $0.new != nil) })
  }
}
