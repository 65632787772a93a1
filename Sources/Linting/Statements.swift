// The statements of a file, in the order of its text: assignments, definitions, returns, and what is shown.

extension CodeReader {
  mutating func walk() {
    var index = 0
    brackets.removeAll(keepingCapacity: true)
    while index < tokens.count {
      endScopes(at: index)
      let token = tokens[index]
      switch token.kind {
      case .name: readName(index)
      case .op: readOperator(index)
      case .open:
        if Int(token.partner) > index { brackets.append(index) }
        if token.byte == UInt8(ascii: "(") { readCall(index) }
        if token.byte == UInt8(ascii: "{"), language == .swift { readClosure(index) }
      case .close: if brackets.last == Int(token.partner) { brackets.removeLast() }
      case .interpolation: readInterpolation(index)
      default: break
      }
      index += 1
    }
    while !scopes.isEmpty { endScope() }
  }

  // MARK: Scopes

  private mutating func endScopes(at index: Int) {
    while let scope = scopes.last {
      if let end = scope.end {
        if index < end { return }
      } else {
        guard tokens[index].startsLine, brackets.isEmpty, column(index) <= scope.indent else { return }
      }
      endScope()
    }
  }

  /// Bytes before the token on its line.
  private func column(_ index: Int) -> Int {
    var at = Int(tokens[index].start)
    let end = at
    while at > 0, bytes[at - 1] == 0x20 || bytes[at - 1] == 0x09 { at -= 1 }
    return end - at
  }

  /// The function that the current token is in.
  var currentFunction: Int? { scopes.last(where: { $0.function != nil })?.function }

  // MARK: Names

  private mutating func readName(_ index: Int) {
    let symbol = symbol(index)
    if !symbol.key.isEmpty { readLabel(index) }
    switch symbol.word {
    case .none, .and, .or, .not: break
    case .define: return define(index)
    case .give: return readReturn(index)
    case .raise: return readRaise(index)
    case .loop: return readLoop(index)
    case .cast:
      if language == .python, isName(index + 1) { set(Int(tokens[index + 1].partner), .unknown) }
      return
    case .match where language == .rust: return readMatch(index)
    default: return
    }
    readClientName(index)
    if language == .ruby || language == .powershell { readCommand(index) }
  }

  private mutating func readReturn(_ index: Int) {
    guard !isReporting, let function = currentFunction else { return }
    let value = value((index + 1)..<statementEnd(index + 1))
    functions[function]?.returns.join(value)
  }

  /// What a loop goes over is not followed.
  private mutating func readLoop(_ index: Int) {
    var at = index + 1
    if !language.isIndented, let end = loopEnd(index) {
      scopes.append(Scope(end: end, indent: 0, function: nil))
    }
    if isOpen(at, "(") { at += 1 }
    var names: [Int] = []
    for _ in 0..<16 where at < tokens.count {
      if isName(at) {
        if symbol(at).word == .within {
          for name in names { set(name, .clean) }
          return
        }
        if symbol(at).word == .none { names.append(Int(tokens[at].partner)) }
      } else if isOp(at, ":"), language == .java {
        for name in names { set(name, .clean) }
        return
      } else if isOp(at, ";") || isOp(at, "=") || isOp(at, ":=") {
        return
      } else if tokens[at].kind == .variable {
        names.append(Int(tokens[at].partner))
      }
      at += 1
    }
  }

  /// Where the body of a loop ends: its names are gone then.
  private func loopEnd(_ index: Int) -> Int? {
    var at = index + 1
    while at < min(tokens.count, index + 64) {
      if isOpen(at, "{") { return max(at, Int(tokens[at].partner)) }
      if tokens[at].kind == .close || isOp(at, ";") && !isOpen(index + 1, "(") && language != .go { return at }
      at = next(at)
    }
    return nil
  }

  /// `match value { Ok(name) => ... }` of Rust.
  private mutating func readMatch(_ index: Int) {
    var at = index + 1
    while at < min(tokens.count, index + 40), !isOpen(at, "{") { at = next(at) }
    guard isOpen(at, "{") else { return }
    matched[at] = value((index + 1)..<at)
  }

  /// `{ name in ... }` of Swift.
  private mutating func readClosure(_ index: Int) {
    var names: [Int] = []
    var at = index + 1
    for _ in 0..<10 where at < tokens.count {
      if isName(at) {
        if symbol(at).word == .within {
          for name in names { set(name, .clean) }
          return
        }
        names.append(Int(tokens[at].partner))
      } else if !isOp(at, ",") && !isOp(at, ":") && tokens[at].byte != UInt8(ascii: "(")
        && tokens[at].byte != UInt8(ascii: ")")
      {
        return
      }
      at += 1
    }
  }

  // MARK: Operators

  private mutating func readOperator(_ index: Int) {
    let token = tokens[index]
    switch token.byte {
    case UInt8(ascii: "="):
      if token.end - token.start == 1 {
        assign(index)
      } else if isOp(index, "=>") {
        readArrow(index)
      }
    case UInt8(ascii: ":"): if isOp(index, ":=") { assign(index) }
    case UInt8(ascii: "|"):
      if isOp(index, "||=") || isOp(index, "|=") { assign(index) }
      if isOp(index, "|"), language == .ruby || language == .rust { readBlockNames(index) }
    case UInt8(ascii: "?"), UInt8(ascii: "+"):
      if isOp(index, "?=") || isOp(index, "+=") { assign(index) }
      if isOp(index, "+") { readSum(index) }
    case UInt8(ascii: "-"): if isOp(index, "->"), language == .java { readArrow(index) }
    default: break
    }
  }

  /// `|name|` of a block or a closure.
  private mutating func readBlockNames(_ index: Int) {
    let isFirst =
      isOpen(index - 1, "{") || isOpen(index - 1, "(") || isOp(index - 1, ",")
      || isName(index - 1) && ["do", "move"].contains(symbol(index - 1).text)
    guard isFirst else { return }
    for at in (index + 1)..<min(tokens.count, index + 12) {
      if isOp(at, "|") { return }
      if isName(at) { set(Int(tokens[at].partner), .clean) }
    }
  }

  // MARK: Ends

  /// Where the statement ends whose expression begins at `index`.
  func statementEnd(_ index: Int, atBlock: Bool = false) -> Int {
    var at = index
    while at < tokens.count {
      let token = tokens[at]
      if token.kind == .close || token.kind == .interpolationEnd || isOp(at, ";") { return at }
      if at > index, token.startsLine, language.endsAtLine, !goesOn(at) { return at }
      if atBlock, isOpen(at, "{") { return at }
      if token.kind == .name, symbol(at).word == .else, language == .swift { return at }
      at = next(at)
    }
    return at
  }

  /// Whether the line that begins at `index` goes on with the statement before.
  private func goesOn(_ index: Int) -> Bool {
    if language == .python || language == .notebook { return false }
    if isDot(index) { return true }
    let token = tokens[index]
    if token.kind == .op {
      return "+-*/%&|?:<>=,".utf8.contains(token.byte)
    }
    let before = tokens[index - 1]
    if before.kind == .op { return !"?!".utf8.contains(before.byte) || before.end - before.start > 1 }
    return false
  }
}
