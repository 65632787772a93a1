// What memory the process has, and may have. Sources: setrlimit(2), proc(5).

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Lets this process have `bytes` of memory of its own; then its allocations fail. Where the system does not
/// count that, nothing is limited.
package func limitOwnMemory(to bytes: Int) {
  #if !canImport(Darwin)
    let resource = __rlimit_resource_t(RLIMIT_DATA.rawValue)
    var limit = rlimit()
    guard getrlimit(resource, &limit) == 0 else { return }
    limit.rlim_cur = min(limit.rlim_cur, rlim_t(bytes))
    setrlimit(resource, &limit)
  #endif
}

/// Bytes of private memory of the process, without mapped files; nil if the system does not report it.
package func ownMemory() -> Int? {
  #if canImport(Darwin)
    return nil
  #else
    guard let text = try? readWhole("/proc/self/statm", limit: 4096) else { return nil }
    let pages = text.split(separator: UInt8(ascii: " ")).compactMap { Int(String(decoding: $0, as: UTF8.self)) }
    return pages.count > 2 ? (pages[1] - pages[2]) * sysconf(Int32(_SC_PAGESIZE)) : nil
  #endif
}
