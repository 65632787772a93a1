// Reading a file at a place, without moving its offset, which other readers of it share.
// Source: pread(2).

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Reads until the buffer is full or the file ends.
///
/// - Returns: bytes read.
package func readAt(
  _ offset: Int, _ number: CInt, into buffer: UnsafeMutableRawBufferPointer
) throws(SystemError) -> Int {
  var filled = 0
  while filled < buffer.count {
    let count = try retrying("pread") {
      pread(number, buffer.baseAddress! + filled, buffer.count - filled, off_t(offset + filled))
    }
    if count == 0 { break }
    filled += count
  }
  return filled
}

/// Where an offset counts from, as lseek(2) numbers it.
package enum OffsetOrigin {
  case start, position, end

  package init?(_ whence: CInt) {
    switch whence {
    case SEEK_SET: self = .start
    case SEEK_CUR: self = .position
    case SEEK_END: self = .end
    default: return nil
    }
  }
}

/// The size of an open file.
package func sizeOfFile(_ number: CInt) throws(SystemError) -> Int {
  var status = stat()
  try retrying("fstat") { fstat(number, &status) }
  return Int(status.st_size)
}
