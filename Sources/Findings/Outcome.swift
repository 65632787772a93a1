// The result of a run besides its findings: how much was read, what was not, and faults in the settings.

public import Rules

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

  /// - Parameters:
  ///   - problems: redacted; a path or a message may quote an argument, a file name or git's words, and any
  ///     of them may hold a key.
  ///   - warnings: redacted.
  ///   - ended: seconds since 1970.
  package init(summary: Summary, problems: [Problem], warnings: [Problem], rules: [Rule], ended: Int) {
    self.summary = summary
    self.problems = problems
    self.warnings = warnings
    self.rules = rules
    self.ended = ended
  }
}
