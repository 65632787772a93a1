// The catalogue: a row for each way of hiding a key. A row is its name, the encoding as reports call it, what it can be
// put over and makes, how to hide, and the way back where streams see through it.

internal import PackFixtures

extension KeyDisguise {
  public static let all = digitRows + listRows + dumpRows + escapeRows + wideRows + brokenRows + compressedRows

  /// Rows over one another that streams see through.
  public static let chains = [
    chain("base64", "UTF-16LE"), chain("base64", "base64"), chain("base64", "hex"), chain("UTF-16LE", "base64"),
    chain("hex", "base64"), chain("hex", "hex"),
    chain("base64", "percent in one case"), chain("base64", "\\u in one case"),
  ]
}

// MARK: Digits

private let digitRows: [KeyDisguise] = [
  .init("base64", "base64", .text, over: .bytes, makes: .line, group: 3) { text, _ in
    base64(text)
  } reveal: {
    base64Bytes($0)
  },
  .init("base64url without padding", "base64", .text, over: .bytes, makes: .line, group: 3) { text, _ in
    base64(text, "-_", isPadded: false)
  } reveal: {
    base64Bytes($0, "-_", isPadded: false)
  },
  .init("base64 at 64 columns", "base64", .text, over: .bytes, makes: .lines, group: 3) { text, _ in
    wrapped(base64(text + letters(60)), at: 64, "\n")
  } reveal: {
    base64LineBytes($0, after: 60)
  },
  .init("base64 at 76 columns with CRLF", "base64", .text, over: .bytes, makes: .lines, group: 3) { text, _ in
    wrapped(base64(letters(40) + text), at: 76, "\r\n")
  } reveal: {
    base64LineBytes($0, before: 40)
  },
  .init("base64 in YAML", "base64", .text, over: .bytes, makes: .lines, group: 3) { text, _ in
    ascii("data: |\n    ") + wrapped(base64(letters(40) + text), at: 64, "\n    ")
  } reveal: {
    rest(of: $0, after: "data: |\n    ").flatMap { base64LineBytes($0, before: 40) }
  },
  .init(
    "base64 in lines of any width", "base64", .text, over: .bytes, makes: .lines, .anyWidth, group: 3
  ) { text, random in
    wrapped(
      base64(text), at: .random(in: 48...76, using: &random),
      ["\n", "\r\n", "\n    "].randomElement(using: &random)!)
  } reveal: {
    base64LineBytes($0)
  },
  .init("hex", "hex", .text, over: .bytes, makes: .line) { text, _ in
    each(text) { hex($0) }
  } reveal: {
    hexBytes($0)
  },
  .init("upper hex", "hex", .text, over: .bytes, makes: .line) { text, _ in
    each(text) { hex($0, isUpper: true) }
  } reveal: {
    hexBytes($0)
  },
]

// MARK: Lists

private let listRows: [KeyDisguise] = [
  .init("hex with blanks", "hex", .text, over: .bytes, makes: .line) { text, _ in
    each(text) { hex($0) + " " }
  } reveal: {
    hexListBytes($0)
  },
  .init("hex with colons", "hex", .text, over: .bytes, makes: .line) { text, random in
    list(text, ":", hexWriter(&random))
  } reveal: {
    hexListBytes($0)
  },
  .init("hex with dashes", "hex", .text, over: .bytes, makes: .line) { text, random in
    list(text, "-", hexWriter(&random))
  } reveal: {
    hexListBytes($0)
  },
  .init("hex with commas", "hex", .text, over: .bytes, makes: .line) { text, random in
    list(text, ",", hexWriter(&random))
  } reveal: {
    hexListBytes($0)
  },
  .init("hex array", "hex", .text, over: .bytes, makes: .lines) { text, _ in
    wrapped(each(text) { "0x\(hex($0)), " }, at: 72, "\n  ")
  } reveal: {
    hexListBytes($0)
  },
  .init("hex array in a line", "hex", .text, over: .bytes, makes: .line) { text, random in
    list(text, [", ", ",", " "].randomElement(using: &random)!) { "0x" + hex($0, isUpper: true) }
  } reveal: {
    hexListBytes($0)
  },
  // A zero ends a list of numbers.
  .init("numbers", "decimal", .text, over: .lines, makes: .line) { text, random in
    list(text, [",", ", ", " "].randomElement(using: &random)!) { String($0) }
  } reveal: {
    numberListBytes($0)
  },
  .init("numbers in lines", "decimal", .text, over: .lines, makes: .lines) { text, _ in
    list(text, ",\n    ") { String($0) }
  } reveal: {
    numberListBytes($0)
  },
  .init("CHAR()||CHAR()", "decimal", .text, over: .bytes, makes: .line) { text, _ in
    ascii("SELECT ") + list(text, "||") { "CHAR(\($0))" }
  } reveal: {
    rest(of: $0, after: "SELECT ").flatMap { callBytes($0) }
  },
  .init("CHR(0x)||CHR(0x)", "hex", .text, over: .bytes, makes: .line) { text, _ in
    ascii("SELECT ") + list(text, "||") { "CHR(0x\(hex($0)))" }
  } reveal: {
    rest(of: $0, after: "SELECT ").flatMap { callBytes($0) }
  },
  .init("chr(0x)+chr(0x)", "hex", .text, over: .bytes, makes: .line) { text, _ in
    ascii("$key = ") + list(text, "+") { "chr(0x\(hex($0)))" }
  } reveal: {
    rest(of: $0, after: "$key = ").flatMap { callBytes($0) }
  },
]

// MARK: Dumps

private let dumpRows: [KeyDisguise] = [
  .init("xxd", "hex", .text, over: .bytes, makes: .lines, .dump, group: 16) { text, _ in
    dump(text) { digits($0, 8) + ": " + padded(pairs($1), 39) + "  " + $2 }
  },
  .init("hexdump -C", "hex", .text, over: .bytes, makes: .lines, .dump, group: 16) { text, _ in
    dump(text) {
      digits($0, 8) + "  "
        + padded($1.prefix(8).joined(separator: " ") + "  " + $1.dropFirst(8).joined(separator: " "), 48)
        + "  |" + $2 + "|"
    }
  },
  .init("curl --trace", "hex", .text, over: .bytes, makes: .lines, .dump, group: 16) { text, _ in
    dump(text) { digits($0, 4) + ": " + padded($1.joined(separator: " "), 47) + " " + $2 }
  },
  .init("tcpdump -X", "hex", .text, over: .bytes, makes: .lines, .dump, group: 16) { text, _ in
    dump(text) { "\t0x\(digits($0, 4)):  " + padded(pairs($1), 39) + "  " + $2 }
  },
  .init("od in octal", "hex", .text, over: .bytes, makes: .lines, .dump, group: 16) { text, _ in
    dump(text) { offset, bytes, _ in digits(offset, 7, radix: 8) + " " + bytes.joined(separator: " ") }
  },
  .init("words of hexdump", "hex", .text, over: .bytes, makes: .lines, .dump, group: 16) { text, _ in
    dump(text + (text.count % 2 == 0 ? [] : [0x20])) { offset, bytes, _ in
      digits(offset, 7) + " "
        + stride(from: 0, to: bytes.count - 1, by: 2).map { bytes[$0 + 1] + bytes[$0] }.joined(separator: " ")
    }
  },
]

// MARK: Escapes

private let escapeRows: [KeyDisguise] = [
  .init("\\x", "hex", .key, over: .bytes, makes: .line) { text, _ in
    each(text) { "\\x" + hex($0) }
  } reveal: {
    unescaped($0, "\\x", 2...2)
  },
  .init("\\x of some", "hex", .key, over: .bytes, makes: .line, .partly) { text, random in
    byChance(text, &random) { "\\x" + hex($0, isUpper: $1) }
  } reveal: {
    unescaped($0, "\\x", 2...2)
  },
  .init("\\x{}", "hex", .key, over: .lines, makes: .line) { text, _ in
    each(text) { "\\x{\(digits(Int($0), 1))}" }
  } reveal: {
    unescaped($0, "\\x{", 1...2, "}")
  },
  .init("percent", "percent", .key, over: .bytes, makes: .line) { text, random in
    each(text) { "%" + hex($0, isUpper: .random(using: &random)) }
  } reveal: {
    unescaped($0, "%", 2...2)
  },
  .init("percent in one case", "percent", .key, over: .bytes, makes: .line) { text, random in
    let hex = hexWriter(&random)
    return each(text) { "%" + hex($0) }
  } reveal: {
    unescaped($0, "%", 2...2)
  },
  .init("percent of signs", "percent", .key, over: .bytes, makes: .line) { text, _ in
    some(text, also: isSign) { "%" + hex($0) }
  } reveal: {
    unescaped($0, "%", 2...2)
  },
  .init("percent of some", "percent", .key, over: .bytes, makes: .line, .partly) { text, random in
    byChance(text, &random) { "%" + hex($0, isUpper: $1) }
  } reveal: {
    unescaped($0, "%", 2...2)
  },
  .init("\\u", "unicode", .key, over: .lines, makes: .line) { text, random in
    each(text) { "\\u00" + hex($0, isUpper: .random(using: &random)) }
  } reveal: {
    unescaped($0, "\\u", 4...4)
  },
  .init("\\u in one case", "unicode", .key, over: .lines, makes: .line) { text, random in
    let hex = hexWriter(&random)
    return each(text) { "\\u00" + hex($0) }
  } reveal: {
    unescaped($0, "\\u", 4...4)
  },
  .init("\\u of some", "unicode", .key, over: .lines, makes: .line) { text, _ in
    some(text, also: { isSign($0) || $0 % 3 == 0 }) { "\\u00" + hex($0, isUpper: true) }
  } reveal: {
    unescaped($0, "\\u", 4...4)
  },
  .init("\\u of some by chance", "unicode", .key, over: .lines, makes: .line, .partly) { text, random in
    byChance(text, &random) { "\\u00" + hex($0, isUpper: $1) }
  } reveal: {
    unescaped($0, "\\u", 4...4)
  },
  .init("\\u{}", "unicode", .key, over: .lines, makes: .line) { text, _ in
    each(text) { "\\u{\(digits(Int($0), 1))}" }
  } reveal: {
    unescaped($0, "\\u{", 1...6, "}")
  },
  .init("\\U", "unicode", .key, over: .lines, makes: .line) { text, _ in
    each(text) { "\\U000000" + hex($0) }
  } reveal: {
    unescaped($0, "\\U", 8...8)
  },
  .init("\\uuuu", "unicode", .key, over: .lines, makes: .line) { text, _ in
    each(text) { "\\uuuu00" + hex($0) }
  } reveal: {
    unescaped($0, "\\uuuu", 4...4)
  },
  .init("U+", "unicode", .key, over: .lines, makes: .line, .alone) { text, _ in
    list(text, " ") { "U+00" + hex($0, isUpper: true) }
  } reveal: {
    unescaped($0, "U+", 4...4, blankBefore: ["U+", "..."])
  },
  .init("HTML by number", "html", .key, over: .lines, makes: .line) { text, _ in
    each(text) { "&#\($0);" }
  } reveal: {
    references($0)
  },
  .init("HTML by hex number", "html", .key, over: .lines, makes: .line) { text, _ in
    some(text, also: { isSign($0) || $0 % 2 == 0 }) { "&#x\(digits(Int($0), 1, isUpper: true));" }
  } reveal: {
    references($0)
  },
  .init("HTML by some numbers", "html", .key, over: .lines, makes: .line, .partly) { text, random in
    byChance(text, &random) { $1 ? "&#x\(digits(Int($0), 1));" : "&#\($0);" }
  } reveal: {
    references($0)
  },
  .init("HTML by name", "html", .key, over: .line, makes: .line) { text, _ in
    text.flatMap { byte in referenceNames.first { $0.byte == byte }.map { ascii($0.name) } ?? [byte] }
  } reveal: {
    references($0)
  },
  .init("quoted-printable", "quoted-printable", .key, over: .lines, makes: .line) { text, _ in
    some(text, also: isSign) { "=" + hex($0, isUpper: true) }
  } reveal: {
    unescaped($0, "=", 2...2, mayStandAlone: true)
  },
  .init("quoted-printable of all", "quoted-printable", .key, over: .lines, makes: .line) { text, _ in
    each(text) { "=" + hex($0, isUpper: true) }
  } reveal: {
    unescaped($0, "=", 2...2, mayStandAlone: true)
  },
  .init("quoted-printable of some", "quoted-printable", .key, over: .lines, makes: .line, .partly) { text, random in
    byChance(text, &random) { byte, _ in "=" + hex(byte, isUpper: true) }
  } reveal: {
    unescaped($0, "=", 2...2, mayStandAlone: true)
  },
  .init("backslash before signs", "backslash", .key, over: .line, makes: .line) { text, _ in
    text.flatMap { isSign($0) ? [UInt8(ascii: "\\"), $0] : [$0] }
  } reveal: {
    $0.filter { $0 != UInt8(ascii: "\\") }
  },
  .init("octal", "octal", .key, over: .lines, makes: .line) { text, _ in
    each(text) { "\\" + digits(Int($0), 3, radix: 8) }
  } reveal: {
    unescaped($0, "\\", 3...3, radix: 8)
  },
  .init("CSS", "css", .key, over: .line, makes: .line, .alone) { text, _ in
    // A blank that follows an escape belongs to it.
    each(text) { "\\" + digits(Int($0), 6) } + ascii(" ")
  } reveal: {
    unescaped($0, "\\", 6...6, blankBefore: [""])
  },
]

// MARK: Wide characters

private let wideRows: [KeyDisguise] = [
  .init("UTF-16LE", "utf-16le", .text, over: .lines, makes: .bytes) { text, _ in
    wide(text, 2, low: 0)
  } reveal: {
    narrow($0, 2, low: 0)
  },
  .init("UTF-16BE", "utf-16be", .text, over: .lines, makes: .bytes) { text, _ in
    wide(text, 2, low: 1)
  } reveal: {
    narrow($0, 2, low: 1)
  },
  .init("UTF-16 with its mark", "utf-16le", .text, over: .lines, makes: .bytes) { text, _ in
    [0xFF, 0xFE] + wide(text, 2, low: 0)
  } reveal: {
    $0.starts(with: [0xFF, 0xFE]) ? narrow(Array($0.dropFirst(2)), 2, low: 0) : nil
  },
  .init("UTF-32LE", "utf-32le", .text, over: .lines, makes: .bytes) { text, _ in
    wide(text, 4, low: 0)
  } reveal: {
    narrow($0, 4, low: 0)
  },
  .init("UTF-32BE", "utf-32be", .text, over: .lines, makes: .bytes) { text, _ in
    wide(text, 4, low: 3)
  } reveal: {
    narrow($0, 4, low: 3)
  },
]

// MARK: What takes a key apart

private let brokenRows: [KeyDisguise] = [
  .init("colours", "ansi", .key, over: .line, makes: .line, .breaks) { text, random in
    broken(text, ["\u{1B}[01;31m\u{1B}[K", "\u{1B}[m\u{1B}[K", "\u{1B}[0m"], &random)
  } reveal: {
    withoutCodes($0)
  },
  .init("colours of some characters", "ansi", .key, over: .line, makes: .line, [.breaks, .partly]) { text, random in
    text.prefix(1)
      + byChance(Array(text.dropFirst()), &random) { byte, _ in
        "\u{1B}[01;31m\u{1B}[K" + String(Unicode.Scalar(byte))
      }
  } reveal: {
    withoutCodes($0)
  },
  .init("a colour for each character", "ansi", .key, over: .line, makes: .line, .breaks) { text, _ in
    text.enumerated().flatMap { ascii("\u{1B}[38;5;\($0.offset)m") + [$0.element] }
  } reveal: {
    withoutCodes($0)
  },
  .init("links", "ansi", .key, over: .line, makes: .line, .breaks) { text, random in
    broken(text, ["\u{1B}]8;;https://example.com/\u{1B}\\", "\u{1B}]8;;\u{7}"], &random)
  } reveal: {
    withoutCodes($0)
  },
  .init("colours of rsyslog", "octal>ansi", .key, over: .line, makes: .line, [.breaks, .alone]) { text, _ in
    coloured(text, "#033")
  } reveal: {
    withoutCodes(replacing("#033", with: "\u{1B}", in: $0))
  },
  .init("colours of cat -v", "caret>ansi", .key, over: .line, makes: .line, [.breaks, .alone]) { text, _ in
    coloured(text, "^[")
  } reveal: {
    withoutCodes(replacing("^[", with: "\u{1B}", in: $0))
  },
  .init("colours in octal", "octal>ansi", .key, over: .line, makes: .line, [.breaks, .alone]) { text, _ in
    coloured(text, "\\033")
  } reveal: {
    withoutCodes(replacing("\\033", with: "\u{1B}", in: $0))
  },
  .init("colours in JSON", "unicode>ansi", .key, over: .line, makes: .line, [.breaks, .alone]) { text, _ in
    coloured(text, "\\u001b")
  } reveal: {
    withoutCodes(replacing("\\u001b", with: "\u{1B}", in: $0))
  },
  .init("quoted-printable soft breaks", "quoted-printable", .key, over: .line, makes: .lines, .breaks) { text, _ in
    wrapped(text, at: 40, "=\r\n")
  },
  .init("zero-width characters", "zero-width", .key, over: .line, makes: .bytes, .breaks) { text, random in
    broken(text, zeroWidths, &random)
  } reveal: {
    without(zeroWidths, $0)
  },
  .init("backslash-newline", "backslash-newline", .key, over: .line, makes: .lines, .breaks) { text, random in
    broken(text, ["\\\n", "\\\r\n"], &random)
  },
  .init("concatenation", "concatenation", .key, over: .line, makes: .lines, [.breaks, .guess]) { text, random in
    quoted(broken(text, operators, &random), "\"", "\"")
  } reveal: {
    without(operators + ["\""], $0)
  },
  .init("adjacent literals", "concatenation", .key, over: .line, makes: .lines, [.breaks, .guess]) { text, random in
    quoted(broken(text, gaps, &random), "('", "')")
  } reveal: {
    without(gaps + ["('", "')"], $0)
  },
  .init("comments between literals", "concatenation", .key, over: .line, makes: .lines, [.breaks, .guess]) {
    text, random in
    quoted(broken(text, comments, &random), "\"", "\"")
  } reveal: {
    without(comments + ["\""], $0)
  },
  .init("quotes of a shell", "concatenation", .key, over: .line, makes: .line, [.breaks, .guess]) { text, random in
    let (first, second) = (Int.random(in: 5...20, using: &random), Int.random(in: 25...50, using: &random))
    return text.prefix(first) + quoted(Array(text.prefix(second).dropFirst(first)), "'", "'")
      + quoted(Array(text.dropFirst(second)), "\"", "\"")
  } reveal: {
    without(["'", "\""], $0)
  },
  .init("JSON array", "concatenation", .key, over: .line, makes: .lines, [.breaks, .guess]) { text, random in
    quoted(broken(text, ["\",\n  \""], &random), "[\"", "\"]")
  } reveal: {
    without(["\",\n  \"", "[\"", "\"]"], $0)
  },
  .init("tags", "markup", .key, over: .line, makes: .line, [.breaks, .guess]) { text, random in
    quoted(broken(text, tags, &random), "<code>", "</code>")
  } reveal: {
    without(tags + ["<code>", "</code>"], $0)
  },
  .init("stars", "markup", .key, over: .line, makes: .line, [.breaks, .guess]) { text, random in
    broken(text, stars, &random)
  } reveal: {
    without(stars, $0)
  },
]

private let zeroWidths = ["\u{200B}", "\u{AD}", "\u{FEFF}", "\u{2060}"]
private let operators = ["\" + \"", "\"\n    + \"", "\" .. \"", "\" & \"", "\" . \""]
private let gaps = ["' '", "'\n  '", "'\n  f'"]
private let comments = [
  "\" /* the rest */ \"", "\" + // the rest\n  \"", "\"  # more\n  # of it\n  \"", "\" || -- rest\n  \"",
]
private let tags = [
  "<wbr>", "</span><span class=\"s1\">", "<!-- more -->", "</w:t></w:r><w:proofErr w:type=\"spellEnd\"/><w:r><w:t>",
]
/// Of those that begin alike the longest comes first.
private let stars = ["***", "**", "*", "~~"]

// MARK: Compressed data

/// Its group is eight: where a symbol begins in a byte depends on all that comes before.
private let compressedRows: [KeyDisguise] = [
  .init("gzip in base64", "base64>gzip", .text, over: .bytes, makes: .line, group: 8) { text, _ in
    base64(gzipped(text))
  },
  .init("zlib in base64", "base64>zlib", .text, over: .bytes, makes: .line, group: 8) { text, _ in
    base64(deflated(text))
  },
  .init("deflate in base64", "base64>deflate", .text, over: .bytes, makes: .line, group: 8) { text, _ in
    base64(rawDeflated(text))
  },
  .init("zip in base64", "base64>zip", .text, over: .bytes, makes: .line, group: 8) { text, _ in
    base64(zipped(text))
  },
  .init("gzip in base64 at 76 columns", "base64>gzip", .text, over: .bytes, makes: .lines, group: 8) { text, _ in
    wrapped(base64(gzipped(text)), at: 76, "\n")
  },
  .init("gzip in hex", "hex>gzip", .text, over: .bytes, makes: .line, group: 8) { text, _ in
    each(gzipped(text)) { hex($0) }
  },
]
