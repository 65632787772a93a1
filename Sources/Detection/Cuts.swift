// The bytes that redaction removes. If matches overlap, their union is removed, so that no second key survives inside a
// cut first one.

import Rules

/// A run of overlapping matches: `range` is replaced by its first `kept` bytes and `...`.
public struct Cut: Equatable, Sendable {
  public var range: Range<Int>
  /// Bytes of the range that stay readable.
  public var kept: Int

  public init(range: Range<Int>, kept: Int) {
    self.range = range
    self.kept = kept
  }
}

/// The cuts that take out `matches`, which are in order of place.
///
/// What stays of a run is what every match in it would keep of itself, so that a match with a small
/// `keep` is not shown by a larger one that begins before it.
public func cuts(for matches: [Match], rules: RuleSet) -> [Cut] {
  var cuts: [Cut] = []
  for match in matches {
    let keep = keptEnd(of: match, rules: rules)
    if let last = cuts.last, match.range.lowerBound < last.range.upperBound {
      let range = last.range.lowerBound..<max(last.range.upperBound, match.range.upperBound)
      let kept = min(last.kept, keep - range.lowerBound)
      cuts[cuts.count - 1] = Cut(range: range, kept: kept)
    } else {
      cuts.append(Cut(range: match.range, kept: keep - match.range.lowerBound))
    }
  }
  return cuts
}

/// Where the bytes end that stay readable of `match` alone: never more than half of it.
public func keptEnd(of match: Match, rules: RuleSet) -> Int {
  match.range.lowerBound
    + (match.disguise?.kept ?? match.shown ?? min(rules.rules[match.rule].keep, match.range.count / 2))
}

/// The replacement of removed bytes.
public let ellipsis: [UInt8] = Array("...".utf8)

/// `bytes[window]` with every cut that touches it made.
public func apply(
  _ cuts: [Cut], to bytes: UnsafeRawBufferPointer, in window: Range<Int>
) -> [UInt8] {
  var result: [UInt8] = []
  result.reserveCapacity(window.count)
  var at = window.lowerBound
  for cut in cuts where cut.range.overlaps(window) {
    let keepEnd = min(cut.range.lowerBound + cut.kept, window.upperBound)
    if at < keepEnd { result.append(contentsOf: bytes[at..<keepEnd]) }
    if keepEnd < window.upperBound { result.append(contentsOf: ellipsis) }
    at = min(cut.range.upperBound, window.upperBound)
  }
  if at < window.upperBound { result.append(contentsOf: bytes[at..<window.upperBound]) }
  return result
}

extension Scanner {
  /// A short text, such as a path or an error message, with every secret in it redacted. It is independent of the
  /// current input: a rule given up on there is tried here, and vice versa.
  public mutating func redacted(_ text: [UInt8]) -> [UInt8] {
    let ownInput = input
    begin()
    defer { input = ownInput }
    return text.withUnsafeBytes { buffer in
      var matches: [Match] = []
      _ = search(for: .redaction, buffer, from: 0, atStart: true, isLast: true, into: &matches)
      var hidden: [Match] = []
      searchHidden(buffer, from: 0, until: buffer.count, besides: matches, into: &hidden)
      if !hidden.isEmpty { matches = (matches + hidden).sorted { Match.precedes($0, $1) } }
      if matches.isEmpty { return text }
      return apply(cuts(for: matches, rules: rules), to: buffer, in: 0..<buffer.count)
    }
  }
}
