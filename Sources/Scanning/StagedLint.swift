// Lints what the next commit changes. A finding whose line the file had before is not new.

package import Findings
import GitCommand
import GitStore
import Linting
package import Platform

/// Lints the files that the index changes; of what is found, what is on new lines.
///
/// - Parameter merged: commits that a merge under way brings in, where git has not noted them yet.
package func lintStaged(
  _ options: ContentOptions, merged: [String] = [], skipping: SkipList.Skipping? = nil
) -> ScanResults {
  var scanner = ContentScanner(options)
  do throws(GitError) {
    let staged = try stagedChanges(merged: merged).without(skipping)
    let changes = staged.changes.filter { $0.new != nil && !$0.isLink && scanner.mayLint($0.path) }
    if changes.isEmpty { return scanner.results }
    let found = try lint(changes.map { ($0.new!, $0.path) }, &scanner)
    // Only files with findings are compared with what they were, and with what was taken out elsewhere.
    if found.allSatisfy(\.isEmpty) { return ScanResults() }
    let all = staged.changes.filter { !$0.isLink && scanner.mayLint($0.path) }
    let before = try lint(all.flatMap { change in change.old.map { ($0, change.path) } }, &scanner)
    var known: [LintedLine: Int] = [:]
    for finding in before.joined() { known[LintedLine(finding), default: 0] += 1 }
    var results = ScanResults()
    for finding in found.joined() {
      let line = LintedLine(finding)
      if let count = known[line], count > 0 {
        known[line] = count - 1
        continue
      }
      results.code.append(finding)
    }
    results.summary.files = changes.count
    return results
  } catch {
    scanner.addProblem("", explained(error))
  }
  return scanner.results
}

/// A finding wherever its line is: lines move, and so do files.
private struct LintedLine: Hashable {
  let rule: String
  let text: [UInt8]

  init(_ finding: PolicyFinding) {
    rule = finding.rule
    text = finding.text
  }
}

/// What is found in each of these blobs.
private func lint(
  _ blobs: [(id: String, path: Path)], _ scanner: inout ContentScanner
) throws(GitError) -> [[PolicyFinding]] {
  var batch = try ObjectBatch()
  batch.request(blobs.lazy.map(\.id))
  var found: [[PolicyFinding]] = []
  for (_, path) in blobs {
    guard case .object(_, let kind, let size) = try batch.next(), kind == "blob", size <= Linter.longestFile else {
      found.append([])
      continue
    }
    let bytes = try batch.readStart(size)
    scanner.results.code.removeAll()
    bytes.withUnsafeBytes { scanner.lint($0, path: path) }
    found.append(scanner.results.code)
  }
  try batch.finish()
  scanner.results.code.removeAll()
  return found
}
