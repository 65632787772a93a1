// Strings that lie side by side, as in an Arrow array: all are looked at in one pass, and only those in which something
// could be found are redacted, each on its own.

import CHopxguard
import Detection

extension Context {
  /// Redacts the strings of `values`, of which number `i` is `offsets[i]..<offsets[i + 1]`, into `text`, and puts their
  /// offsets into `table`. Both are empty when nothing changes.
  func redact<Offset: FixedWidthInteger & BitwiseCopyable>(
    _ values: UnsafePointer<UInt8>?, _ offsets: UnsafePointer<Offset>, count: Int
  ) throws(Failure) {
    text.removeAll()
    table.removeAll()
    for index in 0..<count where offsets[index + 1] < offsets[index] {
      throw .badArgument("offset \(index + 1) is below the one before it")
    }
    let first = Int(offsets[0])
    let length = Int(offsets[count]) - first
    guard first >= 0, values != nil || length == 0 else {
      throw .badArgument("an offset is negative, or values is null")
    }
    if length == 0 { return }
    try Self.checkMemory(for: length)
    let bytes = UnsafeRawBufferPointer(start: values! + first, count: length)

    // Values up to here, and offsets up to that number, are in the result.
    var copied = 0
    var listed = 0
    var shift = 0
    func list(to end: Int) {
      guard table.makeRoom(for: (count + 1 - listed) * MemoryLayout<Offset>.size) else { return }
      while listed < end {
        table.append(Offset(truncatingIfNeeded: Int(offsets[listed]) - first + shift))
        listed += 1
      }
    }
    quickLook.suspects(in: bytes, count: count, end: { Int(offsets[$0 + 1]) - first }) { index in
      let range = (Int(offsets[index]) - first)..<(Int(offsets[index + 1]) - first)
      let string = UnsafeRawBufferPointer(rebasing: bytes[range])
      let earlier = UnsafeRawBufferPointer(rebasing: bytes[copied..<range.lowerBound])
      guard redact(string, after: earlier, into: &text) else { return }
      list(to: index + 1)
      copied = range.upperBound
      shift = text.count - copied
    }
    if listed == 0 { return }
    text.append(UnsafeRawBufferPointer(rebasing: bytes[copied...]))
    list(to: count + 1)
    if text.hasFailed || table.hasFailed { throw .noMemory }
    if text.count > Int(Offset.max) {
      throw Failure(status: Int32(HOPXGUARD_TOO_LARGE), message: "the redacted strings do not fit their offsets")
    }
  }
}
