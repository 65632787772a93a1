// `--format`: what a report looks like, and where it goes.

import ArgumentParser
import Platform
import Reporting

/// `FORMAT`, or `FORMAT=FILE`.
struct ReportTarget: ExpressibleByArgument, Sendable {
  let format: ReportFormat
  /// nil for standard output, or where --output says.
  var file: String?

  init(format: ReportFormat, file: String?) {
    self.format = format
    self.file = file
  }

  init?(argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard let format = ReportFormat(rawValue: String(parts[0])) else { return nil }
    self.init(format: format, file: parts.count == 2 ? String(parts[1]) : nil)
  }

  static var allValueStrings: [String] { ReportFormat.allCases.map(\.rawValue) }

  static var defaultCompletionKind: CompletionKind { .list(allValueStrings) }
}
