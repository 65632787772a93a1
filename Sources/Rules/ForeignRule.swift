// A rule of gitleaks or betterleaks as a rule of ours: the pattern translated, the fixed texts in it found, and all
// that drops a match as one filter.

import TOML

struct ForeignRule {
  private let raw: RawRule
  private let config: ForeignConfig

  /// Bytes between a keyword and a match of a pattern in which no fixed text is. The original's limit is the piece of
  /// a file that it reads at once.
  private static let keywordDistance = RuleFields.longestDistance

  init(_ raw: RawRule, _ config: ForeignConfig) {
    self.raw = raw
    self.config = config
  }

  /// nil if it cannot be evaluated; then `content` says why.
  func rule(_ content: inout RuleFileContent) throws(TOMLError) -> Rule? {
    do throws(PatternError) {
      guard let regex = raw.regex, !regex.isEmpty else { return try nameRule(&content) }
      let tree = try RegexTree(re2: regex)
      let whole = Pattern(anywhere: tree.source)
      if raw.secretGroup ?? 0 > tree.captureCount {
        throw PatternError(reason: "secretGroup \(raw.secretGroup!): there is no such group")
      }
      let capture: RuleCapture =
        raw.secretGroup.flatMap { $0 > 0 ? .group($0) : nil } ?? (tree.root.hasCapture ? .first : .whole)
      let start = try place(tree)
      let captures = capture == .whole ? (0, 0) : start.captures
      let distance = Rule.distance(captures, start.anchor, longest: start.literals.map(\.bytes.count).max() ?? 0)
      if tree.root.length.least == 0 { throw PatternError(reason: "a pattern that matches the empty text") }
      let hasOwnText = start.anchor == .start && distance.least == 0
      let keep = hasOwnText ? min(start.literals.map(\.bytes.count).min() ?? 0, Rule.longestKeep) : 0
      var rule = Rule(
        id: Self.validID(raw.id), title: raw.description ?? raw.id, severity: .high, literals: start.literals,
        anchor: start.anchor, pattern: start.pattern, capture: capture, distance: distance, portable: regex,
        keep: keep, confidence: (0, 0), placeholder: nil, remediation: [], examples: [], source: raw.source,
        line: raw.line)
      rule.notes = start.notes
      rule.filter = try filter(&content)
      if rule.filter?.asks(for: .match) == true || rule.filter?.asks(for: .line) == true { rule.wholePattern = whole }
      if let path = raw.path { rule.path = try compiled(path) }
      rule.required = raw.required.map {
        RequiredRule(id: Self.validID($0.id), lines: $0.lines, columns: $0.columns)
      }
      rule.isReported = raw.isReported
      return rule
    } catch {
      content.note(error.reason, raw.id, raw.line)
      return nil
    }
  }

  /// A rule for the names of files.
  private func nameRule(_ content: inout RuleFileContent) throws(PatternError) -> Rule {
    guard let path = raw.path else { throw PatternError(reason: "a rule without regex and path") }
    var rule = Rule(
      id: Self.validID(raw.id), title: raw.description ?? raw.id, severity: .high, literals: [], anchor: .start,
      pattern: Pattern(path), capture: .whole, distance: (0, 0), portable: nil, keep: Rule.longestKeep,
      confidence: (0, 0), placeholder: nil, remediation: [], examples: [], source: raw.source, line: raw.line)
    rule.path = try compiled(path)
    rule.filter = try filter(&content)
    return rule
  }

  /// IDs here are lower case letters, digits and hyphens.
  private static func validID(_ id: String) -> String {
    String(
      decoding: id.utf8.map { byte in
        let lower = byte.inLowerCase
        return lower.isLetter || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(lower) ? lower : UInt8(ascii: "-")
      }, as: UTF8.self)
  }

  private struct Place {
    var literals: [Literal]
    var anchor: RuleAnchor
    var pattern: Pattern
    var captures: (least: Int, most: Int?)
    var notes: [String] = []
  }

  /// Where the pattern is tried.
  private func place(_ tree: RegexTree) throws(PatternError) -> Place {
    if let start = PatternStart(tree) {
      if let before = start.before {
        return Place(
          literals: start.literals, anchor: .before(before), pattern: Pattern(anywhere: start.source),
          captures: start.captures)
      }
      return Place(
        literals: start.literals, anchor: .start, pattern: Pattern(start.source), captures: start.captures)
    }
    let keywords = raw.keywords.filter { $0.utf8.count >= 2 }
    if keywords.isEmpty { throw PatternError(reason: "a pattern without a fixed text and without keywords") }
    return Place(
      literals: keywords.map { Literal(Array($0.utf8), isCaseless: true) }, anchor: .after(Self.keywordDistance),
      pattern: Pattern(anywhere: tree.source), captures: PatternStart.captures(of: tree),
      notes: ["at most \(Self.keywordDistance) bytes after a keyword"])
  }

  private func compiled(_ regex: String) throws(PatternError) -> Pattern {
    Pattern(anywhere: try RegexTree(re2: regex).source)
  }

  private func compiled(_ regexes: [String]) throws(PatternError) -> PatternList {
    var patterns: [Pattern] = []
    for regex in regexes { patterns.append(try compiled(regex)) }
    return PatternList(patterns)
  }

  // MARK: Filters

  private func filter(_ content: inout RuleFileContent) throws(PatternError) -> RuleFilter? {
    var filters: [RuleFilter] = []
    if let limit = raw.entropy, limit > 0 { filters.append(.entropy(.secret, limit, orEqual: true)) }
    let own = raw.allowed + config.allowed.filter { $0.rules?.contains(raw.id) ?? true }
    for list in own {
      if let filter = try filter(list, &content) { filters.append(filter) }
    }
    let expressions = (raw.filter.map { [($0, raw.line)] } ?? []) + config.filters
    for (text, line) in expressions {
      do throws(PatternError) {
        let (filter, unsupported) = try FilterExpression(text).filter()
        if let filter { filters.append(filter) }
        for reason in unsupported { content.note("filter: \(reason)", raw.id, line) }
      } catch {
        // Without its filter a rule finds more, not less.
        content.note("filter: \(error.reason)", raw.id, line)
      }
    }
    return filters.isEmpty ? nil : .any(filters)
  }

  private func filter(_ list: RawAllowList, _ content: inout RuleFileContent) throws(PatternError) -> RuleFilter? {
    if list.commits > 0 { content.note("allowlist: commits", raw.id, list.line) }
    var parts: [RuleFilter] = []
    if !list.paths.isEmpty { parts.append(.matches(.path, try compiled(list.paths))) }
    if !list.regexes.isEmpty { parts.append(.matches(list.target, try compiled(list.regexes))) }
    if !list.words.isEmpty { parts.append(.contains(.secret, WordList(list.words))) }
    if parts.isEmpty { return nil }
    // A list that also wants a commit never holds here.
    if list.needsAll { return list.commits > 0 ? nil : .all(parts) }
    return .any(parts)
  }
}
