// `scan --range` and `--since`: what each commit of a range adds, its message, and the annotated tags
// that point into the range.

import Detection
import Git
import POSIX
import Reporting

/// - Parameter tips: what a push brings, IDs of objects of any kind. Then a range without a commit is
///   no error: it may bring nothing new, or a tag alone.
func scanRange(_ range: CommitRange, tips: [String] = [], _ rules: RuleSet) -> ScanResults {
  var scan = ChangeScan(rules: rules)
  do throws(GitError) {
    let batch = try ObjectBatch()
    let changes = try changes(in: range)
    if changes.commits.isEmpty && tips.isEmpty {
      scan.addProblem(
        "the range \(range.name) holds no commit; is it the right way round, and is the base fetched?")
    }
    if !changes.cut.isEmpty {
      scan.addProblem(
        "\(counted(changes.cut.count, "commit")) of the range came without parents, so what they add cannot be told; "
          + unshallow)
    }
    let commits = try scanTexts(changes, &scan)
    // Of a push the tags that are pushed; else those that point into the range.
    try scanTips(tips.isEmpty ? changes.tags : tips, &scan)
    for set in changes.sets { scan.scanNames(set, commit: set.commit.flatMap { commits[$0] }) }
    try scan.scanNewBlobs(changes.sets, batch)
    try scan.report(changes.sets) { commits[$0] }
    scan.addCommits(changes.commits.count)
  } catch {
    scan.addProblem(explained(error))
  }
  return scan.scanner.results
}

/// Scans the commits themselves.
///
/// - Returns: what reports tell of each commit.
private func scanTexts(
  _ changes: RangeChanges, _ scan: inout ChangeScan
) throws(GitError) -> [String: CommitInfo] {
  var commits: [String: CommitInfo] = [:]
  if changes.commits.isEmpty { return commits }
  var batch = try ObjectBatch()
  batch.request(changes.commits)
  for id in changes.commits {
    guard case .object = try batch.next() else { throw GitError("commit \(id) is missing") }
    let object = try batch.readAll(limit: longestText)
    let header = object.withUnsafeBytes { CommitHeader($0, id.utf8.count == 64 ? .sha256 : .sha1) }
    guard let header else { throw GitError("commit \(id) is broken") }
    let info = CommitInfo(
      id: id, author: scan.redacted(header.author.person), date: utcDate(header.author.seconds))
    commits[id] = info
    scan.scanCommit(object, info)
  }
  try batch.finish()
  return commits
}

/// Scans what is pushed besides commits: tags, tags of tags, and blobs that a ref points to.
private func scanTips(_ tips: [String], _ scan: inout ChangeScan) throws(GitError) {
  var seen: Set<String> = []
  var wanted = tips
  while !wanted.isEmpty {
    let round = wanted.filter { seen.insert($0).inserted }
    wanted = []
    if round.isEmpty { return }
    var batch = try ObjectBatch()
    batch.request(round)
    for id in round {
      guard case .object(let kind, _) = try batch.next() else { throw GitError("object \(id) is missing") }
      switch kind {
      case "tag":
        let object = try batch.readAll(limit: longestText)
        scan.scanText(object, path: Path("<tag \(id)>"), place: .tag)
        let target = object.split(separator: 0x0A).first.map { String(decoding: $0.dropFirst(7), as: UTF8.self) }
        if let target { wanted.append(target) }
      case "blob":
        scan.scanText(try batch.readAll(limit: longestText), path: Path("<blob \(id)>"), place: .content)
      case "tree":
        scan.addProblem("a ref is to point to the tree \(id); only commits, tags and files can be scanned")
      default: break
      }
    }
    try batch.finish()
  }
}

/// Bytes of a commit or a tag that are read into memory.
private let longestText = 256 << 20
