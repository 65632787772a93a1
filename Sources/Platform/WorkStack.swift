// Work shared by a few threads: one last-in-first-out stack, so that a tree is walked depth first
// and the stack stays short. A worker that takes an item may push more; the work is over when the
// stack is empty and no worker holds an item.

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A stack of work for threads.
///
/// `@unchecked Sendable`: every access to `items` and `held` is made under `lock`.
package final class WorkStack<Item: Sendable>: @unchecked Sendable {
  private var items: [Item] = []
  private var held = 0
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  package init(_ items: [Item]) {
    self.items = items.reversed()
    pthread_mutex_init(lock, nil)
    pthread_cond_init(changed, nil)
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(lock)
    changed.deallocate()
    lock.deallocate()
  }

  package var count: Int {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    return items.count
  }

  /// Adds work; called by a worker that holds an item.
  package func push(_ more: [Item]) {
    pthread_mutex_lock(lock)
    items.append(contentsOf: more)
    pthread_mutex_unlock(lock)
    pthread_cond_broadcast(changed)
  }

  /// The next item, waiting for it; nil when all work is done. The caller calls `done()` when it has finished it.
  package func pop() -> Item? {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    while items.isEmpty {
      if held == 0 { return nil }
      pthread_cond_wait(changed, lock)
    }
    held += 1
    return items.removeLast()
  }

  package func done() {
    pthread_mutex_lock(lock)
    held -= 1
    let over = held == 0 && items.isEmpty
    pthread_mutex_unlock(lock)
    if over { pthread_cond_broadcast(changed) }
  }

  /// Waits until all work is done, or for `seconds`.
  ///
  /// - Returns: whether all work is done.
  package func waitUntilDone(seconds: Double) -> Bool {
    var until = timespec()
    clock_gettime(CLOCK_REALTIME, &until)
    let nanoseconds = until.tv_nsec + Int(seconds * 1e9)
    until.tv_sec += nanoseconds / 1_000_000_000
    until.tv_nsec = nanoseconds % 1_000_000_000
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    while held > 0 || !items.isEmpty {
      if pthread_cond_timedwait(changed, lock, &until) != 0 { return held == 0 && items.isEmpty }
    }
    return true
  }
}
