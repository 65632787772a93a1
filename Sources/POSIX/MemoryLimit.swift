// A bound on what a library may allocate in one call, for formats in which a few bytes can ask for all
// memory there is: the call fails then as it would on a small machine. Sources: setrlimit(2), proc(5).

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

import Synchronization

private let turn = Mutex(())

/// Runs `body` while the process as a whole can get no more than `bytes` of memory beyond what it has. Not
/// where the system does not tell how much that is.
public func withMemoryLimit<Result>(_ bytes: Int, _ body: () -> Result) -> Result {
  #if canImport(Darwin)
    return body()
  #else
    return turn.withLock { _ in
      var limit = rlimit()
      guard let used = dataBytes(), getrlimit(__rlimit_resource_t(RLIMIT_DATA.rawValue), &limit) == 0 else {
        return body()
      }
      let before = limit.rlim_cur
      limit.rlim_cur = min(before, rlim_t(used + bytes))
      setrlimit(__rlimit_resource_t(RLIMIT_DATA.rawValue), &limit)
      defer {
        limit.rlim_cur = before
        setrlimit(__rlimit_resource_t(RLIMIT_DATA.rawValue), &limit)
      }
      return body()
    }
  #endif
}

#if !canImport(Darwin)
  /// Bytes that count against the limit: the sixth number of `statm`, in pages.
  private func dataBytes() -> Int? {
    guard let text = try? readWhole("/proc/self/statm", limit: 4096) else { return nil }
    let fields = text.split(separator: UInt8(ascii: " "))
    guard fields.count > 5, let pages = Int(String(decoding: fields[5], as: UTF8.self)) else { return nil }
    return pages * sysconf(Int32(_SC_PAGESIZE))
  }
#endif
