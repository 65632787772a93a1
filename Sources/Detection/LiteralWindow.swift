// The bytes by which an index finds a literal, and the tables in which their hashes are.

import CSearch
import Rules

/// Three or four bytes in a row from a literal. Outside of the literal any byte will do.
struct Window {
  /// Folded as the index is.
  private let bytes: UInt32
  private let mask: UInt32
  private let literal: Int
  /// Bytes from the literal's start to them.
  private let back: Int
  /// Whether there are four.
  let isLong: Bool

  private init(_ text: [UInt8], _ literal: Int, at back: Int, count: Int, _ fold: UInt8) {
    var (bytes, mask) = (UInt32(0), UInt32(0))
    for index in 0..<count where text.indices.contains(back + index) {
      bytes |= csearch_folded(UInt32(text[back + index]), UInt32(fold)) << UInt32(8 * index)
      mask |= 0xFF << UInt32(8 * index)
    }
    (self.bytes, self.mask, self.literal, self.back, isLong) = (bytes, mask, literal, back, count == 4)
  }

  /// Those of a literal at an even and at an odd place: its rarest bytes if it has five, else with at most one byte
  /// that may be any.
  static func both(of text: [UInt8], _ literal: Int, _ fold: UInt8) -> [Window] {
    func window(_ back: Int, _ count: Int) -> Window { Window(text, literal, at: back, count: count, fold) }
    switch text.count {
    case 2: return [window(0, 3), window(-1, 3)]
    case 3: return [window(0, 3), window(-1, 4)]
    case 4: return [window(0, 4), window(1, 3)]
    default:
      func rank(_ back: Int) -> Int {
        text[back..<(back + 5)].reduce(1) { $0 * commonness(fold == 0 ? $1 : $1.inLowerCase) }
      }
      let best = (0...(text.count - 5)).min { rank($0) < rank($1) }!
      return [window(best, 4), window(best + 1, 4)]
    }
  }

  var entry: csearch_entry { csearch_entry(bytes: bytes, mask: mask, literal: UInt32(literal), back: Int32(back)) }

  /// All that the bytes may be.
  func values(_ fold: UInt8) -> [UInt32] {
    guard let open = (0..<(isLong ? 4 : 3)).first(where: { mask >> UInt32(8 * $0) & 0xFF == 0 }) else { return [bytes] }
    return (UInt32(0)..<256).filter { csearch_folded($0, UInt32(fold)) == $0 }.map { bytes | $0 << UInt32(8 * open) }
  }
}

/// The bits of all windows, and for each slot of hashes the entries of its windows.
///
/// The C code keeps the addresses.
struct WindowTable {
  let filter: UnsafeMutablePointer<UInt8>
  let slots: UnsafeMutablePointer<UInt32>
  let entries: UnsafeMutableBufferPointer<csearch_entry>
  /// Entries of a slot at most.
  let most: Int

  init(_ windows: [Window], _ fold: UInt8) {
    let hashes = 1 << Int(CSEARCH_LITERAL_BITS)
    let slotCount = 1 << Int(CSEARCH_SLOT_BITS)
    filter = .allocate(capacity: hashes)
    filter.initialize(repeating: 0, count: hashes)
    slots = .allocate(capacity: slotCount + 1)
    // The slot and the window. A slot needs one window only.
    var made: [UInt64] = []
    for (number, window) in windows.enumerated() {
      for value in window.values(fold) {
        let hash = Int(csearch_literal_hash(value))
        filter[hash] |= window.isLong ? csearch_literal_bit(value) : 0xFF
        made.append(UInt64(hash / (hashes / slotCount)) << 32 | UInt64(number))
      }
    }
    made.sort()
    var listed: [csearch_entry] = []
    var most = 0
    var next = 0
    for slot in 0..<slotCount {
      let start = listed.count
      slots[slot] = UInt32(start)
      while next < made.count, made[next] >> 32 == slot {
        if next == 0 || made[next - 1] != made[next] {
          listed.append(windows[Int(made[next] & 0xFFFF_FFFF)].entry)
        }
        next += 1
      }
      most = max(most, listed.count - start)
    }
    slots[slotCount] = UInt32(listed.count)
    entries = .allocate(capacity: max(1, listed.count))
    _ = entries.initialize(from: listed)
    self.most = most
  }

  func deallocate() {
    filter.deallocate()
    slots.deallocate()
    entries.deallocate()
  }
}
