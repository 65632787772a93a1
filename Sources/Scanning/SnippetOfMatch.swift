// Cuts the line around a match down to what a report shows, with every secret in it redacted: the one that was
// found and its neighbours.

package import Detection
package import Findings

extension Snippet {
  /// - Parameters:
  ///   - match: bytes in `buffer`.
  ///   - line: where the line of the match begins and ends in `buffer`, as far as the buffer goes.
  ///   - cuts: all that reach into the `longestLead` bytes before the match, the match, or the `longest`
  ///     bytes after it, in order of place. They may begin before the buffer and end after it.
  package init(of match: Match, line: Range<Int>, in buffer: UnsafeRawBufferPointer, cuts: [Cut]) {
    let start = Self.boundary(
      in: buffer, atOrAfter: max(line.lowerBound, match.range.lowerBound - Self.longestLead))
    let reach = min(line.upperBound, match.range.upperBound + Self.longest)
    var first = cuts.startIndex
    var end = cuts.endIndex
    while first < end {
      let middle = (first + end) / 2
      if cuts[middle].range.upperBound > start { end = middle } else { first = middle + 1 }
    }
    let near = Array(cuts[first...].prefix { $0.range.lowerBound < max(reach, match.range.upperBound) })
    let cut = near.first { $0.range.overlaps(match.range) }!.range

    let body = max(start, cut.lowerBound)..<min(cut.upperBound, buffer.count)
    let lead = apply(near, to: buffer, in: start..<body.lowerBound)
    let secret = Self.shortened(apply(near, to: buffer, in: body))
    let rest = body.upperBound..<max(body.upperBound, reach)
    let room = max(0, Self.longest - lead.count - secret.count)
    self.init(
      bytes: lead + secret + Self.wholeCharacters(apply(near, to: buffer, in: rest).prefix(room)),
      highlight: lead.count..<(lead.count + secret.count))
  }

  /// The shown part of a secret, which may have thousands of colour codes between its characters.
  private static func shortened(_ secret: [UInt8]) -> [UInt8] {
    if secret.count <= longest / 2 { return secret }
    return wholeCharacters(secret.prefix(longest / 2 - ellipsis.count)) + ellipsis
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
