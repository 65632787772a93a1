// The header in front of every object in a pack.
// Source: gitformat-pack(5), "pack-*.pack files have the following format".

/// What the header of a packed object says.
struct PackEntry {
  enum Form {
    case whole(ObjectKind)
    /// A delta against the object that begins this many bytes before.
    case offsetDelta(UInt64)
    /// A delta against the object with the ID that begins at this byte of the pack.
    case referenceDelta(Int)
  }

  let form: Form
  /// Of the data once it is inflated: the object, or the delta.
  let size: Int
  /// Where the zlib data begins, in bytes from the start of the pack.
  let data: Int

  /// Reads the header at `start`.
  ///
  /// - Parameters:
  ///   - pack: the whole pack.
  ///   - extent: bytes of the entry, within the pack.
  /// - Returns: nil when it is cut short, of an unknown type, or of a size that so few bytes cannot make.
  @inline(__always)
  init?(_ pack: UnsafeRawBufferPointer, _ extent: Range<Int>, hashLength: Int) {
    var at = extent.lowerBound
    let end = extent.upperBound
    guard at < end else { return nil }
    var byte = pack[at]
    at += 1
    let type = (byte >> 4) & 7
    var size = Int(byte & 15)
    var shift = 4
    while byte & 0x80 != 0 {
      guard at < end, shift <= 53 else { return nil }
      byte = pack[at]
      at += 1
      size |= Int(byte & 0x7F) << shift
      shift += 7
    }
    switch type {
    case 1...4: form = .whole(ObjectKind(rawValue: type)!)
    case 6:
      // Big-endian, seven bits a byte, one added at each byte that has a successor.
      guard at < end else { return nil }
      byte = pack[at]
      at += 1
      var distance = UInt64(byte & 0x7F)
      while byte & 0x80 != 0 {
        guard at < end, distance < 1 << 55 else { return nil }
        byte = pack[at]
        at += 1
        distance = (distance + 1) << 7 | UInt64(byte & 0x7F)
      }
      form = .offsetDelta(distance)
    case 7:
      guard end - at >= hashLength else { return nil }
      form = .referenceDelta(at)
      at += hashLength
    default: return nil
    }
    guard size / Inflater.greatestRatio <= end - at else { return nil }
    self.size = size
    data = at
  }
}
