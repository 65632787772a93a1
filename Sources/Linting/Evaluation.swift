// What an expression holds, worked out by its operators and the chain of members, indexes and calls between them.

extension CodeReader {
  /// How loosely an operator binds; the loosest of an expression decides.
  private enum Rank: Int {
    case list = 1, function, assignment, condition, or, and, comparison, cast, sum, product, none
  }

  /// The value of the tokens in `range`.
  mutating func value(_ range: Range<Int>, depth: Int = 0) -> Value {
    if range.isEmpty || depth > 48 || budget <= 0 { return .unknown }
    var lowest = Rank.none
    var first = range.lowerBound
    var index = range.lowerBound
    var previousIsValue = false
    while index < range.upperBound {
      budget -= 1
      let rank = rank(of: index, afterValue: previousIsValue)
      if rank.rawValue < lowest.rawValue {
        lowest = rank
        first = index
      }
      let kind = tokens[index].kind
      previousIsValue = kind == .name ? symbol(index).word == .none : kind != .op
      index = next(index)
    }
    let (left, right) = (range.lowerBound..<first, min(first + 1, range.upperBound)..<range.upperBound)
    switch lowest {
    case .list: return joined(range, at: .list, depth)
    case .function, .comparison, .product: return .clean
    case .assignment: return value(right, depth: depth + 1)
    case .condition: return choice(range, at: first, depth)
    case .or, .sum: return joined(range, at: lowest, depth)
    case .and: return value(right, depth: depth + 1)
    case .cast: return value(left, depth: depth + 1)
    case .none: return chain(range, depth)
    }
  }

  private func rank(of index: Int, afterValue: Bool) -> Rank {
    let token = tokens[index]
    if token.kind == .name {
      switch symbol(index).word {
      case .or: return .or
      case .and: return .and
      case .not, .compare: return .comparison
      case .within: return afterValue ? .comparison : .none
      case .if where language == .python: return .condition
      case .lambda: return .function
      case .loop where language == .python: return .function
      case .cast: return .cast
      default:
        guard language == .powershell, token.byte == UInt8(ascii: "-") else { return .none }
        return ["-f", "-join", "-split", "-replace"].contains(symbol(index).text) ? .sum : .none
      }
    }
    guard token.kind == .op else { return .none }
    let width = token.end - token.start
    let second = width > 1 ? bytes[Int(token.start) + 1] : 0
    switch token.byte {
    case UInt8(ascii: ","): return .list
    case UInt8(ascii: "="):
      if width == 1 { return .assignment }
      return second == UInt8(ascii: ">") ? .function : .comparison
    case UInt8(ascii: ":"): return second == UInt8(ascii: "=") ? .assignment : .none
    case UInt8(ascii: "?"):
      if width == 1 { return isCondition(index) ? .condition : .none }
      return second == UInt8(ascii: "?") || second == UInt8(ascii: ":") ? .or : .none
    case UInt8(ascii: "|"): return width == 2 ? .or : .product
    case UInt8(ascii: "&"):
      if width == 2 { return second == UInt8(ascii: "&") ? .and : .none }
      return afterValue ? .product : .none
    case UInt8(ascii: "!"): return width > 1 ? .comparison : .none
    case UInt8(ascii: "<"):
      if width == 1 || second == UInt8(ascii: "=") { return afterValue ? .comparison : .none }
      return second == UInt8(ascii: "<") && afterValue ? .sum : .none
    case UInt8(ascii: ">"): return width == 1 || second == UInt8(ascii: "=") ? .comparison : .product
    case UInt8(ascii: "-"):
      if second == UInt8(ascii: ">") { return .function }
      return afterValue ? .product : .none
    case UInt8(ascii: "+"):
      if second == UInt8(ascii: "=") { return .assignment }
      return afterValue ? .sum : .none
    case UInt8(ascii: "%"): return afterValue ? .sum : .none
    case UInt8(ascii: "*"), UInt8(ascii: "/"), UInt8(ascii: "^"): return afterValue ? .product : .none
    default: return .none
    }
  }

  /// Whether the `?` at `index` asks, and does not mark an optional.
  private func isCondition(_ index: Int) -> Bool {
    switch language {
    case .javascript, .java, .ruby, .powershell: true
    case .swift: tokens[index].isApart
    default: false
    }
  }

  /// The union of the operands of an operator.
  private mutating func joined(_ range: Range<Int>, at rank: Rank, _ depth: Int) -> Value {
    var result = Value.clean
    var start = range.lowerBound
    var index = start
    var afterValue = false
    var width: Int?
    func operand(_ end: Int) -> Range<Int> { start..<end }
    while index < range.upperBound {
      budget -= 1
      if self.rank(of: index, afterValue: afterValue) == rank {
        // `"%.8s" % key` shows eight bytes of it.
        if rank == .sum, width == nil, start == range.lowerBound { width = formatWidth(start) }
        result.join(value(operand(index), depth: depth + 1))
        start = index + 1
      }
      let kind = tokens[index].kind
      afterValue = kind == .name ? symbol(index).word == .none : kind != .op
      index = next(index)
    }
    let last = value(operand(range.upperBound), depth: depth + 1)
    if let width, width <= Cut.longest { return result }
    result.join(last)
    return result
  }

  /// `a ? b : c` and `b if a else c`: what is tested is not in the result.
  private mutating func choice(_ range: Range<Int>, at first: Int, _ depth: Int) -> Value {
    let isPython = language == .python
    var index = first + 1
    var nested = 0
    while index < range.upperBound {
      budget -= 1
      if isPython {
        if tokens[index].kind == .name, symbol(index).word == .else { break }
      } else if isOp(index, "?") {
        nested += 1
      } else if isOp(index, ":") {
        if nested == 0 { break }
        nested -= 1
      }
      index = next(index)
    }
    if index >= range.upperBound {
      // An optional's mark, or half of a comprehension.
      return isPython ? .clean : chain(range, depth)
    }
    var result = value(isPython ? range.lowerBound..<first : (first + 1)..<index, depth: depth + 1)
    result.join(value((index + 1)..<range.upperBound, depth: depth + 1))
    return result
  }

  // MARK: Strings and literals

  /// What the string at `index` holds.
  mutating func string(_ index: Int, _ depth: Int) -> Value {
    var result = Value.clean
    let end = Int(tokens[index].partner)
    var at = index + 1
    while at < end {
      budget -= 1
      let token = tokens[at]
      if token.kind == .interpolation {
        var inner = (at + 1)..<min(Int(token.partner), end)
        var isCut = false
        while let last = inner.last, tokens[last].kind == .spec {
          if let width = specWidth(tokens[last].range), width <= Cut.longest { isCut = true }
          inner = inner.dropLast()
        }
        // `{name=}` of Python.
        if let last = inner.last, isOp(last, "=") { inner = inner.dropLast() }
        if !isCut { result.join(value(inner, depth: depth + 1)) }
      } else if token.kind == .variable {
        result.join(value(ofName: Int(token.partner)).at(at..<(at + 1)))
      }
      at = next(at)
    }
    return result
  }

  /// The values of a list, a dictionary or an object, with what it may take in of others.
  mutating func entries(_ range: Range<Int>, _ depth: Int) -> Value {
    var result = Value.clean
    for part in split(range) {
      var body = part
      var index = part.lowerBound
      var isComprehension = false
      while index < part.upperBound {
        if isOp(index, ":") || isOp(index, "=>") || (language == .powershell && isOp(index, "=")) {
          body = (index + 1)..<part.upperBound
          break
        }
        if tokens[index].kind == .name, symbol(index).word == .loop { isComprehension = true }
        index = next(index)
      }
      if isComprehension { continue }
      result.join(value(body, depth: depth + 1).contained)
    }
    return result
  }

  /// The parts of a list between its commas.
  func split(_ range: Range<Int>) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    var start = range.lowerBound
    var index = start
    while index < range.upperBound {
      if isOp(index, ",") || isOp(index, ";") {
        if index > start { parts.append(start..<index) }
        start = index + 1
      }
      index = next(index)
    }
    if start < range.upperBound { parts.append(start..<range.upperBound) }
    return parts
  }
}
