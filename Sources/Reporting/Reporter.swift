// The plug point of the report formats: a reporter is given the findings in order, then the end, and
// answers with bytes.

/// What a run came to besides its findings.
public struct Outcome: Sendable {
  public var summary: Summary
  /// In order.
  public var problems: [Problem]
  /// Everything that was asked for was read to its end.
  public var isComplete: Bool { problems.isEmpty }

  public init(summary: Summary, problems: [Problem]) {
    self.summary = summary
    self.problems = problems
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
