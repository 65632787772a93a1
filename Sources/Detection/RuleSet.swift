// The rules of a run: the built-in ones and the user's, loaded once and shared by all workers.

import CEmbedded
public import Rules

public struct RuleSet: Sendable {
  public let rules: [Rule]
  let prefilter: Prefilter
  let hints: HintSearch
  /// The literals of `prefilter`, and then the pieces of `hints`, if both are many.
  let scanIndex: LiteralIndex?
  /// The rules for names of files.
  let nameRules: [Int]

  /// Indexes of the words in filters.
  let words: [ObjectIdentifier: LiteralIndex]
  private let encoded = SharedLiterals()
  /// What the files of rules ask for and cannot have: each feature with its file, line and rules.
  public private(set) var unsupported: [RuleFileError] = []

  /// What streams look for besides `prefilter`; all streams share it.
  var encodedLiterals: EncodedLiterals { encoded.literals(of: self) }

  private init(_ rules: [Rule]) {
    self.rules = rules
    prefilter = Prefilter(rules)
    nameRules = rules.indices.filter { rules[$0].isForNames }
    hints = HintSearch(literals: rules.filter(\.isPlain).flatMap { $0.literals.map(\.bytes) })
    let isBoth = prefilter.isIndexed && hints.pieces.isIndexed
    scanIndex = isBoth ? LiteralIndex(prefilter.literals + hints.pieces.literals) : nil
    var words: [ObjectIdentifier: LiteralIndex] = [:]
    for list in rules.compactMap(\.filter).flatMap(\.wordLists) where words[ObjectIdentifier(list)] == nil {
      words[ObjectIdentifier(list)] = LiteralIndex(list.words.filter { $0.bytes.count >= 2 })
    }
    self.words = words
  }

  /// Bytes before a place that a search from there on has to see: for lookbehind, and for the literals of secrets
  /// that begin after it.
  public var context: Int { Scanner.context + prefilter.reach }

  /// Whether it depends on a file's path what is found in it.
  package var asksForPath: Bool {
    rules.contains { !$0.isForNames && ($0.path != nil || $0.filter?.asks(for: .path) == true) }
  }

  /// Bytes of a match and of what may come between it and its literal.
  package var longestSpan: Int {
    rules.reduce(Rule.longestMatch) { longest, rule in
      guard case .after(let within) = rule.anchor else { return longest }
      let literal = rule.literals.reduce(0) { max($0, $1.bytes.count) }
      return max(longest, Rule.longestMatch + within + literal)
    }
  }

  /// The built-in rules alone.
  public static func builtIn() -> RuleSet { RuleSet(embedded(embedded_hopx())) }

  /// The built-in rules and the one for addresses that keys would be sent to.
  package static func builtInWithAddresses() -> RuleSet {
    var rules = embedded(embedded_hopx()) + embedded(embedded_base_address())
    rules[rules.count - 1].isAddress = true
    return RuleSet(rules)
  }

  private static func embedded(_ file: embedded_file) -> [Rule] {
    do throws(RuleFileError) {
      let text = UnsafeRawBufferPointer(start: file.bytes, count: file.length)
      return try parseRules(text, source: "built-in", isTrusted: true).rules
    } catch {
      fatalError("the built-in rules are broken: \(error)")
    }
  }

  /// This set and the rules of a file.
  ///
  /// - Parameters:
  ///   - text: the bytes of the file.
  ///   - source: what errors and listings call it.
  ///   - read: returns the bytes of a file that this one extends; nil if there is none.
  /// - Throws: `RuleFileError` for a rule that cannot work, an ID that is taken, or an example that
  ///   fails.
  public func adding(
    _ text: [UInt8], source: String, read: (String) -> [UInt8]? = { _ in nil }
  ) throws(RuleFileError) -> RuleSet {
    let parsed = text.withUnsafeBytes { bytes in
      Result { () throws(RuleFileError) in
        try parseRules(bytes, source: source, isTrusted: false, read: read)
      }
    }
    let content = try parsed.get()
    let added = content.rules
    var taken = Dictionary(rules.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    for rule in added {
      if let other = taken.updateValue(rule, forKey: rule.id) {
        throw RuleFileError(
          file: source, line: rule.line,
          reason: "rule '\(rule.id)' already exists: \(other.source):\(other.line)")
      }
    }
    for rule in added {
      for other in rule.required where taken[other.id] == nil {
        throw RuleFileError(
          file: source, line: rule.line, reason: "rule '\(rule.id)' requires '\(other.id)': there is no such rule")
      }
    }
    var all = RuleSet(rules + added)
    all.unsupported =
      unsupported
      + content.unsupported.map { feature, rules, line in
        let names = rules.prefix(3).joined(separator: ", ") + (rules.count > 3 ? " and \(rules.count - 3) more" : "")
        return RuleFileError(file: source, line: line, reason: "not supported: \(feature) (\(names))")
      }
    if let failure = all.exampleFailures(ofRulesFrom: rules.count).first { throw failure }
    return all
  }

  /// Every pattern that does not compile. Those of other programs' files are compiled when they are first needed.
  public func patternFailures() -> [RuleFileError] {
    rules.compactMap { rule in
      do throws(PatternError) {
        _ = try rule.pattern.code()
        return nil
      } catch {
        return RuleFileError(
          file: rule.source, line: rule.line, reason: "rule '\(rule.id)': the pattern: \(error.reason)")
      }
    }
  }

  /// The rules of a pack that is part of this program.
  ///
  /// - Parameter name: such as `builtin:common`.
  public static func pack(_ name: String) -> [UInt8]? {
    if name != "builtin:common" { return nil }
    let file = embedded_common()
    return Array(UnsafeRawBufferPointer(start: file.bytes, count: file.length))
  }

  /// Every example that does not do what it is there for.
  ///
  /// - Parameter first: index of the first rule whose examples are tried.
  public func exampleFailures(ofRulesFrom first: Int = 0) -> [RuleFileError] {
    var scanner = Scanner(rules: self)
    var failures: [RuleFileError] = []
    for (index, rule) in rules.enumerated().dropFirst(first) {
      var generator = SeededGenerator(seed: UInt64(rule.line))
      for example in rule.examples {
        let text = fill(example.template, using: &generator)
        if let reason = scanner.check(text, rule: index, matches: example.matches) {
          failures.append(
            RuleFileError(
              file: rule.source, line: example.line,
              reason: "rule '\(rule.id)': example \(quoted(example.template)) \(reason)"))
        }
      }
    }
    return failures
  }

  /// The beginning of an example: it may be a secret of the user that narrowly misses the rule.
  private func quoted(_ template: String) -> String {
    var scanner = Scanner(rules: self)
    let text = scanner.redacted(Array(template.utf8))
    if text.count <= Rule.longestKeep { return "'\(String(decoding: text, as: UTF8.self))'" }
    var end = Rule.longestKeep
    while end > 0, text[end] & 0xC0 == 0x80 { end -= 1 }
    return "'\(String(decoding: text[..<end], as: UTF8.self))...'"
  }
}

extension Scanner {
  /// Why an example fails; nil when it holds.
  fileprivate mutating func check(_ text: [UInt8], rule: Int, matches expected: Bool) -> String? {
    begin()
    return text.withUnsafeBytes { buffer in
      var matches: [Match] = []
      _ = search(buffer, from: 0, atStart: true, isLast: true, into: &matches)
      if let surrender = surrenders.first(where: { $0.rule == rule }) { return surrender.reason }
      let isReported = matches.contains { match in
        (match.rule == rule || match.others.contains(rule))
          && (match.confidence != nil || !rules.rules[rule].isReported)
      }
      if expected && !isReported { return "must match, but does not" }
      if !expected && isReported { return "must not match, but does" }
      return nil
    }
  }
}
