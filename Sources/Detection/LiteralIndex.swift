// Many literals in one pass over a text, in the given case or in any: what a thousand rules cost is what one costs.
// The loop is C's (literals.c); here its tables are made, on the first search.

import CSearch
public import Rules
import Synchronization

/// Finds literals anywhere.
public final class LiteralIndex: Sendable {
  /// A place where a literal begins.
  public struct Hit: Equatable, Sendable {
    public let place: Int
    /// Index in `literals`.
    public let literal: Int
  }

  public let literals: [Literal]
  /// Bytes of the longest literal.
  public let longest: Int
  private let tables = Mutex<Tables?>(nil)
  /// The literals that begin with a byte, for those cut off at an end.
  private let beginnings: [[Int]]

  /// - Parameter literals: each of two bytes or more.
  public init(_ literals: [Literal]) {
    precondition(literals.allSatisfy { $0.bytes.count >= 2 && $0.bytes.count <= Int(UInt16.max) })
    self.literals = literals
    longest = literals.map(\.bytes.count).max() ?? 0
    var beginnings = Array(repeating: [Int](), count: 256)
    for (index, literal) in literals.enumerated() {
      let first = literal.bytes[0]
      beginnings[Int(first)].append(index)
      if literal.isCaseless && first.isLetter { beginnings[Int(first ^ 0x20)].append(index) }
    }
    self.beginnings = beginnings
  }

  /// Appends every literal that begins in `places` and lies whole in `text`, in order of place and literal.
  public func search(_ text: UnsafeRawBufferPointer, at places: Range<Int>, into hits: inout [Hit]) {
    let first = hits.count
    search(text, at: places) { hits.append(Hit(place: $0, literal: $1)) }
    if hits.count - first > 1 {
      hits[first...].sort { ($0.place, $0.literal) < ($1.place, $1.literal) }
    }
  }

  /// The same, not in order.
  @inline(__always)
  func search(_ text: UnsafeRawBufferPointer, at places: Range<Int>, _ found: (Int, Int) -> Void) {
    let until = min(places.upperBound, text.count)
    guard places.lowerBound < until, !literals.isEmpty, let base = text.baseAddress else { return }
    let tables = self.tables.withLock { tables in
      if let tables { return tables }
      let made = Tables(literals)
      tables = made
      return made
    }
    tables.search(base.assumingMemoryBound(to: UInt8.self), text.count, places.lowerBound..<until) {
      found(Int($0.place), Int($0.literal))
    }
  }

  /// Whether any literal lies in `text`.
  public func isAny(in text: UnsafeRawBufferPointer) -> Bool {
    var isAny = false
    search(text, at: 0..<text.count) { _, _ in isAny = true }
    return isAny
  }

  /// The first place at or after `start` where `text` ends in the middle of a literal; the end when there is none.
  public func cutLiteral(in text: UnsafeRawBufferPointer, from start: Int) -> Int {
    var at = max(start, text.count - (longest - 1))
    while at < text.count {
      if beginnings[Int(text[at])].contains(where: { literals[$0].isCut(in: text, at: at) }) { return at }
      at += 1
    }
    return text.count
  }
}

/// The tables of an index. The C code keeps their addresses.
///
/// `@unchecked Sendable`: nothing changes after `init`.
private final class Tables: @unchecked Sendable {
  private let index: UnsafeMutablePointer<csearch_index>
  private let windows: WindowTable
  private let pairs: UnsafeMutableBufferPointer<csearch_two_bytes>
  private let literals: UnsafeMutableBufferPointer<csearch_literal>
  private let texts: UnsafeMutableBufferPointer<UInt8>
  private let room: Int

  init(_ all: [Literal]) {
    index = .allocate(capacity: 1)
    literals = .allocate(capacity: all.count)
    texts = .allocate(capacity: all.reduce(0) { $0 + $1.bytes.count })
    var start = 0
    let fold: UInt8 = all.contains(where: \.isCaseless) ? 0x20 : 0
    let pairs = all.indices.filter { all[$0].bytes.count == 2 }.prefix(Int(CSEARCH_MOST_PAIRS))
    var windows: [Window] = []
    for (number, literal) in all.enumerated() {
      for (offset, byte) in literal.bytes.enumerated() { texts.initializeElement(at: start + offset, to: byte) }
      literals.initializeElement(
        at: number,
        to: csearch_literal(
          start: UInt32(start), length: UInt16(literal.bytes.count), is_caseless: literal.isCaseless ? 1 : 0))
      start += literal.bytes.count
      if !pairs.contains(number) { windows += Window.both(of: literal.bytes, number, fold) }
    }
    self.windows = WindowTable(windows, fold)
    let folded = pairs.filter { all[$0].isCaseless }
    self.pairs = .allocate(capacity: max(1, pairs.count))
    for (place, number) in (folded + pairs.filter { !all[$0].isCaseless }).enumerated() {
      let bytes = all[number].bytes.map { csearch_folded(UInt32($0), all[number].isCaseless ? UInt32(fold) : 0) }
      self.pairs.initializeElement(
        at: place, to: csearch_two_bytes(bytes: (UInt8(bytes[0]), UInt8(bytes[1])), literal: UInt32(number)))
    }
    let most = max(1, self.windows.most + 2 * pairs.count)
    room = max(1024, 2 * most)
    index.initialize(
      to: csearch_index(
        filter: self.windows.filter, slots: self.windows.slots, entries: self.windows.entries.baseAddress!,
        literals: literals.baseAddress!, texts: texts.baseAddress!, fold: UInt32(fold) * 0x0101_0101,
        pair_count: UInt32(pairs.count), folded_pairs: UInt32(folded.count), pairs: self.pairs.baseAddress!,
        longest_back: all.reduce(0) { max($0, $1.bytes.count) }, most_at_place: most))
  }

  deinit {
    index.deallocate()
    windows.deallocate()
    pairs.deallocate()
    literals.deallocate()
    texts.deallocate()
  }

  @inline(__always)
  func search(_ text: UnsafePointer<UInt8>, _ count: Int, _ places: Range<Int>, _ found: (csearch_hit) -> Void) {
    // The bytes of a literal at an odd place may begin one before it.
    var at = max(0, places.lowerBound - 1) & ~1
    withUnsafeTemporaryAllocation(of: csearch_hit.self, capacity: room) { hits in
      while at != Int(bitPattern: UInt.max) {
        let written = csearch_literals(
          index, text, count, places.lowerBound, places.upperBound, &at, hits.baseAddress!, room)
        for number in 0..<written { found(hits[number]) }
      }
    }
  }
}
