// The bytes that archive readers read: pieces that pass by once, with a cursor that can look ahead over
// their borders. After a reader has ended, the cursor is where its format ends, so that whatever follows
// can be told and read by the next one.

package import Inputs
internal import Platform
internal import CSearch

package final class ArchiveFeed {
  private let next: (Bool) -> UnsafeRawBufferPointer?
  /// The whole input, for formats that are read from their end; nil when its bytes pass by once.
  package let whole: WholeInput?
  /// Bytes consumed since the start of the input.
  package private(set) var position: Int
  /// Whether the bytes that pass by belong to entries, whose content is scanned on its own.
  package var isWithinEntries = true

  /// Where what was read as archives ends: what lies before it is known.
  package var known = 0

  private var piece = UnsafeRawBufferPointer(start: nil, count: 0)
  /// Bytes copied from several pieces, which come before `piece`.
  private var gathered: UnsafeMutableRawBufferPointer?
  private var front = UnsafeRawBufferPointer(start: nil, count: 0)
  private var isAtEnd = false
  private var isBroken = false

  /// - Parameters:
  ///   - position: of the first byte in the input.
  ///   - next: returns the next piece, valid until the next call; an empty one at the end, nil when the
  ///     input broke. Its parameter is `isWithinEntries`.
  package init(whole: WholeInput? = nil, position: Int = 0, _ next: @escaping (Bool) -> UnsafeRawBufferPointer?) {
    self.whole = whole
    self.position = position
    self.next = next
  }

  /// The bytes of an input that is at hand whole, from `position` on.
  ///
  /// - Parameter end: where the bytes end; nil for the input's end.
  package convenience init(_ input: WholeInput, from position: Int, to end: Int? = nil) {
    let pages = FilePages(input, from: position, to: end ?? .max)
    self.init(whole: input, position: position) { _ in pages.next() }
  }

  deinit { gathered?.deallocate() }

  /// The bytes at the cursor; empty at the end.
  ///
  /// - Throws: `InputError` that has been reported, when the input broke.
  func bytes() throws(InputError) -> UnsafeRawBufferPointer {
    if !front.isEmpty { return front }
    if piece.isEmpty { try advance() }
    return piece
  }

  private func advance() throws(InputError) {
    if isBroken { throw InputError("", isTold: true) }
    if isAtEnd { return }
    guard let next = next(isWithinEntries) else {
      isBroken = true
      throw InputError("", isTold: true)
    }
    piece = next
    isAtEnd = next.isEmpty
  }

  /// Moves the cursor within what `bytes` or `peek` returned.
  func consume(_ count: Int) {
    position += count
    let ofFront = min(count, front.count)
    front = UnsafeRawBufferPointer(rebasing: front[ofFront...])
    piece = UnsafeRawBufferPointer(rebasing: piece[(count - ofFront)...])
  }

  /// The next `count` bytes in one piece; fewer at the end.
  package func peek(_ count: Int) throws(InputError) -> UnsafeRawBufferPointer {
    if front.isEmpty {
      if piece.isEmpty { try advance() }
      if piece.count >= count || isAtEnd { return UnsafeRawBufferPointer(rebasing: piece.prefix(count)) }
    }
    if front.count < count {
      let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 1)
      var filled = 0
      func take(_ bytes: UnsafeRawBufferPointer) {
        UnsafeMutableRawBufferPointer(rebasing: memory[filled...]).copyMemory(from: bytes)
        filled += bytes.count
      }
      take(front)
      gathered?.deallocate()
      gathered = memory
      front = UnsafeRawBufferPointer(rebasing: memory[..<filled])
      while filled < count {
        if piece.isEmpty { try advance() }
        if piece.isEmpty { break }
        let part = UnsafeRawBufferPointer(rebasing: piece.prefix(count - filled))
        take(part)
        piece = UnsafeRawBufferPointer(rebasing: piece[part.count...])
        front = UnsafeRawBufferPointer(rebasing: memory[..<filled])
      }
    }
    return UnsafeRawBufferPointer(rebasing: front.prefix(count))
  }

  /// All bytes from the cursor to the end, in one piece that stays as long as the feed; nil when there are
  /// more than `most`.
  func gather(_ most: Int) throws(InputError) -> UnsafeRawBufferPointer? {
    var all: [UInt8] = []
    while true {
      let bytes = try bytes()
      if bytes.isEmpty { break }
      if all.count + bytes.count > most { return nil }
      all.append(contentsOf: bytes)
      consume(bytes.count)
    }
    all.withUnsafeBytes { putBack($0) }
    return front
  }

  /// Puts back the bytes that a reader took and did not use, which are the last that it took.
  func putBack(_ bytes: UnsafeRawBufferPointer) {
    if bytes.isEmpty { return }
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count + front.count, alignment: 1)
    memory.copyMemory(from: bytes)
    UnsafeMutableRawBufferPointer(rebasing: memory[bytes.count...]).copyMemory(from: front)
    gathered?.deallocate()
    gathered = memory
    front = UnsafeRawBufferPointer(memory)
    position -= bytes.count
  }

  /// Consumes `count` bytes.
  ///
  /// - Returns: how many there were.
  @discardableResult
  func skip(_ count: Int) throws(InputError) -> Int {
    var left = count
    while left > 0 {
      let part = min(left, try bytes().count)
      if part == 0 { break }
      consume(part)
      left -= part
    }
    return count - left
  }

  /// Consumes zeros.
  package func skipZeros() throws(InputError) {
    while true {
      let bytes = try bytes()
      let zeros = bytes.firstIndex { $0 != 0 } ?? bytes.count
      consume(zeros)
      if bytes.isEmpty || zeros < bytes.count { return }
    }
  }

  /// Consumes what is left.
  ///
  /// - Returns: its length without the zeros at its end, and whether it is text.
  package func drain() throws(InputError) -> (count: Int, isText: Bool) {
    let start = position
    var end = position
    var isText = true
    while true {
      let bytes = try bytes()
      if bytes.isEmpty { return (end - start, isText) }
      if let last = bytes.lastIndex(where: { $0 != 0 }) {
        isText = isText && end == position && bytes[...last].allSatisfy(isTextByte)
        end = position + last + 1
      }
      consume(bytes.count)
    }
  }

  /// Moves the cursor to the next place with byte `b` after byte `a`.
  ///
  /// - Parameter passed: is called with the bytes before that place, in pieces.
  /// - Returns: whether there is one; else the cursor is at the end.
  func seek(
    _ a: UInt8, _ b: UInt8, passing passed: (UnsafeRawBufferPointer) -> Void = { _ in }
  ) throws(InputError) -> Bool {
    while true {
      var bytes = try bytes()
      if bytes.isEmpty { return false }
      if bytes.count == 1 {
        bytes = try peek(2)
        if bytes.count < 2 {
          passed(bytes)
          consume(bytes.count)
          return false
        }
      }
      let text = bytes.baseAddress!.assumingMemoryBound(to: UInt8.self)
      let found = csearch_pair(text, bytes.count, 0, bytes.count - 1, 0, a, 1, b)
      passed(UnsafeRawBufferPointer(rebasing: bytes[..<found]))
      consume(found)
      if found < bytes.count - 1 { return true }
    }
  }
}

private func isTextByte(_ byte: UInt8) -> Bool { byte >= 0x20 || (0x08...0x0D).contains(byte) || byte == 0x1B }

/// Reads an input from its middle, piece by piece, without moving a file's own offset.
private final class FilePages {
  private let input: WholeInput
  private var position: Int
  private let end: Int
  private var buffer: UnsafeMutableRawBufferPointer?

  private static let pageBytes = 256 * 1024

  init(_ input: WholeInput, from position: Int, to end: Int) {
    self.input = input
    self.position = position
    self.end = end
  }

  deinit { buffer?.deallocate() }

  func next() -> UnsafeRawBufferPointer? {
    let wanted = min(Self.pageBytes, end - position)
    switch input {
    case .memory(let bytes):
      let part = bytes[min(position, bytes.count)..<min(position + max(0, wanted), bytes.count)]
      position += part.count
      return UnsafeRawBufferPointer(rebasing: part)
    case .file(let number):
      if wanted <= 0 { return UnsafeRawBufferPointer(start: nil, count: 0) }
      let buffer = self.buffer ?? .allocate(byteCount: Self.pageBytes, alignment: 16)
      self.buffer = buffer
      do throws(SystemError) {
        let count = try readAt(position, number, into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]))
        position += count
        return UnsafeRawBufferPointer(rebasing: buffer[..<count])
      } catch { return nil }
    }
  }
}
