// Patterns that other tools understand: the part of the pattern language that Go's RE2, Rust's regex and
// Python's re share.

/// A pattern in the shared language, and where its groups are.
struct PortablePattern {
  let source: String

  /// - Throws: the construct that some of the engines lack.
  init(_ source: String) throws(PatternError) {
    var text = Array(source.utf8)
    if let construct = firstForeignConstruct(in: text) {
      throw PatternError(reason: "'\(construct)' is not known to every tool")
    }
    // Python names a group with (?P<name>, and so can the others.
    for (index, _) in structure(of: text).reversed() where text[index...].starts(with: "(?<".utf8) {
      text.insert(UInt8(ascii: "P"), at: index + 2)
    }
    self.source = String(decoding: text, as: UTF8.self)
  }

  /// Index of a named group, from 1; nil when there is no such group.
  func index(ofGroup name: String) -> Int? {
    let text = Array(source.utf8)
    guard let wanted = extent(ofGroup: name)?.lowerBound else { return nil }
    return openGroups(in: text).firstIndex(of: wanted).map { $0 + 1 }
  }

  /// This pattern with another one in place of what a group contains, as a plain group.
  func replacing(group name: String, with pattern: String) -> String? {
    guard let extent = extent(ofGroup: name) else { return nil }
    let text = Array(source.utf8)
    return String(decoding: text[..<extent.lowerBound], as: UTF8.self) + "(?:\(pattern))"
      + String(decoding: text[extent.upperBound...], as: UTF8.self)
  }

  /// From a group's opening parenthesis to the end of its closing one.
  private func extent(ofGroup name: String) -> Range<Int>? {
    let text = Array(source.utf8)
    let opening = Array("(?P<\(name)>".utf8)
    var depth = 0
    var start: Int?
    for (index, byte) in structure(of: text) {
      if byte == UInt8(ascii: "("), start == nil, text[index...].starts(with: opening) { start = index }
      guard let start else { continue }
      if byte == UInt8(ascii: "(") { depth += 1 }
      if byte == UInt8(ascii: ")") { depth -= 1 }
      if depth == 0 { return start..<(index + 1) }
    }
    return nil
  }
}

/// Positions of the parentheses that open a group with a number.
private func openGroups(in text: [UInt8]) -> [Int] {
  structure(of: text).compactMap { index, byte in
    guard byte == UInt8(ascii: "(") else { return nil }
    let rest = text[(index + 1)...]
    return !rest.starts(with: "?".utf8) || rest.starts(with: "?P<".utf8) ? index : nil
  }
}

/// The bytes of a pattern that are neither escaped nor in a character class, with their positions.
private func structure(of text: [UInt8]) -> [(index: Int, byte: UInt8)] {
  var result: [(Int, UInt8)] = []
  var classStart: Int?
  var index = 0
  while index < text.count {
    let byte = text[index]
    if byte == UInt8(ascii: "\\") {
      index += 2
      continue
    }
    if let start = classStart {
      // A bracket that comes first in its class is a member of it.
      let first = text[start + 1] == UInt8(ascii: "^") ? start + 2 : start + 1
      if byte == UInt8(ascii: "]") && index > first { classStart = nil }
    } else if byte == UInt8(ascii: "[") {
      classStart = index
    } else {
      result.append((index, byte))
    }
    index += 1
  }
  return result
}

/// The first construct that PCRE2 has and not each of the other engines.
private func firstForeignConstruct(in text: [UInt8]) -> String? {
  let groups = ["(?=", "(?!", "(?<=", "(?<!", "(?>", "(?|", "(?(", "(?R", "(?&", "(?P=", "(?P>", "(?#", "(?'", "(*"]
  let tokens = structure(of: text)
  for (place, token) in tokens.enumerated() {
    if let group = groups.first(where: { text[token.index...].starts(with: $0.utf8) }) { return group }
    let follows = place > 0 && tokens[place - 1].index == token.index - 1
    if token.byte == UInt8(ascii: "+"), follows, "*+?}".utf8.contains(tokens[place - 1].byte) {
      return "\(Character(UnicodeScalar(tokens[place - 1].byte)))+"
    }
  }
  var index = 0
  while index + 1 < text.count {
    guard text[index] == UInt8(ascii: "\\") else {
      index += 1
      continue
    }
    if "123456789gkKGRXNhHvVQEzZ".utf8.contains(text[index + 1]) {
      return "\\\(Character(UnicodeScalar(text[index + 1])))"
    }
    index += 2
  }
  return nil
}
