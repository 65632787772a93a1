// A terminal of our own between a program and the real one, so that the program behaves as at the real one.

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A pseudo-terminal.
package struct PseudoTerminal: Sendable {
  /// Our end: what the program writes can be read here, and what is written here are keys.
  package let main: CInt
  /// The program's end.
  package let program: CInt

  /// Makes one with the settings and the size of `terminal`.
  ///
  /// - Parameter isOutputOnly: keys reach the program from elsewhere.
  /// - Throws: `SystemError` where the system has none to give.
  package init(like terminal: CInt, isOutputOnly: Bool) throws(SystemError) {
    var main: CInt = -1
    var program: CInt = -1
    if openpty(&main, &program, nil, nil, nil) == -1 { throw SystemError("openpty") }
    self.main = main
    self.program = program
    for end in [main, program] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var settings = termios()
    // In the background the terminal is set up for the shell's own line editor.
    let isShared = [-1, getpgrp()].contains(tcgetpgrp(terminal))
    if tcgetattr(isShared ? terminal : program, &settings) == 0 {
      if isOutputOnly {
        // The real terminal turns \n into \r\n; once is enough.
        settings.c_oflag &= ~tcflag_t(OPOST)
        settings.c_lflag &= ~tcflag_t(ECHO)
      }
      tcsetattr(program, TCSANOW, &settings)
    }
    resize(like: terminal)
  }

  /// Takes over the size of `terminal`; the programs at this one get SIGWINCH if it has changed.
  package func resize(like terminal: CInt) {
    var size = winsize()
    if ioctl(terminal, UInt(TIOCGWINSZ), &size) == 0 { _ = ioctl(main, UInt(TIOCSWINSZ), &size) }
  }
}

/// Columns of a terminal; nil for what is none.
package func terminalColumns(of number: CInt) -> Int? {
  var size = winsize()
  guard isatty(number) == 1, ioctl(number, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
  return Int(size.ws_col)
}

/// Bytes that can be read from `number` without waiting.
package func readableBytes(_ number: CInt) -> Int {
  var count: CInt = 0
  return ioctl(number, UInt(FIONREAD), &count) == 0 ? Int(count) : 0
}
