// The results of a scan's workers, and how they become one ordered report.

import Archives
import Bytes
import Detection
package import Findings
import Platform

package struct ScanResults: Sendable {
  package var findings: [Finding] = []
  package var problems: [Problem] = []
  /// What was found in code.
  package var code: [PolicyFinding] = []
  /// Code that was not linted because it is too large; redacted.
  var unlinted: [Problem] = []
  /// Its findings are those that an input has beyond those listed.
  package var summary = Summary()
  /// Whole keys by fingerprint, where they were asked for.
  package var keys: [String: [UInt8]] = [:]
  /// The first commit of each key, by fingerprint, where histories were read along with files.
  package private(set) var origins: [String: CommitInfo] = [:]
  /// What an audit has to say about the keys; nil without one.
  package var audited: [AuditedKey]?
  package var policyFindings: [PolicyFinding] = []
  /// Formats that nothing here opens: how many of each were met, and the first by path.
  private(set) var unopened: [UnopenedFormat: (count: Int, first: Path)] = [:]
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
    limit()
  }

  /// Leaves no more findings than a report lists, once there are twice as many.
  mutating func limit() {
    if findings.count >= 2 * Self.longestReport { order() }
  }

  /// Counts a finding beyond the end of a full report.
  mutating func drop() { dropped += 1 }

  mutating func noteUnopened(_ format: UnopenedFormat, _ path: Path) { note(format, 1, path) }

  private mutating func note(_ format: UnopenedFormat, _ count: Int, _ path: Path) {
    let known = unopened[format] ?? (0, path)
    // The same in every run, in whatever order the workers come.
    let first = path.bytes.lexicographicallyPrecedes(known.first.bytes) ? path : known.first
    unopened[format] = (known.count + count, first)
  }

  /// Notes when keys first were in a history.
  mutating func noteOrigins(_ findings: [Finding]) {
    for finding in findings {
      guard let commit = finding.commit else { continue }
      note(origin: commit, of: finding.fingerprint)
    }
  }

  private mutating func note(origin commit: CommitInfo, of key: String) {
    if let known = origins[key], known.date <= commit.date { return }
    origins[key] = commit
  }

  package mutating func merge(_ other: ScanResults) {
    for (key, commit) in other.origins { note(origin: commit, of: key) }
    policyFindings += other.policyFindings
    for (format, met) in other.unopened { note(format, met.count, met.first) }

    findings += other.findings
    problems += other.problems
    code += other.code
    unlinted += other.unlinted
    summary.files += other.summary.files
    summary.lines += other.summary.lines
    summary.entries += other.summary.entries
    summary.bytes += other.summary.bytes
    summary.objects += other.summary.objects
    summary.commits += other.summary.commits
    summary.findings += other.summary.findings
    summary.unreadStores.formUnion(other.summary.unreadStores)
    summary.hidden.merge(other.summary.hidden, uniquingKeysWith: +)
    dropped += other.dropped
    keys.merge(other.keys) { first, _ in first }
  }

  /// These results without findings of what `others` have at the same path.
  func without(_ others: [Finding]) -> ScanResults {
    let known = Set(others.map(KeyPlace.init))
    var rest = self
    rest.findings.removeAll { known.contains(KeyPlace($0)) }
    return rest
  }

  private struct KeyPlace: Hashable {
    let path: Path
    let place: Finding.Place
    let rule: String
    let fingerprint: String

    init(_ finding: Finding) {
      (path, place, rule, fingerprint) = (finding.path, finding.place, finding.rule, finding.fingerprint)
    }
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
    code.sort(by: PolicyFinding.precedes)
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
        Problem(
          path: "", message: "\(counted(dropped, "more finding")) found than can be listed; scan fewer files at a time")
      )
    }
    if plan.failsUnopened { problems = (problems + unopenedProblems).sorted(by: Problem.precedes) }
    let isWhole = isWhole && problems.isEmpty
    var warnings = policy.warnings(isWhole: isWhole)
    warnings = (warnings + unlinted).sorted(by: Problem.precedes)
    if !plan.failsUnopened { warnings = (warnings + unopenedProblems).sorted(by: Problem.precedes) }
    // Where paths are judged afterwards the list kept none from being read.
    if isWhole && policy.skipped.isEmpty { warnings = (warnings + plan.unusedSkips).sorted(by: Problem.precedes) }
    return Outcome(summary: summary, problems: problems, warnings: warnings, rules: plan.options.rules)
  }

  private var unopenedProblems: [Problem] {
    unopened.map { format, met in
      let others = met.count == 1 ? "" : ", as are \(counted(met.count - 1, "other"))"
      return Problem(
        path: met.first,
        message: "not opened: it is \(format.name), which nothing here opens\(others); \(ArchiveBudget.wayOut)")
    }
  }
}
