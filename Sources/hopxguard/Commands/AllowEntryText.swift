// Renews an entry of a settings file by editing its text: the values are replaced in place, and every other byte of
// the file, comments included, is unchanged. No TOML writer keeps comments.

import Findings
import Reporting

struct AllowEntryText {
  /// The file with the entry renewed.
  let result: [UInt8]

  /// - Parameters:
  ///   - entry: written as a table of its own.
  ///   - fields: names and values in TOML; nil takes a field out.
  ///   - text: the file.
  ///   - source: what errors call it.
  /// - Throws: `SettingsError` when the entry is written in a way that cannot be changed safely.
  init(
    renewing entry: AllowEntry, with fields: [(name: String, value: String?)], in text: [UInt8], source: String
  ) throws(SettingsError) {
    var lines = text.split(separator: 0x0A, omittingEmptySubsequences: false).map { Array($0) }
    let end: [UInt8] = lines.first?.last == 0x0D ? [0x0D] : []
    var last = entry.line
    for (name, value) in fields {
      let stop = lines[entry.line...].firstIndex { Self.trimmed($0).first == UInt8(ascii: "[") } ?? lines.count
      guard let index = (entry.line..<stop).first(where: { Self.isField(lines[$0], name) }) else {
        if let value {
          lines.insert(Array("\(name) = \(value)".utf8) + end, at: last + 1)
          last += 1
        }
        continue
      }
      last = max(last, index)
      guard let old = Self.value(in: lines[index]) else {
        throw SettingsError(
          source: source, line: index + 1,
          reason: "'\(name)' is written in a form that hopxguard cannot edit; change it by hand")
      }
      if let value {
        lines[index].replaceSubrange(old, with: Array(value.utf8))
        continue
      }
      let rest = Self.trimmed(Array(lines[index][old.upperBound...]))
      if rest.isEmpty {
        lines.remove(at: index)
        last -= 1
      } else {
        lines[index] = Array(rest) + end
      }
    }
    result = Array(lines.joined(separator: [0x0A]))
  }

  private static func trimmed(_ line: [UInt8]) -> ArraySlice<UInt8> {
    var rest = line.drop { $0 == 0x20 || $0 == 0x09 }
    while let last = rest.last, last == 0x0D || last == 0x20 || last == 0x09 { rest.removeLast() }
    return rest
  }

  private static func isField(_ line: [UInt8], _ name: String) -> Bool {
    let line = trimmed(line)
    guard line.starts(with: name.utf8) else { return false }
    return line.dropFirst(name.utf8.count).first { $0 != 0x20 && $0 != 0x09 } == UInt8(ascii: "=")
  }

  /// Where the value of a line `name = value` is, if it is a string or a bare word that ends there.
  private static func value(in line: [UInt8]) -> Range<Int>? {
    guard let equals = line.firstIndex(of: UInt8(ascii: "=")),
      let start = line[(equals + 1)...].firstIndex(where: { $0 != 0x20 && $0 != 0x09 })
    else { return nil }
    let quote = line[start]
    guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
      let end = line[start...].firstIndex { [0x20, 0x09, 0x0D, UInt8(ascii: "#")].contains($0) } ?? line.count
      return start..<end
    }
    if line[start...].starts(with: [quote, quote, quote]) { return nil }
    var at = start + 1
    while at < line.count {
      if line[at] == quote { return start..<(at + 1) }
      at += quote == UInt8(ascii: "\"") && line[at] == UInt8(ascii: "\\") ? 2 : 1
    }
    return nil
  }
}
