// Literals in a stream that tags, stars or the quotes between two string literals part. Nearly every byte of some texts
// begins one of these, so what is looked for is the pieces of a literal that they leave.

import CSearch

/// Finds several literals with something between their characters that may be nothing to a reader.
struct PartedLiterals: Sendable {
  private let literals: [[UInt8]]
  let pieces: LiteralPieces
  /// For each byte the literals that begin with it.
  private let first: [[Int]]
  /// The two bytes that one begins with.
  private let pairs: BytePairs
  /// Bytes of a literal with what parts it at most: the stream is held back for so many.
  let longest: Int

  init(_ literals: [[UInt8]]) {
    self.literals = literals
    pieces = LiteralPieces(literals)
    var first = Array(repeating: [Int](), count: 256)
    for (number, literal) in literals.enumerated() { first[Int(literal[0])].append(number) }
    self.first = first
    pairs = literals.reduce(into: BytePairs()) { $0.insert($1[0], $1[1]) }
    longest = longestMarkup + (literals.map(\.count).max() ?? 0)
  }

  var probes: [csearch_probe] { pieces.probes }
  var isIndexed: Bool { pieces.isIndexed }

  /// Calls `found` with each literal that may begin in `places`, not in order; it is there if decoding says so.
  @inline(__always)
  func search(_ text: UnsafeRawBufferPointer, at places: Range<Int>, _ found: (_ literal: Int, _ place: Int) -> Void) {
    pieces.search(text, at: places.lowerBound..<min(text.count, places.upperBound + longest)) { piece, place in
      if let start = start(of: piece, at: place, in: text), places.contains(start) { found(piece.number, start) }
    }
  }

  /// Where the literal of a piece begins if something parts it.
  ///
  /// - Parameter place: where the piece is.
  func start(of piece: LiteralPieces.Piece, at place: Int, in text: UnsafeRawBufferPointer) -> Int? {
    if piece.isTail { return start(of: piece.literal, piece.bytes.count, text, place) }
    return isParted(piece.literal, text, place) ? place : nil
  }

  /// Whether a guess comes between the beginning of a literal at `place` and the rest of it.
  private func isParted(_ literal: [UInt8], _ text: UnsafeRawBufferPointer, _ place: Int) -> Bool {
    var at = place
    for byte in literal where at < text.count {
      if text[at] != byte { return mayBeginGuess(text[at]) }
      at += 1
    }
    return false
  }

  /// Finds the start of a literal, given the place of its last `count` bytes.
  ///
  /// - Returns: nil if the bytes before them are not the literal's, or if nothing parts it.
  private func start(of literal: [UInt8], _ count: Int, _ text: UnsafeRawBufferPointer, _ place: Int) -> Int? {
    var at = place
    var left = literal.count - count
    var isParted = false
    while true {
      while left > 0, at > 0, text[at - 1] == literal[left - 1] {
        at -= 1
        left -= 1
      }
      if left == 0 { return isParted && place + count - at <= longest ? at : nil }
      guard let start = guess(endingAt: at, after: literal[left - 1], text) else { return nil }
      isParted = true
      at = start
    }
  }

  /// Where a tag, a star or a quote begins that ends at `end` and comes after `byte`.
  private func guess(endingAt end: Int, after byte: UInt8, _ text: UnsafeRawBufferPointer) -> Int? {
    guard end > 0, mayEndGuess(text[end - 1]) else { return nil }
    let isTag = text[end - 1] == UInt8(ascii: ">")
    var start = end
    var tried = 0
    while start > 1, start > end - longestMarkup, tried < Self.mostTried {
      start -= 1
      guard text[start - 1] == byte, isTag ? text[start] == UInt8(ascii: "<") : mayBeginGuess(text[start]) else {
        continue
      }
      tried += 1
      if case .token(let token) = readStreamUnit(text, at: start), start + token.length == end { return start }
    }
    return nil
  }

  /// Places that are tried for the beginning of a tag: a text can be made of nothing else.
  private static let mostTried = 16

  /// The first place from `start` to `end` where the text ends in the middle of a literal that something parts.
  func cutLiteral(in text: UnsafeRawBufferPointer, from start: Int, to end: Int) -> Int? {
    var place = max(start, text.count - longest)
    while place < end {
      if mayBegin(text, place), first[Int(text[place])].contains(where: { isCut(literals[$0], text, place) }) {
        return place
      }
      place += 1
    }
    return nil
  }

  /// Whether the first two bytes at `place` could begin a literal, or something parts it after the first.
  @inline(__always)
  private func mayBegin(_ text: UnsafeRawBufferPointer, _ place: Int) -> Bool {
    guard place + 1 < text.count else { return false }
    return pairs.contains(text[place], text[place + 1]) || mayBeginStreamToken(text[place + 1])
  }

  private func isCut(_ literal: [UInt8], _ text: UnsafeRawBufferPointer, _ start: Int) -> Bool {
    var at = start + 1
    var index = 1
    var isParted = false
    while index < literal.count {
      if at == text.count { return isParted }
      switch readStreamUnit(text, at: at) {
      case .cut: return true
      case .byte:
        if text[at] != literal[index] { return false }
        index += 1
        at += 1
      case .token(let token):
        at += token.length
        isParted = isParted || token.outputCount == 0
        for byte in 0..<token.outputCount {
          if index == literal.count { return false }
          if UInt8(truncatingIfNeeded: token.output >> UInt32(8 * byte)) != literal[index] { return false }
          index += 1
        }
      }
    }
    return false
  }
}

/// Whether a tag, stars or a quote may end with a byte.
func mayEndGuess(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: ">"), UInt8(ascii: "*"), UInt8(ascii: "~"): true
  default: isQuote(byte)
  }
}
