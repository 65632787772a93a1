// What redaction takes for an escape or a control sequence in a stream. Exact ones alone: what guesses
// would take text out that belongs to nobody's key.

/// What stands at a place in a stream.
enum StreamUnit {
  /// The byte itself.
  case byte
  case token(TextToken)
  /// The bytes end in the middle of what could become a token.
  case cut
}

/// Bytes that begin a token in a stream.
let streamTokenBeginnings = ByteSet("%\\&\u{1B}".utf8)

/// - Parameter bytes: end where nothing behind may be looked at yet.
@inline(__always)
func readStreamUnit(_ bytes: UnsafeRawBufferPointer, at place: Int) -> StreamUnit {
  if !streamTokenBeginnings.contains(bytes[place]) { return .byte }
  switch readToken(bytes, at: place) {
  case .cut: return .cut
  case .none: return .byte
  case .token(let token):
    switch token.encoding {
    case .percent, .unicode, .hex, .html, .backslash, .ansi: return .token(token)
    default: return .byte
    }
  }
}

/// Whether a control sequence changes how what follows is shown, and holds nothing but that: parameters
/// are digits. Of control strings that is the end of a link alone; others name files and addresses.
func isDisplayCode(_ code: UnsafeRawBufferPointer) -> Bool {
  if code.count >= 3, code[1] == UInt8(ascii: "[") {
    return code[2..<(code.count - 1)].allSatisfy { 0x30...0x3B ~= $0 || $0 == UInt8(ascii: "?") }
  }
  if code[1] == UInt8(ascii: "]") {
    return code.dropFirst(2).starts(with: "8;;".utf8) && code.count <= 7
  }
  return code.count <= 3
}

/// Calls `found` for each place in `places` at which a token could begin, in order.
@inline(__always)
func searchTokens(_ bytes: UnsafeRawBufferPointer, at places: Range<Int>, _ found: (Int) -> Void) {
  guard let base = bytes.baseAddress else { return }
  var at = places.lowerBound
  @inline(__always)
  func probe(_ offset: Int) -> Lanes {
    let part = base.loadUnaligned(fromByteOffset: at + offset, as: Lanes.self)
    let hits = lanes(part, are: UInt8(ascii: "%")) .| lanes(part, are: UInt8(ascii: "&"))
      .| lanes(part, are: UInt8(ascii: "\\")) .| lanes(part, are: 0x1B)
    return unsafeBitCast(hits, to: Lanes.self)
  }
  while at + 64 <= places.upperBound {
    let hits = (probe(0), probe(16), probe(32), probe(48))
    if isAny((hits.0 | hits.1) | (hits.2 | hits.3)) {
      eachLane(hits.0, at, found)
      eachLane(hits.1, at + 16, found)
      eachLane(hits.2, at + 32, found)
      eachLane(hits.3, at + 48, found)
    }
    at += 64
  }
  while at < places.upperBound {
    if streamTokenBeginnings.contains(bytes[at]) { found(at) }
    at += 1
  }
}
