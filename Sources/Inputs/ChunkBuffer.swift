// A buffer that slides over an input: filled at its end, emptied from its start. Each worker reuses one for all its
// inputs.

/// A part of an input in memory.
package struct ChunkBuffer: ~Copyable {
  private let memory: UnsafeMutableRawBufferPointer
  private var filled = 0
  /// Bytes of the input before this buffer.
  package private(set) var offset = 0
  /// The input ends where the buffer ends.
  package private(set) var isLast = false

  /// - Parameter capacity: bytes; small enough to stay in a core's cache.
  package init(capacity: Int) {
    memory = .allocate(byteCount: capacity, alignment: 64)
  }

  deinit { memory.deallocate() }

  /// What has been read and not dropped.
  package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[..<filled]) }

  package var isFull: Bool { filled == memory.count }

  /// Begins another input.
  package mutating func reset() {
    filled = 0
    offset = 0
    isLast = false
  }

  /// Drops the first `count` bytes.
  package mutating func drop(_ count: Int) {
    guard count > 0 else { return }
    let rest = filled - count
    if rest > 0 { memory.baseAddress!.copyMemory(from: memory.baseAddress! + count, byteCount: rest) }
    filled = rest
    offset += count
  }

  /// Treats the input as ended, because the rest cannot be read.
  package mutating func close() { isLast = true }

  /// Reads once.
  package mutating func fill(from source: inout some ByteSource & ~Copyable) throws(InputError) {
    precondition(!isFull, "a buffer that nothing was dropped from")
    let count = try source.read(into: UnsafeMutableRawBufferPointer(rebasing: memory[filled...]))
    filled += count
    if count == 0 { isLast = true }
  }
}
