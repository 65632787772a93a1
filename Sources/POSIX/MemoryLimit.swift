// What memory the process has, and a bound on what a library may allocate in one call, for formats in which a
// few bytes can ask for all there is: the call fails then as it would on a small machine.
// Sources: setrlimit(2), proc(5).

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
      guard let used = memoryUse()?.data, getrlimit(__rlimit_resource_t(RLIMIT_DATA.rawValue), &limit) == 0 else {
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

/// Bytes of memory that the process has to itself, without files that are mapped; nil where the system does
/// not tell.
public func ownMemory() -> Int? {
  #if canImport(Darwin)
    return nil
  #else
    return memoryUse().map { $0.resident - $0.shared }
  #endif
}

#if !canImport(Darwin)
  /// Bytes: what is in memory, what of it files and others have too, and what counts against the limit.
  private func memoryUse() -> (resident: Int, shared: Int, data: Int)? {
    guard let text = try? readWhole("/proc/self/statm", limit: 4096) else { return nil }
    let pages = text.split(separator: UInt8(ascii: " ")).compactMap { Int(String(decoding: $0, as: UTF8.self)) }
    if pages.count < 6 { return nil }
    let size = sysconf(Int32(_SC_PAGESIZE))
    return (pages[1] * size, pages[2] * size, pages[5] * size)
  }
#endif
