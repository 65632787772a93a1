// The lexer's strings: quotes, prefixes, escapes, code inside, here-documents, comments and regular expressions.

extension Lexer {
  func starts(_ text: [UInt8], at index: Int) -> Bool {
    guard index + text.count <= end else { return false }
    for offset in text.indices where bytes[index + offset] != text[offset] { return false }
    return true
  }

  // MARK: Comments and patterns

  /// - Returns: whether there was a comment.
  mutating func skipComment() -> Bool {
    if let block = row.blockComment, starts(block.open, at: at) {
      skipBlock(block.open, block.close, nests: block.nests)
      return true
    }
    if row.commentsNeedSpace && !isApart && !startsLine { return false }
    for comment in row.lineComments where starts(comment, at: at) {
      while at < end, bytes[at] != 0x0A, bytes[at] != 0x0D { at += 1 }
      return true
    }
    return false
  }

  private mutating func skipBlock(_ open: [UInt8], _ close: [UInt8], nests: Bool) {
    var depth = 1
    at += open.count
    while at < end, depth > 0 {
      if starts(close, at: at) {
        depth -= 1
        at += close.count
      } else if nests, starts(open, at: at) {
        depth += 1
        at += open.count
      } else {
        if bytes[at] == 0x0A { startsLine = true }
        at += 1
      }
    }
    isApart = true
  }

  /// Reads `/.../` where no value stands before it that could be divided.
  mutating func readPattern() -> Bool {
    guard row.hasPatterns, bytes[at] == UInt8(ascii: "/") else { return false }
    if let last = tokens.last {
      switch last.kind {
      case .number, .close, .quoteEnd: return false
      case .name:
        let isKeyword = ["return", "typeof", "case", "in", "of", "if", "when", "and", "or", "unless", "puts"]
          .contains { bytes[last.range].elementsEqual($0.utf8) }
        let isArgument = language == .ruby && isApart && at + 1 < end && bytes[at + 1] != 0x20
        if !isKeyword && !isArgument { return false }
      default: break
      }
    }
    var index = at + 1
    var inClass = false
    while index < end, bytes[index] != 0x0A {
      let byte = bytes[index]
      if byte == UInt8(ascii: "\\") {
        index += 1
      } else if byte == UInt8(ascii: "[") {
        inClass = true
      } else if byte == UInt8(ascii: "]") {
        inClass = false
      } else if byte == UInt8(ascii: "/"), !inClass {
        let start = at
        at = index + 1
        while isNameByte(at) { at += 1 }
        add(.pattern, start, at)
        return true
      }
      index += 1
    }
    return false
  }

  // MARK: Openings

  /// Opens the string whose quote is at `index`.
  ///
  /// - Parameter flags: bytes of a prefix before it.
  mutating func openString(_ index: Int, _ flags: Int) -> Bool {
    for kind in row.strings where starts(kind.open, at: index) {
      var string = OpenString(close: kind.close, escape: kind.escape, code: kind.code, spansLines: kind.spansLines)
      if flags > 0 {
        let letters = bytes[(index - flags)..<index].map { $0 | 0x20 }
        string = OpenString(
          close: kind.close, escape: kind.escape,
          code: letters.contains(UInt8(ascii: "f")) || letters.contains(UInt8(ascii: "t")) ? .braces : kind.code,
          spansLines: kind.spansLines)
      }
      frames.append(Frame(kind: .string, close: 0, token: tokens.count, string: string))
      add(.quote, index - flags, index + kind.open.count)
      at = index + kind.open.count
      return true
    }
    return false
  }

  /// Whether the quote at `index` begins a character of Rust, and no lifetime.
  func isCharacter(_ index: Int) -> Bool {
    guard index + 2 < end else { return false }
    if bytes[index + 1] == UInt8(ascii: "\\") || !isNameByte(index + 1) { return true }
    var close = index + 2
    while close < min(end, index + 6), bytes[close] & 0xC0 == 0x80 { close += 1 }
    return close < end && bytes[close] == UInt8(ascii: "'")
  }

  /// Reads what only some languages have.
  ///
  /// - Returns: whether a string was opened.
  mutating func readSpecial(_ byte: UInt8) -> Bool {
    if byte == UInt8(ascii: "\\"), row.hereDocuments != .shell {
      // A line's end after it does not end the line.
      at += 1
      if at < end, bytes[at] == 0x0D { at += 1 }
      if at < end, bytes[at] == 0x0A { at += 1 }
      isApart = true
      return false
    }
    if row.hasVariables, byte == UInt8(ascii: "$") {
      if openString(at, 0) { return true }
      readVariable(inString: false)
      return false
    }
    if byte == UInt8(ascii: "<") {
      if !openDocument() { readOperator(byte) }
      return false
    }
    if byte == UInt8(ascii: "`"), row.hereDocuments == .shell {
      toggleBackquote()
      return false
    }
    if row.hashes != .none, let open = hashedQuote() { return openHashed(open) }
    if row.hashes == .swift {
      let start = at
      at += 1
      while isNameByte(at) { at += 1 }
      add(.name, start, at)
      return false
    }
    // A prefix, or a name that begins like one.
    var quote = at
    while quote < min(end, at + 3), row.prefixes.contains(bytes[quote]) { quote += 1 }
    if quote < end, bytes[quote] == UInt8(ascii: "\"") || bytes[quote] == UInt8(ascii: "'"), quote > at,
      openString(quote, quote - at)
    {
      return true
    }
    let start = at
    while isNameByte(at) { at += 1 }
    if at == start { at += 1 }
    add(.name, start, at)
    return false
  }

  /// Where the quote of a string with `#` is, and how many there are; nil if none begins here.
  private func hashedQuote() -> (quote: Int, hashes: Int)? {
    var index = at
    if row.hashes == .rust {
      if bytes[index] != UInt8(ascii: "r") { index += 1 }
      let hasRaw = index < end && bytes[index] == UInt8(ascii: "r")
      if !hasRaw {
        // b"..." and c"..." are usual strings.
        return index < end && index > at && bytes[index] == UInt8(ascii: "\"") ? (index, -1) : nil
      }
      index += 1
    }
    let first = index
    while index < end, index - first < 255, bytes[index] == UInt8(ascii: "#") { index += 1 }
    guard index < end, bytes[index] == UInt8(ascii: "\"") else { return nil }
    return (index, index - first)
  }

  private mutating func openHashed(_ open: (quote: Int, hashes: Int)) -> Bool {
    let mark = UInt8(ascii: "\"")
    let start = at
    let isSwift = row.hashes == .swift
    let isTriple = isSwift && starts([mark, mark, mark], at: open.quote)
    let close = [UInt8](repeating: mark, count: isTriple ? 3 : 1)
    var string = OpenString(
      close: close + [UInt8](repeating: UInt8(ascii: "#"), count: max(0, open.hashes)),
      escape: open.hashes < 0 ? UInt8(ascii: "\\") : nil, code: isSwift ? .backslashParens : .none,
      spansLines: isTriple || !isSwift)
    string.hashes = max(0, open.hashes)
    frames.append(Frame(kind: .string, close: 0, token: tokens.count, string: string))
    at = open.quote + close.count
    add(.quote, start, at)
    return true
  }

  // MARK: Contents

  /// Reads the string on top of the frames to its end, or to the next code in it.
  mutating func readString(_ string: OpenString) {
    let start = at
    let first = string.close[0]
    while at < end {
      let byte = bytes[at]
      if byte == first, starts(string.close, at: at) {
        if at > start { add(.text, start, at) }
        let frame = frames.removeLast()
        let close = tokens.count
        at += string.close.count
        add(.quoteEnd, at - string.close.count, at)
        tokens[close].partner = Int32(frame.token)
        tokens[frame.token].partner = Int32(close)
        return
      }
      if byte == 0x0A, !string.spansLines {
        // It was never closed.
        if at > start { add(.text, start, at) }
        closeFrames(downTo: frames.count - 1)
        return
      }
      if isCodeStart(byte, string) {
        if at > start { add(.text, start, at) }
        return openCode(byte, string)
      }
      if byte == string.escape {
        at += 1
        if at < end, bytes[at] == 0x0D { at += 1 }
      } else if string.code == .braces, byte == UInt8(ascii: "{") {
        at += 1  // `{{`
      }
      at += 1
    }
    at = end
    if at > start { add(.text, start, at) }
  }

  private func isCodeStart(_ byte: UInt8, _ string: OpenString) -> Bool {
    let next = at + 1 < end ? bytes[at + 1] : 0
    switch string.code {
    case .none: return false
    case .braces: return byte == UInt8(ascii: "{") && next != UInt8(ascii: "{")
    case .dollarBraces: return byte == UInt8(ascii: "$") && next == UInt8(ascii: "{")
    case .hashBraces: return byte == UInt8(ascii: "#") && next == UInt8(ascii: "{")
    case .backslashParens:
      guard byte == UInt8(ascii: "\\") else { return false }
      var index = at + 1
      while index < end, index <= at + string.hashes, bytes[index] == UInt8(ascii: "#") { index += 1 }
      return index == at + 1 + string.hashes && index < end && bytes[index] == UInt8(ascii: "(")
    case .dollar:
      if byte == UInt8(ascii: "`"), row.hereDocuments == .shell { return true }
      guard byte == UInt8(ascii: "$") else { return false }
      return next == UInt8(ascii: "{") || next == UInt8(ascii: "(") || next == UInt8(ascii: "_")
        || (next | 0x20 >= UInt8(ascii: "a") && next | 0x20 <= UInt8(ascii: "z")) || next == UInt8(ascii: "$")
    }
  }

  private mutating func openCode(_ byte: UInt8, _ string: OpenString) {
    switch string.code {
    case .none: return
    case .braces: interpolate(1, UInt8(ascii: "}"))
    case .dollarBraces, .hashBraces: interpolate(2, UInt8(ascii: "}"))
    case .backslashParens: interpolate(2 + string.hashes, UInt8(ascii: ")"))
    case .dollar:
      if byte == UInt8(ascii: "`") { return interpolate(1, byte) }
      if bytes[at + 1] == UInt8(ascii: "("), !isMakeVariable() { return interpolate(2, UInt8(ascii: ")")) }
      readVariable(inString: true)
    }
  }

  private mutating func interpolate(_ width: Int, _ close: UInt8) {
    frames.append(Frame(kind: .interpolation, close: close, token: tokens.count))
    add(.interpolation, at, at + width)
    at += width
  }

  // MARK: Fields of Python

  /// Whether a `:` or `!` ends the expression of `{value!r:spec}`.
  func isAtFieldEnd(_ byte: UInt8) -> Bool {
    guard let frame = frames.last, frame.kind == .interpolation, frames.count > 1,
      frames[frames.count - 2].string?.code == .braces
    else { return false }
    return byte == UInt8(ascii: ":") || (at + 1 < end && bytes[at + 1] != UInt8(ascii: "="))
  }

  /// Reads `!r`, or `:spec` up to the brace that closes the field.
  mutating func readSpec(_ byte: UInt8) {
    let start = at
    if byte == UInt8(ascii: "!") {
      at = min(end, at + 2)
    } else {
      var depth = 0
      while at < end, bytes[at] != 0x0A {
        if bytes[at] == UInt8(ascii: "{") { depth += 1 }
        if bytes[at] == UInt8(ascii: "}") {
          if depth == 0 { break }
          depth -= 1
        }
        at += 1
      }
    }
    add(.spec, start, at)
  }
}
