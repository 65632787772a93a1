// The system's clocks.

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Seconds on a clock that never goes back.
package func monotonicSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// Seconds since 1970, UTC.
package func secondsSince1970() -> Int { time(nil) }

/// Lets this thread wait.
package func wait(seconds: Double) {
  if seconds <= 0 { return }
  var rest = timespec(tv_sec: Int(seconds), tv_nsec: Int((seconds - seconds.rounded(.down)) * 1e9))
  var left = timespec()
  while nanosleep(&rest, &left) == -1 && errno == EINTR { rest = left }
}
