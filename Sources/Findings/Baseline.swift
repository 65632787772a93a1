// Findings that existed when a project adopted hopxguard, so that only new ones fail. The file has one sorted line
// for each finding, with fingerprint, rule and path, which do not change when the rest of the file does.

import Bytes
package import Platform

/// Why a baseline cannot be used, and the line to look at, from 1.
package struct BaselineError: Error, Sendable {
  package let line: Int
  package let reason: String
}

package struct Baseline: Sendable {
  package struct Entry: Hashable, Comparable, Sendable {
    package let fingerprint: String
    package let rule: String
    /// The path as in reports; nil if the key is known at any path.
    package let path: Path?

    package init(fingerprint: String, rule: String, path: Path?) {
      self.fingerprint = fingerprint
      self.rule = rule
      self.path = path
    }

    package static func < (left: Entry, right: Entry) -> Bool {
      let (names, others) = ((left.fingerprint, left.rule), (right.fingerprint, right.rule))
      return names != others ? names < others : (left.path ?? "") < (right.path ?? "")
    }
  }

  package var entries: Set<Entry> = []

  package static let fileName = ".hopxguard-baseline"
  /// Bytes: some 400,000 findings.
  package static let longest = 64 << 20
  /// The first line, and what the file has to begin with.
  private static let title = "# hopxguard baseline 1: fingerprint, rule and path of known findings; path * is any"
  private static let mark = Array("# hopxguard baseline 1".utf8)
  private static let anyPath: [UInt8] = [UInt8(ascii: "*")]

  package init() {}

  /// Reads a baseline. The order of lines does not matter, and a line may be there twice: git's union
  /// merge leaves both.
  package init(parsing text: [UInt8]) throws(BaselineError) {
    let text = withoutByteOrderMark(text)
    guard text.starts(with: Self.mark) else {
      throw BaselineError(
        line: 1,
        reason: "it does not begin with '\(String(decoding: Self.mark, as: UTF8.self))', so it is not a baseline")
    }
    for (index, part) in text.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
      let line = part.last == 0x0D ? part.dropLast() : part
      if line.isEmpty || line.first == UInt8(ascii: "#") { continue }
      if ["<<<<<<<", "=======", ">>>>>>>", "|||||||"].contains(where: { line.starts(with: $0.utf8) }) {
        throw BaselineError(line: index + 1, reason: "a merge conflict; keep the lines of both sides")
      }
      let fields = line.split(separator: 0x09, omittingEmptySubsequences: false)
      guard fields.count == 3, isFingerprint(String(decoding: fields[0], as: UTF8.self)), !fields[1].isEmpty,
        let path = Self.unescaped(fields[2])
      else {
        throw BaselineError(line: index + 1, reason: "a line is a fingerprint, a rule and a path, with tabs between")
      }
      entries.insert(
        Entry(
          fingerprint: String(decoding: fields[0], as: UTF8.self),
          rule: String(decoding: fields[1], as: UTF8.self),
          path: fields[2].elementsEqual(Self.anyPath) ? nil : path))
    }
  }

  /// The entry that knows a finding; nil when it is new.
  func entry(for finding: Judged) -> Entry? {
    let known = [finding.path, nil].lazy.map { path in
      Entry(fingerprint: finding.fingerprint, rule: finding.rule, path: path)
    }
    return known.first { entries.contains($0) }
  }

  package var text: [UInt8] {
    var text = Array((Self.title + "\n").utf8)
    for entry in entries.sorted() {
      text += Array("\(entry.fingerprint)\t\(entry.rule)\t".utf8)
      text += entry.path.map { Self.escaped($0) } ?? Self.anyPath
      text.append(0x0A)
    }
    return text
  }

  /// `\xNN` for bytes that would end the field, show nothing, or be taken for another sign.
  private static func escaped(_ path: Path) -> [UInt8] {
    return path.bytes.flatMap { byte in
      let isPlain = byte >= 0x20 && byte != 0x7F && byte != UInt8(ascii: "\\") && path.bytes != anyPath
      return isPlain ? [byte] : Array("\\x".utf8) + hexDigits(byte)
    }
  }

  private static func unescaped(_ text: ArraySlice<UInt8>) -> Path? {
    var bytes: [UInt8] = []
    var rest = text
    while let byte = rest.popFirst() {
      if byte != UInt8(ascii: "\\") {
        bytes.append(byte)
        continue
      }
      guard rest.popFirst() == UInt8(ascii: "x"), rest.count >= 2,
        let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      else { return nil }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    return bytes.isEmpty ? nil : Path(bytes)
  }
}
