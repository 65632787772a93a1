// The progress line of a long scan, for a person who waits at a terminal.

import POSIX
import Reporting

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

struct ProgressLine {
  private let started = monotonicSeconds()
  private var isShown = false

  /// Seconds between two looks.
  static let interval = 0.1
  /// A scan that is over by then shows nothing.
  private static let patience = 0.5

  static var isWanted: Bool { isatty(STDERR_FILENO) == 1 }

  mutating func show(_ text: String) {
    guard monotonicSeconds() - started >= Self.patience else { return }
    isShown = true
    Console.say("\r\u{1B}[K\(text)")
  }

  mutating func clear() {
    if isShown { Console.say("\r\u{1B}[K") }
    isShown = false
  }
}
