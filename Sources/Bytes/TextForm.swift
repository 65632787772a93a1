// How the characters of a text lie in its bytes: as bytes, or as units of two or four bytes. In UTF-16 and
// UTF-32 a byte 0x0A is a line end only as a whole unit: U+4E0A holds one, too.

/// A form of text.
package struct TextForm: Equatable, Sendable {
  /// Bytes of a unit.
  package let width: Int
  package let isLittleEndian: Bool

  /// ASCII, UTF-8 and their like.
  package static let bytes = TextForm(width: 1, isLittleEndian: true)
  static let wideForms = [2, 4].flatMap { width in
    [true, false].map { TextForm(width: width, isLittleEndian: $0) }
  }

  /// Such as `utf-16le`; that of bytes is `plain`.
  package var name: String {
    width == 1 ? "plain" : "utf-\(8 * width)\(isLittleEndian ? "le" : "be")"
  }

  /// The wide form of this name; nil for any other name.
  package init?(name: some StringProtocol) {
    guard let form = Self.wideForms.first(where: { $0.name == name }) else { return nil }
    self = form
  }

  private init(width: Int, isLittleEndian: Bool) {
    self.width = width
    self.isLittleEndian = isLittleEndian
  }

  /// The form that a byte order mark at the start of a text names, and the mark's length.
  static func marked(_ bytes: UnsafeRawBufferPointer) -> TextForm? {
    func begins(_ mark: UInt8...) -> Bool { bytes.starts(with: mark) }
    if begins(0xFF, 0xFE, 0, 0) { return TextForm(width: 4, isLittleEndian: true) }
    if begins(0, 0, 0xFE, 0xFF) { return TextForm(width: 4, isLittleEndian: false) }
    if begins(0xFF, 0xFE) { return TextForm(width: 2, isLittleEndian: true) }
    if begins(0xFE, 0xFF) { return TextForm(width: 2, isLittleEndian: false) }
    return nil
  }

  /// The unit that begins at `index`.
  @inline(__always)
  func unit(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> UInt32 {
    switch width {
    case 1: return UInt32(bytes[index])
    case 2:
      let unit = bytes.loadUnaligned(fromByteOffset: index, as: UInt16.self)
      return UInt32(isLittleEndian ? UInt16(littleEndian: unit) : UInt16(bigEndian: unit))
    default:
      let unit = bytes.loadUnaligned(fromByteOffset: index, as: UInt32.self)
      return isLittleEndian ? UInt32(littleEndian: unit) : UInt32(bigEndian: unit)
    }
  }

  /// Whether text may hold the unit at `index`: no control character, no half of a pair, nothing unassigned
  /// for good or for private use.
  func isPlausible(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> Bool {
    let unit = unit(bytes, index)
    switch unit {
    case 0x09...0x0D, 0x1B, 0x20...0x7E, 0xA0...0xD7FF, 0xF900...0xFDCF, 0xFDF0...0xFFFD: return true
    case 0xD800...0xDBFF:
      return width == 2 && index + 4 <= bytes.count && self.unit(bytes, index + 2) & 0xFC00 == 0xDC00
    case 0xDC00...0xDFFF: return width == 2 && index >= 2 && self.unit(bytes, index - 2) & 0xFC00 == 0xD800
    default: return 0x1_0000...0x3_FFFF ~= unit || 0xE_0000...0xE_01EF ~= unit
    }
  }
}

/// Whether text of bytes may hold `byte` as a character of its own.
@inline(__always)
func isASCIIText(_ byte: UInt8) -> Bool {
  0x20...0x7E ~= byte || byte == 0x0A || byte == 0x0D || byte == 0x09
}
