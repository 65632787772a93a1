// What this process changes about itself as it starts, and what its caller had set: programs that it runs for the
// caller get that back.

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

import CPlatform

/// The limits and signals that the caller started this process with.
package struct CallerState: Sendable {
  private let ignoresBrokenPipes: Bool
  private let coreLimit: rlim_t?

  /// Keeps keys in this process's memory out of core dumps and crash reports and away from debuggers, and makes
  /// writing to a pipe without a reader an error, so that nothing is left half done because nobody reads the
  /// messages about it. Lets this process learn how its children end, also if the caller ignores that.
  package static func takeOver() -> CallerState {
    let ignoresBrokenPipes = isIgnored(SIGPIPE)
    signal(SIGPIPE, SIG_IGN)
    signal(SIGCHLD, SIG_DFL)
    // Swift's runtime may have set handlers that print what registers point to.
    for crash in [SIGQUIT, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP] where !isIgnored(crash) {
      signal(crash, SIG_DFL)
    }
    cposix_deny_dumps()
    return CallerState(ignoresBrokenPipes: ignoresBrokenPipes, coreLimit: setCoreLimit(0))
  }

  /// What this process ignores and the caller did not, so that programs it runs for the caller must not either.
  package var signalsToDefault: [CInt] { ignoresBrokenPipes ? [] : [SIGPIPE] }

  /// Calls `body`, which starts a program, with the limits that the caller had set. On Linux the process itself
  /// dumps no core meanwhile, whatever its limit.
  package func restored<Result, Failure: Error>(
    during body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    if let coreLimit { setCoreLimit(coreLimit) }
    defer { if coreLimit != nil { setCoreLimit(0) } }
    return try body()
  }
}

/// Sets the soft limit alone, which may be raised again.
///
/// - Returns: the limit before; nil when nothing was changed.
@discardableResult
private func setCoreLimit(_ size: rlim_t) -> rlim_t? {
  #if canImport(Darwin)
    let resource = RLIMIT_CORE
  #else
    let resource = __rlimit_resource_t(RLIMIT_CORE.rawValue)
  #endif
  var limit = rlimit()
  guard getrlimit(resource, &limit) == 0 else { return nil }
  let before = limit.rlim_cur
  limit.rlim_cur = size
  return setrlimit(resource, &limit) == 0 ? before : nil
}
