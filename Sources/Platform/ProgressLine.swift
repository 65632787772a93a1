// The progress line of a long scan, for a person who waits at a terminal.

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

package struct ProgressLine {
  private let started = monotonicSeconds()
  private var isShown = false

  package init() {}

  /// Seconds between two looks.
  package static let interval = 0.1
  /// A scan that is over by then shows nothing.
  private static let patience = 0.5

  package static var isWanted: Bool { isatty(STDERR_FILENO) == 1 }

  package mutating func show(_ text: String) {
    guard monotonicSeconds() - started >= Self.patience else { return }
    isShown = true
    try? writeAll(Array("\r\u{1B}[K\(text)".utf8), to: STDERR_FILENO)
  }

  package mutating func clear() {
    if isShown { try? writeAll(Array("\r\u{1B}[K".utf8), to: STDERR_FILENO) }
    isShown = false
  }
}
