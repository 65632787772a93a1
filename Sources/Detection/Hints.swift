// Where a text may have to be decoded to see a key in it: at a piece of a rule's literal that does not
// go on plainly, and at escapes of characters that nobody escapes. One pass for the escapes and one for
// each piece; what a pass stops at is judged at once, so that ordinary text is not decoded.

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

  // MARK: Escapes

  private func searchEscapes(
    _ text: UnsafeRawBufferPointer, in range: Range<Int>, into places: inout [Int]
  ) {
    guard let base = text.baseAddress else { return }
    var at = range.lowerBound
    let end = min(range.upperBound, text.count)
    while at + 65 <= end {
      let here = base + at
      var hits0 = beginnings(here)
      var hits1 = beginnings(here + 16)
      var hits2 = beginnings(here + 32)
      var hits3 = beginnings(here + 48)
      if !isASCII(here) {
        hits0 = hits0 .| zeroWidths(here)
        hits1 = hits1 .| zeroWidths(here + 16)
        hits2 = hits2 .| zeroWidths(here + 32)
        hits3 = hits3 .| zeroWidths(here + 48)
      }
      if isAnySet((hits0 .| hits1) .| (hits2 .| hits3)) {
        add(hits0, at, text, &places)
        add(hits1, at + 16, text, &places)
        add(hits2, at + 32, text, &places)
        add(hits3, at + 48, text, &places)
      }
      at += 64
    }
    while at < end {
      if isTelling(text, at) { places.append(at) }
      at += 1
    }
  }

  /// Where an escape of a letter or digit could begin: `%`, `=` or a backslash with what may follow it,
  /// `&#`, or an escape character.
  @inline(__always)
  private func beginnings(_ here: UnsafeRawPointer) -> LaneMask {
    let first = here.loadUnaligned(as: Lanes.self)
    let second = (here + 1).loadUnaligned(as: Lanes.self)
    let isPercent = lanes(first, are: UInt8(ascii: "%"))
    let isLetterU = lanes(second, are: UInt8(ascii: "u"))
    // Hex digits of ASCII's letters and digits begin with 2 to 7.
    let isEscape =
      ((isPercent .| lanes(first, are: UInt8(ascii: "="))) .& lanes(second, from: 0x32, count: 6))
      .| (isPercent .& isLetterU)
    let isBackslash =
      lanes(first, are: UInt8(ascii: "\\")) .& (isLetterU .| lanes(second, are: UInt8(ascii: "x")))
    // The semicolon is the end of `&amp;`.
    let isReference =
      lanes(second, are: UInt8(ascii: "#"))
      .& (lanes(first, are: UInt8(ascii: "&")) .| lanes(first, are: UInt8(ascii: ";")))
    return isEscape .| isBackslash .| isReference .| lanes(first, are: 0x1B)
  }

  /// Whether 64 bytes are all ASCII.
  @inline(__always)
  private func isASCII(_ here: UnsafeRawPointer) -> Bool {
    let bytes =
      (here.loadUnaligned(as: Lanes.self) | (here + 16).loadUnaligned(as: Lanes.self))
      | ((here + 32).loadUnaligned(as: Lanes.self) | (here + 48).loadUnaligned(as: Lanes.self))
    let words = unsafeBitCast(bytes, to: SIMD2<UInt64>.self)
    return (words[0] | words[1]) & 0x8080_8080_8080_8080 == 0
  }

  /// Where a character of `readToken`'s that takes no room could begin: C2 AD, E1 A0, E2 80, E2 81, EF BB.
  @inline(__always)
  private func zeroWidths(_ here: UnsafeRawPointer) -> LaneMask {
    let first = here.loadUnaligned(as: Lanes.self)
    let second = (here + 1).loadUnaligned(as: Lanes.self)
    return (lanes(first, are: 0xE2) .& lanes(second & all(0xFE), are: 0x80))
      .| (lanes(first, are: 0xC2) .& lanes(second, are: 0xAD))
      .| (lanes(first, are: 0xEF) .& lanes(second, are: 0xBB))
      .| (lanes(first, are: 0xE1) .& lanes(second, are: 0xA0))
  }

  private func add(
    _ hits: LaneMask, _ start: Int, _ text: UnsafeRawBufferPointer, _ places: inout [Int]
  ) {
    let words = unsafeBitCast(hits, to: SIMD2<UInt64>.self)
    for half in 0..<2 {
      var lanes = UInt64(littleEndian: words[half])
      while lanes != 0 {
        let lane = lanes.trailingZeroBitCount / 8
        lanes &= ~(0xFF << UInt64(lane * 8))
        let place = start + half * 8 + lane
        if isTelling(text, place) { places.append(place) }
      }
    }
  }

  /// Whether what begins at `place` says that a key may be hidden round it: a control sequence or a
  /// zero-width character inside a word, or an escape of what needs none with another next to it or with
  /// its neighbours in a literal.
  private func isTelling(_ text: UnsafeRawBufferPointer, _ place: Int) -> Bool {
    var place = place
    // `&amp;#104;`: the second half is what the probes see.
    if text[place] == UInt8(ascii: ";") {
      guard place >= 4, text[place - 4] == UInt8(ascii: "&"), text[place - 1] == UInt8(ascii: "p") else {
        return false
      }
      place -= 4
    }
    guard case .token(let token) = readToken(text, at: place) else { return false }
    let end = place + token.length
    if token.outputCount == 0 {
      guard place > 0, isWordByte(text[place - 1]) else { return false }
      var next = end
      while next < text.count, case .token(let more) = readToken(text, at: next), more.outputCount == 0 {
        next += more.length
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
    return literals.contains { isInside($0.bytes, byte, text, place, end) }
  }

  /// Whether an escaped introducer of an escape has the rest of it behind it: `%5Cu0068`, `&amp;#104;`.
  private func isEscapeBehind(_ byte: UInt8, _ text: UnsafeRawBufferPointer, _ at: Int) -> Bool {
    switch byte {
    case UInt8(ascii: "\\"): text[at] == UInt8(ascii: "u") || text[at] == UInt8(ascii: "x")
    case UInt8(ascii: "&"): text[at] == UInt8(ascii: "#")
    case 0x1B: true
    default: at + 1 < text.count && hexValue(text[at]) != nil && hexValue(text[at + 1]) != nil
    }
  }

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
