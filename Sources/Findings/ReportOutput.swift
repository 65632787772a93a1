// Where the findings of a run go: the reports that were asked for, or a list for a command that makes
// something else of them.

package protocol ReportOutput {
  associatedtype Failure: Error

  /// Findings taken so far, warnings not counted.
  var count: Int { get }

  /// - Parameter findings: in the order of reports; redacted.
  mutating func add(_ findings: [Finding]) throws(Failure)
  mutating func add(_ findings: [PolicyFinding]) throws(Failure)
  /// The table of an audit, before any finding.
  mutating func add(_ keys: [AuditedKey]) throws(Failure)
  mutating func finish(_ outcome: Outcome) throws(Failure)
}

/// Keeps the findings of a run.
package struct FindingList: ReportOutput {
  package private(set) var findings: [Finding] = []
  package private(set) var policyFindings: [PolicyFinding] = []

  package init() {}

  package var count: Int { findings.count + policyFindings.count { !$0.isWarning } }

  package mutating func add(_ findings: [Finding]) throws(Never) { self.findings += findings }
  package mutating func add(_ findings: [PolicyFinding]) throws(Never) { policyFindings += findings }
  package mutating func add(_ keys: [AuditedKey]) throws(Never) {}
  package mutating func finish(_ outcome: Outcome) throws(Never) {}
}
