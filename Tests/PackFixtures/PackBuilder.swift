// Packs and indexes byte by byte, so that any number in them can be a lie. What git would refuse to
// write is what the reader has to survive.

import CZlib

/// One object of a pack: its header, its zlib data, its place in the index.
public struct PackedObject: Sendable {
  public enum Base: Sendable {
    case none
    /// Bytes back to the base.
    case distance(Int)
    /// The base's ID.
    case id([UInt8])
  }

  /// 1 to 4 for whole objects, 6 and 7 for deltas; others do not exist.
  public var type: Int
  public var base: Base = .none
  /// What is deflated: the object, or a delta.
  public var content: [UInt8]
  /// The size that the header says; nil for the truth.
  public var toldSize: Int?
  /// Appended to the zlib data.
  public var trailing: [UInt8] = []
  /// The ID in the index; nil for one made of the object's number.
  public var id: [UInt8]?
  /// Where the index says that the object begins; nil for the truth.
  public var toldOffset: UInt64?

  public init(type: Int, content: [UInt8]) {
    self.type = type
    self.content = content
  }
}

public struct BuiltPack: Sendable {
  public var pack: [UInt8]
  public var index: [UInt8]
  /// Where each object begins.
  public var offsets: [Int]
}

/// A pack and its version 2 index, SHA-1 sized. Checksums are zeros, which the reader compares and
/// does not compute.
public func buildPack(_ objects: [PackedObject], isLarge: Bool = false) -> BuiltPack {
  var pack = Array("PACK".utf8) + bytes(2, 4) + bytes(UInt64(objects.count), 4)
  var offsets: [Int] = []
  for object in objects {
    offsets.append(pack.count)
    var size = object.toldSize ?? object.content.count
    var first = UInt8(object.type & 7) << 4 | UInt8(size & 15)
    size >>= 4
    while size > 0 {
      pack.append(first | 0x80)
      first = UInt8(size & 127)
      size >>= 7
    }
    pack.append(first)
    switch object.base {
    case .none: break
    case .distance(let distance): pack += offsetBytes(distance)
    case .id(let id): pack += id
    }
    pack += deflated(object.content) + object.trailing
  }
  let trailer = [UInt8](repeating: 0, count: 20)
  pack += trailer
  let entries = objects.indices.map { index in
    (id: objects[index].id ?? defaultID(index), offset: objects[index].toldOffset ?? UInt64(offsets[index]))
  }.sorted { $0.id.lexicographicallyPrecedes($1.id) }
  var index: [UInt8] = [0xFF, 0x74, 0x4F, 0x63] + bytes(2, 4)
  for byte in 0..<256 { index += bytes(UInt64(entries.count { Int($0.id[0]) <= byte }), 4) }
  for entry in entries { index += entry.id }
  for _ in entries { index += bytes(0, 4) }
  var large: [UInt8] = []
  for entry in entries {
    if isLarge || entry.offset >= 1 << 31 {
      index += bytes(UInt64(1 << 31 | large.count / 8), 4)
      large += bytes(entry.offset, 8)
    } else {
      index += bytes(entry.offset, 4)
    }
  }
  index += large + trailer + trailer
  return BuiltPack(pack: pack, index: index, offsets: offsets)
}

/// The ID that an object has unless it is given another.
public func defaultID(_ number: Int) -> [UInt8] {
  [UInt8(truncatingIfNeeded: number &* 37)] + [UInt8](repeating: 7, count: 11) + bytes(UInt64(number), 8)
}

/// The start of a delta: the sizes of base and result.
public func deltaHeader(_ base: Int, _ result: Int) -> [UInt8] { sizeBytes(base) + sizeBytes(result) }

/// The instruction that copies `size` bytes from `offset` of the base.
public func copyInstruction(_ offset: Int, _ size: Int) -> [UInt8] {
  [0xFF] + (0..<4).map { UInt8(truncatingIfNeeded: offset >> ($0 * 8)) }
    + (0..<3).map { UInt8(truncatingIfNeeded: size >> ($0 * 8)) }
}

private func bytes(_ value: UInt64, _ count: Int) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64((count - 1 - $0) * 8)) }
}

private func sizeBytes(_ value: Int) -> [UInt8] {
  var rest = value
  var result: [UInt8] = []
  repeat {
    result.append(UInt8(rest & 127) | (rest > 127 ? 0x80 : 0))
    rest >>= 7
  } while rest > 0
  return result
}

private func offsetBytes(_ value: Int) -> [UInt8] {
  var result = [UInt8(value & 127)]
  var rest = value >> 7
  while rest > 0 {
    rest -= 1
    result.insert(UInt8(rest & 127) | 0x80, at: 0)
    rest >>= 7
  }
  return result
}

public func deflated(_ content: [UInt8]) -> [UInt8] {
  var result = [UInt8](repeating: 0, count: Int(compressBound(UInt(content.count))))
  var count = uLongf(result.count)
  compress2(&result, &count, content, UInt(content.count), 1)
  return Array(result[..<Int(count)])
}
