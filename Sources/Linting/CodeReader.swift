// Reads the code of a file twice: first to learn what its functions and attributes hold, then to find what leaks.
// Everything is judged in the order of the text. What cannot be followed is not guessed.

struct CodeReader {
  let bytes: UnsafeRawBufferPointer
  let language: Language
  let rules: LintRules
  let tokens: [Token]
  let symbols: [Symbol]
  /// The file is about Hopx, so that its keys are Hopx keys.
  let isAboutHopx: Bool

  /// What each name holds here; nil where nothing was assigned.
  var states: [Value?]
  /// What attributes of `self` were assigned anywhere.
  var attributes: [Int: Value] = [:]
  /// By the token of their names.
  var functions: [Int: Function] = [:]
  /// The only function of a name; -1 if there are several.
  var functionNames: [Int: Int] = [:]
  /// Names with attributes that no string has.
  var objects: Set<Int> = []
  /// Values that a `match` looks at, by the token of its block.
  var matched: [Int: Value] = [:]
  var scopes: [Scope] = []
  /// Open brackets round the current token.
  var brackets: [Int] = []
  var isReporting = false
  private(set) var findings: [LintFinding] = []
  private var reported: Set<Range<Int>> = []
  /// Steps of evaluation that are left, so that the time is linear in the text.
  var budget: Int

  struct Scope {
    /// The token at which it ends, or nil where indentation says so.
    let end: Int?
    let indent: Int
    /// The token of the function's name; nil for a closure.
    let function: Int?
    /// What names held outside.
    var saved: [(symbol: Int, value: Value?)] = []
  }

  init(
    _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, _ language: Language, _ rules: LintRules, isAboutHopx: Bool
  ) {
    self.bytes = bytes
    self.language = language
    self.rules = rules
    self.isAboutHopx = isAboutHopx
    var lexer = Lexer(bytes, range, language)
    lexer.run()
    var table = SymbolTable()
    for index in lexer.tokens.indices {
      let token = lexer.tokens[index]
      if token.kind == .name {
        lexer.tokens[index].partner = table.number(of: token.range, in: bytes, language, rules)
      } else if token.kind == .variable {
        lexer.tokens[index].partner = table.number(of: bareVariable(token.range, in: bytes), in: bytes, language, rules)
      }
    }
    tokens = lexer.tokens
    symbols = table.symbols
    states = Array(repeating: nil, count: symbols.count)
    budget = 0
  }

  /// The whole reading.
  mutating func read() {
    noteObjects()
    for pass in 0..<2 {
      isReporting = pass == 1
      budget = 64 * tokens.count + 10_000
      walk()
    }
  }

  /// Notes the names that are used like objects: a key is a string.
  private mutating func noteObjects() {
    guard tokens.count > 2 else { return }
    for index in 2..<tokens.count where tokens[index].kind == .name && tokens[index - 2].kind == .name {
      guard isDot(index - 1) else { continue }
      let owner = Int(tokens[index - 2].partner)
      if symbols[owner].key.isEmpty || isDot(index - 3) { continue }
      if Self.ofObjects.contains(symbols[Int(tokens[index].partner)].text) { objects.insert(owner) }
    }
  }

  private static let ofObjects: Set<String> = [
    "id", "name", "key", "keyId", "key_id", "user", "user_id", "userId", "created_at", "createdAt", "expires_at",
    "expiresAt", "scopes", "secret", "save", "delete", "update", "is_active", "isActive", "value", "prefix_", "objects",
    "owner", "status", "label", "type", "token", "getId", "getName", "getKey", "in", "permissions", "revoke", "in_",
  ]

  // MARK: Tokens

  @inline(__always)
  func symbol(_ index: Int) -> Symbol { symbols[Int(tokens[index].partner)] }

  @inline(__always)
  func isOp(_ index: Int, _ text: StaticString) -> Bool {
    guard index >= 0, index < tokens.count else { return false }
    let token = tokens[index]
    guard token.kind == .op, Int(token.end - token.start) == text.utf8CodeUnitCount else { return false }
    for offset in 0..<text.utf8CodeUnitCount where bytes[Int(token.start) + offset] != text.utf8Start[offset] {
      return false
    }
    return true
  }

  func isName(_ index: Int) -> Bool { index >= 0 && index < tokens.count && tokens[index].kind == .name }

  /// `.`, `?.`, `::` or what else leads to a member.
  func isDot(_ index: Int) -> Bool {
    guard index >= 0, index < tokens.count, tokens[index].kind == .op else { return false }
    let token = tokens[index]
    switch (token.byte, token.end - token.start) {
    case (UInt8(ascii: "."), 1): return true
    case (UInt8(ascii: "?"), 2): return bytes[Int(token.start) + 1] == UInt8(ascii: ".")
    case (UInt8(ascii: ":"), 2): return bytes[Int(token.start) + 1] == UInt8(ascii: ":")
    case (UInt8(ascii: "&"), 2): return bytes[Int(token.start) + 1] == UInt8(ascii: ".")
    default: return false
    }
  }

  /// The token after `index`, past what it opens.
  @inline(__always)
  func next(_ index: Int) -> Int {
    let token = tokens[index]
    switch token.kind {
    case .open, .quote, .interpolation: return max(index, Int(token.partner)) + 1
    default: return index + 1
    }
  }

  func isOpen(_ index: Int, _ byte: Character) -> Bool {
    index >= 0 && index < tokens.count && tokens[index].kind == .open && tokens[index].byte == byte.asciiValue
  }

  /// The content of the string at `index`, if it is a literal.
  func literal(_ index: Int) -> Slice<UnsafeRawBufferPointer>? {
    guard index < tokens.count, tokens[index].kind == .quote else { return nil }
    let end = Int(tokens[index].partner)
    if end == index + 1 { return bytes[Int(tokens[index].end)..<Int(tokens[index].end)] }
    guard end == index + 2, tokens[index + 1].kind == .text else { return nil }
    return bytes[tokens[index + 1].range]
  }

  // MARK: Findings

  /// - Parameter place: tokens.
  mutating func report(_ kind: LintKind, _ place: Range<Int>, _ message: String, isWhole: Bool = true) {
    guard isReporting, !place.isEmpty, place.upperBound <= tokens.count else { return }
    let range = Int(tokens[place.lowerBound].start)..<Int(tokens[place.upperBound - 1].end)
    guard reported.insert(range).inserted else { return }
    var finding = LintFinding(kind: kind, range: range, message: message)
    if kind == .logged && isWhole { finding.replacement = cut(of: place) }
    findings.append(finding)
  }

  // MARK: States

  mutating func set(_ symbol: Int, _ value: Value) {
    if !scopes.isEmpty { scopes[scopes.count - 1].saved.append((symbol, states[symbol])) }
    states[symbol] = value
  }

  mutating func endScope() {
    guard let scope = scopes.popLast() else { return }
    for (symbol, value) in scope.saved.reversed() { states[symbol] = value }
  }

  /// What a name by itself holds.
  func value(ofName symbol: Int) -> Value {
    if let value = states[symbol] { return value }
    let name = symbols[symbol]
    if name.traits.contains(.environment) { return name.key.isEmpty ? .clean : .named(name.key) }
    if name.text == "ENV" && language == .ruby { return Value(flags: .environment) }
    if let value = attributes[symbol], name.text.hasPrefix("@") { return value }
    guard !name.key.isEmpty, !objects.contains(symbol) else { return .unknown }
    // Imported constants are names of settings more often than values.
    if name.traits.contains(.upper) || name.traits.contains(.capital) {
      return name.key.contains(.hopx) && name.traits.contains(.upper) ? .named(name.key) : .unknown
    }
    return .named(name.key)
  }
}

/// The name in `$name`, `${name}` or `$$name`.
func bareVariable(_ range: Range<Int>, in bytes: UnsafeRawBufferPointer) -> Range<Int> {
  var (start, end) = (range.lowerBound, range.upperBound)
  while start < end, bytes[start] == UInt8(ascii: "$") || bytes[start] == UInt8(ascii: "{") { start += 1 }
  if end > start, bytes[end - 1] == UInt8(ascii: "}") { end -= 1 }
  return start..<end
}
