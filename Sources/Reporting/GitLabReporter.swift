// GitLab's secret detection report, schema 15.2.1. The key itself is nowhere in it: the optional
// `raw_source_code_extract` is left out.

import Bytes
import Findings
import Platform
import Rules

struct GitLabReporter: Reporter {
  private var vulnerabilities: [(_ solutions: [String: String]) -> [UInt8]] = []
  /// How often each has appeared: the same key may be in a file twice.
  private var counts: [[UInt8]: Int] = [:]

  private static let schema = "15.2.1"
  /// What the format asks for where no commit is known, as GitLab's own analyzer has it.
  private static let noCommit = "0000000"

  mutating func report(_ finding: Finding) -> [UInt8] {
    let id = identifier([finding.rule, finding.place.rawValue, finding.fingerprint], finding.path)
    vulnerabilities.append { solutions in
      var commit = [("sha", jsonText(finding.commit?.id ?? Self.noCommit))]
      if let info = finding.commit {
        commit += [("author", jsonText(info.author)), ("date", jsonText(info.date))]
      }
      return Self.vulnerability(
        id: id, kind: finding.rule, title: finding.title, description: sentence(finding), finding.severity,
        solution: solutions[finding.rule] ?? "", path: finding.path, line: finding.line,
        endLine: finding.region?.endLine ?? finding.line, commit, verification: finding.verification)
    }
    return []
  }

  mutating func report(_ finding: PolicyFinding) -> [UInt8] {
    let id = identifier([finding.rule, finding.message], finding.path)
    vulnerabilities.append { _ in
      Self.vulnerability(
        id: id, kind: "\(finding.rule): \(finding.message)", title: finding.title,
        description: ([finding.message] + finding.details).joined(separator: "\n"), finding.severity,
        solution: finding.commands.joined(separator: "\n"), path: finding.path, line: finding.line ?? 1,
        endLine: finding.line ?? 1, [("sha", jsonText(Self.noCommit))])
    }
    return []
  }

  /// A UUID of version 8 (RFC 9562, 5.8): the first 128 bits of the SHA-256 of the parts, the path and the
  /// number of their likes before, less the six bits that say so. The same finding has the same in every
  /// run, whatever line it moves to.
  private mutating func identifier(_ parts: [String], _ path: Path) -> String {
    let name = Array(parts.joined(separator: "\0").utf8) + [0] + path.bytes
    counts[name, default: 0] += 1
    let numbered = name + [0] + Array(String(counts[name]!).utf8)
    let digits = Array(numbered.withUnsafeBytes { fingerprint(of: $0) }.utf8.dropFirst("sha256:".utf8.count))
    var text: [UInt8] = []
    for (index, digit) in digits.enumerated() {
      if [8, 12, 16, 20].contains(index) { text.append(UInt8(ascii: "-")) }
      switch index {
      case 12: text.append(UInt8(ascii: "8"))
      case 16:
        let value = UInt8(String(decoding: [digit], as: UTF8.self), radix: 16)!
        text += Array(String(value & 3 | 8, radix: 16).utf8)
      default: text.append(digit)
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// - Parameter kind: GitLab takes what has the same kind, file and lines for one.
  private static func vulnerability(
    id: String, kind: String, title: String, description: String, _ severity: Severity, solution: String,
    path: Path, line: Int, endLine: Int, _ commit: [(String, [UInt8])], verification: KeyVerification? = nil
  ) -> [UInt8] {
    let name = severity.rawValue
    let location = [
      ("file", jsonString(path.bytes)), ("start_line", jsonNumber(line)), ("end_line", jsonNumber(endLine)),
      ("commit", jsonObject(commit)),
    ]
    var details: [(String, [UInt8])] = []
    if let verification {
      let field = [("type", "text"), ("name", "Verification"), ("value", verification.text)]
      details = [("details", jsonObject([("verification", jsonObject(field.map { ($0, jsonText($1)) }))]))]
    }
    let identifier = [
      ("type", jsonText("hopxguard_rule")), ("name", jsonText("\(Tool.name): \(kind)")), ("value", jsonText(kind)),
    ]
    return jsonObject(
      [
        ("id", jsonText(id)), ("name", jsonText(shortened(title, 255))), ("description", jsonText(description)),
        ("severity", jsonText(name.prefix(1).uppercased() + name.dropFirst())),
        ("solution", jsonText(shortened(solution, 7000))), ("identifiers", jsonArray([jsonObject(identifier)])),
        ("location", jsonObject(location)),
      ] + details)
  }

  mutating func finish(_ outcome: Outcome) -> [UInt8] {
    let solutions = Dictionary(
      outcome.rules.map { rule in
        (rule.id, rule.remediation.enumerated().map { "\($0 + 1). \($1)" }.joined(separator: "\n"))
      }, uniquingKeysWith: { first, _ in first })
    let tool = jsonObject([
      ("id", jsonText(Tool.name)), ("name", jsonText(Tool.name)), ("url", jsonText(Tool.informationAddress)),
      ("version", jsonText(Tool.version)), ("vendor", jsonObject([("name", jsonText("Hopx"))])),
    ])
    let lines =
      (outcome.problems + outcome.warnings).map { ("warn", line($0)) } + remarks(outcome.summary).map { ("info", $0) }
    let messages = lines.map { level, text in jsonObject([("level", jsonText(level)), ("value", jsonText(text))]) }
    let started = outcome.ended - Int(outcome.summary.seconds)
    let scan = jsonObject([
      ("analyzer", tool), ("scanner", tool), ("type", jsonText("secret_detection")),
      ("status", jsonText(outcome.isComplete ? "success" : "failure")),
      ("start_time", jsonText(String(utcDate(started).dropLast()))),
      ("end_time", jsonText(String(utcDate(outcome.ended).dropLast()))), ("messages", jsonArray(messages)),
    ])
    return jsonObject([
      ("version", jsonText(Self.schema)), ("scan", scan),
      ("vulnerabilities", jsonArray(vulnerabilities.map { $0(solutions) })),
    ]) + [0x0A]
  }
}
