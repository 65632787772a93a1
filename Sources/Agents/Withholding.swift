// A result that cannot be checked, without what could be a key in it but in its own shape: agents pass over
// a replacement of another shape and show the result itself.

package import Redaction

/// A string this short may be shown even if it is part of a key.
private let longestShown = 15

/// Edits that take the contents of all strings but short ones out of a text. Names stay, for they make the
/// shape.
package func withholding(_ literals: some Sequence<JSONText.Literal>, saying notice: String) -> [RedactionEdit] {
  literals.filter { !$0.isName && $0.range.count > longestShown }
    .map { RedactionEdit(range: $0.range, replacement: jsonContent(Array(notice.utf8))) }
}
