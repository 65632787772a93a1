// The keys of a text that is whole in memory, as the caller's structures.

import CHopxguard
import Detection
import Rules

extension Context {
  /// Finds keys: their texts go to `text`, and the matches to `table`.
  ///
  /// - Returns: how many.
  func find(_ bytes: UnsafeRawBufferPointer) throws(Failure) -> Int {
    text.removeAll()
    table.removeAll()
    try Self.checkMemory(for: bytes.count)
    scanner.begin()
    var matches: [Match] = []
    var hidden: [Match] = []
    _ = scanner.search(bytes, from: 0, atStart: true, isLast: true, into: &matches)
    scanner.searchHidden(bytes, from: 0, until: bytes.count, besides: matches, into: &hidden)
    if !hidden.isEmpty { matches = merged(matches, hidden) }
    matches.removeAll { $0.confidence == nil }

    // Texts move while they grow: their addresses are taken at the end.
    var places: [(rule: Int, fingerprint: Int, encoding: Int)] = []
    for match in matches {
      let rule = text.count
      text.append(rules.rules[match.rule].id)
      let print = text.count
      text.append(match.key(in: bytes).withUnsafeBytes { fingerprint(of: $0) })
      places.append((rule, print, text.count))
      text.append(match.disguise?.encoding ?? "plain")
    }
    let texts = UnsafePointer(text.memory?.assumingMemoryBound(to: CChar.self))
    if !text.hasFailed {
      for (match, place) in zip(matches, places) {
        let confidence = match.confidence == .high ? HOPXGUARD_HIGH : HOPXGUARD_MEDIUM
        table.append(
          hopxguard_match(
            start: match.range.lowerBound, end: match.range.upperBound, rule: texts! + place.rule,
            fingerprint: texts! + place.fingerprint, encoding: texts! + place.encoding,
            confidence: Int32(confidence)))
      }
    }
    if text.hasFailed || table.hasFailed { throw .noMemory }
    return matches.count
  }
}
