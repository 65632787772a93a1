// The terminal of this process, shared with a command that it runs.

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The terminal that we share with the command, and the one that the command gets.
package struct SharedTerminal {
  package let outer: CInt
  package let inner: PseudoTerminal
  /// Its own, to be restored; nil in the background.
  let settings: termios?
  /// Our standard input is the terminal, too.
  package let isInput: Bool

  /// nil when our standard output is not our session's terminal, or the system has none to give.
  package init?() {
    guard isatty(STDOUT_FILENO) == 1, tcgetsid(STDOUT_FILENO) == getsid(0) else { return nil }
    let outer = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)
    guard outer != -1 else { return nil }
    guard let inner = try? PseudoTerminal(like: outer, isOutputOnly: false) else {
      close(outer)
      return nil
    }
    // The keyboard's thread must not wait for a command that reads no keys.
    _ = fcntl(inner.main, F_SETFL, fcntl(inner.main, F_GETFL) | O_NONBLOCK)
    var settings = termios()
    let isOurs = tcgetpgrp(outer) == getpgrp() && tcgetattr(outer, &settings) == 0
    self.settings = isOurs ? settings : nil
    self.outer = outer
    self.inner = inner
    isInput = isatty(STDIN_FILENO) == 1 && tcgetsid(STDIN_FILENO) == getsid(0)
  }
}
