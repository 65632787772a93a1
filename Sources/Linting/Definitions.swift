// Definitions of functions: their parameters, and where their bodies end.

extension CodeReader {
  /// `def name(...)`, `func name(...) {`, `function (...) {`.
  mutating func define(_ index: Int) {
    var at = index + 1
    // The receiver of a method of Go.
    if language == .go, isOpen(at, "(") { at = next(at) }
    var name: Int?
    while at < min(tokens.count, index + 12) {
      if isName(at) { name = at }
      if isOpen(at, "(") { break }
      if tokens[at].startsLine && at > index + 1 { break }
      at += 1
    }
    guard at < tokens.count, isOpen(at, "(") else {
      // `def name` of Ruby, without parameters.
      if language == .ruby, let name { begin(name, [], end: nil, indent: columnOfLine(index)) }
      return
    }
    let names = parameters(at)
    if language.isIndented {
      return begin(name ?? index, names, end: nil, indent: columnOfLine(index))
    }
    guard let body = body(after: next(at)) else { return }
    begin(name ?? index, names, end: max(body, Int(tokens[body].partner)), indent: 0)
  }

  /// `name(...) {` of a class: a method where no keyword says so.
  ///
  /// - Parameter open: the bracket after the name.
  mutating func defineMethod(_ open: Int) -> Bool {
    guard language == .javascript || language == .java, isName(open - 1), symbol(open - 1).word == .none,
      !["if", "catch", "with", "synchronized", "switch"].contains(symbol(open - 1).text), !isDot(open - 2)
    else { return false }
    if open >= 2, isName(open - 2), symbol(open - 2).text == "new" || symbol(open - 2).word == .define { return false }
    let after = next(open)
    guard after < tokens.count else { return false }
    guard let body = body(after: after, withinLine: true) else { return false }
    begin(open - 1, parameters(open), end: max(body, Int(tokens[body].partner)), indent: 0)
    return true
  }

  /// `(...) => value` and `name -> value`.
  mutating func readArrow(_ index: Int) {
    if language == .rust { return readArm(index) }
    var names: [Int] = []
    if isName(index - 1) {
      names = [Int(tokens[index - 1].partner)]
    } else if index > 0, tokens[index - 1].kind == .close, Int(tokens[index - 1].partner) < index - 1 {
      names = parameters(Int(tokens[index - 1].partner))
    }
    let isBlock = isOpen(index + 1, "{")
    let end = isBlock ? max(index + 1, Int(tokens[index + 1].partner)) : expressionEnd(index + 1)
    // `const name = (...) => ...`
    var name: Int?
    let first = names.count == 1 && isName(index - 1) ? index - 1 : index > 0 ? Int(tokens[index - 1].partner) : 0
    if first >= 2, isOp(first - 1, "="), isName(first - 2) { name = first - 2 }
    begin(name, names, end: end, indent: 0)
  }

  /// `Ok(name) => ...` in a `match` of Rust.
  private mutating func readArm(_ index: Int) {
    guard let block = brackets.last(where: { isOpen($0, "{") }), let value = matched[block], index > 2,
      tokens[index - 1].kind == .close
    else { return }
    let open = Int(tokens[index - 1].partner)
    guard open > 0, isName(open - 1) else { return }
    let isValue = ["Ok", "Some"].contains(symbol(open - 1).text)
    for at in (open + 1)..<max(open + 1, index - 1) where isName(at) {
      set(Int(tokens[at].partner), isValue ? value : .clean)
    }
  }

  private func expressionEnd(_ index: Int) -> Int {
    var at = index
    while at < tokens.count {
      if tokens[at].kind == .close || isOp(at, ",") || isOp(at, ";") { return at }
      if at > index, tokens[at].startsLine, tokens[at].kind == .name { return at }
      at = next(at)
    }
    return at
  }

  // MARK: Scopes

  /// Begins the scope of a function.
  ///
  /// - Parameters:
  ///   - name: its token; nil for a closure without a name.
  ///   - names: symbols of its parameters.
  private mutating func begin(_ name: Int?, _ names: [Int], end: Int?, indent: Int) {
    if let name, functions[name] == nil {
      let symbol = Int(tokens[name].partner)
      functions[name] = Function(symbol: symbol, parameters: names)
      functionNames[symbol] = functionNames[symbol] == nil ? name : -1
    }
    scopes.append(Scope(end: end, indent: indent, function: name))
    for (number, symbol) in names.enumerated() {
      var value = Value(flags: .unknown, parameters: number < 32 ? 1 << UInt32(number) : 0)
      let key = symbols[symbol].key
      if !key.isEmpty, !objects.contains(symbol), !symbols[symbol].traits.contains(.upper) { value.join(.named(key)) }
      set(symbol, value)
    }
  }

  /// The names of the parameters in the bracket at `open`, as symbols.
  private func parameters(_ open: Int) -> [Int] {
    let end = Int(tokens[open].partner)
    guard end > open else { return [] }
    return split((open + 1)..<end).compactMap { part in
      var names: [Int] = []
      var at = part.lowerBound
      var colon: Int?
      while at < part.upperBound {
        if isOp(at, "=") { break }
        if isOp(at, ":") {
          colon = at
          break
        }
        if isName(at), symbol(at).word != .declare { names.append(at) }
        at = next(at)
      }
      // `self` is no argument of a call.
      guard let name = language == .java || colon != nil ? names.last : names.first,
        !symbol(name).traits.contains(.own)
      else { return nil }
      return Int(tokens[name].partner)
    }
  }

  /// The bracket of the body after the parameters; nil if there is none.
  private func body(after index: Int, withinLine: Bool = false) -> Int? {
    var at = index
    while at < min(tokens.count, index + 40) {
      if isOpen(at, "{") { return at }
      let token = tokens[at]
      if token.kind == .close || isOp(at, ";") || isOp(at, "=") || isOp(at, ",") && withinLine { return nil }
      if withinLine {
        let isType = token.kind == .name || token.kind == .op || token.kind == .open
        let isFirst = at == index && !(isOp(at, ":") || isName(at) && symbol(at).text == "throws")
        if !isType || isFirst || token.startsLine || isOp(at, "?") { return nil }
      }
      at = next(at)
    }
    return nil
  }

  private func columnOfLine(_ index: Int) -> Int {
    var at = Int(tokens[index].start)
    while at > 0, bytes[at - 1] != 0x0A { at -= 1 }
    var column = 0
    while at + column < bytes.count, bytes[at + column] == 0x20 || bytes[at + column] == 0x09 { column += 1 }
    return column
  }
}
