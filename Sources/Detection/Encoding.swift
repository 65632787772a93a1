// The table of encodings: the ways of hiding a key that scans and streams see through, what reports call them, and what
// both have to know of them.
//
// Most undo what a standard says: what is found is what a decoder would give. Others guess that what was apart belongs
// together. A guess only counts when the key is whole, and never against a key that stands there plainly.

/// One way of hiding a key.
public enum Encoding: UInt8, CaseIterable, Sendable {
  // The order of a chain: outer encodings come first. Those that only remove something are in reverse order.
  case ansi, zeroWidth, backslashNewline, lineWrap, concatenation, markup
  case percent, unicode, html, quotedPrintable, backslash, octal, css, caret
  case utf16le, utf16be, utf32le, utf32be
  case decimal, hex, base64
  case gzip, zlib, deflate, zip

  /// Its row in the table of encodings.
  @inline(__always)
  var codec: Codec {
    switch self {
    // Control sequences of a terminal (ECMA-48), such as colours and links.
    case .ansi: Codec("ansi", .nothing)
    // Characters that take no room: zero-width space and joiners, soft hyphen, byte order mark.
    case .zeroWidth: Codec("zero-width", .nothing)
    // A line that ends with a backslash and goes on in the next.
    case .backslashNewline: Codec("backslash-newline", .nothing, isGuess: true, isStreamed: false)
    // A line break that a terminal or an editor put in.
    case .lineWrap: Codec("line-wrap", .nothing, isGuess: true, isStreamed: false)
    // String literals put together.
    case .concatenation: Codec("concatenation", .nothing, isGuess: true)
    // Tags in the middle of a word, and Markdown's stars.
    case .markup: Codec("markup", .nothing, isGuess: true)
    // RFC 3986, 2.1.
    case .percent: Codec("percent", .escape)
    // `\u0068` as in JSON (RFC 8259, 7), `\u{68}`, `\U00000068`, `%u0068`, `U+0068`, Java's `\uuu0068`.
    case .unicode: Codec("unicode", .escape)
    // Character references of HTML, by number or by name.
    case .html: Codec("html", .escape)
    // RFC 2045, 6.7.
    case .quotedPrintable: Codec("quoted-printable", .escape)
    // `\n`, `\"`, `\/`, `\\` and their like in string literals; a backslash before any ASCII punctuation.
    case .backslash: Codec("backslash", .escape)
    // Three octal digits after a backslash, and `#033`, which is how rsyslog writes an escape character.
    case .octal: Codec("octal", .escape)
    // CSS Syntax 3, 4.3.7: a backslash, hex digits and perhaps a blank.
    case .css: Codec("css", .escape)
    // `^[`, which is how terminals and `cat -v` write an escape character.
    case .caret: Codec("caret", .escape)
    // The Unicode Standard, 3.10.
    case .utf16le: Codec("utf-16le", .characters(width: 2, low: 0))
    case .utf16be: Codec("utf-16be", .characters(width: 2, low: 1))
    case .utf32le: Codec("utf-32le", .characters(width: 4, low: 0))
    case .utf32be: Codec("utf-32be", .characters(width: 4, low: 3))
    // A list of numbers, one for each byte.
    case .decimal: Codec("decimal", .numbers)
    // Two hex digits a byte, with or without separators, `\x` and `0x` included.
    case .hex: Codec("hex", .digits(bits: 4))
    // RFC 4648, both alphabets, padded or not, wrapped or not.
    case .base64: Codec("base64", .digits(bits: 6))
    // RFC 1952, 1950, 1951 and PKWARE's APPNOTE, in base64 or hex.
    case .gzip: Codec("gzip", .compression, isStreamed: false)
    case .zlib: Codec("zlib", .compression, isStreamed: false)
    case .deflate: Codec("deflate", .compression, isStreamed: false)
    case .zip: Codec("zip", .compression, isStreamed: false)
    }
  }

  /// What a report calls it.
  public var name: String { "\(codec.name)" }
}

/// What scans and streams have to know of an encoding.
struct Codec {
  let name: StaticString
  let layout: Layout
  /// It guesses.
  let isGuess: Bool
  /// Redaction sees through it in a stream. Lines that are put together would hold back line ends, and what was
  /// compressed cannot be written back.
  let isStreamed: Bool

  /// What it makes of the text.
  enum Layout {
    /// Digits of so many bits, one after the other.
    case digits(bits: Int)
    /// A number for each byte.
    case numbers
    /// So many bytes a character, and which of them is the lowest.
    case characters(width: Int, low: Int)
    /// Signs that stand for a character (`readToken`).
    case escape
    /// Signs that stand for nothing (`readToken`).
    case nothing
    /// What comes out of it comes from all that went in.
    case compression
  }

  @inline(__always)
  init(_ name: StaticString, _ layout: Layout, isGuess: Bool = false, isStreamed: Bool = true) {
    (self.name, self.layout, self.isGuess, self.isStreamed) = (name, layout, isGuess, isStreamed)
  }

  /// It puts nothing in the place of what it takes out.
  var onlyRemoves: Bool { if case .nothing = layout { true } else { false } }

  var isCompression: Bool { if case .compression = layout { true } else { false } }

  /// Bits of a digit; nil for what is made of no digits.
  var digitBits: Int? { if case .digits(let bits) = layout { bits } else { nil } }

  /// Bytes of a character, and which of them is the lowest; nil for what has one.
  var wide: (width: Int, low: Int)? { if case .characters(let width, let low) = layout { (width, low) } else { nil } }
}

/// Several encodings.
struct EncodingSet: OptionSet, Sendable {
  let rawValue: UInt32
  init(rawValue: UInt32) { self.rawValue = rawValue }
  init(_ encoding: Encoding) { rawValue = 1 << UInt32(encoding.rawValue) }

  /// In the order in which they lie over one another as a rule, the outermost first.
  var encodings: [Encoding] {
    let members = Encoding.allCases.filter { contains(EncodingSet($0)) }
    return members.filter(\.codec.onlyRemoves).reversed() + members.filter { !$0.codec.onlyRemoves }
  }
}
