// `scan --staged`: what the next commit would add.

import Detection
package import GitCommand
package import GitStore
import Platform

/// Scans what the index adds to HEAD.
///
/// - Parameter merged: commits that a merge under way brings in, where git has not noted them yet.
package func scanStaged(
  in repository: GitRepository, _ options: ContentOptions, merged: [ObjectID] = [], skipping: SkipList.Skipping? = nil
) -> ScanResults {
  var scan = ChangeScan(in: repository, options, skipping: skipping)
  do throws(GitError) {
    // Started first: git gets ready to hand out objects while it compares the index.
    let batch = try ObjectBatch(in: repository)
    let staged = try stagedChanges(in: repository, merged: merged)
    try scan.scan([staged], batch)
  } catch {
    scan.addProblem(explained(error))
  }
  return scan.results
}
