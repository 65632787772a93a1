// A pack's index: which objects the pack holds and where each begins. Nothing in it is trusted.
// Source: gitformat-pack(5), "Version 2 pack-*.idx files".

import Platform

/// A version 2 index, mapped.
///
/// `@unchecked Sendable`: the pointers lead into `file`, which is never written to.
final class PackIndex: @unchecked Sendable {
  let format: ObjectFormat
  let count: Int
  private let file: MappedFile
  private let fanout: UnsafeRawPointer
  private let names: UnsafeRawPointer
  private let offsets: UnsafeRawPointer
  private let largeOffsets: UnsafeRawPointer
  private let largeCount: Int
  private let packChecksum: UnsafeRawBufferPointer

  private static let fanoutStart = 8
  private static let namesStart = 8 + 256 * 4

  /// - Throws: `StoreError` when the tables do not fit the file.
  init(_ file: MappedFile, format: ObjectFormat) throws(StoreError) {
    let bytes = file.bytes
    guard bytes.count >= Self.namesStart + 2 * format.length, let start = bytes.baseAddress else {
      throw StoreError("the index is cut short")
    }
    guard bytes.starts(with: [0xFF, 0x74, 0x4F, 0x63]) else {
      throw StoreError("the index is none, or of version 1; `git repack -ad` writes a newer one")
    }
    let version = bigEndian32(start + 4)
    guard version == 2 else { throw StoreError("the index is of version \(version), not 2") }
    let count = Int(bigEndian32(start + Self.fanoutStart + 255 * 4))
    var previous: UInt32 = 0
    for byte in 0..<256 {
      let value = bigEndian32(start + Self.fanoutStart + byte * 4)
      guard value >= previous else { throw StoreError("the index's fan-out table is not in order") }
      previous = value
    }
    // Names, CRC-32 values and offsets; then large offsets, as many as there is room for.
    let fixed = Self.namesStart + count * (format.length + 8)
    let large = bytes.count - fixed - 2 * format.length
    guard large >= 0, large % 8 == 0, large / 8 <= count else {
      throw StoreError("the index's size does not fit its \(count) objects")
    }
    self.file = file
    self.format = format
    self.count = count
    fanout = start + Self.fanoutStart
    names = start + Self.namesStart
    offsets = names + count * (format.length + 4)
    largeOffsets = offsets + count * 4
    largeCount = large / 8
    let trailer = bytes.count - 2 * format.length
    packChecksum = UnsafeRawBufferPointer(rebasing: bytes[trailer..<(trailer + format.length)])
    guard isInOrder else { throw StoreError("the index's IDs are not in order") }
  }

  /// Whether the IDs ascend and the fan-out table matches them. Otherwise a walk would find objects that a look-up does
  /// not.
  private var isInOrder: Bool {
    var previous = ObjectID.zero
    var position = 0
    for byte in 0..<256 {
      let end = Int(bigEndian32(fanout + byte * 4))
      while position < end {
        let id = id(at: position)
        if id < previous || Int(id.words[0] >> 56) != byte { return false }
        previous = id
        position += 1
      }
    }
    return true
  }

  /// Whether this index says it is the index of a pack that ends with `trailer`.
  func belongs(to trailer: UnsafeRawBufferPointer) -> Bool { packChecksum.elementsEqual(trailer) }

  var wasCutShort: Bool { file.wasCutShort }

  /// - Parameter position: in the order of IDs, below `count`.
  func id(at position: Int) -> ObjectID { ObjectID(names + position * format.length, format) }

  /// Where the object at `position` begins in the pack, in bytes; nil when the index points outside
  /// of its own table. May be any number.
  @inline(__always)
  func offset(at position: Int) -> UInt64? {
    let value = bigEndian32(offsets + position * 4)
    if value & 0x8000_0000 == 0 { return UInt64(value) }
    let index = Int(value & 0x7FFF_FFFF)
    guard index < largeCount else { return nil }
    return UInt64(bigEndian: largeOffsets.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
  }

  /// The position of `id`; nil when the pack does not hold it.
  func position(of id: ObjectID) -> Int? {
    let first = Int(id.words[0] >> 56)
    var low = first == 0 ? 0 : Int(bigEndian32(fanout + (first - 1) * 4))
    var high = Int(bigEndian32(fanout + first * 4))
    while low < high {
      let middle = (low + high) / 2
      let other = self.id(at: middle)
      if other == id { return middle }
      if other < id { low = middle + 1 } else { high = middle }
    }
    return nil
  }
}

@inline(__always)
package func bigEndian32(_ start: UnsafeRawPointer) -> UInt32 {
  UInt32(bigEndian: start.loadUnaligned(as: UInt32.self))
}
