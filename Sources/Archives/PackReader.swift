// A git pack that is met as a file, in an archive or in a bundle: its objects as git would read them, each
// whole. Deltas need the objects that they are made of, which are kept in memory for as long.
// Sources: gitformat-pack(5), gitformat-bundle(5).

internal import Inputs
internal import Platform

final class PackReader: EntrySource {
  private let feed: ArchiveFeed
  private let budget: ArchiveBudget
  private let decompressor = ZlibDecompressor(.zlib)
  private let start: Int
  private var left: Int?
  private var number = 0
  /// Objects by where they begin in the pack.
  private var objects: [Int: [UInt8]] = [:]
  private var kept = 0
  private var object: [UInt8] = []
  private var given = 0

  /// Bytes of objects that are kept.
  private static let mostKept = 256 << 20

  init(_ feed: ArchiveFeed, budget: ArchiveBudget) {
    self.feed = feed
    self.budget = budget
    start = feed.position
  }

  func next() throws(InputError) -> ArchiveEntry? {
    if left == nil {
      let head = try feed.peek(12)
      guard head.count == 12 else { throw damage("it is cut short") }
      left = Int(UInt32(bigEndian: head.loadUnaligned(fromByteOffset: 8, as: UInt32.self)))
      feed.consume(12)
    }
    guard let left, left > 0 else {
      try feed.skip(20)
      return nil
    }
    self.left = left - 1
    number += 1
    try budget.takeEntry()
    try readObject()
    return ArchiveEntry(name: Array("object \(number)".utf8), linkTarget: nil, isEncrypted: false)
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
    let count = min(buffer.count, object.count - given)
    object.withUnsafeBytes { buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[given..<(given + count)])) }
    given += count
    return count
  }

  private func readObject() throws(InputError) {
    let place = feed.position - start
    var byte = try takeByte()
    let type = byte >> 4 & 7
    var (size, shift) = (Int(byte & 15), 4)
    while byte & 0x80 != 0, shift < 60 {
      byte = try takeByte()
      size |= Int(byte & 0x7F) << shift
      shift += 7
    }
    var base: [UInt8]?
    switch type {
    case 1, 2, 3, 4: break
    case 6:
      byte = try takeByte()
      var back = Int(byte & 0x7F)
      while byte & 0x80 != 0, back < 1 << 50 {
        byte = try takeByte()
        back = (back + 1) << 7 | Int(byte & 0x7F)
      }
      guard let known = objects[place - back] else { throw damage("it refers to an object that is not in it") }
      base = known
    case 7: throw damage("it refers to objects by their IDs; clone it, and scan --history")
    default: throw damage("it is damaged")
    }
    guard size <= Self.mostKept - kept else {
      throw damage("it expands to more than \(Self.mostKept >> 20) MiB; clone it, and scan --history")
    }
    let data = try inflate(size)
    object = try base.map { (base) throws(InputError) in try apply(data, to: base) } ?? data
    given = 0
    kept += object.count
    guard kept <= Self.mostKept else {
      throw damage("it expands to more than \(Self.mostKept >> 20) MiB; clone it, and scan --history")
    }
    objects[place] = object
  }

  private func inflate(_ size: Int) throws(InputError) -> [UInt8] {
    decompressor.reset()
    var result: [UInt8] = []
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * 1024, alignment: 16)
    defer { buffer.deallocate() }
    while true {
      let input = try feed.bytes()
      let step = decompressor.run(input.isEmpty ? noBytes : input, buffer)
      feed.consume(step.consumed)
      result.append(contentsOf: buffer[..<step.produced])
      try budget.take(step.produced)
      guard result.count <= size else { throw damage("it is damaged") }
      switch step.state {
      case .ended where result.count == size: return result
      case .going where step.consumed + step.produced > 0: continue
      case .going where input.isEmpty: throw damage("it is cut short")
      default: throw damage("it is damaged")
      }
    }
  }

  private func takeByte() throws(InputError) -> UInt8 {
    guard let byte = try feed.bytes().first else { throw damage("it is cut short") }
    feed.consume(1)
    return byte
  }

  private func damage(_ reason: String) -> InputError { InputError("cannot be read to its end as git pack: \(reason)") }

  /// - Parameter delta: two lengths, then bytes to copy from the base or to insert.
  private func apply(_ delta: [UInt8], to base: [UInt8]) throws(InputError) -> [UInt8] {
    var at = 0
    func length() -> Int? {
      var (value, shift) = (0, 0)
      while at < delta.count, shift < 60 {
        let byte = delta[at]
        at += 1
        value |= Int(byte & 0x7F) << shift
        shift += 7
        if byte & 0x80 == 0 { return value }
      }
      return nil
    }
    guard length() == base.count, let size = length(), size <= Self.mostKept - kept else {
      throw damage("it is damaged")
    }
    try budget.take(size)
    var result: [UInt8] = []
    result.reserveCapacity(size)
    while at < delta.count {
      let code = delta[at]
      at += 1
      if code & 0x80 == 0 {
        guard code > 0, at + Int(code) <= delta.count else { throw damage("it is damaged") }
        result += delta[at..<(at + Int(code))]
        at += Int(code)
      } else {
        var (offset, count) = (0, 0)
        for bit in 0..<7 where code & 1 << bit != 0 {
          guard at < delta.count else { throw damage("it is damaged") }
          if bit < 4 { offset |= Int(delta[at]) << (8 * bit) } else { count |= Int(delta[at]) << (8 * (bit - 4)) }
          at += 1
        }
        if count == 0 { count = 0x10000 }
        guard offset + count <= base.count, result.count + count <= size else { throw damage("it is damaged") }
        result += base[offset..<(offset + count)]
      }
    }
    guard result.count == size else { throw damage("it is damaged") }
    return result
  }
}
