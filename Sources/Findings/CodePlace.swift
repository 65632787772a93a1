// Where in a file's code a finding is, and what could be written there instead.

/// The place of a finding about code. It names lines and columns, and no key.
public struct CodePlace: Sendable {
  /// `sha256:` and 32 hex digits, of the rule, the path and the text of the line: the same wherever the line moves.
  public var fingerprint: String
  /// Of the first byte, from 1, in bytes.
  public var column: Int
  /// The column after the last byte of the finding on its line, from 1, in bytes.
  public var endColumn: Int
  /// The same in UTF-16 code units.
  public var region: TextRegion
  /// The range in the finding's `text` to point at; nil if the text does not show it.
  public var highlight: Range<Int>?
  /// Bytes of the file.
  public var range: Range<Int>
  /// What to write in the place of `range`, redacted; nil if a text alone does not mend it.
  public var replacement: [UInt8]?
  /// The comment that allows it, if any.
  public var comment: InlineAllowance?

  public init(
    fingerprint: String, column: Int, endColumn: Int, region: TextRegion, highlight: Range<Int>?, range: Range<Int>,
    replacement: [UInt8]?, comment: InlineAllowance?
  ) {
    self.fingerprint = fingerprint
    self.column = column
    self.endColumn = endColumn
    self.region = region
    self.highlight = highlight
    self.range = range
    self.replacement = replacement
    self.comment = comment
  }
}
