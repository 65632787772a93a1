// What a source text is made of. Tokens are plain data in one array; brackets, strings and interpolations know the
// index of their partner.

package struct Token: Sendable {
  package enum Kind: UInt8, Sendable {
    case name, number, op
    /// `(`, `[` or `{`, or what opens a command substitution.
    case open, close
    /// The delimiters of a string, its literal pieces, and the code in it.
    case quote, text, quoteEnd, interpolation, interpolationEnd
    /// What follows the colon in Python's `{value:spec}`.
    case spec
    /// `$NAME` or `${...}` of a shell, `$name` of PowerShell.
    case variable
    /// A regular expression literal.
    case pattern
  }

  var kind: Kind
  /// The first byte.
  var byte: UInt8
  /// It is the first token of its line.
  var startsLine: Bool
  /// Something separates it from the token before.
  var isApart: Bool
  var start: Int32
  var end: Int32
  /// For a bracket, a string or an interpolation the index of its partner (its own if it has none), for a name
  /// its symbol.
  var partner: Int32

  var range: Range<Int> { Int(start)..<Int(end) }
}
