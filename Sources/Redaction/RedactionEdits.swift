// Redaction as a list of edits. For callers that write a text in another form than they search it, such as the
// contents of JSON strings.

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
  /// What redaction changes in a text that is read piece by piece, in order. No two edits overlap.
  ///
  /// - Parameter read: puts the next bytes of the text into the buffer and returns how many; 0 at the end.
  public mutating func edits(of read: (UnsafeMutableRawBufferPointer) -> Int) -> [RedactionEdit] {
    var list = EditList()
    var count: Int
    repeat {
      count = read(space)
      list.total += count
      let (start, size, base) = (UInt(bitPattern: memory.baseAddress), memory.count, base)
      take(count, isLast: count == 0) { piece in
        // A piece of the text lies in the buffer; all others are the redactor's own.
        let offset = Int(truncatingIfNeeded: UInt(bitPattern: piece.baseAddress) &- start)
        list.add(piece, at: offset >= 0 && offset < size ? base + offset : nil)
      }
    } while count > 0
    return list.finished()
  }

  /// What redaction changes in `text`, in order. No two edits overlap.
  public mutating func edits(of text: UnsafeRawBufferPointer) -> [RedactionEdit] {
    var at = 0
    return edits { space in
      let count = min(space.count, text.count - at)
      if count > 0 { space.copyMemory(from: UnsafeRawBufferPointer(rebasing: text[at..<(at + count)])) }
      at += count
      return count
    }
  }
}

/// Edits as they follow from what a redactor writes.
private struct EditList {
  /// Bytes of the text that were read.
  var total = 0
  private var edits: [RedactionEdit] = []
  /// What is neither written from the text nor replaced yet begins here.
  private var done = 0
  private var replacement: [UInt8] = []

  /// - Parameter offset: of a piece of the text, in bytes; nil for what the redactor writes in place of a secret.
  mutating func add(_ piece: UnsafeRawBufferPointer, at offset: Int?) {
    guard let offset, offset >= done else {
      replacement += piece
      return
    }
    if offset > done || !replacement.isEmpty { close(at: offset) }
    done = offset + piece.count
  }

  mutating func finished() -> [RedactionEdit] {
    if done < total || !replacement.isEmpty { close(at: total) }
    return edits
  }

  private mutating func close(at end: Int) {
    edits.append(RedactionEdit(range: done..<end, replacement: replacement))
    replacement.removeAll()
  }
}
