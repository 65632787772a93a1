// Many literals plain, in UTF-16, UTF-32 and base64, and in pieces, all found in one pass. A few are searched by probes
// of two bytes each, which is faster for them; of hundreds each probe would be a pass of its own.

import CSearch
import Rules

/// Finds literals, plain and encoded.
struct EncodedIndex: Sendable {
  /// What a text says if it is somewhere.
  enum Owner: Sendable {
    /// The character of a literal with that index, in so many bytes a character, is there.
    case wide(literal: Int, character: Int, width: Int)
    /// What depends on nothing but the literal begins there.
    case base64(literal: Int, lead: Int)
    /// A piece of a literal that something may part is there.
    case piece(Int)
  }

  private let index: LiteralIndex
  /// The first texts of the index are plain literals, so many.
  private let plainCount: Int
  /// For each text after them.
  private let owners: [[Owner]]
  /// Digits of the longest literal in base64, but for the first one.
  private let mostDigits: Int

  /// Ways to write a literal in the two alphabets of base64 at most.
  private static let mostWays = 16

  /// - Parameters:
  ///   - plain: what is looked for plainly.
  ///   - literals: what is looked for encoded, each with its cores: for each alignment the sextets that depend on it
  ///     alone.
  ///   - pieces: what is left of literals that something parts.
  init(plain: [Literal], _ literals: [(bytes: [UInt8], cores: [[UInt8]])], pieces: [[UInt8]]) {
    var numbers: [[UInt8]: Int] = [:]
    var owners: [[Owner]] = []
    func add(_ text: [UInt8], _ owner: Owner) {
      if let number = numbers[text] {
        owners[number].append(owner)
      } else {
        numbers[text] = owners.count
        owners.append([owner])
      }
    }
    for (number, literal) in literals.enumerated() {
      let bytes = literal.bytes
      if bytes.allSatisfy({ $0 > 0 && $0 < 0x80 }) {
        // Characters side by side, which are the same in either byte order.
        let count = min(3, bytes.count)
        func rank(_ first: Int) -> Int { bytes[first..<(first + count)].reduce(1) { $0 * commonness($1) } }
        let rarest = (0...(bytes.count - count)).min { rank($0) < rank($1) }!
        for width in [2, 4] {
          let zeros = Array(repeating: UInt8(0), count: width - 1)
          let text = Array(bytes[rarest..<(rarest + count)].map { [$0] }.joined(separator: zeros))
          add(text, .wide(literal: number, character: rarest, width: width))
        }
      }
      for (lead, core) in literal.cores.enumerated() {
        for text in Self.ways(core) { add(text, .base64(literal: number, lead: lead)) }
      }
    }
    for (number, piece) in pieces.enumerated() { add(piece, .piece(number)) }
    self.owners = owners
    let texts = numbers.sorted { $0.value < $1.value }.map(\.key)
    plainCount = plain.count
    index = LiteralIndex(plain + texts.map { Literal($0) })
    mostDigits = literals.reduce(0) { $1.cores.reduce($0) { max($0, $1.count) } } - 1
  }

  /// The texts of some sextets.
  private static func ways(_ sextets: [UInt8]) -> [[UInt8]] {
    var texts: [[UInt8]] = [[]]
    for sextet in sextets {
      let characters = base64Characters(sextet)
      // The beginning of a literal is enough to find it.
      if texts.count * characters.count > mostWays { break }
      texts = texts.flatMap { text in characters.map { text + [$0] } }
    }
    return texts
  }

  /// Calls `found` with each literal or encoded text that begins in `places`, not in order. The number of a plain
  /// literal is its own, that of a text is for `owners(of:)`.
  @inline(__always)
  func search(
    _ bytes: UnsafeRawBufferPointer, at places: Range<Int>,
    _ found: (_ place: Int, _ number: Int, _ isPlain: Bool) -> Void
  ) {
    index.search(bytes, at: places) { place, number in
      let isPlain = number < plainCount
      found(place, isPlain ? number : number - plainCount, isPlain)
    }
  }

  func owners(of text: Int) -> [Owner] { owners[text] }

  /// Calls `found` with literals in base64 with a line's end in them that begin in `places`: those of the digits before
  /// it and after it, side by side.
  func searchLineEnds(
    _ bytes: UnsafeRawBufferPointer, at places: Range<Int>, _ found: (_ place: Int, Owner) -> Void
  ) {
    guard let base = bytes.baseAddress else { return }
    let text = base.assumingMemoryBound(to: UInt8.self)
    var at = places.lowerBound
    while true {
      let end = csearch_long_line(text, bytes.count, at, min(bytes.count, places.upperBound))
      if end >= bytes.count { return }
      at = end + 1
      guard case .goesOn(let next) = base64Break(bytes, end), next > end else { continue }
      let before = min(mostDigits, end)
      let after = min(mostDigits, bytes.count - next)
      withUnsafeTemporaryAllocation(byteCount: before + after, alignment: 1) { room in
        room.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[(end - before)..<end]))
        UnsafeMutableRawBufferPointer(rebasing: room[before...])
          .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[next..<(next + after)]))
        search(UnsafeRawBufferPointer(room), at: 0..<before) { place, number, isPlain in
          if isPlain { return }
          for case .base64(let literal, let lead) in owners[number] {
            found(end - before + place, .base64(literal: literal, lead: lead))
          }
        }
      }
    }
  }
}
