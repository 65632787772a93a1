// The lexer's shell: variables, command substitutions in backquotes, and here-documents, which Ruby has too.

extension Lexer {
  /// Whether `$(NAME)` is a variable of make, and no command.
  func isMakeVariable() -> Bool {
    guard language == .makefile else { return false }
    var index = at + 2
    while index < end, bytes[index] != UInt8(ascii: ")") {
      guard isWordByte(bytes[index]) else { return false }
      index += 1
    }
    return true
  }

  private func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }

  /// Reads a part of a word. A backslash escapes a byte, and joins lines.
  mutating func readWord() -> Bool {
    let start = at
    while at < end {
      if bytes[at] == UInt8(ascii: "\\") {
        var next = at + 1
        if next < end, bytes[next] == 0x0D { next += 1 }
        if next < end, bytes[next] == 0x0A {
          if at > start { break }
          at = next + 1
          isApart = true
          return true
        }
        at = min(end, at + 2)
      } else if isNameByte(at) {
        at += 1
      } else {
        break
      }
    }
    if at == start { return false }
    add(.name, start, at)
    return true
  }

  /// Reads `$NAME`, `${...}`, or what else follows a `$`.
  mutating func readVariable(inString: Bool) {
    let start = at
    at += 1
    // make passes `$$` on as `$`.
    if language == .makefile, at < end, bytes[at] == UInt8(ascii: "$") { at += 1 }
    guard at < end else { return add(.text, start, at) }
    switch bytes[at] {
    case UInt8(ascii: "{"): skipBraces()
    case UInt8(ascii: "("):
      if language == .makefile, start + 1 == at {
        at = start
        let isVariable = isMakeVariable()
        at = start + 1
        if isVariable {
          while at < end, bytes[at] != UInt8(ascii: ")") { at += 1 }
          at = min(end, at + 1)
          return add(.variable, start, at)
        }
      }
      if inString { return add(.text, start, at) }
      // `$(command)`: the bracket that opens it begins at the `$`.
      return openBracket(bytes[at])
    case UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: "@"), UInt8(ascii: "*"), UInt8(ascii: "!"),
      UInt8(ascii: "-"), UInt8(ascii: "$"):
      at += 1
    default:
      while at < end {
        let isScope =
          language == .powershell && bytes[at] == UInt8(ascii: ":") && at + 1 < end && isWordByte(bytes[at + 1])
        guard isScope || isWordByte(bytes[at]) else { break }
        at += 1
      }
      if at == start + 1 { return add(.text, start, at) }
    }
    add(.variable, start, at)
  }

  /// Skips `{...}` with what is nested in it.
  private mutating func skipBraces() {
    var depth = 0
    let limit = min(end, at + 4096)
    while at < limit {
      if bytes[at] == UInt8(ascii: "{") { depth += 1 }
      if bytes[at] == UInt8(ascii: "}") { depth -= 1 }
      at += 1
      if depth == 0 { return }
    }
  }

  /// A backquote opens a command substitution, or closes the one that is open.
  mutating func toggleBackquote() {
    let mark = UInt8(ascii: "`")
    if let index = frames.lastIndex(where: { $0.kind != .bracket || $0.close == mark }), frames[index].close == mark {
      let frame = frames[index]
      closeFrames(downTo: index + 1)
      frames.removeLast()
      if frame.kind == .interpolation {
        endInterpolation(frame, at, at + 1)
      } else {
        tokens[frame.token].partner = Int32(tokens.count)
        add(.close, at, at + 1)
        tokens[tokens.count - 1].partner = Int32(frame.token)
      }
    } else {
      frames.append(Frame(kind: .bracket, close: mark, token: tokens.count))
      add(.open, at, at + 1)
    }
    at += 1
  }

  // MARK: Here-documents

  /// Reads `<<WORD` and the like; the body follows the line.
  mutating func openDocument() -> Bool {
    guard at + 2 < end, bytes[at + 1] == UInt8(ascii: "<"), bytes[at + 2] != UInt8(ascii: "<") else { return false }
    var index = at + 2
    var isIndented = false
    if bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "~") {
      isIndented = true
      index += 1
    }
    if row.hereDocuments == .shell {
      while index < end, bytes[index] == 0x20 { index += 1 }
    }
    guard index < end else { return false }
    let quote = bytes[index]
    let isQuoted = quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"")
    if isQuoted || quote == UInt8(ascii: "\\") { index += 1 }
    let first = index
    while index < end, isWordByte(bytes[index]) { index += 1 }
    guard index > first, index - first <= 64 else { return false }
    // `x << y` of Ruby.
    if row.hereDocuments == .ruby, !isIndented, bytes[first] < UInt8(ascii: "A") || bytes[first] > UInt8(ascii: "Z") {
      return false
    }
    let isLiteral =
      quote == UInt8(ascii: "'") || row.hereDocuments == .shell && (isQuoted || quote == UInt8(ascii: "\\"))
    let word = Array(bytes[first..<index])
    if isQuoted, index < end, bytes[index] == quote { index += 1 }
    documents.append(
      HereDocument(
        word: word, isIndented: isIndented,
        code: isLiteral ? .none : row.hereDocuments == .ruby ? .hashBraces : .dollar))
    add(.op, at, index)
    at = index
    return true
  }

  /// Reads the bodies of the here-documents of the line that has ended, each as a string.
  mutating func readDocuments() {
    let waiting = documents
    documents.removeAll()
    for document in waiting.prefix(16) {
      let stop = bodyEnd(document)
      let body = Lexer.Body(range: at..<stop.body, code: document.code)
      readBody(body)
      at = stop.line
      startsLine = true
    }
  }

  struct Body {
    let range: Range<Int>
    let code: StringKind.Code
  }

  /// Where the body ends, and where the line after its last word begins.
  private func bodyEnd(_ document: HereDocument) -> (body: Int, line: Int) {
    var line = at
    while line < end {
      var stop = line
      while stop < end, bytes[stop] != 0x0A { stop += 1 }
      var first = line
      if document.isIndented || language != .shell {
        while first < stop, bytes[first] == 0x20 || bytes[first] == 0x09 { first += 1 }
      }
      var last = stop
      while last > first, bytes[last - 1] == 0x0D || bytes[last - 1] == 0x20 { last -= 1 }
      if bytes[first..<last].elementsEqual(document.word) { return (line, min(end, stop + 1)) }
      line = min(end, stop + 1)
      if stop == end { break }
    }
    return (end, end)
  }

  /// Reads `#{...}` in the body of a here-document.
  private mutating func readField(limit: Int) {
    let open = tokens.count
    add(.interpolation, at, at + 2)
    var depth = 1
    var close = at + 2
    while close < limit, bytes[close] != 0x0A {
      if bytes[close] == UInt8(ascii: "{") { depth += 1 }
      if bytes[close] == UInt8(ascii: "}") { depth -= 1 }
      if depth == 0 { break }
      close += 1
    }
    var inner = Lexer(bytes, (at + 2)..<close, language)
    inner.run()
    let shift = Int32(tokens.count)
    for var token in inner.tokens {
      token.partner += shift
      tokens.append(token)
    }
    tokens[open].partner = Int32(tokens.count)
    at = min(limit, close + 1)
    add(.interpolationEnd, close, at)
    tokens[tokens.count - 1].partner = Int32(open)
  }

  /// Reads a body with variables, but without commands, in it.
  private mutating func readBody(_ body: Body) {
    let open = tokens.count
    // It belongs to the statement whose line has ended.
    startsLine = false
    add(.quote, body.range.lowerBound, body.range.lowerBound)
    var start = body.range.lowerBound
    at = start
    while at < body.range.upperBound {
      let byte = bytes[at]
      let next = at + 1 < body.range.upperBound ? bytes[at + 1] : 0
      if body.code == .dollar, byte == UInt8(ascii: "$"), next == UInt8(ascii: "{") || isWordByte(next) {
        if at > start { add(.text, start, at) }
        readVariable(inString: true)
        start = at
      } else if body.code == .hashBraces, byte == UInt8(ascii: "#"), next == UInt8(ascii: "{") {
        if at > start { add(.text, start, at) }
        readField(limit: body.range.upperBound)
        start = at
      } else {
        at += byte == UInt8(ascii: "\\") ? 2 : 1
      }
    }
    at = body.range.upperBound
    if at > start { add(.text, start, at) }
    tokens[open].partner = Int32(tokens.count)
    add(.quoteEnd, at, at)
    tokens[tokens.count - 1].partner = Int32(open)
  }
}
