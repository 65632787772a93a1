// Memory that may not be there, and the C library's search in it.

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Memory for `count` bytes; nil if there is none. `freeMemory` gives it back.
package func takeMemory(_ count: Int) -> UnsafeMutableRawPointer? { malloc(count) }

package func freeMemory(_ start: UnsafeMutableRawPointer) { free(start) }

/// The first zero of `count` bytes.
package func firstZero(at start: UnsafeRawPointer, count: Int) -> UnsafeRawPointer? {
  memchr(start, 0, count).map { UnsafeRawPointer($0) }
}
