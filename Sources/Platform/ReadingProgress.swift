// How far reading has got, and the line that shows it to a person who waits at a terminal.

import Bytes
import Synchronization

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Counts what is read, from any thread.
package final class ReadingProgress: Sendable {
  private let read = Atomic<Int>(0)
  private let expected = Atomic<Int>(0)
  private let started = monotonicSeconds()

  package init() {}

  package func add(_ bytes: Int) { read.add(bytes, ordering: .relaxed) }
  /// Says that more bytes are to come, for a percentage; without it there is none.
  package func expect(_ bytes: Int) { expected.add(bytes, ordering: .relaxed) }

  /// Such as `1.2 GB of 4.0 GB (30 %), 310 MB/s`.
  package var text: String {
    let (read, expected) = (read.load(ordering: .relaxed), expected.load(ordering: .relaxed))
    var text = byteCount(read)
    if expected > 0 {
      text += " of \(byteCount(max(read, expected))) (\(min(100, Int(Double(read) * 100 / Double(expected)))) %)"
    }
    let seconds = monotonicSeconds() - started
    if seconds > 1 { text += ", \(byteCount(Int(Double(read) / seconds)))/s" }
    return text
  }
}

/// Shows a progress line from a thread of its own while other work is done.
package final class ProgressDisplay: Sendable {
  private let line = Mutex(ProgressLine())
  private let isOver = Atomic<Bool>(false)

  private init() {}

  /// Calls `body` with a line that says `text` at intervals; without one when nobody would see it.
  package static func during<Result: ~Copyable, Failure: Error>(
    _ isWanted: Bool, _ text: @escaping @Sendable () -> String,
    _ body: (ProgressDisplay) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let display = ProgressDisplay()
    var threads = ThreadGroup()
    if isWanted && ProgressLine.isWanted { _ = threads.start { display.run(text) } }
    let result: Result
    do throws(Failure) { result = try body(display) } catch {
      display.end(threads)
      throw error
    }
    display.end(threads)
    return result
  }

  /// Takes the line away, for what is written to the terminal now.
  package func hide() { line.withLock { $0.clear() } }

  private func end(_ threads: consuming ThreadGroup) {
    isOver.store(true, ordering: .relaxed)
    threads.join()
    hide()
  }

  private func run(_ text: () -> String) {
    while !isOver.load(ordering: .relaxed) {
      usleep(10_000)
      let text = text()
      line.withLock { $0.show(text) }
    }
  }
}
