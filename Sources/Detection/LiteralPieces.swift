// Pieces of literals: what parts a literal at one place leaves one of its pieces whole, so they are what is looked for.

import CSearch
import Rules

/// Finds the pieces of several literals.
struct LiteralPieces: Sendable {
  struct Piece: Sendable {
    /// Index of the literal.
    let number: Int
    let literal: [UInt8]
    let bytes: [UInt8]
    /// Whether it is the half that stands whole where the first is broken up; else it is the letters and digits that
    /// the literal begins with, or half of it.
    let isTail: Bool
  }

  let pieces: [Piece]
  /// nil where there are so few pieces that each is searched by itself.
  private let index: LiteralIndex?
  private let needles: [Needle]

  /// Bytes that a piece of a literal needs to be looked for.
  private static let shortest = 3
  /// Pieces that are searched one by one.
  private static let mostNeedles = 6

  init(_ literals: [[UInt8]]) {
    pieces = literals.enumerated().flatMap { Self.pieces(of: $1, $0) }
    let isFew = pieces.count <= Self.mostNeedles
    needles = isFew ? pieces.map { Needle($0.bytes) } : []
    index = isFew ? nil : LiteralIndex(pieces.map { Literal($0.bytes) })
  }

  private static func pieces(of literal: [UInt8], _ number: Int) -> [Piece] {
    let half = (literal.count + 1) / 2
    let word = literal.prefix { isKeyByte($0) && $0 != UInt8(ascii: "_") }
    let head = word.count >= shortest ? Array(word) : Array(literal.prefix(half))
    guard head.count >= shortest else { return [] }
    let tail = Array(literal.suffix(literal.count / 2))
    let first = Piece(number: number, literal: literal, bytes: head, isTail: false)
    return tail.count <= shortest
      ? [first] : [first, Piece(number: number, literal: literal, bytes: tail, isTail: true)]
  }

  /// What finds the pieces without an index.
  var probes: [csearch_probe] { needles.map(\.probe) }
  var isIndexed: Bool { index != nil }

  /// The pieces as literals.
  var literals: [Literal] { pieces.map { Literal($0.bytes) } }

  /// Whether a literal is long enough to have pieces.
  func contains(_ literal: Int) -> Bool { pieces.contains { $0.number == literal } }

  /// Calls `found` for each piece that begins in `places` and lies whole in `text`, not in order.
  @inline(__always)
  func search(_ text: UnsafeRawBufferPointer, at places: Range<Int>, _ found: (Piece, _ place: Int) -> Void) {
    if let index {
      index.search(text, at: places) { found(pieces[$1], $0) }
    } else {
      for (number, needle) in needles.enumerated() {
        needle.search(text, at: places) { found(pieces[number], $0) }
      }
    }
  }
}
