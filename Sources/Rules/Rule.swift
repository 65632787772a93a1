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
  /// The texts at which the pattern is tried.
  public let literals: [Literal]
  /// Where a match begins, as seen from a literal.
  package let anchor: RuleAnchor
  /// PCRE2, matched on bytes.
  public let pattern: Pattern
  /// What of a match is the secret.
  package let capture: RuleCapture
  /// Bytes from a literal to the secret: at least, and at most.
  package let distance: (least: Int, most: Int)
  /// When a match is no secret.
  package var filter: RuleFilter?
  /// The pattern with which `filter` sees a match; nil if that is `pattern`.
  package var wholePattern: Pattern?
  /// The paths that the rule is for; nil for all.
  package var path: Pattern?
  /// Rules of which matches have to be near.
  package var required: [RequiredRule] = []
  /// Whether a match is a finding of its own.
  package var isReported = true
  package var checksum: RuleChecksum?
  /// What a listing says of how it was imported.
  package var notes: [String] = []
  /// The pattern as tools without lookaround and possessive quantifiers take it, for export; nil when `pattern`
  /// is fit for them.
  package let portable: String?
  /// Bytes of a match that redaction leaves readable: what the rule's file asks for, and at most half
  /// of the shortest match.
  public let keep: Int
  /// Bytes that the group `secret` (or the match, without such a group) needs for each confidence.
  package let confidence: (high: Int, medium: Int)
  /// The confidence of every match that is long enough.
  package var fixedConfidence: Confidence?
  /// What it finds is an address, which is no secret: what is in its group `shown` stays readable.
  package var isAddress = false
  package let placeholder: Placeholder?
  /// What to do about a finding, in order.
  public let remediation: [String]
  /// Texts, as templates, in which a scan must find this rule, and texts in which it must not.
  public let examples: [Example]
  /// The rule's file; `built-in` for our own.
  public let source: String
  /// Of the rule in that file, from 1.
  public let line: Int

  /// The first of its literals; empty for a rule for names of files.
  public var literal: [UInt8] { literals.first?.bytes ?? [] }

  /// The ID of the rule for addresses that keys would be sent to.
  package static let addressID = "hopx-base-address"

  /// Whether the rule finds files by their paths alone.
  package var isForNames: Bool { literals.isEmpty }

  /// Whether every match begins with a literal in the given case and is the secret, whole.
  package var isPlain: Bool {
    guard case .start = anchor, case .whole = capture, !isForNames else { return false }
    return literals.allSatisfy { !$0.isCaseless }
  }

  /// Whether no fixed text is in the secret: what it finds may be a more specific rule's.
  package var isGeneric: Bool {
    if case .start = anchor { return distance.least > 0 }
    return true
  }

  /// Bytes from a literal that stay readable whatever comes.
  package var visible: Int { isPlain ? keep : distance.least + (isGeneric ? 0 : keep) }

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

/// Where a match of a rule begins.
package enum RuleAnchor: Sendable, Equatable {
  /// At the literal.
  case start
  /// At the literal or at most so many bytes before it.
  case before(Int)
  /// At the literal or at most so many bytes after its end.
  case after(Int)
}

package enum RuleCapture: Sendable, Equatable {
  /// The whole match.
  case whole
  /// The first group that is not empty; the match if all are.
  case first
  case group(Int)
}

/// A rule of which a match has to be near.
package struct RequiredRule: Sendable {
  package let id: String
  /// Lines, and columns, that may be between the two; nil for any number.
  package let lines: Int?
  package let columns: Int?
}

package enum RuleChecksum: String, Sendable, CaseIterable {
  /// The last six characters are the CRC-32 of those before them, after the last `_`, in base62.
  case crc32
}
