// Finds where rules could match: every place with the literal of a rule. A few literals are searched one after the
// other, each at memory speed and with nothing to set up; more of them, and those of any case, by an index in one pass.

import CSearch
import Rules

/// A place with the literal of some rules.
struct Candidate: Sendable {
  let offset: Int
  /// As `Prefilter.rules` numbers them.
  let literal: Int
}

/// What a search has to know of a rule at each of its literals.
struct Trial: Sendable {
  let rule: Int
  let anchor: RuleAnchor
  let capture: RuleCapture
  let isPlain: Bool
  let mostDistance: Int
  /// Whether more than the pattern decides.
  let hasChecks: Bool

  init(_ rule: Rule, _ index: Int) {
    self.rule = index
    anchor = rule.anchor
    capture = rule.capture
    isPlain = rule.isPlain
    mostDistance = rule.distance.most
    hasChecks =
      rule.filter != nil || rule.path != nil || rule.checksum != nil || !rule.required.isEmpty || !rule.isReported
      || rule.fixedConfidence != nil
  }
}

struct Prefilter: Sendable {
  let trials: [Trial]
  private let needles: [Needle]
  /// nil where `needles` do.
  private let index: LiteralIndex?
  let literals: [Literal]
  /// For each literal the rules that are tried at it, in order.
  let rules: [[Int]]
  /// For each literal the bytes from it on that stay readable whatever comes.
  private let visible: [Int]
  /// Bytes of the longest literal.
  let longest: Int
  /// Bytes from a literal to a secret at most, and from the start of a match to its literal.
  let reach: Int
  let before: Int
  /// Whether every match begins with a literal and is the secret, whole.
  let isPlain: Bool

  /// Literals that are searched one by one.
  private static let mostNeedles = 3

  init(_ all: [Rule]) {
    var numbers: [Literal: Int] = [:]
    var literals: [Literal] = []
    var rules: [[Int]] = []
    for (rule, literal) in all.enumerated().flatMap({ rule in rule.element.literals.map { (rule.offset, $0) } }) {
      if let number = numbers[literal] {
        if rules[number].last != rule { rules[number].append(rule) }
      } else {
        numbers[literal] = literals.count
        literals.append(literal)
        rules.append([rule])
      }
    }
    let isFew = literals.count <= Self.mostNeedles && literals.allSatisfy { !$0.isCaseless && $0.bytes.count > 2 }
    needles = isFew ? literals.map { Needle($0.bytes) } : []
    index = isFew ? nil : LiteralIndex(literals)
    self.literals = literals
    longest = literals.reduce(0) { max($0, $1.bytes.count) }
    self.rules = rules
    visible = rules.map { rules in rules.map { all[$0].visible }.min() ?? 0 }
    trials = all.enumerated().map { Trial($0.element, $0.offset) }
    isPlain = all.allSatisfy(\.isPlain)
    reach = all.reduce(0) { $1.isPlain ? $0 : max($0, $1.distance.most) }
    before = all.reduce(0) { most, rule in
      if case .before(let bytes) = rule.anchor { return max(most, bytes) }
      return most
    }
  }

  /// Bytes of a literal.
  func length(of literal: Int) -> Int { literals[literal].bytes.count }

  /// Appends every candidate that begins in `places` and lies whole in `bytes`, in order.
  func search(
    _ bytes: UnsafeRawBufferPointer, at places: Range<Int>, into candidates: inout [Candidate]
  ) {
    if let index {
      index.search(bytes, at: places) { candidates.append(Candidate(offset: $0, literal: $1)) }
    } else {
      for (literal, needle) in needles.enumerated() {
        needle.search(bytes, at: places) { candidates.append(Candidate(offset: $0, literal: literal)) }
      }
    }
    if literals.count > 1 {
      candidates.sort { ($0.offset, $0.literal) < ($1.offset, $1.literal) }
    }
  }

  /// The first place at or after `start` where `bytes` ends in the middle of a literal; the end when
  /// there is none.
  func cutLiteral(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
    if let index { return index.cutLiteral(in: bytes, from: start) }
    var at = max(start, bytes.count - (longest - 1))
    while at < bytes.count {
      if literals.contains(where: { $0.isCut(in: bytes, at: at) }) { return at }
      at += 1
    }
    return bytes.count
  }

  /// Where the bytes end that are visible whatever comes.
  ///
  /// - Parameters:
  ///   - start: no match that is still unknown begins before it.
  ///   - candidates: all from there on.
  func visibleEnd(in bytes: UnsafeRawBufferPointer, from start: Int, _ candidates: [Candidate]) -> Int {
    var end = bytes.count
    for candidate in candidates { end = min(end, candidate.offset + visible[candidate.literal]) }
    var at = cutLiteral(in: bytes, from: start)
    while at < end {
      for (number, literal) in literals.enumerated() where literal.isCut(in: bytes, at: at) {
        end = min(end, at + visible[number])
      }
      at += 1
    }
    if before == 0 { return end }
    // What may come before a literal is part of a word.
    var word = bytes.count
    while word > start, bytes.count - word < before, isWordByte(bytes[word - 1]) { word -= 1 }
    return min(end, word)
  }
}

private func isWordByte(_ byte: UInt8) -> Bool {
  byte.isLetter || (0x30...0x39).contains(byte) || Array("_-.~+/=".utf8).contains(byte)
}

extension Prefilter {
  /// What finds the literals without an index; with one they are looked for by `search` alone.
  var probes: [csearch_probe] { needles.map(\.probe) }
  var isIndexed: Bool { index != nil }
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
    return literal.withUnsafeBytes { csearch_is_equal(here, $0.baseAddress!, $0.count) }
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
