// Calls, and what is shown by them: logs, prints, errors, answers to requests, arguments of commands.

extension CodeReader {
  /// The names before the one at `index`, the nearest first: `logger` of `self.logger.info`.
  private func receivers(_ index: Int) -> [Int] {
    var names: [Int] = []
    var at = index - 1
    while at > 0, isDot(at), names.count < 4 {
      var owner = at - 1
      // `getLogger(name).info(...)`
      if tokens[owner].kind == .close, Int(tokens[owner].partner) > 0 { owner = Int(tokens[owner].partner) - 1 }
      guard isName(owner) else { break }
      names.append(owner)
      at = owner - 1
    }
    return names
  }

  /// Looks at the call whose arguments begin at `open`.
  mutating func readCall(_ open: Int) {
    let isMacro = language == .rust && isOp(open - 1, "!")
    let name = isMacro ? open - 2 : open - 1
    guard isName(name), Int(tokens[open].partner) > open else { return }
    if defineMethod(open) { return }
    let arguments = split((open + 1)..<Int(tokens[open].partner))
    if arguments.isEmpty { return }
    let owners = receivers(name)
    if shows(name, owners, isMacro: isMacro) {
      show(arguments, by: fullName(name, owners))
    } else if isErrorResponse(name, owners) {
      show(arguments, by: "an error response")
    }
    readLocalCall(name, arguments)
    readCommandCall(name, owners, arguments)
  }

  func fullName(_ name: Int, _ owners: [Int]) -> String {
    (owners.prefix(2).reversed() + [name]).map { symbol($0).text }.joined(separator: ".")
  }

  /// Whether a function shows its arguments.
  private func shows(_ name: Int, _ owners: [Int], isMacro: Bool = false) -> Bool {
    let symbol = symbol(name)
    if let sinks = symbol.sinks, language != .rust || isMacro || !owners.isEmpty {
      let found = sinks.contains { wanted in
        if wanted.isEmpty { return owners.isEmpty }
        return wanted.count <= owners.count
          && zip(wanted, owners).allSatisfy { self.symbol($1).text == $0 }
      }
      if found { return true }
    }
    guard symbol.traits.contains(.level), let owner = owners.first else { return false }
    return self.symbol(owner).traits.contains(.logger)
  }

  /// `res.status(401).json(...)`
  private func isErrorResponse(_ name: Int, _ owners: [Int]) -> Bool {
    guard language == .javascript, ["json", "send", "end"].contains(symbol(name).text), let owner = owners.first,
      symbol(owner).text == "status", let status = number(owner + 2)
    else { return false }
    return status >= 400
  }

  /// Names of arguments of `print` that are not shown.
  private static let options: Set<String> = [
    "file", "sep", "end", "flush", "exc_info", "stack_info", "stacklevel", "err",
  ]

  /// Reports arguments that hold a key.
  mutating func show(_ arguments: [Range<Int>], by function: String) {
    if function == "print", let file = arguments.first(where: { labelText($0) == "file" }) {
      let target = unlabelled(file).compactMap { isName($0) ? symbol($0).text : nil }.last
      if target != "stderr" && target != "stdout" { return }
    }
    if function.hasSuffix("Fprintf") || function.hasSuffix("Fprintln") || function.hasSuffix("Fprint") {
      let target = arguments[0].compactMap { isName($0) ? symbol($0).text : nil }.last
      if target != "Stderr" && target != "Stdout" { return }
    }
    var widths: [Int?] = []
    var format: Int?
    for (position, argument) in arguments.enumerated() {
      if labelText(argument).map(Self.options.contains) ?? false { continue }
      let body = unlabelled(argument)
      var value = value(body)
      // `"%.15s", key` shows no more than that of it.
      if let format, position - format <= widths.count, let width = widths[position - format - 1], width <= Cut.longest
      {
        value = .clean
      }
      if format == nil {
        widths = formatWidths(body.lowerBound)
        if !widths.isEmpty { format = position }
      }
      if language == .rust { value.join(captured(body)) }
      note(value, shownBy: function)
    }
  }

  private func labelText(_ argument: Range<Int>) -> String? { label(of: argument).map { symbols[$0].text } }

  /// Reports a value that is shown, or notes which parameters are.
  mutating func note(_ value: Value, shownBy function: String) {
    if value.leaks {
      report(.logged, value.place, Self.words(value, function))
    } else if value.parameters != 0, !isReporting, let current = currentFunction {
      functions[current]?.shown |= value.parameters
      let line = Int(tokens[value.place.first ?? 0].start)
      for bit in 0..<32 where value.parameters >> UInt32(bit) & 1 != 0 {
        if functions[current]?.shownAt[bit] == nil { functions[current]?.shownAt[bit] = line }
      }
    }
  }

  private static func words(_ value: Value, _ function: String) -> String {
    if value.flags.contains(.environment) { return "the whole environment, with every key in it, goes to \(function)" }
    if value.flags.contains(.container) { return "something that holds a key goes to \(function) as a whole" }
    return "a key goes to \(function) whole"
  }

  /// A function of this file that shows what it is given.
  private mutating func readLocalCall(_ name: Int, _ arguments: [Range<Int>]) {
    guard isReporting, let number = functionNames[Int(tokens[name].partner)], number >= 0, number != name,
      let function = functions[number], function.shown != 0
    else { return }
    for (position, argument) in arguments.enumerated() {
      guard let parameter = parameter(of: function, at: position, argument), parameter < 32,
        function.shown >> UInt32(parameter) & 1 != 0
      else { continue }
      // A parameter with a key's name is reported where it is shown.
      if !symbols[function.parameters[parameter]].key.isEmpty { continue }
      let value = value(unlabelled(argument))
      guard value.leaks else { continue }
      let line = 1 + (function.shownAt[parameter].map { lineEnds(before: $0) } ?? 0)
      report(.logged, value.place, "a key goes to \(symbol(name).text), which shows it in line \(line)", isWhole: false)
    }
  }

  private func lineEnds(before offset: Int) -> Int {
    bytes[..<offset].reduce(0) { $0 + ($1 == 0x0A ? 1 : 0) }
  }

  // MARK: Errors

  /// Arguments of an error that are no message.
  private static let messages: Set<String> = ["message", "detail", "msg", "reason", "description", "error", "details"]

  mutating func readRaise(_ index: Int) {
    let range = (index + 1)..<statementEnd(index + 1)
    guard let first = range.first else { return }
    let exception = "an error's message"
    // The arguments of the error, if it is made here.
    var at = first
    while at < range.upperBound, isName(at) || isDot(at) { at += 1 }
    if at < range.upperBound, isOpen(at, "("), Int(tokens[at].partner) > at, at > first {
      for argument in split((at + 1)..<Int(tokens[at].partner)) {
        if let label = labelText(argument), !Self.messages.contains(label) { continue }
        let body = unlabelled(argument)
        // A case of an enumeration keeps what it is given; only a text is a message.
        if language == .swift, tokens[body.lowerBound].kind != .quote { continue }
        note(value(body), shownBy: exception)
      }
      return
    }
    for part in split(range) where part.contains(where: { tokens[$0].kind == .quote }) {
      note(value(part), shownBy: exception)
    }
  }

  // MARK: Calls without brackets

  /// `<<~TEXT`, whose text follows the line.
  private func isDocument(_ index: Int) -> Bool {
    tokens[index].byte == UInt8(ascii: "<") && tokens[index].end - tokens[index].start > 2
  }

  /// `puts key`, `Write-Host $key`.
  mutating func readCommand(_ index: Int) {
    guard index + 1 < tokens.count, !isDot(index - 1) || language == .ruby, !tokens[index + 1].startsLine,
      tokens[index + 1].isApart, tokens[index + 1].kind != .op || isDocument(index + 1),
      tokens[index + 1].kind != .close
    else { return }
    if isName(index + 1), [.if, .and, .or, .within, .loop].contains(symbol(index + 1).word) { return }
    let owners = receivers(index)
    guard shows(index, owners) else { return }
    let range = (index + 1)..<statementEnd(index + 1)
    let function = fullName(index, owners)
    if language == .ruby {
      // `puts key if debug`
      let end =
        range.first { isName($0) && [.if, .loop].contains(symbol($0).word) || isOp($0, "|") } ?? range.upperBound
      return show(split(range.lowerBound..<end), by: function)
    }
    var start = range.lowerBound
    var at = start
    while at < range.upperBound {
      let after = next(at)
      if isOp(at, "|") { break }
      if after >= range.upperBound || tokens[after].isApart {
        show([start..<min(after, range.upperBound)], by: function)
        start = after
      }
      at = after
    }
  }
}
