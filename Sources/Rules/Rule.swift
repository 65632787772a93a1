// What a rule is once its file has been read and found sound.

/// How much harm a match can do, in the words of the report formats.
public enum Severity: String, CaseIterable, Sendable {
  case critical, high, medium, low, info
}

/// How sure a scan is that a match is a secret. A match that is neither is not reported.
public enum Confidence: String, Sendable {
  case high
  /// A cut copy: still a leak.
  case medium
}

/// One kind of secret.
public struct Rule: Sendable {
  public let id: String
  public let title: String
  public let severity: Severity
  /// The bytes every match begins with.
  public let literal: [UInt8]
  /// PCRE2, matched on bytes, anchored at the literal.
  public let pattern: Pattern
  /// The pattern as tools without lookaround and possessive quantifiers take it, for export; nil when `pattern`
  /// is fit for them.
  package let portable: String?
  /// Bytes of a match that redaction leaves readable: what the rule's file asks for, and at most half
  /// of the shortest match.
  public let keep: Int
  /// Bytes that the group `secret` (or the match, without such a group) needs for each confidence.
  package let confidence: (high: Int, medium: Int)
  package let placeholder: Placeholder?
  /// What to do about a finding, in order.
  public let remediation: [String]
  /// Texts, as templates, in which a scan must find this rule, and texts in which it must not.
  public let examples: [Example]
  /// The rule's file; `built-in` for our own.
  public let source: String
  /// Of the rule in that file, from 1.
  public let line: Int

  public struct Example: Sendable {
    public let template: String
    public let matches: Bool
    /// From 1, in the rule's file.
    public let line: Int
  }

  /// The maximum length of a match in bytes; a longer one is cut there. The limit makes a match independent of chunk
  /// borders and bounds what a filter has to hold back. For a pattern the text ends there: `\z` and `\Z` match,
  /// `$` only at the end of the input.
  public static let longestMatch = 8192

  /// Bytes of a literal at most: a search holds back as many at a chunk's end.
  static let longestLiteral = 256

  /// The most that redaction may keep: `Hopx: "api_key[:15]" followed by "..."`.
  package static let longestKeep = 15
}
