// The text decoded from another text, in one buffer that is searched at once, with a map from each of its bytes to its
// source.

import Bytes
import CSearch

/// Texts that were decoded out of pieces of another text.
struct DecodedLayer {
  /// The decoded texts, one after the other, with `separator` between them.
  private(set) var bytes: [UInt8] = []
  private var segments: [Segment] = []
  private var pieces: [Piece] = []
  /// Where units begin and end, by turns, from the beginning of a piece on.
  var columns: [UInt16] = []

  /// Kept for its memory.
  var run = DigitRun()

  /// One decoded text.
  private struct Segment {
    /// Bytes of the layer.
    var range: Range<Int>
    /// Of `pieces`.
    var pieces: Range<Int>
    /// Bits of a digit, where the text is made of digits; 8 where it is made of characters.
    var bits = 8
    /// Digits in front of the first byte.
    var phase = 0
    /// How the digits are called.
    var encoding: Encoding?
    /// What any of it comes from, where that is everything.
    var origin: (source: Range<Int>, encodings: EncodingSet)?
  }

  /// Units (characters or digits) that follow one another in the source too.
  struct Piece {
    /// Units before it in its text.
    var start: Int
    /// Units; 0 for what stands for nothing.
    var count: Int
    /// Bytes of the source.
    var source: Range<Int>
    /// nil when the source has the same bytes.
    var encoding: Encoding?
    /// Where in `columns` those of its first unit are; -1 when all units have as many bytes.
    var columns: Int32 = -1
  }

  /// A byte that no key, no escape and no digit contains.
  static let separator: UInt8 = 0xFF

  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    segments.removeAll(keepingCapacity: true)
    pieces.removeAll(keepingCapacity: true)
    columns.removeAll(keepingCapacity: true)
  }

  var isEmpty: Bool { segments.isEmpty }

  /// Adds a text of characters.
  ///
  /// - Parameter pieces: where they come from, in order.
  mutating func add(_ text: [UInt8], from pieces: [Piece]) {
    let first = self.pieces.count
    self.pieces += pieces
    let start = bytes.count
    bytes += text
    close(Segment(range: start..<bytes.count, pieces: first..<self.pieces.count))
  }

  /// Adds what was compressed in `source`.
  mutating func add(_ bytes: [UInt8], from source: Range<Int>, _ encodings: EncodingSet) {
    let start = self.bytes.count
    self.bytes += bytes
    let none = pieces.count..<pieces.count
    close(Segment(range: start..<self.bytes.count, pieces: none, origin: (source, encodings)))
  }

  /// Adds what base64 digits stand for where that is ASCII, from each of the four on with which a byte could begin.
  mutating func addBase64(_ digits: [UInt8], from pieces: [Piece]) {
    let first = self.pieces.count
    self.pieces += pieces
    let pieces = first..<self.pieces.count
    digits.withUnsafeBufferPointer { digits in
      withUnsafeTemporaryAllocation(of: UInt64.self, capacity: digits.count / 64 + 1) { places in
        let phases = csearch_base64_ascii(digits.baseAddress!, digits.count, places.baseAddress!)
        for phase in 0..<4 where phases >> CInt(phase) & 1 == 1 {
          var at = 0
          while true {
            var end = 0
            at = csearch_next_ascii(places.baseAddress!, digits.count, at, phase, Self.margin, &end)
            if at >= digits.count { break }
            // Whole groups of four before it.
            let start = max(phase, at - Self.margin)
            let part = UnsafeBufferPointer(rebasing: digits[start..<min(digits.count, end + Self.margin)])
            add(part.count * 6 / 8, .base64, phase: start, from: pieces) {
              _ = csearch_base64_decode(part.baseAddress!, part.count, $0)
            }
            at = end
          }
        }
      }
    }
  }

  /// Digits before those that stand for ASCII, and after them, that are decoded too: of a key with zero-width
  /// characters in it a piece may be short.
  private static let margin = 64

  /// Adds what hex digits stand for, from the first on and from the second on, if that gives ASCII for a
  /// while.
  ///
  /// - Parameter run: which of the digits in `pieces` they are.
  mutating func addHex(_ digits: UnsafeBufferPointer<UInt8>, _ run: Range<Int>, from pieces: [Piece]) {
    let first = self.pieces.count
    self.pieces += pieces
    let pieces = first..<self.pieces.count
    for phase in 0..<2 {
      var (count, longest) = (0, 0)
      for at in stride(from: phase, to: digits.count, by: 2) {
        count = digits[at] < UInt8(ascii: "8") ? count + 1 : 0
        longest = max(longest, count)
      }
      guard longest >= Self.fewestASCII else { continue }
      let count8 = (digits.count - phase) / 2
      add(count8, .hex, phase: run.lowerBound + phase, from: pieces) { bytes in
        for to in 0..<count8 {
          bytes[to] = hexValue(digits[phase + 2 * to])! << 4 | hexValue(digits[phase + 2 * to + 1])!
        }
      }
    }
  }

  /// Bytes of ASCII in a row without which nothing of a key can be in what digits stand for: what is left
  /// of one between zero-width characters in UTF-8.
  private static let fewestASCII = 15

  /// Adds the `count` bytes that digits stand for.
  private mutating func add(
    _ count: Int, _ encoding: Encoding, phase: Int, from pieces: Range<Int>,
    decode: (UnsafeMutablePointer<UInt8>) -> Void
  ) {
    let start = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: count))
    bytes.withUnsafeMutableBufferPointer { decode($0.baseAddress! + start) }
    close(
      Segment(
        range: start..<bytes.count, pieces: pieces, bits: encoding.codec.digitBits!, phase: phase, encoding: encoding))
  }

  private mutating func close(_ segment: Segment) {
    segments.append(segment)
    bytes.append(Self.separator)
  }

  /// The text that holds a byte of the layer.
  func text(around offset: Int) -> Range<Int> { segments[index(of: offset)].range }

  private func index(of offset: Int) -> Int {
    var (low, high) = (0, segments.count - 1)
    while low < high {
      let middle = (low + high + 1) / 2
      if segments[middle].range.lowerBound <= offset { low = middle } else { high = middle - 1 }
    }
    return low
  }

  /// Where bytes of the layer come from.
  ///
  /// - Parameter kept: bytes of `range` that may stay readable.
  /// - Returns: the bytes of the source; how many of them hold no more than the first `kept`; and how
  ///   they were encoded, which is empty when the source has the very same bytes.
  func source(
    of range: Range<Int>, kept: Int
  ) -> (range: Range<Int>, kept: Int, encodings: EncodingSet) {
    let segment = segments[index(of: range.lowerBound)]
    if let origin = segment.origin { return (origin.source, 0, origin.encodings) }
    let from = range.lowerBound - segment.range.lowerBound
    let to = range.upperBound - segment.range.lowerBound
    let bits = segment.bits
    let units = (segment.phase + from * 8 / bits)..<(segment.phase + (to * 8 + bits - 1) / bits)
    let keptUnits = max(units.lowerBound, segment.phase + (from + kept) * 8 / bits)

    var encodings: EncodingSet = segment.encoding.map { EncodingSet($0) } ?? []
    var start = 0
    var end = 0
    var keptEnd = 0
    for piece in pieces[firstPiece(of: segment, at: units.lowerBound)..<segment.pieces.upperBound] {
      if piece.start >= units.upperBound { break }
      let isInside = piece.count > 0 ? piece.start + piece.count > units.lowerBound : piece.start > units.lowerBound
      guard isInside else { continue }
      if let encoding = piece.encoding { encodings.insert(EncodingSet(encoding)) }
      guard piece.count > 0 else { continue }
      if piece.start <= units.lowerBound {
        start = place(of: piece, after: units.lowerBound - piece.start, isEnd: false)
        keptEnd = start
      }
      end = place(of: piece, after: min(piece.count, units.upperBound - piece.start), isEnd: true)
      if piece.start < keptUnits {
        keptEnd = place(of: piece, after: min(piece.count, keptUnits - piece.start), isEnd: true)
      }
    }
    return (start..<max(start, end), max(0, keptEnd - start), encodings)
  }

  /// Where the first `units` of a piece end in the source, or where the next one begins.
  private func place(of piece: Piece, after units: Int, isEnd: Bool) -> Int {
    if piece.columns < 0 { return piece.source.lowerBound + units * (piece.source.count / piece.count) }
    let column = Int(piece.columns) + (isEnd ? 2 * units - 1 : 2 * units)
    return piece.source.lowerBound + Int(columns[column])
  }

  /// Where in `range`, which is of one text, the last guess was made that something belongs together.
  func lastGuess(in range: Range<Int>) -> Int? {
    let segment = segments[index(of: range.lowerBound)]
    guard segment.bits == 8 else { return nil }
    let start = segment.range.lowerBound
    var last: Int?
    for piece in pieces[firstPiece(of: segment, at: range.lowerBound - start)..<segment.pieces.upperBound] {
      let place = start + piece.start
      if place >= range.upperBound { break }
      if piece.encoding?.codec.isGuess == true, place > range.lowerBound { last = place }
    }
    return last
  }

  /// The first piece from which on one can hold the unit `unit`.
  private func firstPiece(of segment: Segment, at unit: Int) -> Int {
    var (low, high) = (segment.pieces.lowerBound, segment.pieces.upperBound)
    while low < high {
      let middle = (low + high) / 2
      if pieces[middle].start + pieces[middle].count > unit { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
