// Redaction of a text that is whole in memory, as a list of edits. For callers that write the text in
// another form than they search it, such as the contents of JSON strings.

/// A part of a text and what takes its place.
public struct RedactionEdit: Equatable, Sendable {
  /// Bytes of the text.
  public var range: Range<Int>
  public var replacement: [UInt8]

  public init(range: Range<Int>, replacement: [UInt8]) {
    self.range = range
    self.replacement = replacement
  }
}

extension Redactor {
  /// What redaction changes in `text`, in order. No two edits overlap.
  ///
  /// - Parameter text: an input of its own, at most as long as `space`.
  public mutating func edits(of text: UnsafeRawBufferPointer) -> [RedactionEdit] {
    let space = self.space
    precondition(text.count <= space.count, "the text is longer than the chunk")
    if text.isEmpty { return [] }
    space.copyMemory(from: text)
    let start = UInt(bitPattern: space.baseAddress)
    var edits: [RedactionEdit] = []
    // What is neither written from the text nor replaced yet begins here.
    var done = 0
    var replacement: [UInt8] = []
    take(text.count, isLast: true) { piece in
      // A piece of the text lies where the text does; all others are the redactor's own.
      let offset = Int(truncatingIfNeeded: UInt(bitPattern: piece.baseAddress) &- start)
      guard offset >= done, offset + piece.count <= text.count else {
        replacement += piece
        return
      }
      if offset > done || !replacement.isEmpty {
        edits.append(RedactionEdit(range: done..<offset, replacement: replacement))
        replacement.removeAll()
      }
      done = offset + piece.count
    }
    if done < text.count || !replacement.isEmpty {
      edits.append(RedactionEdit(range: done..<text.count, replacement: replacement))
    }
    return edits
  }
}
