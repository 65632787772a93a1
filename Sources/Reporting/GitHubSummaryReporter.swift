// The Markdown table that GitHub Actions shows on the page of a run: what a step appends to the file that
// GITHUB_STEP_SUMMARY names.

import Bytes
package import Findings
import Platform

package struct GitHubSummaryReporter: Reporter {
  private var total = GitHubTotal()
  private var rows: [String] = []
  private var more = 0
  private var size = 0

  /// Maximum number of rows.
  private static let mostRows = 500
  /// Bytes. GitHub takes 1 MiB of a step and drops it all when there is more.
  private static let mostBytes = 512 * 1024

  package init() {}

  package mutating func report(_ finding: Finding) -> [UInt8] {
    total.count(finding)
    let place = finding.place == .content ? "\(finding.line)" : finding.place.rawValue
    add([
      file(finding), place, text(finding.title + (finding.verification.map { ": \($0.words)" } ?? "")),
      code(finding.secret), code(finding.fingerprint),
    ])
    return []
  }

  package mutating func report(_ finding: PolicyFinding) -> [UInt8] {
    total.count(finding)
    let level = finding.isWarning ? "warning: " : ""
    add([
      code(finding.path), finding.line.map { "\($0)" } ?? "", text(level + finding.message), "",
      finding.commands.map { code($0) }.joined(separator: "<br>"),
    ])
    return []
  }

  private mutating func add(_ cells: [String]) {
    let row = "| \(cells.joined(separator: " | ")) |\n"
    if rows.count == Self.mostRows || size + row.utf8.count > Self.mostBytes {
      more += 1
      return
    }
    size += row.utf8.count
    rows.append(row)
  }

  package mutating func finish(_ outcome: Outcome) -> [UInt8] {
    let mark = outcome.isComplete ? outcome.summary.findings == 0 ? "✅" : "❌" : "⚠️"
    var result = "### \(Tool.name)\n\n\(mark) \(text(total.sentence(outcome)))\n\n"
    if !rows.isEmpty {
      result += "| File | Line | Finding | Secret | Fingerprint or remedy |\n|---|---|---|---|---|\n"
      result += rows.joined()
      if more > 0 { result += "\nAnd \(grouped(more)) more.\n" }
      result += "\n"
    }
    let lines =
      list("not scanned to the end", outcome.problems) + list("warning", outcome.warnings)
      + settingsLines(outcome.summary).map { "- \(text(shortened($0, 1000)))\n" }.joined()
    return Array((lines.isEmpty ? result : result + lines + "\n").utf8)
  }

  private func list(_ label: String, _ problems: [Problem]) -> String {
    var result = ""
    for problem in problems.prefix(50) {
      let line = problem.line.map { " line \($0)" } ?? ""
      let place = problem.path.bytes.isEmpty ? "" : "\(code(problem.path))\(line): "
      result += "- \(label): \(place)\(text(shortened(problem.message, 1000)))\n"
    }
    if problems.count > 50 { result += "- and \(grouped(problems.count - 50)) more\n" }
    return result
  }

  /// The file, and the commit that added the finding, which may no longer be in any file.
  private func file(_ finding: Finding) -> String {
    let file = code(finding.path)
    // That of a message is the path itself.
    guard let commit = finding.commit, !file.contains(commit.id) else { return file }
    return "\(file) since \(code(String(commit.id.prefix(12))))"
  }

  private func code(_ path: Path) -> String { code(path.bytes) }

  private func code(_ text: String) -> String { code(Array(text.utf8)) }

  private func code(_ bytes: [UInt8]) -> String {
    "<code>\(literal(shortened(escapedForTerminal(bytes), 1000)))</code>"
  }

  private func text(_ text: String) -> String { literal(escapedForTerminal(text.utf8)) }

  /// Text that is literal in both Markdown and HTML: characters with a meaning become entities, which start no
  /// structure (CommonMark 0.31, 2.5).
  private func literal(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      let isPlain = scalar.value >= 0x80 || scalar.properties.isAlphabetic || (48...57).contains(scalar.value)
      if isPlain || " .,/-()".unicodeScalars.contains(scalar) {
        result.unicodeScalars.append(scalar)
      } else {
        result += "&#\(scalar.value);"
      }
    }
    return result
  }
}
