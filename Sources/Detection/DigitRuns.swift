// Runs of base64 or hex digits, long enough to hold a key: in one line, wrapped over several, broken up
// by what `readToken` knows, or, for hex, with separators between the bytes.
// Sources: RFC 4648 (both alphabets are read as one), RFC 2045 6.8 and RFC 7468 (line lengths).

import Bytes
import CSearch

/// Digits that were gathered out of a text.
struct DigitRun {
  /// Characters.
  var digits: [UInt8] = []
  var pieces: [DecodedLayer.Piece] = []
  /// Where the run ends in the text.
  var end = 0
  /// Where its last line begins, which only a guess takes for more of it.
  var lastLine = 0
  /// Where digits stand that were read as those of an escape.
  var doubtful: [Int] = []

  /// Digits that follow each other in the text.
  mutating func add(_ text: UnsafeRawBufferPointer, _ range: Range<Int>) {
    if range.isEmpty { return }
    pieces.append(
      DecodedLayer.Piece(start: digits.count, count: range.count, source: range, encoding: nil))
    digits.append(contentsOf: text[range])
  }

  /// Lines of `width` digits each.
  mutating func add(_ text: UnsafeRawBufferPointer, at start: Int, lines: Int, width: Int) {
    var first = digits.count
    var at = start
    digits.append(contentsOf: repeatElement(0, count: lines * width))
    digits.withUnsafeMutableBytes { digits in
      for _ in 0..<lines {
        (digits.baseAddress! + first).copyMemory(from: text.baseAddress! + at, byteCount: width)
        pieces.append(DecodedLayer.Piece(start: first, count: width, source: at..<(at + width), encoding: nil))
        first += width
        at += width + 1
      }
    }
  }

  /// Keeps the memory.
  mutating func removeAll() {
    digits.removeAll(keepingCapacity: true)
    pieces.removeAll(keepingCapacity: true)
    doubtful.removeAll(keepingCapacity: true)
    (end, lastLine) = (0, 0)
  }

  /// What stands for one digit, or for none.
  mutating func add(_ token: TextToken, at place: Int) {
    pieces.append(
      DecodedLayer.Piece(
        start: digits.count, count: token.outputCount, source: place..<(place + token.length),
        encoding: token.encoding))
    if token.outputCount == 1 { digits.append(UInt8(truncatingIfNeeded: token.output)) }
  }

  /// What stands between guesses that it belongs together; nothing where none was made.
  var surePieces: [DigitRun] {
    guard pieces.contains(where: { $0.encoding?.codec.isGuess == true }) else { return [] }
    let parts = pieces.split(omittingEmptySubsequences: true) { $0.encoding?.codec.isGuess == true }
    return parts.map { part in
      let start = part.first!.start
      var run = DigitRun()
      run.digits = Array(digits[start..<(part.last!.start + part.last!.count)])
      run.pieces = part.map {
        DecodedLayer.Piece(start: $0.start - start, count: $0.count, source: $0.source, encoding: $0.encoding)
      }
      return run
    }
  }
}

/// The line that a run of digits has come to. Digits at a line's end belong to those of the next only if
/// that looks like more of them: `data:` below a key in base64 is four digits too, and gives it a letter more.
private struct DigitLine {
  /// Digits of the run before it.
  private var start = 0
  /// Digits of the line before it.
  private(set) var last = 0

  /// What goes on in the next line, in digits: what wraps base64 does so at 64 or 76.
  private static let shortest = 32
  /// A next line that is as long is not a word by itself.
  private static let longestWord = 20
  /// Where base64, openssl, xxd, mail and people break lines.
  private static func isUsual(_ width: Int) -> Bool {
    switch width {
    case 48, 60, 64, 70, 72, 76, 78, 80, 100, 120, 128: true
    default: false
    }
  }

  /// Whether the digits of the run, which ends at a line's end, go on with those at `next`; then that is
  /// the line.
  mutating func goesOn(
    _ run: DigitRun, _ text: UnsafeRawBufferPointer, _ next: Int, _ range: Range<Int>
  ) -> Bool {
    let width = run.digits.count - start
    guard width >= Self.shortest else { return false }
    let end = digitsEnd(text, next, range.upperBound)
    guard end - next >= Self.longestWord || Self.isUsual(width) || width == last, isLast(text, end, range)
    else { return false }
    (start, last) = (run.digits.count, width)
    return true
  }

  /// Goes on after lines as long as the last.
  mutating func goOn(_ run: DigitRun) { start = run.digits.count }

  /// Whether what stands at `end` can follow the digits of a line.
  private func isLast(_ text: UnsafeRawBufferPointer, _ end: Int, _ range: Range<Int>) -> Bool {
    var at = end
    // Padding or a line's end, in quoted-printable.
    if at < range.upperBound, text[at] == UInt8(ascii: "="), case .token(let token) = readToken(text, at: at) {
      return token.outputCount == 0 || [0x0A, 0x0D, 0x3D].contains(token.output)
    }
    while at < range.upperBound, at < end + 2, text[at] == UInt8(ascii: "=") { at += 1 }
    while at < range.upperBound, isBlank(text[at]) || text[at] == UInt8(ascii: ",") { at += 1 }
    guard at < range.upperBound else { return true }
    switch text[at] {
    case 0, 0x0A, 0x0D, UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: ")"), UInt8(ascii: "]"),
      UInt8(ascii: "}"), UInt8(ascii: ";"), UInt8(ascii: "|"), UInt8(ascii: "*"):
      return true
    case UInt8(ascii: "="): return false
    default: return mayBeginToken(text[at]) || text[at] >= 0x80
    }
  }
}

extension DecodedLayer {
  /// Digits that a run needs to be decoded: thirty bytes of base64, twenty of hex.
  private static let fewestDigits = Int(CSEARCH_FEWEST_DIGITS)
  private static let longestIndentation = 128
  /// Bytes in which what joins the digits before a run to it is looked for.
  private static let longestJoint = 96
  /// Digits before those that stand for ASCII, and after them, that are decoded too.
  private static let margin = 256

  /// Adds what every run of digits in `text[range]` stands for where that is ASCII.
  mutating func addDigits(_ text: UnsafeRawBufferPointer, in range: Range<Int>, mayBeDump: Bool = true) {
    guard let base = text.baseAddress else { return }
    let bytes = base.assumingMemoryBound(to: UInt8.self)
    let end = min(range.upperBound, text.count)
    var at = range.lowerBound
    while true {
      var kind: CInt = 0
      let place = csearch_encoded(bytes, at, end, &kind)
      if place >= end { return }
      if kind == 1 {
        at = addRun(text, place, range, after: at)
      } else if mayBeDump {
        at = addDumpOrList(text, place, range, mayBeDecimal: kind == 3, after: at)
      } else {
        at = addList(text, place, range, mayBeDecimal: kind == 3, after: at)
      }
    }
  }

  // MARK: Runs

  /// - Parameter earliest: where what was looked at before ends.
  /// - Returns: where to go on.
  private mutating func addRun(
    _ text: UnsafeRawBufferPointer, _ place: Int, _ range: Range<Int>, after earliest: Int
  ) -> Int {
    let start = runStart(text, place, range, after: earliest)
    var run = DigitRun()
    swap(&run, &self.run)
    gather(&run, text, from: start, place, range, escapes: true)
    let next = run.lastLine > place ? run.lastLine : run.end
    add(run)
    // `key=6F70...` is a quoted `o` only by chance: the digits without it.
    for start in run.doubtful {
      var run = DigitRun()
      gather(&run, text, from: start, max(start, place), range, escapes: false)
      add(run)
    }
    swap(&run, &self.run)
    return max(place + 1, next)
  }

  private mutating func add(_ run: DigitRun) {
    addWhole(run)
    for part in run.surePieces { addWhole(part) }
  }

  private mutating func addWhole(_ run: DigitRun) {
    if run.digits.count < Self.fewestDigits { return }
    let hex = hexRuns(in: run.digits)
    for part in hex {
      run.digits.withUnsafeBufferPointer {
        addHex(UnsafeBufferPointer(rebasing: $0[part]), part, from: run.pieces)
      }
    }
    if hex.first?.count != run.digits.count { addBase64(run.digits, from: run.pieces) }
  }

  /// Where hex digits stand that are enough to be decoded.
  private func hexRuns(in digits: [UInt8]) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    var at = 0
    while true {
      var end = 0
      let start = csearch_hex_run(digits, digits.count, at, &end)
      if start >= digits.count { return runs }
      runs.append(start..<end)
      at = end
    }
  }

  /// Adds the digits from `start` on, as far as they stand for ASCII. Skips line breaks and tokens without output.
  ///
  /// - Parameters:
  ///   - run: what was in it is removed.
  ///   - place: where digits begin that do.
  ///   - escapes: whether `=68` is an `h`, and `%68`.
  ///   - anything: whether they may stand for anything; then they end with `range`, and nothing is guessed.
  func gather(
    _ run: inout DigitRun, _ text: UnsafeRawBufferPointer, from start: Int, _ place: Int, _ range: Range<Int>,
    escapes: Bool, anything: Bool = false
  ) {
    let bytes = text.baseAddress!.assumingMemoryBound(to: UInt8.self)
    run.removeAll()
    var line = DigitLine()
    var pieceStart = start
    var at = start
    var limit = anything ? range.upperBound : min(range.upperBound, place + Self.margin)
    while at < range.upperBound {
      if at >= limit {
        guard csearch_is_encoded(bytes, max(start, limit - Self.margin), at) != 0 else { break }
        limit = min(range.upperBound, at + 8 * Self.margin)
      }
      if isDigit(text[at]) {
        at = csearch_digits_end(bytes, at, limit)
        continue
      }
      run.add(text, pieceStart..<at)
      pieceStart = at
      if let next = lineBreak(text, at, range), line.goesOn(run, text, next, range) {
        at = next
        // Of lines that are as long, all but the last go on in the next one.
        let lines = csearch_even_lines(bytes, at, limit, line.last) - 1
        if lines > 0 {
          run.add(text, at: at, lines: lines, width: line.last)
          line.goOn(run)
          at += lines * (line.last + 1)
        }
        (pieceStart, run.lastLine) = (at, at)
        continue
      }
      guard let token = joint(text, at), at + token.length <= range.upperBound,
        !anything || !token.encoding.codec.isGuess
      else { break }
      if isDoubtful(text, at, range) {
        if !escapes { break }
        run.doubtful.append(at + 1)
      }
      let next = isLineBreak(token) ? skipSpace(text, at + token.length, range) : at + token.length
      if token.outputCount == 1, !isDigit(UInt8(truncatingIfNeeded: token.output)) {
        // An escaped line break in a string.
        guard isLineBreak(token), line.goesOn(run, text, next, range) else { break }
        run.add(TextToken(token.encoding, length: token.length), at: at)
        run.lastLine = next
      } else {
        run.add(token, at: at)
      }
      (at, pieceStart) = (next, next)
    }
    run.add(text, pieceStart..<at)
    run.end = at
  }

  /// Whether the two digits of an escape have so many more after them that it may be none.
  private func isDoubtful(_ text: UnsafeRawBufferPointer, _ place: Int, _ range: Range<Int>) -> Bool {
    let end = place + 1 + 16
    guard text[place] == UInt8(ascii: "=") || text[place] == UInt8(ascii: "%"), end <= range.upperBound else {
      return false
    }
    return text[(place + 1)..<end].allSatisfy(isDigit)
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

  func joint(_ text: UnsafeRawBufferPointer, _ at: Int) -> TextToken? {
    guard case .token(let token) = readToken(text, at: at), token.outputCount <= 1 else { return nil }
    if token.outputCount == 0, text[at] == UInt8(ascii: "="), !endsFullLine(text, at) { return nil }
    return token
  }

  /// Whether the line up to the `=` at `at` is as long as quoted-printable makes lines that go on in the next. In a
  /// longer or shorter one that is the padding of base64.
  private func endsFullLine(_ text: UnsafeRawBufferPointer, _ at: Int) -> Bool {
    var start = at
    while start > 0, at - start < Self.quotedLine.upperBound, text[start - 1] != 0x0A { start -= 1 }
    return Self.quotedLine ~= at + 1 - start
  }

  /// Bytes of such a line: RFC 2045, 6.7, allows 76. An escape that would not fit goes to the next line.
  private static let quotedLine = 70...76

  private func isLineBreak(_ token: TextToken) -> Bool {
    token.outputCount == 1 && (token.output == 0x0A || token.output == 0x0D)
  }

  /// Where the digits go on after a line break, an optional sign that the line is quoted, and blanks.
  private func lineBreak(_ text: UnsafeRawBufferPointer, _ start: Int, _ range: Range<Int>) -> Int? {
    var at = start
    if at < range.upperBound, text[at] == 0x0D { at += 1 }
    guard at < range.upperBound, text[at] == 0x0A else { return nil }
    at += 1
    let limit = min(range.upperBound, at + Self.longestIndentation)
    while at < limit, isBlank(text[at]) || text[at] == 0x23 || text[at] == 0x3E || text[at] == 0x2A { at += 1 }
    return at < limit && isDigit(text[at]) ? at : nil
  }

  /// Where the digits begin that those at `place` belong to, over what joins them to those before: what
  /// is too short to be noticed itself.
  private func runStart(
    _ text: UnsafeRawBufferPointer, _ place: Int, _ range: Range<Int>, after earliest: Int
  ) -> Int {
    let bytes = text.baseAddress!.assumingMemoryBound(to: UInt8.self)
    var start = place
    let earliest = min(place, max(earliest, range.lowerBound, place - Self.margin))
    while true {
      start = csearch_digits_start(bytes, earliest, start)
      guard start > earliest else { return start }
      if escapesDigit(text, at: start - 1) {
        start -= 1
      } else if let joint = jointEnding(text, at: start, range), joint >= earliest {
        start = joint
      } else {
        return start
      }
    }
  }

  /// Whether what begins at `place` stands for a digit and consists of digits but for its first byte:
  /// `=5F`, `%2F`, `\u002f`.
  private func escapesDigit(_ text: UnsafeRawBufferPointer, at place: Int) -> Bool {
    switch text[place] {
    case UInt8(ascii: "="), UInt8(ascii: "%"), UInt8(ascii: "\\"):
      joint(text, place).map { $0.outputCount == 1 && isDigit(UInt8(truncatingIfNeeded: $0.output)) } ?? false
    default: false
    }
  }

  /// Where what joins digits to those at `end` begins.
  private func jointEnding(
    _ text: UnsafeRawBufferPointer, at end: Int, _ range: Range<Int>
  ) -> Int? {
    // What ends a token that stands between digits: a quote, a line end or indentation, a zero-width
    // character, a semicolon, markup.
    let last = end > range.lowerBound ? text[end - 1] : 0
    let isMarkup = last == UInt8(ascii: ">") || last == UInt8(ascii: "*") || last == UInt8(ascii: "~")
    guard
      isMarkup || last >= 0x80 || last <= 0x20 && last > 0 || last == 0x22 || last == 0x27 || last == 0x60
        || last == 0x3B
    else { return nil }
    let bytes = text.baseAddress!.assumingMemoryBound(to: UInt8.self)
    var place = end - 1
    var quote: Int?
    let earliest = max(range.lowerBound + 1, end - (isMarkup ? Self.margin : Self.longestJoint))
    while place >= earliest {
      if isDigit(text[place]) {
        place = csearch_digits_start(bytes, earliest, place) - 1
        continue
      }
      if let token = joint(text, place), place + token.length == end,
        token.outputCount == 0 ? isDigit(text[place - 1]) : isDigit(UInt8(truncatingIfNeeded: token.output))
      {
        // A quote inside a word may be the end of what joins two literals.
        guard token.encoding == .concatenation && token.length == 1 else { return place }
        quote = place
      }
      place -= 1
    }
    return quote
  }
}

private func isSpace(_ byte: UInt8) -> Bool { isBlank(byte) || byte == 0x0A || byte == 0x0D }

/// Whether a byte is a base64 digit of either alphabet.
@inline(__always)
func isDigit(_ byte: UInt8) -> Bool {
  isMember(byte, (0x03FFA80000000000, 0x07FFFFFE87FFFFFE, 0x0000000000000000, 0x0000000000000000))
}

/// Where the base64 digits end that go on from `at`.
private func digitsEnd(_ text: UnsafeRawBufferPointer, _ at: Int, _ end: Int) -> Int {
  csearch_digits_end(text.baseAddress!.assumingMemoryBound(to: UInt8.self), at, end)
}
