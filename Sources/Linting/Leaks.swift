// Leaks besides logs: keys in addresses, in the arguments of commands, in the code, and in what browsers get.

extension CodeReader {
  /// Whether a key is one of Hopx, as far as the file tells.
  private func isHopx(_ value: Value) -> Bool { value.flags.contains(.hopx) || isAboutHopx }

  // MARK: Commands

  private static let commands: [Language: Set<String>] = [
    .python: ["run", "call", "Popen", "check_call", "check_output", "system", "create_subprocess_exec", "popen"],
    .javascript: ["exec", "execSync", "spawn", "spawnSync", "execFile", "execFileSync"],
    .go: ["Command", "CommandContext"],
    .ruby: ["system", "spawn", "exec"],
  ]
  private static let commandOwners: Set<String> = [
    "subprocess", "os", "asyncio", "child_process", "cp", "exec", "Process", "Kernel",
  ]

  /// `subprocess.run(["hopx", "--api-key", key])`
  mutating func readCommandCall(_ name: Int, _ owners: [Int], _ arguments: [Range<Int>]) {
    guard isReporting, Self.commands[language]?.contains(symbol(name).text) ?? false else { return }
    let isKnown = owners.first.map { Self.commandOwners.contains(symbol($0).text) } ?? (language != .python)
    guard isKnown else { return }
    let first = language == .python ? arguments.prefix(1) : arguments.prefix(language == .go ? 32 : 2)
    for argument in first where label(of: argument) == nil && !isOpen(argument.lowerBound, "{") {
      for part in isOpen(argument.lowerBound, "[") ? elements(argument) : [argument] {
        let value = value(part)
        guard value.flags.contains(.key), isHopx(value) else { continue }
        report(.inArguments, value.place, "a key becomes an argument of a command, which every user can see")
      }
    }
  }

  private func elements(_ list: Range<Int>) -> [Range<Int>] {
    let end = Int(tokens[list.lowerBound].partner)
    return end > list.lowerBound ? split((list.lowerBound + 1)..<end) : []
  }

  // MARK: Addresses

  /// `"https://...?key=\(key)"`
  mutating func readInterpolation(_ index: Int) {
    guard isReporting, index > 0, tokens[index - 1].kind == .text, endsInParameter(tokens[index - 1].range),
      Int(tokens[index].partner) > index
    else { return }
    var inner = (index + 1)..<Int(tokens[index].partner)
    while let last = inner.last, tokens[last].kind == .spec { inner = inner.dropLast() }
    report(inURL: value(inner))
  }

  /// `"https://...?key=" + key`
  mutating func readSum(_ index: Int) {
    guard isReporting, index > 1, tokens[index - 1].kind == .quoteEnd, tokens[index - 2].kind == .text,
      endsInParameter(tokens[index - 2].range)
    else { return }
    var end = index + 1
    while end < tokens.count, !isOp(end, "+"), !isOp(end, ","), !isOp(end, ";"), tokens[end].kind != .close,
      end == index + 1 || !tokens[end].startsLine
    {
      end = next(end)
    }
    report(inURL: value((index + 1)..<min(end, tokens.count)))
  }

  private mutating func report(inURL value: Value) {
    guard value.flags.contains(.key), isHopx(value) else { return }
    report(.inURL, value.place, "a key is part of an address, which logs and histories keep")
  }

  /// Whether a text ends with `?key=` or the like.
  private func endsInParameter(_ range: Range<Int>) -> Bool { urlParameterEnds(bytes[range]) }

  // MARK: Code

  /// `api_key="..."`, `apiKey: "..."` in the arguments of a call or in an object.
  mutating func readLabel(_ index: Int) {
    guard isReporting, let open = brackets.last, index + 2 < tokens.count, isOp(index + 1, "=") || isOp(index + 1, ":"),
      let text = literal(index + 2)
    else { return }
    let isArgument = tokens[open].byte == UInt8(ascii: "(")
    if isOp(index + 1, "=") != (language == .python && isArgument) { return }
    // A default of a definition, and the types of an interface.
    if language == .python, open >= 2, isName(open - 2), symbol(open - 2).word == .define { return }
    let end = next(index + 2)
    guard end < tokens.count, tokens[end].kind == .close || isOp(end, ",") || tokens[end].startsLine else { return }
    let isStrict = !(isAboutHopx || symbol(index).key.contains(.hopx))
    guard looksSecret(text, isStrict: isStrict) else { return }
    report(.hardcoded, (index + 2)..<end, "a key is written in the code")
  }

  // MARK: Clients

  mutating func readClientName(_ index: Int) {
    let symbol = symbol(index)
    guard isReporting, symbol.traits.contains(.upper), let prefix = clientPrefix(of: symbol.text) else { return }
    report(.inClient, index..<(index + 1), "what begins with \(prefix) is sent to every visitor")
  }
}

/// Whether a text ends with a parameter of an address that takes a key: `?api_key=`.
func urlParameterEnds(_ text: some BidirectionalCollection<UInt8>) -> Bool {
  guard text.last == UInt8(ascii: "=") else { return false }
  let tail = text.suffix(40).dropLast()
  guard let start = tail.lastIndex(where: { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "&") }) else { return false }
  let name = String(decoding: tail[tail.index(after: start)...], as: UTF8.self).lowercased()
  return name.utf8.allSatisfy { $0 >= 0x61 && $0 <= 0x7A || "_-".utf8.contains($0) }
    && ["key", "token", "secret", "auth"].contains { name.contains($0) }
}

/// Prefixes of variables that build tools write into what browsers and apps get.
private let clientPrefixes = [
  "NEXT_PUBLIC_", "VITE_", "REACT_APP_", "EXPO_PUBLIC_", "NUXT_PUBLIC_", "GATSBY_", "VUE_APP_", "PUBLIC_",
]

/// The prefix of a variable with a Hopx key that gets into a bundle; nil if it is none.
func clientPrefix(of name: some StringProtocol) -> String? {
  guard name.contains("_HOPX_"), let prefix = clientPrefixes.first(where: { name.hasPrefix($0) }) else { return nil }
  let rest = name.dropFirst(prefix.count)
  return ["HOPX_API_KEY", "HOPX_KEY", "HOPX_SECRET", "HOPX_TOKEN"].contains { rest.hasPrefix($0) } ? prefix : nil
}

/// Whether a literal could be a key, and is no placeholder, no name and no address. Whole Hopx keys are for `scan`.
func looksSecret(_ text: some BidirectionalCollection<UInt8>, isStrict: Bool) -> Bool {
  guard text.count >= (isStrict ? 20 : 12), text.count <= 256 else { return false }
  let string = String(decoding: text, as: UTF8.self)
  if string.hasPrefix("hopx_live_") { return false }
  var (digits, letters) = (0, 0)
  for byte in text {
    switch byte {
    case 0x30...0x39: digits += 1
    case 0x41...0x5A, 0x61...0x7A: letters += 1
    case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "+"), UInt8(ascii: "/"),
      UInt8(ascii: "="):
      break
    default: return false
    }
  }
  guard digits >= 3, letters >= 3, Set(text).count >= 8 else { return false }
  let lower = string.lowercased()
  let isWord = [
    "test", "example", "your", "xxx", "dummy", "fake", "placeholder", "sample", "changeme", "demo", "mock", "secret",
    "1234", "abcd", "none", "null", "foo", "bar", "invalid", "api-key", "api_key", "apikey", "replace", "insert",
    "todo",
    "env.", "local", "http", "/",
  ].contains { lower.contains($0) }
  return !isWord
}
