// A repository's own configuration file, as far as the object format needs it. No includes: git
// follows none for what decides how a repository is read. Source: git-config(1), "Syntax".

/// The variables of one file, in order.
struct Configuration {
  private var entries: [(section: String, name: String, value: String)] = []

  init(_ text: [UInt8]) {
    var section = ""
    for line in text.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
      var rest = Self.trimmed(line)
      if rest.first == UInt8(ascii: "[") {
        guard let end = rest.lastIndex(of: UInt8(ascii: "]")) else { continue }
        let title = rest[..<end].dropFirst()
        let name = title.prefix { $0 != 0x20 && $0 != 0x09 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: ".") }
        section = String(decoding: name, as: UTF8.self).lowercased()
        rest = Self.trimmed(rest[(end + 1)...])
      }
      guard let first = rest.first, first != UInt8(ascii: "#"), first != UInt8(ascii: ";") else { continue }
      let parts = rest.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      var value: ArraySlice<UInt8> = parts.count > 1 ? Self.trimmed(parts[1]) : Array("true".utf8)[...]
      value = Self.trimmed(value.prefix { $0 != UInt8(ascii: "#") && $0 != UInt8(ascii: ";") })
      let bare = value.filter { $0 != UInt8(ascii: "\"") }
      entries.append(
        (
          section, String(decoding: Self.trimmed(parts[0]), as: UTF8.self).lowercased(),
          String(decoding: bare, as: UTF8.self).lowercased()
        ))
    }
  }

  /// The values of a variable in every section of that name, whatever its subsection; lower case.
  func values(_ section: String, _ name: String) -> [String] {
    entries.filter { $0.section == section && $0.name == name }.map(\.value)
  }

  func last(_ section: String, _ name: String) -> String? { values(section, name).last }

  private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var text = text.drop { $0 == 0x20 || $0 == 0x09 }
    while let last = text.last, last == 0x20 || last == 0x09 { text.removeLast() }
    return text
  }
}
