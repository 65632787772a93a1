// A door that one thread at a time goes through and may stay behind for long, across calls, which
// the closures of a Mutex do not allow.

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// `@unchecked Sendable`: the one stored pointer leads to a lock.
package final class Gate: @unchecked Sendable {
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

  package init() { pthread_mutex_init(lock, nil) }

  deinit {
    pthread_mutex_destroy(lock)
    lock.deallocate()
  }

  /// Waits until nobody else is behind the gate. The same thread leaves that entered.
  package func enter() { pthread_mutex_lock(lock) }
  package func leave() { pthread_mutex_unlock(lock) }
}
