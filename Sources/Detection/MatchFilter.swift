// What decides, after a rule's pattern has matched, whether the match is one: its filter, its path, its checksum, and
// the rules that have to be near. And which of several matches of one text count.

import CPCRE2
import Rules

extension Scanner {
  /// Bytes of a line, before and after a match, that a filter sees.
  private static let longestLine = 256
  /// Bytes before and after a match in which a required rule is looked for.
  private static let requiredContext = 2048

  /// Whether a match does not count.
  ///
  /// In redaction nothing is known of the path, the line or what comes next: what asks for it drops nothing.
  ///
  /// - Parameters:
  ///   - secret: bytes of `text`, as `whole` is.
  /// - Returns: nil when more bytes are needed to tell.
  mutating func drops(
    _ rule: Rule, _ secret: Range<Int>, _ whole: Range<Int>, in text: UnsafeRawBufferPointer, mayGrow: Bool
  ) -> Bool? {
    if let path = rule.path, let name = input.path, purpose == .scan {
      if !name.withUnsafeBytes({ isMatch(path, in: $0) }) { return true }
    }
    if rule.checksum == .crc32, purpose == .scan, !hasChecksum(UnsafeRawBufferPointer(rebasing: text[secret])) {
      return true
    }
    if let filter = rule.filter {
      if mayGrow, purpose == .scan, filter.asks(for: .line), text.count - whole.upperBound < Self.longestLine,
        !text[whole.upperBound...].contains(0x0A)
      {
        return nil
      }
      var match = whole
      if let pattern = rule.wholePattern { match = self.whole(pattern, around: secret, whole, in: text) }
      let texts = FilterTexts(text: text, secret: secret, match: match, line: line(around: match, in: text))
      if holds(filter, texts) == true { return true }
    }
    if purpose == .scan {
      for required in rule.required {
        if mayGrow, text.count - whole.upperBound < Self.requiredContext { return nil }
        if !isNear(required, secret, in: text) { return true }
      }
    }
    return false
  }

  /// The rules for names of files that a path is one for.
  package mutating func rules(forPath path: [UInt8]) -> [Int] {
    let names = rules.nameRules
    if names.isEmpty { return [] }
    begin(path: path)
    return path.withUnsafeBytes { bytes in
      names.filter { index in
        let rule = rules.rules[index]
        guard let pattern = rule.path, isMatch(pattern, in: bytes) else { return false }
        let texts = FilterTexts(text: bytes, secret: 0..<bytes.count, match: 0..<bytes.count, line: 0..<bytes.count)
        return rule.filter.map { holds($0, texts) != true } ?? true
      }
    }
  }

  private struct FilterTexts {
    let text: UnsafeRawBufferPointer
    let secret: Range<Int>
    let match: Range<Int>
    let line: Range<Int>
  }

  /// Whether a filter's condition holds; nil when that cannot be known.
  private mutating func holds(_ filter: RuleFilter, _ texts: FilterTexts) -> Bool? {
    switch filter {
    case .any(let parts):
      var isUnknown = false
      for part in parts {
        switch holds(part, texts) {
        case true?: return true
        case nil: isUnknown = true
        case false?: break
        }
      }
      return isUnknown ? nil : false
    case .all(let parts):
      var isUnknown = false
      for part in parts {
        switch holds(part, texts) {
        case false?: return false
        case nil: isUnknown = true
        case true?: break
        }
      }
      return isUnknown ? nil : true
    case .not(let part): return holds(part, texts).map { !$0 }
    case .entropy(let target, let limit, let orEqual):
      guard let text = text(of: target, texts) else { return nil }
      let bits = entropy(of: text)
      return orEqual ? bits <= limit : bits < limit
    case .contains(let target, let list):
      guard let text = text(of: target, texts) else { return nil }
      return rules.words[ObjectIdentifier(list)]?.isAny(in: text) ?? false
    case .matches(.path, let list):
      guard purpose == .scan, let path = input.path else { return nil }
      if let known = input.pathMatches[ObjectIdentifier(list)] { return known }
      let found = path.withUnsafeBytes { path in list.patterns.contains { isMatch($0, in: path) } }
      input.pathMatches[ObjectIdentifier(list)] = found
      return found
    case .matches(let target, let list):
      guard let text = text(of: target, texts) else { return nil }
      return list.patterns.contains { isMatch($0, in: text) }
    }
  }

  /// nil if it is not known.
  private func text(of target: FilterTarget, _ texts: FilterTexts) -> UnsafeRawBufferPointer? {
    switch target {
    case .secret: UnsafeRawBufferPointer(rebasing: texts.text[texts.secret])
    case .match: UnsafeRawBufferPointer(rebasing: texts.text[texts.match])
    case .line: purpose == .scan ? UnsafeRawBufferPointer(rebasing: texts.text[texts.line]) : nil
    case .path: nil
    }
  }

  private mutating func isMatch(_ pattern: Pattern, in text: UnsafeRawBufferPointer) -> Bool {
    guard let code = try? pattern.code() else { return false }
    return matcher.find(code, in: text) != nil
  }

  private func line(around match: Range<Int>, in text: UnsafeRawBufferPointer) -> Range<Int> {
    let before = text[max(0, match.lowerBound - Self.longestLine)..<match.lowerBound]
    let after = text[match.upperBound..<min(text.count, match.upperBound + Self.longestLine)]
    let start = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? before.startIndex
    return start..<(after.firstIndex(of: 0x0A) ?? after.endIndex)
  }

  /// The match of the whole pattern; only a part of the pattern was tried before.
  private mutating func whole(
    _ pattern: Pattern, around secret: Range<Int>, _ tried: Range<Int>, in text: UnsafeRawBufferPointer
  ) -> Range<Int> {
    guard let code = try? pattern.code() else { return tried }
    var at = max(0, tried.lowerBound - 128)
    let limit = UnsafeRawBufferPointer(rebasing: text[..<min(text.count, tried.upperBound + 1)])
    for _ in 0..<16 {
      guard let found = matcher.find(code, in: limit, from: at), found.lowerBound <= secret.lowerBound else { break }
      if found.upperBound >= secret.upperBound { return found }
      at = max(found.lowerBound + 1, found.upperBound)
    }
    return tried
  }

  /// Whether a match of another rule is within so many lines and columns.
  private mutating func isNear(_ required: RequiredRule, _ secret: Range<Int>, in text: UnsafeRawBufferPointer) -> Bool
  {
    guard let other = rules.rules.firstIndex(where: { $0.id == required.id }), let code = code(of: other) else {
      return true
    }
    let rule = rules.rules[other]
    let start = max(0, secret.lowerBound - Self.requiredContext)
    let window = start..<min(text.count, secret.upperBound + Self.requiredContext)
    var places: [Candidate] = []
    rules.prefilter.search(text, at: window, into: &places)
    for place in places where rules.prefilter.rules[place.literal].contains(other) {
      var (first, last) = (place.offset, Int?.none)
      switch rule.anchor {
      case .start: break
      case .before(let bytes): (first, last) = (max(0, place.offset - bytes), place.offset)
      case .after(let bytes): last = min(text.count, place.offset + rules.prefilter.length(of: place.literal) + bytes)
      }
      let result = matcher.match(
        code, text, at: first, last: last, startsInput: false, endsInput: false, mayGrow: false)
      guard case .match(let end) = result else { continue }
      let found = matcher.secret(rule.capture, in: matcher.start..<end)
      if let filter = rule.filter {
        let texts = FilterTexts(text: text, secret: found, match: found, line: line(around: found, in: text))
        if holds(filter, texts) == true { continue }
      }
      let gap =
        min(
          found.upperBound, secret.upperBound)..<max(
          min(found.upperBound, secret.upperBound), max(found.lowerBound, secret.lowerBound))
      let lines = text[gap].count { $0 == 0x0A }
      if let most = required.lines, lines > most { continue }
      if let most = required.columns, abs(column(found.lowerBound, text) - column(secret.lowerBound, text)) > most {
        continue
      }
      return true
    }
    return false
  }

  private func column(_ place: Int, _ text: UnsafeRawBufferPointer) -> Int {
    place - (text[..<place].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0)
  }

  // MARK: Several matches of one text

  /// Brings the matches from `first` on into order, leaves out those that do not begin in the searched part, and
  /// in a scan those of a text that a more specific rule has found.
  mutating func settle(
    _ matches: inout [Match], from first: Int, in searched: Range<Int>, _ progress: SearchProgress, isLast: Bool
  ) -> SearchProgress {
    var progress = progress
    var own = matches[first...].filter { $0.range.lowerBound >= searched.lowerBound }
    own.sort { Match.precedes($0, $1) }
    matches.removeSubrange(first...)
    if purpose == .scan, !isLast {
      // A generic match at the end may be of a text that a more specific rule finds once more is known.
      let open = own.first { match in
        rules.rules[match.rule].isGeneric && match.range.upperBound > progress.decided
          && (searched.lowerBound + 1..<progress.decided).contains(match.range.lowerBound)
      }
      if let open { progress = SearchProgress(decided: open.range.lowerBound, openRule: open.rule) }
    }
    if let held = own.first(where: { $0.range.lowerBound >= progress.decided }) {
      heldFrom = min(heldFrom, held.range.lowerBound)
    }
    own.removeAll { $0.range.lowerBound >= progress.decided }
    matches += purpose == .scan ? resolved(own) : own
    return progress
  }

  /// The matches, without those whose text a more specific one covers.
  private func resolved(_ matches: [Match]) -> [Match] {
    var kept: [Match] = []
    for match in matches {
      var match = match
      var isCovered = false
      for index in kept.indices.suffix(16).reversed() where kept[index].range.overlaps(match.range) {
        let other = kept[index]
        guard (other.confidence == nil) == (match.confidence == nil) else { continue }
        if isBetter(other, than: match) {
          if other.rule != match.rule && !other.others.contains(match.rule) { kept[index].others.append(match.rule) }
          isCovered = true
          break
        }
        if isBetter(match, than: other) {
          if other.rule != match.rule { match.others.append(other.rule) }
          match.others += other.others.filter { $0 != match.rule && !match.others.contains($0) }
          kept.remove(at: index)
        }
      }
      if !isCovered { kept.append(match) }
    }
    return kept
  }

  /// Whether of two matches that overlap the first makes the other needless.
  private func isBetter(_ one: Match, than other: Match) -> Bool {
    let (isGeneric, isOtherGeneric) = (rules.rules[one.rule].isGeneric, rules.rules[other.rule].isGeneric)
    if isGeneric != isOtherGeneric { return isOtherGeneric }
    if one.range == other.range { return one.rule <= other.rule }
    // Of two generic ones the first, or the longer; two specific ones are two secrets unless one is within the other.
    let isWithin = one.range.lowerBound <= other.range.lowerBound && one.range.upperBound >= other.range.upperBound
    return isGeneric ? isWithin || one.range.lowerBound < other.range.lowerBound : isWithin && one.rule != other.rule
  }
}
