// The interface of report formats: a reporter receives the findings in order, then the end, and returns bytes.

import CVersion
package import Findings
import Platform
import Rules

package protocol Reporter {
  /// The bytes that this finding adds to the report.
  mutating func report(_ finding: Finding) -> [UInt8]
  mutating func report(_ finding: PolicyFinding) -> [UInt8]
  /// The bytes that findings add which come together: all of a run, or what an input that is still arriving has
  /// brought since the last ones.
  mutating func report(_ findings: [Finding]) -> [UInt8]
  /// The keys of an audit, before any finding.
  mutating func report(_ keys: [AuditedKey]) -> [UInt8]
  /// The bytes that close the report.
  mutating func finish(_ outcome: Outcome) -> [UInt8]
  /// What a person has to know of the report once it is closed: that a reader's limits cut it.
  var remark: String? { get }
}

extension Reporter {
  package var remark: String? { nil }

  package mutating func report(_ findings: [Finding]) -> [UInt8] {
    var bytes: [UInt8] = []
    for finding in findings { bytes += report(finding) }
    return bytes
  }
  package mutating func report(_ keys: [AuditedKey]) -> [UInt8] { [] }
}

/// A report format of the command line.
package enum ReportFormat: String, CaseIterable, Sendable {
  case text, json, jsonl, sarif, gitlab, junit, github, html

  /// Whether a finding is in the report as soon as it is given to the reporter.
  package var isStreamed: Bool {
    switch self {
    case .text, .jsonl, .github: true
    case .json, .sarif, .gitlab, .junit, .html: false
    }
  }

  /// Whether its columns count UTF-16 code units.
  package var readsText: Bool { self == .sarif || self == .github }

  /// Whether it contains hashes of lines, which cost a step for every byte of a file with findings.
  package var hashesLines: Bool { self == .sarif }

  /// - Parameters:
  ///   - isFile: the report is read by itself, without what goes to standard error.
  ///   - columns: of the terminal that shows it; nil when there is none.
  ///   - places: of one key that a report for people shows.
  package func reporter(
    style: TextStyle, isFile: Bool = false, columns: Int? = nil, places: Int = usualPlaces
  ) -> any Reporter {
    switch self {
    case .text: TextReporter(style: style, isFile: isFile, columns: columns, places: places)
    case .json: JSONReporter()
    case .jsonl: JSONLinesReporter()
    case .sarif: SARIFReporter()
    case .gitlab: GitLabReporter()
    case .junit: JUnitReporter()
    case .github: GitHubReporter()
    case .html: HTMLReporter()
    }
  }
}

/// Places of one key that a report for people shows.
package let usualPlaces = 10

/// The tool's name and version in reports.
package enum Tool {
  package static let name = "hopxguard"
  /// `MAJOR.MINOR.PATCH`.
  package static let version: String = {
    var length = 0
    let text = cversion_number(&length)
    return String(decoding: UnsafeRawBufferPointer(start: text, count: length), as: UTF8.self)
  }()
  /// The commit that this binary was built from; nil where the build was not told.
  package static let commit: String? = cversion_commit().map { String(cString: $0) }
  /// Where a report's reader finds more about keys.
  static let informationAddress = "https://docs.hopx.ai"
}
