// A scanner for streams that finds encoded keys too. At an encoded form of a rule's literal it decodes forward,
// byte by byte, until the rule's pattern matches or fails. As in the plain search, bytes that more input could
// change are passed again with more of it.

import Rules

/// Searches a stream for the rules of a set, in all their encoded forms.
public struct StreamSearch: ~Copyable {
  private var scanner: Scanner
  private let literals: EncodedLiterals?
  private var plain: [Match] = []
  private var candidates: [EncodedCandidate] = []
  private var encoded: [StreamMatch] = []
  private var text = ForwardText()
  private var continued: [UInt8] = []
  private var lookbehinds: [Int?]
  /// Where the matches end that were found before, counted from the input's start.
  private var covered = 0

  /// Places in a key with something that may part it, at which it is tried whether the key ends there.
  private static let mostBreaks = 128
  /// Bytes by which a key is continued when it is asked whether it could be longer, and the matches that may
  /// be tried for that. A rule that needs more is taken for one that could.
  private static let mostContinued = (bytes: 256, matches: 4096)
  /// Bytes that keys are made of come first, so that one of the first mostly continues a match.
  private static let continuations: [UInt8] = {
    let usual = Array("A0a-_.".utf8)
    return usual + (UInt8.min...UInt8.max).filter { !usual.contains($0) }
  }()

  /// Bytes in a row that may part a key and stay, such as tags.
  public static let longestParting = longestMarkup

  /// - Parameter isPlain: encoded keys are not looked for.
  public init(rules: RuleSet, isPlain: Bool) {
    scanner = Scanner(rules: rules)
    literals = isPlain ? nil : rules.encodedLiterals
    lookbehinds = Array(repeating: nil, count: rules.rules.count)
    if !isPlain { scanner.tried = [] }
    scanner.hasHits = literals?.index != nil
  }

  public var rules: RuleSet { scanner.rules }
  /// Rules given up on in this input.
  public var surrenders: [Surrender] { scanner.surrenders }

  /// Starts a new input.
  public mutating func begin() {
    scanner.begin()
    covered = 0
  }

  /// Where the bytes end that are visible whatever comes, of those before `end`.
  ///
  /// - Parameter start: no match that is still unknown begins before it.
  public borrowing func visibleEnd(in bytes: UnsafeRawBufferPointer, from start: Int, to end: Int) -> Int {
    var candidates: [Candidate] = []
    if let index = literals?.index {
      var hits = LiteralHits()
      hits.find(index, in: bytes, at: start..<bytes.count)
      candidates = hits.plain
    } else {
      rules.prefilter.search(bytes, at: start..<bytes.count, into: &candidates)
    }
    let visible = rules.prefilter.visibleEnd(in: bytes, from: start, candidates)
    let end = min(end, visible, max(start, scanner.heldFrom))
    return literals?.visibleEnd(in: bytes, from: start, to: end) ?? end
  }

  /// As `Scanner.search`, with matches in every form.
  ///
  /// - Parameter base: bytes of the input before the buffer.
  /// - Returns: every match that begins before this offset has been appended; none that begins later has.
  public mutating func search(
    _ buffer: UnsafeRawBufferPointer, from: Int, until: Int, base: Int, isLast: Bool,
    into matches: inout [StreamMatch]
  ) -> Int {
    plain.removeAll(keepingCapacity: true)
    scanner.tried?.removeAll(keepingCapacity: true)
    if let literals, let index = literals.index {
      let end = min(buffer.count, until) + max(rules.prefilter.before, literals.reach)
      let start = max(0, from - rules.prefilter.reach)
      scanner.hits.find(index, in: buffer, at: start..<max(start, min(buffer.count, end)))
    }
    var decided = scanner.search(
      for: .redaction, buffer, from: from, until: until, atStart: base == 0, isLast: isLast, into: &plain
    ).decided
    encoded.removeAll(keepingCapacity: true)
    if let literals {
      candidates.removeAll(keepingCapacity: true)
      literals.search(
        buffer, at: from..<max(from, decided), isLast: isLast, hits: scanner.hits, into: &candidates)
      addBrokenPlain(buffer, before: decided)
      if !candidates.isEmpty { decided = decode(buffer, decided, base, isLast: isLast) }
      if !isLast {
        var cover = Cover(plain: plain, encoded: encoded, end: covered - base)
        decided = literals.cutLiteral(in: buffer, from: from, to: decided) {
          cover.contains($0) && isTorn(buffer, $0)
        }
      }
    }
    let first = matches.count
    merge(before: decided, into: &matches)
    for match in matches[first...] { covered = max(covered, base + match.range.upperBound) }
    return decided
  }

  /// Adds plain literals whose key a token breaks, or after which it could go on.
  private mutating func addBrokenPlain(_ buffer: UnsafeRawBufferPointer, before decided: Int) {
    var nextToken = -1
    for tried in scanner.tried! where tried.place < decided {
      if nextToken < tried.place { nextToken = firstToken(buffer, from: tried.place) ?? .max }
      if nextToken > min(buffer.count - 1, tried.place + Rule.longestMatch - 1) { continue }
      // A whole key ends at a quote, a tag or a star in any case.
      if tried.isWhole, tried.end == nextToken, mayBeginGuess(buffer[nextToken]) { continue }
      // A match that ends before the token is the whole key unless its rule could take more of what is there.
      if let end = tried.end, end < nextToken, !couldGoOn(tried, buffer, until: nextToken) { continue }
      candidates.append(EncodedCandidate(place: tried.place, start: tried.place, rule: tried.rule, form: .text))
    }
  }

  /// Whether more bytes instead of the token at `end` could make a match longer.
  private mutating func couldGoOn(_ tried: TriedPlace, _ buffer: UnsafeRawBufferPointer, until end: Int) -> Bool {
    let start = max(0, tried.place - Scanner.context)
    let subject = UnsafeRawBufferPointer(rebasing: buffer[start..<end])
    switch scanner.match(tried.rule, decoded: subject, at: tried.place - start, mayGrow: true) {
    case .undecided, .gaveUp: return true
    case .match, .noMatch: return false
    }
  }

  /// Decides the candidates, in order of place.
  ///
  /// - Returns: the first place at which one cannot be decided yet; else `decided`.
  private mutating func decode(
    _ buffer: UnsafeRawBufferPointer, _ decided: Int, _ base: Int, isLast: Bool
  ) -> Int {
    candidates.sort { ($0.place, $0.rule, $0.form.code) < ($1.place, $1.rule, $1.form.code) }
    var replaced: EncodedCandidate?
    var cover = Cover(plain: plain, encoded: [], end: covered - base)
    for (index, candidate) in candidates.enumerated() {
      if index > 0, candidates[index - 1] == candidate { continue }
      if candidate == replaced { continue }
      if cover.contains(candidate.place), !candidate.form.isText, isTorn(buffer, candidate.place) { continue }
      guard let isOwn = isOwnOrder(candidate, buffer, base, isLast) else { return candidate.place }
      if !isOwn {
        // Read a byte later, in the other order, it lacks its last character where what follows is no UTF-16:
        // then that one must not stay.
        guard let (width, low) = candidate.form.outer?.wide, low > 0 else { continue }
        guard let length = length(of: candidate, buffer, isLast: isLast) else { return candidate.place }
        if length == 0 { continue }
        let end = candidate.place + width * length
        if end + low > buffer.count && !isLast { return candidate.place }
        if end + low <= buffer.count && buffer[end..<(end + low)].allSatisfy({ $0 == 0 }) { continue }
        let other: StreamStage = width == 2 ? .utf16le : .utf32le
        replaced = EncodedCandidate(
          place: candidate.place + low, start: candidate.place + low, rule: candidate.rule, form: StreamForm([other]))
      }
      switch decode(candidate, buffer, isLast: isLast) {
      case .undecided: return candidate.place
      case .noMatch: continue
      case .match(let length, _):
        encoded.append(match(candidate, length))
        cover.add(encoded.last!.range)
      }
    }
    return decided
  }

  /// Whether UTF-16 or UTF-32 is of the byte order of a candidate. A key between other characters can be read in both,
  /// one byte apart: then it counts from the input's start, unless that reading lacks its last one.
  ///
  /// - Returns: nil when more bytes are needed to tell.
  private func isOwnOrder(
    _ candidate: EncodedCandidate, _ buffer: UnsafeRawBufferPointer, _ base: Int, _ isLast: Bool
  ) -> Bool? {
    let place = candidate.place
    // Of chains with UTF-16 inside only one order is looked for.
    guard let (width, low) = candidate.form.outer?.wide, candidate.form.stage(1) == nil else { return true }
    // Wherever the text begins, it is taken for exactly one of the two.
    let phase = (base + place) % width
    if low == 0 ? phase != width - 1 : phase == 0 { return true }
    if low == 0 {
      return place < width - 1 || !buffer[(place - width + 1)..<place].allSatisfy { $0 == 0 }
    }
    let end = place + width * rules.rules[candidate.rule].literal.count
    if end + low > buffer.count { return isLast ? true : nil }
    return !buffer[end..<(end + low)].allSatisfy { $0 == 0 }
  }

  private func match(_ candidate: EncodedCandidate, _ length: Int) -> StreamMatch {
    let kept = min(rules.rules[candidate.rule].keep, length / 2)
    let end = text.end(of: length)
    var match = StreamMatch(
      rule: candidate.rule, range: candidate.place..<end, keptEnd: text.keptEnd(of: kept),
      frame: text.frame(of: kept..<length))
    for code in text.codes where code.range.upperBound <= end { match.codes.append(code) }
    return match
  }

  /// Appends plain and encoded matches in order. Of a rule both can begin at one place: then all goes that
  /// either covers.
  private mutating func merge(before decided: Int, into matches: inout [StreamMatch]) {
    var next = 0
    for match in plain where match.range.lowerBound < decided {
      while next < encoded.count,
        (encoded[next].range.lowerBound, encoded[next].rule) < (match.range.lowerBound, match.rule)
      {
        matches.append(encoded[next])
        next += 1
      }
      let keptEnd = keptEnd(of: match, rules: rules)
      if next < encoded.count, encoded[next].range.lowerBound == match.range.lowerBound,
        encoded[next].rule == match.rule
      {
        var both = encoded[next]
        both.range = match.range.lowerBound..<max(both.range.upperBound, match.range.upperBound)
        both.keptEnd = min(both.keptEnd, keptEnd)
        both.codes.removeAll { !$0.isEmpty && $0.range.lowerBound < match.range.upperBound }
        matches.append(both)
        next += 1
      } else {
        matches.append(StreamMatch(rule: match.rule, range: match.range, keptEnd: keptEnd, frame: StreamFrame(.text)))
      }
    }
    matches += encoded[next...].prefix { $0.range.lowerBound < decided }
  }

  /// Decoded bytes of what begins at a candidate, 0 for no match; nil when more bytes are needed to tell.
  private mutating func length(
    of candidate: EncodedCandidate, _ buffer: UnsafeRawBufferPointer, isLast: Bool
  ) -> Int? {
    switch decode(candidate, buffer, isLast: isLast) {
    case .match(let length, _): length
    case .noMatch: 0
    case .undecided: nil
    }
  }

  /// Whether a line ends after so little of the literal at `place` that it may be anything. Inside a match that counts
  /// for nothing: it would hold back the end of a line after every key.
  private func isTorn(_ buffer: UnsafeRawBufferPointer, _ place: Int) -> Bool {
    buffer[place..<min(buffer.count, place + Self.fewestBeforeBreak)].contains { $0 == 0x0A || $0 == 0x0D }
  }

  private static let fewestBeforeBreak = 6

  // MARK: One candidate

  private enum Verdict {
    /// So many decoded bytes; 2 for a whole key, 1 for a cut one, 0 for less.
    case match(length: Int, strength: Int)
    case noMatch
    case undecided
  }

  /// Decodes what begins at a candidate until it is decided.
  ///
  /// A control sequence, or in base64 a line break, may stand inside a key as well as between a key and what
  /// follows, so the key may end at each of them: it does at the first where what stands before is as much
  /// of a key as the text comes to at all, or the whole of one. At a quote, a tag or a star a whole key ends in any
  /// case.
  private mutating func decode(
    _ candidate: EncodedCandidate, _ buffer: UnsafeRawBufferPointer, isLast: Bool
  ) -> Verdict {
    let rule = candidate.rule
    let literal = rules.rules[rule].literal
    text.begin(
      candidate.form, buffer, at: candidate.start, lookbehind: lookbehind(of: rule), isLast: isLast,
      guesses: !isPlain(candidate, buffer))
    var best = Verdict.noMatch
    var strength = -1
    var nextBreak = 0
    // Mostly the second character is the wrong one.
    var wanted = 2
    while true {
      text.decode(buffer, to: wanted)
      let known = min(text.count, literal.count)
      for index in 0..<known where text.bytes[text.context + index] != literal[index] { return .noMatch }
      if text.count < literal.count {
        if let stop = text.stop { return stop == .cut ? .undecided : .noMatch }
        wanted = wanted < 8 ? 2 * wanted : literal.count + 24
        continue
      }
      while nextBreak < min(text.breaks.count, Self.mostBreaks) {
        let length = text.breaks[nextBreak]
        nextBreak += 1
        if length < literal.count { continue }
        if case .match(let end, var found) = judge(rule, upTo: length, mayGrow: false), found > strength {
          if found == 2 {
            if text.endsWhole(at: length) { return .match(length: end, strength: 2) }
            if let whole = wholeLength(rule, length) {
              // A line break in base64 is nothing to the text: what is behind a whole key goes on behind it.
              return .match(length: candidate.form.isText ? end : min(end, whole), strength: 2)
            }
            found = 1
          }
          if found > strength {
            best = .match(length: end, strength: found)
            strength = found
          }
        }
        switch judge(rule, upTo: length, mayGrow: true) {
        case .undecided: continue
        case .noMatch: return best
        case .match(let end, let found):
          return found > strength ? .match(length: end, strength: found) : best
        }
      }
      switch judge(rule, upTo: text.count, mayGrow: text.stop != .end) {
      case .noMatch: return best
      case .match(let end, let found):
        return found > strength ? .match(length: end, strength: found) : best
      case .undecided:
        if text.stop != nil { return .undecided }
        wanted = 2 * text.count
      }
    }
  }

  /// Whether the key that begins plainly at a candidate has a tag, a star or a quote of its own.
  private func isPlain(_ candidate: EncodedCandidate, _ buffer: UnsafeRawBufferPointer) -> Bool {
    guard candidate.form.isText else { return false }
    var index = plain.firstIndex(atOrAfter: candidate.place)
    while index < plain.count, plain[index].range.lowerBound == candidate.place {
      if plain[index].rule == candidate.rule { return buffer[plain[index].range].contains(where: mayBeginGuess) }
      index += 1
    }
    return false
  }

  /// What the pattern says to the first `length` decoded bytes. What was put together by a guess has to be a whole key.
  private mutating func judge(_ rule: Int, upTo length: Int, mayGrow: Bool) -> Verdict {
    let context = text.context
    return text.bytes.withUnsafeBytes { bytes in
      let subject = UnsafeRawBufferPointer(rebasing: bytes[..<(context + length)])
      switch scanner.match(rule, decoded: subject, at: context, mayGrow: mayGrow) {
      case .noMatch: return .noMatch
      case .match(let end):
        let strength = scanner.strength(rule, end - context)
        return strength < 2 && end - context > text.certain
          ? .noMatch : .match(length: end - context, strength: strength)
      case .undecided, .gaveUp: return mayGrow ? .undecided : .match(length: length, strength: 2)
      }
    }
  }

  /// The length of the match at the start of the first `length` decoded bytes if the key went on for as long as
  /// its rule lets it; nil when that is more than `length`.
  ///
  /// The continuation is found by asking the pattern (`PCRE2_PARTIAL_HARD`) byte by byte what it takes next.
  private mutating func wholeLength(_ rule: Int, _ length: Int) -> Int? {
    continued.removeAll(keepingCapacity: true)
    continued += text.bytes[..<(text.context + length)]
    var matches = 0
    var usual = Self.continuations[0]
    while continued.count - text.context - length < Self.mostContinued.bytes {
      guard let byte = continuation(of: rule, trying: usual, &matches) else {
        guard matches < Self.mostContinued.matches else { return nil }
        // One byte more: a run that is too long for one form of a key may be the start of another.
        continued.append(usual)
        let result = continued.withUnsafeBytes {
          scanner.match(rule, decoded: $0, at: text.context, mayGrow: false)
        }
        guard case .match(let end) = result else { return length }
        return end <= text.context + length ? end - text.context : nil
      }
      usual = byte
    }
    return nil
  }

  /// Appends to `continued` a byte that the match at its start takes or could take; nil when there is none.
  private mutating func continuation(of rule: Int, trying usual: UInt8, _ matches: inout Int) -> UInt8? {
    let place = continued.count
    continued.append(usual)
    for byte in [usual] + Self.continuations {
      continued[place] = byte
      matches += 1
      if matches >= Self.mostContinued.matches { break }
      let result = continued.withUnsafeBytes {
        scanner.match(rule, decoded: $0, at: text.context, mayGrow: true)
      }
      switch result {
      case .undecided: return byte
      case .match(let end) where end == continued.count: return byte
      default: continue
      }
    }
    continued.removeLast()
    return nil
  }

  private mutating func lookbehind(of rule: Int) -> Int {
    if let known = lookbehinds[rule] { return known }
    let bytes = (try? rules.rules[rule].pattern.lookbehind()) ?? 0
    lookbehinds[rule] = bytes
    return bytes
  }
}

extension Scanner {
  /// Matches a rule at `offset` in a text that was decoded. `.gaveUp` stands for every rule given up on.
  fileprivate mutating func match(
    _ rule: Int, decoded subject: UnsafeRawBufferPointer, at offset: Int, mayGrow: Bool
  ) -> MatchResult {
    guard let code = code(of: rule) else { return .gaveUp(0) }
    let result = matcher.match(
      code, subject, at: offset, startsInput: false, endsInput: false, mayGrow: mayGrow)
    if matcher.steps > 0 { charge(rule) }
    if case .gaveUp(let code) = result { giveUp(rule, Pattern.message(code)) }
    return result
  }

  /// How much of a key of a rule the last match, of so many bytes, is: 2 the whole, 1 a part, 0 little.
  borrowing func strength(_ rule: Int, _ length: Int) -> Int {
    let needed = rules.rules[rule].confidence
    let length = codes[rule].flatMap { matcher.group("secret", of: $0) }?.count ?? length
    return length >= needed.high ? 2 : length >= needed.medium ? 1 : 0
  }
}

/// Where matches are that begin before a place, asked for places in order.
private struct Cover {
  private let plain: [Match]
  private let encoded: [StreamMatch]
  private var next = (plain: 0, encoded: 0)
  private var end: Int
  /// Of matches that were added, which may begin at the place that is asked about.
  private var added: [Range<Int>] = []

  /// - Parameter end: of the matches before the first of these.
  init(plain: [Match], encoded: [StreamMatch], end: Int) {
    (self.plain, self.encoded, self.end) = (plain, encoded, end)
  }

  mutating func add(_ range: Range<Int>) { added.append(range) }

  /// Whether a match begins before `place` and ends after it.
  mutating func contains(_ place: Int) -> Bool {
    while next.plain < plain.count, plain[next.plain].range.lowerBound < place {
      end = max(end, plain[next.plain].range.upperBound)
      next.plain += 1
    }
    while next.encoded < encoded.count, encoded[next.encoded].range.lowerBound < place {
      end = max(end, encoded[next.encoded].range.upperBound)
      next.encoded += 1
    }
    for range in added where range.lowerBound < place { end = max(end, range.upperBound) }
    added.removeAll { $0.lowerBound < place }
    return place < end
  }
}
