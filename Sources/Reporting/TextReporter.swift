// The report for people: each key once, at its first place with the line and a caret under the secret, then its
// other places; keys grouped by the file of that first place.

import Bytes
import Findings
import Platform
import Rules

struct TextReporter: Reporter {
  let style: TextStyle
  /// Whether the report itself has to say that the scan was incomplete.
  private let isFile: Bool
  private var path: Path?
  /// Columns for a snippet.
  private let columns: Int
  /// Places of one key that are shown.
  private let places: Int
  private var keys = KeyTally()

  /// - Parameter columns: of the terminal that shows the report; nil when there is none.
  init(style: TextStyle, isFile: Bool, columns: Int?, places: Int) {
    self.style = style
    self.isFile = isFile
    self.places = places
    self.columns = min(Snippet.longest, max(40, columns ?? .max) - Self.indent.count)
  }

  mutating func report(_ findings: [Finding]) -> [UInt8] {
    var groups: [[Finding]] = []
    var numbers: [String: Int] = [:]
    for finding in findings {
      if isFile { keys.add(finding) }
      let name = "\(finding.rule)\0\(finding.fingerprint)"
      if let number = numbers[name] {
        groups[number].append(finding)
      } else {
        numbers[name] = groups.count
        groups.append([finding])
      }
    }
    var bytes: [UInt8] = []
    for var group in groups {
      // The place that says most: one of which it is known how far it has spread.
      bytes += report(group.remove(at: group.firstIndex { $0.history != nil } ?? 0))
      for other in group.prefix(max(0, places - 1)) { bytes += Array(also(other).utf8) }
      let more = group.count + 1 - places
      if more > 0 { bytes += Array("    and in \(counted(more, "more place"))\n".utf8) }
    }
    return bytes
  }

  /// A further place of a key, in a line.
  private func also(_ finding: Finding) -> String {
    let path = escapedForTerminal(finding.path.bytes)
    var text = "    also in \(path)"
    text += finding.place == .content ? ":\(finding.line):\(finding.column)" : " (\(finding.place.rawValue))"
    if finding.encoding != "plain" { text += ", hidden as \(finding.encoding)" }
    if let commit = finding.commit, !path.contains(commit.id) {
      text += ", since commit \(commit.id.prefix(12)) of \(commit.date)"
    }
    if finding.history?.reach == .head { text += ", \(style.danger("still in HEAD"))" }
    return text + "\n"
  }

  mutating func report(_ finding: Finding) -> [UInt8] {
    var text = heading(finding.path)
    let place = finding.place == .content ? "\(finding.line):\(finding.column)" : finding.place.rawValue
    text += "  \(style.warning(place))  \(finding.title)  \(style.danger(finding.secret))"
    let form = finding.encoding == "plain" ? "" : ", hidden as \(finding.encoding)"
    let rules = ([finding.rule] + finding.otherRules).joined(separator: " and ")
    text += "  " + style.faint("\(rules), \(finding.confidence.rawValue) confidence\(form)") + "\n"
    text += pointed(finding.snippet.bytes, finding.snippet.highlight)
    text += "    " + style.faint(finding.fingerprint) + "\n"
    if let commit = finding.commit {
      text +=
        "    since commit \(commit.id.prefix(12)) of \(commit.date) by \(escapedForTerminal(commit.author.utf8))\n"
    }
    if let history = finding.history { text += "    " + spread(history) + "\n" }
    if let verification = finding.verification {
      let shown = verification.status.isLive ? style.danger(verification.text) : verification.text
      text += "    verification: \(shown)\n"
    }
    return Array(text.utf8)
  }

  /// A line, and a caret under what it is about.
  private func pointed(_ bytes: [UInt8], _ highlight: Range<Int>) -> String {
    var text = ""
    let secret = shown(bytes[highlight])
    let longestLead = min(Self.longestLead, max(0, columns - width(secret)) * 2 / 3)
    let lead = shown(bytes[..<highlight.lowerBound], columns: longestLead, endsThere: true)
    let room = max(0, columns - width(lead) - width(secret))
    let tail = shown(bytes[highlight.upperBound...], columns: room, endsThere: false)
    text += "\(Self.indent)\(lead)\(style.danger(secret))\(tail)\n"
    text += "\(Self.indent)\(String(repeating: " ", count: width(lead)))"
    return text + style.danger(String(repeating: "^", count: max(1, width(secret)))) + "\n"
  }

  mutating func report(_ finding: PolicyFinding) -> [UInt8] {
    var text = heading(finding.path) + "  "
    let column = finding.code.map { ":\($0.column)" } ?? ""
    if let line = finding.line { text += style.warning("\(line)\(column)") + "  " }
    if finding.isWarning { text += style.warning("warning:") + " " }
    text += escapedForTerminal(finding.message.utf8)
    text += "  " + style.faint("\(finding.rule), \(finding.severity.rawValue)") + "\n"
    if let place = finding.code?.highlight {
      text += pointed(finding.text, place)
    } else if !finding.text.isEmpty {
      text += "    " + style.danger(shown(finding.text[...])) + "\n"
    }
    for detail in finding.details { text += "    \(escapedForTerminal(detail.utf8))\n" }
    for command in finding.commands { text += "    > \(style.bold(escapedForTerminal(command.utf8)))\n" }
    if let code = finding.code { text += "    " + style.faint(code.fingerprint) + "\n" }
    return Array(text.utf8)
  }

  /// The path, above the first of its findings.
  private mutating func heading(_ path: Path) -> String {
    if self.path == path { return "" }
    defer { self.path = path }
    return (self.path == nil ? "" : "\n") + style.bold(escapedForTerminal(path.bytes)) + "\n"
  }

  mutating func report(_ keys: [AuditedKey]) -> [UInt8] {
    if keys.isEmpty { return [] }
    return Array((keyTable(keys, style: style) + "\n").utf8)
  }

  mutating func finish(_ outcome: Outcome) -> [UInt8] {
    if !isFile { return [] }
    let problems = outcome.problems.map { problemText($0, style: style) }.joined()
    let warnings = outcome.warnings.map { problemText($0, label: "warning:", style: style) }.joined()
    return Array((problems + warnings + summaryText(outcome, keys: keys, advises: false, style: style)).utf8)
  }

  private func spread(_ history: History) -> String {
    let shown = history.refs.prefix(3).map { escapedForTerminal($0.utf8) }.joined(separator: ", ")
    let others = history.refCount > 3 ? " and \(history.refCount - 3) more" : ""
    let reach =
      switch history.reach {
      case .head: style.danger("still in HEAD") + "; in the history of \(shown)\(others)"
      case .refs: "in the history of \(shown)\(others)"
      case .stash: "only in the stash"
      case .reflog: "only in the reflog (\(shown)\(others))"
      case .index: "only staged, in no commit"
      case .unreachable: "unreachable: git will delete it eventually"
      }
    if history.commits == 0 { return reach }
    let left = history.departure.map { "; left on \($0.date.prefix(10)) with \($0.id.prefix(12))" } ?? ""
    return "\(reach); in \(counted(history.commits, "commit")), \(counted(history.objects, "object"))\(left)"
  }

  private static let indent = "    "

  /// Columns in front of a secret. A byte that is written out takes four or more, and a caret that is out of
  /// sight points at nothing.
  private static let longestLead = 120

  /// As much of the bytes as has room: their end, or their beginning.
  private func shown(_ bytes: ArraySlice<UInt8>, columns: Int, endsThere: Bool) -> String {
    let text = shown(bytes)
    if width(text) <= columns { return text }
    var characters: [ArraySlice<UInt8>] = []
    for index in bytes.indices {
      let isContinued = bytes[index] & 0xC0 == 0x80 && (characters.last?.count ?? 4) < 4
      if isContinued {
        characters[characters.count - 1] = bytes[characters.last!.startIndex...index]
      } else {
        characters.append(bytes[index...index])
      }
    }
    if endsThere { characters.reverse() }
    var parts: [String] = []
    var used = 0
    for character in characters {
      let part = shown(character)
      used += width(part)
      if used > columns { break }
      parts.append(part)
    }
    // Characters one by one hold no command, and together they may.
    return withoutCICommands((endsThere ? parts.reversed() : parts).joined())
  }

  /// The text with tabs as two spaces, so that the caret is in the right column.
  private func shown(_ bytes: ArraySlice<UInt8>) -> String {
    var result = ""
    for character in escapedForTerminal(bytes).unicodeScalars {
      if character == "\t" { result += "  " } else { result.unicodeScalars.append(character) }
    }
    return result
  }
}

/// Columns of a terminal, near enough: East Asian wide characters and emoji take two.
private func width(_ text: String) -> Int {
  text.unicodeScalars.reduce(0) { sum, scalar in
    switch scalar.value {
    case 0x300...0x36F: sum
    case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
      0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
      sum + 2
    default: sum + 1
    }
  }
}
