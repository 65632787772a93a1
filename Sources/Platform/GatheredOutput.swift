// Buffered output with as few system calls as possible: small pieces are gathered, large ones are written from
// where they are, together with the pieces gathered before them.

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Writes pieces to a descriptor, which it does not close.
package struct GatheredOutput: ~Copyable {
  package let number: CInt
  /// Bytes written.
  package private(set) var count = 0
  private let memory: UnsafeMutableRawBufferPointer
  private var gathered = 0

  /// A piece from this size on, in bytes, is not copied.
  private static let large = 16 * 1024

  package init(descriptor number: CInt) {
    self.number = number
    memory = .allocate(byteCount: 2 * Self.large, alignment: 64)
  }

  deinit { memory.deallocate() }

  /// Adds a piece. It is written at the next `flush` at the latest.
  @inline(__always)
  package mutating func append(_ piece: UnsafeRawBufferPointer) throws(SystemError) {
    if piece.count < Self.large && gathered + piece.count <= memory.count {
      if let start = piece.baseAddress {
        (memory.baseAddress! + gathered).copyMemory(from: start, byteCount: piece.count)
        gathered += piece.count
      }
    } else {
      try write(piece)
    }
  }

  /// Writes all that has been added.
  package mutating func flush() throws(SystemError) {
    if gathered > 0 { try write(UnsafeRawBufferPointer(start: nil, count: 0)) }
  }

  /// Writes what is gathered, then `piece`.
  private mutating func write(_ piece: UnsafeRawBufferPointer) throws(SystemError) {
    var rest = piece
    var from = 0
    while from < gathered && !rest.isEmpty {
      var parts = [
        iovec(iov_base: memory.baseAddress! + from, iov_len: gathered - from),
        iovec(iov_base: UnsafeMutableRawPointer(mutating: rest.baseAddress), iov_len: rest.count),
      ]
      let written = try waiting(for: POLLOUT, on: number) { writev(number, &parts, 2) }
      count += written
      let ofRest = max(0, written - (gathered - from))
      from = min(gathered, from + written)
      rest = UnsafeRawBufferPointer(rebasing: rest[ofRest...])
    }
    if from < gathered { rest = UnsafeRawBufferPointer(rebasing: memory[from..<gathered]) }
    count += rest.count
    gathered = 0
    try writeAll(rest, to: number)
  }
}
