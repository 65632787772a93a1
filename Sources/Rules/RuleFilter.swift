// What decides, once a pattern has matched, that the match is no secret: entropy, words, patterns of the secret, of
// the whole match, of its line or of its path, and any combination of them.

/// A condition under which a match is dropped.
package indirect enum RuleFilter: Sendable {
  case any([RuleFilter])
  case all([RuleFilter])
  case not(RuleFilter)
  /// The Shannon entropy, in bits a byte, is below a limit, or also when it is the limit.
  case entropy(FilterTarget, Double, orEqual: Bool)
  case matches(FilterTarget, PatternList)
  case contains(FilterTarget, WordList)

  /// Whether a target is asked for.
  package func asks(for target: FilterTarget) -> Bool {
    switch self {
    case .any(let parts), .all(let parts): parts.contains { $0.asks(for: target) }
    case .not(let part): part.asks(for: target)
    case .entropy(let own, _, _), .matches(let own, _), .contains(let own, _): own == target
    }
  }

  /// All lists of words in it.
  package var wordLists: [WordList] {
    switch self {
    case .any(let parts), .all(let parts): parts.flatMap(\.wordLists)
    case .not(let part): part.wordLists
    case .contains(_, let words): [words]
    case .entropy, .matches: []
    }
  }
}

/// The text that a filter looks at.
package enum FilterTarget: String, Sendable, CaseIterable {
  case secret, match, line, path
}

/// Patterns of which any may match anywhere in a text.
package final class PatternList: Sendable {
  package let patterns: [Pattern]

  package init(_ patterns: [Pattern]) { self.patterns = patterns }
}

/// Words of which any may be in a text, in any case.
package final class WordList: Sendable {
  package let words: [Literal]

  package init(_ words: [String]) { self.words = words.map { Literal(Array($0.utf8), isCaseless: true) } }
}

/// The Shannon entropy of a text, in bits a byte.
package func entropy(of text: UnsafeRawBufferPointer) -> Double {
  if text.isEmpty { return 0 }
  return withUnsafeTemporaryAllocation(of: Int.self, capacity: 256) { counts in
    counts.initialize(repeating: 0)
    for byte in text { counts[Int(byte)] += 1 }
    let total = Double(text.count)
    return counts.reduce(0) { sum, count in
      if count == 0 { return sum }
      let share = Double(count) / total
      return sum - share * binaryLogarithm(share)
    }
  }
}

/// The logarithm to the base 2 of a number above 0 and up to 1. The system's is not to be had in this module.
private func binaryLogarithm(_ value: Double) -> Double {
  // value = significand * 2^exponent, 1 <= significand < 2; ln by the series of atanh.
  let ratio = (value.significand - 1) / (value.significand + 1)
  let square = ratio * ratio
  var term = ratio
  var sum = 0.0
  var divisor = 1.0
  while divisor < 60 {
    sum += term / divisor
    term *= square
    divisor += 2
  }
  return Double(value.exponent) + 2 * sum * 1.4426950408889634
}
