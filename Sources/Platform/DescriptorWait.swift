// Waiting for several descriptors at once.

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A descriptor to wait for. A wait notes whether it is ready.
package struct AwaitedDescriptor {
  fileprivate var entry: pollfd

  /// - Parameter number: nil for one that never gets ready.
  package static func toRead(_ number: CInt?) -> AwaitedDescriptor { AwaitedDescriptor(number, POLLIN) }
  package static func toWrite(_ number: CInt?) -> AwaitedDescriptor { AwaitedDescriptor(number, POLLOUT) }

  private init(_ number: CInt?, _ event: CInt) {
    entry = pollfd(fd: number ?? -1, events: Int16(event), revents: 0)
  }

  /// Whether reading or writing would not wait, be it because it would fail or the other end is gone.
  package var isReady: Bool { entry.revents != 0 }
}

/// Waits until one of `descriptors` is ready.
///
/// - Parameter milliseconds: to wait at most; nil for ever.
/// - Returns: false when that time is over.
@discardableResult
package func waitUntilReady(
  _ descriptors: inout [AwaitedDescriptor], milliseconds: Int? = nil
) throws(SystemError) -> Bool {
  var entries = descriptors.map(\.entry)
  let ready = try retrying("poll") { poll(&entries, nfds_t(entries.count), CInt(milliseconds ?? -1)) }
  for index in entries.indices { descriptors[index].entry = entries[index] }
  return ready > 0
}
