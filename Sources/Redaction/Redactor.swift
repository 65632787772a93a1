// The streaming filter: bytes in, the same bytes out without the secrets in them. What it gives out
// does not depend on how the input was cut into reads, and after each read nothing is held back but
// what could still become part of a secret. It never looks at a file, a line or a process.

public import Detection

/// Takes the secrets out of a stream.
///
/// The caller puts bytes into `space` and calls `take`, again and again, the last time with `isLast`.
/// Then the next input can begin.
public struct Redactor: ~Copyable {
  /// Secrets taken out of all inputs so far; of secrets that overlap each counts.
  public private(set) var count = 0
  /// Rules that PCRE2 gave up on: from there to the end of that input all that could be a match was
  /// taken out.
  public private(set) var surrenders: [Surrender] = []

  private var scanner: Scanner
  private let heldBack: HeldBack
  private let memory: UnsafeMutableRawBufferPointer
  private let chunk: Int
  private let dots: UnsafeMutableRawBufferPointer
  private var filled = 0
  /// The buffer begins where the input begins.
  private var atStart = true
  /// Every match that begins before it is known.
  private var decided = 0
  /// Every byte before it has been written or taken out.
  private var done = 0
  private var cut: OpenCut?
  private var matches: [Match] = []

  /// Overlapping matches to which more could be added.
  private struct OpenCut {
    var end: Int
    var keptEnd: Int
    /// What is kept and the dots have been written.
    var isWritten = false
  }

  /// Bytes in which a search looks for the beginnings of matches: it bounds how many there are.
  private static let searchBytes = 32 * 1024
  /// The most that can lie before what is read next: a match, what a pattern may look back at, and
  /// what of a match is visible and not yet written.
  private static let heldBytes = Rule.longestMatch + Scanner.context + 64

  /// - Parameter chunk: bytes of `space`.
  public init(rules: RuleSet, chunk: Int = 128 * 1024) {
    scanner = Scanner(rules: rules, purpose: .redaction)
    heldBack = HeldBack(rules: rules)
    self.chunk = chunk
    memory = .allocate(byteCount: chunk + Self.heldBytes, alignment: 64)
    dots = .allocate(byteCount: ellipsis.count, alignment: 1)
    dots.copyBytes(from: ellipsis)
  }

  deinit {
    dots.deallocate()
    memory.deallocate()
  }

  /// Where the next bytes of the input go.
  public var space: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(rebasing: memory[filled..<(filled + chunk)])
  }

  /// Takes in the first `count` bytes of `space` and gives out what is decided now.
  ///
  /// - Parameters:
  ///   - isLast: the input ends here.
  ///   - write: is given the output piece by piece. A piece lies in the buffer itself unless
  ///     something was taken out.
  public mutating func take<Failure: Error>(
    _ count: Int, isLast: Bool, _ write: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    filled += count
    let bytes = UnsafeRawBufferPointer(rebasing: memory[..<filled])
    var until: Int
    repeat {
      until = decided + Self.searchBytes
      matches.removeAll(keepingCapacity: true)
      decided = scanner.search(
        bytes, from: decided, until: until, atStart: atStart, isLast: isLast, into: &matches
      ).decided
      self.count += matches.count
      for match in matches { try add(match, bytes, write) }
    } while decided == until
    try writeDecided(bytes, isLast: isLast, write)
    if isLast { reset() } else { slide() }
  }

  private mutating func add<Failure: Error>(
    _ match: Match, _ bytes: UnsafeRawBufferPointer,
    _ write: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    let kept = keptEnd(of: match, rules: scanner.rules)
    if var open = cut, match.range.lowerBound < open.end {
      open.end = max(open.end, match.range.upperBound)
      open.keptEnd = min(open.keptEnd, kept)
      cut = open
    } else {
      try closeCut(bytes, write)
      cut = OpenCut(end: match.range.upperBound, keptEnd: kept)
    }
  }

  private mutating func closeCut<Failure: Error>(
    _ bytes: UnsafeRawBufferPointer, _ write: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    guard let open = cut else { return }
    if !open.isWritten {
      try writeUp(to: open.keptEnd, bytes, write)
      try write(UnsafeRawBufferPointer(dots))
    }
    done = open.end
    cut = nil
  }

  private mutating func writeDecided<Failure: Error>(
    _ bytes: UnsafeRawBufferPointer, isLast: Bool,
    _ write: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    if let open = cut, open.end <= decided || isLast { try closeCut(bytes, write) }
    let visible = isLast ? filled : heldBack.visibleEnd(in: bytes, from: decided)
    guard let open = cut else { return try writeUp(to: visible, bytes, write) }
    // What stands behind the cut waits too: a candidate inside it may reach as far.
    if open.isWritten { return }
    try writeUp(to: min(open.keptEnd, visible), bytes, write)
    if open.keptEnd <= visible {
      try write(UnsafeRawBufferPointer(dots))
      cut!.isWritten = true
    }
  }

  private mutating func writeUp<Failure: Error>(
    to end: Int, _ bytes: UnsafeRawBufferPointer,
    _ write: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    guard done < end else { return }
    try write(UnsafeRawBufferPointer(rebasing: bytes[done..<end]))
    done = end
  }

  /// Drops what nothing that is still to come can touch or look at.
  private mutating func slide() {
    let needed = cut?.isWritten == true ? decided : min(done, decided)
    let count = max(0, min(needed, decided - Scanner.context))
    guard count > 0 else { return }
    memory.baseAddress!.copyMemory(from: memory.baseAddress! + count, byteCount: filled - count)
    filled -= count
    decided -= count
    done = max(0, done - count)
    cut?.end -= count
    cut?.keptEnd -= count
    atStart = false
  }

  private mutating func reset() {
    for surrender in scanner.surrenders where !surrenders.contains(where: { $0.rule == surrender.rule }) {
      surrenders.append(surrender)
    }
    scanner.begin()
    filled = 0
    decided = 0
    done = 0
    atStart = true
  }
}
