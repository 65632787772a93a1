// The pieces of literals that a search for plain literals found on its way: those that ask next whether something is
// hidden need not read the text again.

/// Pieces of literals in a part of one text.
struct PieceHits {
  private var hits: [(place: Int, piece: Int)] = []
  /// All that begin in it are known.
  private var places = 0..<0
  private var text: UnsafeRawBufferPointer?

  /// Begins to take those of `text` from `start` on.
  mutating func begin(_ text: UnsafeRawBufferPointer, at start: Int) {
    hits.removeAll(keepingCapacity: true)
    places = start..<start
    self.text = text
  }

  mutating func forget() { text = nil }

  mutating func add(_ piece: Int, at place: Int) {
    if hits.count < Self.most { hits.append((place, piece)) } else { forget() }
  }

  /// Of a text that is made of them the rest is not kept.
  private static let most = 64 * 1024

  /// What begins before `end` has been added.
  mutating func reach(_ end: Int) { places = places.lowerBound..<end }

  /// All that are known of `text`: those that begin in `range`, and perhaps others; nil if some in `range` are not.
  func known(_ text: UnsafeRawBufferPointer, in range: Range<Int>) -> [(place: Int, piece: Int)]? {
    guard let own = self.text, own.baseAddress == text.baseAddress, own.count == text.count,
      places.lowerBound <= range.lowerBound, range.upperBound <= places.upperBound
    else { return nil }
    return hits
  }
}
