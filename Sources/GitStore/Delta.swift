// Makes an object from its base and a delta. Every number in a delta is checked: it may claim a result of 2^40
// bytes, or copy from beyond its base.
// Source: gitformat-pack(5), "Deltified representation".

/// The two sizes a delta begins with, in bytes, and where its instructions begin.
struct DeltaHeader {
  let baseSize: Int
  let resultSize: Int
  let instructions: Int

  /// nil when the delta is cut short or a size has more than 62 bits.
  @inline(__always)
  init?(_ delta: UnsafeRawBufferPointer) {
    var at = 0
    guard let base = Self.size(delta, &at), let result = Self.size(delta, &at) else { return nil }
    baseSize = base
    resultSize = result
    instructions = at
  }

  /// Seven bits a byte, the lowest first; the top bit says that more follow.
  @inline(__always)
  private static func size(_ delta: UnsafeRawBufferPointer, _ at: inout Int) -> Int? {
    var value = 0
    var shift = 0
    while at < delta.count && shift <= 56 {
      let byte = delta[at]
      at += 1
      value |= Int(byte & 0x7F) << shift
      if byte & 0x80 == 0 { return value }
      shift += 7
    }
    return nil
  }
}

/// Follows the instructions of a delta.
///
/// - Parameters:
///   - instructions: the delta without its header.
///   - result: as many bytes as the header says.
/// - Returns: whether the instructions stay within `base` and fill `result`.
func applyDelta(
  _ instructions: UnsafeRawBufferPointer, base: UnsafeRawBufferPointer,
  into result: UnsafeMutableRawBufferPointer
) -> Bool {
  guard var at = instructions.baseAddress else { return result.count == 0 }
  let end = at + instructions.count
  let from = base.baseAddress
  let baseCount = base.count
  guard var to = result.baseAddress else { return false }
  var room = result.count
  while at < end {
    let operation = at.load(as: UInt8.self)
    at += 1
    if operation & 0x80 != 0 {
      // Copy from the base: the low bits say which bytes of offset and size are present.
      guard end - at >= (operation & 0x7F).nonzeroBitCount else { return false }
      var offset = 0
      var size = 0
      if operation & 0x01 != 0 { offset = Int(at.load(as: UInt8.self)); at += 1 }
      if operation & 0x02 != 0 { offset |= Int(at.load(as: UInt8.self)) << 8; at += 1 }
      if operation & 0x04 != 0 { offset |= Int(at.load(as: UInt8.self)) << 16; at += 1 }
      if operation & 0x08 != 0 { offset |= Int(at.load(as: UInt8.self)) << 24; at += 1 }
      if operation & 0x10 != 0 { size = Int(at.load(as: UInt8.self)); at += 1 }
      if operation & 0x20 != 0 { size |= Int(at.load(as: UInt8.self)) << 8; at += 1 }
      if operation & 0x40 != 0 { size |= Int(at.load(as: UInt8.self)) << 16; at += 1 }
      if size == 0 { size = 0x10000 }
      guard offset + size <= baseCount, size <= room, let from else { return false }
      to.copyMemory(from: from + offset, byteCount: size)
      to += size
      room -= size
    } else {
      // Bytes that follow in the delta. No byte is zero: that instruction is reserved.
      let size = Int(operation)
      guard size != 0, end - at >= size, size <= room else { return false }
      to.copyMemory(from: at, byteCount: size)
      at += size
      to += size
      room -= size
    }
  }
  return room == 0
}
