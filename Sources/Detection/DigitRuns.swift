// Runs of base64 or hex digits, long enough to hold a key: in one line, wrapped over several, broken up
// by what `readToken` knows, or, for hex, with separators between the bytes.
// Sources: RFC 4648 (both alphabets are read as one), RFC 2045 6.8 and RFC 7468 (line lengths).

import CSearch

/// Digits that were gathered out of a text.
private struct DigitRun {
  /// Characters.
  var digits: [UInt8] = []
  var pieces: [DecodedLayer.Piece] = []
  /// Where the run ends in the text.
  var end = 0

  /// Digits that follow each other in the text.
  mutating func add(_ text: UnsafeRawBufferPointer, _ range: Range<Int>) {
    if range.isEmpty { return }
    pieces.append(
      DecodedLayer.Piece(start: digits.count, count: range.count, source: range, encoding: nil))
    digits.append(contentsOf: text[range])
  }

  /// What stands for one digit, or for none.
  mutating func add(_ token: TextToken, at place: Int) {
    pieces.append(
      DecodedLayer.Piece(
        start: digits.count, count: token.outputCount, source: place..<(place + token.length),
        encoding: token.encoding))
    if token.outputCount == 1 { digits.append(UInt8(truncatingIfNeeded: token.output)) }
  }
}

extension DecodedLayer {
  /// Digits that a run needs to be decoded: thirty bytes of base64, twenty of hex.
  private static let fewestDigits = 40
  /// Bytes between the blocks that are looked at. A run of 47 digits in one piece covers one.
  private static let step = 32
  /// Bytes of a line that goes on in the next: what wraps base64 does so at 64 or 76.
  private static let shortestLine = 32
  private static let longestIndentation = 128
  /// Bytes in which what joins the digits before a run to it is looked for.
  private static let longestJoint = 96

  /// Adds what every run of digits in `text[range]` stands for.
  mutating func addDigits(_ text: UnsafeRawBufferPointer, in range: Range<Int>) {
    guard let base = text.baseAddress else { return }
    let bytes = base.assumingMemoryBound(to: UInt8.self)
    let end = min(range.upperBound, text.count)
    var at = range.lowerBound
    while true {
      var kind: CInt = 0
      at = csearch_digits(bytes, at, end, Self.step, &kind)
      if at >= end { return }
      let next = kind == 1 ? addRun(text, at, range) : addSeparatedHex(text, at, range)
      at = max(at + Self.step, next)
    }
  }

  // MARK: Runs

  /// - Returns: where the run ends.
  private mutating func addRun(
    _ text: UnsafeRawBufferPointer, _ place: Int, _ range: Range<Int>
  ) -> Int {
    var start = place
    while start > range.lowerBound, isDigit(text[start - 1]) { start -= 1 }
    var run = DigitRun()
    addBefore(text, start, range, to: &run)
    gather(text, from: start, range, into: &run)
    if run.digits.count < Self.fewestDigits { return run.end }
    let hex = hexRuns(in: run.digits)
    for part in hex { addHex(run.digits[part].map { hexValue($0)! }, part, from: run.pieces) }
    if hex.first?.count != run.digits.count {
      let table = sextets
      addBase64(run.digits.map { table[Int($0)] }, from: run.pieces)
    }
    return run.end
  }

  /// Where hex digits stand that are enough to be decoded.
  private func hexRuns(in digits: [UInt8]) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    // A run that is long enough covers one of these places.
    var at = Self.fewestDigits - 1
    while at < digits.count {
      if hexValue(digits[at]) == nil {
        at += Self.fewestDigits
        continue
      }
      var (start, end) = (at, at + 1)
      while start > 0, hexValue(digits[start - 1]) != nil { start -= 1 }
      while end < digits.count, hexValue(digits[end]) != nil { end += 1 }
      if end - start >= Self.fewestDigits { runs.append(start..<end) }
      at = end + Self.fewestDigits
    }
    return runs
  }

  /// Gathers digits from `start` on, over line breaks and what stands for nothing.
  private func gather(
    _ text: UnsafeRawBufferPointer, from start: Int, _ range: Range<Int>, into run: inout DigitRun
  ) {
    var pieceStart = start
    var lineStart = start
    var at = start
    while at < range.upperBound {
      if isDigit(text[at]) {
        at += 1
        continue
      }
      run.add(text, pieceStart..<at)
      pieceStart = at
      if let next = lineBreak(text, at, range), at - lineStart >= Self.shortestLine {
        (at, pieceStart, lineStart) = (next, next, next)
        continue
      }
      guard let token = joint(text, at), at + token.length <= range.upperBound else { break }
      if token.outputCount == 1, !isDigit(UInt8(truncatingIfNeeded: token.output)) {
        // An escaped line break in a string.
        guard isLineBreak(token), at - lineStart >= Self.shortestLine else { break }
        run.add(TextToken(token.encoding, length: token.length), at: at)
      } else {
        run.add(token, at: at)
      }
      at += token.length
      if isLineBreak(token) {
        at = skipSpace(text, at, range)
        lineStart = at
      }
      pieceStart = at
    }
    run.add(text, pieceStart..<at)
    run.end = at
  }

  /// Goes over line breaks and blanks, escaped or not.
  private func skipSpace(_ text: UnsafeRawBufferPointer, _ start: Int, _ range: Range<Int>) -> Int {
    var at = start
    let limit = min(range.upperBound, start + Self.longestIndentation)
    while at < limit {
      if isSpace(text[at]) {
        at += 1
      } else if let token = joint(text, at), token.outputCount == 1, isSpace(UInt8(truncatingIfNeeded: token.output)) {
        at += token.length
      } else {
        break
      }
    }
    return min(at, range.upperBound)
  }

  private func joint(_ text: UnsafeRawBufferPointer, _ at: Int) -> TextToken? {
    guard case .token(let token) = readToken(text, at: at), token.outputCount <= 1 else { return nil }
    return token
  }

  private func isLineBreak(_ token: TextToken) -> Bool {
    token.outputCount == 1 && (token.output == 0x0A || token.output == 0x0D)
  }

  /// Where the digits go on behind a line break, an optional sign that the line is quoted, and blanks.
  private func lineBreak(_ text: UnsafeRawBufferPointer, _ start: Int, _ range: Range<Int>) -> Int? {
    var at = start
    if at < range.upperBound, text[at] == 0x0D { at += 1 }
    guard at < range.upperBound, text[at] == 0x0A else { return nil }
    at += 1
    let limit = min(range.upperBound, at + Self.longestIndentation)
    while at < limit, isBlank(text[at]) || text[at] == 0x23 || text[at] == 0x3E || text[at] == 0x2A { at += 1 }
    return at < limit && isDigit(text[at]) ? at : nil
  }

  /// Gathers the digits that a joint connects to those at `start`: what is too short to be noticed itself.
  private func addBefore(
    _ text: UnsafeRawBufferPointer, _ start: Int, _ range: Range<Int>, to run: inout DigitRun
  ) {
    var parts: [(digits: Range<Int>, token: TextToken, place: Int)] = []
    var start = start
    while parts.count < 64, let (place, token) = jointEnding(text, at: start, range) {
      var first = place
      while first > range.lowerBound, isDigit(text[first - 1]) { first -= 1 }
      parts.append((first..<place, token, place))
      start = first
    }
    for part in parts.reversed() {
      run.add(text, part.digits)
      run.add(part.token, at: part.place)
    }
  }

  private func jointEnding(
    _ text: UnsafeRawBufferPointer, at end: Int, _ range: Range<Int>
  ) -> (Int, TextToken)? {
    // What ends a token that stands between digits: a quote, a line end or indentation, a zero-width
    // character, a semicolon. All others end like digits.
    let last = end > range.lowerBound ? text[end - 1] : 0
    guard last >= 0x80 || last <= 0x20 && last > 0 || last == 0x22 || last == 0x27 || last == 0x60 || last == 0x3B
    else { return nil }
    var place = end - 1
    while place > range.lowerBound, place >= end - Self.longestJoint {
      if !isDigit(text[place]), let token = joint(text, place), place + token.length == end,
        token.outputCount == 0 || isDigit(UInt8(truncatingIfNeeded: token.output)),
        isDigit(text[place - 1])
      {
        return (place, token)
      }
      place -= 1
    }
    return nil
  }

  // MARK: Separated hex

  /// - Returns: where to go on.
  private mutating func addSeparatedHex(
    _ text: UnsafeRawBufferPointer, _ place: Int, _ range: Range<Int>
  ) -> Int {
    // Where the digits begin: at most a block before this one, which was no such block.
    let earliest = max(range.lowerBound, place - 2 * Self.step)
    var start = place
    while start > earliest, couldBeSeparated(text[start - 1]) { start -= 1 }
    // At the beginning of a group of digits.
    while start < place + 16, hexValue(text[start]) == nil || start > range.lowerBound && hexValue(text[start - 1]) != nil {
      start += 1
    }
    // Most such runs are short: lists of numbers, dates. They are counted before anything is kept.
    var run = (start: start, count: 0)
    let end = walkSeparatedHex(text, from: start, range) { digits in
      if run.count == 0 { run.start = digits.lowerBound }
      run.count += 1
    } restart: {
      if run.count >= Self.fewestDigits / 2 { return false }
      run.count = 0
      return true
    }
    if run.count < Self.fewestDigits / 2 { return end }
    var result: [UInt8] = []
    var pieces: [Piece] = []
    _ = walkSeparatedHex(text, from: run.start, range) { digits in
      pieces.append(Piece(start: result.count, count: 1, source: digits, encoding: .hex))
      result.append(hexValue(text[digits.lowerBound])! << 4 | hexValue(text[digits.upperBound - 1])!)
    } restart: { false }
    add(result, from: pieces)
    return end
  }

  /// Goes over hex digits and what may stand between them.
  ///
  /// - Parameters:
  ///   - found: is called with the place of each byte's two digits.
  ///   - restart: is called where half a byte stands alone, and tells whether to go on behind it.
  /// - Returns: where it ends.
  private func walkSeparatedHex(
    _ text: UnsafeRawBufferPointer, from start: Int, _ range: Range<Int>, found: (Range<Int>) -> Void,
    restart: () -> Bool
  ) -> Int {
    var first: Int?
    var at = start
    while at < range.upperBound {
      if hexValue(text[at]) != nil {
        // `0x` in front of a byte.
        if first == nil, text[at] == 0x30, at + 1 < range.upperBound, text[at + 1] | 0x20 == 0x78 {
          at += 2
          continue
        }
        if let digit = first {
          found(digit..<(at + 1))
          first = nil
        } else {
          first = at
        }
        at += 1
        continue
      }
      let token = isSeparator(text[at]) ? nil : joint(text, at)
      if token.map({ $0.outputCount == 1 }) ?? true {
        let byte = token.map { UInt8(truncatingIfNeeded: $0.output) } ?? text[at]
        guard isSeparator(byte) else { break }
        // What was before half a byte was something else.
        if first != nil, !restart() { break }
        first = nil
      }
      at += token?.length ?? 1
    }
    return at
  }
}

private func couldBeSeparated(_ byte: UInt8) -> Bool {
  hexValue(byte) != nil || isSeparator(byte) || byte | 0x20 == 0x78 || byte == UInt8(ascii: "%")
}

private func isSpace(_ byte: UInt8) -> Bool { isBlank(byte) || byte == 0x0A || byte == 0x0D }

private func isSeparator(_ byte: UInt8) -> Bool {
  switch byte {
  case 0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "-"): true
  default: false
  }
}

/// Whether a byte is a base64 digit of either alphabet.
@inline(__always)
private func isDigit(_ byte: UInt8) -> Bool {
  ByteSet(
    (0x03FFA80000000000, 0x07FFFFFE87FFFFFE, 0x0000000000000000, 0x0000000000000000)
  ).contains(byte)
}

/// The value of each base64 digit of either alphabet.
private let sextets: [UInt8] = {
  var table = [UInt8](repeating: 0, count: 256)
  let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
  for (value, byte) in letters.utf8.enumerated() { table[Int(byte)] = UInt8(value) }
  for byte in "+-".utf8 { table[Int(byte)] = 62 }
  for byte in "/_".utf8 { table[Int(byte)] = 63 }
  return table
}()
