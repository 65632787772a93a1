// Workflow commands of GitHub Actions, which become annotations of the lines they name. GitHub shows ten
// errors, ten warnings and ten notices of a step: the last line, a notice, contains the total. Source:
// "Workflow commands for GitHub Actions"; the escapes are those of the toolkit's core/src/command.ts.

import Bytes
import Findings
import Platform
import Rules

struct GitHubReporter: Reporter {
  private var total = GitHubTotal()

  mutating func report(_ finding: Finding) -> [UInt8] {
    total.count(finding)
    var properties = [("file", escapedForTerminal(finding.path.bytes)), ("line", "\(finding.line)")]
    let endLine = finding.region?.endLine ?? finding.line
    properties.append(("endLine", "\(endLine)"))
    if endLine == finding.line {
      properties.append(("col", "\(finding.region?.startColumn ?? finding.column)"))
      properties.append(("endColumn", "\(finding.region?.endColumn ?? finding.endColumn)"))
    }
    properties.append(("title", finding.title))
    return command(name(finding.severity), properties, sentence(finding))
  }

  mutating func report(_ finding: PolicyFinding) -> [UInt8] {
    total.count(finding)
    var properties = [("file", escapedForTerminal(finding.path.bytes))]
    if let line = finding.line { properties.append(("line", "\(line)")) }
    if let region = finding.code?.region {
      properties.append(("endLine", "\(region.endLine)"))
      properties.append(("col", "\(region.startColumn)"))
      properties.append(("endColumn", "\(region.endColumn)"))
    }
    properties.append(("title", finding.rule))
    let text = ([finding.message] + finding.details + finding.commands.map { "> \($0)" }).joined(separator: "\n")
    return command(finding.isWarning ? "warning" : name(finding.severity), properties, text)
  }

  mutating func finish(_ outcome: Outcome) -> [UInt8] {
    var result: [UInt8] = []
    for problem in outcome.problems {
      result += command("warning", place(problem) + [("title", "not scanned to the end")], problem.message)
    }
    for warning in outcome.warnings {
      result += command("warning", place(warning) + [("title", Tool.name)], warning.message)
    }
    for text in settingsLines(outcome.summary) { result += command("notice", [("title", Tool.name)], text) }
    return result + command("notice", [("title", Tool.name)], total.sentence(outcome))
  }

  private func place(_ problem: Problem) -> [(String, String)] {
    if problem.path.bytes.isEmpty { return [] }
    return [("file", escapedForTerminal(problem.path.bytes))] + (problem.line.map { [("line", "\($0)")] } ?? [])
  }

  private func name(_ severity: Severity) -> String {
    switch severity {
    case .critical, .high: "error"
    case .medium: "warning"
    case .low, .info: "notice"
    }
  }

  private func command(_ name: String, _ properties: [(String, String)], _ message: String) -> [UInt8] {
    let list = properties.map { "\($0)=\(escaped(withoutCICommands($1), inProperty: true))" }.joined(separator: ",")
    // Line by line: a line end stays one, everything else that a terminal could obey is written out.
    let text = message.split(separator: "\n", omittingEmptySubsequences: false)
      .map { escapedForTerminal($0.utf8) }.joined(separator: "\n")
    return Array("::\(name) \(list)::\(escaped(text, inProperty: false))\n".utf8)
  }

  private func escaped(_ text: String, inProperty: Bool) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "%": result += "%25"
      case "\r": result += "%0D"
      case "\n": result += "%0A"
      case ":" where inProperty: result += "%3A"
      case "," where inProperty: result += "%2C"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

/// The result of a run, for GitHub.
struct GitHubTotal {
  private var warnings = 0
  private var paths: Set<Path> = []

  mutating func count(_ finding: Finding) {
    paths.insert(finding.path)
  }

  mutating func count(_ finding: PolicyFinding) {
    if finding.isWarning {
      warnings += 1
      return
    }
    paths.insert(finding.path)
  }

  func sentence(_ outcome: Outcome) -> String {
    var text = outcome.summary.findings == 0 ? "No findings" : counted(outcome.summary.findings, "finding")
    if !paths.isEmpty { text += " in \(counted(paths.count, "file"))" }
    let exceptions = exceptionsText(outcome.summary)
    if !exceptions.isEmpty { text += ", \(exceptions)" }
    let warnings = warnings + outcome.warnings.count
    if warnings > 0 { text += ", \(counted(warnings, "warning"))" }
    // Or the files that were scanned would read as those of the findings, said again.
    text += paths.isEmpty || outcome.summary.files == 0 ? ": " : "; scanned: "
    text += "\(extent(outcome.summary))."
    if !outcome.isComplete {
      text += " \(counted(outcome.problems.count, "problem")): the scan is incomplete."
    }
    return text
  }
}
