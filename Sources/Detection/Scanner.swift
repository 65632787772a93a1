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
  /// Other rules that found the same secret, or a part of it.
  public internal(set) var others: [Int] = []
  /// Bytes that stay readable, for a match that is no secret; nil for as many as its rule keeps.
  package let shown: Int?

  public init(
    rule: Int, range: Range<Int>, judgement: Judgement = .unjudged, disguise: Disguise? = nil, others: [Int] = [],
    shown: Int? = nil
  ) {
    self.rule = rule
    self.range = range
    self.judgement = judgement
    self.disguise = disguise
    self.others = others
    self.shown = shown
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
  /// Whether what was found there is as much of a key as counts as a whole one.
  let isWhole: Bool
}

/// Searches for the rules of a set.
public struct Scanner: ~Copyable {
  public let rules: RuleSet
  var input = Input()
  var matcher = PatternMatcher()
  /// Of the search that is under way.
  var purpose = SearchPurpose.scan
  private(set) var codes: [OpaquePointer?]
  private var candidates: [Candidate] = []
  /// Those in the part of the next buffer that is searched, if `hasHits`: then the scanner looks for none.
  var hits = LiteralHits()
  var hasHits = false
  /// Of the last scan.
  var pieces = PieceHits()
  /// Places of literals and the results of their rules; nil if not recorded.
  var tried: [TriedPlace]?
  var stack = LayerStack()
  var inflated = Inflated()
  /// Where the first secret begins that the last search found and left for the next one.
  var heldFrom = Int.max
  /// Rules that find the whole of the next text, the name of a file.
  package var nameRules: [Int] = []
  private var toTry: [(rule: Int, literal: Int)] = []

  /// Per-input search state.
  struct Input {
    var surrenders: [Surrender] = []
    /// Bytes.
    var searched = 0
    /// nil if it has none, or none that rules should look at.
    var path: [UInt8]?
    /// Whether the path matches, by list of patterns.
    var pathMatches: [ObjectIdentifier: Bool] = [:]
    /// Steps of backtracking that rules took, beyond those that any pattern may take at a place.
    var steps: [Int: Int] = [:]
  }

  /// Whether compressed data in digits was left out, because too much had come out of the rest.
  public var leftCompressed: Bool { inflated.leftSome }

  /// Rules given up on in this input.
  public var surrenders: [Surrender] { input.surrenders }

  /// Bytes before `from` that the caller keeps in the buffer where the input has them: what
  /// a pattern's lookbehind may look at. `RuleSet.context` has those that its rules need in all.
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
  ///
  /// - Parameter path: for rules that depend on it.
  public mutating func begin(path: [UInt8]? = nil) {
    input = Input()
    inflated = Inflated()
    pieces.forget()
    input.path = path
  }

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
    self.purpose = purpose
    let until = min(until, buffer.count)
    let prefilter = rules.prefilter
    heldFrom = .max
    // Matches of short literals may follow the beginning of a longer literal that is cut off.
    let isFar = until <= buffer.count - prefilter.longest - prefilter.before
    let known = isLast || isFar ? until : prefilter.cutLiteral(in: buffer, from: from) - prefilter.before
    let end = max(from, min(until, known))
    let limit = most == .max || !prefilter.isPlain ? .max : matches.count + most
    let first = matches.count
    if !nameRules.isEmpty {
      for rule in nameRules { matches.append(Match(rule: rule, range: 0..<buffer.count, judgement: .secret(.high))) }
      nameRules.removeAll()
    }
    var progress = SearchProgress(decided: end, openRule: nil)
    let scanIndex = purpose == .scan && !hasHits ? rules.scanIndex : nil
    // What is hidden is looked for from there on.
    var at = max(0, from - (scanIndex == nil ? prefilter.reach : max(prefilter.reach, Self.hiddenContext)))
    let last = from < end ? min(buffer.count, end + prefilter.before) : from
    pieces.begin(buffer, at: at)
    while at < last {
      let next = min(last, at + Self.batchBytes)
      candidates.removeAll(keepingCapacity: true)
      if hasHits {
        hits.add(plainAt: at..<next, to: &candidates)
      } else if let scanIndex {
        search(scanIndex, buffer, at: at..<next)
      } else {
        prefilter.search(buffer, at: at..<next, into: &candidates)
      }
      if !candidates.isEmpty,
        let stop = match(limit, in: buffer, from: from, atStart: atStart, isLast: isLast, into: &matches)
      {
        progress = stop
        break
      }
      at = next
    }
    if !prefilter.isPlain && matches.count > first {
      progress = settle(&matches, from: first, in: from..<buffer.count, progress, isLast: isLast)
    }
    input.searched += progress.decided - from
    return progress
  }

  /// Adds candidates and pieces of literals.
  private mutating func search(_ index: LiteralIndex, _ buffer: UnsafeRawBufferPointer, at places: Range<Int>) {
    let plainCount = rules.prefilter.literals.count
    index.search(buffer, at: places) { place, number in
      if number < plainCount {
        candidates.append(Candidate(offset: place, literal: number))
      } else {
        pieces.add(number - plainCount, at: place)
      }
    }
    pieces.reach(places.upperBound)
    if candidates.count > 1 { candidates.sort { ($0.offset, $0.literal) < ($1.offset, $1.literal) } }
  }

  /// Matches all candidates.
  ///
  /// - Returns: where it stopped before all were matched.
  private mutating func match(
    _ limit: Int, in buffer: UnsafeRawBufferPointer, from: Int, atStart: Bool, isLast: Bool,
    into matches: inout [Match]
  ) -> SearchProgress? {
    var index = 0
    while index < candidates.count {
      let place = candidates[index].offset
      if matches.count >= limit { return SearchProgress(decided: place, openRule: nil) }
      let start = index
      repeat { index += 1 } while index < candidates.count && candidates[index].offset == place
      let count = matches.count
      toTry.removeAll(keepingCapacity: true)
      for candidate in candidates[start..<index] {
        for rule in rules.prefilter.rules[candidate.literal] { toTry.append((rule, candidate.literal)) }
      }
      if index > start + 1 { toTry.sort { ($0.rule, $0.literal) < ($1.rule, $1.literal) } }
      for number in toTry.indices {
        let (rule, literal) = toTry[number]
        if number > 0, toTry[number - 1].rule == rule { continue }
        let trial = rules.prefilter.trials[rule]
        if place < from && (trial.isPlain || place + trial.mostDistance < from) { continue }
        let before = matches.count
        let length = rules.prefilter.length(of: literal)
        let isDecided = match(
          trial, at: place, literal: length, in: buffer, atStart: atStart, isLast: isLast, into: &matches)
        if !isDecided {
          // What begins before `from` was decided when it was searched. After a keyword there a match may begin later.
          if place < from {
            guard case .after = trial.anchor else { continue }
            heldFrom = from
          }
          // Matches of other rules at the same place will be found again.
          matches.removeLast(matches.count - count)
          var decided = place
          if case .before(let bytes) = trial.anchor { decided = place - bytes }
          return SearchProgress(decided: max(from, decided), openRule: rule)
        }
        if trial.isPlain, tried != nil {
          let end = matches.count > before ? matches.last!.range.upperBound : nil
          let isWhole = end.map { strength(rule, $0 - place) == 2 } ?? false
          tried!.append(TriedPlace(place: place, rule: rule, end: end, isWhole: isWhole))
        }
      }
    }
    return nil
  }

  /// Appends the matches of a rule at one of its literals.
  ///
  /// - Returns: false if more bytes could make or change one; then nothing is appended.
  private mutating func match(
    _ trial: Trial, at place: Int, literal: Int, in buffer: UnsafeRawBufferPointer, atStart: Bool, isLast: Bool,
    into matches: inout [Match]
  ) -> Bool {
    let (rule, anchor) = (trial.rule, trial.anchor)
    var (first, latest) = (place, place)
    switch anchor {
    case .start: break
    case .before(let bytes): first = max(0, place - bytes)
    case .after(let bytes): latest = place + literal + bytes
    }
    let start = max(0, first - Self.context)
    let end = min(buffer.count, latest + Rule.longestMatch)
    let mayGrow = !isLast && end < latest + Rule.longestMatch
    guard let code = code(of: rule) else {
      if mayGrow { return false }
      matches.append(Match(rule: rule, range: place..<end))
      return true
    }
    let subject = UnsafeRawBufferPointer(rebasing: buffer[start..<end])
    let count = matches.count
    while true {
      let result = matcher.match(
        code, subject, at: first - start, last: anchor == .start ? nil : latest - start,
        startsInput: start == 0 && atStart, endsInput: isLast && end == buffer.count, mayGrow: mayGrow)
      if matcher.steps > 0 { charge(rule) }
      switch result {
      case .noMatch: return true
      case .undecided:
        matches.removeLast(matches.count - count)
        return false
      case .gaveUp(let code):
        giveUp(rule, Pattern.message(code))
        if mayGrow {
          matches.removeLast(matches.count - count)
          return false
        }
        matches.append(Match(rule: rule, range: place..<end))
        return true
      case .match(let matchEnd):
        let whole = matcher.start..<matchEnd
        guard let found = judge(trial, code, whole, subject, at: start, mayGrow: mayGrow) else {
          matches.removeLast(matches.count - count)
          return false
        }
        if let match = found.match { matches.append(match) }
        guard case .after = anchor else { return true }
        // Others may follow.
        first = start + max(whole.lowerBound + 1, whole.upperBound)
        if first > latest || matches.count - count >= Self.mostAtLiteral { return true }
      }
    }
  }

  /// Matches after one keyword at most.
  private static let mostAtLiteral = 64

  /// The match of what `matcher` has just matched, if it is one; nil when more bytes are needed to tell.
  private mutating func judge(
    _ trial: Trial, _ code: OpaquePointer, _ whole: Range<Int>, _ subject: UnsafeRawBufferPointer, at start: Int,
    mayGrow: Bool
  ) -> (match: Match?, Void)? {
    let secret = matcher.secret(trial.capture, in: whole)
    let range = (start + secret.lowerBound)..<(start + secret.upperBound)
    var judgement = purpose == .scan ? judgement(trial.rule, code, whole, subject) : .unjudged
    if trial.hasChecks {
      let rule = rules.rules[trial.rule]
      switch drops(rule, secret, whole, in: subject, mayGrow: mayGrow) {
      case nil: return nil
      case true?: return (nil, ())
      case false?: break
      }
      if case .secret(let confidence) = judgement {
        judgement = rule.isReported ? .secret(rule.fixedConfidence ?? confidence) : .unlikely
      }
    }
    let isAddress = rules.rules[trial.rule].isAddress
    let shown = isAddress ? matcher.group("shown", of: code).map { $0.upperBound - whole.lowerBound } : nil
    return (Match(rule: trial.rule, range: range, judgement: judgement, shown: shown), ())
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
    _ rule: Int, _ code: OpaquePointer, _ whole: Range<Int>, _ subject: UnsafeRawBufferPointer
  ) -> Match.Judgement {
    let rule = rules.rules[rule]
    let secret = matcher.group("secret", of: code)
    if let placeholder = rule.placeholder {
      func part(_ range: Range<Int>?) -> UnsafeRawBufferPointer? {
        range.map { UnsafeRawBufferPointer(rebasing: subject[$0]) }
      }
      if placeholder.describes(id: part(matcher.group("id", of: code)), secret: part(secret)) { return .unlikely }
    }
    let length = secret?.count ?? matcher.secret(rule.capture, in: whole).count
    if length >= rule.confidence.high { return .secret(.high) }
    return length >= rule.confidence.medium ? .secret(.medium) : .unlikely
  }
}
