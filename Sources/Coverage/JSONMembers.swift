// The members of a JSON object (RFC 8259), as far as package.json needs them: flags and lists of
// texts, each with its line. What is nested deeper is passed over.

struct JSONMembers {
  enum Value {
    case boolean(Bool)
    case strings([(text: String, line: Int)])
    case other
  }

  /// nil when the bytes are no JSON object.
  private(set) var members: [(key: String, value: Value)]?
  private let bytes: [UInt8]
  private var at = 0
  private var line = 1

  private struct Malformed: Error {}

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
    members = try? object()
  }

  /// The texts of a JSON array; nil when the bytes are none.
  static func strings(_ bytes: [UInt8]) -> [String]? {
    var reader = JSONMembers(array: bytes)
    guard case .strings(let texts)? = try? reader.value() else { return nil }
    return texts.map(\.text)
  }

  private init(array bytes: [UInt8]) { self.bytes = bytes }

  private mutating func object() throws(Malformed) -> [(key: String, value: Value)] {
    var members: [(key: String, value: Value)] = []
    try expect("{")
    if try peek() == UInt8(ascii: "}") { return members }
    repeat {
      let key = try string()
      try expect(":")
      members.append((key, try value()))
    } while try next(before: "}")
    return members
  }

  private mutating func value() throws(Malformed) -> Value {
    switch try peek() {
    case UInt8(ascii: "["):
      var strings: [(text: String, line: Int)] = []
      at += 1
      if try peek() == UInt8(ascii: "]") {
        at += 1
        return .strings([])
      }
      repeat {
        if try peek() == UInt8(ascii: "\"") {
          let line = line
          strings.append((try string(), line))
        } else {
          try skip()
        }
      } while try next(before: "]")
      return .strings(strings)
    case UInt8(ascii: "t"):
      try skip()
      return .boolean(true)
    default:
      try skip()
      return .other
    }
  }

  /// Passes over a value. Depth is counted, not recursed into.
  private mutating func skip() throws(Malformed) {
    var depth = 0
    repeat {
      switch try peek() {
      case UInt8(ascii: "\""): _ = try string()
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        at += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        at += 1
      case UInt8(ascii: ","), UInt8(ascii: ":"):
        at += 1
      default:
        while at < bytes.count, !",]} \t\r\n".utf8.contains(bytes[at]) { at += 1 }
      }
    } while depth > 0
  }

  /// Whether another member follows; passes over the comma or the closing bracket.
  private mutating func next(before close: Character) throws(Malformed) -> Bool {
    let byte = try peek()
    at += 1
    if byte == close.asciiValue { return false }
    guard byte == UInt8(ascii: ",") else { throw Malformed() }
    return true
  }

  private mutating func string() throws(Malformed) -> String {
    try expect("\"")
    var text: [UInt8] = []
    while at < bytes.count, bytes[at] != UInt8(ascii: "\"") {
      if bytes[at] == UInt8(ascii: "\\") {
        guard at + 1 < bytes.count else { throw Malformed() }
        at += 1
        switch bytes[at] {
        case UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"), UInt8(ascii: "b"), UInt8(ascii: "f"):
          text.append(0x20)
        case UInt8(ascii: "u"):
          let digits = String(decoding: bytes[(at + 1)..<min(at + 5, bytes.count)], as: UTF8.self)
          guard let code = UInt32(digits, radix: 16) else { throw Malformed() }
          text += Array(String(UnicodeScalar(code) ?? "\u{FFFD}").utf8)
          at += 4
        default: text.append(bytes[at])
        }
      } else {
        text.append(bytes[at])
      }
      at += 1
    }
    guard at < bytes.count else { throw Malformed() }
    at += 1
    return String(decoding: text, as: UTF8.self)
  }

  private mutating func expect(_ character: Character) throws(Malformed) {
    guard try peek() == character.asciiValue else { throw Malformed() }
    at += 1
  }

  /// The next byte that is no blank, which stays the next.
  private mutating func peek() throws(Malformed) -> UInt8 {
    while at < bytes.count, bytes[at] <= 0x20 {
      if bytes[at] == 0x0A { line += 1 }
      at += 1
    }
    guard at < bytes.count else { throw Malformed() }
    return bytes[at]
  }
}
