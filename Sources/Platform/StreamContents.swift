// All of a stream, in memory that grows without being copied. Source: mmap(2), madvise(2).

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// What a stream holds from here to its end.
package final class StreamContents {
  private let memory: UnsafeMutableRawBufferPointer
  private var count = 0

  /// From here on the kernel may use large pages: one fault for 2 MiB in place of 512. A short stream would only
  /// pay for clearing them.
  private static let hugeFrom = 2 << 20

  /// Reads a descriptor to its end.
  ///
  /// - Throws: `SystemError`; `SystemError.tooLarge` when there are more than `limit` bytes.
  package init(of number: CInt, limit: Int) throws(SystemError) {
    // Address space alone: a page becomes memory when it is written to.
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
    guard let start = mmap(nil, limit + Self.hugeFrom, PROT_READ | PROT_WRITE, flags, -1, 0), start != MAP_FAILED
    else { throw SystemError("mmap") }
    memory = UnsafeMutableRawBufferPointer(start: start, count: limit + Self.hugeFrom)
    #if !canImport(Darwin)
      madvise(start + Self.hugeFrom, limit, MADV_HUGEPAGE)
    #endif
    while true {
      let space = UnsafeMutableRawBufferPointer(rebasing: memory[count...].prefix(Self.hugeFrom))
      let read = try readWaiting(number, into: space)
      if read == 0 { return }
      count += read
      if count > limit { throw SystemError("read", SystemError.tooLarge) }
    }
  }

  deinit { munmap(memory.baseAddress!, memory.count) }

  /// Valid as long as the contents are.
  package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[..<count]) }
}
