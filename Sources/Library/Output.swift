// Bytes for the caller, in memory that can run out: then the call fails, and the host goes on.

import CHopxguard

/// Bytes that grow at their end and stay where they are until the next call.
struct Output: ~Copyable {
  private(set) var memory: UnsafeMutableRawPointer?
  private(set) var count = 0
  private var capacity = 0
  /// Something was left out, for want of memory.
  private(set) var hasFailed = false

  /// More is not kept from one call to the next.
  private static let keptBytes = 1 << 20

  deinit { chopxguard_release(memory) }

  mutating func removeAll() {
    count = 0
    hasFailed = false
    if capacity <= Self.keptBytes { return }
    chopxguard_release(memory)
    memory = nil
    capacity = 0
  }

  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress, !bytes.isEmpty, makeRoom(for: bytes.count) else { return }
    (memory! + count).copyMemory(from: source, byteCount: bytes.count)
    count += bytes.count
  }

  mutating func append<Value: BitwiseCopyable>(_ value: Value) {
    withUnsafeBytes(of: value) { append($0) }
  }

  /// Appends a text and a zero.
  mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    append(0 as UInt8)
  }

  /// Makes room for so many more bytes.
  mutating func makeRoom(for more: Int) -> Bool {
    if hasFailed { return false }
    if more <= capacity - count { return true }
    let wanted = max(count + more, 2 * capacity, 256)
    guard let larger = chopxguard_resize(memory, wanted) else {
      hasFailed = true
      return false
    }
    memory = larger
    capacity = wanted
    return true
  }
}
