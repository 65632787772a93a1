// A line of YAML as far as linting needs it: a key and a value at an indentation, and the block that follows `|`.

struct YAMLLine {
  /// Keys from the top to this line's own.
  let path: [String]
  /// Empty for an item of a list that is a plain value.
  let key: String
  let keyRange: Range<Int>
  /// Without quotes and comments.
  let value: String
  let valueRange: Range<Int>
  /// It begins an item of a list.
  let isItem: Bool
  /// The lines of a block value.
  let block: Range<Int>?

  /// Whether the line names a trigger of a workflow.
  func isTrigger(_ name: String) -> Bool { key == name || path.first == "on" && value.contains(name) }

  func range(of text: String) -> Range<Int> {
    if key == text { return keyRange }
    guard let mark = value.firstRange(ofText: text) else { return valueRange }
    let start = valueRange.lowerBound + value[..<mark].utf8.count
    return start..<(start + text.utf8.count)
  }

  /// Depth of keys at most; what is deeper is left out.
  private static let deepest = 64

  static func read(_ bytes: UnsafeRawBufferPointer) -> [YAMLLine] {
    var result: [YAMLLine] = []
    var stack: [(indent: Int, key: String)] = []
    let lines = textLines(bytes, 0..<bytes.count)
    var index = 0
    while index < lines.count {
      let line = lines[index]
      index += 1
      if line.text.isEmpty || line.text.hasPrefix("#") { continue }
      var start = line.start
      var isItem = false
      while start + 1 < line.range.upperBound, bytes[start] == UInt8(ascii: "-"), bytes[start + 1] == 0x20 {
        isItem = true
        start += 2
        while start < line.range.upperBound, bytes[start] == 0x20 { start += 1 }
      }
      let indent = start - line.range.lowerBound
      while let last = stack.last, last.indent >= indent || isItem && last.indent > line.indent { stack.removeLast() }
      let (key, value) = parts(bytes, start..<line.range.upperBound)
      var block: Range<Int>?
      let text = String(decoding: bytes[value], as: UTF8.self)
      if text.hasPrefix("|") || text.hasPrefix(">") {
        let first = index
        // The block's lines are deeper than their key.
        let depth = key == nil ? line.indent : indent
        while index < lines.count, lines[index].text.isEmpty || lines[index].indent > depth { index += 1 }
        if index > first { block = lines[first].range.lowerBound..<lines[index - 1].range.upperBound }
      }
      let name = key.map { String(decoding: bytes[$0], as: UTF8.self) } ?? ""
      if stack.count < deepest {
        result.append(
          YAMLLine(
            path: stack.map(\.key) + (key == nil ? [] : [name]), key: name, keyRange: key ?? start..<start, value: text,
            valueRange: value, isItem: isItem, block: block))
        if key != nil { stack.append((indent, name)) }
      }
    }
    return result
  }

  /// The key, if there is one, and the value after it.
  private static func parts(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> (Range<Int>?, Range<Int>) {
    var at = range.lowerBound
    while at < range.upperBound, isKeyByte(bytes[at]) { at += 1 }
    let isKey =
      at > range.lowerBound && at < range.upperBound && bytes[at] == UInt8(ascii: ":")
      && (at + 1 == range.upperBound || bytes[at + 1] == 0x20)
    guard isKey else { return (nil, unquoted(bytes, range)) }
    var value = at + 1
    while value < range.upperBound, bytes[value] == 0x20 { value += 1 }
    return (trimmed(bytes, range.lowerBound..<at), unquoted(bytes, value..<range.upperBound))
  }

  private static func isKeyByte(_ byte: UInt8) -> Bool {
    byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A || (0x30...0x39).contains(byte) || "_-./\"'$ ".utf8.contains(byte)
  }

  private static func trimmed(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Range<Int> {
    var range = range
    while let first = range.first, "\"' ".utf8.contains(bytes[first]) { range = range.dropFirst() }
    while let last = range.last, "\"' ".utf8.contains(bytes[last]) { range = range.dropLast() }
    return range
  }

  /// A value without its quotes, or without the comment after it.
  private static func unquoted(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Range<Int> {
    guard let first = range.first else { return range }
    let quote = bytes[first]
    if quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'"), range.count > 1, bytes[range.upperBound - 1] == quote
    {
      return (first + 1)..<(range.upperBound - 1)
    }
    var at = range.lowerBound
    while at + 1 < range.upperBound {
      if bytes[at] == 0x20, bytes[at + 1] == UInt8(ascii: "#") { return range.lowerBound..<at }
      at += 1
    }
    return range
  }
}
