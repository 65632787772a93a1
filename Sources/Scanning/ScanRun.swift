// One run of a command, from what it goes by to its outcome. Every command that scans goes through it, so
// that none can leave out the settings, the rules, the allow-list or the redaction of what it prints:
//
//     var run = ScanRun(plan, into: reports)
//     run.add(scanTree(…))            // any number of inputs, in any order
//     let outcome = try run.finish(isWhole: true)
//
// `finish` puts the findings in order, judges them, hands those that count to the reports, and closes the
// reports with the outcome.

package import Findings
import Platform

package struct ScanRun<Output: ReportOutput> {
  /// What the run goes by. Its policy counts what was let pass.
  package var plan: ScanPlan
  package private(set) var output: Output
  /// What was found and is not in the reports yet.
  private var results = ScanResults()
  private let started = monotonicSeconds()

  package init(_ plan: ScanPlan, into output: Output) {
    self.plan = plan
    self.output = output
  }

  /// Adds what an input came to.
  package mutating func add(_ share: ScanResults) { results.merge(share) }

  /// Adds a problem: something that was asked for could not be scanned.
  package mutating func add(_ problem: Problem) { results.problems.append(problem) }

  /// Reports what a check of the repository itself found, at once.
  package mutating func report(_ findings: [PolicyFinding], extent: CoverageExtent?) throws(Output.Failure) {
    results.summary.coverage = extent
    try output.add(findings)
  }

  /// Judges and reports findings of an input that is still arriving, and takes them out of `share`.
  package mutating func reportNow(_ share: inout ScanResults) throws(Output.Failure) {
    plan.judge(&share)
    let findings = share.findings
    share.findings.removeAll()
    try output.add(findings)
  }

  /// The end of the run: see above.
  ///
  /// - Parameters:
  ///   - isWhole: the whole working tree was scanned, so that what matched nothing is not needed.
  ///   - examine: may add to the findings that count, before they are reported.
  package mutating func finish(
    isWhole: Bool, examine: (inout ScanResults) -> Void = { _ in }
  ) throws(Output.Failure) -> Conclusion {
    results.order()
    let found = Set(results.findings.map(\.fingerprint))
    plan.judge(&results)
    let passed = found.subtracting(results.findings.map(\.fingerprint))
    examine(&results)
    if let audited = results.audited { try output.add(audited) }
    try output.add(plan.policy.judge(results.policyFindings))
    try output.add(results.findings)
    results.summary.codeWarnings = results.code.count { $0.isWarning }
    try output.add(results.code)
    let outcome = results.outcome(
      listed: output.count, seconds: monotonicSeconds() - started, plan: plan, isWhole: isWhole)
    try output.finish(outcome)
    return Conclusion(outcome: outcome, keys: results.keys, passed: passed)
  }

  package struct Conclusion {
    package let outcome: Outcome
    /// Whole keys by fingerprint, where they were asked for.
    package let keys: [String: [UInt8]]
    /// Fingerprints whose findings were all let pass.
    package let passed: Set<String>
  }
}
