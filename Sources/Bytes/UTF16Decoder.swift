// UTF-8 as UTF-16 code units, byte by byte, for formats that count in them. What is no UTF-8 becomes
// U+FFFD as the Unicode Standard recommends (chapter 3, "U+FFFD Substitution of Maximal Subparts"), so
// that the count is that of the editors, browsers and JavaScript programs that show the text.

struct UTF16Decoder: Sendable {
  /// Bytes that the character begun still needs.
  private var needed = 0
  private var scalar: UInt32 = 0
  /// What the next of them may be.
  private var expected: ClosedRange<UInt8> = 0x80...0xBF

  /// The next byte may begin a character.
  var isBetweenCharacters: Bool {
    @inline(__always) get { needed == 0 }
  }

  /// Calls `take` with the code units that this byte completes.
  mutating func feed(_ byte: UInt8, _ take: (UInt16) -> Void) {
    if needed > 0 {
      if expected.contains(byte) {
        scalar = scalar << 6 | UInt32(byte & 0x3F)
        expected = 0x80...0xBF
        needed -= 1
        if needed == 0 { UTF16.encode(Unicode.Scalar(scalar)!)!.forEach(take) }
        return
      }
      needed = 0
      take(0xFFFD)
    }
    switch byte {
    case 0..<0x80: take(UInt16(byte))
    case 0xC2...0xDF: begin(1, byte & 0x1F)
    case 0xE0: begin(2, 0, 0xA0...0xBF)
    case 0xED: begin(2, byte & 0x0F, 0x80...0x9F)
    case 0xE1...0xEF: begin(2, byte & 0x0F)
    case 0xF0: begin(3, 0, 0x90...0xBF)
    case 0xF4: begin(3, byte & 0x07, 0x80...0x8F)
    case 0xF1...0xF3: begin(3, byte & 0x07)
    default: take(0xFFFD)
    }
  }

  private mutating func begin(_ count: Int, _ bits: UInt8, _ expected: ClosedRange<UInt8> = 0x80...0xBF) {
    needed = count
    scalar = UInt32(bits)
    self.expected = expected
  }
}
