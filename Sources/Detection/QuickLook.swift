// A first look at a text that is whole in memory: where redaction could find something to change. Most texts hold no
// such place, and then no stream has to be set up for them.

import CSearch
import Rules

/// Finds the places where a match could begin, plain or encoded.
package struct QuickLook: ~Copyable {
  private let prefilter: Prefilter
  private let literals: EncodedLiterals
  private let probes: [csearch_probe]
  private let tokens: [UInt8]
  private var plain: [Candidate] = []
  private var encoded: [EncodedCandidate] = []
  private var hits = LiteralHits()
  private var places: [Int] = []

  /// Bytes that are searched at once: they stay in the processor's cache.
  private static let blockBytes = 32 * 1024
  /// Bytes at the end of a text in which an escape may read differently when other bytes follow.
  private static let tailBytes = 16

  package init(rules: RuleSet) {
    prefilter = rules.prefilter
    literals = rules.encodedLiterals
    probes = prefilter.probes + literals.probes.map(\.probe) + literals.parted.probes
    tokens = literals.memberTable
  }

  /// Whether redaction could change `text`.
  package mutating func isSuspect(_ text: UnsafeRawBufferPointer) -> Bool {
    if text.isEmpty || !mayBeSuspect(text) { return false }
    var at = 0
    while at < text.count {
      let end = min(text.count, at + Self.blockBytes)
      search(text, at: at..<end)
      if !plain.isEmpty || !encoded.isEmpty { return true }
      at = end
    }
    return false
  }

  /// Calls `found` with each of several texts that lie side by side in `values` and that redaction could change.
  ///
  /// - Parameter end: where the text of that number ends; they begin at 0, and each where the one before it ends.
  @inline(__always)
  package mutating func suspects(
    in values: UnsafeRawBufferPointer, count: Int, end: (Int) -> Int, _ found: (Int) -> Void
  ) {
    places.removeAll(keepingCapacity: true)
    var at = 0
    while at < values.count {
      let next = min(values.count, at + Self.blockBytes)
      search(values, at: at..<next)
      let first = places.count
      for candidate in plain { places.append(candidate.offset) }
      for candidate in encoded { places.append(candidate.place) }
      if places.count > first + 1 { places[first...].sort() }
      at = next
    }
    var start = 0
    var place = 0
    for number in 0..<count {
      let end = end(number)
      let isSuspect = place < places.count && places[place] < end
      while place < places.count, places[place] < end { place += 1 }
      if isSuspect || mayReadOn(values, start, end) || mayBeginList(values, start, end) { found(number) }
      start = end
    }
  }

  /// Whether bytes of a literal or of an escape stand anywhere.
  private func mayBeSuspect(_ text: UnsafeRawBufferPointer) -> Bool {
    if prefilter.isIndexed || literals.parted.isIndexed { return true }
    let bytes = text.baseAddress!.assumingMemoryBound(to: UInt8.self)
    let hasProbe = probes.withUnsafeBufferPointer { csearch_has_any(bytes, text.count, $0.baseAddress, $0.count) != 0 }
    if hasProbe || literals.isAnyFixed(in: text) { return true }
    return tokens.withUnsafeBufferPointer {
      csearch_token(bytes, text.count, 0, text.count, $0.baseAddress) < text.count
    }
  }

  private mutating func search(_ text: UnsafeRawBufferPointer, at places: Range<Int>) {
    plain.removeAll(keepingCapacity: true)
    encoded.removeAll(keepingCapacity: true)
    if let index = literals.index {
      hits.find(index, in: text, at: places.lowerBound..<min(text.count, places.upperBound + literals.reach))
      hits.add(plainAt: places, to: &plain)
    } else {
      prefilter.search(text, at: places, into: &plain)
    }
    literals.search(text, at: places, isLast: true, hits: hits, into: &encoded)
  }

  /// Whether an escape at the end of `values[start..<end]` could be read together with the bytes after it.
  @inline(__always)
  private func mayReadOn(_ values: UnsafeRawBufferPointer, _ start: Int, _ end: Int) -> Bool {
    let count = min(Self.tailBytes, end - start)
    if count == 0 { return false }
    let tail = values.baseAddress! + (end - count)
    return csearch_has_token_start(tail.assumingMemoryBound(to: UInt8.self), count) != 0
  }

  /// Whether `values[start..<end]` could begin with a list of numbers whose first one is joined to a digit before it.
  @inline(__always)
  private func mayBeginList(_ values: UnsafeRawBufferPointer, _ start: Int, _ end: Int) -> Bool {
    guard start > 0, end > start, isDecimal(values[start]), isDecimal(values[start - 1]) else { return false }
    return literals.mayBeginList(UnsafeRawBufferPointer(rebasing: values[start..<end]))
  }
}
