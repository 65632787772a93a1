// The rules of a run: the built-in ones and the user's, loaded once and shared by all workers.

import CEmbedded
public import Rules

public struct RuleSet: Sendable {
  public let rules: [Rule]
  let prefilter: Prefilter
  let hints: HintSearch

  private init(_ rules: [Rule]) {
    self.rules = rules
    prefilter = Prefilter(literals: rules.map(\.literal))
    hints = HintSearch(literals: rules.map(\.literal))
  }

  /// The built-in rules alone.
  public static func builtIn() -> RuleSet { RuleSet(embedded(embedded_hopx())) }

  /// The built-in rules and the one for addresses that keys would be sent to.
  package static func builtInWithAddresses() -> RuleSet {
    RuleSet(embedded(embedded_hopx()) + embedded(embedded_base_address()))
  }

  /// The ID of the rule for addresses.
  package static let addressRule = "hopx-base-address"

  private static func embedded(_ file: embedded_file) -> [Rule] {
    do throws(RuleFileError) {
      let text = UnsafeRawBufferPointer(start: file.bytes, count: file.length)
      return try parseRules(text, source: "built-in", isTrusted: true)
    } catch {
      fatalError("the built-in rules are broken: \(error)")
    }
  }

  /// This set and the rules of a file.
  ///
  /// - Parameters:
  ///   - text: the bytes of the file.
  ///   - source: what errors and listings call it.
  /// - Throws: `RuleFileError` for a rule that cannot work, an ID that is taken, or an example that
  ///   fails.
  public func adding(_ text: [UInt8], source: String) throws(RuleFileError) -> RuleSet {
    let parsed = text.withUnsafeBytes { bytes in
      Result { () throws(RuleFileError) in try parseRules(bytes, source: source, isTrusted: false) }
    }
    let added = try parsed.get()
    var taken = Dictionary(rules.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    for rule in added {
      if let other = taken.updateValue(rule, forKey: rule.id) {
        throw RuleFileError(
          file: source, line: rule.line,
          reason: "rule '\(rule.id)' already exists: \(other.source):\(other.line)")
      }
    }
    let all = RuleSet(rules + added)
    if let failure = all.exampleFailures(ofRulesFrom: rules.count).first { throw failure }
    return all
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
      let isReported = matches.contains { $0.rule == rule && $0.confidence != nil }
      if expected && !isReported { return "must match, but does not" }
      if !expected && isReported { return "must not match, but does" }
      return nil
    }
  }
}
