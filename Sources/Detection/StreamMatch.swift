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
  /// What in the range has an effect on what follows, in order.
  public internal(set) var codes: [StreamCode] = []
}

/// What a key is parted by that stays: a control sequence, a line break of base64, a tag, or what joins two string
/// literals.
public struct StreamCode: Equatable, Sendable {
  /// Bytes in the buffer that was searched.
  public var range: Range<Int>
  /// Whether it can hold nothing else, such as another key in a comment.
  public let isEmpty: Bool
}
