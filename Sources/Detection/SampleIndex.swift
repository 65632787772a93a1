// Many texts in one pass, at every fourth place: for texts that are long enough this costs a fraction of what an index
// of all places does. The loop is C's (samples.c); here its tables are made.

import CSearch

/// Finds texts of seven bytes or more.
///
/// `@unchecked Sendable`: nothing changes after `init`. The C code keeps the tables' addresses.
final class SampleIndex: @unchecked Sendable {
  /// Bytes that a text needs.
  static let shortest = 7
  private static let step = 4

  private let texts: [[UInt8]]
  private let words: UnsafeMutablePointer<UInt32>
  private let slots: UnsafeMutablePointer<UInt32>
  private let values: UnsafeMutablePointer<UInt32>
  /// The texts that have a value, and where: those of number n are from `firstOwners[n]` on.
  private let owners: [(text: Int, offset: Int)]
  private let firstOwners: [Int]

  private static let wordCount = 1 << Int(CSEARCH_SAMPLE_BITS)
  private static let slotCount = 1 << Int(CSEARCH_SAMPLE_SLOT_BITS)

  init(_ texts: [[UInt8]]) {
    precondition(texts.allSatisfy { $0.count >= Self.shortest })
    self.texts = texts
    // Hashes, which no two values share, and the number of the sample.
    var samples: [UInt64] = []
    samples.reserveCapacity(Self.step * texts.count)
    for (number, text) in texts.enumerated() {
      // As late as a text lies in the step, a sample of it is among these.
      for offset in 0..<Self.step {
        let value = Self.value(of: text, at: offset)
        samples.append(UInt64(csearch_sample_hash(value)) << 32 | UInt64(Self.step * number + offset))
      }
    }
    samples.sort()
    words = .allocate(capacity: Self.wordCount)
    words.initialize(repeating: 0, count: Self.wordCount)
    slots = .allocate(capacity: Self.slotCount + 1)
    slots.initialize(repeating: 0, count: Self.slotCount + 1)
    values = .allocate(capacity: max(1, samples.count))
    var firstOwners: [Int] = []
    for (number, sample) in samples.enumerated() where number == 0 || samples[number - 1] >> 32 != sample >> 32 {
      let hash = UInt32(sample >> 32)
      let (text, offset) = Self.owner(sample)
      values[firstOwners.count] = Self.value(of: texts[text], at: offset)
      firstOwners.append(number)
      words[Int(hash >> UInt32(32 - CSEARCH_SAMPLE_BITS))] |= csearch_sample_bits(hash)
      slots[Self.slot(of: hash) + 1] += 1
    }
    for slot in 0..<Self.slotCount { slots[slot + 1] += slots[slot] }
    owners = samples.map(Self.owner)
    self.firstOwners = firstOwners + [samples.count]
  }

  private static func value(of text: [UInt8], at offset: Int) -> UInt32 {
    (0..<4).reduce(UInt32(0)) { $0 | UInt32(text[offset + $1]) << UInt32(8 * $1) }
  }

  private static func owner(_ sample: UInt64) -> (text: Int, offset: Int) {
    let number = Int(UInt32(truncatingIfNeeded: sample))
    return (number / step, number % step)
  }

  deinit {
    words.deallocate()
    slots.deallocate()
    values.deallocate()
  }

  /// Calls `found` with the places at which texts begin, perhaps twice and not in order. Every text is among them that
  /// lies whole in `places`.
  @inline(__always)
  func search(_ bytes: UnsafeRawBufferPointer, at places: Range<Int>, _ found: (_ place: Int, _ text: Int) -> Void) {
    guard let base = bytes.baseAddress, !owners.isEmpty else { return }
    let text = base.assumingMemoryBound(to: UInt8.self)
    var samples = csearch_samples(words: words, slots: slots, values: values)
    var at = places.lowerBound
    while at < places.upperBound {
      at = csearch_sample(&samples, text, bytes.count, at, places.upperBound)
      if at >= places.upperBound { return }
      for owner in owners(of: bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self).littleEndian) {
        let place = at - owner.offset
        let sought = texts[owner.text]
        if place >= 0, place + sought.count <= bytes.count, bytes[place..<(place + sought.count)].elementsEqual(sought)
        {
          found(place, owner.text)
        }
      }
      at += Self.step
    }
  }

  private static func slot(of hash: UInt32) -> Int { Int(hash >> UInt32(32 - CSEARCH_SAMPLE_SLOT_BITS)) }

  /// Of a value that is a sample.
  private func owners(of value: UInt32) -> ArraySlice<(text: Int, offset: Int)> {
    var number = Int(slots[Self.slot(of: csearch_sample_hash(value))])
    while values[number] != value { number += 1 }
    return owners[firstOwners[number]..<firstOwners[number + 1]]
  }
}
