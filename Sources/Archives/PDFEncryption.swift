// Whether a PDF is encrypted: its trailer, or the dictionary of its cross-reference stream, names the dictionary of
// the encryption, as `/Encrypt 12 0 R` or in place. Both are outside of compressed streams.
// Source: ISO 32000-1, 7.5.5 and 7.6.1.

internal import CSearch

/// Looks at the bytes between streams, piece by piece.
struct PDFEncryption {
  private(set) var isFound = false
  /// The last bytes of what came before.
  private var tail: [UInt8] = []

  private static let name = Array("/Encrypt".utf8)
  /// Bytes from the name to where its value is sure.
  private static let longest = 48

  mutating func look(at bytes: UnsafeRawBufferPointer) {
    if isFound { return }
    let joined = tail + bytes.prefix(Self.longest)
    isFound = joined.withUnsafeBytes(Self.holdsEncryption) || Self.holdsEncryption(bytes)
    tail = Array((bytes.count < Self.longest ? tail + bytes : Array(bytes.suffix(Self.longest))).suffix(Self.longest))
  }

  private static func holdsEncryption(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count > 1, let text = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return false }
    var at = 0
    while true {
      at = csearch_pair(text, bytes.count, at, bytes.count - 1, 0, name[0], 1, name[1])
      if at >= bytes.count - 1 { return false }
      if bytes[at...].starts(with: name), isValue(bytes[(at + name.count)...].prefix(longest)) { return true }
      at += 1
    }
  }

  /// A dictionary, or a reference to one.
  private static func isValue(_ bytes: Slice<UnsafeRawBufferPointer>) -> Bool {
    func isSpace(_ byte: UInt8) -> Bool { [0, 9, 10, 12, 13, 32].contains(byte) }
    func isDigit(_ byte: UInt8) -> Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }
    let value = bytes.drop(while: isSpace)
    if value.starts(with: "<<".utf8) { return true }
    guard value.startIndex > bytes.startIndex else { return false }
    let words = value.split(maxSplits: 3, whereSeparator: isSpace)
    return words.count >= 3 && words[0].allSatisfy(isDigit) && words[1].allSatisfy(isDigit)
      && words[2].first == UInt8(ascii: "R")
  }
}
