// The plug point of the report formats: a reporter is given the findings in order, then the end, and
// answers with bytes.

public import Detection
import POSIX

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// What a run came to besides its findings.
public struct Outcome: Sendable {
  public let summary: Summary
  /// In order; redacted.
  public let problems: [Problem]
  /// What was looked for.
  public let rules: [Rule]
  /// When it was over, in seconds since 1970.
  public let ended: Int
  /// What is wrong with the settings and leaves the exit code alone, in order; redacted.
  public let warnings: [Problem]
  /// Everything that was asked for was read to its end.
  public var isComplete: Bool { problems.isEmpty }

  /// The one place where problems become fit to show: a path or a message may quote an argument, a
  /// file name or git's words, and any of them may hold a key.
  public init(summary: Summary, problems: [Problem], warnings: [Problem] = [], rules: RuleSet) {
    var scanner = Scanner(rules: rules, purpose: .redaction)
    self.summary = summary
    self.rules = rules.rules
    ended = time(nil)
    self.problems = problems.map { $0.redacted(by: &scanner) }
    self.warnings = warnings.map { $0.redacted(by: &scanner) }
  }
}

extension Problem {
  fileprivate func redacted(by scanner: inout Scanner) -> Problem {
    Problem(
      path: Path(scanner.redacted(path.bytes)), line: line,
      message: String(decoding: scanner.redacted(Array(message.utf8)), as: UTF8.self))
  }
}

public protocol Reporter {
  /// The bytes that this finding adds to the report.
  mutating func report(_ finding: Finding) -> [UInt8]
  mutating func report(_ finding: PolicyFinding) -> [UInt8]
  /// The bytes that close the report.
  mutating func finish(_ outcome: Outcome) -> [UInt8]
  /// What a person has to know of the report once it is closed: that a reader's limits cut it.
  var remark: String? { get }
}

extension Reporter {
  public var remark: String? { nil }
}

/// A report format of the command line.
public enum ReportFormat: String, CaseIterable, Sendable {
  case text, json, jsonl, sarif, gitlab, junit, github

  /// Whether a finding is in the report as soon as it is given to the reporter.
  public var isStreamed: Bool {
    switch self {
    case .text, .jsonl, .github: true
    case .json, .sarif, .gitlab, .junit: false
    }
  }

  /// Whether it gives places in UTF-16 code units.
  public var readsText: Bool { self == .sarif || self == .github }

  /// Whether it gives the hashes of lines, which cost a step for every byte of a file with findings.
  public var hashesLines: Bool { self == .sarif }

  /// - Parameter isFile: the report is read by itself, without what goes to standard error.
  public func reporter(style: TextStyle, isFile: Bool = false) -> any Reporter {
    switch self {
    case .text: TextReporter(style: style, isFile: isFile)
    case .json: JSONReporter()
    case .jsonl: JSONLinesReporter()
    case .sarif: SARIFReporter()
    case .gitlab: GitLabReporter()
    case .junit: JUnitReporter()
    case .github: GitHubReporter()
    }
  }
}

/// The name and version that reports give.
public enum Tool {
  public static let name = "hopxguard"
  public static let version = "0.1.0"
  /// Where a report's reader finds more about keys.
  static let informationAddress = "https://docs.hopx.ai"
}
