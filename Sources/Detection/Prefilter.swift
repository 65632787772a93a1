// Finds where rules could match: every place with the literal of a rule. It makes one pass for each literal over a
// chunk that stays in cache, because one literal is searched at memory speed while an alternation of six is twenty
// times slower. Nothing else may know how this searches, so that a multi-literal automaton can take its place when
// rule sets grow.

import CSearch

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A place with the literal of some rules.
struct Candidate: Sendable {
  let offset: Int
  /// As `Prefilter.rules` numbers them.
  let literal: Int
}

struct Prefilter: Sendable {
  private let needles: [Needle]
  /// For each literal the rules that begin with it, in order.
  let rules: [[Int]]
  /// Bytes of the longest literal.
  let longestLiteral: Int

  /// - Parameter literals: of each rule.
  init(literals: [[UInt8]]) {
    var numbers: [[UInt8]: Int] = [:]
    var needles: [Needle] = []
    var rules: [[Int]] = []
    for (rule, literal) in literals.enumerated() {
      if let number = numbers[literal] {
        rules[number].append(rule)
      } else {
        numbers[literal] = needles.count
        needles.append(Needle(literal))
        rules.append([rule])
      }
    }
    self.needles = needles
    self.rules = rules
    longestLiteral = literals.map(\.count).max() ?? 0
  }

  /// Appends every candidate that begins in `places` and lies whole in `bytes`, in order.
  func search(
    _ bytes: UnsafeRawBufferPointer, at places: Range<Int>, into candidates: inout [Candidate]
  ) {
    for (literal, needle) in needles.enumerated() {
      needle.search(bytes, at: places) { candidates.append(Candidate(offset: $0, literal: literal)) }
    }
    if needles.count > 1 {
      candidates.sort { ($0.offset, $0.literal) < ($1.offset, $1.literal) }
    }
  }

  /// The first place at or after `start` where `bytes` ends in the middle of a literal; the end when
  /// there is none.
  func cutLiteral(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
    var at = max(start, bytes.count - (longestLiteral - 1))
    while at < bytes.count {
      let tail = UnsafeRawBufferPointer(rebasing: bytes[at...])
      if needles.contains(where: { $0.isCut(tail) }) { return at }
      at += 1
    }
    return bytes.count
  }
}

extension Prefilter {
  var probes: [csearch_probe] { needles.map(\.probe) }
}

/// One literal, found by its two rarest bytes, sixteen places at a time.
struct Needle: Sendable {
  let literal: [UInt8]
  /// Offsets in the literal of the bytes to probe, the first below the second; equal for one byte.
  private let first: Int
  private let second: Int

  init(_ literal: [UInt8]) {
    self.literal = literal
    // Of equally rare bytes the later one: what a literal begins with is more often a word of its own.
    let rarest = literal.indices.sorted {
      (commonness(literal[$0]), -$0) < (commonness(literal[$1]), -$1)
    }
    let one = rarest[0]
    let other = rarest.first { literal[$0] != literal[one] } ?? rarest.last!
    first = min(one, other)
    second = max(one, other)
  }

  var probe: csearch_probe {
    // Of two bytes that are further apart than a probe can say, the first alone.
    let isNear = second - first <= Int(CSEARCH_MOST_DISTANCE)
    return csearch_probe(
      mask_a: 0xFF, a: literal[first], mask_b: isNear ? 0xFF : 0, b: isNear ? literal[second] : 0,
      distance: isNear ? UInt16(second - first) : 0)
  }

  /// Whether `tail` is the beginning of the literal and no more.
  func isCut(_ tail: UnsafeRawBufferPointer) -> Bool {
    tail.count < literal.count && tail.indices.allSatisfy { tail[$0] == literal[$0] }
  }

  @inline(__always)
  func search(_ bytes: UnsafeRawBufferPointer, at places: Range<Int>, _ found: (Int) -> Void) {
    let end = min(bytes.count - literal.count + 1, places.upperBound)
    guard let base = bytes.baseAddress, places.lowerBound < end else { return }
    let text = base.assumingMemoryBound(to: UInt8.self)
    var at = places.lowerBound
    while true {
      at = csearch_pair(text, bytes.count, at, end, first, literal[first], second, literal[second])
      if at >= end { return }
      if stands(at: base + at) { found(at) }
      at += 1
    }
  }

  @inline(__always)
  private func stands(at here: UnsafeRawPointer) -> Bool {
    guard here.load(fromByteOffset: first, as: UInt8.self) == literal[first],
      here.load(fromByteOffset: second, as: UInt8.self) == literal[second]
    else { return false }
    return literal.withUnsafeBytes { memcmp(here, $0.baseAddress!, $0.count) == 0 }
  }
}

/// A rough rank of how often a byte stands in source code and logs; the rarest make the best probes.
func commonness(_ byte: UInt8) -> Int {
  switch byte {
  case UInt8(ascii: " "), 0, UInt8(ascii: "\n"): 255
  case UInt8(ascii: "e"), UInt8(ascii: "t"), UInt8(ascii: "a"), UInt8(ascii: "i"),
    UInt8(ascii: "n"), UInt8(ascii: "o"), UInt8(ascii: "r"), UInt8(ascii: "s"):
    200
  case UInt8(ascii: "l"), UInt8(ascii: "d"), UInt8(ascii: "c"), UInt8(ascii: "u"),
    UInt8(ascii: "m"), UInt8(ascii: "p"), UInt8(ascii: "f"):
    120
  case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
    UInt8(ascii: "."), UInt8(ascii: "\""), UInt8(ascii: "="), UInt8(ascii: "/"):
    100
  case UInt8(ascii: "g"), UInt8(ascii: "h"), UInt8(ascii: "b"), UInt8(ascii: "y"),
    UInt8(ascii: "w"), UInt8(ascii: "v"):
    60
  case UInt8(ascii: "x"), UInt8(ascii: "k"): 30
  case UInt8(ascii: "j"), UInt8(ascii: "q"), UInt8(ascii: "z"): 15
  case UInt8(ascii: "A")...UInt8(ascii: "Z"): 50
  default: 40
  }
}
