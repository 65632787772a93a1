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
