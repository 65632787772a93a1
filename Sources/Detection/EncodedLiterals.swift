// How the literals of rules look in a stream when they are encoded. Each form is a text of its own to
// search for: UTF-16 of either byte order by one pair of bytes, base64 at its three alignments by another,
// and escapes and control sequences by the first of them that stands in the literal.

import Bytes
import CSearch
import Rules
import Synchronization

/// A place where an encoded key may begin.
struct EncodedCandidate: Equatable {
  let place: Int
  /// What to decode it from: before `place` may be digits that hold a few bits of the key and say nothing about it.
  let start: Int
  let rule: Int
  let form: StreamForm
}

/// The encoded literals of one set of rules, made when a stream asks for them first.
final class SharedLiterals: Sendable {
  private let made = Mutex<EncodedLiterals?>(nil)

  func literals(of rules: RuleSet) -> EncodedLiterals {
    made.withLock { made in
      if let made { return made }
      let literals = EncodedLiterals(rules)
      made = literals
      return literals
    }
  }
}

struct EncodedLiterals: Sendable {
  private let literals: [EncodedLiteral]
  /// For each literal the rules that begin with it, with the bytes that they keep.
  private let rules: [[(rule: Int, keep: Int)]]
  /// Bytes of an encoded literal at most, unless escapes or control sequences are in it.
  private let longest: Int
  private let beginnings: LiteralBeginnings
  private let coreBeginnings: CoreBeginnings
  private let secondNumbers: ListBeginnings
  private let broken: BrokenLiterals
  let parted: PartedLiterals
  /// Finds the literals plain, in UTF-16, UTF-32 and base64; nil for a few, which have probes.
  let index: EncodedIndex?
  /// Bytes of literals; those behind which more of one comes; and those that one begins with.
  private let members: ByteSet
  let memberTable: [UInt8]
  private let inner: ByteSet
  private let firsts: ByteSet
  private let hasPlainFirsts: Bool
  private let fixed: FixedForms
  /// For each byte the literals that begin with it.
  private let listBeginnings: [[Int]]
  /// The digits that a list may begin with.
  private let beginsList: [Bool]

  init(_ set: RuleSet) {
    var numbers: [[UInt8]: Int] = [:]
    var literals: [EncodedLiteral] = []
    var rules: [[(rule: Int, keep: Int)]] = []
    for (index, rule) in set.rules.enumerated() where rule.isPlain {
      if let number = numbers[rule.literal] {
        rules[number].append((index, rule.keep))
      } else {
        numbers[rule.literal] = literals.count
        literals.append(EncodedLiteral(rule.literal))
        rules.append([(index, rule.keep)])
      }
    }
    self.literals = literals
    self.rules = rules
    longest = 4 * (literals.map(\.bytes.count).max() ?? 0) + 4 + longestIndentation
    let members = ByteSet(literals.flatMap(\.bytes))
    self.members = members
    let inner = ByteSet(literals.flatMap { $0.bytes.dropLast() })
    self.inner = inner
    firsts = ByteSet(literals.map { $0.bytes[0] })
    hasPlainFirsts = literals.allSatisfy { isLetterOrDigit($0.bytes[0]) }
    let isSpecial = !hasPlainFirsts || literals.contains { $0.bytes.contains { $0 >= 0x80 } }
    memberTable =
      (0..<256).map { byte in
        let begins = isIntroducer(UInt8(byte)) ? UInt8(CSEARCH_BEGINS) : 0
        return begins | (members.contains(UInt8(byte)) || byte == 0 ? UInt8(CSEARCH_WORD) : 0)
          | (inner.contains(UInt8(byte)) ? UInt8(CSEARCH_INNER) : 0)
      } + [isSpecial ? 1 : 0]
    let shapes = literals.map { ($0.bytes, $0.cores) }
    beginnings = LiteralBeginnings(shapes)
    broken = BrokenLiterals(literals.map(\.bytes))
    let parted = PartedLiterals(literals.map(\.bytes))
    self.parted = parted
    index =
      literals.count > Self.mostProbed
      ? EncodedIndex(plain: set.prefilter.literals, shapes, pieces: parted.pieces.pieces.map(\.bytes)) : nil
    let keeps = rules.map { rules in rules.map(\.keep).min() ?? 0 }
    fixed = FixedForms(literals.map(\.bytes)) { keeps[$0] >= Self.fewestKept }
    coreBeginnings = CoreBeginnings(fixed.forms.map(\.core))
    secondNumbers = ListBeginnings(literals.map(\.bytes))
    var lists = Array(repeating: [Int](), count: 256)
    for (number, literal) in literals.enumerated() { lists[Int(literal.bytes[0])].append(number) }
    listBeginnings = lists
    beginsList = (0..<256).map { byte in
      let high = hexValue(UInt8(byte))
      return 0x30...0x39 ~= byte || high != nil && literals.contains { $0.bytes[0] >> 4 == high }
    }
    longestLiteral = literals.map(\.bytes.count).max() ?? 0
    longestList = longestLiteral * (4 + ForwardLevel.longestGap)
  }

  /// Literals that are searched by probes.
  private static let mostProbed = 3
  /// Bytes that rules have to keep for their literals to be looked for under several encodings: with fewer, the
  /// end of any word would be held back.
  private static let fewestKept = 4
  private let longestLiteral: Int
  /// Bytes of a literal as a list of numbers at most.
  private let longestList: Int

  /// Bytes after a place in which there may be something of a literal that begins there and that `index` finds.
  var reach: Int { max(longest, parted.longest) }

  /// What finds the literals that are encoded as a whole.
  var probes: [PairProbe] { literals.flatMap { [$0.wide].compactMap { $0 } + $0.base64.map(\.probe) } }

  /// Whether a literal may be in `text` under several encodings, or as numbers.
  func isAnyFixed(in text: UnsafeRawBufferPointer) -> Bool { fixed.isAny(in: text) }

  /// Appends candidates that begin in `places`, not in order; those whose literal stands there plainly or
  /// is cut off at the end of `bytes` without a token in it are not among them.
  ///
  /// - Parameters:
  ///   - isLast: nothing comes after `bytes`.
  ///   - hits: those of `index`, if there is one, from `places` on to `reach` bytes after them.
  func search(
    _ bytes: UnsafeRawBufferPointer, at places: Range<Int>, isLast: Bool, hits: LiteralHits,
    into candidates: inout [EncodedCandidate]
  ) {
    let end = min(bytes.count, places.upperBound + longest)
    func add(_ literal: Int, _ place: Int, _ stage: StreamStage) {
      guard places.contains(place) else { return }
      let form = stage == .text ? StreamForm.text : StreamForm([stage])
      for rule in rules[literal] {
        candidates.append(EncodedCandidate(place: place, start: place, rule: rule.rule, form: form))
      }
    }
    searchTokens(bytes, at: places.lowerBound..<end, members: memberTable) { place in
      if !couldBreak(bytes, place) { return }
      broken.search(brokenAt: place, bytes, isLast) { add($0, place - $1, .text) }
    }
    let fixedEnd = min(bytes.count, places.upperBound + max(longestList, fixed.longest))
    fixed.search(bytes, at: places.lowerBound..<fixedEnd) { literal, place, start, form in
      guard places.contains(place) else { return }
      for rule in rules[literal] {
        candidates.append(EncodedCandidate(place: place, start: start, rule: rule.rule, form: form))
      }
    }
    if let index {
      let indexed = places.lowerBound..<min(bytes.count, places.upperBound + reach)
      func addOwner(_ place: Int, _ owner: EncodedIndex.Owner) {
        switch owner {
        case .piece(let number):
          let piece = parted.pieces.pieces[number]
          if let start = parted.start(of: piece, at: place, in: bytes) { add(piece.number, start, .text) }
        case .wide(let number, let character, let width):
          addWide(literals[number], number, place - width * character, bytes, width: width, add)
        case .base64(let number, let lead): addBase64(literals[number], number, lead, bytes, place, 0, add)
        }
      }
      for hit in hits.encoded where indexed.contains(hit.place) {
        for owner in index.owners(of: hit.text) { addOwner(hit.place, owner) }
      }
      index.searchLineEnds(bytes, at: indexed, addOwner)
      return
    }
    parted.search(bytes, at: places) { add($0, $1, .text) }
    for (index, literal) in literals.enumerated() {
      literal.wide?.search(bytes, at: places.lowerBound..<end) { place in
        let before = literal.wide!.offsets[0]
        addWide(literal, index, place - before, bytes, width: 2, add)
        addWide(literal, index, place - 2 * before, bytes, width: 4, add)
      }
      for probe in literal.base64 {
        probe.probe.search(bytes, at: places.lowerBound..<end) { place in
          let next = place + probe.probe.distance + 1
          let value = next < bytes.count ? sextet(bytes[next]) : nil
          for way in probe.ways where value == nil || way.next == nil || value == way.next {
            addBase64(literal, index, way.lead, bytes, place, way.offset, add)
          }
        }
      }
    }
  }

  /// Adds a literal in UTF-16 or UTF-32, in either byte order, if its first character is at `start`.
  @inline(__always)
  private func addWide(
    _ literal: EncodedLiteral, _ number: Int, _ start: Int, _ bytes: UnsafeRawBufferPointer, width: Int,
    _ add: (Int, Int, StreamStage) -> Void
  ) {
    let (little, big): (StreamStage, StreamStage) = width == 2 ? (.utf16le, .utf16be) : (.utf32le, .utf32be)
    if literal.stands(little, bytes, start) { add(number, start, little) }
    let before = start - (width - 1)
    if literal.stands(big, bytes, before) { add(number, before, big) }
  }

  /// Adds a literal in base64 if the digit at `place` is the one at `offset` of its core.
  @inline(__always)
  private func addBase64(
    _ literal: EncodedLiteral, _ number: Int, _ lead: Int, _ bytes: UnsafeRawBufferPointer, _ place: Int, _ offset: Int,
    _ add: (Int, Int, StreamStage) -> Void
  ) {
    if let start = literal.base64Start(lead, bytes, place, offset), literal.stands(base64Stages[lead], bytes, start) {
      add(number, start, base64Stages[lead])
    }
  }

  /// A quick look whether the token at `place` could stand in a literal: most stand in none.
  @inline(__always)
  private func couldBreak(_ bytes: UnsafeRawBufferPointer, _ place: Int) -> Bool {
    let isBehind = place > 0 && inner.contains(bytes[place - 1])
    guard place + 2 < bytes.count else { return true }
    switch bytes[place] {
    case _ where onlyParts(bytes[place]): return isBehind
    case UInt8(ascii: "=") where bytes[place + 1] == 0x0A || bytes[place + 1] == 0x0D: return isBehind
    case UInt8(ascii: "%"), UInt8(ascii: "="):
      guard let high = hexValue(bytes[place + 1]), let low = hexValue(bytes[place + 2]) else { return true }
      let byte = high << 4 | low
      return isIntroducer(byte) || byte == 0 || (isBehind ? members.contains(byte) : firsts.contains(byte))
    // Of HTML, names stand for no letter.
    case UInt8(ascii: "&"):
      let next = bytes[place + 1]
      return next == UInt8(ascii: "#") || next == UInt8(ascii: "a") || isBehind || !hasPlainFirsts
    default: return true
    }
  }

  /// The first place from `start` to `end` where `bytes` ends in the middle of a literal that is encoded as a
  /// whole, or parted by something; `end` when there is none.
  ///
  /// - Parameter isLeftOut: asked about such places, in order.
  func cutLiteral(
    in bytes: UnsafeRawBufferPointer, from start: Int, to end: Int, isLeftOut: (_ place: Int) -> Bool
  ) -> Int {
    let end = parted.cutLiteral(in: bytes, from: start, to: end) ?? end
    let first = max(start, bytes.count - max(longest, longestList, fixed.longest))
    if first >= end { return end }
    var text: ForwardText?
    for place in first..<end where isCut(bytes, place, &text) {
      if !isLeftOut(place) { return place }
    }
    return end
  }

  private func isCut(_ bytes: UnsafeRawBufferPointer, _ place: Int, _ text: inout ForwardText?) -> Bool {
    let left = bytes.count - place
    if left <= longest,
      beginnings.literals(at: place, in: bytes).contains(where: { literals[$0].isCut(bytes, place) })
    {
      return true
    }
    if left <= longestList, beginsList[Int(bytes[place])] {
      if isCutList(bytes, place, .hex, &text) || isCutList(bytes, place, .decimal, &text) { return true }
    }
    return left <= fixed.longest && coreBeginnings.mayBegin(at: place, in: bytes)
      && fixed.beginnings[Int(bytes[place])].contains { number in
        let form = fixed.forms[number]
        return fixed.presence(of: form, bytes, place) == .cut && fixed.start(of: form, bytes, place) != nil
      }
  }

  /// Whether `bytes` end in the middle of a literal that is a list of numbers from `place` on.
  private func isCutList(
    _ bytes: UnsafeRawBufferPointer, _ place: Int, _ stage: StreamStage, _ text: inout ForwardText?
  ) -> Bool {
    guard fixed.isListBeginning(bytes, place, stage) else { return false }
    let numbers = lists(at: place, in: bytes, stage)
    if numbers.isEmpty { return false }
    if text == nil { text = ForwardText() }
    text!.begin(StreamForm([stage]), bytes, at: place, lookbehind: 0, isLast: false)
    // Mostly the second number is none of the literals'.
    for wanted in [2, longestLiteral] {
      text!.decode(bytes, to: wanted)
      let (decoded, stop) = (text!.bytes, text!.stop)
      let isAny = numbers.contains { number in
        let literal = literals[number].bytes
        return decoded.count < literal.count && stop != .end && literal.starts(with: decoded)
      }
      if !isAny || stop == .cut { return isAny }
    }
    return false
  }

  /// Whether `text` may begin with a literal as a list of decimal numbers.
  func mayBeginList(_ text: UnsafeRawBufferPointer) -> Bool { !lists(at: 0, in: text, .decimal).isEmpty }

  /// The literals that may begin at `place` as a list of numbers, by the first two of them.
  @inline(__always)
  private func lists(at place: Int, in bytes: UnsafeRawBufferPointer, _ stage: StreamStage) -> [Int] {
    switch firstNumber(bytes, place, stage) {
    case .some(let (byte, end)?):
      if listBeginnings[Int(byte)].isEmpty || !secondNumbers.mayGoOn(bytes, byte, endingAt: end, stage) { return [] }
      return listBeginnings[Int(byte)]
    case .some(nil): return Array(literals.indices)
    case nil: return []
    }
  }

  /// Where the bytes end that are visible whatever comes.
  ///
  /// - Parameters:
  ///   - start: no match that is still unknown begins before it.
  ///   - end: nothing from here on is asked about.
  func visibleEnd(in bytes: UnsafeRawBufferPointer, from start: Int, to end: Int) -> Int {
    var end = end
    var place = start
    while place < end {
      for index in beginnings.literals(at: place, in: bytes) {
        for rule in rules[index] {
          end = min(end, literals[index].visibleEnd(bytes, place, keep: rule.keep))
        }
      }
      if coreBeginnings.mayBegin(at: place, in: bytes) {
        for number in fixed.beginnings[Int(bytes[place])] {
          let form = fixed.forms[number]
          guard fixed.presence(of: form, bytes, place) != .none, let begin = fixed.start(of: form, bytes, place) else {
            continue
          }
          end = min(end, visibleEnd(bytes, begin, form.literal, form.form))
        }
      }
      for stage in [StreamStage.hex, .decimal] where fixed.isListBeginning(bytes, place, stage) {
        for number in lists(at: place, in: bytes, stage) {
          end = min(end, visibleEnd(bytes, place, number, StreamForm([stage])))
        }
      }
      place += 1
    }
    return end
  }

  /// As `visibleEnd`, for a literal in one form at `place`.
  private func visibleEnd(
    _ bytes: UnsafeRawBufferPointer, _ place: Int, _ number: Int, _ form: StreamForm
  ) -> Int {
    let keep = rules[number].map(\.keep).min()!
    let literal = literals[number].bytes
    var text = ForwardText()
    text.begin(form, bytes, at: place, lookbehind: 0, isLast: false)
    text.decode(bytes, to: 1)
    if text.count > 0, text.bytes[0] != literal[0] { return .max }
    text.decode(bytes, to: max(keep, literal.count))
    guard zip(text.bytes, literal).allSatisfy({ $0 == $1 }), text.count >= literal.count || text.stop == .cut else {
      return .max
    }
    return text.knownKeptEnd(of: keep) ?? bytes.count
  }
}

/// The first number of a list that begins at `place`, and its end; nil inside if the bytes end in it, nil if there is
/// none.
@inline(__always)
private func firstNumber(
  _ bytes: UnsafeRawBufferPointer, _ place: Int, _ stage: StreamStage
) -> (byte: UInt8, end: Int)?? {
  if stage == .hex {
    guard let high = hexValue(bytes[place]) else { return nil }
    if place + 1 == bytes.count { return .some(nil) }
    return hexValue(bytes[place + 1]).map { (high << 4 | $0, place + 2) }
  }
  var value = 0
  var at = place
  while at < bytes.count, at < place + 4, 0x30...0x39 ~= bytes[at] {
    value = value * 10 + Int(bytes[at] & 15)
    at += 1
  }
  if at == place { return nil }
  if at == bytes.count, at < place + 4 { return .some(nil) }
  return at < place + 4 && value < 256 ? (UInt8(value), at) : nil
}

private func isLetterOrDigit(_ byte: UInt8) -> Bool {
  0x30...0x39 ~= byte || 0x41...0x5A ~= byte || 0x61...0x7A ~= byte
}
