// Memory for objects. A worker uses hundreds of thousands of buffers, so small ones are kept for the next object.

import Platform

/// Bytes taken from a pool; the taker owns them.
struct ObjectBuffer {
  fileprivate let start: UnsafeMutableRawPointer
  fileprivate let capacity: Int
  let count: Int

  @inline(__always)
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: count) }

  @inline(__always)
  var writable: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(start: start, count: count)
  }
}

/// A worker's spare buffers.
struct BufferPool: ~Copyable {
  private var spare: [ObjectBuffer] = []
  /// One that is larger, so that not every version of a large file makes the system clear new pages.
  private var largeSpare: ObjectBuffer?

  private static let longestSpare = 1 << 20
  private static let mostSpare = 32

  deinit {
    for buffer in spare { freeMemory(buffer.start) }
    if let largeSpare { freeMemory(largeSpare.start) }
  }

  /// Returns the memory of a large buffer to the system.
  mutating func dropLarge() {
    if let largeSpare { freeMemory(largeSpare.start) }
    largeSpare = nil
  }

  /// Bytes of the large buffer that nobody uses, if one of `count` bytes does not go into it.
  func unused(by count: Int) -> Int {
    guard let largeSpare, largeSpare.capacity < count || count <= Self.longestSpare else { return 0 }
    return largeSpare.count
  }

  /// A buffer of `count` bytes; nil when the system has no memory left.
  @inline(__always)
  mutating func take(_ count: Int) -> ObjectBuffer? {
    if count > Self.longestSpare {
      if let large = largeSpare, large.capacity >= count {
        largeSpare = nil
        return ObjectBuffer(start: large.start, capacity: large.capacity, count: count)
      }
      dropLarge()
    } else if let last = spare.popLast() {
      if last.capacity >= count {
        return ObjectBuffer(start: last.start, capacity: last.capacity, count: count)
      }
      freeMemory(last.start)
    }
    // Rounded up, so that a buffer that grows with a file's history is not made anew each time.
    let capacity = count + count / 4 + 4096
    guard let start = takeMemory(capacity) else { return nil }
    return ObjectBuffer(start: start, capacity: capacity, count: count)
  }

  @inline(__always)
  mutating func give(_ buffer: ObjectBuffer) {
    if buffer.capacity > Self.longestSpare {
      dropLarge()
      largeSpare = buffer
    } else if spare.count >= Self.mostSpare {
      freeMemory(buffer.start)
    } else {
      spare.append(buffer)
    }
  }
}
