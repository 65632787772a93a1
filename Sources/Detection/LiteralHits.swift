// What one pass over a part of a text found of all literals of the rules, plain and encoded.

struct LiteralHits {
  /// In order.
  private(set) var plain: [Candidate] = []
  /// Not in order.
  private(set) var encoded: [(place: Int, text: Int)] = []

  mutating func removeAll() {
    plain.removeAll(keepingCapacity: true)
    encoded.removeAll(keepingCapacity: true)
  }

  /// Replaces them with those that begin in `places`.
  mutating func find(_ index: EncodedIndex, in bytes: UnsafeRawBufferPointer, at places: Range<Int>) {
    removeAll()
    index.search(bytes, at: places) { place, number, isPlain in
      if isPlain {
        plain.append(Candidate(offset: place, literal: number))
      } else {
        encoded.append((place, number))
      }
    }
    if plain.count > 1 { plain.sort { ($0.offset, $0.literal) < ($1.offset, $1.literal) } }
  }

  /// Appends those of plain literals that begin in `places`, in order.
  func add(plainAt places: Range<Int>, to candidates: inout [Candidate]) {
    for candidate in plain where places.contains(candidate.offset) { candidates.append(candidate) }
  }
}
