// Searching the part of an input that is in the buffer: its plain matches and those in what is encoded there,
// which of them are decided, and what the snippets around them must not show.

import Archives
import Bytes
import Detection
import Findings
import GitStore
import Inputs
import Platform
import Rules

extension ContentScanner {
  /// Searches the buffer and adds what it finds to the results.
  ///
  /// - Parameter from: bytes from the start of the input.
  /// - Returns: where the next search begins.
  mutating func searchChunk(from: Int, _ input: inout Input) -> Int {
    let (bytes, base) = (buffer.bytes, buffer.offset)
    var at = from - base
    // What could be the beginning of an encoded key waits for the rest of it; of a live input only that.
    // After it matches are looked for as well, because snippets must not show them.
    let isLive = input.isLive && !input.isArchive
    let open = isLive ? max(0, input.hiddenOffset - base) : at
    let settled = buffer.isLast ? bytes.count : max(open, bytes.count - Scanner.longestHidden)
    defer { if isLive { searchLive(from: open, until: settled, &input) } }
    while true {
      matches.removeAll(keepingCapacity: true)
      let progress = scanner.search(
        bytes, from: at, most: Self.mostMatches, atStart: base == 0, isLast: buffer.isLast,
        into: &matches)
      let isStopped = matches.count >= Self.mostMatches
      let end = min(progress.decided, settled + Self.contextAfter)
      if input.isWithinEntries {
        if !matches.isEmpty {
          // No snippet may show what is encoded, of what was passed over either.
          addHidden(from: max(0, at - Self.contextBefore), until: end, reported: settled)
          remember(before: at)
          matches.removeAll { $0.range.lowerBound < at }
        }
      } else if !isLive {
        addHidden(from: at, until: end, reported: settled)
      } else if !matches.isEmpty {
        addHiddenForSnippets(from: open, settled: settled)
      }
      let until = isLive ? progress.decided : min(progress.decided, settled)
      if matches.isEmpty && earlier.isEmpty { return base + until }
      at = report(isLive ? .plain : .all, progress, until: until, &input)
      remember(before: at)
      if !isStopped || at < progress.decided { return base + at }
    }
  }

  /// Adds the hidden matches of a part of the buffer to `matches`, which are the plain ones there, and those
  /// after it that a snippet could show.
  ///
  /// - Parameter reported: where matches begin that are not reported yet.
  mutating func addHidden(from: Int, until: Int, reported: Int) {
    let plain = matches
    hidden.removeAll(keepingCapacity: true)
    scanner.searchHidden(buffer.bytes, from: from, until: until, besides: plain, into: &hidden)
    if !hidden.isEmpty { matches = merged(plain, hidden) }
    // A hidden match may be longer than what is looked at after it.
    let reach = matches.lazy.filter { $0.range.lowerBound < reported }.map(\.range.upperBound).max() ?? 0
    let end = min(buffer.bytes.count, reach + Snippet.longest)
    if end <= until { return }
    hidden.removeAll(keepingCapacity: true)
    scanner.searchHidden(buffer.bytes, from: from, until: end, besides: plain, into: &hidden)
    if !hidden.isEmpty { matches = merged(plain, hidden) }
  }

  /// Which matches are reported. All count for what snippets must not show.
  enum Pass {
    case all, plain, hidden

    func reports(_ match: Match) -> Bool {
      switch self {
      case .all: true
      case .plain: match.disguise == nil
      case .hidden: match.disguise != nil
      }
    }
  }

  /// Keeps the matches that snippets after them must not show.
  mutating func remember(before at: Int) {
    let base = buffer.offset
    let lead = base + at - Snippet.longestLead
    for match in matches where match.range.lowerBound < at { earlier.append(shifted(match, by: base)) }
    earlier.removeAll { $0.range.upperBound <= lead }
  }

  func shifted(_ match: Match, by offset: Int) -> Match {
    let range = (match.range.lowerBound + offset)..<(match.range.upperBound + offset)
    return Match(
      rule: match.rule, range: range, judgement: match.judgement, disguise: match.disguise, shown: match.shown)
  }

  /// Adds those of `matches` that this pass reports to the results, where they begin before `until` and
  /// enough is known round them.
  ///
  /// - Returns: where the first match begins that needs more bytes; else `until`.
  mutating func report(
    _ pass: Pass, _ progress: SearchProgress, until: Int, _ input: inout Input
  ) -> Int {
    var cuts: [Cut]?
    var index = 0
    while index < matches.count {
      let place = matches[index].range.lowerBound
      if place >= until { return until }
      let start = index
      while index < matches.count, matches[index].range.lowerBound == place { index += 1 }
      // All that begin here together, or one could be reported twice.
      let isListed = input.isLive || input.found < ScanResults.longestInput
      if isListed, matches[start..<index].contains(where: { pass.reports($0) && isCutOff($0) }) { return place }
      for match in matches[start..<index] where pass.reports(match) {
        guard let confidence = match.confidence else { continue }
        if let wanted, !wanted.contains(name(match)) { continue }
        input.found += 1
        if !input.isLive && input.found > ScanResults.longestInput {
          input.results.summary.findings += 1
          continue
        }
        if input.shownPath == nil {
          input.shownPath = redacted(input.path)
          // A name may be found once a file below it, and counts once.
          input.isBeyondReport = input.place != .fileName && input.pool?.isFull(before: input.shownPath!) == true
        }
        if input.isBeyondReport {
          input.results.drop()
          continue
        }
        if cuts == nil { cuts = cutsNear(progress, input) }
        add(match, confidence, cuts!, &input)
      }
    }
    return until
  }

  func name(_ match: Match) -> String {
    identity(of: match, in: buffer.bytes).withUnsafeBytes { fingerprint(of: $0) }
  }

  /// Whether the line of a match ends so far after it that what a snippet shows has not all been read.
  func isCutOff(_ match: Match) -> Bool {
    let bytes = buffer.bytes
    let end = match.range.upperBound
    if buffer.isLast || match.confidence == nil || end + Self.contextAfter <= bytes.count { return false }
    // The match fills the buffer, so the rest of it cannot be read.
    let context = max(Self.contextBefore, longestZipEnd) + LineCursor.context
    if buffer.isFull && match.range.lowerBound <= context { return false }
    // In wide text a byte of a line end need not be one.
    return match.disguise != nil || lineEnd(in: bytes, from: end, limit: end + Snippet.longest) == nil
  }

  /// What snippets must not show: all matches, and what has not been decided.
  func cutsNear(_ progress: SearchProgress, _ input: Input) -> [Cut] {
    let before = (earlier + input.beforeHidden).map { shifted($0, by: -buffer.offset) }
    let known = (before + matches).sorted { Match.precedes($0, $1) }
    let end = max(buffer.bytes.count, progress.decided)
    let open = progress.openRule.map { Match(rule: $0, range: progress.decided..<end) }
    var cuts = Detection.cuts(for: known + (open.map { [$0] } ?? []), rules: scanner.rules)
    if matches.count >= Self.mostMatches {
      let rest = progress.decided..<end
      if let last = cuts.last, last.range.upperBound > rest.lowerBound {
        cuts[cuts.count - 1].range = last.range.lowerBound..<max(last.range.upperBound, end)
      } else {
        cuts.append(Cut(range: rest, kept: 0))
      }
    }
    return cuts
  }
}
