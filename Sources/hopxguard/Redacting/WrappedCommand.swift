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
  private let leavesMasks: Bool

  private static let passedOn = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGUSR1, SIGUSR2]
  /// How long we wait for writers that the command has left, in seconds, before we go on without them.
  private static let patience = 0.1
  /// The same as process 1, with which they end.
  private static let patienceOfProcess1 = 1.0

  /// - Parameters:
  ///   - isPlain: encoded keys stay.
  ///   - leavesMasks: CI commands that say what to mask stay as they are.
  init(_ words: [Path], rules: RuleSet, isPlain: Bool, leavesMasks: Bool) {
    self.words = words
    self.rules = rules
    self.isPlain = isPlain
    self.leavesMasks = leavesMasks
  }

  /// Runs it to its end.
  ///
  /// - Returns: the exit code that we end with.
  func run() throws(ExitStatus) -> CInt {
    // SIGTTOU: a command that takes the terminal for itself must not stop us from writing to it.
    let signals = SignalQueue(Self.passedOn + [SIGWINCH, SIGCHLD, SIGTTIN, SIGTTOU])
    let terminal = SharedTerminal()
    var relays: [OutputRelay]
    let stop: (read: CInt, write: CInt)
    do throws(SystemError) {
      relays = [try OutputRelay(to: STDOUT_FILENO, session: terminal?.inner, makeFilter())]
      // Where both lead to one place, what is written stays in its order.
      if !sharesOutput { relays.append(try OutputRelay(to: STDERR_FILENO, makeFilter())) }
      stop = try makePipe()
    } catch {
      throw Console.fail("\(String(decoding: words[0].bytes, as: UTF8.self)): cannot be run: \(error.call): \(error)")
    }
    let keys = terminal.map { Keyboard(terminal: $0.outer, target: $0.inner.main, isInput: $0.isInput) }
    // Before the command's first output: the terminal that is not raw would turn its \r\n into \r\r\n.
    keys?.resume()
    let (process, session): (pid_t, TerminalSession?)
    do throws(SystemError) {
      (process, session) = try Caller.state.restored { () throws(SystemError) in
        try start(terminal, relays, signals)
      }
    } catch {
      keys?.pause()
      let wayOut = error.code == ENOENT ? "; is it installed, and in PATH?" : ""
      _ = Console.fail("\(String(decoding: words[0].bytes, as: UTF8.self)): cannot be run: \(error)\(wayOut)")
      return error.code == ENOENT ? 127 : 126
    }
    // That of a session is held until the command has ended: it may close its terminal and open it again.
    for (index, relay) in relays.enumerated() where session == nil || index > 0 { close(relay.commandEnd) }
    var threads = ThreadGroup()
    for relay in relays where !threads.start({ relay.run(stop: stop.read) }) {
      kill(process, SIGKILL)
      throw Console.fail("the system gives no thread")
    }
    if let keys, !threads.start({ keys.run(stop: stop.read) }) {
      kill(process, SIGKILL)
      throw Console.fail("the system gives no thread")
    }
    let loop = CommandLoop(
      process: process, session: session, keys: keys, signals: signals, relays: relays, stop: stop.write,
      patience: getpid() == 1 ? Self.patienceOfProcess1 : Self.patience)
    let (status, isWaitedFor) = loop.run()
    keys?.pause()
    if isWaitedFor {
      threads.join()
      let left = relays.filter { !$0.isOver }
      if getpid() == 1 {
        for relay in left { relay.finish() }
      } else if !left.isEmpty {
        passOnInBackground(left)
      } else if let terminal, let session {
        session.end(terminal.inner)
      }
    }
    return conclude(status, relays)
  }

  private func makeFilter() -> OutputFilter { OutputFilter(rules, isPlain: isPlain, leavesMasks: leavesMasks) }

  private func start(
    _ terminal: SharedTerminal?, _ relays: [OutputRelay], _ signals: SignalQueue
  ) throws(SystemError) -> (pid_t, TerminalSession?) {
    let toDefault = Caller.state.ignoresBrokenPipes ? [] : [SIGPIPE]
    let (output, error) = (relays[0].commandEnd, relays.last!.commandEnd)
    guard let terminal else {
      let process = try spawnFromPath(
        words, standardOutput: output, standardError: error, mask: signals.formerMask, signalsToDefault: toDefault)
      return (process, nil)
    }
    let session = try TerminalSession(
      words, at: terminal.inner,
      .init(input: terminal.isInput ? terminal.inner.program : STDIN_FILENO, output: output, error: error),
      realTerminal: terminal.outer, settings: terminal.settings, signals: signals, signalsToDefault: toDefault)
    return (session.monitor, session)
  }

  /// Whether our standard error is our standard output.
  private var sharesOutput: Bool {
    var (output, errors) = (stat(), stat())
    guard fstat(STDOUT_FILENO, &output) == 0, fstat(STDERR_FILENO, &errors) == 0 else { return false }
    return output.st_dev == errors.st_dev && output.st_ino == errors.st_ino
  }

  /// What the command left running, such as a server, writes on through a process of its own, so that we can end
  /// with the command's exit code now. There must be no other thread.
  private func passOnInBackground(_ relays: [OutputRelay]) {
    guard forkProcess() == 0 else { return }
    // The writers of our input learn now that nobody reads it. Signals stay blocked: the writers decide.
    close(STDIN_FILENO)
    occupyClosedStandardDescriptors()
    var threads = ThreadGroup()
    for relay in relays {
      // Of the pipe nobody has the other end, so nothing ever comes from it.
      guard let never = try? makePipe() else { continue }
      _ = threads.start { relay.run(stop: never.read) }
    }
    threads.join()
    _exit(report(relays) ? ExitStatus.clean.rawValue : ExitStatus.failed.rawValue)
  }

  private func conclude(_ status: CInt, _ relays: [OutputRelay]) -> CInt {
    let signal = status & 0x7F
    let code = signal == 0 ? (status >> 8) & 0xFF : 128 + signal
    let isWhole = report(relays)
    // What the command made of its closed output does not matter then.
    if relays.contains(where: \.isUnwritten) { return ExitStatus.failed.rawValue }
    return code == 0 && !isWhole ? ExitStatus.failed.rawValue : code
  }

  /// Says what went wrong with outputs.
  ///
  /// - Returns: whether nothing did.
  private func report(_ relays: [OutputRelay]) -> Bool {
    var isWhole = true
    for relay in relays {
      if relay.isUnwritten, let error = relay.error {
        _ = Console.fail("\(relay.name) cannot be written: \(error)")
        isWhole = false
      }
      if let problem = relay.problem {
        _ = Console.fail("\(relay.name) \(problem)")
        isWhole = false
      }
      for surrender in relay.surrenders {
        _ = Console.fail(
          "rule '\(rules.rules[surrender.rule].id)' gave up: \(surrender.reason); all that could be a "
            + "match was redacted; simplify its pattern")
        isWhole = false
      }
    }
    return isWhole
  }
}

/// The terminal that we share with the command, and the one that the command gets.
private struct SharedTerminal {
  let outer: CInt
  let inner: PseudoTerminal
  /// Its own, to be restored; nil in the background.
  let settings: termios?
  /// Our standard input is the terminal, too.
  let isInput: Bool

  /// nil when our standard output is not our session's terminal, or the system has none to give.
  init?() {
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
