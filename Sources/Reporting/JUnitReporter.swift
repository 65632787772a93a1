// JUnit's XML, which every CI system shows: a failed test case for each file with findings, an error for each
// file that could not be scanned, and one passed test case if there is neither.

import Bytes
import Findings
import Platform

struct JUnitReporter: Reporter {
  private var cases: [Case] = []
  private var numbers: [Path: Int] = [:]
  private var warnings: [String] = []

  private struct Case {
    let path: Path
    let type: String
    let title: String
    var lines: [String] = []
  }

  mutating func report(_ finding: Finding) -> [UInt8] {
    let place = finding.place == .content ? "\(finding.line):\(finding.column)" : finding.place.rawValue
    add(finding.path, finding.rule, finding.title, "\(place): \(sentence(finding))")
    return []
  }

  mutating func report(_ finding: PolicyFinding) -> [UInt8] {
    let line = finding.line.map { "\($0): " } ?? ""
    let text = ([line + finding.message] + finding.details + finding.commands.map { "> \($0)" })
      .joined(separator: "\n  ")
    if finding.isWarning {
      warnings.append("warning: \(escapedForTerminal(finding.path.bytes)): \(text)")
    } else {
      add(finding.path, finding.rule, finding.title, text)
    }
    return []
  }

  private mutating func add(_ path: Path, _ rule: String, _ title: String, _ line: String) {
    let number = numbers[path] ?? cases.count
    if number == cases.count {
      numbers[path] = number
      cases.append(Case(path: path, type: rule, title: title))
    }
    cases[number].lines.append(line)
  }

  mutating func finish(_ outcome: Outcome) -> [UInt8] {
    let seconds = decimal(milliseconds: Int((outcome.summary.seconds * 1000).rounded()))
    var errors: [Case] = []
    for problem in outcome.problems {
      if errors.last?.path != problem.path {
        errors.append(Case(path: problem.path, type: "incomplete", title: "not scanned to the end"))
      }
      errors[errors.count - 1].lines.append(problem.message)
    }
    var body = ""
    for failed in cases {
      let more = failed.lines.count > 1 ? " and \(counted(failed.lines.count - 1, "more finding"))" : ""
      body += testCase(failed, "failure", message: failed.title + more)
    }
    for failed in errors { body += testCase(failed, "error", message: failed.lines[0]) }
    let passed = cases.isEmpty && errors.isEmpty
    if passed {
      body += "    <testcase classname=\"\(Tool.name)\" name=\"no findings\" time=\"\(seconds)\"/>\n"
    }
    let output = warnings + outcome.warnings.map { "warning: \(line($0))" } + remarks(outcome.summary)
    if !output.isEmpty {
      let text = output.map { xml(escapedLines($0)) }.joined(separator: "\n")
      body += "    <system-out>\(text)</system-out>\n"
    }
    let counts =
      "tests=\"\(cases.count + errors.count + (passed ? 1 : 0))\" failures=\"\(cases.count)\" "
      + "errors=\"\(errors.count)\" time=\"\(seconds)\""
    let timestamp = utcDate(outcome.ended - Int(outcome.summary.seconds)).dropLast()
    return Array(
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <testsuites name="\(Tool.name)" \(counts)>
        <testsuite name="\(Tool.name)" \(counts) timestamp="\(timestamp)">
      \(body)  </testsuite>
      </testsuites>

      """.utf8)
  }

  private func testCase(_ failed: Case, _ element: String, message: String) -> String {
    let path = xml(escapedForTerminal(failed.path.bytes))
    let place = path.isEmpty ? "name=\"scan\"" : "file=\"\(path)\" name=\"\(path)\""
    let text = failed.lines.map { xml(escapedLines($0)) }.joined(separator: "\n")
    return """
          <testcase classname="\(Tool.name)" \(place) time="0.000">
            <\(element) message="\(xml(escapedForTerminal(message.utf8)))" type="\(xml(failed.type))">\
      \(text)</\(element)>
          </testcase>

      """
  }
}

private func escapedLines(_ text: String) -> String {
  text.split(separator: "\n", omittingEmptySubsequences: false)
    .map { escapedForTerminal($0.utf8) }.joined(separator: "\n")
}

/// Text for an element or an attribute of XML 1.0, which does not allow two of the characters that
/// `escapedForTerminal` keeps.
private func xml(_ text: String) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "\u{FFFE}", "\u{FFFF}": result += "\\u{\(String(scalar.value, radix: 16))}"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}
