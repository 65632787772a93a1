// The lexer of all languages: one pass over the bytes, by a language's row. It takes any bytes: what is broken is read
// as far as it goes. The time it takes is linear in the text.

struct Lexer {
  let bytes: UnsafeRawBufferPointer
  let end: Int
  let row: LexerRow
  let language: Language
  var tokens: [Token] = []
  var at: Int
  var startsLine = true
  var isApart = true
  /// Brackets, interpolations and strings that are open.
  var frames: [Frame] = []
  /// Here-documents whose bodies begin after the next line end.
  var documents: [HereDocument] = []
  private let classes: [ByteClass]

  struct Frame {
    enum Kind { case bracket, interpolation, string }
    let kind: Kind
    /// What closes it, for a bracket or an interpolation.
    let close: UInt8
    let token: Int
    var string: OpenString?
  }

  /// A string that is being read.
  struct OpenString {
    let close: [UInt8]
    let escape: UInt8?
    let code: StringKind.Code
    let spansLines: Bool
    /// Of a Swift string with `#`: the number that an interpolation needs.
    var hashes = 0
  }

  struct HereDocument {
    let word: [UInt8]
    let isIndented: Bool
    let code: StringKind.Code
  }

  enum ByteClass: UInt8 { case other, blank, lineEnd, nameStart, digit, string, comment, open, close, special }

  /// - Parameter range: the part of `bytes` that is read.
  init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, _ language: Language) {
    self.bytes = bytes
    self.language = language
    at = range.lowerBound
    end = range.upperBound
    row = LexerRow.of(language)
    classes = Self.tables[language]!
    tokens.reserveCapacity(range.count / 5)
  }

  private static let tables = Dictionary(uniqueKeysWithValues: Language.allCases.map { ($0, table(LexerRow.of($0))) })

  private static func table(_ row: LexerRow) -> [ByteClass] {
    var table = [ByteClass](repeating: .other, count: 256)
    for byte in UInt8.min...UInt8.max {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), 0x80...:
        table[Int(byte)] = .nameStart
      case UInt8(ascii: "0")...UInt8(ascii: "9"): table[Int(byte)] = .digit
      case 0x20, 0x09, 0x0C, 0x0B, 0x00: table[Int(byte)] = .blank
      case 0x0A, 0x0D: table[Int(byte)] = .lineEnd
      case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): table[Int(byte)] = .open
      case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"): table[Int(byte)] = .close
      case UInt8(ascii: "\\"): table[Int(byte)] = .special
      default: break
      }
    }
    for byte in row.nameBytes { table[Int(byte)] = .nameStart }
    for kind in row.strings { table[Int(kind.open[0])] = .string }
    for comment in row.lineComments { table[Int(comment[0])] = .comment }
    if let block = row.blockComment { table[Int(block.open[0])] = .comment }
    for byte in row.prefixes { table[Int(byte)] = .special }
    switch row.hashes {
    case .none: break
    case .swift: table[Int(UInt8(ascii: "#"))] = .special
    case .rust: for byte in "rbc".utf8 { table[Int(byte)] = .special }
    }
    if row.hasVariables { table[Int(UInt8(ascii: "$"))] = .special }
    if row.hereDocuments != .none { table[Int(UInt8(ascii: "<"))] = .special }
    if row.hasPatterns { table[Int(UInt8(ascii: "/"))] = .comment }
    if row.hereDocuments == .shell { table[Int(UInt8(ascii: "`"))] = .special }
    return table
  }

  /// Reads to the end. Partners of what was never closed are the last token.
  mutating func run() {
    while at < end {
      if let frame = frames.last, frame.kind == .string { readString(frame.string!) } else { readCode() }
    }
    while let frame = frames.popLast() {
      if frame.kind == .string { add(.quoteEnd, end, end) }
      if frame.kind == .interpolation { add(.interpolationEnd, end, end) }
      tokens[frame.token].partner = Int32(max(frame.token, tokens.count - 1))
    }
  }

  /// Reads code until a string begins or goes on.
  private mutating func readCode() {
    while at < end {
      let byte = bytes[at]
      switch classes[Int(byte)] {
      case .blank:
        at += 1
        isApart = true
      case .lineEnd:
        if endLine(byte) { return }
      case .nameStart:
        if !readName() { readOperator(byte) }
      case .digit: readNumber()
      case .open: openBracket(byte)
      case .close:
        if closeBracket(byte) { return }
      case .string:
        if row.hasLifetimes, byte == UInt8(ascii: "'"), !isCharacter(at) {
          at += 1
          while isNameByte(at) { at += 1 }
          continue
        }
        if openString(at, 0) { return }
        if !readName() { readOperator(byte) }
      case .comment:
        if skipComment() { continue }
        if readPattern() { continue }
        if classes[Int(byte)] == .comment, row.nameBytes.contains(byte) {
          _ = readName()
        } else {
          readOperator(byte)
        }
      case .special:
        if readSpecial(byte) || frames.last?.kind == .string { return }
      case .other:
        if byte == UInt8(ascii: ":") || byte == UInt8(ascii: "!"), isAtFieldEnd(byte) {
          readSpec(byte)
        } else {
          readOperator(byte)
        }
      }
    }
  }

  // MARK: Lines

  /// - Returns: whether a string goes on that the line's end has closed.
  private mutating func endLine(_ byte: UInt8) -> Bool {
    at += 1
    if byte == 0x0D, at < end, bytes[at] == 0x0A { at += 1 }
    startsLine = true
    isApart = true
    if !documents.isEmpty { readDocuments() }
    // An interpolation ends with the line of a string that does not span lines.
    let near = frames.suffix(Self.reach)
    guard let frame = near.lastIndex(where: { $0.kind == .string }), !near[frame].string!.spansLines else {
      return false
    }
    closeFrames(downTo: frame)
    return true
  }

  /// Closes the frames from `index` on, the innermost first.
  mutating func closeFrames(downTo index: Int) {
    while frames.count > index {
      let frame = frames.removeLast()
      if frame.kind == .string { add(.quoteEnd, at, at) }
      if frame.kind == .interpolation { add(.interpolationEnd, at, at) }
      tokens[frame.token].partner = Int32(tokens.count - 1)
      if frame.kind != .bracket { tokens[tokens.count - 1].partner = Int32(frame.token) }
    }
  }

  // MARK: Names, numbers, operators

  @inline(__always)
  func isNameByte(_ index: Int) -> Bool {
    guard index < end else { return false }
    let byte = bytes[index]
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), 0x80...,
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      return true
    default: return !row.nameBytes.isEmpty && row.nameBytes.contains(byte)
    }
  }

  /// - Returns: false, and nothing is read, if no name begins here.
  private mutating func readName() -> Bool {
    if row.hereDocuments == .shell { return readWord() }
    let start = at
    if language == .powershell && bytes[at] == UInt8(ascii: "-") {
      guard isApart, at + 1 < end, classes[Int(bytes[at + 1])] == .nameStart, bytes[at + 1] != bytes[at] else {
        return false
      }
    }
    var index = at
    while isNameByte(index) { index += 1 }
    if index == start { return false }
    if language == .ruby, index + 1 < end, bytes[index] == UInt8(ascii: "?") || bytes[index] == UInt8(ascii: "!"),
      bytes[index + 1] != UInt8(ascii: "="), bytes[index + 1] != UInt8(ascii: ":")
    {
      index += 1
    }
    at = index
    add(.name, start, at)
    return true
  }

  private mutating func readNumber() {
    let start = at
    if row.hereDocuments == .shell {
      _ = readWord()
      return
    }
    while at < end {
      let byte = bytes[at]
      let isDot =
        byte == UInt8(ascii: ".") && at + 1 < end && (0x30...0x39).contains(bytes[at + 1])
      guard isDot || isNameByte(at), byte < 0x80, !row.nameBytes.contains(byte) else { break }
      at += 1
    }
    if at == start { at += 1 }
    add(.number, start, at)
  }

  mutating func readOperator(_ byte: UInt8) {
    let start = at
    at += 1
    // Of several bytes only those that mean something else together.
    if at < end {
      let next = bytes[at]
      if next == UInt8(ascii: "=") {
        if "=!<>:+-*/%|&^?".utf8.contains(byte) { at += 1 }
        if at < end, bytes[at] == UInt8(ascii: "="), at - start == 2,
          byte == UInt8(ascii: "=") || byte == UInt8(ascii: "!")
        {
          at += 1
        }
      } else if next == byte, "|&?:.*<+-".utf8.contains(byte) {
        at += 1
        if byte == UInt8(ascii: "."), at < end, bytes[at] == byte || bytes[at] == UInt8(ascii: "<") { at += 1 }
        if at < end, bytes[at] == UInt8(ascii: "="), byte != UInt8(ascii: "."), byte != UInt8(ascii: ":") { at += 1 }
      } else if next == UInt8(ascii: ">"), byte == UInt8(ascii: "=") || byte == UInt8(ascii: "-") {
        at += 1
      } else if byte == UInt8(ascii: "?"), next == UInt8(ascii: ".") {
        at += 1
      } else if byte == UInt8(ascii: "&"), next == UInt8(ascii: "."), language == .ruby {
        at += 1
      }
    }
    add(.op, start, at)
  }

  mutating func add(_ kind: Token.Kind, _ start: Int, _ end: Int) {
    let byte = start < self.end ? bytes[start] : 0
    tokens.append(
      Token(
        kind: kind, byte: byte, startsLine: startsLine, isApart: isApart, start: Int32(start), end: Int32(end),
        partner: Int32(tokens.count)))
    startsLine = false
    isApart = false
  }

  // MARK: Brackets

  /// Open brackets beyond which an unmatched one is not looked for.
  private static let reach = 64

  mutating func openBracket(_ byte: UInt8) {
    let close: UInt8 = byte == UInt8(ascii: "(") ? UInt8(ascii: ")") : byte + 2
    frames.append(Frame(kind: .bracket, close: close, token: tokens.count))
    add(.open, at, at + 1)
    at += 1
  }

  /// - Returns: whether it ends an interpolation, and its string goes on.
  private mutating func closeBracket(_ byte: UInt8) -> Bool {
    for index in frames.indices.reversed().prefix(Self.reach) {
      let frame = frames[index]
      if frame.kind == .string { break }
      guard frame.close == byte else {
        if frame.kind == .interpolation { break }
        continue
      }
      // Brackets inside that were never closed.
      closeFrames(downTo: index + 1)
      frames.removeLast()
      if frame.kind == .interpolation {
        endInterpolation(frame, at, at + 1)
        at += 1
        return true
      }
      let close = tokens.count
      add(.close, at, at + 1)
      at += 1
      tokens[close].partner = Int32(frame.token)
      tokens[frame.token].partner = Int32(close)
      return false
    }
    add(.close, at, at + 1)
    at += 1
    return false
  }

  mutating func endInterpolation(_ frame: Frame, _ start: Int, _ stop: Int) {
    tokens[frame.token].partner = Int32(tokens.count)
    add(.interpolationEnd, start, stop)
    tokens[tokens.count - 1].partner = Int32(frame.token)
  }
}
