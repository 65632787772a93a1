// A match in a stream that may be encoded: what of it has to go, and how what goes in its place has to be
// written so that the text around stays what it is.

/// A place in a stream where a rule matched the bytes or what they decode to.
public struct StreamMatch: Sendable {
  /// Index in the rule set.
  public let rule: Int
  /// Bytes in the buffer that was searched.
  public internal(set) var range: Range<Int>
  /// Where the bytes end that stay readable.
  public internal(set) var keptEnd: Int
  public internal(set) var frame: StreamFrame
  /// Control sequences in the range that have an effect on what follows, and of base64 line breaks, in order.
  public internal(set) var codes: [Range<Int>] = []
}
