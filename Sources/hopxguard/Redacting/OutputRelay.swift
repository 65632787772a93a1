// One output of a wrapped command on its way through a filter of its own to ours. Each has its thread,
// so that a reader who is slow on one does not stop the other.

import Detection
import Platform
import Synchronization

/// A stream from a command to one of our outputs.
///
/// `@unchecked Sendable`: what the mutex does not protect belongs to the thread in `run`, and to others when that
/// thread was joined.
final class OutputRelay: CommandOutput, @unchecked Sendable {
  /// The command's end, until it has been started.
  let commandEnd: CInt
  private let source: CInt
  private let sink: CInt
  private let terminal: PseudoTerminal?
  private let isOfSession: Bool
  private var filter: OutputFilter
  private var output: GatheredOutput
  private let state = Mutex(State())

  private struct State {
    var isRunning = true
    var isOver = false
    var error: SystemError?
    var surrenders: [Surrender] = []
    var problem: String?
  }

  /// - Parameters:
  ///   - sink: where it goes. If a terminal is there, the command finds one too.
  ///   - session: the pseudo-terminal of the command's session, which stays open when the relay is over.
  init(to sink: CInt, session: PseudoTerminal? = nil, _ filter: consuming OutputFilter) throws(SystemError) {
    self.sink = sink
    isOfSession = session != nil
    // Where the system has no terminal to give, a pipe redacts as well.
    terminal = session ?? (isTerminal(sink) ? try? PseudoTerminal(like: sink, isOutputOnly: true) : nil)
    if let terminal {
      (source, commandEnd) = (terminal.main, terminal.program)
    } else {
      (source, commandEnd) = try makePipe()
      enlargePipe(source)
      enlargePipe(sink)
    }
    self.filter = filter
    output = GatheredOutput(descriptor: sink)
  }

  var name: String { sink == standardError ? "standard error" : "standard output" }
  /// Whether output was lost, other than because its reader went away.
  var isUnwritten: Bool { error.map { $0.code != SystemError.brokenPipe } ?? false }

  func resize() { terminal?.resize(like: sink) }

  /// Whether its thread passes on what comes.
  var isRunning: Bool { state.withLock { $0.isRunning } }
  /// Whether the last writer is gone, or the output could not be written.
  var isOver: Bool { state.withLock { $0.isOver } }
  /// Why the output could not be written.
  var error: SystemError? { state.withLock { $0.error } }
  var surrenders: [Surrender] { state.withLock { $0.surrenders } }
  /// Why what was written has not the structure of what was read.
  var problem: String? { state.withLock { $0.problem } }

  /// Passes on what comes until the last writer is gone, or until `stop` can be read from and what was there at
  /// that moment has been passed on; then it can be called again. Wakes the `CommandLoop` when it returns.
  func run(stop: CInt) {
    state.withLock { $0.isRunning = true }
    var isOver = true
    var failure: SystemError?
    do throws(SystemError) {
      isOver = try pass(until: stop)
      if isOver { try take(0, isLast: true) }
    } catch {
      failure = error
    }
    if isOfSession {
      if failure != nil {
        state.withLock { $0.error = failure }
        wakeCommandLoop()
        discard(until: stop)
      }
    } else if isOver {
      // A writer that is still there finds its reader gone, as it would without us.
      closeDescriptor(source)
    }
    let (surrenders, problem) = (filter.surrenders, filter.problem)
    state.withLock {
      $0 = State(isRunning: false, isOver: isOver, error: failure, surrenders: surrenders, problem: problem)
    }
    wakeCommandLoop()
  }

  /// Ends the stream, though writers may be left, when no thread is in `run`.
  func finish() {
    do throws(SystemError) { try take(0, isLast: true) } catch { state.withLock { $0.error = error } }
    if !isOfSession { closeDescriptor(source) }
    let (surrenders, problem) = (filter.surrenders, filter.problem)
    state.withLock {
      $0.isOver = true
      ($0.surrenders, $0.problem) = (surrenders, problem)
    }
  }

  /// - Returns: whether the last writer is gone.
  private func pass(until stop: CInt) throws(SystemError) -> Bool {
    while let count = try read(stop: stop) {
      if count == 0 { return true }
      try take(count, isLast: false)
    }
    var rest = readableBytes(source)
    while rest > 0 {
      let part = UnsafeMutableRawBufferPointer(rebasing: filter.space[..<min(rest, filter.space.count)])
      let count = try readToEnd(into: part)
      if count == 0 { return true }
      try take(count, isLast: false)
      rest -= count
    }
    return false
  }

  /// - Returns: bytes read, 0 at the end, nil when it is time to stop.
  private func read(stop: CInt) throws(SystemError) -> Int? {
    var waits: [AwaitedDescriptor] = [.toRead(source), .toRead(stop)]
    try waitUntilReady(&waits)
    if waits[1].isReady { return nil }
    return try readToEnd(into: filter.space)
  }

  private func readToEnd(into space: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
    do throws(SystemError) { return try readWaiting(source, into: space) } catch {
      // So a pseudo-terminal says that its last program is gone.
      if error.code == SystemError.inputOutput && terminal != nil { return 0 }
      throw error
    }
  }

  /// Reads on, so that a command that takes no notice of a terminal that is gone does not wait for it.
  private func discard(until stop: CInt) {
    while let count = try? read(stop: stop), count > 0 {}
  }

  private func take(_ count: Int, isLast: Bool) throws(SystemError) {
    try filter.take(count, isLast: isLast) { (piece) throws(SystemError) in try output.append(piece) }
    try output.flush()
  }
}
