// `scan --range` and `--since`: what each commit of a range adds, its message, and the annotated tags
// that point into the range.

import Detection
import Git
import POSIX
import Reporting

/// - Parameter mayBeEmpty: a range without a commit is no error, as in a push that brings nothing new.
func scanRange(_ range: CommitRange, _ rules: RuleSet, mayBeEmpty: Bool = false) -> ScanResults {
  var scan = ChangeScan(rules: rules)
  do throws(GitError) {
    let batch = try ObjectBatch()
    let changes = try changes(in: range)
    if changes.commits.isEmpty && !mayBeEmpty {
      scan.addProblem(
        "the range \(range.name) holds no commit; is it the right way round, and is the base fetched?")
    }
    if !changes.cut.isEmpty {
      scan.addProblem(
        "\(counted(changes.cut.count, "commit")) of the range came without parents, so what they add cannot be told; "
          + unshallow)
    }
    let commits = try scanTexts(changes, &scan)
    for set in changes.sets { scan.scanNames(set, commit: set.commit.flatMap { commits[$0] }) }
    try scan.scanNewBlobs(changes.sets, batch)
    try scan.report(changes.sets) { commits[$0] }
    scan.addCommits(changes.commits.count)
  } catch {
    scan.addProblem(explained(error))
  }
  return scan.scanner.results
}

/// Scans the commits themselves and the tags.
///
/// - Returns: what reports tell of each commit.
private func scanTexts(
  _ changes: RangeChanges, _ scan: inout ChangeScan
) throws(GitError) -> [String: CommitInfo] {
  var commits: [String: CommitInfo] = [:]
  if changes.commits.isEmpty { return commits }
  var batch = try ObjectBatch()
  batch.request(changes.commits + changes.tags)
  for id in changes.commits {
    guard case .object = try batch.next() else { throw GitError("commit \(id) is missing") }
    let object = try batch.readAll(limit: longestText)
    let header = object.withUnsafeBytes { CommitHeader($0, id.utf8.count == 64 ? .sha256 : .sha1) }
    guard let header else { throw GitError("commit \(id) is broken") }
    let info = CommitInfo(
      id: id, author: scan.redacted(header.author.person), date: utcDate(header.author.seconds))
    commits[id] = info
    scan.scanText(object, path: Path("<commit \(id)>"), commit: info)
  }
  for id in changes.tags {
    guard case .object = try batch.next() else { throw GitError("tag \(id) is missing") }
    scan.scanText(try batch.readAll(limit: longestText), path: Path("<tag \(id)>"), commit: nil)
  }
  try batch.finish()
  return commits
}

/// Bytes of a commit or a tag that are read into memory.
private let longestText = 256 << 20
