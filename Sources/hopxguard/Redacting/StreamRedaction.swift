// Joins inputs to the filter and the filter to an output: one read, one write, nothing held back that
// is decided.

import Archives
import Detection
import Platform

/// The output cannot be written.
struct OutputError: Error {
  let reason: SystemError
}

/// What redaction came to.
struct RedactionTally {
  var keys = 0
  /// Read.
  var bytes = 0
  /// Every input was read to its end.
  var isComplete = true
  /// Rules that PCRE2 gave up on, each once.
  var surrenders: [Surrender] = []

  mutating func add(_ other: RedactionTally) {
    keys += other.keys
    bytes += other.bytes
    isComplete = isComplete && other.isComplete
    for surrender in other.surrenders where !surrenders.contains(where: { $0.rule == surrender.rule }) {
      surrenders.append(surrender)
    }
  }
}

/// Redacts inputs, one after the other, to one output.
struct StreamRedaction: ~Copyable {
  private var filter: OutputFilter
  private var output: GatheredOutput
  private let isDiscarded: Bool
  private var bytes = 0
  private let progress: ReadingProgress?

  /// - Parameters:
  ///   - output: nil when what comes out goes nowhere.
  ///   - isPlain: encoded keys stay.
  ///   - leavesMasks: CI commands that say what to mask stay as they are.
  init(
    rules: RuleSet, output: CInt?, isPlain: Bool, leavesMasks: Bool = false, progress: ReadingProgress? = nil
  ) {
    self.progress = progress
    filter = OutputFilter(rules, isPlain: isPlain, leavesMasks: leavesMasks)
    self.output = GatheredOutput(descriptor: output ?? -1)
    isDiscarded = output == nil
  }

  /// Why what was written has not the structure of what was read, in words for a person.
  var problem: String? { filter.problem }

  var tally: RedactionTally {
    RedactionTally(keys: filter.count, bytes: bytes, surrenders: filter.surrenders)
  }

  /// Reads a file, or standard input for `-`, to its end. What could go on in the next input is held
  /// back.
  ///
  /// - Returns: why it was not read to its end, in words for a person; nil when it was.
  mutating func pass(_ name: String) throws(OutputError) -> String? {
    if name == "-" { return try pass(standardInput).map { "standard input \($0)" } }
    let file: Descriptor
    do throws(SystemError) {
      file = try .open(Path(name), flags: Descriptor.toRead)
    } catch {
      return "\(name) cannot be read: \(error)"
    }
    return try pass(file.number).map { "\(name) \($0)" }
  }

  /// - Parameter goesOn: is asked before each read.
  mutating func pass(_ input: CInt, while goesOn: () -> Bool = { true }) throws(OutputError) -> String? {
    if !isDiscarded, isSameFile(input, output.number) { return "is also the output" }
    var isFirst = true
    while goesOn() {
      let read: Int
      do throws(SystemError) {
        read = isFirst ? try readStart(input) : try readWaiting(input, into: filter.space)
      } catch {
        return "cannot be read: \(error)"
      }
      if read == 0 { break }
      if isFirst {
        let start = UnsafeRawBufferPointer(rebasing: filter.space[..<read])
        if let obstacle = compressionObstacle(start) { return obstacle }
        isFirst = false
      }
      bytes += read
      progress?.add(read)
      try take(read, isLast: false)
    }
    return nil
  }

  /// Ends the stream: what is held back is no key any more, or is redacted.
  mutating func finish() throws(OutputError) { try take(0, isLast: true) }

  /// Reads once, or as often as it takes to know whether it is an archive, where it begins with a mark that is
  /// no text. Formats whose marks are text are told by what one read brings: text must not be held back.
  private func readStart(_ input: CInt) throws(SystemError) -> Int {
    var count = 0
    while true {
      let space = UnsafeMutableRawBufferPointer(rebasing: filter.space[count...])
      let read = try readWaiting(input, into: space)
      count += read
      let start = UnsafeRawBufferPointer(rebasing: filter.space[..<count])
      if read == 0 || !ArchiveKind.mustWait(start) { return count }
    }
  }

  private mutating func take(_ read: Int, isLast: Bool) throws(OutputError) {
    do throws(SystemError) {
      if isDiscarded {
        try filter.take(read, isLast: isLast) { _ in }
      } else {
        try filter.take(read, isLast: isLast) { (piece) throws(SystemError) in
          try output.append(piece)
        }
        try output.flush()
      }
    } catch {
      throw OutputError(reason: error)
    }
  }
}

/// Whether both are one regular file, so that reading would never come to what was written last.
private func isSameFile(_ input: CInt, _ output: CInt) -> Bool {
  guard let first = try? FileStatus.of(input), let second = try? FileStatus.of(output) else { return false }
  return first.kind == .file && first.isSameFile(as: second)
}
