// Assignments: which names a value goes to, and what the names hold from then on.

extension CodeReader {
  /// Tokens before `=` that may belong to its left side.
  private static let reach = 48

  mutating func assign(_ index: Int) {
    let isWalrus = isOp(index, ":=") && language == .python
    if let open = brackets.last, !isWalrus, tokens[open].byte != UInt8(ascii: "{") { return }
    let start = isWalrus ? index - 1 : statementStart(index)
    guard start >= 0, start < index else { return }
    var first = start
    var isCondition = false
    while first < index, isName(first) {
      let word = symbol(first).word
      if word == .if || word == .match { isCondition = true }
      guard word == .declare || word == .if || word == .else || word == .prefix || symbol(first).text == "case" else {
        break
      }
      first += 1
    }
    guard first < index else { return }
    let end = statementEnd(index + 1, atBlock: isCondition)
    let right = (index + 1)..<end
    let left = withoutType(first..<index)
    let targets = split(left)
    if targets.count > 1 { return assign(several: targets, right) }
    var value = value(right)
    if isOp(index, "+=") || isOp(index, "||="), let last = left.last, isName(last) {
      value.join(self.value(ofName: Int(tokens[last].partner)))
    }
    assign(left, value)
  }

  private func statementStart(_ index: Int) -> Int {
    var at = index - 1
    var start = index
    for _ in 0..<Self.reach where at >= 0 {
      let token = tokens[at]
      switch token.kind {
      case .close:
        let open = Int(token.partner)
        guard open < at, !(token.byte == UInt8(ascii: "}") && at < index - 1) else { return start }
        at = open
      case .open, .interpolation: return start
      case .quoteEnd: at = Int(token.partner)
      case .op where isOp(at, ";"): return start
      default: break
      }
      start = at
      if tokens[at].startsLine { return start }
      at -= 1
    }
    return start
  }

  /// `name` of `name: Type`.
  private func withoutType(_ range: Range<Int>) -> Range<Int> {
    guard language.writesTypesAfterColon else { return range }
    var at = range.lowerBound
    while at < range.upperBound {
      if isOp(at, ":") { return range.lowerBound..<at }
      at = next(at)
    }
    return range
  }

  private mutating func assign(several targets: [Range<Int>], _ right: Range<Int>) {
    let parts = split(right)
    for (number, target) in targets.enumerated() {
      if parts.count == targets.count {
        assign(target, value(parts[number]))
      } else if number == 0, parts.count == 1, language == .go {
        assign(target, value(right))
      } else {
        assign(target, .clean)
      }
    }
  }

  /// Gives `value` to what is on the left side.
  private mutating func assign(_ left: Range<Int>, _ value: Value) {
    guard let last = left.last else { return }
    let token = tokens[last]
    switch token.kind {
    case .close where token.byte == UInt8(ascii: "]") && Int(token.partner) > left.lowerBound:
      assign(elementOf: Int(token.partner) - 1, value)
    case .close: assign(pattern: (Int(token.partner) + 1)..<last, value)
    case .name, .variable:
      let symbol = Int(token.partner)
      let name = symbols[symbol]
      var value = value
      // A value that could not be followed is what its name says.
      if value.flags.contains(.unknown), !value.leaks, !name.key.isEmpty, !objects.contains(symbol) {
        value.join(.named(name.key))
      }
      // What is called a hash is one, wherever it was made.
      if name.traits.contains(.mask) { value = .clean }
      value.place = 0..<0
      if last > left.lowerBound, isDot(last - 1) {
        if last >= 2, isName(last - 2), self.symbol(last - 2).traits.contains(.own) {
          attributes[symbol, default: .clean].join(value)
        }
      } else if name.text.hasPrefix("@") {
        attributes[symbol, default: .clean].join(value)
      } else {
        set(symbol, value)
      }
    default: break
    }
  }

  /// `headers["X-API-Key"] = key`: from now on `headers` holds it.
  private mutating func assign(elementOf owner: Int, _ value: Value) {
    guard isName(owner), value.leaks, !isDot(owner - 1) else { return }
    var whole = states[Int(tokens[owner].partner)] ?? .clean
    whole.join(value.contained)
    whole.place = 0..<0
    set(Int(tokens[owner].partner), whole)
  }

  /// `const { apiKey, HOPX_API_KEY: key } = value`, `let Ok(key) = value`.
  private mutating func assign(pattern: Range<Int>, _ value: Value) {
    for part in split(pattern) {
      guard let last = part.last(where: { isName($0) }), let first = part.first(where: { isName($0) }) else { continue }
      let target = Int(tokens[last].partner)
      let named = symbol(first).key
      if language == .rust || language == .swift {
        set(target, value)
      } else if !named.isEmpty, !value.flags.isDisjoint(with: [.environment, .unknown, .container]) {
        // A default after `=` would be the last name.
        let isRenamed = part.count >= 3 && isOp(part.lowerBound + 1, ":")
        set(isRenamed ? Int(tokens[part.lowerBound + 2].partner) : Int(tokens[first].partner), .named(named))
      } else {
        set(target, .clean)
      }
    }
  }
}
