// Adds an entry to a settings file by editing its text: in the order of fingerprints, with every other byte of the
// file unchanged. No TOML writer keeps comments.

import Bytes
import Findings
import Reporting

struct AllowListText {
  /// The file with the entry in it.
  let result: [UInt8]

  /// - Parameters:
  ///   - entry: what the fields of the new entry are, in TOML.
  ///   - fingerprint: of the new entry.
  ///   - whole: the file, which holds `list`.
  /// - Throws: `SettingsError` when the list is written in a way that cannot be added to.
  init(
    adding entry: [String], fingerprint: String, to whole: [UInt8], list: AllowList
  ) throws(SettingsError) {
    let text = withoutByteOrderMark(whole)
    var lines = text.split(separator: 0x0A, omittingEmptySubsequences: false).map { Array($0) }
    let isOpen = lines.last?.isEmpty == false
    if !isOpen { lines.removeLast() }
    let end: [UInt8] = lines.first?.last == 0x0D ? [0x0D] : []
    if isOpen && !end.isEmpty { lines[lines.count - 1] += end }
    if let inline = list.entries.first(where: { !Self.isHeader(lines[$0.line - 1]) }) {
      throw SettingsError(
        source: list.source, line: inline.line, reason: "write each entry as a table of its own, under [[allow]]")
    }

    let next = list.entries.first { ($0.fingerprint ?? "") > fingerprint }
    var place = lines.count
    if let next {
      place = next.line - 1
    } else if let last = list.entries.last {
      place = last.line
      while place < lines.count, !Self.isHeader(lines[place]) { place += 1 }
    }
    // The comment above a table is about that table.
    if place < lines.count {
      while place > 0, Self.isComment(lines[place - 1]) { place -= 1 }
    }
    var added = (["[[allow]]"] + entry).map { Array($0.utf8) + end }
    if place > 0, !Self.isBlank(lines[place - 1]) { added.insert(end, at: 0) }
    if place < lines.count { added.append(end) }
    lines.insert(contentsOf: added, at: place)
    result = Array(whole[..<text.startIndex]) + lines.flatMap { $0 + [0x0A] }
  }

  private static func trimmed(_ line: [UInt8]) -> ArraySlice<UInt8> {
    var rest = line.drop { $0 == 0x20 || $0 == 0x09 }
    while let last = rest.last, last == 0x0D || last == 0x20 || last == 0x09 { rest.removeLast() }
    return rest
  }

  private static func isHeader(_ line: [UInt8]) -> Bool { trimmed(line).first == UInt8(ascii: "[") }
  private static func isComment(_ line: [UInt8]) -> Bool { trimmed(line).first == UInt8(ascii: "#") }
  private static func isBlank(_ line: [UInt8]) -> Bool { trimmed(line).isEmpty }
}

/// A TOML basic string (TOML 1.0, "String"), quotes included.
func tomlString(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\t": result += "\\t"
    case "\n": result += "\\n"
    default:
      if scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
  }
  return result + "\""
}
