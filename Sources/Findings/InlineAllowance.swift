// Comments that allow a key beside them: `hopxguard:allow REASON` on the key's line, or
// `hopxguard:allow-next-line REASON` on the line before, for formats without room on the line itself.

/// What a comment beside a finding says about it.
public enum InlineAllowance: Sendable {
  case allowed
  /// It has no reason, so it allows nothing.
  case unreasoned
  /// The revision that allowances are taken from does not have it, and so it allows nothing yet.
  case tooNew

  /// Bytes before and after a match in which the marker is searched. A line may be a gigabyte long.
  public static let reach = 1024

  private static let here = Array("hopxguard:allow".utf8)
  private static let next = Array("hopxguard:allow-next-line".utf8)
  /// What ends a comment, and so a reason.
  private static let closers = ["*/", "-->", "#}", "%>"].map { Array($0.utf8) }

  /// The comment at a match, if any.
  ///
  /// - Parameters:
  ///   - match: a range of `buffer`; the marker is searched in the `reach` bytes on either side.
  ///   - buffer: a part of the input.
  public init?(at match: Range<Int>, in buffer: UnsafeRawBufferPointer) {
    let start = max(0, match.lowerBound - Self.reach)
    let end = min(buffer.count, match.upperBound + Self.reach)
    guard Self.mayHoldMarker(buffer, start..<end) else { return nil }
    // Without the zeros of UTF-16, in which PowerShell writes.
    let lead = buffer[start..<match.lowerBound].filter { $0 != 0 }
    let tail = buffer[match.upperBound..<end].filter { $0 != 0 }
    let lineStart = (lead.lastIndex(where: Self.isLineEnd) ?? -1) + 1
    var above = lead[..<lineStart]
    if above.last == 0x0A { above.removeLast() }
    if above.last == 0x0D { above.removeLast() }
    if let last = above.lastIndex(where: Self.isLineEnd) { above = above[(last + 1)...] }

    let found = [
      Self.find(Self.here, in: lead[lineStart...]),
      Self.find(Self.here, in: tail.prefix { !Self.isLineEnd($0) }),
      Self.find(Self.next, in: above),
    ].compactMap(\.self)
    guard let first = found.first else { return nil }
    self = found.contains { $0 == .allowed } ? .allowed : first
  }

  /// Whether there is a colon after a `d`, with or without UTF-16's zero byte between them. Nearly all findings are
  /// ruled out by this.
  private static func mayHoldMarker(_ buffer: UnsafeRawBufferPointer, _ range: Range<Int>) -> Bool {
    let (colon, last) = (UInt8(ascii: ":"), UInt8(ascii: "d"))
    return range.dropFirst(2).contains { index in
      buffer[index] == colon
        && (buffer[index - 1] == last || buffer[index - 1] == 0 && buffer[index - 2] == last)
    }
  }

  private static func isLineEnd(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }

  private static func find(_ marker: [UInt8], in text: ArraySlice<UInt8>) -> InlineAllowance? {
    var result: InlineAllowance?
    var rest = text
    while let place = rest.indices.first(where: { rest[$0...].starts(with: marker) }) {
      rest = rest[(place + marker.count)...]
      // `hopxguard:allowed` and `hopxguard:allow-next-line` are other words.
      if let byte = rest.first, byte != 0x20, byte != 0x09 {
        if !closers.contains(where: { rest.starts(with: $0) }) { continue }
      }
      let end = rest.indices.first { index in closers.contains { rest[index...].starts(with: $0) } }
      let reason = rest[..<(end ?? rest.endIndex)]
      if reason.contains(where: isLetter) { return .allowed }
      result = .unreasoned
    }
    return result
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    byte >= 0x80 || (byte | 0x20) >= UInt8(ascii: "a") && (byte | 0x20) <= UInt8(ascii: "z")
  }
}
