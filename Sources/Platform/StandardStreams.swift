// Preparing the standard descriptors that a program in a pipeline was started with.

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The numbers of the standard descriptors.
package let standardInput = STDIN_FILENO
package let standardOutput = STDOUT_FILENO
package let standardError = STDERR_FILENO

/// Takes the places of standard descriptors that are closed, so that no file that is opened later gets
/// their numbers and is read or written by mistake. Using one fails with `EBADF`, as if it were closed;
/// children inherit them closed.
package func occupyClosedStandardDescriptors() {
  for number in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(number, F_GETFD) == -1 {
    // The wrong way round on purpose. The lowest free number is the closed one.
    _ = open("/dev/null", (number == STDIN_FILENO ? O_WRONLY : O_RDONLY) | O_CLOEXEC)
  }
}

/// Whether a descriptor is a pipe, a socket or a terminal, with somebody at its other end.
package func isStream(_ number: CInt) -> Bool {
  var status = stat()
  guard fstat(number, &status) == 0 else { return false }
  return [S_IFIFO, S_IFSOCK].contains(status.st_mode & S_IFMT) || isatty(number) == 1
}

/// Closes standard output: some file systems report only now that the bytes found no room.
package func closeStandardOutput() throws(SystemError) {
  if close(STDOUT_FILENO) == -1, errno != EINTR { throw SystemError("close") }
}

/// Whether somebody has piped data to standard input, or redirected a file to it, and nobody has read it.
/// A writer that has a pipe open and has not written yet gets half a second.
package func standardInputHasData() -> Bool {
  var status = stat()
  guard fstat(STDIN_FILENO, &status) == 0 else { return false }
  switch status.st_mode & S_IFMT {
  case S_IFREG: return lseek(STDIN_FILENO, 0, SEEK_CUR) < status.st_size
  case S_IFIFO:
    var wait = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    return poll(&wait, 1, 500) == 1 && wait.revents & Int16(POLLIN) != 0
  default: return false
  }
}

/// Enlarges the buffer if the descriptor is a pipe and the system allows it, for fewer context switches. Failure is
/// not an error.
package func enlargePipe(_ number: CInt) {
  #if os(Linux)
    // F_SETPIPE_SZ and F_GETPIPE_SZ, fcntl(2), which the C library's module does not show.
    let setSize: CInt = 1031
    let getSize: CInt = 1032
    let wanted: CInt = 1 << 20
    let size = fcntl(number, getSize)
    if size > 0 && size < wanted { _ = fcntl(number, setSize, wanted) }
  #endif
}

/// Lets signals pass that ask this process to end, so that it reads its input to the end first; a second SIGINT
/// ends it. One that is ignored stays so.
package func letRequestsToEndPass() {
  for signal in [SIGINT, SIGTERM, SIGHUP] {
    let once = signal == SIGINT ? CInt(bitPattern: UInt32(SA_RESETHAND)) : 0
    setHandler({ _ in }, for: signal, flags: SA_RESTART | once)
  }
}

/// Has `handler` called with the number of a signal that asks this process to end, unless that signal is ignored.
/// It may do nothing but set a flag.
package func handleRequestsToEnd(_ handler: @escaping @convention(c) (CInt) -> Void) {
  for signal in [SIGINT, SIGTERM, SIGHUP] { setHandler(handler, for: signal) }
}

private func setHandler(_ handler: @escaping @convention(c) (CInt) -> Void, for signal: CInt, flags: CInt = 0) {
  var old = sigaction()
  sigaction(signal, nil, &old)
  var new = sigaction()
  new.sa_flags = flags
  #if canImport(Darwin)
    if unsafeBitCast(old.__sigaction_u.__sa_handler, to: Int.self) == 1 { return }  // SIG_IGN
    new.__sigaction_u.__sa_handler = handler
  #else
    if unsafeBitCast(old.__sigaction_handler.sa_handler, to: Int.self) == 1 { return }  // SIG_IGN
    new.__sigaction_handler.sa_handler = handler
  #endif
  sigaction(signal, &new, nil)
}

/// Ends this process.
package func endProcess(_ code: CInt) -> Never { exit(code) }

package func isTerminal(_ number: CInt) -> Bool { isatty(number) == 1 }

/// Ends this process as a filter ends whose reader has gone, also if the caller ignores the signal.
package func endByBrokenPipe() -> Never { endBySignal(SIGPIPE) }

/// Ends the process as `signal` ends one that does not handle it.
package func endBySignal(_ number: CInt) -> Never {
  signal(number, SIG_DFL)
  var set = sigset_t()
  sigemptyset(&set)
  sigaddset(&set, number)
  raise(number)
  pthread_sigmask(SIG_UNBLOCK, &set, nil)
  exit(128 + number)
}
