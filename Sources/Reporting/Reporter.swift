// The plug point of the report formats: a reporter is given the findings in order, then the end, and
// answers with bytes.

public import Detection
import POSIX

/// What a run came to besides its findings.
public struct Outcome: Sendable {
  public let summary: Summary
  /// In order; redacted.
  public let problems: [Problem]
  /// Everything that was asked for was read to its end.
  public var isComplete: Bool { problems.isEmpty }

  /// The one place where problems become fit to show: a path or a message may quote an argument, a
  /// file name or git's words, and any of them may hold a key.
  public init(summary: Summary, problems: [Problem], rules: RuleSet) {
    var scanner = Scanner(rules: rules, purpose: .redaction)
    self.summary = summary
    self.problems = problems.map { problem in
      Problem(
        path: Path(scanner.redacted(problem.path.bytes)),
        message: String(decoding: scanner.redacted(Array(problem.message.utf8)), as: UTF8.self))
    }
  }
}

public protocol Reporter {
  /// The bytes that this finding adds to the report.
  mutating func report(_ finding: Finding) -> [UInt8]
  mutating func report(_ finding: PolicyFinding) -> [UInt8]
  /// The bytes that close the report.
  mutating func finish(_ outcome: Outcome) -> [UInt8]
}

/// A report format of the command line.
public enum ReportFormat: String, CaseIterable, Sendable {
  case text, json, jsonl

  /// Whether a finding is in the report as soon as it is given to the reporter.
  public var isStreamed: Bool { self != .json }

  public func reporter(style: TextStyle) -> any Reporter {
    switch self {
    case .text: TextReporter(style: style)
    case .json: JSONReporter()
    case .jsonl: JSONLinesReporter()
    }
  }
}

/// The name and version that reports give.
public enum Tool {
  public static let name = "hopxguard"
  public static let version = "0.1.0"
}
