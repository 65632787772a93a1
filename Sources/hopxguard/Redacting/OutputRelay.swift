// One output of a wrapped command on its way through a filter of its own to ours. Each has its thread,
// so that a reader who is slow on one does not stop the other.

import Detection
import Platform
import Redaction
import Synchronization

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A stream from a command to one of our outputs.
final class OutputRelay: Sendable {
  /// The command's end, until it has been started.
  let commandEnd: CInt
  private let source: CInt
  private let sink: CInt
  private let terminal: PseudoTerminal?
  private let state = Mutex(State())

  private struct State {
    var isOver = false
    var error: SystemError?
    var surrenders: [Surrender] = []
  }

  /// - Parameter sink: where it goes. If a terminal is there, the command finds one too.
  init(to sink: CInt) throws(SystemError) {
    self.sink = sink
    // Where the system has no terminal to give, a pipe redacts as well.
    terminal = isatty(sink) == 1 ? try? PseudoTerminal(like: sink) : nil
    if let terminal {
      (source, commandEnd) = (terminal.reader, terminal.program)
    } else {
      (source, commandEnd) = try makePipe()
      enlargePipe(source)
      enlargePipe(sink)
    }
  }

  func resize() { terminal?.resize(like: sink) }

  var isOver: Bool { state.withLock { $0.isOver } }
  /// Why the output could not be written.
  var error: SystemError? { state.withLock { $0.error } }
  var surrenders: [Surrender] { state.withLock { $0.surrenders } }

  /// Passes on what comes until the last writer is gone or `stop` can be read from; then what is there
  /// at that moment. Wakes who waits for SIGCHLD when it is over.
  func run(_ rules: RuleSet, isPlain: Bool, stop: CInt) {
    var redactor = Redactor(rules: rules, isPlain: isPlain)
    var output = GatheredOutput(descriptor: sink)
    var failure: SystemError?
    do throws(SystemError) {
      while let count = try read(into: redactor.space, stop: stop), count > 0 {
        try take(count, isLast: false, &redactor, &output)
      }
      var rest = readableBytes(source)
      while rest > 0 {
        let part = UnsafeMutableRawBufferPointer(rebasing: redactor.space[..<min(rest, redactor.space.count)])
        let count = try readToEnd(into: part)
        if count == 0 { break }
        try take(count, isLast: false, &redactor, &output)
        rest -= count
      }
      try take(0, isLast: true, &redactor, &output)
    } catch {
      failure = error
    }
    // A writer that is still there finds its reader gone, as it would without us.
    close(source)
    let surrenders = redactor.surrenders
    state.withLock { $0 = State(isOver: true, error: failure, surrenders: surrenders) }
    kill(getpid(), SIGCHLD)
  }

  /// - Returns: bytes read, 0 at the end, nil when it is time to stop.
  private func read(into space: UnsafeMutableRawBufferPointer, stop: CInt) throws(SystemError) -> Int? {
    var waits = [
      pollfd(fd: source, events: Int16(POLLIN), revents: 0),
      pollfd(fd: stop, events: Int16(POLLIN), revents: 0),
    ]
    try retrying("poll") { poll(&waits, 2, -1) }
    if waits[1].revents != 0 { return nil }
    return try readToEnd(into: space)
  }

  private func readToEnd(into space: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
    do throws(SystemError) { return try readWaiting(source, into: space) } catch {
      // So a pseudo-terminal says that its last program is gone.
      if error.code == EIO && terminal != nil { return 0 }
      throw error
    }
  }

  private func take(
    _ count: Int, isLast: Bool, _ redactor: inout Redactor, _ output: inout GatheredOutput
  ) throws(SystemError) {
    try redactor.take(count, isLast: isLast) { (piece) throws(SystemError) in try output.append(piece) }
    try output.flush()
  }
}
