// A parser of JSON (RFC 8259) from untrusted files: strict, so that no other reader can understand the file
// differently, and limited in depth. Each string knows its line, for findings about it.

/// A value.
package indirect enum JSONValue: Sendable {
  /// In order; a name may come more than once.
  case object([(name: String, value: JSONValue)])
  case array([JSONValue])
  /// - Parameter line: from 1.
  case string(String, line: Int)
  /// As it is written.
  case number(String)
  case boolean(Bool)
  case null

  /// What one object or array in another may be nested to.
  static let mostDepth = 128

  /// The value that is the whole of `bytes`, a byte order mark before it allowed; nil when they are no JSON.
  package init?(parsing bytes: [UInt8]) {
    var parser = JSONParser(bytes: bytes)
    do throws(MalformedJSON) { self = try parser.document() } catch { return nil }
  }

  /// The member of an object, the last of that name as in JavaScript; nil if there is none.
  package subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.last { $0.name == name }?.value
  }

  package var text: String? {
    guard case .string(let text, _) = self else { return nil }
    return text
  }

  package var boolean: Bool? {
    guard case .boolean(let value) = self else { return nil }
    return value
  }
}

private struct MalformedJSON: Error {}

private struct JSONParser {
  let bytes: [UInt8]
  private var at = 0
  private var line = 1
  private var depth = 0

  init(bytes: [UInt8]) {
    self.bytes = bytes
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
  }

  mutating func document() throws(MalformedJSON) -> JSONValue {
    let value = try value()
    skipBlanks()
    guard at == bytes.count else { throw MalformedJSON() }
    return value
  }

  private mutating func value() throws(MalformedJSON) -> JSONValue {
    switch try peek() {
    case UInt8(ascii: "{"): return .object(try members())
    case UInt8(ascii: "["): return .array(try items())
    case UInt8(ascii: "\""):
      let line = line
      return .string(try string(), line: line)
    case UInt8(ascii: "t"): return try word("true", .boolean(true))
    case UInt8(ascii: "f"): return try word("false", .boolean(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func members() throws(MalformedJSON) -> [(name: String, value: JSONValue)] {
    var members: [(name: String, value: JSONValue)] = []
    try enter()
    if try peek() == UInt8(ascii: "}") { return leave(members) }
    while true {
      guard try peek() == UInt8(ascii: "\"") else { throw MalformedJSON() }
      let name = try string()
      try expect(":")
      members.append((name, try value()))
      if try peek() == UInt8(ascii: "}") { return leave(members) }
      try expect(",")
    }
  }

  private mutating func items() throws(MalformedJSON) -> [JSONValue] {
    var items: [JSONValue] = []
    try enter()
    if try peek() == UInt8(ascii: "]") { return leave(items) }
    while true {
      items.append(try value())
      if try peek() == UInt8(ascii: "]") { return leave(items) }
      try expect(",")
    }
  }

  private mutating func enter() throws(MalformedJSON) {
    at += 1
    depth += 1
    if depth > JSONValue.mostDepth { throw MalformedJSON() }
  }

  private mutating func leave<Result>(_ result: Result) -> Result {
    at += 1
    depth -= 1
    return result
  }

  private mutating func word(_ text: String, _ value: JSONValue) throws(MalformedJSON) -> JSONValue {
    guard bytes[at...].starts(with: text.utf8) else { throw MalformedJSON() }
    at += text.utf8.count
    return value
  }

  private mutating func number() throws(MalformedJSON) -> JSONValue {
    let start = at
    _ = take("-")
    if !take("0") { try digits() }
    if take(".") { try digits() }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      try digits()
    }
    return .number(String(decoding: bytes[start..<at], as: UTF8.self))
  }

  private mutating func digits() throws(MalformedJSON) {
    let start = at
    while at < bytes.count, (0x30...0x39).contains(bytes[at]) { at += 1 }
    if at == start { throw MalformedJSON() }
  }

  private mutating func take(_ character: Character) -> Bool {
    guard at < bytes.count, bytes[at] == character.asciiValue else { return false }
    at += 1
    return true
  }

  /// The text that begins with the quote at `at`.
  private mutating func string() throws(MalformedJSON) -> String {
    at += 1
    var text: [UInt8] = []
    while at < bytes.count {
      let byte = bytes[at]
      at += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"): text += try escape()
      case 0..<0x20: throw MalformedJSON()
      default: text.append(byte)
      }
    }
    throw MalformedJSON()
  }

  private mutating func escape() throws(MalformedJSON) -> [UInt8] {
    guard at < bytes.count else { throw MalformedJSON() }
    let byte = bytes[at]
    at += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"):
      var units = [try codeUnit()]
      if UTF16.isLeadSurrogate(units[0]), bytes[at...].starts(with: "\\u".utf8) {
        at += 2
        units.append(try codeUnit())
      }
      return Array(String(decoding: units, as: UTF16.self).utf8)
    default: throw MalformedJSON()
    }
  }

  private mutating func codeUnit() throws(MalformedJSON) -> UInt16 {
    guard at + 4 <= bytes.count, bytes[at] != UInt8(ascii: "+"),
      let unit = UInt16(String(decoding: bytes[at..<(at + 4)], as: UTF8.self), radix: 16)
    else { throw MalformedJSON() }
    at += 4
    return unit
  }

  private mutating func expect(_ character: Character) throws(MalformedJSON) {
    guard try peek() == character.asciiValue else { throw MalformedJSON() }
    at += 1
  }

  /// The next byte that is no blank, which stays the next.
  private mutating func peek() throws(MalformedJSON) -> UInt8 {
    skipBlanks()
    guard at < bytes.count else { throw MalformedJSON() }
    return bytes[at]
  }

  private mutating func skipBlanks() {
    while at < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[at]) {
      if bytes[at] == 0x0A { line += 1 }
      at += 1
    }
  }
}
