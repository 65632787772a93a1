// Finds places by two bytes at a distance, sixteen places at a time. Bits can be excluded from the comparison, so that
// one pass finds several texts, with a few false hits.

import CSearch

/// Two bytes to look for, each as a value under a mask.
struct PairProbe: Sendable {
  private(set) var first: MaskedByte
  private(set) var second: MaskedByte
  /// From the first to the second, in bytes.
  private(set) var distance: Int
  /// Offset of the first byte in each of the texts.
  private(set) var offsets: [Int]
  /// How often it stops, roughly, to compare.
  private(set) var cost = 0

  struct MaskedByte: Sendable {
    private(set) var mask: UInt8 = 0xFF
    private(set) var value: UInt8 = 0
    private var commonest = 0

    /// All bytes that were added, and as few others as a mask can tell.
    mutating func add(_ bytes: [UInt8]) {
      for byte in bytes {
        mask = commonest == 0 ? 0xFF : mask & ~(value ^ byte)
        value = byte & mask
        commonest = max(commonest, commonness(byte))
      }
    }

    /// How often such a byte may be met, roughly.
    var cost: Int { commonest << (8 - mask.nonzeroBitCount) }

    @inline(__always)
    func contains(_ byte: UInt8) -> Bool { byte & mask == value }
  }

  /// Finds any of `texts`, each given by the bytes that may stand at each of its places, by two bytes side by
  /// side.
  ///
  /// - Parameter besides: for each text the offset of two bytes that are not to be taken.
  init(texts: [[[UInt8]]], besides taken: [Int?]) {
    self.init(first: MaskedByte(), second: MaskedByte(), distance: 1, offsets: [])
    var best = self
    best.cost = .max
    extend(over: texts, taken, &best)
    self = best
  }

  /// Finds two bytes that stand side by side, the first at `offset` in the text.
  init(_ first: UInt8, _ second: UInt8, offset: Int) {
    self.init(first: MaskedByte(), second: MaskedByte(), distance: 1, offsets: [offset])
    self.first.add([first])
    self.second.add([second])
  }

  private init(first: MaskedByte, second: MaskedByte, distance: Int, offsets: [Int]) {
    (self.first, self.second, self.distance, self.offsets) = (first, second, distance, offsets)
  }

  /// Tries every place in those of `texts` that have none yet.
  private func extend(over texts: [[[UInt8]]], _ taken: [Int?], _ best: inout PairProbe) {
    if offsets.count == texts.count {
      best = self
      return
    }
    let text = texts[offsets.count]
    // The beginnings of long literals are as good as all of them.
    for offset in 0..<max(0, min(text.count - distance, 16)) where offset != taken[offsets.count] {
      var (first, second) = (first, second)
      first.add(text[offset])
      second.add(text[offset + distance])
      let cost = first.cost * second.cost
      if cost >= best.cost { continue }
      var longer = PairProbe(first: first, second: second, distance: distance, offsets: offsets + [offset])
      longer.cost = cost
      longer.extend(over: texts, taken, &best)
    }
  }

  var probe: csearch_probe {
    csearch_probe(
      mask_a: first.mask, a: first.value, mask_b: second.mask, b: second.value, distance: UInt16(distance))
  }

  /// Calls `found` for every place in `places` at which the two bytes stand, in order.
  @inline(__always)
  func search(_ bytes: UnsafeRawBufferPointer, at places: Range<Int>, _ found: (Int) -> Void) {
    let end = min(bytes.count - distance, places.upperBound)
    guard let base = bytes.baseAddress, places.lowerBound < end else { return }
    let text = base.assumingMemoryBound(to: UInt8.self)
    var at = places.lowerBound
    while true {
      at = csearch_masked(
        text, bytes.count, at, end, distance, first.mask, first.value, second.mask, second.value)
      if at >= end { return }
      found(at)
      at += 1
    }
  }
}
