// A pseudo-terminal for a program, so that it behaves as in the terminal that we run in.

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
  /// - Throws: `SystemError` if the system has none left.
  package init(like terminal: CInt) throws(SystemError) {
    var reader: CInt = -1
    var program: CInt = -1
    if openpty(&reader, &program, nil, nil, nil) == -1 { throw SystemError("openpty") }
    self.reader = reader
    self.program = program
    for end in [reader, program] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var settings = termios()
    if tcgetattr(terminal, &settings) == 0 {
      // The real terminal already turns \n into \r\n.
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
