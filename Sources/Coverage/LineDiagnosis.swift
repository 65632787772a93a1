// Explains why a `.gitignore` that seems to name a file does not cover it: finds a line close to the pattern
// and how git reads it. Git decides whether the file is covered; this only finds the line.

import Bytes
import Platform

/// A line that was meant to cover a name.
struct NearMiss {
  /// From 1.
  let line: Int
  let text: [UInt8]
  let reason: String
  /// The line re-includes the folder, which git reports only when asked about the folder itself.
  let isNegation: Bool
}

/// The last line of a `.gitignore` that is the pattern but for something that voids or narrows it.
func nearMiss(_ content: [UInt8], pattern: NamePattern) -> NearMiss? {
  let isWide = content.contains(0)
  let wanted = trimmedSlashes(Array(pattern.text.utf8)[...])
  var found: NearMiss?
  for (index, raw) in content.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
    // UTF-16 puts a NUL beside each ASCII character.
    var text = isWide ? Array(raw.filter { $0 != 0 }) : Array(raw)
    if text.last == 0x0D { text.removeLast() }
    if pattern.isForFolders, text.first == UInt8(ascii: "!"),
      Glob(trimmedSlashes(Array(text.dropFirst()).dropSpaces()[...])).matches(wanted)
    {
      found = NearMiss(line: index + 1, text: text, reason: "", isNegation: true)
      continue
    }
    guard let reason = reason(text, wanted, pattern, isFirst: index == 0, isWide: isWide) else { continue }
    found = NearMiss(line: index + 1, text: text, reason: reason, isNegation: false)
  }
  return found
}

private func reason(
  _ text: [UInt8], _ wanted: ArraySlice<UInt8>, _ pattern: NamePattern, isFirst: Bool, isWide: Bool
) -> String? {
  if isWide {
    let core = Array(text.drop { $0 >= 0xFE })
    guard trimmedSlashes(core.dropSpaces()[...]).elementsEqual(wanted) else { return nil }
    return "the file is UTF-16 or binary, but git reads it as bytes, so no line works; save it as UTF-8"
  }
  if text.contains(0x0D) {
    let parts = text.split(separator: 0x0D).map { trimmedSlashes(Array($0).dropSpaces()[...]) }
    guard parts.contains(where: { $0.elementsEqual(wanted) }) else { return nil }
    return "for git, the carriage return is part of the name; end lines with LF or CRLF"
  }
  var core = text
  var marks: [String] = []
  while core.starts(with: byteOrderMark) {
    core.removeFirst(3)
    // git passes over one, at the start of the file.
    if !isFirst { marks.append("for git, the byte order mark before it is part of the name") }
  }
  let bare = core.dropSpaces()
  let hasOddBlank = core.contains { $0 != 0x20 && isBlank($0) } || core.suffix(2).elementsEqual(noBreakSpace)
  if bare.count < core.count, hasOddBlank || core.first == 0x20 {
    marks.append("for git, the space next to it is part of the name")
  } else if bare.count < core.count, core.suffix(2).elementsEqual("\\ ".utf8) {
    marks.append("for git, the escaped space at its end is part of the name")
  }
  var rest = bare[...]
  if rest.last == UInt8(ascii: "\\") { rest = rest.dropLast() }
  if rest.starts(with: "#".utf8) {
    // With a space after the # it is a heading.
    guard trimmedSlashes(rest.dropFirst()).elementsEqual(wanted) else { return nil }
    return "it is a comment"
  }
  if let end = trailingComment(rest), trimmedSlashes(Array(rest[..<end]).dropSpaces()[...]).elementsEqual(wanted) {
    return "git has no comments after a pattern: the whole line is the name"
  }
  if rest.starts(with: "./".utf8) {
    guard trimmedSlashes(rest.dropFirst(2)).elementsEqual(wanted) else { return nil }
    return "git paths never begin with './', so the line matches nothing"
  }
  if rest.first == UInt8(ascii: "/") && !pattern.text.hasPrefix("/") {
    marks.append("the leading '/' limits it to the folder of this file")
  }
  if rest.last == UInt8(ascii: "/") && !pattern.isForFolders {
    marks.append("the trailing '/' limits it to folders")
  }
  guard trimmedSlashes(rest).elementsEqual(wanted) else { return nil }
  return marks.isEmpty ? nil : marks.joined(separator: "; ")
}

private let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
/// U+00A0, which editors and web pages put in the place of a space.
private let noBreakSpace: [UInt8] = [0xC2, 0xA0]

/// The position of a `#` after a space.
private func trailingComment(_ text: ArraySlice<UInt8>) -> Int? {
  text.indices.dropFirst().first { text[$0] == UInt8(ascii: "#") && isBlank(text[$0 - 1]) }
}

private func isBlank(_ byte: UInt8) -> Bool {
  byte == 0x20 || byte == 0x09 || byte == 0x0B || byte == 0x0C
}

private func trimmedSlashes(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
  var rest = text
  if rest.first == UInt8(ascii: "/") { rest = rest.dropFirst() }
  if rest.last == UInt8(ascii: "/") { rest = rest.dropLast() }
  return rest
}

extension [UInt8] {
  fileprivate func dropSpaces() -> [UInt8] {
    var rest = self[...]
    while let byte = rest.first, isBlank(byte) { rest = rest.dropFirst() }
    while true {
      if let byte = rest.last, isBlank(byte) {
        rest = rest.dropLast()
      } else if rest.suffix(2).elementsEqual(noBreakSpace) {
        rest = rest.dropLast(2)
      } else {
        return Array(rest)
      }
    }
  }
}
