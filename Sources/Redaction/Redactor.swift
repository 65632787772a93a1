// The streaming filter: bytes in, the same bytes without their secrets out. Its output does not depend on how the
// input was cut into reads, and after each read it holds back only bytes that could still become part of a secret.
// It knows nothing about files, lines or processes.

public import Detection
import Rules

/// Takes the secrets out of a stream.
///
/// The caller puts bytes into `space` and calls `take`, again and again, the last time with `isLast`.
/// Then the next input can begin.
public struct Redactor: ~Copyable {
  /// Secrets removed from all inputs so far; overlapping secrets count separately.
  public private(set) var count = 0
  /// Rules that PCRE2 gave up on. From there to the end of that input, everything that could be a match was removed.
  public private(set) var surrenders: [Surrender] = []

  private var scanner: StreamSearch
  let memory: UnsafeMutableRawBufferPointer
  private let chunk: Int
  private let scratch: UnsafeMutableRawBufferPointer
  private var filled = 0
  /// Bytes of the input before the buffer.
  private(set) var base = 0
  /// Every match that begins before it is known.
  private var decided = 0
  /// Every byte before it has been written or removed.
  private var done = 0
  private var cut: OpenCut?
  private var matches: [StreamMatch] = []

  /// Bytes in which a search looks for the beginnings of matches: it bounds how many there are.
  private static let searchBytes = 32 * 1024
  /// Maximum number of bytes kept before the next read: a match, what a pattern may look back at, and the visible
  /// part of a match that is not written yet, with what parts it.
  private static func heldBytes(_ rules: RuleSet) -> Int {
    rules.longestSpan + 2 * rules.context + StreamSearch.longestParting + 64
  }

  private static let mostOwnBytes = 256

  /// - Parameters:
  ///   - chunk: bytes of `space`.
  ///   - isPlain: encoded keys stay.
  public init(rules: RuleSet, chunk: Int = 128 * 1024, isPlain: Bool = false) {
    scanner = StreamSearch(rules: rules, isPlain: isPlain)
    self.chunk = chunk
    memory = .allocate(byteCount: chunk + Self.heldBytes(rules), alignment: 64)
    scratch = .allocate(byteCount: Self.mostOwnBytes, alignment: 1)
  }

  deinit {
    scratch.deallocate()
    memory.deallocate()
  }

  /// Where the next bytes of the input go.
  public var space: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(rebasing: memory[filled..<(filled + chunk)])
  }

  /// Processes the first `count` bytes of `space` and writes what is decided now.
  ///
  /// - Parameters:
  ///   - isLast: the input ends here.
  ///   - write: receives the output piece by piece. A piece is in the buffer itself unless it is a replacement.
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
        bytes, from: decided, until: until, base: base, isLast: isLast, into: &matches)
      self.count += matches.count
      for match in matches { try add(match, bytes, write) }
    } while decided == until
    try writeDecided(bytes, isLast: isLast, write)
    if isLast { reset() } else { slide() }
  }

  private mutating func add<Failure: Error>(
    _ match: StreamMatch, _ bytes: UnsafeRawBufferPointer,
    _ write: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    if cut != nil, match.range.lowerBound < cut!.end {
      cut!.join(match)
    } else {
      try closeCut(bytes, write)
      cut = OpenCut(match)
    }
  }

  private mutating func closeCut<Failure: Error>(
    _ bytes: UnsafeRawBufferPointer, _ write: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    if cut == nil { return }
    if !cut!.isWritten { try writeHead(bytes, write) }
    try writeCodes(bytes, decided: .max, write)
    try writeOwn(cut!.tailBytes, write)
    done = cut!.end
    cut = nil
  }

  /// Writes what is kept of a cut and the dots.
  private mutating func writeHead<Failure: Error>(
    _ bytes: UnsafeRawBufferPointer, _ write: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    try writeUp(to: cut!.keptEnd, bytes, write)
    try writeOwn(cut!.headBytes, write)
    cut!.isWritten = true
  }

  private mutating func writeCodes<Failure: Error>(
    _ bytes: UnsafeRawBufferPointer, decided: Int, _ write: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    for code in cut!.takeCodes(decided: decided) { try write(UnsafeRawBufferPointer(rebasing: bytes[code])) }
  }

  /// Writes bytes that are not the input's.
  private mutating func writeOwn<Failure: Error>(
    _ text: [UInt8], _ write: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    var rest = text[...]
    while !rest.isEmpty {
      let part = rest.prefix(Self.mostOwnBytes)
      scratch.copyBytes(from: part)
      try write(UnsafeRawBufferPointer(rebasing: scratch[..<part.count]))
      rest = rest.dropFirst(part.count)
    }
  }

  private mutating func writeDecided<Failure: Error>(
    _ bytes: UnsafeRawBufferPointer, isLast: Bool,
    _ write: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    if let open = cut, open.end <= decided || isLast { try closeCut(bytes, write) }
    let visible = isLast ? filled : visibleEnd(in: bytes)
    guard let open = cut else { return try writeUp(to: visible, bytes, write) }
    // The bytes after the cut wait too: a candidate inside it may reach that far.
    if !open.isWritten {
      if open.keptEnd > visible { return try writeUp(to: visible, bytes, write) }
      try writeHead(bytes, write)
    }
    try writeCodes(bytes, decided: decided, write)
  }

  private borrowing func visibleEnd(in bytes: UnsafeRawBufferPointer) -> Int {
    scanner.visibleEnd(in: bytes, from: decided, to: bytes.count)
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
    let needed = min(cut?.isWritten == true ? decided : min(done, decided), cut?.firstCode ?? .max)
    let count = max(0, min(needed, decided - scanner.rules.context))
    guard count > 0 else { return }
    memory.baseAddress!.copyMemory(from: memory.baseAddress! + count, byteCount: filled - count)
    filled -= count
    decided -= count
    done = max(0, done - count)
    cut?.slide(by: count)
    base += count
  }

  private mutating func reset() {
    for surrender in scanner.surrenders where !surrenders.contains(where: { $0.rule == surrender.rule }) {
      surrenders.append(surrender)
    }
    scanner.begin()
    filled = 0
    decided = 0
    done = 0
    base = 0
  }
}
