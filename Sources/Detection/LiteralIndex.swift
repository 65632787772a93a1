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
  private let bits: UnsafeMutablePointer<UInt32>
  private let slots: UnsafeMutablePointer<UInt32>
  private let entries: UnsafeMutableBufferPointer<csearch_entry>
  private let literals: UnsafeMutableBufferPointer<csearch_literal>
  private let texts: UnsafeMutableBufferPointer<UInt8>
  private let room: Int

  private static let hashes = 1 << Int(CSEARCH_HASH_BITS)
  private static let slotCount = 1 << Int(CSEARCH_SLOT_BITS)
  private static let hashesOfSlot = hashes / slotCount

  init(_ all: [Literal]) {
    index = .allocate(capacity: 1)
    bits = .allocate(capacity: Self.hashes / 32)
    bits.initialize(repeating: 0, count: Self.hashes / 32)
    slots = .allocate(capacity: Self.slotCount + 1)
    literals = .allocate(capacity: all.count)
    texts = .allocate(capacity: all.reduce(0) { $0 + $1.bytes.count })
    var start = 0
    var made: [(slot: Int, entry: csearch_entry)] = []
    for (number, literal) in all.enumerated() {
      for (offset, byte) in literal.bytes.enumerated() { texts.initializeElement(at: start + offset, to: byte) }
      literals.initializeElement(
        at: number,
        to: csearch_literal(
          start: UInt32(start), length: UInt16(literal.bytes.count), is_caseless: literal.isCaseless ? 1 : 0))
      start += literal.bytes.count
      for three in threes(of: literal.bytes) {
        for hash in three.hashes() {
          bits[hash / 32] |= 1 << UInt32(hash % 32)
          let entry = csearch_entry(
            three: three.value, mask: three.mask, literal: UInt32(number), back: Int32(three.back))
          made.append((hash / Self.hashesOfSlot, entry))
        }
      }
    }
    // One of a slot is enough for each.
    made.sort {
      ($0.slot, $0.entry.literal, $0.entry.back) < ($1.slot, $1.entry.literal, $1.entry.back)
    }
    var kept: [(slot: Int, entry: csearch_entry)] = []
    for next in made {
      if let last = kept.last, last.slot == next.slot, last.entry.literal == next.entry.literal,
        last.entry.back == next.entry.back
      {
        continue
      }
      kept.append(next)
    }
    entries = .allocate(capacity: max(1, kept.count))
    var slot = 0
    var most = 1
    slots[0] = 0
    for (number, next) in kept.enumerated() {
      while slot < next.slot {
        slot += 1
        slots[slot] = UInt32(number)
      }
      entries.initializeElement(at: number, to: next.entry)
      most = max(most, number + 1 - Int(slots[slot]))
    }
    while slot < Self.slotCount {
      slot += 1
      slots[slot] = UInt32(kept.count)
    }
    room = max(1024, 18 * most)
    index.initialize(
      to: csearch_index(
        bits: bits, slots: slots, entries: entries.baseAddress!, literals: literals.baseAddress!,
        texts: texts.baseAddress!, longest_back: all.reduce(0) { max($0, $1.bytes.count) }, most_at_place: most))
  }

  deinit {
    index.deallocate()
    bits.deallocate()
    slots.deallocate()
    entries.deallocate()
    literals.deallocate()
    texts.deallocate()
  }

  @inline(__always)
  func search(_ text: UnsafePointer<UInt8>, _ count: Int, _ places: Range<Int>, _ found: (csearch_hit) -> Void) {
    // The three bytes of a literal at an odd place may begin one before it.
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

/// The three bytes by which a literal is found. Some of them may be any byte.
private struct Three {
  let value: UInt32
  let mask: UInt32
  /// Bytes from the literal's start to them.
  let back: Int

  /// The hashes of all that they may be.
  func hashes() -> [Int] {
    let free = (0..<3).filter { mask >> UInt32(8 * $0) & 0xFF == 0 }
    guard let open = free.first else { return [Int(csearch_three_hash(value))] }
    return (UInt32(0)..<256).filter { $0 & 0x20 != 0 }.map {
      Int(csearch_three_hash(value | $0 << UInt32(8 * open)))
    }
  }
}

/// The threes of a literal at an even and at an odd place: its rarest bytes, or with one byte that may be any.
private func threes(of literal: [UInt8]) -> [Three] {
  func three(_ back: Int) -> Three {
    var (value, mask) = (UInt32(0), UInt32(0))
    for index in 0..<3 where literal.indices.contains(back + index) {
      value |= UInt32(literal[back + index] | 0x20) << UInt32(8 * index)
      mask |= 0xFF << UInt32(8 * index)
    }
    return Three(value: value, mask: mask, back: back)
  }
  switch literal.count {
  case 2: return [three(0), three(-1)]
  case 3: return [three(0), three(1)]
  default:
    let best = (0...(literal.count - 4)).min { rank(literal, $0) < rank(literal, $1) }!
    return [three(best), three(best + 1)]
  }
}

/// How common the four bytes from an offset on are, roughly.
private func rank(_ literal: [UInt8], _ offset: Int) -> Int {
  literal[offset..<(offset + 4)].reduce(1) { $0 * commonness($1.inLowerCase) }
}
