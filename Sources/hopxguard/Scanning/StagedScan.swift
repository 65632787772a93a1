// `scan --staged`: what the next commit would add.

import Detection
import Git
import POSIX
import Reporting

/// Scans what the index adds to HEAD.
///
/// - Parameter merged: commits that a merge under way brings in, where git has not noted them yet.
func scanStaged(
  _ options: ContentOptions, merged: [String] = [], skipping: SkipList.Skipping? = nil
) -> ScanResults {
  var scan = ChangeScan(options, skipping: skipping)
  do throws(GitError) {
    // Started first: git gets ready to hand out objects while it compares the index.
    let batch = try ObjectBatch()
    let staged = try stagedChanges(merged: merged)
    try scan.scan([staged], batch)
  } catch {
    scan.addProblem(explained(error))
  }
  return scan.scanner.results
}

/// git's words, and the way out where they do not tell it.
///
/// - Parameter elsewhere: what works outside of a repository.
func explained(_ error: GitError, elsewhere: String = "; `hopxguard scan PATH` needs none") -> String {
  if error.reason.contains("dubious ownership") {
    return error.reason
      + " (the repository belongs to another user; if you trust it, git config --global --add safe.directory names it)"
  }
  if error.reason.contains("not a git repository") {
    return "not in a git repository: go to one\(elsewhere)"
  }
  let noCommit =
    "there is no such commit here; is it spelt right? if it is, git fetch gets it, git fetch --unshallow in a shallow clone"
  // Who asks about one revision names it.
  if error.reason.contains("Needed a single revision") { return noCommit }
  if error.reason.contains("bad revision") { return "\(error.reason): \(noCommit)" }
  return error.reason
}
