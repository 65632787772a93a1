// Comments that allow a key beside them: `hopxguard:allow REASON` on the key's line, or
// `hopxguard:allow-next-line REASON` on the line before, for formats without room on the line itself.

/// What a comment beside a finding says about it.
public enum InlineAllowance: Equatable, Sendable {
  case allowed
  /// It has no reason, so it allows nothing.
  case unreasoned
  /// The revision that allowances are taken from does not have it, and so it allows nothing yet.
  case tooNew
  /// It is written in another way, which is quoted, and so it allows nothing.
  case misspelt(String)

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
    if let first = found.first {
      self = found.contains(.allowed) ? .allowed : first
      return
    }
    let here = Self.misspelling(in: lead[lineStart...]) ?? Self.misspelling(in: tail.prefix { !Self.isLineEnd($0) })
    guard let words = here ?? Self.misspelling(in: above, mentions: "next") else { return nil }
    self = .misspelt(words)
  }

  /// Whether there is a word that ends in `rd`, in any case, with or without UTF-16's zero bytes. Nearly all findings
  /// are ruled out by this.
  private static func mayHoldMarker(_ buffer: UnsafeRawBufferPointer, _ range: Range<Int>) -> Bool {
    let (first, last) = (UInt8(ascii: "r"), UInt8(ascii: "d"))
    return range.dropFirst(2).contains { index in
      buffer[index] | 0x20 == last
        && (buffer[index - 1] | 0x20 == first || buffer[index - 1] == 0 && buffer[index - 2] | 0x20 == first)
    }
  }

  /// What looks like a marker in another spelling, such as `hopxguard: allow` or `HOPXGUARD-ALLOW`: as it is written.
  ///
  /// - Parameter word: what has to follow on the same line, if anything.
  private static func misspelling(in text: ArraySlice<UInt8>, mentions word: String = "") -> String? {
    func starts(_ at: Int, _ word: String) -> Bool {
      text[at...].prefix(word.utf8.count).elementsEqual(word.utf8) { $0 | 0x20 == $1 }
    }
    func isSeparator(_ byte: UInt8) -> Bool { " \t:=_-.".utf8.contains(byte) }
    for start in text.indices where starts(start, "hopx") {
      var at = start + 4
      if at < text.endIndex, isSeparator(text[at]) { at += 1 }
      guard starts(at, "guard") else { continue }
      at += 5
      let end = text[at...].prefix(3).prefix(while: isSeparator).endIndex
      guard end > at, starts(end, "allow") || starts(end, "ignore") else { continue }
      // `hopxguard allow sha256:…` is the command.
      let isCommand = text[at..<end].elementsEqual(" ".utf8) && text[start..<at].elementsEqual("hopxguard".utf8)
      let rest = text[end...].drop { isKeyword($0) }
      if isCommand && [" sha256:", " FINGERPRINT", " <", " -"].contains(where: { rest.starts(with: $0.utf8) }) {
        continue
      }
      if !word.isEmpty, !text[end...].indices.contains(where: { starts($0, word) }) { continue }
      return String(decoding: text[start..<min(rest.startIndex, start + 40)], as: UTF8.self)
    }
    return nil
  }

  private static func isKeyword(_ byte: UInt8) -> Bool { isLetter(byte) && byte < 0x80 || "-_".utf8.contains(byte) }

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
