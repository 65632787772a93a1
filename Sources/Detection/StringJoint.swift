// What joins two string literals: an operator, a comment, or nothing; and the quotes in a shell's word.

/// Bytes between two string literals that are put together.
private let longestJoint = 256

extension TokenReader {
  /// From the quote that ends a string literal to the one that begins the next, or a quote in the middle of a
  /// word of a shell.
  mutating func readJoint() -> TokenReading {
    guard start > 0, isInk(bytes[start - 1]) else { return .none }
    if isAtEnd { return .cut }
    let isInWord = isDigitOrSign(bytes[start - 1]) && isDigitOrSign(bytes[at])
    let reading = readNextLiteral()
    return reading == .none && isInWord ? .token(TextToken(.concatenation, length: 1)) : reading
  }

  private mutating func readNextLiteral() -> TokenReading {
    // A list of lines, as in notebooks: the next one may begin with its indentation.
    let endsLine = start > 1 && bytes[start - 1] == UInt8(ascii: "n") && bytes[start - 2] == UInt8(ascii: "\\")
    skipSpace()
    let operators: [StaticString] = ["..", "+", ".", "&", ",", "||", "<>", "~", "\\"]
    for text in operators where stands(text) {
      // Haskell, Erlang and Elixir put lists and strings together with two.
      at += text.utf8CodeUnitCount
      if text.utf8Start.pointee == UInt8(ascii: "+") { _ = skip(UInt8(ascii: "+")) }
      break
    }
    skipSpace()
    // Visual Basic's sign that the line goes on.
    if skip(UInt8(ascii: "_")) { skipSpace() }
    for _ in 0..<2 where !isAtEnd && isPrefix(bytes[at]) { at += 1 }
    if isAtEnd || isCut { return length < longestJoint ? .cut : .none }
    guard length < longestJoint, isQuote(bytes[at]) else { return .none }
    at += 1
    if isAtEnd { return .cut }
    return endsLine || isInk(bytes[at]) ? .token(TextToken(.concatenation, length: length)) : .none
  }

  /// Goes over blanks, line ends and comments.
  private mutating func skipSpace() {
    while !isAtEnd, length < longestJoint {
      if isBlank(bytes[at]) || bytes[at] == 0x0A || bytes[at] == 0x0D {
        at += 1
      } else if stands("/*") {
        while !isAtEnd, length < longestJoint, !stands("*/") { at += 1 }
        at = min(bytes.count, at + 2)
      } else if stands("//") || stands("--") || stands("#") {
        while !isAtEnd, length < longestJoint, bytes[at] != 0x0A { at += 1 }
      } else {
        return
      }
    }
  }

  private mutating func stands(_ text: StaticString) -> Bool {
    for index in 0..<text.utf8CodeUnitCount {
      if at + index >= bytes.count {
        isCut = true
        return false
      }
      if bytes[at + index] != text.utf8Start[index] { return false }
    }
    return true
  }

  private func isPrefix(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "f"), UInt8(ascii: "F"), UInt8(ascii: "r"), UInt8(ascii: "R"), UInt8(ascii: "b"),
      UInt8(ascii: "B"), UInt8(ascii: "u"), UInt8(ascii: "U"), UInt8(ascii: "L"), UInt8(ascii: "@"),
      UInt8(ascii: "$"):
      true
    default: false
    }
  }
}

func isQuote(_ byte: UInt8) -> Bool {
  byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") || byte == UInt8(ascii: "`")
}
