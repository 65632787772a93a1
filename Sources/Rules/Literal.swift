// Fixed texts of rules, in the given case or in any.

/// A text to look for.
public struct Literal: Hashable, Sendable {
  /// In lower case if `isCaseless`.
  public let bytes: [UInt8]
  /// Whether ASCII letters may be of any case.
  public let isCaseless: Bool

  public init(_ bytes: [UInt8], isCaseless: Bool = false) {
    self.isCaseless = isCaseless && bytes.contains { $0.isLetter }
    self.bytes = self.isCaseless ? bytes.map(\.inLowerCase) : bytes
  }

  /// Whether the text from `place` to its end is the beginning of the literal and no more.
  package func isCut(in text: UnsafeRawBufferPointer, at place: Int) -> Bool {
    let room = text.count - place
    return room < bytes.count && begins(with: room, in: text, at: place)
  }

  /// Whether the first `count` bytes of the literal are at `place`.
  package func begins(with count: Int, in text: UnsafeRawBufferPointer, at place: Int) -> Bool {
    (0..<count).allSatisfy { bytes[$0] == (isCaseless ? text[place + $0].inLowerCase : text[place + $0]) }
  }
}

extension UInt8 {
  package var isLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) }

  package var inLowerCase: UInt8 { self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") ? self | 0x20 : self }
}
