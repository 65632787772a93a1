// What a project allows, with reasons: the `[[allow]]` tables of its settings. An entry names a key by its
// fingerprint, files by a pattern, or a rule; if it names several, all have to match.

import Platform
package import TOML

package struct AllowEntry: Sendable {
  package let fingerprint: String?
  /// As in the file.
  package let path: String?
  package let rule: String?
  package let reason: String
  package let by: String?
  /// The last day that it holds, in UTC, as `YYYY-MM-DD`.
  package let expires: String?
  /// From 1.
  package let line: Int
  private let glob: PathGlob?

  /// What it goes by first of all.
  package var kind: Allowance {
    fingerprint != nil ? .fingerprint : path != nil ? .path : .rule
  }

  /// - Parameter today: `YYYY-MM-DD`, in UTC.
  package func isExpired(on today: String) -> Bool { expires.map { $0 < today } ?? false }

  func covers(_ finding: Judged) -> Bool {
    if let fingerprint, fingerprint != finding.fingerprint { return false }
    if let rule, rule != finding.rule { return false }
    if let glob, !glob.takes(finding.path) { return false }
    return true
  }

  /// What it allows, for a person.
  package var words: String {
    [fingerprint, path.map { "path \($0)" }, rule.map { "rule \($0)" }].compactMap(\.self)
      .joined(separator: ", ")
  }

  fileprivate init(_ value: TOMLValue) throws(TOMLError) {
    var table = try TOMLTable(value, name: "allow")
    fingerprint = try table.string("fingerprint")
    path = try table.string("path")
    rule = try table.string("rule")
    let reason = try table.string("reason")
    by = try table.string("by")
    let date = table.value("expires")
    line = table.line
    try table.rejectUnknown()
    if let fingerprint, !isFingerprint(fingerprint) {
      throw TOMLError(
        line: table.line(of: "fingerprint"),
        reason: "the fingerprint is not 'sha256:' and 32 hex digits, as reports print it")
    }
    if let path, let objection = objection(toPattern: path) {
      throw TOMLError(line: table.line(of: "path"), reason: "path '\(path)': \(objection)")
    }
    if let rule, rule.isEmpty { throw TOMLError(line: table.line(of: "rule"), reason: "the rule is empty") }
    if fingerprint == nil && path == nil && rule == nil {
      throw TOMLError(
        line: line, reason: "allow has no 'fingerprint', 'path' or 'rule', and would allow everything")
    }
    self.reason = try table.required("reason", reason)
    if isBlank(self.reason) { throw TOMLError(line: table.line(of: "reason"), reason: "the reason is empty") }
    if let by, isBlank(by) { throw TOMLError(line: table.line(of: "by"), reason: "'by' is empty") }
    switch date?.content {
    case nil: expires = nil
    case .date(let text): expires = text
    default:
      throw TOMLError(
        line: date!.line, reason: "'expires' takes a date without quotes, as in: expires = 2027-01-31")
    }
    glob = path.map { PathGlob($0) }
  }
}

/// The entries of a settings file, in its order.
package struct AllowList: Sendable {
  package let entries: [AllowEntry]
  /// What reports call the file.
  package let source: String

  package init() { (entries, source) = ([], "") }

  /// - Parameters:
  ///   - value: of the key `allow`.
  ///   - source: what reports call the file.
  /// - Throws: `TOMLError` for an entry that cannot work, allows everything, or is there twice.
  package init(_ value: TOMLValue?, source: String) throws(TOMLError) {
    self.source = source
    guard let value else {
      entries = []
      return
    }
    guard case .array(let tables) = value.content else {
      throw TOMLError(line: value.line, reason: "write [[allow]], with two brackets")
    }
    var entries: [AllowEntry] = []
    var lines: [String: Int] = [:]
    for table in tables {
      let entry = try AllowEntry(table)
      if let other = lines.updateValue(entry.line, forKey: entry.words) {
        throw TOMLError(line: entry.line, reason: "\(entry.words)appears twice: see line \(other)")
      }
      entries.append(entry)
    }
    let general = entries.filter { $0.fingerprint == nil }
    if general.count > mostPatterns {
      throw TOMLError(
        line: general[mostPatterns].line, reason: "more than \(mostPatterns) entries without a fingerprint")
    }
    self.entries = entries
  }
}

/// Whether a text is what reports call a key: `sha256:` and 32 hex digits, in lower case.
package func isFingerprint(_ text: String) -> Bool {
  let digits = text.utf8.dropFirst(7)
  return text.hasPrefix("sha256:") && digits.count == 32
    && digits.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
}

/// Why a pattern of paths cannot be used in settings; nil when it can.
package func objection(toPattern text: String) -> String? {
  let parts = text.split(separator: "/")
  if text.hasPrefix("!") {
    return "a pattern here does not re-include files; for a name that begins with ! write \\!"
  }
  if parts.contains("..") { return "a pattern is relative to the repository's top, without '..'" }
  if text.utf8.contains(where: { $0 < 0x20 }) { return "it has a control character" }
  if text.utf8.count > longestPattern { return "it is longer than \(longestPattern) bytes" }
  if !parts.contains(where: { $0.contains { $0 != "*" && $0 != "?" && $0 != "." } }) {
    return "it matches every file; name a folder or a kind of file"
  }
  return nil
}

/// Maximum length of a pattern in bytes, and maximum number of patterns of a kind. Every file is compared with each,
/// and they come from a repository: they must not keep a scan busy for hours.
private let longestPattern = 256
package let mostPatterns = 500

private func isBlank(_ text: String) -> Bool { text.allSatisfy(\.isWhitespace) }
