// Passes findings to the reporters, and their bytes to standard output at once, or to files at the end.

import Findings
import Platform
import Reporting

struct ReportWriter: ReportOutput {
  private var sinks: [ReportSink]
  /// Findings reported.
  private(set) var count = 0
  /// Warnings reported, which are no findings.
  private(set) var warnings = 0
  private(set) var keys = KeyTally()

  /// - Throws: `ExitStatus.failed`, after saying why, when a report could not go where it shall.
  init(_ sinks: [ReportSink]) throws(ExitStatus) {
    self.sinks = sinks
    for sink in sinks { try sink.begin() }
  }

  /// Every report is made as the findings come, so that there may be any number of them.
  var isStreamed: Bool { sinks.allSatisfy(\.isStreamed) }

  /// What a person has to know of the reports.
  var remarks: [String] { sinks.compactMap(\.reporter.remark) }

  mutating func add(_ findings: [Finding]) throws(ExitStatus) {
    for index in sinks.indices { try sinks[index].add(sinks[index].reporter.report(findings)) }
    for finding in findings { keys.add(finding) }
    count += findings.count
    try flush()
  }

  mutating func add(_ findings: [PolicyFinding]) throws(ExitStatus) {
    for finding in findings {
      for index in sinks.indices { try sinks[index].add(sinks[index].reporter.report(finding)) }
      if finding.isWarning { warnings += 1 } else { count += 1 }
    }
    try flush()
  }

  mutating func add(_ keys: [AuditedKey]) throws(ExitStatus) {
    for index in sinks.indices { try sinks[index].add(sinks[index].reporter.report(keys)) }
    try flush()
  }

  mutating func finish(_ outcome: Outcome) throws(ExitStatus) {
    for index in sinks.indices { try sinks[index].finish(outcome) }
  }

  private mutating func flush() throws(ExitStatus) {
    for index in sinks.indices { try sinks[index].flush() }
  }
}
