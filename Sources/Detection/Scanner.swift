// Bytes in, matches out. A scanner belongs to one worker and keeps its buffers between calls. Its input is a buffer
// that slides over the whole input: each call decides what can be decided, and returns the offset from which the
// caller has to pass the bytes again, with more after them. The result does not depend on how the input was cut.

import CPCRE2
public import Rules

/// A place where a rule's pattern matched.
public struct Match: Equatable, Sendable {
  /// Index in the rule set.
  public let rule: Int
  /// Bytes in the buffer that was searched.
  public let range: Range<Int>
  public let judgement: Judgement
  /// How it is hidden; nil if it is plain text.
  public let disguise: Disguise?

  public init(
    rule: Int, range: Range<Int>, judgement: Judgement = .unjudged, disguise: Disguise? = nil
  ) {
    self.rule = rule
    self.range = range
    self.judgement = judgement
    self.disguise = disguise
  }

  /// Whether it is a secret.
  public enum Judgement: Equatable, Sendable {
    /// A scan reports it.
    case secret(Confidence)
    /// A placeholder, or too short for the rule's lowest confidence: redacted, but not reported.
    case unlikely
    /// The search was for redaction, or the rule had been given up on: redacted, but not reported.
    case unjudged
  }

  /// How sure it is that this is a secret; nil if a scan does not report it.
  public var confidence: Confidence? {
    if case .secret(let confidence) = judgement { confidence } else { nil }
  }

  /// The order of place.
  public static func precedes(_ left: Match, _ right: Match) -> Bool {
    (left.range.lowerBound, left.rule, left.range.upperBound)
      < (right.range.lowerBound, right.rule, right.range.upperBound)
  }

  public static func == (left: Match, right: Match) -> Bool {
    left.rule == right.rule && left.range == right.range && left.judgement == right.judgement
      && left.disguise?.key == right.disguise?.key && left.disguise?.encoding == right.disguise?.encoding
  }
}

/// How far a search got.
public struct SearchProgress: Equatable, Sendable {
  /// Every match that begins before this offset has been appended; none that begins later has.
  public let decided: Int
  /// The rule with a candidate at `decided` that more bytes could turn into a match.
  public let openRule: Int?
}

/// A rule that was given up on. In the rest of the input each place with its literal counts as a match of the maximum
/// length, unjudged: what cannot be judged is not shown.
public struct Surrender: Equatable, Sendable {
  public let rule: Int
  public let reason: String
}

/// What the matches are wanted for.
public enum SearchPurpose: Sendable {
  /// To be reported: each is judged.
  case scan
  /// For removal, whatever they look like.
  case redaction
}

/// A place with the literal of a rule, and the end of its match if there is one.
struct TriedPlace {
  let place: Int
  let rule: Int
  let end: Int?
}

/// Searches for the rules of a set.
public struct Scanner: ~Copyable {
  public let rules: RuleSet
  var input = Input()
  var matcher = PatternMatcher()
  private(set) var codes: [OpaquePointer?]
  private var candidates: [Candidate] = []
  /// Places of literals and the results of their rules; nil if not recorded.
  var tried: [TriedPlace]?
  var stack = LayerStack()

  /// Per-input search state.
  struct Input {
    var surrenders: [Surrender] = []
    /// Bytes.
    var searched = 0
    /// Steps of backtracking that rules took, beyond those that any pattern may take at a place.
    var steps: [Int: Int] = [:]
  }

  /// Rules given up on in this input.
  public var surrenders: [Surrender] { input.surrenders }

  /// Bytes before `from` that the caller keeps in the buffer where the input has them: what
  /// a pattern's lookbehind may look at.
  public static let context = Pattern.longestLookbehind

  /// Bytes in which candidates are collected at once: it bounds how many there are.
  private static let batchBytes = 32 * 1024
  /// Steps that a rule may take in an input, a fraction of a second, and for each byte of it as many
  /// as keep it above some ten megabytes a second.
  private static let steps = (input: 200_000_000, byte: 32)

  public init(rules: RuleSet) {
    self.rules = rules
    codes = Array(repeating: nil, count: rules.rules.count)
  }

  /// Starts a new input.
  public mutating func begin() { input = Input() }

  /// Appends the matches that begin in `buffer[from...]`, in order of place and rule.
  ///
  /// - Parameters:
  ///   - purpose: whether the matches are judged.
  ///   - buffer: a part of the input, with at least `context` bytes before `from`, or all there are.
  ///   - until: only matches that begin before this offset.
  ///   - most: stop after so many matches, and all others at the place of the last.
  ///   - atStart: the buffer begins where the input begins.
  ///   - isLast: the buffer ends where the input ends.
  /// - Returns: how far the search got: where `most` stopped it, else a place that more bytes could change, else
  ///   `until` or the buffer's end.
  public mutating func search(
    for purpose: SearchPurpose = .scan, _ buffer: UnsafeRawBufferPointer, from: Int, until: Int = .max,
    most: Int = .max, atStart: Bool,
    isLast: Bool, into matches: inout [Match]
  ) -> SearchProgress {
    let until = min(until, buffer.count)
    // Matches of short literals may follow the beginning of a longer literal that is cut off.
    let end = isLast ? until : min(until, rules.prefilter.cutLiteral(in: buffer, from: from))
    let limit = most == .max ? .max : matches.count + most
    var at = from
    while at < end {
      let next = min(end, at + Self.batchBytes)
      candidates.removeAll(keepingCapacity: true)
      rules.prefilter.search(buffer, at: at..<next, into: &candidates)
      if !candidates.isEmpty,
        let stop = match(limit, for: purpose, in: buffer, atStart: atStart, isLast: isLast, into: &matches)
      {
        input.searched += stop.decided - from
        return stop
      }
      at = next
    }
    input.searched += at - from
    return SearchProgress(decided: at, openRule: nil)
  }

  /// Matches all candidates.
  ///
  /// - Returns: where it stopped before all were matched.
  private mutating func match(
    _ limit: Int, for purpose: SearchPurpose, in buffer: UnsafeRawBufferPointer, atStart: Bool, isLast: Bool,
    into matches: inout [Match]
  ) -> SearchProgress? {
    var index = 0
    while index < candidates.count {
      let place = candidates[index].offset
      if matches.count >= limit { return SearchProgress(decided: place, openRule: nil) }
      var here = rules.prefilter.rules[candidates[index].literal]
      index += 1
      if index < candidates.count, candidates[index].offset == place {
        while index < candidates.count, candidates[index].offset == place {
          here += rules.prefilter.rules[candidates[index].literal]
          index += 1
        }
        here.sort()
      }
      let count = matches.count
      for rule in here {
        switch match(rule, at: place, for: purpose, in: buffer, atStart: atStart, isLast: isLast) {
        case .noMatch: tried?.append(TriedPlace(place: place, rule: rule, end: nil))
        case .match(let match):
          matches.append(match)
          tried?.append(TriedPlace(place: place, rule: rule, end: match.range.upperBound))
        case .undecided:
          // Matches of other rules at the same place will be found again.
          matches.removeLast(matches.count - count)
          return SearchProgress(decided: place, openRule: rule)
        }
      }
    }
    return nil
  }

  private enum Verdict {
    case match(Match)
    case noMatch
    case undecided
  }

  private mutating func match(
    _ rule: Int, at place: Int, for purpose: SearchPurpose, in buffer: UnsafeRawBufferPointer, atStart: Bool,
    isLast: Bool
  ) -> Verdict {
    let start = max(0, place - Self.context)
    let end = min(buffer.count, place + Rule.longestMatch)
    let mayGrow = !isLast && end < place + Rule.longestMatch
    if let code = code(of: rule) {
      let subject = UnsafeRawBufferPointer(rebasing: buffer[start..<end])
      let result = matcher.match(
        code, subject, at: place - start, startsInput: start == 0 && atStart,
        endsInput: isLast && end == buffer.count, mayGrow: mayGrow)
      if matcher.steps > 0 { charge(rule) }
      switch result {
      case .noMatch: return .noMatch
      case .undecided: return .undecided
      case .gaveUp(let code): giveUp(rule, Pattern.message(code))
      case .match(let end):
        let range = place..<(start + end)
        let judgement = purpose == .scan ? judgement(rule, code, range, subject) : .unjudged
        return .match(Match(rule: rule, range: range, judgement: judgement))
      }
    }
    return mayGrow ? .undecided : .match(Match(rule: rule, range: place..<end))
  }

  mutating func charge(_ rule: Int) {
    let steps = input.steps[rule, default: 0] + matcher.steps
    input.steps[rule] = steps
    if steps > Self.steps.input + Self.steps.byte * input.searched {
      giveUp(rule, "it backtracks too much, at too many places")
    }
  }

  mutating func giveUp(_ rule: Int, _ reason: String) {
    if input.surrenders.contains(where: { $0.rule == rule }) { return }
    input.surrenders.append(Surrender(rule: rule, reason: reason))
  }

  /// nil when the rule has been given up on.
  mutating func code(of rule: Int) -> OpaquePointer? {
    if !input.surrenders.isEmpty, input.surrenders.contains(where: { $0.rule == rule }) { return nil }
    if let code = codes[rule] { return code }
    do throws(PatternError) {
      let code = try rules.rules[rule].pattern.code()
      matcher.makeRoom(for: code)
      codes[rule] = code
    } catch {
      giveUp(rule, error.reason)
    }
    return codes[rule]
  }

  /// Whether what `matcher` has just matched in `subject` is a secret.
  private borrowing func judgement(
    _ rule: Int, _ code: OpaquePointer, _ range: Range<Int>, _ subject: UnsafeRawBufferPointer
  ) -> Match.Judgement {
    let rule = rules.rules[rule]
    let secret = matcher.group("secret", of: code)
    if let placeholder = rule.placeholder {
      func part(_ range: Range<Int>?) -> UnsafeRawBufferPointer? {
        range.map { UnsafeRawBufferPointer(rebasing: subject[$0]) }
      }
      if placeholder.describes(id: part(matcher.group("id", of: code)), secret: part(secret)) { return .unlikely }
    }
    let length = secret?.count ?? range.count
    if length >= rule.confidence.high { return .secret(.high) }
    return length >= rule.confidence.medium ? .secret(.medium) : .unlikely
  }
}
