// Where a text may have to be decoded to see a key in it: at a piece of a rule's literal that does not
// go on plainly, and at escapes of characters that nobody escapes. One pass for the escapes and one for
// each piece; what a pass stops at is judged at once, so that ordinary text is not decoded.

import Bytes
import CSearch
import Rules

/// Finds the places round which a text has to be decoded.
struct HintSearch: Sendable {
  let pieces: LiteralPieces
  /// For each byte a set of those that follow it in a literal.
  private let followers: [ByteSet]

  init(literals: [[UInt8]]) {
    let literals = Set(literals).sorted { $0.lexicographicallyPrecedes($1) }
    pieces = LiteralPieces(literals)
    var pairs: [[UInt8]] = Array(repeating: [], count: 256)
    for (number, literal) in literals.enumerated() where pieces.contains(number) {
      for (byte, next) in zip(literal, literal.dropFirst()) { pairs[Int(byte)].append(next) }
    }
    followers = pairs.map { ByteSet($0) }
  }

  /// Appends the places in `range` round which `text` has to be decoded, not in order.
  ///
  /// - Parameters:
  ///   - known: the pieces in `range`, and others, if a search found them.
  ///   - isPlain: whether a match that is sure begins at a place.
  func search(
    _ text: UnsafeRawBufferPointer, in range: Range<Int>, known: [(place: Int, piece: Int)]?, into places: inout [Int],
    unless isPlain: (Int) -> Bool
  ) {
    if let known {
      for hit in known where range.contains(hit.place) {
        if isHint(pieces.pieces[hit.piece], text, hit.place, isPlain) { places.append(hit.place) }
      }
    } else {
      pieces.search(text, at: range) { piece, place in
        if isHint(piece, text, place, isPlain) { places.append(place) }
      }
    }
    searchEscapes(text, in: range, into: &places)
  }

  /// Whether the rest of a literal is round its piece at `place`, broken up.
  @inline(__always)
  private func isHint(
    _ piece: LiteralPieces.Piece, _ text: UnsafeRawBufferPointer, _ place: Int, _ isPlain: (Int) -> Bool
  ) -> Bool {
    let (literal, count) = (piece.literal, piece.bytes.count)
    if piece.isTail { return comesHidden(literal, literal.count - count, text, place) }
    // Mostly it is a word of its own.
    let end = place + count
    guard end < text.count, text[end] == (literal.count > count ? literal[count] : 0) || mayBeginToken(text[end]) else {
      return false
    }
    return goesOnHidden(literal, text, place, isPlain)
  }

  /// Whether after the head of a literal at `place` the key goes on in another way than plainly.
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

  /// Whether a token for `byte` is at `start`, or tokens for nothing and then `byte`.
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

  /// Bytes after a literal in which an unfinished key is looked at for tokens.
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
    // Tags, joints of literals and links may be long; they end with few bytes.
    let last = text[at - 1]
    let isLong = mayEndGuess(last) || last == UInt8(ascii: "\\") || last == 0x07
    var start = at - 1
    while start >= max(0, at - (isLong ? longestMarkup : Self.longestEscape)) {
      if mayBeginToken(text[start]), case .token(let token) = readToken(text, at: start), start + token.length == at {
        if token.outputCount == 1 { return UInt8(truncatingIfNeeded: token.output) == literal[index - 1] }
        return start > 0 && (text[start - 1] == literal[index - 1] || token.outputCount == 0)
      }
      start -= 1
    }
    return false
  }

  /// Bytes of an escape or a colour code at most.
  private static let longestEscape = 96

  private func stands(_ text: UnsafeRawBufferPointer, _ at: Int) -> Bool {
    guard at < text.count, mayBeginToken(text[at]) else { return false }
    if case .token = readToken(text, at: at) { return true }
    return false
  }

  /// Codes in a row after which it is not looked for the rest of the word.
  private static let longestRow = 16

  // MARK: Escapes

  /// Bytes after a telling escape that are not asked, because what is after them is decoded too.
  private static let stride = 1024

  private func searchEscapes(
    _ text: UnsafeRawBufferPointer, in range: Range<Int>, into places: inout [Int]
  ) {
    guard let base = text.baseAddress else { return }
    let bytes = base.assumingMemoryBound(to: UInt8.self)
    let end = min(range.upperBound, text.count)
    var at = range.lowerBound
    Self.members.withUnsafeBufferPointer { members in
      while true {
        at = csearch_escape(bytes, text.count, at, end, members.baseAddress!)
        if at >= end { return }
        if isTelling(text, at) {
          places.append(at)
          // What follows is decoded with it, up to where another text begins.
          let next = min(end, at + Self.stride)
          at = text[at..<next].firstIndex(of: DecodedLayer.separator).map { $0 + 1 } ?? next
        } else {
          at += 1
        }
      }
    }
  }

  /// What an escape has to stand for: a byte of a word, or what begins another escape.
  private static let members: [UInt8] = (0..<256).map { byte in
    if byte == 0x0A || byte == 0x0D { return UInt8(CSEARCH_ENDS_LINE) }
    if byte == 0 || isKeyByte(UInt8(byte)) { return UInt8(CSEARCH_WORD) }
    return isIntroducer(UInt8(byte)) ? UInt8(CSEARCH_BEGINS) : 0
  }

  /// Whether what begins at `place` says that a key may be hidden round it: where it stands for a letter, that
  /// letter, and where it stands for nothing, what it takes apart, are neighbours in a literal as they are here; or
  /// it is one of many or lies in a long word, which may be anything, such as base64 digits.
  private func isTelling(_ text: UnsafeRawBufferPointer, _ place: Int) -> Bool {
    guard let sight = sight(text, place) else { return false }
    let before = place > 0 ? text[place - 1] : 0
    if let byte = sight.byte, byte != 0 {
      if byte == 0x0A || byte == 0x0D {
        let end = lineStart(text, sight.end)
        return isLongWord(text, place, end) || isNumberList(text, place, end)
      }
      guard isKeyByte(byte) else { return false }
      return isInside(byte, text, place, sight.end) || isLongWord(text, place, sight.end) || isBusy(text, sight.end)
    }
    guard isKeyByte(before) else { return false }
    // Each of a row of codes asks: one that is long is not walked from every place in it.
    var next = sight.end
    for _ in 0..<Self.longestRow {
      if next >= text.count { return false }
      guard let more = self.sight(text, next) else {
        return followers[Int(before)].contains(text[next])
          || isKeyByte(text[next]) && (isLongWord(text, place, next) || isBusy(text, next))
      }
      if let byte = more.byte, byte != 0 { return followers[Int(before)].contains(byte) || isBusy(text, next) }
      next = more.end
    }
    return true
  }

  /// Where a line begins after its indentation, given where the escape ends that ended the line before.
  private func lineStart(_ text: UnsafeRawBufferPointer, _ end: Int) -> Int {
    var at = end
    let limit = min(text.count, end + Self.longestIndentation)
    while at < limit {
      if isBlank(text[at]) {
        at += 1
      } else if let next = sight(text, at), let byte = next.byte, byte == 0x0A || isBlank(byte) {
        at = next.end
      } else {
        break
      }
    }
    return at
  }

  private static let longestIndentation = 64

  /// Whether what is at `start..<end` comes between two numbers of a list: `0x68, 0x6f` or `104, 111`.
  private func isNumberList(_ text: UnsafeRawBufferPointer, _ start: Int, _ end: Int) -> Bool {
    var last = start
    while last > 0, last > start - 4, isBlank(text[last - 1]) || text[last - 1] == UInt8(ascii: ",") { last -= 1 }
    guard last > 0, last < start, hexValue(text[last - 1]) != nil, end + 1 < text.count else { return false }
    let isDecimal = 0x30...0x39 ~= text[last - 1] && 0x30...0x39 ~= text[end]
    return isDecimal || text[end] == UInt8(ascii: "0") && text[end + 1] | 0x20 == UInt8(ascii: "x")
  }

  /// Whether what is at `start..<end` lies in a word as long as the base64 digits of a key.
  private func isLongWord(_ text: UnsafeRawBufferPointer, _ start: Int, _ end: Int) -> Bool {
    var (before, after) = (0, 0)
    while before < Self.longWord, before < start, isDigitOrSign(text[start - 1 - before]) { before += 1 }
    while after < Self.longWord, end + after < text.count, isDigitOrSign(text[end + after]) { after += 1 }
    return before > 0 && after > 0 && before + after >= Self.longWord
  }

  /// Whether three more that stand for letters, or for nothing within a word, follow soon after `start`.
  private func isBusy(_ text: UnsafeRawBufferPointer, _ start: Int) -> Bool {
    let limit = min(text.count, start + Self.busyBytes)
    var at = start
    var count = 0
    while at < limit {
      if isPlainPercent(text, at) {
        at += 3
      } else if mayBeginToken(text[at]), let sight = sight(text, at) {
        let isLetter = sight.byte.map(isKeyByte) ?? isDigitOrSign(text[at - 1])
        if isLetter { count += 1 }
        if count == 3 { return true }
        at = sight.end
      } else {
        at += 1
      }
    }
    return false
  }

  /// Whether an escape such as `%20` stands for a character that belongs to no word and begins no other escape.
  private func isPlainPercent(_ text: UnsafeRawBufferPointer, _ at: Int) -> Bool {
    guard text[at] == UInt8(ascii: "%"), at + 2 < text.count, let high = hexValue(text[at + 1]),
      let low = hexValue(text[at + 2])
    else { return false }
    let byte = high << 4 | low
    return 0x20..<0x7F ~= byte && !isKeyByte(byte) && !isIntroducer(byte)
  }

  private static let busyBytes = 96
  private static let longWord = 40

  /// What the escape that begins at a place stands for in the end, and where it ends.
  private func sight(_ text: UnsafeRawBufferPointer, _ place: Int) -> (byte: UInt8?, end: Int)? {
    guard place < text.count, mayBeginToken(text[place]),
      case .token(let token) = readDeepToken(text, at: place, isKnown: { _ in true }), token.encoding != .markup
    else { return nil }
    if token.outputCount == 0 { return (nil, place + token.length) }
    guard token.outputCount == 1 else { return nil }
    return (UInt8(truncatingIfNeeded: token.output), place + token.length)
  }

  /// Whether an escape of `byte` stands where it would in a literal, by the character before or after it.
  private func isInside(_ byte: UInt8, _ text: UnsafeRawBufferPointer, _ start: Int, _ end: Int) -> Bool {
    let next = followers[Int(byte)]
    let fitsAfter = end < text.count && !next.isEmpty && (next.contains(text[end]) || stands(text, end))
    return fitsAfter || start > 0 && followers[Int(text[start - 1])].contains(byte)
  }
}
