// What the workers of a scan bring home, and how it becomes one ordered report.

package import Bytes
package import Detection
package import Findings
package import Platform

package struct ScanResults: Sendable {
  package var findings: [Finding] = []
  package var problems: [Problem] = []
  /// Its findings are those that an input has beyond those listed.
  package var summary = Summary()
  /// Whole keys by fingerprint, where they were asked for.
  package var keys: [String: [UInt8]] = [:]
  /// Findings that are not listed because there were too many in all.
  private var dropped = 0
  /// Where the last finding is that has room in a full report; nil while there is room.
  private(set) var end: Path?

  package init() {}

  /// Findings listed of one input. A file full of keys must not fill the memory.
  static let longestInput = 10_000
  /// Findings listed in all.
  private static let longestReport = 100_000

  mutating func add(_ finding: Finding) {
    findings.append(finding)
    if findings.count >= 2 * Self.longestReport { order() }
  }

  /// Counts a finding behind the end of a full report.
  mutating func drop() { dropped += 1 }

  package mutating func merge(_ other: ScanResults) {
    findings += other.findings
    problems += other.problems
    summary.files += other.summary.files
    summary.lines += other.summary.lines
    summary.entries += other.summary.entries
    summary.bytes += other.summary.bytes
    summary.objects += other.summary.objects
    summary.commits += other.summary.commits
    summary.findings += other.summary.findings
    dropped += other.dropped
    keys.merge(other.keys) { first, _ in first }
  }

  /// Puts everything in the order of reports, whatever order it was found in.
  package mutating func order() {
    findings.sort(by: Finding.precedes)
    var unique: [Finding] = []
    unique.reserveCapacity(findings.count)
    for finding in findings {
      if let last = unique.last, Finding.same(last, finding) { continue }
      unique.append(finding)
    }
    if unique.count > Self.longestReport {
      dropped += unique.count - Self.longestReport
      unique.removeLast(unique.count - Self.longestReport)
      end = unique.last?.path
    }
    findings = unique
    problems.sort(by: Problem.precedes)
    // A name that a rule gives up on is met at every file below it.
    var last: Problem?
    problems.removeAll { problem in
      defer { last = problem }
      return last.map { $0.path == problem.path && $0.message == problem.message } ?? false
    }
  }

  /// - Parameters:
  ///   - listed: findings that have been reported.
  ///   - isWhole: see `Policy.warnings`.
  package func outcome(listed: Int, seconds: Double, plan: ScanPlan, isWhole: Bool) -> Outcome {
    var summary = summary
    let policy = plan.policy
    summary.findings += listed + dropped
    summary.allowances = policy.passed
    summary.skipped = plan.skip.count + policy.ofSkipped.count
    summary.disabledRules = policy.disabled.reduce(into: [:]) { $0[$1] = policy.ofDisabled[$1] ?? 0 }
    summary.seconds = seconds
    var problems = problems
    if dropped > 0 {
      problems.append(
        Problem(path: "", message: "\(counted(dropped, "more finding")) found than can be listed; scan fewer files at a time"))
    }
    let isWhole = isWhole && problems.isEmpty
    var warnings = policy.warnings(isWhole: isWhole)
    // Where paths are judged afterwards the list kept none from being read.
    if isWhole && policy.skipped.isEmpty { warnings = (warnings + plan.unusedSkips).sorted(by: Problem.precedes) }
    return Outcome(summary: summary, problems: problems, warnings: warnings, rules: plan.options.rules)
  }
}
