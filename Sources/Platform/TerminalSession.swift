// A command in a session of its own, at a pseudo-terminal. A monitor stands between this process and the command:
// it leads the session and is the command's parent. Without it the command's process group would be orphaned, and
// the suspend key would not stop it (setpgid(2)). script(1) does without, sudo(8) does the same.

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

import CPlatform

/// The session, as the process that started it sees it.
package struct TerminalSession: Sendable {
  /// Our child. Signals sent to it reach the command, SIGCONT the command's process group. It stops itself when
  /// there is an event, and ends when the pseudo-terminal is closed.
  package let monitor: CInt
  private let reports: CInt

  package enum Event: Sendable {
    /// The command was stopped as the suspend key stops it.
    case stopped(by: CInt)
    /// The command's status from `waitpid`.
    case ended(status: CInt)
  }

  /// What the command starts with.
  fileprivate struct Streams {
    let input: CInt
    let output: CInt
    let error: CInt
  }

  /// Starts the program that PATH finds for the first of `words`. There must be no other thread.
  ///
  /// - Parameters:
  ///   - terminal: the real one gets its settings back if this process is killed.
  ///   - signals: which the monitor waits for.
  ///   - signalsToDefault: what we ignore and the command must not.
  /// - Throws: `SystemError`; `ENOENT` when there is no such program.
  package init(
    _ words: [Path], at terminal: SharedTerminal, standardOutput: CInt, standardError: CInt, signals: SignalQueue,
    signalsToDefault: [CInt]
  ) throws(SystemError) {
    let inner = terminal.inner.program
    let streams = Streams(
      input: terminal.isInput ? inner : STDIN_FILENO, output: standardOutput, error: standardError)
    let reports = try makePipe()
    let failure = try makePipe()
    let process = forkProcess()
    if process == -1 { throw SystemError("fork") }
    if process == 0 {
      let command = start(words, inner, streams, signals, signalsToDefault, failure: failure.write)
      // The terminal and the outputs are to be closed when the command has closed them, and pipes of ours when
      // we have.
      let kept = keepOnly(reports.write, terminal.outer)
      let monitor = Monitor(
        command: command, signals: signals, reports: kept.0, realTerminal: kept.1,
        settings: terminal.settings)
      monitor.run()
    }
    close(reports.write)
    close(failure.write)
    var code: CInt = 0
    let count = withUnsafeMutableBytes(of: &code) { (buffer) -> Int in
      (try? readWaiting(failure.read, into: buffer)) ?? 0
    }
    close(failure.read)
    if count > 0 {
      close(reports.read)
      var status: CInt = 0
      _ = try? retrying("waitpid") { waitpid(process, &status, 0) }
      throw SystemError("exec", code)
    }
    monitor = process
    self.reports = reports.read
  }

  /// Closes our end of the pseudo-terminal, and waits until the monitor has gone with it.
  package func end(_ terminal: PseudoTerminal) {
    close(terminal.main)
    var status: CInt = 0
    _ = try? retrying("waitpid") { waitpid(monitor, &status, 0) }
  }

  /// What has happened since it was asked last.
  package func nextEvent() -> Event? {
    var report = Report(kind: .stopped, value: 0)
    guard readableBytes(reports) >= MemoryLayout<Report>.size else { return nil }
    _ = withUnsafeMutableBytes(of: &report) { try? readWaiting(reports, into: $0) }
    switch report.kind {
    case .stopped: return .stopped(by: report.value)
    case .ended: return .ended(status: report.value)
    }
  }
}

/// fork(2), for a process that has no other thread.
func forkProcess() -> pid_t { cposix_fork() }

private struct Report {
  enum Kind: CInt { case stopped, ended }
  var kind: Kind
  var value: CInt
}

/// Leads a new session, and starts the command as the foreground job of its terminal.
///
/// - Parameter failure: takes `errno` when the command cannot be started; closed by its start.
/// - Returns: the command's process ID.
private func start(
  _ words: [Path], _ terminal: CInt, _ streams: TerminalSession.Streams, _ signals: SignalQueue,
  _ signalsToDefault: [CInt], failure: CInt
) -> pid_t {
  func giveUp() -> Never {
    var code = errno
    withUnsafeBytes(of: &code) { try? writeAll($0, to: failure) }
    _exit(127)
  }
  if setsid() == -1 || ioctl(terminal, UInt(TIOCSCTTY), 0) == -1 { giveUp() }
  let command = forkProcess()
  if command == -1 { giveUp() }
  if command != 0 {
    close(failure)
    return command
  }
  setpgid(0, 0)
  tcsetpgrp(terminal, getpid())
  for (from, to) in [(streams.input, STDIN_FILENO), (streams.output, STDOUT_FILENO), (streams.error, STDERR_FILENO)]
  where from != to { dup2(from, to) }
  for number in signalsToDefault { signal(number, SIG_DFL) }
  var mask = signals.formerMask
  pthread_sigmask(SIG_SETMASK, &mask, nil)
  let arguments = words.map { word in word.withCString { strdup($0) } } + [nil]
  execvp(arguments[0]!, arguments)
  giveUp()
}

/// Closes all descriptors but two, which get other numbers.
private func keepOnly(_ first: CInt, _ second: CInt) -> (CInt, CInt) {
  let copies = (fcntl(first, F_DUPFD_CLOEXEC, 5), fcntl(second, F_DUPFD_CLOEXEC, 5))
  dup2(copies.0, 3)
  dup2(copies.1, 4)
  cposix_close_from(5)
  let nothing = open("/dev/null", O_RDWR | O_CLOEXEC)
  for number in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] { dup2(nothing, number) }
  close(nothing)
  return (3, 4)
}

/// The session's leader: passes signals to the command and news of it back.
private struct Monitor {
  let command: pid_t
  let signals: SignalQueue
  let reports: CInt
  let realTerminal: CInt
  let settings: termios?

  func run() -> Never {
    var isOver = false
    var isStopped = false
    while true {
      guard let arrival = signals.next(seconds: nil) else { continue }
      switch arrival.signal {
      case SIGCHLD:
        var status: CInt = 0
        while !isOver, waitpid(command, &status, WNOHANG | WUNTRACED) == command {
          guard status & 0xFF == 0x7F else {
            isOver = true
            leaveForeground()
            report(.ended, status)
            continue
          }
          let signal = (status >> 8) & 0xFF
          if [SIGTSTP, SIGTTIN, SIGTTOU].contains(signal) {
            isStopped = true
            report(.stopped, signal)
          }
        }
      case SIGHUP where isTerminalGone: endWithTerminal(isOver: isOver, isStopped: isStopped)
      case SIGCONT where !isOver:
        isStopped = false
        kill(-command, SIGCONT)
      case SIGCONT, SIGWINCH, SIGTTIN, SIGTTOU: continue
      case let signal: if !isOver { kill(command, signal) }
      }
    }
  }

  /// What the command left running must not be taken for the foreground job, which gets SIGHUP in the end.
  private func leaveForeground() {
    let terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)
    if terminal == -1 { return }
    tcsetpgrp(terminal, getpgrp())
    close(terminal)
  }

  private func report(_ kind: Report.Kind, _ value: CInt) {
    var report = Report(kind: kind, value: value)
    withUnsafeBytes(of: &report) { try? writeAll($0, to: reports) }
    // This is what wakes our parent.
    raise(SIGSTOP)
  }

  private var isTerminalGone: Bool {
    let terminal = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC)
    if terminal == -1 { return true }
    close(terminal)
    return false
  }

  /// The pseudo-terminal was closed: the command is done, or our parent was killed.
  private func endWithTerminal(isOver: Bool, isStopped: Bool) -> Never {
    if !isOver {
      if !isStopped, var settings { tcsetattr(realTerminal, TCSADRAIN, &settings) }
      kill(-command, SIGHUP)
      kill(-command, SIGCONT)
    }
    _exit(0)
  }
}
