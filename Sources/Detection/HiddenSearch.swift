// Keys that are encoded or broken up. Escapes, digits and wide text are found by what they look like;
// round each the text is decoded, once, into a layer that is searched as the input is, for keys and for
// further encodings. Four layers: three encodings, of which one may take two, as a list of lines does. A
// rule's literal is looked for in what was decoded, so this works for every rule alike; only what breaks
// up the literal itself is looked for by pieces of it.

import Rules

/// How a match is hidden.
public final class Disguise: Sendable {
  /// As reports call it, the outermost first: `percent>base64`.
  public let encoding: String
  /// What was decoded.
  public let key: [UInt8]
  /// Bytes of the match, as it stands, that hold no more of the key than may stay readable.
  public let kept: Int
  /// Kinds of guesses that put it together, counted in each layer.
  let guesses: Int
  /// It comes from all bytes of its place, as others may.
  let isCompressed: Bool

  init(encodings: [Encoding], key: [UInt8], kept: Int) {
    encoding = encodings.map(\.name).joined(separator: ">")
    self.key = key
    self.kept = kept
    guesses = encodings.count(where: \.codec.isGuess)
    isCompressed = encodings.contains(where: \.codec.isCompression)
  }
}

extension Match {
  /// Whether, of two hidden matches that overlap, this one tells more.
  fileprivate func isBetterHidden(than other: Match) -> Bool {
    func rank(_ match: Match) -> (Int, Int, Int, Int) {
      let sure = match.confidence == .high ? 0 : match.confidence == .medium ? 1 : 2
      let disguise = match.disguise!
      return (sure, disguise.guesses, -disguise.key.count, disguise.encoding.utf8.count)
    }
    let (ranks, others) = (rank(self), rank(other))
    return ranks != others ? ranks < others : Match.precedes(self, other)
  }

  /// Whether this one, of two hidden matches the better, is all that the other could tell.
  fileprivate func makes(needless other: Match) -> Bool {
    guard rule == other.rule, confidence != nil, isMostly(other) else { return false }
    if disguise!.isCompressed && other.disguise!.isCompressed {
      return disguise!.key.starts(with: other.disguise!.key)
    }
    return range.lowerBound == other.range.lowerBound || other.confidence != .high
      || disguise!.key.starts(with: other.disguise!.key)
  }

  /// Whether two matches are of the same bytes rather than of neighbours: in base64 those share a digit.
  fileprivate func isMostly(_ other: Match) -> Bool {
    let shared = range.clamped(to: other.range).count
    return 2 * shared > min(range.count, other.range.count)
  }

  /// The secret itself, decoded.
  ///
  /// - Parameter bytes: the buffer that was searched.
  public func key(in bytes: UnsafeRawBufferPointer) -> [UInt8] { disguise?.key ?? Array(bytes[range]) }
}

/// The layers of a search, kept between searches for their memory.
struct LayerStack {
  var layers = Array(repeating: DecodedLayer(), count: LayerStack.depth)
  var places: [Int] = []
  var found: [Match] = []

  /// Encodings on top of each other.
  static let depth = 4
}

extension Scanner {
  /// Bytes before a place that are looked at to decode what begins there.
  public static let hiddenContext = 2048
  /// Bytes of an encoded key at most: three times HTML's six for one, and some.
  public static let longestHidden = 32 * 1024
  /// Bytes of the input that are decoded at once.
  private static let windowBytes = 256 * 1024
  /// Bytes round a hint that are decoded.
  private static let hintContext = (before: 1024, after: 2048)

  /// Appends the hidden matches that begin in `buffer[from..<until]`, in order of place.
  ///
  /// - Parameters:
  ///   - buffer: a part of the input, with `hiddenContext` bytes before `from` and `longestHidden` bytes
  ///     from `until` on, or all there are.
  ///   - plain: the plain matches there.
  public mutating func searchHidden(
    _ buffer: UnsafeRawBufferPointer, from: Int, until: Int, besides plain: [Match],
    into matches: inout [Match]
  ) {
    var stack = LayerStack()
    swap(&stack, &self.stack)
    var at = from
    while at < until {
      let end = min(until, at + Self.windowBytes)
      let window = max(0, at - Self.hiddenContext)..<min(buffer.count, end + Self.longestHidden)
      stack.found.removeAll(keepingCapacity: true)
      searchLayer(0, buffer, in: window, besides: plain, &stack)
      matches += tidied(stack.found.filter { (at..<end).contains($0.range.lowerBound) })
      at = end
    }
    swap(&stack, &self.stack)
  }

  /// Matches in order, without what was found twice, and without what was only guessed or is but a part
  /// where the same place gives a whole key.
  private func tidied(_ found: [Match]) -> [Match] {
    if found.count < 2 { return found }
    var kept: [Match] = []
    // Where they begin, in blocks, so that each is held against its neighbours alone.
    var blocks: [Int: [Int]] = [:]
    let longest = found.reduce(0) { max($0, $1.range.count) }
    for match in found.sorted(by: { $0.isBetterHidden(than: $1) }) {
      let near = max(0, match.range.lowerBound - longest) / Self.blockBytes
      let isKnown = (near...(match.range.upperBound / Self.blockBytes)).contains { block in
        blocks[block, default: []].contains { kept[$0].makes(needless: match) }
      }
      if isKnown { continue }
      blocks[match.range.lowerBound / Self.blockBytes, default: []].append(kept.count)
      kept.append(match)
    }
    return kept.sorted { Match.precedes($0, $1) }
  }

  private static let blockBytes = 1024

  /// Decodes what is encoded in `text[range]` and looks for keys in it, and for what is encoded again.
  private mutating func searchLayer(
    _ depth: Int, _ text: UnsafeRawBufferPointer, in range: Range<Int>, besides plain: [Match],
    _ stack: inout LayerStack
  ) {
    stack.layers[depth].removeAll()
    stack.places.removeAll(keepingCapacity: true)
    let known = pieces.known(text, in: range)
    rules.hints.search(text, in: range, known: known, into: &stack.places) { isSure(at: $0, among: plain) }
    addTexts(depth, text, in: range, &stack)
    stack.layers[depth].addDigits(text, in: range)
    stack.layers[depth].addWideTexts(text, in: range)
    stack.layers[depth].addCalls(text, in: range)
    stack.layers[depth].addCompressed(text, in: range, &inflated)
    if stack.layers[depth].isEmpty { return }

    let decoded = stack.layers[depth].bytes
    decoded.withUnsafeBytes { decoded in
      var found: [Match] = []
      _ = search(decoded, from: 0, atStart: false, isLast: true, into: &found)
      if depth + 1 < LayerStack.depth {
        searchLayer(depth + 1, decoded, in: 0..<decoded.count, besides: found, &stack)
      }
      for match in found {
        let match = withoutNeedlessGuess(match, stack.layers[depth], decoded)
        if let hidden = hidden(match, depth, decoded, stack) { stack.found.append(hidden) }
      }
    }
  }

  /// The match as it is without a guess at its end, if it is whole without.
  private mutating func withoutNeedlessGuess(
    _ match: Match, _ layer: DecodedLayer, _ decoded: UnsafeRawBufferPointer
  ) -> Match {
    var best = match
    while let guess = layer.lastGuess(in: best.range) {
      var found: [Match] = []
      let start = best.range.lowerBound
      _ = search(
        UnsafeRawBufferPointer(rebasing: decoded[..<guess]), from: start, until: start + 1, atStart: false,
        isLast: true, into: &found)
      guard let shorter = found.first(where: { $0.rule == match.rule && $0.confidence == .high }) else {
        break
      }
      best = shorter
    }
    return best
  }

  /// Decodes the text round each hint.
  private func addTexts(
    _ depth: Int, _ text: UnsafeRawBufferPointer, in range: Range<Int>, _ stack: inout LayerStack
  ) {
    stack.places.sort()
    var open: Range<Int>?
    for place in stack.places {
      // What was decoded apart does not belong together.
      let whole = depth == 0 ? range : stack.layers[depth - 1].text(around: place)
      let near =
        max(whole.lowerBound, place - Self.hintContext.before)..<min(whole.upperBound, place + Self.hintContext.after)
      if let last = open, near.lowerBound <= last.upperBound, whole.contains(last.lowerBound) {
        open = last.lowerBound..<max(last.upperBound, near.upperBound)
      } else {
        if let open { stack.layers[depth].addText(text, in: open) }
        open = near
      }
    }
    if let open { stack.layers[depth].addText(text, in: open) }
  }

  /// A match in a layer as a match in the input; nil when it is not hidden, or only guessed and not whole.
  private func hidden(
    _ match: Match, _ depth: Int, _ decoded: UnsafeRawBufferPointer, _ stack: LayerStack
  ) -> Match? {
    var range = match.range
    var kept = match.shown ?? min(rules.rules[match.rule].keep, range.count / 2)
    var chain: [Encoding] = []
    for layer in stride(from: depth, through: 0, by: -1) {
      let source = stack.layers[layer].source(of: range, kept: kept)
      chain = source.encodings.encodings + chain
      (range, kept) = (source.range, source.kept)
    }
    if chain.isEmpty || range.isEmpty { return nil }
    // In a list of variables the next one would become part of the address.
    if rules.rules[match.rule].isAddress, chain.contains(.concatenation) { return nil }
    let disguise = Disguise(encodings: chain, key: Array(decoded[match.range]), kept: kept)
    if disguise.guesses > 0, match.confidence != .high { return nil }
    return Match(rule: match.rule, range: range, judgement: match.judgement, disguise: disguise)
  }

  /// Whether a match that is sure, or of which no scan is sure because its rule was given up on, begins
  /// at `place`.
  ///
  /// - Parameter plain: in order of place.
  private func isSure(at place: Int, among plain: [Match]) -> Bool {
    for match in plain[plain.firstIndex(atOrAfter: place)...] {
      if match.range.lowerBound > place { return false }
      if match.confidence == .high || match.range.count == Rule.longestMatch { return true }
    }
    return false
  }
}

extension [Match] {
  /// Of matches in order of place, the first that begins at or after `place`.
  func firstIndex(atOrAfter place: Int) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle].range.lowerBound < place { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Whether one of them, in order of place and none longer than `longest`, is of the same rule and the
  /// same bytes as `match` and fits.
  fileprivate func contains(like match: Match, longest: Int, where fits: (Match) -> Bool) -> Bool {
    for other in self[firstIndex(atOrAfter: match.range.lowerBound - longest)...] {
      if other.range.lowerBound >= match.range.upperBound { return false }
      if other.rule == match.rule, fits(other), other.isMostly(match) { return true }
    }
    return false
  }
}

/// Plain and hidden matches of the same bytes, in order of place: a key that stands there whole and
/// plainly is that key; else what was decoded tells more.
///
/// - Parameters:
///   - plain: in order of place.
///   - hidden: in order of place.
public func merged(_ plain: [Match], _ hidden: [Match]) -> [Match] {
  let longestPlain = plain.reduce(0) { max($0, $1.range.count) }
  let longestHidden = hidden.reduce(0) { max($0, $1.range.count) }
  let whole = hidden.filter { match in
    !plain.contains(like: match, longest: longestPlain) { $0.confidence == .high }
  }
  let rest = plain.filter { match in
    match.confidence == .high
      || !whole.contains(like: match, longest: longestHidden) { $0.confidence != nil }
  }
  return (whole + rest).sorted { Match.precedes($0, $1) }
}
