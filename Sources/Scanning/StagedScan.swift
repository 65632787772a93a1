// `scan --staged`: what the next commit would add.

package import Detection
package import GitCommand
package import Platform

/// Scans what the index adds to HEAD.
///
/// - Parameter merged: commits that a merge under way brings in, where git has not noted them yet.
package func scanStaged(
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
