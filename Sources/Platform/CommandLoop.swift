// The loop over signals while a wrapped command runs.

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

extension SignalQueue {
  /// For a wrapped command: what is passed on to it, and what this process has to know.
  ///
  /// SIGTTOU: a command that takes the terminal for itself must not stop us from writing to it.
  package static func ofCommand() -> SignalQueue {
    SignalQueue([
      SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGUSR1, SIGUSR2, SIGWINCH, SIGCHLD, SIGTTIN, SIGTTOU,
    ])
  }
}

/// Has a `CommandLoop` look at its outputs, as it does when a child has ended.
package func wakeCommandLoop() { kill(getpid(), SIGCHLD) }

/// An output of a wrapped command, passed on by a thread of its own, which calls `wakeCommandLoop` when it ends.
package protocol CommandOutput: Sendable {
  /// The command's end of it.
  var commandEnd: CInt { get }
  /// Whether its thread passes on what comes.
  var isRunning: Bool { get }
  /// Why it could not be passed on.
  var error: SystemError? { get }
  /// Takes over the real terminal's size.
  func resize()
}

/// Passes signals on until the command has ended and its output has been passed on.
package struct CommandLoop {
  /// The command, or the monitor of its session.
  let process: pid_t
  let session: TerminalSession?
  let keys: Keyboard?
  let signals: SignalQueue
  let relays: [any CommandOutput]
  /// Closing it stops the relays and the keyboard.
  let stop: CInt
  /// Seconds that writers which the command has left may go on.
  let patience: Double

  package init(
    process: CInt, session: TerminalSession?, keys: Keyboard?, signals: SignalQueue, relays: [any CommandOutput],
    stop: CInt, patience: Double
  ) {
    self.process = process
    self.session = session
    self.keys = keys
    self.signals = signals
    self.relays = relays
    self.stop = stop
    self.patience = patience
  }

  /// - Returns: how the command ended, and whether the threads of relays and keyboard end.
  package func run() -> (end: ProcessEnd, isWaitedFor: Bool) {
    let (status, isWaitedFor) = untilEnd()
    return (ProcessEnd(waitStatus: status), isWaitedFor)
  }

  /// - Returns: the command's status from `waitpid`, and the same.
  private func untilEnd() -> (status: CInt, isWaitedFor: Bool) {
    var status: CInt?
    var deadline: Double?
    var isHungUp = false
    while true {
      if let status, relays.allSatisfy({ !$0.isRunning }) {
        if deadline != nil { close(stop) }
        return (status, true)
      }
      guard let arrival = signals.next(seconds: deadline.map { $0 - monotonicSeconds() }) else {
        close(stop)
        deadline = nil
        continue
      }
      switch arrival.signal {
      case SIGCHLD:
        if session != nil, status == nil, !isHungUp, relays[0].error != nil {
          // Where the real terminal would have told it.
          isHungUp = true
          kill(process, SIGHUP)
        }
        guard let ended = reap() else { continue }
        status = ended
        deadline = monotonicSeconds() + patience
        if session != nil { close(relays[0].commandEnd) }
      case SIGWINCH:
        for relay in relays { relay.resize() }
        // Again, though the terminal told it: it may have looked before the size was right.
        if status == nil, session == nil { kill(process, SIGWINCH) }
      case SIGTTIN, SIGTTOU: continue
      case let signal:
        if let status {
          // Only a reader that does not read keeps us here. Who asks again wants to be gone.
          if signal != SIGCONT { return (status, false) }
        } else if session == nil ? !arrival.isFromTerminal : !arrival.isOwn && signal != SIGCONT {
          kill(process, signal)
        }
        if signal == SIGCONT { goOn(isOver: status != nil) }
      }
    }
  }

  /// Collects the processes that have ended; process 1 inherits them all.
  ///
  /// - Returns: the command's status when it has ended.
  private func reap() -> CInt? {
    var result: CInt?
    while true {
      var status: CInt = 0
      let ended = waitpid(-1, &status, WNOHANG | WUNTRACED)
      if ended <= 0 { return result }
      if ended != process { continue }
      let isStopped = status & 0xFF == 0x7F
      guard let session, isStopped else {
        if isStopped { stopLikewise((status >> 8) & 0xFF) } else { result = status }
        continue
      }
      while let event = session.nextEvent() {
        switch event {
        case .ended(let status):
          result = status
          kill(process, SIGCONT)
        case .stopped(let signal):
          keys?.pause()
          stopLikewise(signal)
          goOn(isOver: false)
        }
      }
    }
  }

  /// Stops us when the terminal's user has stopped the command, so that the shell gets its turn.
  private func stopLikewise(_ signal: CInt) {
    guard [SIGTSTP, SIGTTIN, SIGTTOU].contains(signal) else { return }
    let terminal = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC)
    if terminal == -1 { return }
    close(terminal)
    // What the command wrote before it stopped shall be seen now.
    usleep(50_000)
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, signal)
    // The key would have stopped all of our job, had it reached the real terminal.
    kill(session == nil ? getpid() : 0, signal)
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
    pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  /// After we were stopped, or could not be.
  private func goOn(isOver: Bool) {
    for relay in relays { relay.resize() }
    if isOver { return }
    keys?.resume()
    if session != nil { kill(process, SIGCONT) }
  }
}
