// The ways of hiding a key that a scan sees through, and what reports call them.
//
// Exact: base64, hex, decimal, percent, unicode, html, quoted-printable, backslash, octal, css,
// caret, utf-16, utf-32, ansi, zero-width, gzip, zlib, deflate and zip undo what a standard says, so what is found
// is what a decoder would give. Heuristics:
// backslash-newline (indentation after it is dropped), line-wrap (a line break at a column where
// terminals wrap), concatenation (two string literals with an operator, a comment or nothing between them) and
// markup (tags that do not end a line, emphasis of Markdown)
// guess that what was apart belongs together. A heuristic only counts when the key is whole, and never
// against a key that stands there plainly.

/// One way of hiding a key.
public enum Encoding: UInt8, CaseIterable, Sendable {
  /// RFC 4648, both alphabets, padded or not, wrapped or not.
  case base64
  /// Two hex digits a byte, with or without separators, `\x` and `0x` included.
  case hex
  /// A list of numbers, one for each byte.
  case decimal
  /// RFC 3986, 2.1.
  case percent
  /// `\u0068` as in JSON (RFC 8259, 7), `\u{68}`, `\U00000068`, `%u0068`, `U+0068`, Java's `\uuu0068`.
  case unicode
  /// Character references of HTML, by number or by name.
  case html
  /// RFC 2045, 6.7.
  case quotedPrintable
  /// `\n`, `\"`, `\/`, `\\` and their like in string literals; a backslash before any ASCII punctuation.
  case backslash
  /// Three octal digits after a backslash, and `#033`, which is how rsyslog writes an escape character.
  case octal
  /// CSS Syntax 3, 4.3.7: a backslash, hex digits and perhaps a blank.
  case css
  /// `^[`, which is how terminals and `cat -v` write an escape character.
  case caret
  case utf16le, utf16be, utf32le, utf32be
  /// Control sequences of a terminal (ECMA-48), such as colours and links.
  case ansi
  /// Characters that take no room: zero-width space and joiners, soft hyphen, byte order mark.
  case zeroWidth
  /// A line that ends with a backslash and goes on in the next.
  case backslashNewline
  /// A line break that a terminal or an editor put in.
  case lineWrap
  /// String literals put together.
  case concatenation
  /// Tags in the middle of a word, and Markdown's stars.
  case markup
  /// RFC 1952, 1950, 1951 and PKWARE's APPNOTE, in base64 or hex.
  case gzip, zlib, deflate, zip

  /// What a report calls it.
  public var name: String {
    switch self {
    case .base64: "base64"
    case .hex: "hex"
    case .decimal: "decimal"
    case .percent: "percent"
    case .unicode: "unicode"
    case .html: "html"
    case .quotedPrintable: "quoted-printable"
    case .backslash: "backslash"
    case .octal: "octal"
    case .css: "css"
    case .caret: "caret"
    case .utf16le: "utf-16le"
    case .utf16be: "utf-16be"
    case .utf32le: "utf-32le"
    case .utf32be: "utf-32be"
    case .ansi: "ansi"
    case .zeroWidth: "zero-width"
    case .backslashNewline: "backslash-newline"
    case .lineWrap: "line-wrap"
    case .concatenation: "concatenation"
    case .markup: "markup"
    case .gzip: "gzip"
    case .zlib: "zlib"
    case .deflate: "deflate"
    case .zip: "zip"
    }
  }

  /// It puts nothing in the place of what it takes out.
  var onlyRemoves: Bool {
    switch self {
    case .ansi, .zeroWidth, .backslashNewline, .lineWrap, .concatenation, .markup: true
    default: false
    }
  }

  /// What comes out of it comes from all that went in.
  var isCompression: Bool {
    switch self {
    case .gzip, .zlib, .deflate, .zip: true
    default: false
    }
  }

  /// It guesses.
  var isHeuristic: Bool {
    switch self {
    case .backslashNewline, .lineWrap, .concatenation, .markup: true
    default: false
    }
  }
}

/// Several encodings.
struct EncodingSet: OptionSet, Sendable {
  let rawValue: UInt32
  init(rawValue: UInt32) { self.rawValue = rawValue }
  init(_ encoding: Encoding) { rawValue = 1 << UInt32(encoding.rawValue) }

  /// In the order in which they lie over one another as a rule, the outermost first.
  var encodings: [Encoding] {
    let members = Encoding.allCases.filter { contains(EncodingSet($0)) }
    // What is made of digits lies below what escapes some of them.
    let digits: [Encoding] = [.decimal, .hex, .base64, .gzip, .zlib, .deflate, .zip]
    return members.filter(\.onlyRemoves).reversed()
      + members.filter { !$0.onlyRemoves && !digits.contains($0) } + digits.filter(members.contains)
  }
}
