// The bytes by which an index finds a literal, and the table of bits in which their hashes are.

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
      bytes |= UInt32(text[back + index] | fold) << UInt32(8 * index)
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
    return (UInt32(0)..<256).filter { $0 & UInt32(fold) == UInt32(fold) }.map { bytes | $0 << UInt32(8 * open) }
  }
}

/// A bit for each hash of some windows, and for each slot of hashes where the entries of its windows begin.
///
/// The C code keeps the addresses.
struct HashTable {
  let bits: UnsafeMutablePointer<UInt32>
  let slots: UnsafeMutablePointer<UInt32>
  /// Entries of a slot at most.
  let most: Int

  /// Appends the entries to `entries`.
  init(
    _ windows: [Window], _ bitCount: Int, _ fold: UInt8, _ hash: (UInt32) -> UInt32, _ entries: inout [csearch_entry]
  ) {
    let slotCount = 1 << Int(CSEARCH_SLOT_BITS)
    bits = .allocate(capacity: 1 << bitCount / 32)
    bits.initialize(repeating: 0, count: 1 << bitCount / 32)
    slots = .allocate(capacity: slotCount + 1)
    var made: [(slot: Int, window: Int)] = []
    for (number, window) in windows.enumerated() {
      for value in window.values(fold) {
        let hash = Int(hash(value))
        bits[hash / 32] |= 1 << UInt32(hash % 32)
        made.append((hash >> (bitCount - Int(CSEARCH_SLOT_BITS)), number))
      }
    }
    made.sort { ($0.slot, $0.window) < ($1.slot, $1.window) }
    var most = 0
    var next = 0
    for slot in 0..<slotCount {
      let start = entries.count
      slots[slot] = UInt32(start)
      while next < made.count, made[next].slot == slot {
        // One of a slot is enough for each.
        if next == 0 || made[next - 1] != made[next] { entries.append(windows[made[next].window].entry) }
        next += 1
      }
      most = max(most, entries.count - start)
    }
    slots[slotCount] = UInt32(entries.count)
    self.most = most
  }

  func deallocate() {
    bits.deallocate()
    slots.deallocate()
  }
}
