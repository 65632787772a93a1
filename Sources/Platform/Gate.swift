// A mutex that may be held across calls, which the closures of `Mutex` do not allow.

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

  /// Locks the mutex. The same thread has to unlock it.
  package func enter() { pthread_mutex_lock(lock) }
  package func leave() { pthread_mutex_unlock(lock) }
}
