// Many literals in UTF-16, UTF-32 and base64, all found in one pass. A few are searched by probes of two bytes each,
// which is faster for them; of hundreds each probe would be a pass of its own.

import Rules

/// Finds pieces of encoded literals.
struct EncodedIndex: Sendable {
  /// What a piece says if it is somewhere.
  enum Owner: Sendable {
    /// The character of a literal with that index, in so many bytes a character, is there.
    case wide(literal: Int, character: Int, width: Int)
    /// The digit at that offset of what depends on nothing but the literal is there.
    case base64(literal: Int, lead: Int, offset: Int)
  }

  private let index: LiteralIndex
  /// For each text of the index.
  private let owners: [[Owner]]

  /// Ways to write a piece in the two alphabets of base64 at most.
  private static let mostWays = 16

  /// - Parameters:
  ///   - literals: each with its cores: for each alignment the sextets that depend on it alone.
  init(_ literals: [(bytes: [UInt8], cores: [[UInt8]])]) {
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
        for piece in Self.pieces(core.count) {
          for text in Self.ways(core[piece]) {
            add(text, .base64(literal: number, lead: lead, offset: piece.lowerBound))
          }
        }
      }
    }
    self.owners = owners
    let texts = numbers.sorted { $0.value < $1.value }.map(\.key)
    index = LiteralIndex(texts.map { Literal($0) })
  }

  /// Parts of a core. Wherever a line break falls in the core, one of them stays whole.
  private static func pieces(_ count: Int) -> [Range<Int>] {
    switch count {
    case ...2: [0..<count]
    case 3: [0..<2, 1..<3]
    case 4: [0..<3, 2..<4]
    case 5: [0..<3, 2..<5]
    default: [0..<(count / 2), (count / 2)..<count]
    }
  }

  /// The texts of some sextets.
  private static func ways(_ sextets: ArraySlice<UInt8>) -> [[UInt8]] {
    var texts: [[UInt8]] = [[]]
    for sextet in sextets {
      let characters = base64Characters(sextet)
      // The beginning of a piece is enough to find it.
      if texts.count * characters.count > mostWays { break }
      texts = texts.flatMap { text in characters.map { text + [$0] } }
    }
    return texts
  }

  /// Calls `found` with the places of pieces that begin in `places`, not in order.
  @inline(__always)
  func search(_ bytes: UnsafeRawBufferPointer, at places: Range<Int>, _ found: (_ place: Int, Owner) -> Void) {
    index.search(bytes, at: places) { place, text in
      for owner in owners[text] { found(place, owner) }
    }
  }
}
