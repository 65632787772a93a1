// zlib data (RFC 1950) back into bytes: at once where all of it fits in memory, else piece by piece.
// Both check the Adler-32 at the end of the data.

import CDeflate
import CZlib

/// A worker's decompressor for data whose size is known and fits in memory.
struct Inflater: ~Copyable {
  private let decompressor: OpaquePointer

  /// No zlib data inflates to more than this many times its size (zlib's technical details: 1032).
  static let greatestRatio = 1040

  init() {
    guard let decompressor = libdeflate_alloc_decompressor() else { fatalError("out of memory") }
    self.decompressor = decompressor
  }

  deinit { libdeflate_free_decompressor(decompressor) }

  /// Fills `result` to its last byte.
  ///
  /// - Returns: bytes of `data` that were used; nil when the data is broken or of another size.
  @inline(__always)
  borrowing func inflate(_ data: UnsafeRawBufferPointer, into result: UnsafeMutableRawBufferPointer)
    -> Int?
  {
    var used = 0
    var made = 0
    let code = libdeflate_zlib_decompress_ex(
      decompressor, data.baseAddress, data.count, result.baseAddress, result.count, &used, &made)
    return code == LIBDEFLATE_SUCCESS && made == result.count ? used : nil
  }

  /// Inflates data of unknown size.
  ///
  /// - Returns: bytes of `data` that were used, and bytes made; nil when the data is broken, or makes more
  ///   than `result` takes.
  borrowing func inflate(_ data: UnsafeRawBufferPointer, atMost result: UnsafeMutableRawBufferPointer)
    -> (used: Int, made: Int)?
  {
    var used = 0
    var made = 0
    let code = libdeflate_zlib_decompress_ex(
      decompressor, data.baseAddress, data.count, result.baseAddress, result.count, &used, &made)
    return code == LIBDEFLATE_SUCCESS ? (used, made) : nil
  }
}

/// An object too large for memory, inflated as it is read.
package struct ObjectStream: ~Copyable {
  private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
  private var rest: UnsafeRawBufferPointer
  private var isOver = false
  /// Bytes that are still to come.
  private var expected: Int

  /// - Parameters:
  ///   - data: has to stay where it is.
  ///   - size: of the object, in bytes.
  init(_ data: UnsafeRawBufferPointer, size: Int) {
    stream.initialize(to: z_stream())
    czlib_inflate_init(stream)
    rest = data
    expected = size
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Puts at most `buffer.count` bytes at the start of `buffer`.
  ///
  /// - Returns: how many; 0 at the end.
  /// - Throws: `StoreError` if the data is broken, truncated, or not of the announced size.
  package mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(StoreError) -> Int {
    if isOver || buffer.isEmpty { return 0 }
    let room = min(buffer.count, 1 << 30)
    stream.pointee.next_out = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_out = UInt32(room)
    while !isOver && stream.pointee.avail_out == room {
      let given = min(rest.count, 1 << 30)
      stream.pointee.next_in = UnsafeMutablePointer(
        mutating: rest.baseAddress?.assumingMemoryBound(to: UInt8.self))
      stream.pointee.avail_in = UInt32(given)
      let code = CZlib.inflate(stream, Z_NO_FLUSH)
      let used = given - Int(stream.pointee.avail_in)
      rest = UnsafeRawBufferPointer(rebasing: rest[used...])
      if code == Z_STREAM_END {
        isOver = true
      } else if code != Z_OK {
        throw StoreError("its compressed data is broken or cut short")
      }
    }
    let made = room - Int(stream.pointee.avail_out)
    expected -= made
    guard expected >= 0, !isOver || expected == 0 else {
      throw StoreError("its size is not what its header says")
    }
    if isOver && !rest.isEmpty {
      throw StoreError("\(rest.count) bytes follow its compressed data, and were not read as an object")
    }
    return made
  }

  /// Drops bytes in front of the object: the header of a loose one.
  mutating func skip(_ count: Int) throws(StoreError) {
    let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 1)
    defer { scratch.deallocate() }
    var left = count
    while left > 0 {
      let made = try read(into: UnsafeMutableRawBufferPointer(rebasing: scratch[..<left]))
      if made == 0 { throw StoreError("its compressed data is cut short") }
      left -= made
    }
  }
}
