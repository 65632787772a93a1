// betterleaks' expressions that drop a finding: `entropy`, `matchesAny` and `containsAny` of the secret, the match, its
// line or its path, joined with `||`, `&&`, `!` and parentheses. All else is named; of several alternatives that one is
// left out.

struct FilterExpression {
  private enum Token: Equatable {
    case name(String), text(String), number(Double), sign(String)
  }

  private var tokens: [Token] = []
  private var at = 0

  init(_ text: String) throws(PatternError) { tokens = try Self.tokens(of: Array(text.utf8)) }

  /// The alternatives that can be evaluated, and why the others cannot: without them a rule finds more, not less.
  func filter() throws(PatternError) -> (filter: RuleFilter?, unsupported: [String]) {
    var reader = self
    let defined = try reader.skipDefinitions()
    try reader.refuseChoice()
    var parts: [RuleFilter] = []
    var reasons: [String] = []
    repeat {
      let start = reader.at
      do throws(PatternError) {
        let part = try reader.both()
        if let rest = reader.next, rest != .sign("||") { throw Self.unsupported(rest) }
        parts.append(part)
      } catch {
        let usesDefinition = defined.contains { error.reason == Self.notSupported($0) }
        let reason = usesDefinition ? Self.notSupported("let") : error.reason
        if !reasons.contains(reason) { reasons.append(reason) }
        reader.at = reader.endOfAlternative(from: start)
      }
    } while reader.take("||")
    return (parts.isEmpty ? nil : .any(parts), reasons)
  }

  /// Steps over `let name = ...;` and returns the names.
  private mutating func skipDefinitions() throws(PatternError) -> [String] {
    var names: [String] = []
    while next == .name("let") {
      if at + 1 < tokens.count, case .name(let name) = tokens[at + 1] { names.append(name) }
      guard let end = tokens[at...].firstIndex(of: .sign(";")) else {
        throw PatternError(reason: "a 'let' without ';'")
      }
      at = end + 1
    }
    return names
  }

  /// `a || b ? c : d` is no list of alternatives.
  private func refuseChoice() throws(PatternError) {
    var at = at
    while at < tokens.count {
      at = endOfAlternative(from: at, or: .sign("?"))
      if at < tokens.count, tokens[at] == .sign("?") { throw PatternError(reason: Self.notSupported("?")) }
      at += 1
    }
  }

  /// Where `||`, or another sign, comes next outside all brackets.
  private func endOfAlternative(from start: Int, or other: Token? = nil) -> Int {
    var depth = 0
    return tokens[start...].firstIndex { token in
      switch token {
      case .sign("("), .sign("["), .sign("{"): depth += 1
      case .sign(")"), .sign("]"), .sign("}"): depth -= 1
      default: return depth == 0 && (token == .sign("||") || token == other)
      }
      return false
    } ?? tokens.count
  }

  private var next: Token? { at < tokens.count ? tokens[at] : nil }

  private mutating func take(_ sign: String) -> Bool {
    if next != .sign(sign) { return false }
    at += 1
    return true
  }

  private mutating func need(_ sign: String) throws(PatternError) {
    if !take(sign) { throw next.map(Self.unsupported) ?? PatternError(reason: "it ends before '\(sign)'") }
  }

  private static func unsupported(_ token: Token) -> PatternError {
    switch token {
    case .name(let name): PatternError(reason: notSupported(name))
    case .text: PatternError(reason: "a text where none is expected")
    case .number: PatternError(reason: "a number where none is expected")
    case .sign(let sign): PatternError(reason: "'\(sign)' is not supported here")
    }
  }

  private static func notSupported(_ name: String) -> String { "'\(name)' is not supported" }

  // MARK: Grammar

  private mutating func either() throws(PatternError) -> RuleFilter {
    var parts = [try both()]
    while take("||") { parts.append(try both()) }
    return parts.count == 1 ? parts[0] : .any(parts)
  }

  private mutating func both() throws(PatternError) -> RuleFilter {
    var parts = [try single()]
    while take("&&") { parts.append(try single()) }
    return parts.count == 1 ? parts[0] : .all(parts)
  }

  private mutating func single() throws(PatternError) -> RuleFilter {
    if take("!") { return .not(try single()) }
    if take("(") {
      let inner = try either()
      try need(")")
      return inner
    }
    guard case .name(let name) = next else {
      throw next.map(Self.unsupported) ?? PatternError(reason: "it ends too early")
    }
    at += 1
    switch name.hasPrefix("filter.") ? String(name.dropFirst(7)) : name {
    case "entropy":
      try need("(")
      let target = try target()
      try need(")")
      let orEqual = take("<=")
      if !orEqual { try need("<") }
      guard case .number(let limit) = next else { throw PatternError(reason: "entropy without a number") }
      at += 1
      return .entropy(target, limit, orEqual: orEqual)
    case "matchesAny":
      let (target, texts) = try call()
      var patterns: [Pattern] = []
      for text in texts { patterns.append(Pattern(anywhere: try RegexTree(re2: text).source)) }
      return .matches(target, PatternList(patterns))
    case "containsAny":
      let (target, texts) = try call()
      return .contains(target, WordList(texts))
    default: throw PatternError(reason: Self.notSupported(name))
    }
  }

  /// `(target, ["...", "..."])`
  private mutating func call() throws(PatternError) -> (FilterTarget, [String]) {
    try need("(")
    let target = try target()
    try need(",")
    try need("[")
    var texts: [String] = []
    while case .text(let text) = next {
      at += 1
      texts.append(text)
      if !take(",") { break }
    }
    try need("]")
    try need(")")
    return (target, texts)
  }

  /// `finding["secret"]`, `attributes["path"]`, `get(attributes, "path", "")`, with or without `?? ""`.
  private mutating func target() throws(PatternError) -> FilterTarget {
    if take("(") {
      let inner = try target()
      try need(")")
      return inner
    }
    guard case .name(let name) = next else {
      throw next.map(Self.unsupported) ?? PatternError(reason: "it ends too early")
    }
    at += 1
    var key: String?
    if name == "get" {
      try need("(")
      guard next == .name("attributes") || next == .name("finding") else {
        throw PatternError(reason: "get of something else")
      }
      at += 1
      try need(",")
      if case .text(let text) = next { key = text }
      at += 1
      try need(",")
      at += 1
      try need(")")
    } else if name == "attributes" || name == "finding" {
      try need("[")
      if case .text(let text) = next { key = text }
      at += 1
      try need("]")
      if take("??") { at += 1 }
    } else {
      throw PatternError(reason: Self.notSupported(name))
    }
    guard let key, let target = FilterTarget(rawValue: key) else {
      throw PatternError(reason: "'\(key ?? "")' of \(name) is not supported")
    }
    return target
  }

  // MARK: Tokens

  private static func tokens(of text: [UInt8]) throws(PatternError) -> [Token] {
    var tokens: [Token] = []
    var at = 0
    func isName(_ byte: UInt8) -> Bool {
      byte.isLetter || byte == UInt8(ascii: "_") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || byte == UInt8(ascii: ".")
    }
    while at < text.count {
      let byte = text[at]
      switch byte {
      case 0x09, 0x0A, 0x0D, 0x20: at += 1
      case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"):
        let (value, end) = try string(text, at)
        tokens.append(.text(value))
        at = end
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        let end = text[at...].firstIndex { !isName($0) } ?? text.count
        guard let number = Double(String(decoding: text[at..<end], as: UTF8.self)) else {
          throw PatternError(reason: "a number that is none")
        }
        tokens.append(.number(number))
        at = end
      case _ where isName(byte):
        let end = text[at...].firstIndex { !isName($0) } ?? text.count
        tokens.append(.name(String(decoding: text[at..<end], as: UTF8.self)))
        at = end
      default:
        if text[at...].starts(with: "//".utf8) {
          at = text[at...].firstIndex(of: 0x0A) ?? text.count
          continue
        }
        let two = String(decoding: text[at...].prefix(2), as: UTF8.self)
        let sign = ["||", "&&", "<=", ">=", "==", "!=", "??"].contains(two) ? two : String(two.prefix(1))
        tokens.append(.sign(sign))
        at += sign.utf8.count
      }
    }
    return tokens
  }

  private static func string(_ text: [UInt8], _ start: Int) throws(PatternError) -> (String, Int) {
    var value: [UInt8] = []
    var at = start + 1
    while at < text.count, text[at] != text[start] {
      if text[at] == UInt8(ascii: "\\"), text[start] != UInt8(ascii: "`"), at + 1 < text.count {
        at += 1
        switch text[at] {
        case UInt8(ascii: "n"): value.append(0x0A)
        case UInt8(ascii: "t"): value.append(0x09)
        case UInt8(ascii: "r"): value.append(0x0D)
        default: value.append(text[at])
        }
      } else {
        value.append(text[at])
      }
      at += 1
    }
    if at == text.count { throw PatternError(reason: "a text that does not end") }
    return (String(decoding: value, as: UTF8.self), at + 1)
  }
}
