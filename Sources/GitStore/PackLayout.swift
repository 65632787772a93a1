// The tables of a pack's plan: where each object begins, and the trees that the deltas form.
// Thirty-three bytes an object, in plain memory, because they are walked once an object.

/// Objects in pack order, and each one's base and deltas.
///
/// `@unchecked Sendable`: nothing changes once `sort` and `link` have run.
final class PackLayout: @unchecked Sendable {
  private let count: Int
  /// Where each object begins, ascending; then where the last one ends.
  let starts: UnsafeMutablePointer<Int>
  /// Of each object in the index.
  let positions: UnsafeMutablePointer<UInt32>
  /// The object that each is built on, or `whole`, or `broken`.
  let base: UnsafeMutablePointer<Int32>
  /// The delta that most objects are built on. It is walked last, when no other delta needs the base: at most log2(n)
  /// bases wait in memory at a time, and none in a chain.
  let heavy: UnsafeMutablePointer<Int32>
  /// The first of the other deltas, and of each the next.
  let light: UnsafeMutablePointer<Int32>
  let next: UnsafeMutablePointer<Int32>
  /// An `ObjectKind` for those that are whole.
  let kinds: UnsafeMutablePointer<UInt8>
  /// Objects in the tree of each, itself included.
  private var weight: UnsafeMutablePointer<UInt32>
  /// The first object at or after every `1 << bucketShift` bytes.
  private var buckets: [Int32] = []
  private var bucketShift = 0

  static let whole: Int32 = -1
  static let broken: Int32 = -2
  private static let none: Int32 = -1

  /// - Parameter end: of the objects, in bytes from the start of the pack.
  init(count: Int, end: Int) {
    self.count = count
    starts = .allocate(capacity: count + 1)
    positions = .allocate(capacity: count + 1)
    base = .allocate(capacity: count + 1)
    heavy = .allocate(capacity: count + 1)
    light = .allocate(capacity: count + 1)
    next = .allocate(capacity: count + 1)
    kinds = .allocate(capacity: count + 1)
    weight = .allocate(capacity: count + 1)
    starts[count] = end
    base.initialize(repeating: Self.whole, count: count)
    heavy.initialize(repeating: Self.none, count: count)
    light.initialize(repeating: Self.none, count: count)
    next.initialize(repeating: Self.none, count: count)
    kinds.initialize(repeating: 0, count: count)
    weight.initialize(repeating: 1, count: count)
  }

  deinit {
    starts.deallocate()
    positions.deallocate()
    base.deallocate()
    heavy.deallocate()
    light.deallocate()
    next.deallocate()
    kinds.deallocate()
    weight.deallocate()
  }

  // MARK: Order

  /// Puts the objects in the order of the pack.
  ///
  /// - Returns: false when the index points outside of the pack.
  func sort(_ index: PackIndex) -> Bool {
    let end = starts[count]
    for position in 0..<count {
      guard let offset = index.offset(at: position), offset >= PackFile.headerSize, offset < end
      else { return false }
      starts[position] = Int(offset)
      positions[position] = UInt32(position)
    }
    radixSort(bits: Int.bitWidth - end.leadingZeroBitCount)
    makeBuckets(end)
    return true
  }

  /// Least significant byte first: a million objects in some 15 ms.
  private func radixSort(bits: Int) {
    var from = (starts, positions)
    var to = (
      UnsafeMutablePointer<Int>.allocate(capacity: count + 1),
      UnsafeMutablePointer<UInt32>.allocate(capacity: count + 1)
    )
    let scratch = to
    defer {
      scratch.0.deallocate()
      scratch.1.deallocate()
    }
    withUnsafeTemporaryAllocation(of: Int.self, capacity: 256) { places in
      for shift in stride(from: 0, to: bits, by: 8) {
        places.initialize(repeating: 0)
        for object in 0..<count { places[from.0[object] >> shift & 255] += 1 }
        var sum = 0
        for byte in 0..<256 {
          let here = places[byte]
          places[byte] = sum
          sum += here
        }
        for object in 0..<count {
          let byte = from.0[object] >> shift & 255
          let place = places[byte]
          places[byte] = place + 1
          to.0[place] = from.0[object]
          to.1[place] = from.1[object]
        }
        swap(&from, &to)
      }
    }
    if from.0 != starts {
      starts.update(from: from.0, count: count)
      positions.update(from: from.1, count: count)
    }
  }

  private func makeBuckets(_ end: Int) {
    while end >> bucketShift > count { bucketShift += 1 }
    let number = end >> bucketShift + 2
    buckets = Array(repeating: 0, count: number)
    var bucket = 0
    for object in 0..<count {
      let own = starts[object] >> bucketShift
      while bucket <= own {
        buckets[bucket] = Int32(object)
        bucket += 1
      }
    }
    while bucket < number {
      buckets[bucket] = Int32(count)
      bucket += 1
    }
  }

  /// The object that begins at `offset`; nil when none does.
  func object(at offset: Int) -> Int? {
    guard offset >= 0, offset < starts[count] else { return nil }
    let bucket = offset >> bucketShift
    var low = Int(buckets[bucket])
    // A bucket begins with the first object at or after its first byte.
    var high = Int(buckets[bucket + 1])
    while low < high {
      let middle = (low + high) / 2
      if starts[middle] == offset { return middle }
      if starts[middle] < offset { low = middle + 1 } else { high = middle }
    }
    return nil
  }

  // MARK: Trees

  /// Reads every header and ties each delta to its base.
  func link(
    _ pack: UnsafeRawBufferPointer, _ index: PackIndex, _ failures: inout [ObjectFailure]
  ) {
    for object in 0..<count {
      let extent = starts[object]..<starts[object + 1]
      let failure: String
      if let entry = PackEntry(pack, extent, hashLength: index.format.length) {
        switch entry.form {
        case .whole(let kind):
          kinds[object] = kind.rawValue
          continue
        case .offsetDelta(let distance):
          if distance > 0, distance <= UInt64(starts[object]),
            let found = self.object(at: starts[object] - Int(distance))
          {
            base[object] = Int32(found)
            continue
          }
          failure = "it is a delta against no object of the pack"
        case .referenceDelta(let place):
          // git completes the thin packs it is sent, so the base is in the same pack.
          let id = ObjectID(pack.baseAddress! + place, index.format)
          if let position = index.position(of: id), let offset = index.offset(at: position),
            let found = self.object(at: Int(truncatingIfNeeded: offset)), found != object
          {
            base[object] = Int32(found)
            continue
          }
          failure = "it is a delta against \(id.hex(index.format)), which the pack does not hold"
        }
      } else {
        failure = "its header is broken, or two objects begin at the same byte"
      }
      base[object] = Self.broken
      failures.append(
        ObjectFailure(id: index.id(at: Int(positions[object])), reason: failure))
    }
    plantTrees()
  }

  /// Goes from the last object to the first: a base is usually before its deltas, so that a delta's weight is known
  /// when it is added to its base. For a reference delta after its base the weight is too small, which costs memory
  /// for a waiting base but changes no result.
  private func plantTrees() {
    for object in (0..<count).reversed() where base[object] >= 0 {
      let parent = Int(base[object])
      weight[parent] &+= weight[object]
      let rival = heavy[parent]
      if rival == Self.none {
        heavy[parent] = Int32(object)
      } else if weight[object] > weight[Int(rival)] {
        heavy[parent] = Int32(object)
        next[Int(rival)] = light[parent]
        light[parent] = rival
      } else {
        next[object] = light[parent]
        light[parent] = Int32(object)
      }
    }
  }

  func roots() -> [Int32] {
    var large: [Int32] = []
    var small: [Int32] = []
    for object in 0..<count where base[object] == Self.whole {
      if weight[object] > 512 { large.append(Int32(object)) } else { small.append(Int32(object)) }
    }
    large.sort { weight[Int($0)] > weight[Int($1)] }
    return large + small
  }

  /// Objects that no root leads to: deltas in a circle, or built on a broken one. One failure represents all of them,
  /// because there may be millions.
  func unreachable(from roots: [Int32], _ index: PackIndex) -> [ObjectFailure] {
    // Without reference deltas every base is before its delta, and weights add up.
    let sum = roots.reduce(0) { $0 + Int(weight[Int($1)]) }
    if sum == count { return [] }
    let seen = UnsafeMutablePointer<Bool>.allocate(capacity: count + 1)
    defer { seen.deallocate() }
    seen.initialize(repeating: false, count: count)
    var stack = roots
    while let object = stack.popLast().map(Int.init) {
      seen[object] = true
      if heavy[object] >= 0 { stack.append(heavy[object]) }
      var delta = light[object]
      while delta >= 0 {
        stack.append(delta)
        delta = next[Int(delta)]
      }
    }
    let lost = (0..<count).filter { !seen[$0] && base[$0] != Self.broken }
    guard let first = lost.first else { return [] }
    return [
      ObjectFailure(
        id: index.id(at: Int(positions[first])),
        reason: "its delta leads to no whole object, but in a circle or to a broken one",
        dependents: lost.count - 1)
    ]
  }
}
