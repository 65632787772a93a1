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
    var mask: UInt8
    var value: UInt8

    /// All bytes of both sets, and as few others as a mask can tell.
    init(_ bytes: [UInt8]) {
      let differing = bytes.reduce(0) { $0 | ($1 ^ bytes[0]) }
      mask = ~differing
      value = bytes[0] & mask
    }

    /// How often such a byte may be met, roughly.
    func cost(_ bytes: [UInt8]) -> Int {
      bytes.reduce(1) { max($0, commonness($1)) } << (8 - mask.nonzeroBitCount)
    }

    @inline(__always)
    func contains(_ byte: UInt8) -> Bool { byte & mask == value }
  }

  /// Finds any of `texts`, each given by the bytes that may stand at each of its places.
  init(texts: [[[UInt8]]]) {
    var best: (cost: Int, probe: PairProbe)?
    for distance in 1...2 {
      Self.choose(texts, distance, [], [], [], &best)
    }
    self = best!.probe
    cost = best!.cost
  }

  /// Finds two bytes that stand side by side, the first at `offset` in the text.
  init(_ first: UInt8, _ second: UInt8, offset: Int) {
    self.init(first: MaskedByte([first]), second: MaskedByte([second]), distance: 1, offsets: [offset])
  }

  private init(first: MaskedByte, second: MaskedByte, distance: Int, offsets: [Int]) {
    (self.first, self.second, self.distance, self.offsets) = (first, second, distance, offsets)
  }

  /// Tries every place in the next of the texts.
  private static func choose(
    _ texts: [[[UInt8]]], _ distance: Int, _ offsets: [Int], _ firsts: [UInt8], _ seconds: [UInt8],
    _ best: inout (cost: Int, probe: PairProbe)?
  ) {
    if !offsets.isEmpty {
      let (first, second) = (MaskedByte(firsts), MaskedByte(seconds))
      let cost = first.cost(firsts) * second.cost(seconds)
      if let best, best.cost <= cost { return }
      if offsets.count == texts.count {
        best = (cost, PairProbe(first: first, second: second, distance: distance, offsets: offsets))
        return
      }
    }
    let text = texts[offsets.count]
    // The beginnings of long literals are as good as all of them.
    for offset in 0..<max(0, min(text.count - distance, 16)) {
      choose(
        texts, distance, offsets + [offset], firsts + text[offset], seconds + text[offset + distance], &best)
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
