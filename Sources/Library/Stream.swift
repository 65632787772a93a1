// A stream: bytes in pieces, and what is decided of them to the caller's sink.

import CHopxguard
import Redaction
import Rules
import Detection

/// The redactor of one stream.
final class Stream {
  private var redactor: Redactor

  init(rules: RuleSet) { redactor = Redactor(rules: rules) }

  /// Appends what is decided after `bytes` to `output`, and calls `flush` after each chunk.
  func take(
    _ bytes: UnsafeRawBufferPointer, isLast: Bool, into output: inout Output,
    _ flush: (inout Output) throws(Failure) -> Void
  ) throws(Failure) {
    var at = 0
    repeat {
      let count = min(bytes.count - at, redactor.space.count)
      if count > 0 { redactor.space.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[at..<(at + count)])) }
      at += count
      redactor.take(count, isLast: isLast && at == bytes.count) { output.append($0) }
      if output.hasFailed { throw .noMemory }
      if output.count > 0 { try flush(&output) }
    } while at < bytes.count
  }
}

extension Context {
  func feed(
    _ bytes: UnsafeRawBufferPointer, isLast: Bool, _ sink: hopxguard_sink, _ user: UnsafeMutableRawPointer?
  ) throws(Failure) {
    try Self.checkMemory(for: bytes.count)
    let stream = stream ?? Stream(rules: rules)
    // A stream that fails has ended.
    self.stream = nil
    text.removeAll()
    try stream.take(bytes, isLast: isLast, into: &text) { output throws(Failure) in
      defer { output.removeAll() }
      let status = sink(user, output.memory?.assumingMemoryBound(to: UInt8.self), output.count)
      if status != 0 {
        throw Failure(status: Int32(HOPXGUARD_SINK_FAILED), message: "the sink returned \(status)")
      }
    }
    if !isLast { self.stream = stream }
  }
}
