// A command that runs under us: started, passed its signals, waited for. All of it happens in one loop
// over signals, so that nothing has to be done in a handler.

import Detection
import Platform
import Rules

struct WrappedCommand {
  private let words: [Path]
  private let rules: RuleSet
  private let isPlain: Bool
  private let leavesMasks: Bool

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
    let signals = SignalQueue.ofCommand()
    let terminal = SharedTerminal()
    var relays: [OutputRelay]
    let stop: (read: CInt, write: CInt)
    do throws(SystemError) {
      relays = [try OutputRelay(to: standardOutput, session: terminal?.inner, makeFilter())]
      // Where both lead to one place, what is written stays in its order.
      if !sharesOutput { relays.append(try OutputRelay(to: standardError, makeFilter())) }
      stop = try makePipe()
    } catch {
      throw Console.fail("\(String(decoding: words[0].bytes, as: UTF8.self)): cannot be run: \(error.call): \(error)")
    }
    let keys = terminal.map { Keyboard(terminal: $0.outer, target: $0.inner.main, isInput: $0.isInput) }
    // Before the command's first output: the terminal that is not raw would turn its \r\n into \r\r\n.
    keys?.resume()
    let (process, session): (CInt, TerminalSession?)
    do throws(SystemError) {
      (process, session) = try Caller.state.restored { () throws(SystemError) in
        try start(terminal, relays, signals)
      }
    } catch {
      keys?.pause()
      let wayOut = error.code == SystemError.noSuchFile ? "; is it installed, and in PATH?" : ""
      _ = Console.fail("\(String(decoding: words[0].bytes, as: UTF8.self)): cannot be run: \(error)\(wayOut)")
      return error.code == SystemError.noSuchFile ? 127 : 126
    }
    // That of a session is held until the command has ended: it may close its terminal and open it again.
    for (index, relay) in relays.enumerated() where session == nil || index > 0 { closeDescriptor(relay.commandEnd) }
    var threads = ThreadGroup()
    for relay in relays where !threads.start({ relay.run(stop: stop.read) }) {
      killProcess(process)
      throw Console.fail("the system gives no thread")
    }
    if let keys, !threads.start({ keys.run(stop: stop.read) }) {
      killProcess(process)
      throw Console.fail("the system gives no thread")
    }
    let loop = CommandLoop(
      process: process, session: session, keys: keys, signals: signals, relays: relays, stop: stop.write,
      patience: isFirstProcess ? Self.patienceOfProcess1 : Self.patience)
    let (end, isWaitedFor) = loop.run()
    keys?.pause()
    if isWaitedFor {
      threads.join()
      let left = relays.filter { !$0.isOver }
      if isFirstProcess {
        for relay in left { relay.finish() }
      } else if !left.isEmpty {
        passOnInBackground(left)
      } else if let terminal, let session {
        session.end(terminal.inner)
      }
    }
    return conclude(end, relays)
  }

  private func makeFilter() -> OutputFilter { OutputFilter(rules, isPlain: isPlain, leavesMasks: leavesMasks) }

  private func start(
    _ terminal: SharedTerminal?, _ relays: [OutputRelay], _ signals: SignalQueue
  ) throws(SystemError) -> (CInt, TerminalSession?) {
    let toDefault = Caller.state.signalsToDefault
    let (output, error) = (relays[0].commandEnd, relays.last!.commandEnd)
    guard let terminal else {
      let process = try spawnFromPath(
        words, standardOutput: output, standardError: error, mask: signals.formerMask, signalsToDefault: toDefault)
      return (process, nil)
    }
    let session = try TerminalSession(
      words, at: terminal, standardOutput: output, standardError: error, signals: signals, signalsToDefault: toDefault)
    return (session.monitor, session)
  }

  /// Whether our standard error is our standard output.
  private var sharesOutput: Bool {
    guard let output = try? FileStatus.of(standardOutput), let errors = try? FileStatus.of(standardError) else {
      return false
    }
    return output.isSameFile(as: errors)
  }

  /// What the command left running, such as a server, writes on through a process of its own, so that we can end
  /// with the command's exit code now. There must be no other thread.
  private func passOnInBackground(_ relays: [OutputRelay]) {
    guard isForkedChild() else { return }
    // The writers of our input learn now that nobody reads it. Signals stay blocked: the writers decide.
    closeDescriptor(standardInput)
    occupyClosedStandardDescriptors()
    var threads = ThreadGroup()
    for relay in relays {
      // Of the pipe nobody has the other end, so nothing ever comes from it.
      guard let never = try? makePipe() else { continue }
      _ = threads.start { relay.run(stop: never.read) }
    }
    threads.join()
    endForkedChild(report(relays) ? ExitStatus.clean.rawValue : ExitStatus.failed.rawValue)
  }

  private func conclude(_ end: ProcessEnd, _ relays: [OutputRelay]) -> CInt {
    let code = end.shellStatus
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
