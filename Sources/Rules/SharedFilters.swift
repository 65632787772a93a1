// The filters that hold for every rule of a file: each is made once, so that two hundred rules do not translate the
// same patterns two hundred times, and what one of them has asked of a path all of them know.

/// Filters of a file, made when the first rule asks for them.
final class SharedFilters {
  typealias Expression = Result<(RuleFilter?, [String]), PatternError>

  private let config: ForeignConfig
  private var lists: [Int: Result<RuleFilter?, PatternError>] = [:]
  private var expressions: [Int: Expression] = [:]

  init(_ config: ForeignConfig) { self.config = config }

  /// The filter of an allow-list of the file; nil if it drops nothing.
  func filter(ofList index: Int) throws(PatternError) -> RuleFilter? {
    if let known = lists[index] { return try known.get() }
    let made = Result { () throws(PatternError) in try config.allowed[index].filter() }
    lists[index] = made
    return try made.get()
  }

  /// The filter of an expression of the file.
  func filter(ofExpression index: Int) -> Expression {
    if let known = expressions[index] { return known }
    let made = Self.parsed(config.filters[index].text)
    expressions[index] = made
    return made
  }

  static func parsed(_ text: String) -> Expression {
    Result { () throws(PatternError) in
      let (filter, unsupported) = try FilterExpression(text).filter()
      return (filter, unsupported)
    }
  }
}

extension RawAllowList {
  /// nil if it drops nothing.
  func filter() throws(PatternError) -> RuleFilter? {
    var parts: [RuleFilter] = []
    if !paths.isEmpty { parts.append(.matches(.path, try compiled(paths))) }
    if !regexes.isEmpty { parts.append(.matches(target, try compiled(regexes))) }
    if !words.isEmpty { parts.append(.contains(.secret, WordList(words))) }
    if parts.isEmpty { return nil }
    // A list that also wants a commit never holds here.
    if needsAll { return commits > 0 ? nil : .all(parts) }
    return .any(parts)
  }

  private func compiled(_ regexes: [String]) throws(PatternError) -> PatternList {
    var patterns: [Pattern] = []
    for regex in regexes { patterns.append(Pattern(anywhere: try RegexTree(re2: regex).source)) }
    return PatternList(patterns)
  }
}
