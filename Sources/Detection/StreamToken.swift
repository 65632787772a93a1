// What redaction takes for an escape or a control sequence in a stream. Exact ones alone: what guesses
// would take text out that belongs to nobody's key.

import Bytes
import CSearch

/// What stands at a place in a stream.
enum StreamUnit {
  /// The byte itself.
  case byte
  case token(TextToken)
  /// The bytes end in the middle of what could become a token.
  case cut
}

/// Whether a byte begins a token in a stream.
@inline(__always)
func mayBeginStreamToken(_ byte: UInt8) -> Bool {
  // ESC # % & = U backslash ^
  ByteSet((0x2000_0068_0800_0000, 0x0000_0000_5020_0000, 0, 0)).contains(byte)
}

/// - Parameter bytes: end where nothing behind may be looked at yet.
@inline(__always)
func readStreamUnit(_ bytes: UnsafeRawBufferPointer, at place: Int) -> StreamUnit {
  if !mayBeginStreamToken(bytes[place]) { return .byte }
  switch readDeepToken(bytes, at: place, isKnown: isExact) {
  case .cut: return .cut
  case .none: return .byte
  case .token(let token):
    guard isExact(token) else { return .byte }
    // The other half of a character of UTF-16 in which only that is escaped.
    let isZero = token.outputCount == 1 && token.output == 0
    return .token(isZero ? TextToken(.zeroWidth, length: token.length) : token)
  }
}

private func isExact(_ token: TextToken) -> Bool {
  switch token.encoding {
  case .percent, .unicode, .hex, .html, .quotedPrintable, .backslash, .octal, .css, .caret, .ansi: true
  default: false
  }
}

/// Whether a control sequence changes how what follows is shown, and holds nothing but that: parameters
/// are digits. Of control strings that is the end of a link alone; others name files and addresses.
func isDisplayCode(_ token: TextToken, _ code: UnsafeRawBufferPointer) -> Bool {
  guard token.encoding == .ansi, code[0] == 0x1B else { return false }
  if code.count >= 3, code[1] == UInt8(ascii: "[") {
    return code[2..<(code.count - 1)].allSatisfy { 0x30...0x3B ~= $0 || $0 == UInt8(ascii: "?") }
  }
  if code[1] == UInt8(ascii: "]") {
    return code.dropFirst(2).starts(with: "8;;".utf8) && code.count <= 7
  }
  return code.count <= 3
}

/// Calls `found` for each place in `places` at which a token could begin, in order.
///
/// - Parameter members: the bytes that it may stand for, as a table; any where there is none.
@inline(__always)
func searchTokens(
  _ bytes: UnsafeRawBufferPointer, at places: Range<Int>, members: [UInt8]? = nil, _ found: (Int) -> Void
) {
  guard let base = bytes.baseAddress else { return }
  let text = base.assumingMemoryBound(to: UInt8.self)
  func search(_ members: UnsafePointer<UInt8>?) {
    var at = places.lowerBound
    while true {
      at = csearch_token(text, bytes.count, at, places.upperBound, members)
      if at >= places.upperBound { return }
      found(at)
      at += 1
    }
  }
  if let members { members.withUnsafeBufferPointer { search($0.baseAddress) } } else { search(nil) }
}
