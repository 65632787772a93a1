// The fields of a rule file that say where a rule is tried and which of its matches are secrets.

import TOML

/// What a `[[rule]]` says of that.
struct RuleFields {
  let literals: [Literal]
  let anchor: RuleAnchor
  let pattern: Pattern
  let capture: RuleCapture
  let distance: (least: Int, most: Int)
  let filter: RuleFilter?
  let path: Pattern?
  let required: [RequiredRule]
  let isReported: Bool
  let checksum: RuleChecksum?
  var confidence: Confidence?
  private let patternSource: String
  private let otherPatterns: [Pattern]

  /// Bytes of a literal at least.
  static let leastLiteral = 3
  /// Bytes between a keyword and a match at most.
  static let longestDistance = 1000
  /// Bytes of a match that may come before its literal.
  static let longestBefore = 128

  init(_ table: inout TOMLTable, _ id: String) throws(TOMLError) {
    let keywords = try table.strings("keywords")
    let isCaseless = try table.boolean("ignore_case") ?? (keywords != nil)
    let within = try table.integer("within")
    var texts = try table.strings("literals") ?? []
    if let literal = try table.string("literal") { texts.append((literal, table.line(of: "literal"))) }
    if let keywords {
      if let first = texts.first {
        throw TOMLError(line: first.line, reason: "'keywords' or 'literal', not both")
      }
      texts = keywords
      let distance = within ?? 100
      guard (0...Self.longestDistance).contains(distance) else {
        throw TOMLError(line: table.line(of: "within"), reason: "within \(distance): from 0 to \(Self.longestDistance)")
      }
      anchor = .after(distance)
    } else if let before = try table.integer("before") {
      guard (1...Self.longestBefore).contains(before) else {
        throw TOMLError(line: table.line(of: "before"), reason: "before \(before): from 1 to \(Self.longestBefore)")
      }
      anchor = .before(before)
    } else {
      if within != nil { throw TOMLError(line: table.line(of: "within"), reason: "'within' goes with 'keywords'") }
      anchor = .start
    }
    if texts.isEmpty { throw TOMLError(line: table.line, reason: "rule has no 'literal'") }
    for (text, line) in texts {
      let kind = keywords == nil ? "literal" : "keyword"
      if text.utf8.count < Self.leastLiteral {
        throw TOMLError(
          line: line, reason: "\(kind) '\(text)': at least \(Self.leastLiteral) bytes, or the search stops everywhere")
      }
      if text.utf8.count > Rule.longestLiteral {
        throw TOMLError(line: line, reason: "a \(kind) of \(text.utf8.count) bytes: at most \(Rule.longestLiteral)")
      }
    }
    literals = texts.map { Literal(Array($0.text.utf8), isCaseless: isCaseless) }
    patternSource = try table.required("pattern", table.string("pattern"))
    pattern = anchor == .start ? Pattern(patternSource) : Pattern(anywhere: patternSource)
    capture = try Self.capture(table.value("capture"))
    distance = Self.distance(patternSource, capture, anchor, literals)
    checksum = try Self.checksum(&table)
    isReported = try table.boolean("report") ?? true

    var filters: [RuleFilter] = []
    if let limit = try table.number("entropy") { filters.append(.entropy(.secret, limit, orEqual: true)) }
    if let words = try table.strings("stop_words") { filters.append(.contains(.secret, WordList(words.map(\.text)))) }
    var others: [Pattern] = []
    for value in try Self.tables(table.value("allow")) { filters.append(try Self.allowed(value, &others)) }
    filter = filters.isEmpty ? nil : .any(filters)
    path = try table.string("path").map { Pattern(anywhere: $0) }
    if let path { others.append(path) }
    otherPatterns = others
    var required: [RequiredRule] = []
    for value in try Self.tables(table.value("required")) {
      var entry = try TOMLTable(value, name: "required")
      let other = try entry.required("rule", entry.string("rule"))
      required.append(
        RequiredRule(id: other, lines: try entry.integer("lines"), columns: try entry.integer("columns")))
      try entry.finish()
    }
    self.required = required
  }

  /// A rule's own text where it has one: the secret begins with it.
  private var shortestLiteral: Int { literals.map(\.bytes.count).min() ?? 0 }

  /// Whether the secret begins with a literal.
  private var beginsWithLiteral: Bool { anchor == .start && distance.least == 0 }

  var usualKeep: Int { beginsWithLiteral ? min(shortestLiteral, Rule.longestKeep) : 0 }

  var longestKeep: Int { min(Rule.longestKeep, (beginsWithLiteral ? shortestLiteral : 0) + 5) }

  /// - Throws: the fault in the pattern or in another of the rule's patterns.
  func validate() throws(PatternError) {
    if anchor == .start {
      for literal in literals where try !pattern.canBegin(with: literal) {
        let text = String(decoding: literal.bytes, as: UTF8.self)
        throw PatternError(reason: "no match begins with its literal '\(text)'")
      }
    }
    let groups = try pattern.groupCount()
    switch capture {
    case .whole: break
    case .first: if groups == 0 { throw PatternError(reason: "'capture' needs a group, such as (...); it has none") }
    case .group(let number):
      if number > groups { throw PatternError(reason: "'capture' is group \(number); it has \(groups)") }
    }
    for other in otherPatterns { _ = try other.code() }
  }

  private static func tables(_ value: TOMLValue?) throws(TOMLError) -> [TOMLValue] {
    guard let value else { return [] }
    guard case .array(let tables) = value.content else {
      throw TOMLError(line: value.line, reason: "write it as an array of tables, with two brackets")
    }
    return tables
  }

  private static func capture(_ value: TOMLValue?) throws(TOMLError) -> RuleCapture {
    switch value?.content {
    case nil, .boolean(false): return .whole
    case .boolean(true): return .first
    case .integer(let number) where number > 0: return .group(number)
    default:
      throw TOMLError(line: value!.line, reason: "capture: true for the first group that is not empty, or its number")
    }
  }

  private static func checksum(_ table: inout TOMLTable) throws(TOMLError) -> RuleChecksum? {
    guard let name = try table.string("checksum") else { return nil }
    guard let checksum = RuleChecksum(rawValue: name) else {
      let names = RuleChecksum.allCases.map(\.rawValue).joined(separator: ", ")
      throw TOMLError(line: table.line(of: "checksum"), reason: "checksum '\(name)': one of \(names)")
    }
    return checksum
  }

  /// One `[[rule.allow]]`.
  private static func allowed(_ value: TOMLValue, _ others: inout [Pattern]) throws(TOMLError) -> RuleFilter {
    var table = try TOMLTable(value, name: "allow")
    var parts: [RuleFilter] = []
    for target in FilterTarget.allCases {
      guard let patterns = try table.strings(target.rawValue) else { continue }
      let list = patterns.map { Pattern(anywhere: $0.text) }
      others += list
      parts.append(.matches(target, PatternList(list)))
    }
    if let words = try table.strings("words") { parts.append(.contains(.secret, WordList(words.map(\.text)))) }
    let needsAll = try table.boolean("all") ?? false
    try table.finish()
    if parts.isEmpty {
      throw TOMLError(line: value.line, reason: "allow: give it secret, match, line, path or words")
    }
    return needsAll ? .all(parts) : .any(parts)
  }

  /// Bytes from a literal to the secret.
  private static func distance(
    _ source: String, _ capture: RuleCapture, _ anchor: RuleAnchor, _ literals: [Literal]
  ) -> (least: Int, most: Int) {
    if anchor == .start && capture == .whole { return (0, 0) }
    var captures: (least: Int, most: Int?) = (0, nil)
    if let tree = try? RegexTree(re2: source) { captures = PatternStart.captures(of: tree) }
    if capture == .whole { captures = (0, 0) }
    return Rule.distance(captures, anchor, longest: literals.map(\.bytes.count).max() ?? 0)
  }
}

extension Rule {
  /// Bytes from a literal to a secret at most: what a search has to look at again.
  package static let longestDistance = 1792

  static func distance(
    _ captures: (least: Int, most: Int?), _ anchor: RuleAnchor, longest: Int
  ) -> (least: Int, most: Int) {
    let most = captures.most ?? longestDistance
    switch anchor {
    case .start: return (min(captures.least, longestDistance), min(most, longestDistance))
    case .before: return (0, min(most, longestDistance))
    case .after(let within): return (0, min(within + longest + most, longestDistance))
    }
  }
}
