// A match in a stream that may be encoded: what of it has to go, and how what goes in its place has to be
// written so that the text around stays what it is.

/// The forms of a key in a stream.
public enum StreamForm: UInt8, Sendable {
  /// Plainly, or with escapes and control sequences in it.
  case text
  case utf16le, utf16be
  /// RFC 4648, both alphabets; the number counts the bytes before the key in its group of three.
  case base64At0, base64At1, base64At2

  public var isBase64: Bool { rawValue >= StreamForm.base64At0.rawValue }

  /// Bits of the first character of base64 that belong to the byte before the key, in pairs.
  var base64Lead: Int { Int(rawValue) - Int(StreamForm.base64At0.rawValue) }
}

/// A place in a stream where a rule matched the bytes or what they decode to.
public struct StreamMatch: Sendable {
  /// Index in the rule set.
  public let rule: Int
  /// Bytes in the buffer that was searched.
  public internal(set) var range: Range<Int>
  /// Where the bytes end that stay readable.
  public internal(set) var keptEnd: Int
  public internal(set) var form: StreamForm
  /// Of base64: in its group of three bytes, which is the first that goes (0 to 2), and how many there are
  /// up to the last that goes (1 to 3).
  public internal(set) var group = (first: 0, last: 0)
  /// Control sequences in the range that have an effect on what follows, and of base64 line breaks, in order.
  public internal(set) var codes: [Range<Int>] = []
}
