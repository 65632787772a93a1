// A place in a file whose code would leak a key.

package struct LintFinding: Sendable {
  package let kind: LintKind
  /// Bytes of the file.
  package let range: Range<Int>
  /// What happens there, in a sentence.
  package let message: String
  /// What to write in the place of `range`; nil if no text alone would do.
  package var replacement: [UInt8]?
  /// Where it is in the file's own terms, such as `cell 3, line 2`; nil for a plain file.
  package var place: String?

  init(kind: LintKind, range: Range<Int>, message: String) {
    self.kind = kind
    self.range = range
    self.message = message
  }
}
