// Where in a text a pattern has to be tried. A search finds fixed texts, so of a pattern it needs those that every
// match begins with, or one that every match contains not far from its start.

import Bytes

/// A pattern and the literals at which it is tried.
struct PatternStart {
  /// In place of the whole pattern; without what could be left out at its start.
  let source: String
  let literals: [Literal]
  /// Bytes of a match that may come before the literal; nil if it begins there.
  let before: Int?
  /// Bytes from the literal, or from the start of the match, to the first capture; `most` is nil if there is no limit.
  let captures: (least: Int, most: Int?)

  private static let mostLiterals = 64
  private static let longestLiteral = 24
  private static let mostBefore = 128

  /// nil if no such text is in the pattern.
  init?(_ tree: RegexTree) {
    let droppable = Self.droppable(tree.root, tree)
    let heads = Self.heads(tree.root, without: droppable)
    if heads.count <= Self.mostLiterals, heads.allSatisfy({ $0.bytes.count >= 2 }) {
      var bytes = Array(tree.source.utf8)
      for range in droppable.sorted(by: { $0.lowerBound > $1.lowerBound }) { bytes.removeSubrange(range) }
      source = String(decoding: bytes, as: UTF8.self)
      literals = Self.distinct(heads)
      before = nil
      captures = Self.captures(tree.root, without: droppable)
      return
    }
    guard let inner = Self.innerLiteral(tree.root) else { return nil }
    source = tree.source
    literals = [inner.literal]
    before = inner.before
    captures = Self.captures(tree.root, without: [])
  }

  /// Bytes from the start of a match to its first capture.
  static func captures(of tree: RegexTree) -> (least: Int, most: Int?) { captures(tree.root, without: []) }

  // MARK: Beginnings

  /// Parts at the pattern's start that may match nothing and capture nothing: a match without them is as good.
  private static func droppable(_ node: RegexNode, _ tree: RegexTree) -> [Range<Int>] {
    switch node.kind {
    case .alternatives(let branches): return branches.flatMap { droppable($0, tree) }
    case .group(let part, isCapture: false): return droppable(part, tree)
    case .sequence(let parts):
      var found: [Range<Int>] = []
      for part in parts {
        switch part.kind {
        case .repeated(let inner, least: 0, _) where !inner.hasCapture: found.append(part.range)
        // Flags such as `(?i)` apply to what follows.
        case .empty where tree.source.utf8.dropFirst(part.range.lowerBound).starts(with: "(?".utf8): continue
        default: return found + droppable(part, tree)
        }
      }
      // Nothing is left that has to match.
      return []
    default: return []
    }
  }

  /// The beginning of a match, as far as it is fixed.
  private struct Head {
    var bytes: [UInt8] = []
    var isCaseless = false
    /// What follows belongs to it.
    var isOpen = true

    mutating func append(_ next: Head) {
      isOpen = next.isOpen && bytes.count + next.bytes.count < longestLiteral
      bytes.append(contentsOf: next.bytes.prefix(longestLiteral - bytes.count))
      isCaseless = isCaseless || next.isCaseless
    }
  }

  private static func heads(_ node: RegexNode, without dropped: [Range<Int>]) -> [Head] {
    if dropped.contains(node.range) { return [Head()] }
    switch node.kind {
    case .empty: return [Head()]
    case .group(let part, _): return heads(part, without: dropped)
    case .alternatives(let branches): return branches.flatMap { heads($0, without: dropped) }
    case .bytes(let set): return heads(set)
    case .repeated(let part, let least, let most):
      if least == 0 { return [Head(isOpen: false)] }
      var heads = heads(part, without: dropped)
      let times = min(least, longestLiteral)
      for _ in 1..<max(1, times) { join(&heads, self.heads(part, without: dropped)) }
      if most != least || times < least { for index in heads.indices { heads[index].isOpen = false } }
      return heads
    case .sequence(let parts):
      var heads = [Head()]
      for part in parts {
        if !heads.contains(where: \.isOpen) { break }
        join(&heads, self.heads(part, without: dropped))
      }
      return heads
    }
  }

  private static func heads(_ set: ByteSet) -> [Head] {
    if set.count > 16 || set.isEmpty { return [Head(isOpen: false)] }
    var heads: [Head] = []
    for byte in set.bytes where !(heads.contains { $0.bytes == [byte.inLowerCase] && $0.isCaseless }) {
      let isCaseless = byte.isLetter && set.contains(byte ^ 0x20)
      heads.append(Head(bytes: [isCaseless ? byte.inLowerCase : byte], isCaseless: isCaseless))
    }
    return heads.count > 8 ? [Head(isOpen: false)] : heads
  }

  /// Lets each of `next` follow each of `heads`.
  private static func join(_ heads: inout [Head], _ next: [Head]) {
    if heads.count * next.count > mostLiterals {
      for index in heads.indices { heads[index].isOpen = false }
    } else if next.count == 1 {
      for index in heads.indices where heads[index].isOpen { heads[index].append(next[0]) }
    } else {
      heads = heads.flatMap { head in
        if !head.isOpen { return [head] }
        return next.map {
          var joined = head
          joined.append($0)
          return joined
        }
      }
    }
  }

  /// The literals of heads, without those that begin with another one.
  private static func distinct(_ heads: [Head]) -> [Literal] {
    var literals: [Literal] = []
    for head in heads.sorted(by: { $0.bytes.count < $1.bytes.count }) {
      let literal = Literal(head.bytes, isCaseless: head.isCaseless)
      let isCovered = literals.contains { other in
        let start = literal.bytes.prefix(other.bytes.count)
        return other.isCaseless
          ? start.map(\.inLowerCase) == other.bytes
          : !literal.isCaseless && Array(start) == other.bytes
      }
      if !isCovered { literals.append(literal) }
    }
    return literals
  }

  // MARK: Within

  private static func flattened(_ node: RegexNode) -> [RegexNode] {
    switch node.kind {
    case .sequence(let parts): parts.flatMap(flattened)
    case .group(let part, _): flattened(part)
    default: [node]
    }
  }

  /// The longest fixed text that every match contains at a bounded distance from its start.
  private static func innerLiteral(_ root: RegexNode) -> (literal: Literal, before: Int)? {
    var best: (literal: Literal, before: Int)?
    var run = Head()
    var runStart = 0
    var before = 0
    for node in flattened(root) {
      var fixed: Head?
      if case .bytes(let set) = node.kind, case let heads = heads(set), heads.count == 1, heads[0].isOpen {
        fixed = heads[0]
      }
      if let fixed {
        if run.bytes.isEmpty { runStart = before }
        run.append(fixed)
        if run.bytes.count >= 2, run.bytes.count > best?.literal.bytes.count ?? 0 {
          best = (Literal(run.bytes, isCaseless: run.isCaseless), runStart)
        }
      } else if case .empty = node.kind {
        continue
      } else {
        run = Head()
      }
      guard let most = node.length.most, before + most <= mostBefore else { return best }
      before += most
    }
    return best
  }

  // MARK: Captures

  private static func captures(_ root: RegexNode, without dropped: [Range<Int>]) -> (least: Int, most: Int?) {
    var found: (least: Int, most: Int?)?
    _ = addCaptures(root, (0, 0), dropped, &found)
    return found ?? (0, 0)
  }

  /// - Returns: where the node ends.
  private static func addCaptures(
    _ node: RegexNode, _ start: (least: Int, most: Int?), _ dropped: [Range<Int>],
    _ found: inout (least: Int, most: Int?)?
  ) -> (least: Int, most: Int?) {
    if dropped.contains(node.range) { return start }
    func sum(_ most: Int?) -> Int? { start.most.flatMap { first in most.map { first &+ $0 } } }
    switch node.kind {
    case .empty: return start
    case .bytes: return (start.least + 1, sum(1))
    case .sequence(let parts):
      var at = start
      for part in parts { at = addCaptures(part, at, dropped, &found) }
      return at
    case .alternatives(let branches):
      let ends = branches.map { addCaptures($0, start, dropped, &found) }
      let isBounded = ends.allSatisfy { $0.most != nil }
      return (ends.map(\.least).min() ?? start.least, isBounded ? ends.compactMap(\.most).max() : nil)
    case .group(let part, let isCapture):
      if isCapture {
        let most = found.map { known in known.most.flatMap { other in start.most.map { max($0, other) } } }
        found = (min(found?.least ?? start.least, start.least), most ?? start.most)
      }
      return addCaptures(part, start, dropped, &found)
    case .repeated(let part, let least, let most):
      let inner = part.length
      if part.hasCapture {
        _ = addCaptures(part, start, dropped, &found)
        // The last of several counts.
        if most != 1 { found!.most = nil }
      }
      return (start.least + inner.least * least, most.flatMap { count in inner.most.flatMap { sum($0 &* count) } })
    }
  }
}
