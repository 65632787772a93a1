// Findings about code, made of what the linter found in a file: redacted, with their lines, columns and names.

import Bytes
import Detection
import Findings
package import Linting
package import Platform
import Rules

/// How files are linted.
package struct LintOptions: Sendable {
  package var linter: Linter
  /// Findings leave the exit code alone.
  package var areWarnings: Bool
  /// Rules that are off.
  package var disabled: Set<String> = []
  /// Paths that are not linted.
  package var skipped: [PathGlob] = []

  package init(linter: Linter, areWarnings: Bool) {
    self.linter = linter
    self.areWarnings = areWarnings
  }
}

extension ContentScanner {
  /// Whether a file of this name may be linted. Its first bytes decide where it has no ending.
  func mayLint(_ path: Path) -> Bool {
    guard let lint = options.lint else { return false }
    return !lint.skipped.contains { $0.takes(path) }
  }

  /// Whether a file of this name should be linted, where linting is all that was asked for.
  func leavesUnlinted(_ path: Path) -> Bool { !options.searchesKeys && mayLint(path) && isCode(path) }

  /// Whether a file's name says that it is in a language that is linted.
  func isCode(_ path: Path) -> Bool { Language(path: path, start: UnsafeRawBufferPointer(start: nil, count: 0)) != nil }

  /// Lints a file's text.
  mutating func lint(_ bytes: UnsafeRawBufferPointer, path: Path, into sink: inout some FindingSink) {
    guard let lint = options.lint else { return }
    let found = lint.linter.findings(in: bytes, path: path).filter { !lint.disabled.contains($0.kind.rawValue) }
    if found.isEmpty { return }
    let shownPath = redacted(path)
    var line = LineStart()
    var share = ScanResults()
    for finding in found {
      line.advance(to: finding.range.lowerBound, in: bytes)
      share.code.append(policyFinding(finding, lint, shownPath, line, bytes))
    }
    sink.take(share)
  }

  /// The line that a place is on.
  private struct LineStart {
    var number = 1
    var start = 0
    private var at = 0

    mutating func advance(to offset: Int, in bytes: UnsafeRawBufferPointer) {
      while at < offset {
        if bytes[at] == 0x0A {
          number += 1
          start = at + 1
        }
        at += 1
      }
    }
  }

  private mutating func policyFinding(
    _ finding: LintFinding, _ lint: LintOptions, _ path: Path, _ line: LineStart, _ bytes: UnsafeRawBufferPointer
  ) -> PolicyFinding {
    let rule = lint.linter.rules.rule(finding.kind)
    let limit = min(bytes.count, line.start + Self.longestLine)
    let stop = bytes[line.start..<limit].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? limit
    let end = max(finding.range.lowerBound, min(finding.range.upperBound, stop))
    let text = Array(bytes[line.start..<max(stop, end)])
    let place = (finding.range.lowerBound - line.start)..<(end - line.start)
    let shown = excerpt(text, place)
    let blank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
    let trimmed = text.drop(while: blank)
    let name = Array("lint\0\(rule.id)\0".utf8) + path.bytes + [0] + trimmed
    let units = { (part: ArraySlice<UInt8>) in String(decoding: part, as: UTF8.self).utf16.count }
    let first = units(text[..<place.lowerBound]) + 1
    var result = PolicyFinding(
      rule: rule.id, title: rule.title, severity: rule.severity, isWarning: lint.areWarnings, path: path,
      line: line.number, text: shown.text, message: finding.message + (finding.place.map { " (\($0))" } ?? ""),
      details: [], commands: [])
    var replacement = finding.replacement
    if let text = replacement, scanner.redacted(text) != text { replacement = nil }
    result.details = advice(replacement, rule)
    result.code = CodePlace(
      fingerprint: name.withUnsafeBytes { fingerprint(of: $0) }, column: place.lowerBound + 1,
      endColumn: place.upperBound + 1,
      region: TextRegion(startColumn: first, endLine: line.number, endColumn: first + units(text[place])),
      highlight: shown.highlight, range: finding.range, replacement: replacement,
      comment: InlineAllowance(at: finding.range, in: bytes))
    return result
  }

  private func advice(_ replacement: [UInt8]?, _ rule: LintRule) -> [String] {
    guard let replacement else { return rule.advice }
    return ["Write instead: \(String(decoding: replacement, as: UTF8.self))"]
  }

  /// Bytes of a line that are looked at.
  private static let longestLine = 16_384

  /// The part of a line that is shown, redacted, and where in it the finding is.
  private mutating func excerpt(_ line: [UInt8], _ place: Range<Int>) -> (text: [UInt8], highlight: Range<Int>?) {
    let redacted = scanner.redacted(line)
    guard redacted == line else { return (Array(redacted.prefix(Snippet.longest)), nil) }
    var start = max(0, min(place.lowerBound - Snippet.longestLead, line.count - Snippet.longest))
    if place.upperBound <= Snippet.longest { start = 0 }
    start = line[start..<place.lowerBound].firstIndex { $0 & 0xC0 != 0x80 } ?? place.lowerBound
    // Blanks at the line's beginning say nothing.
    start = line[start..<place.lowerBound].firstIndex { $0 != 0x20 && $0 != 0x09 } ?? place.lowerBound
    let text = Array(line[start...].prefix(Snippet.longest))
    let highlight = (place.lowerBound - start)..<min(text.count, place.upperBound - start)
    return (text, highlight.isEmpty ? nil : highlight)
  }
}

extension PolicyFinding {
  /// The order of reports, for findings about code.
  static func precedes(_ left: PolicyFinding, _ right: PolicyFinding) -> Bool {
    if left.path != right.path { return left.path < right.path }
    return (left.line ?? 0, left.code?.column ?? 0, left.rule) < (right.line ?? 0, right.code?.column ?? 0, right.rule)
  }
}
