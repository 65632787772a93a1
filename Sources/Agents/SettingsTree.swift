// Settings as people keep them: JSON, with comments and commas too many, as several agents allow. The tree
// knows where everything is, so that a change touches no other byte.

/// Why a settings file is left alone.
package struct SettingsFault: Error, Equatable, Sendable {
  package let reason: String
  /// From 1; nil when no line is to blame.
  package var line: Int?

  package init(_ reason: String, line: Int? = nil) {
    self.reason = reason
    self.line = line
  }
}

/// A value of a settings file.
struct SettingsValue {
  enum Kind {
    case object, array
    case string([UInt8])
    case other
  }

  let kind: Kind
  /// Bytes of the file.
  let range: Range<Int>
  /// Of an object its members, of an array its elements.
  var items: [SettingsItem] = []
  /// Of an object or array: the end of the last thing before its closing bracket, comments included.
  var tail = 0
  var hasComments = false

  var text: String? {
    guard case .string(let content) = kind else { return nil }
    return String(decoding: content, as: UTF8.self)
  }

  func member(_ name: String) -> SettingsItem? { items.last { $0.name == name } }
}

/// A member of an object or an element of an array.
struct SettingsItem {
  /// nil for an element.
  let name: String?
  /// The end of what is before it: a bracket, a comma or a comment.
  let before: Int
  /// Where it begins, a member with its name.
  let start: Int
  let value: SettingsValue
  /// Where the comma after it is.
  var comma: Int?

  var end: Int { value.range.upperBound }
}

struct SettingsParser {
  let bytes: [UInt8]
  private var at = 0
  private var depth = 0
  /// The end of the last token or comment.
  private var last = 0
  private var comments = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The value that is the whole of the file.
  mutating func document() throws(SettingsFault) -> SettingsValue {
    guard String(validating: bytes, as: UTF8.self) != nil else { throw SettingsFault("it is not UTF-8") }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
    let value = try value()
    try skipBlanks()
    if at < bytes.count { throw fault("something follows the value") }
    return value
  }

  private mutating func value() throws(SettingsFault) -> SettingsValue {
    switch try peek() {
    case UInt8(ascii: "{"): return try container(.object, UInt8(ascii: "}"))
    case UInt8(ascii: "["): return try container(.array, UInt8(ascii: "]"))
    case UInt8(ascii: "\""):
      let from = at
      return SettingsValue(kind: .string(try string()), range: from..<at)
    default:
      let from = at
      while at < bytes.count, Self.isWordByte(bytes[at]) { at += 1 }
      let word = Array(bytes[from..<at])
      guard word.withUnsafeBytes({ (try? JSONText(parsing: $0)) != nil }) else { throw fault("a value is malformed") }
      last = at
      return SettingsValue(kind: .other, range: from..<at)
    }
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    byte >= 0x30 && byte <= 0x39 || byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A || [0x2B, 0x2D, 0x2E].contains(byte)
  }

  private mutating func container(_ kind: SettingsValue.Kind, _ close: UInt8) throws(SettingsFault) -> SettingsValue {
    let start = at
    at += 1
    last = at
    depth += 1
    if depth > 128 { throw fault("it is nested too deep") }
    var items: [SettingsItem] = []
    var direct = 0
    while true {
      let commentsHere = comments
      let next = try peek()
      direct += comments - commentsHere
      if next == close { break }
      if let previous = items.last, previous.comma == nil { throw fault("a comma is missing") }
      var item = try item(kind)
      let commentsBeforeComma = comments
      if try peek() == UInt8(ascii: ",") {
        item.comma = at
        at += 1
        last = at
      }
      direct += comments - commentsBeforeComma
      items.append(item)
    }
    let tail = last
    at += 1
    last = at
    depth -= 1
    return SettingsValue(kind: kind, range: start..<at, items: items, tail: tail, hasComments: direct > 0)
  }

  private mutating func item(_ kind: SettingsValue.Kind) throws(SettingsFault) -> SettingsItem {
    let (before, start) = (last, at)
    guard case .object = kind else { return SettingsItem(name: nil, before: before, start: start, value: try value()) }
    guard bytes[at] == UInt8(ascii: "\"") else { throw fault("a member's name is missing") }
    let name = String(decoding: try string(), as: UTF8.self)
    guard try peek() == UInt8(ascii: ":") else { throw fault("a colon is missing") }
    at += 1
    last = at
    _ = try peek()
    return SettingsItem(name: name, before: before, start: start, value: try value())
  }

  private mutating func string() throws(SettingsFault) -> [UInt8] {
    let start = at
    at += 1
    while at < bytes.count, bytes[at] != UInt8(ascii: "\""), bytes[at] != 0x0A {
      at += bytes[at] == UInt8(ascii: "\\") ? 2 : 1
    }
    guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else { throw fault("a string has no end") }
    at += 1
    last = at
    let literal = Array(bytes[start..<at])
    guard
      let content = literal.withUnsafeBytes({ text in
        (try? JSONText(parsing: text)).map { decoded($0.literals[0], in: text) }
      })
    else { throw fault("a string is malformed") }
    return content
  }

  private mutating func peek() throws(SettingsFault) -> UInt8 {
    try skipBlanks()
    guard at < bytes.count else { throw fault("it ends too early") }
    return bytes[at]
  }

  private mutating func skipBlanks() throws(SettingsFault) {
    while at < bytes.count {
      if [0x20, 0x0A, 0x0D, 0x09].contains(bytes[at]) {
        at += 1
      } else if bytes[at...].starts(with: "//".utf8) {
        while at < bytes.count, bytes[at] != 0x0A, bytes[at] != 0x0D { at += 1 }
        last = at
        comments += 1
      } else if bytes[at...].starts(with: "/*".utf8) {
        let opening = at
        at += 2
        while at < bytes.count, !bytes[at...].starts(with: "*/".utf8) { at += 1 }
        if at >= bytes.count {
          at = opening
          throw fault("a comment has no end")
        }
        at += 2
        last = at
        comments += 1
      } else {
        return
      }
    }
  }

  private func fault(_ reason: String) -> SettingsFault {
    SettingsFault(reason, line: 1 + bytes[..<min(at, bytes.count)].count { $0 == 0x0A })
  }
}
