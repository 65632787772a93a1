// Gives findings to the reporter and the reporter's bytes to standard output as they come, or to
// a file once they are all there.

import POSIX
import Reporting

struct ReportWriter {
  private var reporter: any Reporter
  private let output: Path?
  private var pending: [UInt8] = []
  /// Findings reported.
  private(set) var count = 0
  /// Warnings reported, which are no findings.
  private(set) var warnings = 0
  /// The rules they are of.
  private(set) var rules: Set<String> = []

  /// - Parameter output: the report's file; nil for standard output.
  init(reporter: any Reporter, output: Path?) {
    self.reporter = reporter
    self.output = output
  }

  mutating func add(_ findings: [Finding]) throws(ExitStatus) {
    for finding in findings {
      pending += reporter.report(finding)
      count += 1
      rules.insert(finding.rule)
      if pending.count > 65_536 { try flush() }
    }
    try flush()
  }

  mutating func add(_ findings: [PolicyFinding]) throws(ExitStatus) {
    for finding in findings {
      pending += reporter.report(finding)
      if finding.isWarning { warnings += 1 } else { count += 1 }
    }
    try flush()
  }

  mutating func finish(_ outcome: Outcome) throws(ExitStatus) {
    pending += reporter.finish(outcome)
    try flush()
    guard let output else { return }
    do throws(SystemError) { try writeReport(pending, at: output) } catch {
      let name = String(decoding: output.bytes, as: UTF8.self)
      throw Console.fail("--output \(name): \(error.call): \(error)")
    }
  }

  private mutating func flush() throws(ExitStatus) {
    if output != nil || pending.isEmpty { return }
    try Console.write(pending)
    pending.removeAll(keepingCapacity: true)
  }
}
