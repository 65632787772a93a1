// The line round a match, short enough to print, with every secret in it redacted: the one that was
// found and its neighbours too.

public import Detection

public struct Snippet: Sendable {
  /// At most `Snippet.longest` bytes of the line, redacted. May hold any byte.
  public let bytes: [UInt8]
  /// Where the redacted secret stands in `bytes`.
  public let highlight: Range<Int>

  /// Bytes.
  public static let longest = 200
  /// Bytes of the line in front of the match.
  private static let longestLead = 80

  public init(bytes: [UInt8], highlight: Range<Int>) {
    self.bytes = bytes
    self.highlight = highlight
  }

  /// - Parameters:
  ///   - match: bytes in `buffer`.
  ///   - line: where the line of the match begins and ends in `buffer`, as far as the buffer goes.
  ///   - buffer: the input around the match; see `Scanner.search` for `atStart` and `isLast`.
  public init(
    of match: Match, line: Range<Int>, in buffer: UnsafeRawBufferPointer, atStart: Bool,
    isLast: Bool, scanner: inout Scanner
  ) {
    let start = Self.boundary(
      in: buffer, atOrAfter: max(line.lowerBound, match.range.lowerBound - Self.longestLead))
    let reach = min(line.upperBound, match.range.upperBound + Self.longest)
    let around =
      max(0, start - Rule.longestMatch)..<min(buffer.count, reach + Rule.longestMatch)

    var matches: [Match] = []
    let progress = scanner.search(
      UnsafeRawBufferPointer(rebasing: buffer[..<around.upperBound]), from: around.lowerBound,
      atStart: atStart, isLast: isLast && around.upperBound == buffer.count, into: &matches)
    if let rule = progress.openRule {
      // What could still become a secret is treated as one.
      matches.append(Match(rule: rule, range: progress.decided..<around.upperBound))
    }
    // Rules that were given up on in this input find their match here all the same.
    if !matches.contains(match) {
      matches.append(match)
      matches.sort { $0.range.lowerBound < $1.range.lowerBound }
    }
    let cuts = Detection.cuts(for: matches, rules: scanner.rules)
    let cut = cuts.first { $0.range.overlaps(match.range) }!

    let lead = apply(cuts, to: buffer, in: start..<max(start, cut.range.lowerBound))
    let body = apply(cuts, to: buffer, in: max(start, cut.range.lowerBound)..<min(cut.range.upperBound, buffer.count))
    let rest = cut.range.upperBound..<max(cut.range.upperBound, reach)
    let tail = apply(cuts, to: buffer, in: rest).prefix(Self.longest - lead.count - body.count)
    bytes = lead + body + Self.wholeCharacters(tail)
    highlight = lead.count..<(lead.count + body.count)
  }

  /// The first place from `index` on that is not inside a UTF-8 character.
  private static func boundary(in bytes: UnsafeRawBufferPointer, atOrAfter index: Int) -> Int {
    var at = index
    while at < min(index + 3, bytes.count), bytes[at] & 0xC0 == 0x80 { at += 1 }
    return at
  }

  /// `bytes` without a UTF-8 character that is cut at its end.
  private static func wholeCharacters(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard let lead = bytes.indices.suffix(4).last(where: { bytes[$0] & 0xC0 != 0x80 }) else {
      return bytes
    }
    let length =
      switch bytes[lead] {
      case 0xC2...0xDF: 2
      case 0xE0...0xEF: 3
      case 0xF0...0xF4: 4
      default: 1
      }
    return lead + length > bytes.endIndex ? bytes[..<lead] : bytes
  }
}
