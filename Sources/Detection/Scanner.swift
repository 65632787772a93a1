// Bytes in, matches out. A scanner belongs to one worker and keeps its buffers between calls. It is
// given an input as a buffer that slides over it: each call decides what can be decided and tells
// from where the caller has to show the bytes again, with more behind them. What it decides does not
// depend on how the input was cut.

import CPCRE2

/// A place where a rule's pattern matched.
public struct Match: Equatable, Sendable {
  /// Index in the rule set.
  public let rule: Int
  /// Bytes in the buffer that was searched.
  public let range: Range<Int>

  public init(rule: Int, range: Range<Int>) {
    self.rule = rule
    self.range = range
  }
}

/// How far a search came.
public struct SearchProgress: Equatable, Sendable {
  /// Every match that begins before this offset has been appended; none that begins later has.
  public let decided: Int
  /// At `decided` stands a candidate of this rule that more bytes could make a match.
  public let openRule: Int?
}

/// A rule that PCRE2 gave up on; it is not matched in the rest of the input.
public struct Surrender: Equatable, Sendable {
  public let rule: Int
  public let reason: String
}

/// What stands where the literal of a rule is found that has been given up on.
public enum Unmatched: Sendable {
  /// No match: a scan reports that it is not complete.
  case passes
  /// A match as long as any can be, because redaction must not let through what it cannot judge.
  case isTaken
}

/// Searches for the rules of a set.
public struct Scanner: ~Copyable {
  public let rules: RuleSet
  private let unmatched: Unmatched
  private let matcher = PatternMatcher()
  private var codes: [OpaquePointer?]
  private var candidates: [Candidate] = []
  /// Rules given up on in this input.
  public private(set) var surrenders: [Surrender] = []

  /// Bytes before `from` that the caller keeps in the buffer where the input has them: what
  /// a pattern's lookbehind may look at.
  public static let context = 256

  public init(rules: RuleSet, unmatched: Unmatched = .passes) {
    self.rules = rules
    self.unmatched = unmatched
    codes = Array(repeating: nil, count: rules.rules.count)
  }

  /// Forgets what the last input came to.
  public mutating func begin() { surrenders.removeAll(keepingCapacity: true) }

  /// Appends the matches that begin in `buffer[from...]`, in order of place and rule.
  ///
  /// - Parameters:
  ///   - buffer: a part of the input, with at least `context` bytes before `from`, or all there are.
  ///   - until: only matches that begin before this offset; a caller bounds the number of matches
  ///     that it gets at once.
  ///   - atStart: the buffer begins where the input begins.
  ///   - isLast: the buffer ends where the input ends.
  /// - Returns: how far the search came; up to `until`, or all of the buffer, when `isLast`.
  public mutating func search(
    _ buffer: UnsafeRawBufferPointer, from: Int, until: Int = .max, atStart: Bool, isLast: Bool,
    into matches: inout [Match]
  ) -> SearchProgress {
    let until = min(until, buffer.count)
    candidates.removeAll(keepingCapacity: true)
    rules.prefilter.search(buffer, at: from..<until, into: &candidates)
    // Matches of short literals may stand behind the beginning of a longer one that is cut off.
    var decided = isLast ? until : min(until, rules.prefilter.cutLiteral(in: buffer, from: from))
    var openRule: Int?
    for candidate in candidates {
      if candidate.offset >= decided { break }
      var result = match(candidate, in: buffer, atStart: atStart, isLast: isLast)
      if case .gaveUp(let code) = result {
        surrenders.append(Surrender(rule: candidate.rule, reason: Pattern.message(code)))
        result = match(candidate, in: buffer, atStart: atStart, isLast: isLast)
      }
      switch result {
      case .noMatch: continue
      case .match(let end):
        matches.append(Match(rule: candidate.rule, range: candidate.offset..<end))
      case .undecided:
        decided = candidate.offset
        openRule = candidate.rule
        // Matches of other rules at the same place will be found again.
        while matches.last?.range.lowerBound == decided { matches.removeLast() }
      case .gaveUp: preconditionFailure("a rule that is given up on is not matched")
      }
    }
    return SearchProgress(decided: decided, openRule: openRule)
  }

  private mutating func match(
    _ candidate: Candidate, in buffer: UnsafeRawBufferPointer, atStart: Bool, isLast: Bool
  ) -> MatchResult {
    let start = max(0, candidate.offset - Self.context)
    let end = min(buffer.count, candidate.offset + Rule.longestMatch)
    let reachesEnd = end == buffer.count
    let mayGrow = reachesEnd && !isLast && end - candidate.offset < Rule.longestMatch
    guard !surrenders.contains(where: { $0.rule == candidate.rule }),
      let code = code(of: candidate.rule)
    else {
      if unmatched == .passes { return .noMatch }
      return mayGrow ? .undecided : .match(end: end)
    }
    let result = matcher.match(
      code, UnsafeRawBufferPointer(rebasing: buffer[start..<end]), at: candidate.offset - start,
      startsInput: start == 0 && atStart,
      endsInput: reachesEnd && isLast,
      mayGrow: mayGrow)
    if case .match(let length) = result { return .match(end: start + length) }
    return result
  }

  private mutating func code(of rule: Int) -> OpaquePointer? {
    if let code = codes[rule] { return code }
    do throws(PatternError) {
      codes[rule] = try rules.rules[rule].pattern.code()
    } catch {
      surrenders.append(Surrender(rule: rule, reason: error.reason))
    }
    return codes[rule]
  }

  /// How sure it is that a match is a secret; nil when a scan does not report it.
  ///
  /// - Parameter buffer: the buffer that the match was found in.
  public mutating func confidence(
    _ match: Match, in buffer: UnsafeRawBufferPointer, atStart: Bool, isLast: Bool
  ) -> Confidence? {
    let rule = rules.rules[match.rule]
    let candidate = Candidate(offset: match.range.lowerBound, rule: match.rule)
    guard case .match = self.match(candidate, in: buffer, atStart: atStart, isLast: isLast),
      let code = code(of: match.rule)
    else { return nil }
    let base = max(0, candidate.offset - Self.context)
    let parts = [matcher.group("id", of: code), matcher.group("secret", of: code)]
    let subject = UnsafeRawBufferPointer(rebasing: buffer[base...])
    if let placeholder = rule.placeholder {
      for case let part? in parts
      where placeholder.describes(UnsafeRawBufferPointer(rebasing: subject[part])) { return nil }
    }
    let length = parts[1]?.count ?? match.range.count
    if length >= rule.confidence.high { return .high }
    return length >= rule.confidence.medium ? .medium : nil
  }
}
