// The bytes that a filter must not write yet: from the first place where a match could still begin, those after
// the bytes that every match keeps readable.

import Detection
import Rules

struct HeldBack: Sendable {
  private let rules: [(literal: [UInt8], keep: Int)]

  init(rules: RuleSet) { self.rules = rules.rules.map { ($0.literal, $0.keep) } }

  /// Where the bytes end that are visible whatever comes.
  ///
  /// - Parameter start: no match that is still unknown begins before it.
  func visibleEnd(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
    var end = bytes.count
    var place = start
    while place < end {
      for rule in rules where place + rule.keep < end && couldBegin(rule.literal, bytes, place) {
        end = place + rule.keep
      }
      place += 1
    }
    return end
  }

  /// Whether `literal`, or as much of it as fits, is at `place`.
  private func couldBegin(_ literal: [UInt8], _ bytes: UnsafeRawBufferPointer, _ place: Int) -> Bool {
    let room = min(literal.count, bytes.count - place)
    return (0..<room).allSatisfy { bytes[place + $0] == literal[$0] }
  }
}
