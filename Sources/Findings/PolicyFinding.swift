// Findings about the repository itself, beside the secrets that a scan finds: a fault, the responsible line, and
// the fix.

public import Platform
public import Rules

/// A shortfall of a repository. Nothing in it holds a key: every text is redacted before.
public struct PolicyFinding: Sendable {
  public var rule: String
  /// What the rule asks for, whatever it is about here: one sentence.
  public var title: String
  public var severity: Severity
  /// It is reported and leaves the exit code alone.
  public var isWarning: Bool
  /// Relative to the repository's top, or as git names it; redacted.
  public var path: Path
  /// From 1; nil when no line is to blame.
  public var line: Int?
  /// The responsible line, redacted; empty if there is none.
  public var text: [UInt8]
  public var message: String
  /// Sentences that explain, if need be.
  public var details: [String]
  /// What mends it, in order.
  public var commands: [String]
  /// Where in a file's code it is; nil if it is about no code.
  public var code: CodePlace?

  public init(
    rule: String, title: String, severity: Severity, isWarning: Bool, path: Path, line: Int?, text: [UInt8],
    message: String, details: [String], commands: [String]
  ) {
    self.rule = rule
    self.title = title
    self.severity = severity
    self.isWarning = isWarning
    self.path = path
    self.line = line
    self.text = text
    self.message = message
    self.details = details
    self.commands = commands
  }
}

/// How much a check of a repository covered.
public struct CoverageExtent: Sendable {
  public var trackedFiles: Int
  public var folders: Int
  /// Names that git was asked about.
  public var names: Int
  public var warnings = 0
  /// What the project's settings make of what has to be covered.
  public var changes: [CoverageChange] = []

  public init(trackedFiles: Int, folders: Int, names: Int) {
    self.trackedFiles = trackedFiles
    self.folders = folders
    self.names = names
  }
}

/// What the project's settings add, drop or regrade; redacted. It is part of every summary: settings
/// must not empty a check unseen.
public struct CoverageChange: Sendable {
  package let pattern: String
  package let grade: String
  /// Names that the pattern means and that may be committed.
  package let except: [String]
  package let reason: String
  /// Where it says so: a file, and a line from 1.
  package let source: String
  package let line: Int

  public init(pattern: String, grade: String, except: [String], reason: String, source: String, line: Int) {
    self.pattern = pattern
    self.grade = grade
    self.except = except
    self.reason = reason
    self.source = source
    self.line = line
  }

  package var text: String {
    let spared = except.isEmpty ? "" : " except \(except.joined(separator: ", "))"
    return "'\(pattern)'\(spared) is \(grade): \(reason) (\(source):\(line))"
  }
}
