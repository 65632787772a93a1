// What a chain holds: a name, a string or a literal, and the members, indexes and calls that follow it.

extension CodeReader {
  /// A chain that is being read.
  private struct Link {
    var value = Value.clean
    /// Tokens of the names so far, the last few.
    var names: [Int] = []
    /// The token of the string that it begins with.
    var text: Int?
    /// Its value is that of an argument of a format, which is the place to look at.
    var isOfArgument = false
    var isMethod: Bool { names.count > 1 || text != nil }
  }

  mutating func chain(_ range: Range<Int>, _ depth: Int) -> Value {
    guard let start = afterPrefixes(range) else { return .clean }
    if start >= range.upperBound { return .unknown }
    var link = Link()
    var index = next(start)
    let token = tokens[start]
    switch token.kind {
    case .quote:
      link.value = string(start, depth)
      link.text = start
    case .open:
      let inner = (start + 1)..<max(start + 1, Int(token.partner))
      if token.byte == UInt8(ascii: "(") {
        // A cast of Java.
        if language == .java, index < range.upperBound, tokens[index].kind == .name || tokens[index].kind == .quote {
          return chain(index..<range.upperBound, depth + 1)
        }
        link.value = value(inner, depth: depth + 1)
      } else {
        link.value = entries(inner, depth)
      }
    case .name:
      if [.give, .define, .raise, .import_].contains(symbol(start).word) { return .clean }
      let isCalled = isOpen(start + 1, "(") && start + 1 < range.upperBound || isOp(start + 1, "!")
      link.value = isCalled ? .unknown : value(ofName: Int(token.partner)).at(start..<index)
      link.names = [start]
      // A parameter of that name is some other environment.
      if states[Int(token.partner)] == nil, isEnvironment(link.names, range) {
        link.value = Value(flags: .environment, place: start..<index)
      }
    case .variable:
      link.value = value(ofName: Int(token.partner)).at(start..<index)
      link.names = [start]
    case .op where token.byte == UInt8(ascii: "."):
      // `.apiKey` of an enumeration.
      return .clean
    default: return .clean
    }
    while index < range.upperBound {
      budget -= 1
      guard let end = follow(&link, index, range, depth) else { return .unknown }
      index = end
    }
    // A literal's place is that of the key in it.
    let keepsPlace = link.text != nil || token.kind == .open || link.isOfArgument
    if link.value.matters, !keepsPlace || link.value.place.isEmpty { link.value.place = start..<range.upperBound }
    return link.value
  }

  /// Where the chain itself begins; nil if what stands before makes it something else.
  private func afterPrefixes(_ range: Range<Int>) -> Int? {
    var index = range.lowerBound
    while index < range.upperBound {
      let token = tokens[index]
      if token.kind == .op {
        switch token.byte {
        case UInt8(ascii: "&"), UInt8(ascii: "*"): break
        case UInt8(ascii: "."): if token.end - token.start < 3 { return index }
        case UInt8(ascii: "?") where index > range.lowerBound: break
        case UInt8(ascii: "!") where index > range.lowerBound: break
        case UInt8(ascii: "<"): break
        default: return nil
        }
      } else if token.kind == .name {
        switch symbol(index).word {
        case .prefix: break
        case .nothing, .not, .lambda: return nil
        default: return index
        }
      } else {
        return index
      }
      index += 1
    }
    return index
  }

  /// Reads what follows at `index`.
  ///
  /// - Returns: where the next part begins; nil if it cannot be followed.
  private mutating func follow(_ link: inout Link, _ index: Int, _ range: Range<Int>, _ depth: Int) -> Int? {
    let token = tokens[index]
    if isDot(index) {
      guard index + 1 < range.upperBound else { return nil }
      let member = index + 1
      if tokens[member].kind == .number { return member + 1 }
      guard tokens[member].kind == .name else { return language == .rust ? member : nil }
      link.names.append(member)
      if link.names.count > 6 { link.names.removeFirst() }
      link.value = self.member(link, member, range)
      return member + 1
    }
    switch token.kind {
    case .op:
      // Of a macro, an optional, or something that must be there.
      return token.byte == UInt8(ascii: "!") || token.byte == UInt8(ascii: "?") ? index + 1 : nil
    case .open:
      let inner = (index + 1)..<max(index + 1, min(Int(token.partner), range.upperBound))
      switch token.byte {
      case UInt8(ascii: "("):
        let receiver = link.isMethod && link.value.leaks
        link.value = call(link, inner, depth)
        link.isOfArgument = !receiver && inner.first.map { tokens[$0].kind == .quote } ?? false
      case UInt8(ascii: "["): link.value = element(link, inner)
      default:
        let isLiteral = language == .go || language == .rust
        var made = isLiteral ? entries(inner, depth) : .unknown
        if made.leaks { made.flags = [.holder] }
        link.value = made
      }
      return next(index)
    default: return nil
    }
  }

  // MARK: Members

  private func member(_ link: Link, _ index: Int, _ range: Range<Int>) -> Value {
    if isEnvironment(link.names, range) { return Value(flags: .environment) }
    let symbol = symbol(index)
    let isMethod = isOpen(index + 1, "(") && index + 1 < range.upperBound || isOp(index + 1, "!")
    if isMethod { return link.value }
    if link.value.flags.contains(.environment) { return symbol.key.isEmpty ? .clean : .named(symbol.key) }
    let owner = link.names.count > 1 ? self.symbol(link.names[link.names.count - 2]) : nil
    if owner?.traits.contains(.own) ?? false, let value = attributes[Int(tokens[index].partner)], value.leaks {
      return value
    }
    if !symbol.key.isEmpty {
      // `AuthType.apiKey` and `Header.API_KEY` are names of something else.
      guard let owner, !owner.traits.contains(.capital), !owner.traits.contains(.describes) else { return .unknown }
      if objects.contains(Int(tokens[index].partner)) { return .unknown }
      if symbol.traits.contains(.capital) && language != .go { return .unknown }
      // `env.API_KEY` is the name of a variable, `settings.API_KEY` a value.
      if symbol.traits.contains(.upper), !symbol.key.contains(.hopx),
        owner.traits.isDisjoint(with: [.settings, .own])
      {
        return .unknown
      }
      return .named(symbol.key)
    }
    if link.value.flags.contains(.holder), symbol.text == "__dict__" {
      return Value(flags: .container)
    }
    if link.value.leaks || link.value.parameters != 0 {
      return symbol.traits.contains(.carrier) ? link.value : .clean
    }
    return .unknown
  }

  /// Whether these names are the whole environment of the process.
  private func isEnvironment(_ names: [Int], _ range: Range<Int>) -> Bool {
    let last = symbol(names.last!).text
    let before = names.count > 1 ? symbol(names[names.count - 2]).text : nil
    switch language {
    case .python, .notebook: return last == "environ" && (before == nil || before == "os")
    case .javascript: return last == "env" && ["process", "meta", "Bun", "Deno"].contains(before)
    case .swift: return last == "environment" && before == "processInfo"
    case .ruby: return last == "ENV" && before == nil
    default: return false
    }
  }

  // MARK: Indexes

  /// The name that an index or an argument is; nil if it is no literal.
  private func literalName(_ range: Range<Int>) -> Slice<UnsafeRawBufferPointer>? {
    guard let first = range.first else { return nil }
    if next(first) == range.upperBound { return literal(first) }
    // `:name` of Ruby.
    if range.count == 2, isOp(first, ":"), isName(first + 1) { return bytes[tokens[first + 1].range] }
    return nil
  }

  private func element(_ link: Link, _ inner: Range<Int>) -> Value {
    if let name = literalName(inner) {
      let key = rules.names.kind(name)
      let owner = link.names.last.map { symbol($0) }
      if key.isEmpty || owner?.traits.contains(.describes) ?? false { return .clean }
      return .named(key)
    }
    guard link.value.matters else { return .unknown }
    switch slice(inner) {
    case .width(let width): return width <= Cut.longest ? .clean : link.value
    case .rest: return link.value
    case .other: return .clean
    }
  }

  // MARK: Calls

  private mutating func call(_ link: Link, _ inner: Range<Int>, _ depth: Int) -> Value {
    guard let last = link.names.last else { return .unknown }
    let symbol = symbol(last)
    let arguments = split(inner)
    if symbol.traits.contains(.mask) { return .clean }
    if symbol.traits.contains(.accessor), let first = arguments.first, let name = literalName(unlabelled(first)) {
      let owner = link.names.count > 1 ? self.symbol(link.names[link.names.count - 2]) : nil
      let key = rules.names.kind(name)
      if !key.isEmpty, !(owner?.traits.contains(.describes) ?? false) { return .named(key) }
      if link.value.flags.contains(.environment) { return .clean }
    }
    if symbol.text == "getattr", arguments.count > 1, let name = literalName(arguments[1]) {
      return rules.names.kind(name).isEmpty ? .unknown : .named(rules.names.kind(name))
    }
    if let environment = wholeEnvironment(link, arguments) { return environment }
    if link.isMethod, link.value.matters, let slice = slice(method: symbol.text, arguments) {
      switch slice {
      case .width(let width): return width <= Cut.longest ? .clean : link.value
      case .rest: return link.value
      case .other: return .clean
      }
    }
    if language == .rust, link.isMethod, ["chars", "collect", "unwrap_or"].contains(symbol.text) { return link.value }
    if symbol.traits.contains(.unfolds) {
      let all = arguments.reduce(into: link.value) { $0.join(value(unlabelled($1), depth: depth + 1)) }
      if all.flags.contains(.holder) { return Value(flags: .container) }
    }
    if symbol.traits.contains(.carrier) {
      if let text = link.text, let width = formatWidth(text), width <= Cut.longest { return .clean }
      if let first = arguments.first, let width = formatWidth(first.lowerBound), width <= Cut.longest { return .clean }
      var result = link.isMethod ? link.value : .clean
      for argument in arguments { result.join(value(unlabelled(argument), depth: depth + 1)) }
      if language == .rust, isOp(last + 1, "!") { result.join(captured(inner)) }
      return result
    }
    if let number = functionNames[Int(tokens[last].partner)], number >= 0, let function = functions[number] {
      return result(of: function, arguments, depth)
    }
    if symbol.traits.contains(.capital), !link.isMethod || language != .go {
      let made = arguments.reduce(into: Value.clean) { $0.join(value(unlabelled($1), depth: depth + 1)) }
      return made.leaks ? Value(flags: .holder) : .clean
    }
    return symbol.traits.contains(.reads) ? .unknown : .clean
  }

  /// The environment as a whole, if that is what a call returns.
  private func wholeEnvironment(_ link: Link, _ arguments: [Range<Int>]) -> Value? {
    guard link.names.count > 1 else { return nil }
    let last = symbol(link.names.last!).text
    let before = symbol(link.names[link.names.count - 2]).text
    let all = Value(flags: .environment)
    if link.value.flags.contains(.environment) {
      return ["copy", "to_h", "toObject", "items", "to_s", "inspect", "values"].contains(last) ? all : nil
    }
    switch (language, before, last) {
    case (.go, "os", "Environ"), (.rust, "env", "vars"): return all
    case (.java, "System", "getenv") where arguments.isEmpty: return all
    default: return nil
    }
  }

  /// What a function of this file returns for these arguments.
  private mutating func result(of function: Function, _ arguments: [Range<Int>], _ depth: Int) -> Value {
    var result = function.returns
    result.parameters = 0
    result.place = 0..<0
    for (position, argument) in arguments.enumerated() {
      guard let number = parameter(of: function, at: position, argument), number < 32,
        function.returns.parameters >> UInt32(number) & 1 != 0
      else { continue }
      result.join(value(unlabelled(argument), depth: depth + 1))
    }
    return result
  }

  /// The parameter that an argument is for.
  func parameter(of function: Function, at position: Int, _ argument: Range<Int>) -> Int? {
    if let label = label(of: argument) {
      let number = function.parameters.firstIndex(of: label)
      if number != nil || language != .swift { return number }
    }
    return position < function.parameters.count ? position : nil
  }

  /// The symbol of an argument's label, as in `key=value` or `key: value`.
  func label(of argument: Range<Int>) -> Int? {
    guard argument.count > 2, isName(argument.lowerBound) else { return nil }
    let isLabel = isOp(argument.lowerBound + 1, "=") || isOp(argument.lowerBound + 1, ":")
    return isLabel ? Int(tokens[argument.lowerBound].partner) : nil
  }

  func unlabelled(_ argument: Range<Int>) -> Range<Int> {
    label(of: argument) == nil ? argument : (argument.lowerBound + 2)..<argument.upperBound
  }

  /// The values that a format of Rust names: `{api_key}`.
  mutating func captured(_ inner: Range<Int>) -> Value {
    guard let first = inner.first(where: { tokens[$0].kind == .quote }), let text = literal(first) else {
      return .clean
    }
    var result = Value.clean
    var at = text.startIndex
    while let open = text[at...].firstIndex(of: UInt8(ascii: "{")) {
      guard let close = text[open...].firstIndex(of: UInt8(ascii: "}")) else { break }
      at = close + 1
      let field = text[(open + 1)..<close]
      let name = field.prefix { $0 != UInt8(ascii: ":") }
      if let width = specWidth((open + 1)..<close), width <= Cut.longest { continue }
      guard !name.isEmpty, let symbol = symbols.firstIndex(where: { $0.text.utf8.elementsEqual(name) }) else {
        // A name that stands only in the text is a parameter of nothing that was read.
        if !name.isEmpty, !rules.names.kind(name).isEmpty { result.join(Value.named(rules.names.kind(name))) }
        continue
      }
      result.join(value(ofName: symbol).at(first..<(first + 1)))
    }
    if result.matters { result.place = first..<next(first) }
    return result
  }
}
