// A command that runs under us: started, passed its signals, waited for. All of it happens in one loop
// over signals, so that nothing has to be done in a handler.

import Detection
import Platform
import Rules

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

struct WrappedCommand {
  private let words: [Path]
  private let rules: RuleSet
  private let isPlain: Bool

  private static let passedOn = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGUSR1, SIGUSR2]
  /// How long what the command has left behind may go on writing, in seconds.
  private static let patience = 1.0

  init(_ words: [Path], rules: RuleSet, isPlain: Bool) {
    self.words = words
    self.rules = rules
    self.isPlain = isPlain
  }

  /// Runs it to its end.
  ///
  /// - Returns: the exit code that we end with.
  func run() throws(ExitStatus) -> CInt {
    // SIGTTOU: a command that takes the terminal for itself must not stop us from writing to it.
    let signals = SignalQueue(Self.passedOn + [SIGWINCH, SIGCHLD, SIGTTIN, SIGTTOU])
    let relays: [OutputRelay]
    let stop: (read: CInt, write: CInt)
    do throws(SystemError) {
      // Where both lead to one place, what is written stays in its order.
      relays = [try OutputRelay(to: STDOUT_FILENO)] + (sharesOutput ? [] : [try OutputRelay(to: STDERR_FILENO)])
      stop = try makePipe()
    } catch {
      throw Console.fail("\(String(decoding: words[0].bytes, as: UTF8.self)): cannot be run: \(error.call): \(error)")
    }
    let process: pid_t
    do throws(SystemError) {
      process = try Caller.state.restored { () throws(SystemError) in
        try spawnFromPath(
          words, standardOutput: relays[0].commandEnd, standardError: relays.last!.commandEnd,
          mask: signals.formerMask, signalsToDefault: Caller.state.ignoresBrokenPipes ? [] : [SIGPIPE])
      }
    } catch {
      let wayOut = error.code == ENOENT ? "; is it installed, and in PATH?" : ""
      _ = Console.fail("\(String(decoding: words[0].bytes, as: UTF8.self)): cannot be run: \(error)\(wayOut)")
      return error.code == ENOENT ? 127 : 126
    }
    var threads = ThreadGroup()
    for relay in relays {
      close(relay.commandEnd)
      let (rules, isPlain) = (rules, isPlain)
      if !threads.start({ relay.run(rules, isPlain: isPlain, stop: stop.read) }) {
        kill(process, SIGKILL)
        throw Console.fail("the system gives no thread")
      }
    }
    let status = wait(for: process, signals, relays, stop: stop.write)
    return conclude(status, relays)
  }

  /// Whether our standard error is our standard output.
  private var sharesOutput: Bool {
    var (output, errors) = (stat(), stat())
    guard fstat(STDOUT_FILENO, &output) == 0, fstat(STDERR_FILENO, &errors) == 0 else { return false }
    return output.st_dev == errors.st_dev && output.st_ino == errors.st_ino
  }

  /// Passes signals on until the command and its outputs are at their end.
  ///
  /// - Returns: the command's status, as `waitpid` tells it.
  private func wait(
    for process: pid_t, _ signals: SignalQueue, _ relays: [OutputRelay], stop: CInt
  ) -> CInt {
    var status: CInt?
    var deadline: Double?
    while true {
      if let status, relays.allSatisfy(\.isOver) { return status }
      guard let arrival = signals.next(seconds: deadline.map { $0 - monotonicSeconds() }) else {
        // What the command left behind holds its outputs open. Enough of that.
        close(stop)
        deadline = nil
        continue
      }
      switch arrival.signal {
      case SIGCHLD:
        guard let ended = reap(process) else { continue }
        status = ended
        deadline = monotonicSeconds() + Self.patience
      case SIGWINCH:
        for relay in relays { relay.resize() }
        // Again, though the terminal told it: it may have looked before the size was right.
        if status == nil { kill(process, SIGWINCH) }
      case SIGTTIN, SIGTTOU: continue
      case let signal:
        if let status {
          // Only a reader that does not read keeps us here. Who asks again wants to be gone.
          if signal != SIGCONT { return status }
        } else if !arrival.isFromTerminal {
          kill(process, signal)
        }
        if signal == SIGCONT { for relay in relays { relay.resize() } }
      }
    }
  }

  /// Collects whoever has ended; as process 1 we inherit everyone.
  ///
  /// - Returns: the command's status when it has ended.
  private func reap(_ process: pid_t) -> CInt? {
    var result: CInt?
    while true {
      var status: CInt = 0
      let ended = waitpid(-1, &status, WNOHANG | WUNTRACED)
      if ended <= 0 { return result }
      let isStopped = status & 0xFF == 0x7F
      if ended != process { continue }
      if isStopped { stopLikewise((status >> 8) & 0xFF) } else { result = status }
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
    kill(getpid(), signal)
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
    pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  private func conclude(_ status: CInt, _ relays: [OutputRelay]) -> CInt {
    let signal = status & 0x7F
    let code = signal == 0 ? (status >> 8) & 0xFF : 128 + signal
    var isWritten = true
    var isWhole = true
    for (relay, name) in zip(relays, ["output", "error"]) {
      if let error = relay.error, error.code != EPIPE {
        _ = Console.fail("standard \(name) cannot be written: \(error)")
        isWritten = false
      }
      for surrender in relay.surrenders {
        _ = Console.fail(
          "rule '\(rules.rules[surrender.rule].id)' gave up: \(surrender.reason); all that could be a "
            + "match was redacted; simplify its pattern")
        isWhole = false
      }
    }
    // What the command made of its closed output does not matter then.
    if !isWritten { return ExitStatus.failed.rawValue }
    return code == 0 && !isWhole ? ExitStatus.failed.rawValue : code
  }
}
