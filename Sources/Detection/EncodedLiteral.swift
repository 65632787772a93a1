// How one literal looks in a stream when it is encoded as a whole, where its encoded form begins and ends, and how much
// of it stays visible.

import Bytes
import CSearch
import Rules

let base64Stages: [StreamStage] = [.base64At0, .base64At1, .base64At2]
private let probedStages: [StreamStage] = [.utf16le, .utf16be, .utf32le, .utf32be] + base64Stages

/// What a probe says of a literal in base64 where it hits.
struct Base64Way {
  let lead: Int
  /// Of the first probed digit in the literal's core.
  let offset: Int
  /// What comes after the two digits, but for a line's end; nil at the core's end.
  let next: UInt8?
}

/// One literal in all its forms.
final class EncodedLiteral: Sendable {
  let bytes: [UInt8]
  /// Finds a character of the literal followed by a zero byte, in either byte order; nil if the literal is not ASCII.
  let wide: PairProbe?
  /// Each alignment twice, by other characters: a line break splits one of the two at most.
  let base64: [(probe: PairProbe, ways: [Base64Way])]
  /// For each alignment the sextets that depend on nothing but the literal.
  let cores: [[UInt8]]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    let isASCII = bytes.allSatisfy { $0 > 0 && $0 < 0x80 }
    // In big endian no zero of the literal follows its last character.
    let rarest = bytes.indices.dropLast().min { commonness(bytes[$0]) < commonness(bytes[$1]) }!
    wide = isASCII ? PairProbe(bytes[rarest], 0, offset: 2 * rarest) : nil
    cores = (0..<3).map { lead in
      let text = Array(repeating: UInt8(0), count: lead) + bytes
      let first = (8 * lead + 5) / 6
      return (first..<(8 * text.count / 6)).map { sextetNumber($0, of: text) }
    }
    let texts = cores.map { $0.map(base64Characters) }
    let first = Self.base64Probes(texts, besides: [nil, nil, nil])
    var taken: [Int?] = [nil, nil, nil]
    for probe in first { for (lead, offset) in zip(probe.leads, probe.probe.offsets) { taken[lead] = offset } }
    let cores = cores
    base64 = (first + Self.base64Probes(texts, besides: taken)).map { probe, leads in
      let ways = zip(leads, probe.offsets).map { lead, offset in
        let next = offset + probe.distance + 1
        return Base64Way(lead: lead, offset: offset, next: next < cores[lead].count ? cores[lead][next] : nil)
      }
      return (probe, ways)
    }
  }

  /// One probe for two of the three alignments, and one for the third: fewer would stop everywhere.
  private static func base64Probes(
    _ texts: [[[UInt8]]], besides taken: [Int?]
  ) -> [(probe: PairProbe, leads: [Int])] {
    let ways = [[0, 1, 2], [0, 2, 1], [1, 2, 0]].map { leads in
      [leads[..<2], leads[2...]].map { part in
        (probe: PairProbe(texts: part.map { texts[$0] }, besides: part.map { taken[$0] }), leads: Array(part))
      }
    }
    return ways.min { $0[0].probe.cost < $1[0].probe.cost }!
  }

  /// Finds the start of the literal in base64, given one of its digits.
  ///
  /// - Parameters:
  ///   - place: where the digit is in `text`.
  ///   - offset: the digit's number in `cores[lead]`, from 0.
  /// - Returns: nil if the digits before it are not the literal's.
  func base64Start(_ lead: Int, _ text: UnsafeRawBufferPointer, _ place: Int, _ offset: Int) -> Int? {
    var at = place
    var left = offset
    while left > 0 || left == 0 && lead > 0 {
      if at > 0, isBlank(text[at - 1]) || text[at - 1] == 0x0A {
        while at > 0, isBlank(text[at - 1]) { at -= 1 }
        guard at > 0, text[at - 1] == 0x0A else { return nil }
        at -= at > 1 && text[at - 2] == 0x0D ? 2 : 1
      }
      while let start = escapedBreak(text, endingAt: at) { at = start }
      guard at > 0, let value = sextet(text[at - 1]) else { return nil }
      if left > 0, value != cores[lead][left - 1] { return nil }
      at -= 1
      left -= 1
    }
    return at
  }

  /// Whether the literal stands whole at `start` in a form of its own.
  func stands(_ form: StreamStage, _ text: UnsafeRawBufferPointer, _ start: Int) -> Bool {
    start >= 0 && couldStand(form, text, start, orCut: false)
  }

  /// Whether the literal begins at `start` in one of the forms and `text` ends before the literal does.
  func isCut(_ text: UnsafeRawBufferPointer, _ start: Int) -> Bool {
    for form in probedStages where couldStand(form, text, start, orCut: true) {
      if !couldStand(form, text, start, orCut: false) { return true }
    }
    return false
  }

  private func couldStand(
    _ form: StreamStage, _ text: UnsafeRawBufferPointer, _ start: Int, orCut: Bool
  ) -> Bool {
    if let lead = form.lead {
      let core = cores[lead]
      var at = start
      if lead > 0 {
        guard at < text.count, let value = sextet(text[at]) else { return false }
        guard lead == 1 ? value & 15 == bytes[0] >> 4 : value & 3 == bytes[0] >> 6 else { return false }
        at += 1
      }
      for (index, value) in core.enumerated() {
        if at == text.count { return orCut }
        if index + lead > 0 {
          switch base64Break(text, at) {
          case .goesOn(let next) where next == at || isLongLine(text, to: at): at = next
          case .goesOn, .ends: return false
          case .cut: return orCut && isLongLine(text, to: at)
          }
        }
        if sextet(text[at]) != value { return false }
        at += 1
      }
      return true
    }
    if wide == nil { return false }
    let (width, low) = form.wide!
    for (index, byte) in bytes.enumerated() {
      let at = start + width * index
      for offset in 0..<width {
        if at + offset == text.count { return orCut }
        if text[at + offset] != (offset == low ? byte : 0) { return false }
      }
    }
    return true
  }

  /// Where the bytes end that are visible if this literal, in whatever form, begins at `place`.
  func visibleEnd(_ text: UnsafeRawBufferPointer, _ place: Int, keep: Int) -> Int {
    var end = textEnd(text, place, keep: keep)
    for form in probedStages where couldStand(form, text, place, orCut: true) {
      if let lead = form.lead {
        end = min(end, place + (8 * (lead + keep)) / 6 - 8 * lead / 6)
      } else {
        end = min(end, place + form.wide!.width * keep)
      }
    }
    return end
  }

  /// As `visibleEnd`, for the literal with tokens in it.
  private func textEnd(_ text: UnsafeRawBufferPointer, _ place: Int, keep: Int) -> Int {
    let limit = min(text.count, place + Rule.longestMatch)
    let text = UnsafeRawBufferPointer(rebasing: text[..<limit])
    var at = place
    var count = 0
    var keptEnd: Int? = keep == 0 ? place : nil
    while at < limit, count < bytes.count || keptEnd == nil {
      switch readStreamUnit(text, at: at) {
      // What more input makes of an escape, each of its bytes gives one of the kept bytes at most.
      case .cut: return keptEnd ?? (onlyParts(text[at]) ? limit : min(limit, at + keep - count))
      case .byte:
        if count < bytes.count, text[at] != bytes[count] { return .max }
        count += 1
        at += 1
      case .token(let token):
        at += token.length
        if token.outputCount == 0 {
          if count == 0 { return .max }
          continue
        }
        for index in 0..<token.outputCount {
          let byte = UInt8(truncatingIfNeeded: token.output >> UInt32(8 * index))
          if count < bytes.count, byte != bytes[count] { return .max }
          count += 1
        }
      }
      if count >= keep, keptEnd == nil { keptEnd = at }
    }
    return keptEnd ?? limit
  }
}

/// Whether before a line break base64 stands for so long that it may have been broken there. Any word may be
/// the beginning of a literal in base64, but it must not hold back the end of its line: a key is shorter.
func isLongLine(_ text: UnsafeRawBufferPointer, to end: Int) -> Bool {
  end >= shortestLine && text[(end - shortestLine)..<end].allSatisfy { sextet($0) != nil }
}

/// Characters; lines of base64 have 60 to 76.
private let shortestLine = Int(CSEARCH_LONG_LINE)
