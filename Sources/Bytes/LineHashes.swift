// The hash that identifies a line for GitHub wherever it moves in its file: `primaryLocationLineHash`, the public
// algorithm of codeql-action's src/fingerprints.ts. It covers the 100 UTF-16 code units from the line's start on,
// into later lines, without spaces and tabs. Every line end counts as LF; after the end of the file come 65535 and
// zeros. The hash is the sum of each unit times 37 to the power of its distance from the end, in 64 bits. A count
// follows: how many lines up to this one have the same hash.

/// Reads a text from its beginning and returns the hashes of requested lines.
struct LineHashes: Sendable {
  private var window = [UInt16](repeating: 0, count: Self.length)
  /// Where in the window a line begins.
  private var starts = [Bool](repeating: false, count: Self.length)
  private var slot = 0
  private var hash: UInt64 = 0
  private var startsLine = true
  /// How often each hash has come, of the first `mostCounted` different ones and of those asked for.
  private var counts: [UInt64: Int] = [:]
  /// Lines hashed.
  private var hashed = 0
  private var last = ""
  private var wanted: Set<Int> = []
  private var found: [Int: String] = [:]

  /// Code units.
  private static let length = 100
  private static let factor: UInt64 = 37
  private static let leaving = (0..<length).reduce(UInt64(1)) { power, _ in power &* factor }
  /// Maximum number of different hashes counted for lines that were not requested: some 20 MB. In a file with more,
  /// a repeated line after them counts as new, unless it was requested itself.
  private static let mostCounted = 500_000

  /// Adds a code unit that is not a space, a tab or an LF after a CR; the caller passes a CR as LF.
  @inline(__always)
  mutating func take(_ unit: UInt16) {
    if starts[slot] { note() }
    starts[slot] = startsLine
    startsLine = unit == 0x0A
    push(unit)
  }

  @inline(__always)
  private mutating func push(_ unit: UInt16) {
    let leaving = UInt64(window[slot])
    window[slot] = unit
    hash = hash &* Self.factor &+ UInt64(unit) &- Self.leaving &* leaving
    slot = slot + 1 == Self.length ? 0 : slot + 1
  }

  private mutating func note() {
    hashed += 1
    let isWanted = wanted.contains(hashed)
    let count = counts[hash, default: 0] + 1
    if count > 1 || isWanted || counts.count < Self.mostCounted { counts[hash] = count }
    last = "\(String(hash, radix: 16)):\(count)"
    if isWanted { found[hashed] = last }
  }

  /// Asks for the hash of a line, from 1: of the one that was begun last, or a later one.
  mutating func want(_ line: Int) {
    if line == hashed { found[line] = last } else { wanted.insert(line) }
  }

  /// The hashes of the lines asked for.
  mutating func finish() -> [Int: String] {
    take(0xFFFF)
    for _ in 0..<Self.length {
      if starts[slot] { note() }
      starts[slot] = false
      push(0)
    }
    return found
  }
}
