// Lints what the next commit changes. A finding whose line the file had before is not new.

import Findings
package import GitCommand
package import GitStore
import Linting
import Platform

/// Lints the files that the index changes; of what is found, what is on new lines.
///
/// - Parameter merged: commits that a merge under way brings in, where git has not noted them yet.
package func lintStaged(
  in repository: GitRepository, _ options: ContentOptions, merged: [ObjectID] = [], skipping: SkipList.Skipping? = nil
) -> ScanResults {
  var scanner = ContentScanner(options)
  var results = ScanResults()
  do throws(GitError) {
    let staged = try stagedChanges(in: repository, merged: merged).without(skipping, counts: false)
    let changes = staged.changes.filter { $0.new != nil && !$0.isLink && scanner.mayLint($0.path) }
    if changes.isEmpty { return results }
    let found = try lint(in: repository, changes.map { ($0.new!, $0.path) }, &scanner, notes: &results.unlinted)
    // Only files with findings are compared with what they were, and with what was taken out elsewhere.
    if found.allSatisfy(\.isEmpty) { return results }
    let all = staged.changes.filter { !$0.isLink && scanner.mayLint($0.path) }
    // Where the old version was too large, each line of the new one is new.
    var ofOld: [Problem] = []
    let before = try lint(
      in: repository, all.flatMap { change in change.old.map { ($0, change.path) } }, &scanner, notes: &ofOld)
    var known: [LintedLine: Int] = [:]
    for finding in before.joined() { known[LintedLine(finding), default: 0] += 1 }
    for finding in found.joined() {
      let line = LintedLine(finding)
      if let count = known[line], count > 0 {
        known[line] = count - 1
        continue
      }
      results.code.append(finding)
    }
    results.summary.files = changes.count
  } catch {
    results.problems.append(scanner.problem("", explained(error)))
  }
  return results
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
  in repository: GitRepository, _ blobs: [(id: ObjectID, path: Path)], _ scanner: inout ContentScanner,
  notes: inout [Problem]
) throws(GitError) -> [[PolicyFinding]] {
  var batch = try ObjectBatch(in: repository)
  batch.request(blobs.lazy.map(\.id))
  var found: [[PolicyFinding]] = []
  for (_, path) in blobs {
    guard case .object(_, let kind, let size) = try batch.next(), kind == "blob", size <= Linter.longestFile else {
      if scanner.isCode(path) {
        notes.append(scanner.problem(path, "not linted: no more than 8 MB of a file are read; is it code?"))
      }
      found.append([])
      continue
    }
    let bytes = try batch.readStart(size)
    var results = ScanResults()
    bytes.withUnsafeBytes { scanner.lint($0, path: path, into: &results) }
    found.append(results.code)
  }
  try batch.finish()
  return found
}
