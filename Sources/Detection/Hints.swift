// Where a text may have to be decoded to see a key in it: at a piece of a rule's literal that does not
// go on plainly, and at escapes of characters that nobody escapes. One pass for the escapes and one for
// each piece; what a pass stops at is judged at once, so that ordinary text is not decoded.

import CSearch

/// Finds the places round which a text has to be decoded.
struct HintSearch: Sendable {
  private let literals: [Literal]

  /// A rule's literal and the pieces of it that are looked for.
  private struct Literal: Sendable {
    let bytes: [UInt8]
    /// The letters and digits that it begins with, or half of it.
    let head: Needle
    /// The half that stands whole where the first is broken up; nil where it would be too short.
    let tail: Needle?
  }

  /// Bytes that a piece of a literal needs to be looked for.
  private static let shortestPiece = 3

  init(literals: [[UInt8]]) {
    self.literals = Set(literals).sorted { $0.lexicographicallyPrecedes($1) }.compactMap { literal in
      let half = (literal.count + 1) / 2
      let word = literal.prefix { isWordByte($0) && $0 != UInt8(ascii: "_") }
      let head = word.count >= Self.shortestPiece ? Array(word) : Array(literal.prefix(half))
      guard head.count >= Self.shortestPiece else { return nil }
      let tail = Array(literal.suffix(literal.count / 2))
      return Literal(
        bytes: literal, head: Needle(head), tail: tail.count >= Self.shortestPiece + 1 ? Needle(tail) : nil)
    }
  }

  /// Appends the places in `range` round which `text` has to be decoded, not in order.
  ///
  /// - Parameter isPlain: whether a match that is sure begins at a place.
  func search(
    _ text: UnsafeRawBufferPointer, in range: Range<Int>, into places: inout [Int],
    unless isPlain: (Int) -> Bool
  ) {
    for literal in literals {
      let next = literal.bytes.count > literal.head.literal.count ? literal.bytes[literal.head.literal.count] : 0
      literal.head.search(text, at: range) { place in
        // Mostly it is a word of its own.
        let end = place + literal.head.literal.count
        guard end < text.count, text[end] == next || mayBeginToken(text[end]) else { return }
        if goesOnHidden(literal.bytes, text, place, isPlain) { places.append(place) }
      }
      literal.tail?.search(text, at: range) { place in
        let known = literal.bytes.count - literal.tail!.literal.count
        if comesHidden(literal.bytes, known, text, place) { places.append(place) }
      }
    }
    searchEscapes(text, in: range, into: &places)
  }

  /// Whether behind the head of a literal at `place` the key goes on in another way than plainly.
  private func goesOnHidden(
    _ literal: [UInt8], _ text: UnsafeRawBufferPointer, _ place: Int, _ isPlain: (Int) -> Bool
  ) -> Bool {
    var at = place
    var index = 0
    while index < literal.count, at < text.count, text[at] == literal[index] {
      at += 1
      index += 1
    }
    if at == text.count { return false }
    if index < literal.count { return goesOn(with: literal[index], text, at) }
    if isPlain(place) { return false }
    // The rest of a key may be of any shape: it is broken where something stands for something else.
    let limit = min(text.count, at + Self.longestRest)
    while at < limit {
      if stands(text, at) { return true }
      at += 1
    }
    return false
  }

  /// Whether what stands at `start` is a token for `byte`, or tokens for nothing with `byte` behind them.
  private func goesOn(with byte: UInt8, _ text: UnsafeRawBufferPointer, _ start: Int) -> Bool {
    var at = start
    while at < text.count, mayBeginToken(text[at]), case .token(let token) = readToken(text, at: at) {
      if token.outputCount == 1 {
        let output = UInt8(truncatingIfNeeded: token.output)
        // What escapes the next escape is as telling.
        return output == byte || isIntroducer(output)
      }
      if token.outputCount > 1 { return true }
      at += token.length
    }
    return at > start && at < text.count && text[at] == byte
  }

  /// Bytes behind a literal in which an unfinished key is looked at for tokens.
  private static let longestRest = 64

  /// Whether the tail of a literal at `place` has the rest in front of it, broken up.
  private func comesHidden(
    _ literal: [UInt8], _ known: Int, _ text: UnsafeRawBufferPointer, _ place: Int
  ) -> Bool {
    var at = place
    var index = known
    while index > 0, at > 0, text[at - 1] == literal[index - 1] {
      at -= 1
      index -= 1
    }
    if index == 0 || at == 0 { return false }
    var start = at - 1
    while start >= max(0, at - Self.longestRest) {
      if case .token(let token) = readToken(text, at: start), start + token.length == at {
        if token.outputCount == 1 { return UInt8(truncatingIfNeeded: token.output) == literal[index - 1] }
        return start > 0 && (text[start - 1] == literal[index - 1] || token.outputCount == 0)
      }
      start -= 1
    }
    return false
  }

  private func stands(_ text: UnsafeRawBufferPointer, _ at: Int) -> Bool {
    guard at < text.count, mayBeginToken(text[at]) else { return false }
    if case .token = readToken(text, at: at) { return true }
    return false
  }

  /// Codes in a row behind which it is not looked for the rest of the word.
  private static let longestRow = 16

  // MARK: Escapes

  private func searchEscapes(
    _ text: UnsafeRawBufferPointer, in range: Range<Int>, into places: inout [Int]
  ) {
    guard let base = text.baseAddress else { return }
    let bytes = base.assumingMemoryBound(to: UInt8.self)
    let end = min(range.upperBound, text.count)
    var at = range.lowerBound
    while true {
      at = csearch_escape(bytes, text.count, at, end)
      if at >= end { return }
      if isTelling(text, at) { places.append(at) }
      at += 1
    }
  }

  /// Whether what begins at `place` says that a key may be hidden round it: a control sequence or a
  /// zero-width character inside a word, or an escape of what needs none with another next to it or with
  /// its neighbours in a literal.
  private func isTelling(_ text: UnsafeRawBufferPointer, _ place: Int) -> Bool {
    var place = place
    // `&amp;#104;`: the second half is what the probes see, of `&amp;amp;#104;` as well.
    while text[place] == UInt8(ascii: ";") {
      guard place >= 4, text[(place - 3)..<place].elementsEqual(Self.ampersandName.dropLast()) else { return false }
      place -= 4
    }
    guard case .token(let token) = readToken(text, at: place) else { return false }
    let end = place + token.length
    if token.outputCount == 0 {
      guard place > 0, isWordByte(text[place - 1]) else { return false }
      var next = end
      // Each of a row of codes asks: one that is long is not walked from every place in it.
      var walked = 0
      while next < text.count, case .token(let more) = readToken(text, at: next), more.outputCount == 0 {
        next += more.length
        walked += 1
        if walked == Self.longestRow { return true }
      }
      return next < text.count && (isWordByte(text[next]) || stands(text, next))
    }
    guard token.outputCount == 1 else { return false }
    let byte = UInt8(truncatingIfNeeded: token.output)
    if isIntroducer(byte) { return stands(text, end) || end < text.count && isEscapeBehind(byte, text, end) }
    guard isWordByte(byte) else { return false }
    if end < text.count, case .token(let next) = readToken(text, at: end),
      next.encoding == token.encoding, next.outputCount == 1
    {
      return true
    }
    // A letter inside of a word, such as one of base64 digits; `a=41b` is no quoted-printable as a rule.
    if token.encoding != .quotedPrintable, end < text.count, place > 0,
      isWordByte(text[place - 1]), isWordByte(text[end])
    {
      return true
    }
    return literals.contains { isInside($0.bytes, byte, text, place, end) }
  }

  /// Whether an escaped introducer of an escape has the rest of it behind it: `%5Cu0068`, `&amp;#104;`,
  /// `%26amp;#104;`.
  private func isEscapeBehind(_ byte: UInt8, _ text: UnsafeRawBufferPointer, _ at: Int) -> Bool {
    switch byte {
    case UInt8(ascii: "\\"): text[at] | 0x20 == UInt8(ascii: "u") || text[at] == UInt8(ascii: "x")
    case UInt8(ascii: "&"): text[at] == UInt8(ascii: "#") || text[at...].starts(with: Self.ampersandName)
    case 0x1B: true
    default: at + 1 < text.count && hexValue(text[at]) != nil && hexValue(text[at + 1]) != nil
    }
  }

  private static let ampersandName = Array("amp;".utf8)

  /// Whether an escape of `byte` stands where it would in a literal, by the character before or behind it.
  private func isInside(
    _ literal: [UInt8], _ byte: UInt8, _ text: UnsafeRawBufferPointer, _ start: Int, _ end: Int
  ) -> Bool {
    for index in literal.indices where literal[index] == byte {
      let fitsBehind =
        index + 1 < literal.count && end < text.count
        && (text[end] == literal[index + 1] || stands(text, end))
      let fitsBefore = index > 0 && start > 0 && text[start - 1] == literal[index - 1]
      if fitsBehind || fitsBefore { return true }
    }
    return false
  }
}

private func isWordByte(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"): true
  default: false
  }
}

private func isIntroducer(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "%"), UInt8(ascii: "="), UInt8(ascii: "\\"), UInt8(ascii: "&"), 0x1B: true
  default: false
  }
}
