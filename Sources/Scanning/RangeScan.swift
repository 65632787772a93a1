// `scan --range` and `--since`: what each commit of a range adds, its message, and the annotated tags that point into
// the range. Also what a push adds, which may be more than commits.

import Bytes
import Detection
import Findings
package import GitCommand
package import GitStore
package import Platform

/// Scans the commits of a range.
package func scanRange(
  in repository: GitRepository, _ range: CommitRange, _ options: ContentOptions, skipping: SkipList.Skipping?
) -> ScanResults {
  var scan = ChangeScan(in: repository, options, skipping: skipping)
  do throws(GitError) {
    var reader = try RangeReader(in: repository, range, readsTags: true)
    try scanCommits(of: &reader, &scan)
    let others = try scanTips(reader.tagsMet, &scan)
    if reader.count == 0 && reader.tagsMet.isEmpty {
      scan.addProblem(
        "the range \(range.name) holds no commit; is it the right way round, and is the base fetched?")
    }
    for (id, isTree) in others {
      scan.addProblem("the range \(range.name) ends in a \(isTree ? "folder" : "file") (\(id)), which is no commit")
    }
  } catch {
    scan.addProblem(explained(error))
  }
  return scan.results
}

/// What a push brings.
package struct PushedTip {
  /// The ID of an object of any kind.
  let id: ObjectID
  /// What it is called where it goes, such as `refs/heads/main`; nil where that is not known.
  var ref: Path?

  package init(id: ObjectID, ref: Path? = nil) {
    self.id = id
    self.ref = ref
  }
}

/// Scans what `pushed` brings to where `known` and `excludedRefs` are, and the names that it gets there.
package func scanPush(
  in repository: GitRepository, _ pushed: [PushedTip], known: [ObjectID], excludedRefs: [String],
  _ options: ContentOptions, skipping: SkipList.Skipping?
) -> ScanResults {
  var scan = ChangeScan(in: repository, options, skipping: skipping)
  for tip in pushed { if let ref = tip.ref { scan.scanName(ofRef: ref) } }
  let tips = pushed.map(\.id)
  let refs = Dictionary(pushed.map { ($0.id, $0.ref) }) { first, _ in first }.compactMapValues { $0 }
  do throws(GitError) {
    let range = CommitRange(tips: tips, known: known, excludedRefs: excludedRefs, name: "of this push")
    var reader = try RangeReader(in: repository, range, readsTags: false)
    try scanCommits(of: &reader, &scan)
    let others = try scanTips(tips, refs: refs, &scan)
    if !others.isEmpty {
      let new = try newObjects(in: repository, from: others.map(\.id), known: known, excludedRefs: excludedRefs)
      for (id, isTree) in others where new.contains(id) {
        if isTree { try scanTree(id, new, &scan) } else { try scanBlob(id, &scan) }
      }
    }
  } catch {
    scan.addProblem(explained(error))
  }
  return scan.results
}

private func scanCommits(
  of reader: inout RangeReader, _ scan: inout ChangeScan
) throws(GitError) {
  while true {
    let commits = try reader.next()
    if commits.isEmpty { break }
    // Started first: git finds out what they change while they are read themselves.
    var changes = try CommitChanges(in: scan.repository, of: commits)
    try changes.begin()
    try scan.scanCommits(commits)
    scan.addCommits(commits.count)
    while true {
      let batch = try ObjectBatch(in: scan.repository)
      let sets = try changes.next()
      if sets.isEmpty { break }
      try scan.scan(sets, batch)
    }
  }
  if reader.cut > 0 {
    scan.addProblem(
      "\(counted(reader.cut, "commit")) of the range came without parents, so what they add cannot be told; "
        + unshallow)
  }
}

/// Scans tags, and tags of tags.
///
/// - Parameter refs: what is known to point to them, by their IDs.
/// - Returns: the trees and blobs among the tips and their targets.
private func scanTips(
  _ tips: [ObjectID], refs: [ObjectID: Path] = [:], _ scan: inout ChangeScan
) throws(GitError) -> [(id: ObjectID, isTree: Bool)] {
  var others: [(id: ObjectID, isTree: Bool)] = []
  var seen: Set<ObjectID> = []
  var wanted = tips
  while !wanted.isEmpty {
    let round = wanted.filter { seen.insert($0).inserted }
    wanted = []
    if round.isEmpty { break }
    // What most are is known without reading any.
    var kinds = try ObjectBatch(in: scan.repository, content: false)
    kinds.request(round)
    var tags: [ObjectID] = []
    for id in round {
      guard case .object(_, let kind, _) = try kinds.next() else { throw GitError("object \(id) is missing") }
      if kind == "tag" { tags.append(id) } else if kind != "commit" { others.append((id, kind == "tree")) }
    }
    try kinds.finish()
    if tags.isEmpty { break }
    var batch = try ObjectBatch(in: scan.repository)
    batch.request(tags)
    for id in tags {
      guard case .object = try batch.next() else { throw GitError("object \(id) is missing") }
      let start = try batch.readStart(4096)
      let name = refs[id].map { tagName($0) ?? $0.bytes } ?? Array("\(id)".utf8)
      scan.scanObject(
        &batch, lead: start, path: Path(Array("<tag ".utf8) + name + Array(">".utf8)), place: .tag, ref: refs[id])
      // `object ID` is the first line.
      guard start.starts(with: "object ".utf8),
        let target = ObjectID(digits: start.prefix { $0 != 0x0A }.dropFirst(7))
      else { throw GitError("tag \(id) is broken") }
      wanted.append(target)
    }
    try batch.finish()
  }
  return others
}

/// nil when the ref is no tag's.
private func tagName(_ ref: Path) -> [UInt8]? {
  let folder = Array("refs/tags/".utf8)
  return ref.bytes.starts(with: folder) ? Array(ref.bytes.dropFirst(folder.count)) : nil
}

private func scanBlob(_ id: ObjectID, _ scan: inout ChangeScan) throws(GitError) {
  var batch = try ObjectBatch(in: scan.repository)
  batch.request([id])
  guard case .object = try batch.next() else { throw GitError("object \(id) is missing") }
  scan.scanObject(&batch, path: Path("<blob \(id)>"), place: .content)
  try batch.finish()
}

/// - Parameter new: what the other side does not have.
private func scanTree(_ id: ObjectID, _ new: Set<ObjectID>, _ scan: inout ChangeScan) throws(GitError) {
  try eachTreePart(in: scan.repository, id) { (part) throws(GitError) in
    var part = part
    part.changes.removeAll { change in change.new.map { !new.contains($0) } ?? true }
    try scan.scan([part], try ObjectBatch(in: scan.repository), shownBelow: Path("<tree \(id)>"))
  }
}
