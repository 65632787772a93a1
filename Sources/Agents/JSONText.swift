// Where the strings of a JSON text are (RFC 8259). Strict, because an event that two programs could
// understand differently could show one of them a key and not the other; and without a tree, because an
// event may hold a result of many megabytes, and only its strings matter.

import Bytes

/// Why a text is not used as JSON.
package struct JSONFault: Error, Equatable, Sendable {
  package let reason: String
  /// Bytes from the start of the text.
  package let offset: Int
}

/// The strings and the outermost members of a JSON text.
package struct JSONText: Sendable {
  /// A string or a member's name.
  package struct Literal: Equatable, Sendable {
    /// Bytes between the quotes.
    package var range: Range<Int>
    package var hasEscapes: Bool
    package var isName: Bool
  }

  /// A member of the outermost object.
  package struct Member: Sendable {
    package let name: [UInt8]
    package let value: Range<Int>
    /// Indices of `literals`: those of the value.
    package let literals: Range<Int>
  }

  /// In order of place.
  package private(set) var literals: [Literal] = []
  /// In order of place; empty when the text is no object.
  package private(set) var members: [Member] = []

  /// Objects and arrays within one another.
  static let mostDepth = 512
  /// Bytes of a number. No agent writes longer ones.
  static let longestNumber = 1024

  /// - Throws: `JSONFault` for what is not exactly one JSON value in UTF-8, without a byte order mark; for
  ///   two members of the outermost object with the same name; and for what is nested too deep.
  package init(parsing bytes: UnsafeRawBufferPointer) throws(JSONFault) {
    var parser = JSONParser(bytes: bytes)
    try parser.parseDocument()
    literals = parser.literals
    members = parser.members
  }

  package func member(_ name: String) -> Member? {
    members.first { $0.name.elementsEqual(name.utf8) }
  }
}

private struct JSONParser {
  let bytes: UnsafeRawBufferPointer
  var literals: [JSONText.Literal] = []
  var members: [JSONText.Member] = []
  private var at = 0
  private var depth = 0

  init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  mutating func parseDocument() throws(JSONFault) {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { throw fault("it begins with a byte order mark") }
    try parseValue()
    skipBlanks()
    if at != bytes.count { throw fault("something follows the value") }
  }

  private mutating func parseValue() throws(JSONFault) {
    switch try peek() {
    case UInt8(ascii: "{"): try parseObject()
    case UInt8(ascii: "["): try parseArray()
    case UInt8(ascii: "\""): try parseString(isName: false)
    case UInt8(ascii: "t"): try parseWord("true")
    case UInt8(ascii: "f"): try parseWord("false")
    case UInt8(ascii: "n"): try parseWord("null")
    default: try parseNumber()
    }
  }

  private mutating func parseObject() throws(JSONFault) {
    try enter()
    if try peek() == UInt8(ascii: "}") { return leave() }
    while true {
      guard try peek() == UInt8(ascii: "\"") else { throw fault("a member's name is missing") }
      try parseString(isName: true)
      let name = literals.count - 1
      guard try peek() == UInt8(ascii: ":") else { throw fault("a colon is missing") }
      at += 1
      _ = try peek()
      let start = at
      try parseValue()
      if depth == 1 { try addMember(name, start..<at) }
      if try isLast(before: UInt8(ascii: "}")) { return leave() }
    }
  }

  private mutating func addMember(_ name: Int, _ value: Range<Int>) throws(JSONFault) {
    let text = decoded(literals[name], in: bytes)
    if members.contains(where: { $0.name == text }) { throw fault("two members have the same name") }
    members.append(JSONText.Member(name: text, value: value, literals: (name + 1)..<literals.count))
  }

  private mutating func parseArray() throws(JSONFault) {
    try enter()
    if try peek() == UInt8(ascii: "]") { return leave() }
    while true {
      try parseValue()
      if try isLast(before: UInt8(ascii: "]")) { return leave() }
    }
  }

  /// Whether the value that was just read is followed by `end`, which stays the next byte. A comma is passed.
  private mutating func isLast(before end: UInt8) throws(JSONFault) -> Bool {
    let next = try peek()
    if next == end { return true }
    guard next == UInt8(ascii: ",") else { throw fault("a comma is missing") }
    at += 1
    return false
  }

  private mutating func enter() throws(JSONFault) {
    at += 1
    depth += 1
    if depth > JSONText.mostDepth { throw fault("it is nested more than \(JSONText.mostDepth) deep") }
  }

  private mutating func leave() {
    at += 1
    depth -= 1
  }

  private mutating func parseWord(_ word: StaticString) throws(JSONFault) {
    let count = word.utf8CodeUnitCount
    guard at + count <= bytes.count,
      bytes[at..<(at + count)].elementsEqual(UnsafeBufferPointer(start: word.utf8Start, count: count))
    else { throw fault("a value is malformed") }
    at += count
  }

  private mutating func parseNumber() throws(JSONFault) {
    let start = at
    _ = take(UInt8(ascii: "-"))
    if !take(UInt8(ascii: "0")) { try parseDigits() }
    if take(UInt8(ascii: ".")) { try parseDigits() }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      try parseDigits()
    }
    if at - start > JSONText.longestNumber { throw fault("a number is too long") }
  }

  private mutating func parseDigits() throws(JSONFault) {
    let start = at
    while at < bytes.count, bytes[at] >= 0x30, bytes[at] <= 0x39 { at += 1 }
    if at == start { throw fault("a value is malformed") }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard at < bytes.count, bytes[at] == byte else { return false }
    at += 1
    return true
  }

  /// The next byte that is no blank, which stays the next.
  private mutating func peek() throws(JSONFault) -> UInt8 {
    skipBlanks()
    guard at < bytes.count else { throw fault("it ends too early") }
    return bytes[at]
  }

  private mutating func skipBlanks() {
    while at < bytes.count, bytes[at] == 0x20 || bytes[at] == 0x0A || bytes[at] == 0x0D || bytes[at] == 0x09 {
      at += 1
    }
  }

  private func fault(_ reason: String) -> JSONFault { JSONFault(reason: reason, offset: at) }

  // MARK: Strings

  /// Reads the string that begins with the quote at `at`.
  private mutating func parseString(isName: Bool) throws(JSONFault) {
    at += 1
    let start = at
    var hasEscapes = false
    while true {
      skipPlainASCII()
      guard at < bytes.count else { throw fault("it ends within a string") }
      switch bytes[at] {
      case UInt8(ascii: "\""):
        literals.append(JSONText.Literal(range: start..<at, hasEscapes: hasEscapes, isName: isName))
        at += 1
        return
      case UInt8(ascii: "\\"):
        hasEscapes = true
        try skipEscape()
      case 0..<0x20: throw fault("a string holds a control character")
      default: try skipCharacter()
      }
    }
  }

  /// Skips bytes of strings that need no look: sixteen at a time, then one by one.
  @inline(__always)
  private mutating func skipPlainASCII() {
    typealias Block = SIMD16<UInt8>
    let quote = Block(repeating: UInt8(ascii: "\""))
    let backslash = Block(repeating: UInt8(ascii: "\\"))
    let space = Block(repeating: 0x20)
    let high = Block(repeating: 0x80)
    while at + 16 <= bytes.count {
      let block = bytes.loadUnaligned(fromByteOffset: at, as: Block.self)
      let special = (block .== quote) .| (block .== backslash) .| (block .< space) .| (block .>= high)
      if any(special) { break }
      at += 16
    }
    while at < bytes.count {
      let byte = bytes[at]
      if byte < 0x20 || byte >= 0x80 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return }
      at += 1
    }
  }

  private mutating func skipEscape() throws(JSONFault) {
    guard at + 1 < bytes.count else { throw fault("it ends within a string") }
    switch bytes[at + 1] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
      UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      at += 2
    case UInt8(ascii: "u"):
      guard at + 6 <= bytes.count, bytes[(at + 2)..<(at + 6)].allSatisfy({ hexValue($0) != nil }) else {
        throw fault("an escape is malformed")
      }
      at += 6
    default: throw fault("an escape is malformed")
    }
  }

  /// Skips a character of two to four bytes.
  private mutating func skipCharacter() throws(JSONFault) {
    let first = bytes[at]
    let length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0
    guard length > 0, at + length <= bytes.count else { throw fault("a string is not UTF-8") }
    let second = bytes[at + 1]
    let lowest: UInt8 = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80
    let highest: UInt8 = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF
    guard second >= lowest, second <= highest,
      bytes[(at + 2)..<(at + length)].allSatisfy({ $0 & 0xC0 == 0x80 })
    else { throw fault("a string is not UTF-8") }
    at += length
  }
}
