// Makes the findings of a history: each shown object is read once more, because line, column and snippet were not kept
// for the hundred thousand versions that are not shown.

import Archives
import Bytes
import Detection
import Findings
import GitStore
import Inputs
import Platform

struct HistoryFindings: Sendable {
  let options: ContentOptions
  let format: ObjectFormat
  let packs: [PackFile]
  let folders: [Path]
  let names: [String]

  /// - Parameters:
  ///   - spread: where the keys are.
  ///   - hits: what `spread` was made of.
  func findings(_ spread: HistorySpread, _ hits: [ObjectHit], jobs: Int) -> ScanResults {
    let graph = spread.graph
    var byHit: [Int32: [KeyAtPath]] = [:]
    for entry in spread.all { byHit[entry.shown, default: []].append(entry) }
    let work = byHit.keys.sorted().map { hit in (hits[Int(hit)], byHit[hit]!) }
    let memory = ObjectMemory(limit: options.archives.memory, jobs: jobs)
    let asksForPath = options.rules.asksForPath
    let all = inParallel(work, jobs: jobs) { stack in
      var reader = ObjectReader(format, memory: memory)
      var writer = FindingWriter(options, format, names)
      var results = ScanResults()
      while let (hit, entries) = stack.pop() {
        writer.begin(hit, entries)
        _ = reader.visit(hit.id, packs: packs, folders: folders, &writer)
        for (entry, var finding) in writer.findings {
          func info(of commit: Int) -> CommitInfo? {
            if writer.commits[commit] == nil {
              writer.begin(commit: commit, graph.ids[commit])
              _ = reader.visit(graph.ids[commit], packs: packs, folders: folders, &writer)
            }
            return writer.commits[commit]
          }
          finding.commit = entry.commit.flatMap(info)
          finding.history?.departure = entry.departure.flatMap(info)
          results.add(finding)
        }
        for (place, missing) in Dictionary(grouping: writer.missing, by: { FoundPlace(path: $0.path, place: $0.place) })
        {
          let path = writer.redacted(place.path)
          if writer.isCut {
            let listed = writer.findings.count { $0.0.path == place.path && $0.0.place == place.place }
            results.summary.findings += missing.count
            results.problems.append(
              Problem(
                path: path,
                message: "\(listed + missing.count) findings; the first \(listed) are listed"))
          } else if !(asksForPath && writer.wasRead) {
            let first = missing.map { names[Int($0.key)] }.min()!
            results.problems.append(
              Problem(
                path: path,
                message: "\(counted(missing.count, "key")) found there, and not again, such as \(first); scan again"))
          }
        }
        stack.done()
      }
      return results
    }
    var results = ScanResults()
    for share in all { results.merge(share) }
    return results
  }
}

private struct FoundPlace: Hashable {
  let path: Path
  let place: Finding.Place
}

/// Turns one object after the other into findings.
private struct FindingWriter: ObjectVisitor, ~Copyable {
  private var content: ContentScanner
  private let format: ObjectFormat
  private let names: [String]
  private var hit: ObjectHit?
  private var entries: [KeyAtPath] = []
  private var wantedCommit: (number: Int, id: ObjectID)?
  private(set) var findings: [(KeyAtPath, Finding)] = []
  /// Findings of the object beyond those that are listed.
  private var unlisted = 0
  /// The object was read again, as each of its paths: what rules with paths do not find there is none there.
  private(set) var wasRead = false
  /// Commits that findings name, by number.
  private(set) var commits: [Int: CommitInfo] = [:]

  init(_ options: ContentOptions, _ format: ObjectFormat, _ names: [String]) {
    content = ContentScanner(options)
    self.format = format
    self.names = names
  }

  mutating func begin(_ hit: ObjectHit, _ entries: [KeyAtPath]) {
    self.hit = hit
    self.entries = entries
    wantedCommit = nil
    findings.removeAll()
    unlisted = 0
    wasRead = false
  }

  mutating func begin(commit number: Int, _ id: ObjectID) { wantedCommit = (number, id) }

  /// The object holds more than is listed of an input.
  var isCut: Bool { unlisted > 0 }

  /// Entries that no finding was made for.
  var missing: [KeyAtPath] {
    let found = Set(findings.map { FoundKey(path: $0.0.path, place: $0.0.place, key: $0.0.key) })
    return entries.filter { !found.contains(FoundKey(path: $0.path, place: $0.place, key: $0.key)) }
  }

  private struct FoundKey: Hashable {
    let path: Path
    let place: Finding.Place
    let key: Int32
  }

  mutating func redacted(_ path: Path) -> Path { content.redacted(path) }

  mutating func visit(_ bytes: UnsafeRawBufferPointer, _ kind: ObjectKind, id: () -> ObjectID) {
    if let commit = wantedCommit {
      wantedCommit = nil
      if let header = CommitHeader(bytes, format) {
        commits[commit.number] = CommitInfo(
          id: commit.id.hex(format),
          author: String(decoding: content.redacted(Path(header.author.person)).bytes, as: UTF8.self),
          date: utcDate(header.author.seconds))
      }
      return
    }
    guard let hit else { return }
    wasRead = true
    eachPath { content, path, place in
      var share = ScanResults()
      if hit.kind == .tree {
        var source = MemorySource(hit.entryName)
        content.scan(&source, path: path, place: place, into: &share)
      } else {
        var source = BorrowedSource(bytes)
        content.scan(&source, path: path, place: place, into: &share)
        if kind == .commit {
          share.findings.removeAll { commitPlace(at: offset(of: $0, in: bytes), in: bytes) != place }
        }
      }
      return share
    }
  }

  mutating func visit(_ stream: consuming ObjectStream, _ kind: ObjectKind, id: ObjectID) {
    // Read once and shown at each path: a large file is hardly ever at two.
    var source = LargeObject(stream: stream)
    guard let first = entries.first else { return }
    wasRead = entries.allSatisfy { $0.path == first.path && $0.place == first.place }
    content.wanted = Set(entries.map { names[Int($0.key)] })
    var found = ScanResults()
    content.scan(&source, path: first.path, place: first.place, into: &found)
    unlisted += found.summary.findings
    eachPath { content, path, place in
      var share = ScanResults()
      let path = content.redacted(path)
      for var finding in found.findings {
        finding.move(to: path)
        if finding.entry.bytes.isEmpty { finding.place = place }
        share.add(finding)
      }
      return share
    }
  }

  mutating func failed(_ failure: ObjectFailure) {}

  /// Scans the object as each path that it is shown at, and keeps the first finding of each key.
  private mutating func eachPath(
    _ scan: (inout ContentScanner, Path, Finding.Place) -> ScanResults
  ) {
    for (shown, here) in Dictionary(grouping: entries, by: { FoundPlace(path: $0.path, place: $0.place) }) {
      var wanted: [String: KeyAtPath] = [:]
      for entry in here { wanted[names[Int(entry.key)]] = entry }
      content.wanted = Set(wanted.keys)
      let share = scan(&content, shown.path, shown.place)
      unlisted += share.summary.findings
      for var finding in share.findings {
        guard let entry = wanted.removeValue(forKey: finding.fingerprint) else { continue }
        if finding.entry.bytes.isEmpty { finding.place = shown.place }
        finding.ref = entry.refs.first.map { text($0) }
        finding.history = History(
          reach: entry.reach, refs: entry.refs.map { text($0) }, refCount: entry.refCount,
          commits: entry.commits, objects: entry.objects)
        findings.append((entry, finding))
      }
    }
  }

  private mutating func text(_ name: Path) -> String {
    String(decoding: content.redacted(name).bytes, as: UTF8.self)
  }
}
