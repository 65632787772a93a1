// One report on its way: its reporter, and where its bytes go.

import Detection
import Findings
import Platform
import Reporting
import Scanning

struct ReportSink {
  enum Target {
    case standardOutput
    /// Replaced when the report is whole. `name` is how errors call it, option included.
    case file(Path, name: String)
    /// GitHub's page of the step, which earlier steps have written to: it is appended to.
    case page(Path)
  }

  var reporter: any Reporter
  let target: Target
  /// What it is given can be forgotten at once, or nearly all.
  let isStreamed: Bool
  private var pending: [UInt8] = []

  init(_ reporter: any Reporter, to target: Target, isStreamed: Bool) {
    self.reporter = reporter
    self.target = target
    self.isStreamed = isStreamed
  }

  /// Writes a preliminary report that says the run has not finished. If the run is killed or crashes, this report is
  /// left, and not an older one that may look clean. Also finds out early whether the file can be written.
  ///
  /// - Throws: `ExitStatus.failed`, after saying why, when there can be no report.
  func begin() throws(ExitStatus) {
    guard case .file(let path, let name) = target else { return }
    if let obstacle = obstacle(toFileAt: path) { throw Console.fail("\(name): \(obstacle)") }
    var reporter = reporter
    let problem = Problem(
      path: "",
      message: "this run has not finished, or was stopped before it could: its result is unknown; run it again")
    let outcome = Outcome(summary: Summary(), problems: [problem], rules: .builtIn())
    try replace(path, name, with: reporter.finish(outcome))
  }

  mutating func add(_ bytes: [UInt8]) throws(ExitStatus) {
    pending += bytes
    if pending.count > 65_536 { try flush() }
  }

  mutating func flush() throws(ExitStatus) {
    guard case .standardOutput = target, !pending.isEmpty else { return }
    try Console.write(pending)
    pending.removeAll(keepingCapacity: true)
  }

  mutating func finish(_ outcome: Outcome) throws(ExitStatus) {
    pending += reporter.finish(outcome)
    switch target {
    case .standardOutput: try flush()
    case .file(let path, let name): try replace(path, name, with: pending)
    case .page(let path):
      do throws(SystemError) {
        let file = try Descriptor.open(
          path, flags: Descriptor.toAppend, mode: 0o666)
        try writeAll(pending, to: file.number)
      } catch {
        throw Console.fail(
          "GITHUB_STEP_SUMMARY: \(String(decoding: path.bytes, as: UTF8.self)): cannot be written: "
            + "\(error.call): \(error); unset it to go without"
        )
      }
    }
  }

  private func replace(_ path: Path, _ name: String, with bytes: [UInt8]) throws(ExitStatus) {
    do throws(SystemError) { try writeAtomically(bytes, to: path) } catch {
      throw Console.fail("\(name): \(error.call): \(error)")
    }
  }
}
