// A terminal of our own in front of a program, so that it behaves as at the terminal behind us.

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A pseudo-terminal that carries a program's output.
package struct PseudoTerminal: Sendable {
  /// What the program writes can be read here.
  package let reader: CInt
  /// The program's end.
  package let program: CInt

  /// Makes one as large as `terminal`.
  ///
  /// - Throws: `SystemError` where the system has none to give.
  package init(like terminal: CInt) throws(SystemError) {
    var reader: CInt = -1
    var program: CInt = -1
    if openpty(&reader, &program, nil, nil, nil) == -1 { throw SystemError("openpty") }
    self.reader = reader
    self.program = program
    for end in [reader, program] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var settings = termios()
    if tcgetattr(terminal, &settings) == 0 {
      // The terminal behind us turns \n into \r\n; once is enough.
      settings.c_oflag &= ~tcflag_t(OPOST)
      settings.c_lflag &= ~tcflag_t(ECHO)
      tcsetattr(program, TCSANOW, &settings)
    }
    resize(like: terminal)
  }

  /// Takes over the size of `terminal`.
  package func resize(like terminal: CInt) {
    var size = winsize()
    if ioctl(terminal, UInt(TIOCGWINSZ), &size) == 0 { _ = ioctl(reader, UInt(TIOCSWINSZ), &size) }
  }
}

/// Bytes that can be read from `number` without waiting.
package func readableBytes(_ number: CInt) -> Int {
  var count: CInt = 0
  return ioctl(number, UInt(FIONREAD), &count) == 0 ? Int(count) : 0
}
