// The line around a match, short enough to print, with every secret in it redacted: the one that was found and its
// neighbours.

public struct Snippet: Sendable {
  /// At most `Snippet.longest` bytes of the line, redacted. May hold any byte.
  public let bytes: [UInt8]
  /// The range of the redacted secret in `bytes`.
  public let highlight: Range<Int>

  /// Bytes.
  public static let longest = 200
  /// Bytes of the line in front of the match.
  public static let longestLead = 80

  package init(bytes: [UInt8], highlight: Range<Int>) {
    self.bytes = bytes
    self.highlight = highlight
  }
}
