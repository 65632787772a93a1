// The plan of a scan, from the command line, the environment and the project's settings: rules and limits, skipped
// paths, and findings that do not count.

package import Findings
package import GitCommand
package import GitStore
import Platform

package struct ScanPlan {
  package var options: ContentOptions
  package var policy: Policy
  /// A file in a format that nothing here opens makes the scan incomplete.
  package var failsUnopened = false
  /// Paths that are left alone where a scan meets them.
  package var skip = SkipList([])
  /// The patterns of `skip`, in order, with their lines in the settings.
  package var skipPatterns: [(text: String, line: Int)] = []
  /// What warnings call the settings' file.
  package var settingsName: String
  /// Where git is asked about comments.
  package let repository: GitRepository
  /// The commit that comments have to be in too, when allowances are taken from a revision.
  package var trustedCommit: ObjectID?

  package init(in repository: GitRepository, options: ContentOptions, policy: Policy, settingsName: String) {
    self.repository = repository
    self.options = options
    self.policy = policy
    self.settingsName = settingsName
  }

  /// Skips by path only when findings are judged: for inputs without a working tree, such as a diff.
  package mutating func skipByFinding() { policy.skipped = skipPatterns.map { PathGlob($0.text) } }

  /// Removes from the results what does not count.
  package mutating func judge(_ results: inout ScanResults) {
    if let commit = trustedCommit {
      results.problems += confirmComments(in: repository, &results.findings, at: commit, options)
      results.problems += confirmComments(in: repository, code: &results.code, at: commit, options)
    }
    results.findings = policy.judge(results.findings)
    results.code = policy.judge(code: results.code)
    guard policy.honoursComments else { return }
    for finding in commentedLater(in: repository, results.findings, options) {
      policy.noteLaterComment(finding)
    }
  }

  /// Warnings about patterns of `skip` that skipped nothing in a scan of the whole tree.
  var unusedSkips: [Problem] {
    let unused = skip.unused
    let used = skipPatterns.indices.filter { !unused.contains($0) }.map { PathGlob(skipPatterns[$0].text) }
    return unused.filter { number in
      // What is below a folder that another pattern skips as a whole was not met.
      !used.contains { $0.takes(Path(skipPatterns[number].text)) }
    }.map { number in
      let (text, line) = skipPatterns[number]
      return Problem(
        path: Path(settingsName), line: line,
        message: "skip '\(text)' matches nothing: remove it if it is no longer needed")
    }
  }
}
