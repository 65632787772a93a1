// Reads shell commands: scripts, and what Dockerfiles, Makefiles and CI jobs hand to a shell.

struct ShellReader {
  let bytes: UnsafeRawBufferPointer
  let tokens: [Token]
  let rules: LintRules
  let isAboutHopx: Bool
  /// Variables that hold a key, by assignment.
  var holders: Set<String> = []
  /// Variables that were given something else.
  var others: Set<String> = []
  /// The surroundings hold a key: the script, or the CI job around it.
  var isNearKey: Bool
  private(set) var findings: [LintFinding] = []
  private var reported: Set<Range<Int>> = []
  /// `${NAME:0:15}` is understood: a script for bash, zsh or ksh.
  private let cutsVariables: Bool
  /// Searches for what follows a `set -x` that are left.
  private var traces = 16

  init(
    _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, _ language: Language, _ rules: LintRules, isAboutHopx: Bool,
    isNearKey: Bool = false
  ) {
    self.bytes = bytes
    self.rules = rules
    self.isAboutHopx = isAboutHopx
    self.isNearKey = isNearKey
    let first = String(decoding: bytes.prefix(80).prefix { $0 != 0x0A }, as: UTF8.self)
    cutsVariables =
      language == .shell && first.hasPrefix("#!") && ["bash", "zsh", "ksh"].contains { first.contains($0) }
    var lexer = Lexer(bytes, range, language)
    lexer.run()
    tokens = lexer.tokens
  }

  /// A word of a command: tokens without a blank between them.
  private typealias Word = Range<Int>

  mutating func read() {
    if !isNearKey { isNearKey = tokens.contains { $0.kind == .variable && isKey($0) } || mentionsKey() }
    read(0..<tokens.count, depth: 0)
  }

  /// Whether the script exports a key.
  private func mentionsKey() -> Bool {
    tokens.contains { token in
      guard token.kind == .name, let equals = bytes[token.range].firstIndex(of: UInt8(ascii: "=")) else { return false }
      return rules.names.kind(bytes[Int(token.start)..<equals]).contains(.hopx)
    }
  }

  /// Reads the commands in `range`.
  private mutating func read(_ range: Range<Int>, depth: Int) {
    if depth > 32 { return }
    var words: [Word] = []
    var index = range.lowerBound
    var isPiped = false
    while index < range.upperBound {
      let token = tokens[index]
      let isEnd =
        token.kind == .op && ("|&;".utf8.contains(token.byte) && !isRedirection(index))
        || token.startsLine && !words.isEmpty
        || token.kind == .close
      if isEnd {
        let isPipe =
          token.kind == .op && token.byte == UInt8(ascii: "|") && token.end - token.start == 1
          && !Self.passers.contains(text((index + 1)..<min(tokens.count, index + 2)))
        command(words, pipedIn: isPiped, pipedOut: isPipe, end: index)
        isPiped = isPipe
        words.removeAll()
        if token.kind == .op || token.kind == .close {
          index += 1
          continue
        }
      }
      let next = self.next(index)
      if token.kind == .open || token.kind == .quote {
        readInside(index, depth)
        if token.kind == .open, words.isEmpty {
          index = next
          continue
        }
      }
      if let last = words.last, !token.isApart, last.upperBound == index {
        words[words.count - 1] = last.lowerBound..<next
      } else {
        words.append(index..<next)
      }
      index = next
    }
    command(words, pipedIn: isPiped, pipedOut: false, end: range.upperBound)
  }

  /// Reads the commands that are substituted in a word.
  private mutating func readInside(_ index: Int, _ depth: Int) {
    let end = max(index + 1, Int(tokens[index].partner))
    if tokens[index].kind == .open { return read((index + 1)..<end, depth: depth + 1) }
    var at = index + 1
    while at < end {
      if tokens[at].kind == .interpolation {
        read((at + 1)..<max(at + 1, min(end, Int(tokens[at].partner))), depth: depth + 1)
      }
      at = next(at)
    }
  }

  private func next(_ index: Int) -> Int {
    let token = tokens[index]
    switch token.kind {
    case .open, .quote, .interpolation: return max(index, Int(token.partner)) + 1
    default: return index + 1
    }
  }

  /// `&` of `>&2` and `&>file`.
  private func isRedirection(_ index: Int) -> Bool {
    guard tokens[index].byte == UInt8(ascii: "&") else { return false }
    let before = index > 0 && tokens[index - 1].kind == .op && "<>".utf8.contains(tokens[index - 1].byte)
    let after = index + 1 < tokens.count && tokens[index + 1].kind == .op && tokens[index + 1].byte == UInt8(ascii: ">")
    return (before && !tokens[index].isApart) || (after && !tokens[index + 1].isApart)
  }

  // MARK: Words

  func text(_ range: Range<Int>) -> String {
    guard let first = range.first, let last = range.last else { return "" }
    return String(decoding: bytes[Int(tokens[first].start)..<Int(tokens[last].end)], as: UTF8.self)
  }

  /// The text of a word without its quotes.
  private func plain(_ word: Word) -> String {
    let text = text(word)
    guard let first = text.first, first == "\"" || first == "'", text.last == first, text.count > 1 else { return text }
    return String(text.dropFirst().dropLast())
  }

  /// Whether a variable's whole value is a Hopx key.
  func isKey(_ token: Token) -> Bool {
    guard token.kind == .variable else { return false }
    return isKeyExpansion(bytes[token.range])
  }

  private func isKeyExpansion(_ text: Slice<UnsafeRawBufferPointer>) -> Bool {
    var body = text.drop { $0 == UInt8(ascii: "$") }
    let isBraced = body.first == UInt8(ascii: "{") || body.first == UInt8(ascii: "(")
    if isBraced { body = body.dropFirst().dropLast() }
    if body.first == UInt8(ascii: "{") { return isSecret(body) }
    let name = body.prefix { isNameByte($0) }
    let rest = body[name.endIndex...]
    guard holdsKey(name) else { return false }
    // `${NAME:0:15}`, `${NAME:+set}`, `${NAME%%.*}` and the like show less, or something else.
    if rest.isEmpty { return true }
    let operation = String(decoding: rest, as: UTF8.self)
    if let cut = sliceWidth(operation) { return cut > Cut.longest }
    return operation.hasPrefix(":-") || operation.hasPrefix("-") || operation.hasPrefix(":?")
      || operation.hasPrefix("?")
      || operation.hasPrefix(":=")
  }

  /// `:0:15`
  private func sliceWidth(_ operation: String) -> Int? {
    let parts = operation.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].isEmpty, Int(parts[1].drop { $0 == " " }) != nil else { return nil }
    return Int(parts[2].drop { $0 == " " })
  }

  /// `{{ secrets.HOPX_API_KEY }}` of GitHub.
  private func isSecret(_ body: Slice<UnsafeRawBufferPointer>) -> Bool {
    let inner = String(decoding: body, as: UTF8.self).filter { !"{} ".contains($0) }
    guard inner.hasPrefix("secrets.") || inner.hasPrefix("env.") else { return false }
    let name = inner.split(separator: ".").last.map(String.init) ?? ""
    return rules.names.kind(Array(name.utf8)).contains(.hopx)
  }

  private func isNameByte(_ byte: UInt8) -> Bool {
    byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "_")
  }

  private func holdsKey(_ name: some BidirectionalCollection<UInt8>) -> Bool {
    let text = String(decoding: name, as: UTF8.self)
    if holders.contains(text) { return true }
    if others.contains(text) { return false }
    let kind = rules.names.kind(name)
    return kind.contains(.hopx) || isAboutHopx && kind.contains(.key)
  }

  /// The variables in a word that hold a key, as tokens.
  private func keys(in word: Word) -> [Int] {
    var found: [Int] = []
    var index = word.lowerBound
    while index < word.upperBound {
      let token = tokens[index]
      if isKey(token) { found.append(index) }
      // What a substituted command gets is not in the word.
      index = token.kind == .open || token.kind == .interpolation ? next(index) : index + 1
    }
    return found
  }

  // MARK: Commands

  private mutating func command(_ words: [Word], pipedIn: Bool, pipedOut: Bool, end: Int) {
    var words = words
    var isAssigned = false
    // `NAME=value command`, and words that only lead to a command.
    while let first = words.first {
      let word = text(first)
      if assign(first) {
        isAssigned = true
      } else if !Self.leads.contains(word) || word == "env" && words.count == 1 {
        break
      }
      words.removeFirst()
    }
    guard let first = words.first else { return }
    let isRedirected = hasOutputFile(words)
    let name = String(text(first).split(separator: "/").last ?? "").trimmingAt()
    switch name {
    case "export", "declare", "local", "readonly", "typeset":
      for word in words.dropFirst() { _ = assign(word) }
    case "echo", "printf", "print": if !isRedirected && !pipedOut { show(words.dropFirst(), by: name) }
    case "cat", "tee":
      // A here-document.
      if !isRedirected && !pipedOut && name == "cat" {
        show(words.dropFirst().filter { isDocument($0) }[...], by: "cat")
      }
    case "printenv", "env", "set", "export-p":
      if !isRedirected && !pipedOut { showAll(words, name) }
    case "curl", "wget": transfer(words, name)
    case "docker", "podman", "buildah", "nerdctl": build(words)
    case "test", "[", "[[", "if", "case", "read", "unset", ":", "return", "exit", "trap", "alias": break
    default: if !isAssigned || words.count > 1 { argue(words) }
    }
  }

  /// Commands that show what they read.
  private static let passers: Set<String> = ["sort", "tee", "cat", "uniq", "less", "more", "column"]

  private static let leads: Set<String> = [
    "sudo", "command", "exec", "time", "nohup", "then", "else", "do", "if", "elif", "while", "!", "{", "-", "@", "env",
    "until", "eval",
  ]

  /// Notes `NAME=value`.
  ///
  /// - Returns: whether it is one.
  private mutating func assign(_ word: Word) -> Bool {
    guard let first = word.first, tokens[first].kind == .name else { return false }
    let text = bytes[tokens[first].range]
    guard let equals = text.firstIndex(of: UInt8(ascii: "=")), equals > text.startIndex,
      text[..<equals].allSatisfy({ isNameByte($0) })
    else { return false }
    let name = String(decoding: text[..<equals], as: UTF8.self)
    if keys(in: word).isEmpty {
      if !rules.names.kind(text[..<equals]).contains(.hopx) {
        holders.remove(name)
        others.insert(name)
      }
    } else {
      holders.insert(name)
      others.remove(name)
    }
    return true
  }

  private func hasOutputFile(_ words: [Word]) -> Bool {
    for (number, word) in words.enumerated() {
      for index in word where tokens[index].kind == .op && tokens[index].byte == UInt8(ascii: ">") {
        // `>&2` shows it all the same, as does /dev/stderr.
        let target =
          index + 1 < word.upperBound
          ? text((index + 1)..<word.upperBound) : number + 1 < words.count ? text(words[number + 1]) : ""
        if target.hasPrefix("&") || target.hasPrefix("/dev/std") || target.hasPrefix("/dev/tty") { continue }
        return true
      }
    }
    return false
  }

  private func isDocument(_ word: Word) -> Bool {
    tokens[word.lowerBound].kind == .quote && tokens[word.lowerBound].start == tokens[word.lowerBound].end
  }

  // MARK: Findings

  mutating func report(_ kind: LintKind, _ word: Range<Int>, _ message: String, replacement: [UInt8]? = nil) {
    let range = Int(tokens[word.lowerBound].start)..<Int(tokens[word.upperBound - 1].end)
    guard reported.insert(range).inserted else { return }
    var finding = LintFinding(kind: kind, range: range, message: message)
    finding.replacement = replacement
    findings.append(finding)
  }

  /// `${NAME:0:15}` for `$NAME` and `${NAME}`.
  private func cut(of token: Token) -> [UInt8]? {
    let name = bytes[token.range].filter { !"${}".utf8.contains($0) }
    guard cutsVariables, name.allSatisfy({ isNameByte($0) }) else { return nil }
    return Array("${".utf8) + name + ":0:15}".utf8
  }

  private mutating func show(_ words: ArraySlice<Word>, by name: String) {
    for word in words {
      for index in keys(in: word) {
        report(.logged, index..<(index + 1), "a key goes to \(name) whole", replacement: cut(of: tokens[index]))
      }
    }
  }

  /// `env`, `printenv` and `set` without arguments show every variable.
  private mutating func showAll(_ words: [Word], _ name: String) {
    guard isNearKey else { return }
    if words.count == 1, name != "export-p" {
      report(.logged, words[0], "the whole environment, with the key in it, goes to the output")
    } else if name == "printenv", words.count == 2, rules.names.kind(Array(text(words[1]).utf8)).contains(.hopx) {
      report(.logged, words[0].lowerBound..<words[1].upperBound, "a key goes to the output whole")
    } else if name == "set", words.dropFirst().contains(where: { tracing(text($0)) }), traces > 0,
      usesKey(after: words[0].lowerBound)
    {
      report(
        .logged, words[0].lowerBound..<words[1].upperBound, "from here on the shell shows each command with its key")
    }
  }

  private func tracing(_ option: String) -> Bool {
    option.hasPrefix("-") && !option.hasPrefix("--") && option.contains("x") || option == "xtrace"
  }

  /// Whether a command after `index` has a key in it, before tracing ends.
  private mutating func usesKey(after index: Int) -> Bool {
    traces -= 1
    for at in index..<tokens.count {
      if tokens[at].kind == .name, text(at..<(at + 1)) == "+x" { return false }
      if isKey(tokens[at]) { return true }
    }
    return false
  }

  /// `curl` and `wget`: keys in addresses and, where the headers are shown, in headers.
  private mutating func transfer(_ words: [Word], _ name: String) {
    let options = words.dropFirst().map { text($0) }
    let isVerbose =
      name == "curl"
      && options.contains { option in
        option == "--verbose" || option.hasPrefix("--trace")
          || option.hasPrefix("-") && !option.hasPrefix("--") && option.dropFirst().allSatisfy(\.isLetter)
            && option.contains("v")
      }
    for word in words.dropFirst() {
      for index in keys(in: word) {
        if index > word.lowerBound, isURLParameter(index) {
          report(.inURL, index..<(index + 1), "a key is part of an address, which logs and histories keep")
        } else if isVerbose {
          report(.logged, index..<(index + 1), "curl shows the headers that it sends, with the key")
        }
      }
    }
  }

  private func isURLParameter(_ index: Int) -> Bool {
    let start = Int(tokens[index].start)
    return urlParameterEnds(bytes[max(0, start - 40)..<start])
  }

  /// `docker build --build-arg HOPX_API_KEY`
  private mutating func build(_ words: [Word]) {
    for (number, word) in words.enumerated() {
      let text = plain(word)
      if text == "--build-arg", number + 1 < words.count {
        if namesKey(plain(words[number + 1])) { report(.inImage, words[number + 1], Self.inImage) }
      } else if text.hasPrefix("--build-arg="), namesKey(String(text.dropFirst(12))) {
        report(.inImage, word, Self.inImage)
      }
    }
  }

  static let inImage = "a key becomes part of the image's history"

  func namesKey(_ text: String) -> Bool {
    let name = text.prefix { $0 != "=" }
    return rules.names.kind(Array(name.utf8)).contains(.hopx)
  }

  /// A key as an argument of a program.
  private mutating func argue(_ words: [Word]) {
    for (number, word) in words.enumerated().dropFirst() {
      let before = number > 1 ? text(words[number - 1]) : ""
      // Standard input, and what is not an argument.
      if text(word).hasPrefix("<") || before.hasPrefix("<<<") || text(word).hasPrefix(">") { continue }
      guard let key = keys(in: word).first, !isDocument(word) else { continue }
      let start = word.lowerBound
      let isOption = text(start..<(start + 1)).hasPrefix("-")
      let isWhole =
        key == start && word.count == 1 || tokens[start].kind == .quote && key == start + 1 && word.count == 3
      if isOption || isWhole && before.hasPrefix("-") {
        let place = isOption ? key..<(key + 1) : word
        let message = "a key becomes an argument of \(String(text(words[0]).prefix(40))), which every user can see"
        report(.inArguments, place, message)
      }
    }
  }
}

extension String {
  /// Without make's marks before a command.
  fileprivate func trimmingAt() -> String { String(drop { $0 == "@" || $0 == "-" }) }
}
