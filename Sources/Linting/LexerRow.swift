// What the lexer has to know of a language: a row of a table for each.

/// A kind of string: how it is opened and closed, and what in it is not literal.
struct StringKind: Sendable {
  enum Code: Sendable {
    case none
    /// `{expression}`, and `{{` for a brace.
    case braces
    /// `${expression}`
    case dollarBraces
    /// `#{expression}`
    case hashBraces
    /// `\(expression)`
    case backslashParens
    /// `$NAME`, `${...}` and `$(command)`
    case dollar
  }

  let open: [UInt8]
  let close: [UInt8]
  var escape: UInt8?
  var code = Code.none
  var spansLines = false

  init(_ open: String, _ close: String, escape: Character? = "\\", _ code: Code = .none, lines: Bool = false) {
    self.open = Array(open.utf8)
    self.close = Array(close.utf8)
    self.escape = escape.flatMap(\.asciiValue)
    self.code = code
    spansLines = lines
  }
}

struct LexerRow: Sendable {
  var lineComments: [[UInt8]]
  var blockComment: (open: [UInt8], close: [UInt8], nests: Bool)?
  /// Longer openings first.
  var strings: [StringKind]
  /// Letters that may stand before a quote: `r` makes the string raw, `f` gives it code.
  var prefixes: [UInt8] = []
  /// `#"..."#` (Swift) or `r#"..."#` (Rust).
  var hashes = Hashes.none
  var hereDocuments = HereDocuments.none
  /// Bytes of names beyond letters, digits and `_`.
  var nameBytes: [UInt8] = []
  /// `/.../` may be a regular expression.
  var hasPatterns = false
  /// `$NAME` and `${...}` stand for values outside of strings, too.
  var hasVariables = false
  /// `'a` can be a lifetime and no string.
  var hasLifetimes = false
  /// A comment begins only at the start of a word.
  var commentsNeedSpace = false

  enum Hashes: Sendable { case none, swift, rust }
  enum HereDocuments: Sendable { case none, shell, ruby }

  init(
    comments: [String], block: (String, String)? = nil, nests: Bool = false, strings: [StringKind],
    names: String = ""
  ) {
    lineComments = comments.map { Array($0.utf8) }
    blockComment = block.map { (Array($0.0.utf8), Array($0.1.utf8), nests) }
    self.strings = strings
    nameBytes = Array(names.utf8)
  }

  static func of(_ language: Language) -> LexerRow {
    switch language {
    case .python, .notebook: python
    case .javascript: javascript
    case .swift: swift
    case .go: go
    case .rust: rust
    case .java: java
    case .ruby: ruby
    case .powershell: powershell
    case .shell, .dockerfile, .yaml, .makefile, .dotenv: shell
    }
  }

  private static let python: LexerRow = {
    var row = LexerRow(
      comments: ["#"],
      strings: [
        StringKind("\"\"\"", "\"\"\"", lines: true), StringKind("'''", "'''", lines: true),
        StringKind("\"", "\""), StringKind("'", "'"),
      ])
    row.prefixes = Array("rRbBfFuUtT".utf8)
    return row
  }()

  private static let javascript: LexerRow = {
    var row = LexerRow(
      comments: ["//"], block: ("/*", "*/"),
      strings: [
        StringKind("`", "`", .dollarBraces, lines: true), StringKind("\"", "\""), StringKind("'", "'"),
      ], names: "$#")
    row.hasPatterns = true
    return row
  }()

  private static let swift: LexerRow = {
    var row = LexerRow(
      comments: ["//"], block: ("/*", "*/"), nests: true,
      strings: [
        StringKind("\"\"\"", "\"\"\"", .backslashParens, lines: true), StringKind("\"", "\"", .backslashParens),
      ], names: "@$")
    row.hashes = .swift
    return row
  }()

  private static let go = LexerRow(
    comments: ["//"], block: ("/*", "*/"),
    strings: [StringKind("`", "`", escape: nil, lines: true), StringKind("\"", "\""), StringKind("'", "'")])

  private static let rust: LexerRow = {
    var row = LexerRow(
      comments: ["//"], block: ("/*", "*/"), nests: true,
      strings: [StringKind("\"", "\"", lines: true), StringKind("'", "'")])
    row.hashes = .rust
    row.hasLifetimes = true
    return row
  }()

  private static let java = LexerRow(
    comments: ["//"], block: ("/*", "*/"),
    strings: [StringKind("\"\"\"", "\"\"\"", lines: true), StringKind("\"", "\""), StringKind("'", "'")], names: "$@")

  private static let ruby: LexerRow = {
    var row = LexerRow(
      comments: ["#"],
      strings: [
        StringKind("\"", "\"", .hashBraces, lines: true), StringKind("'", "'", lines: true),
        StringKind("`", "`", .hashBraces, lines: true),
      ], names: "@$")
    row.hereDocuments = .ruby
    row.hasPatterns = true
    return row
  }()

  private static let powershell: LexerRow = {
    var row = LexerRow(
      comments: ["#"], block: ("<#", "#>"),
      strings: [
        StringKind("@\"", "\n\"@", escape: "`", .dollar, lines: true),
        StringKind("@'", "\n'@", escape: nil, lines: true),
        StringKind("\"", "\"", escape: "`", .dollar, lines: true), StringKind("'", "'", escape: nil, lines: true),
      ], names: "-")
    row.hasVariables = true
    row.commentsNeedSpace = true
    return row
  }()

  private static let shell: LexerRow = {
    var row = LexerRow(
      comments: ["#"],
      strings: [
        StringKind("$'", "'", lines: true), StringKind("\"", "\"", .dollar, lines: true),
        StringKind("'", "'", escape: nil, lines: true),
      ], names: "-./:=@%+,~*?!^#[]{}\\")
    row.hereDocuments = .shell
    row.hasVariables = true
    row.commentsNeedSpace = true
    return row
  }()
}
