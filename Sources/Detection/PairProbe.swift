// Finds places by two bytes at a distance, sixteen places at a time. Bits can be left out of the
// comparison, so that one pass finds several texts, with some places more to be looked at.

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

  /// Finds any of `texts`, each given by the bytes that may stand at each of its places.
  init(texts: [[[UInt8]]]) {
    self.init(first: MaskedByte(), second: MaskedByte(), distance: 1, offsets: [])
    var best = self
    best.cost = .max
    for distance in 1...2 {
      self.distance = distance
      extend(over: texts, &best)
    }
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
  private func extend(over texts: [[[UInt8]]], _ best: inout PairProbe) {
    if offsets.count == texts.count {
      best = self
      return
    }
    let text = texts[offsets.count]
    // The beginnings of long literals are as good as all of them.
    for offset in 0..<max(0, min(text.count - distance, 16)) {
      var (first, second) = (first, second)
      first.add(text[offset])
      second.add(text[offset + distance])
      let cost = first.cost * second.cost
      if cost >= best.cost { continue }
      var longer = PairProbe(first: first, second: second, distance: distance, offsets: offsets + [offset])
      longer.cost = cost
      longer.extend(over: texts, &best)
    }
  }

  /// Calls `found` for every place in `places` at which the two bytes stand, in order.
  @inline(__always)
  func search(_ bytes: UnsafeRawBufferPointer, at places: Range<Int>, _ found: (Int) -> Void) {
    let last = min(bytes.count - distance, places.upperBound) - 1
    guard let base = bytes.baseAddress, places.lowerBound <= last else { return }
    let (mask0, value0) = (all(first.mask), all(first.value))
    let (mask1, value1) = (all(second.mask), all(second.value))
    var at = places.lowerBound
    @inline(__always)
    func probe(_ offset: Int) -> Lanes {
      let a = base.loadUnaligned(fromByteOffset: at + offset, as: Lanes.self)
      let b = base.loadUnaligned(fromByteOffset: at + distance + offset, as: Lanes.self)
      return unsafeBitCast(((a & mask0) .== value0) .& ((b & mask1) .== value1), to: Lanes.self)
    }
    while at + 63 <= last {
      let hits = (probe(0), probe(16), probe(32), probe(48))
      if isAny((hits.0 | hits.1) | (hits.2 | hits.3)) {
        eachLane(hits.0, at, found)
        eachLane(hits.1, at + 16, found)
        eachLane(hits.2, at + 32, found)
        eachLane(hits.3, at + 48, found)
      }
      at += 64
    }
    while at <= last {
      if first.contains(bytes[at]), second.contains(bytes[at + distance]) { found(at) }
      at += 1
    }
  }
}

@inline(__always)
func isAny(_ lanes: Lanes) -> Bool {
  let words = unsafeBitCast(lanes, to: SIMD2<UInt64>.self)
  return words[0] | words[1] != 0
}

/// Calls `found` for each lane that is set, as a place from `start` on.
@inline(__always)
func eachLane(_ hits: Lanes, _ start: Int, _ found: (Int) -> Void) {
  let words = unsafeBitCast(hits, to: SIMD2<UInt64>.self)
  for half in 0..<2 {
    var lanes = UInt64(littleEndian: words[half])
    while lanes != 0 {
      let lane = lanes.trailingZeroBitCount / 8
      lanes &= ~(0xFF << UInt64(lane * 8))
      found(start + half * 8 + lane)
    }
  }
}
