// The project's own JSON: `json` is one object, `jsonl` one finding a line and the summary last.

import Bytes
import Findings
import Platform
import Rules

struct JSONReporter: Reporter {
  private var findings: [[UInt8]] = []
  private var keys = KeyTally()
  /// Places as in `keys`, by rule and fingerprint.
  private var places: [String: [[UInt8]]] = [:]
  private var audited: [AuditedKey]?

  mutating func report(_ keys: [AuditedKey]) -> [UInt8] {
    audited = keys
    return []
  }

  mutating func report(_ finding: Finding) -> [UInt8] {
    findings.append(json(finding))
    keys.add(finding)
    places["\(finding.rule)\0\(finding.fingerprint)", default: []].append(place(finding))
    return []
  }

  mutating func report(_ finding: PolicyFinding) -> [UInt8] {
    findings.append(json(finding))
    return []
  }

  mutating func finish(_ outcome: Outcome) -> [UInt8] {
    var fields = head(outcome)
    if let audited { fields.append(("audit", jsonArray(audited.map(json)))) }
    fields.append(("findings", jsonArray(findings)))
    fields.append(
      ("keys", jsonArray(keys.keys.map { json($0, places["\($0.rule)\0\($0.fingerprint)"] ?? []) })))
    return jsonObject(fields) + newline
  }
}

struct JSONLinesReporter: Reporter {
  mutating func report(_ finding: Finding) -> [UInt8] { json(finding) + newline }
  mutating func report(_ finding: PolicyFinding) -> [UInt8] { json(finding) + newline }
  mutating func report(_ keys: [AuditedKey]) -> [UInt8] { keys.flatMap { json($0) + newline } }
  mutating func finish(_ outcome: Outcome) -> [UInt8] { jsonObject(head(outcome)) + newline }
}

private let newline: [UInt8] = [0x0A]

private func head(_ outcome: Outcome) -> [(String, [UInt8])] {
  let summary = outcome.summary
  let seconds = jsonNumber(milliseconds: Int((summary.seconds * 1000).rounded()))
  return [
    ("version", jsonNumber(1)),
    ("tool", jsonObject([("name", jsonString(Tool.name.utf8)), ("version", jsonString(Tool.version.utf8))])),
    ("complete", Array((outcome.isComplete ? "true" : "false").utf8)),
    (
      "summary",
      jsonObject(
        [
          ("files", jsonNumber(summary.files)), ("bytes", jsonNumber(summary.bytes)),
          ("commits", jsonNumber(summary.commits)), ("objects", jsonNumber(summary.objects)),
          ("findings", jsonNumber(summary.findings)), ("allowed", jsonNumber(summary.allowed)),
          ("seconds", seconds),
        ] + exceptions(summary) + (summary.entries > 0 ? [("entries", jsonNumber(summary.entries))] : [])
          + (summary.codeWarnings > 0 ? [("codeWarnings", jsonNumber(summary.codeWarnings))] : [])
          + (summary.lines > 0 ? [("lines", jsonNumber(summary.lines))] : []) + extent(summary.coverage)
          + counts(summary.verified))
    ),
    ("problems", json(outcome.problems)),
  ] + (outcome.warnings.isEmpty ? [] : [("warnings", json(outcome.warnings))])
}

/// A key with all its places.
private func json(_ key: KeyTally.Key, _ places: [[UInt8]]) -> [UInt8] {
  jsonObject([
    ("rule", jsonString(key.rule.utf8)), ("secret", jsonString(key.secret.utf8)),
    ("fingerprint", jsonString(key.fingerprint.utf8)), ("rotate", jsonString(key.rotation.rawValue.utf8)),
    ("files", jsonNumber(key.files)), ("places", jsonArray(places)),
  ])
}

private func place(_ finding: Finding) -> [UInt8] {
  var fields: [(String, [UInt8])] = [
    ("path", jsonString(finding.path.bytes)), ("line", jsonNumber(finding.line)),
    ("column", jsonNumber(finding.column)), ("kind", jsonString(Exposure(of: finding).rawValue.utf8)),
  ]
  if let commit = finding.commit { fields.append(("commit", jsonString(commit.id.utf8))) }
  return jsonObject(fields)
}

private func json(_ problems: [Problem]) -> [UInt8] {
  jsonArray(
    problems.map {
      jsonObject(
        [("path", jsonString($0.path.bytes))] + ($0.line.map { [("line", jsonNumber($0))] } ?? [])
          + [("message", jsonString($0.message.utf8))])
    })
}

/// What was left out, where something was.
func exceptions(_ summary: Summary) -> [(String, [UInt8])] {
  var fields: [(String, [UInt8])] = []
  if summary.allowed > 0 {
    let counts = Allowance.allCases.compactMap { kind in
      summary.allowances[kind].map { (kind.rawValue, jsonNumber($0)) }
    }
    fields.append(("allowedBy", jsonObject(counts)))
  }
  if summary.skipped > 0 { fields.append(("skipped", jsonNumber(summary.skipped))) }
  if !summary.hidden.isEmpty {
    let counts = summary.hidden.sorted { $0.key < $1.key }.map { ($0.key, jsonNumber($0.value)) }
    fields.append(("hiddenBy", jsonObject(counts)))
  }
  if !summary.unreadStores.isEmpty {
    fields.append(("unreadStores", jsonArray(summary.unreadStores.sorted().map { jsonString($0.utf8) })))
  }
  if !summary.disabledRules.isEmpty {
    let counts = summary.disabledRules.sorted { $0.key < $1.key }.map { ($0.key, jsonNumber($0.value)) }
    fields.append(("disabledRules", jsonObject(counts)))
  }
  return fields
}

private func extent(_ coverage: CoverageExtent?) -> [(String, [UInt8])] {
  guard let coverage else { return [] }
  return [
    ("trackedFiles", jsonNumber(coverage.trackedFiles)), ("folders", jsonNumber(coverage.folders)),
    ("names", jsonNumber(coverage.names)), ("warnings", jsonNumber(coverage.warnings)),
    (
      "settings",
      jsonArray(
        coverage.changes.map { change in
          jsonObject([
            ("pattern", jsonString(change.pattern.utf8)), ("grade", jsonString(change.grade.utf8)),
            ("except", jsonArray(change.except.map { jsonString($0.utf8) })),
            ("reason", jsonString(change.reason.utf8)), ("source", jsonString(change.source.utf8)),
            ("line", jsonNumber(change.line)),
          ])
        })
    ),
  ]
}

func json(_ verification: KeyVerification) -> [UInt8] {
  jsonObject(
    [("status", jsonText(verification.status.rawValue)), ("reason", jsonText(verification.reason))]
      + (verification.requestID.map { [("requestId", jsonText($0))] } ?? []))
}

/// Distinct keys by the service's answer.
private func counts(_ verified: [VerifiedKey]?) -> [(String, [UInt8])] {
  guard let verified else { return [] }
  let counts = KeyVerification.Status.allCases.map { status in
    (status.rawValue, jsonNumber(verified.count { $0.verification.status == status }))
  }
  return [("verification", jsonObject(counts))]
}

func json(_ finding: PolicyFinding) -> [UInt8] {
  var fields: [(String, [UInt8])] = [
    ("rule", jsonString(finding.rule.utf8)),
    ("severity", jsonString(finding.severity.rawValue.utf8)),
    ("level", jsonString((finding.isWarning ? "warning" : "finding").utf8)),
    ("path", jsonString(finding.path.bytes)),
  ]
  if let line = finding.line { fields.append(("line", jsonNumber(line))) }
  if let code = finding.code {
    fields.append(("column", jsonNumber(code.column)))
    fields.append(("endColumn", jsonNumber(code.endColumn)))
    fields.append(("fingerprint", jsonString(code.fingerprint.utf8)))
    if let replacement = code.replacement { fields.append(("replacement", jsonString(replacement))) }
  }
  if !finding.text.isEmpty { fields.append(("snippet", jsonString(finding.text))) }
  fields.append(("message", jsonString(finding.message.utf8)))
  fields.append(("details", jsonArray(finding.details.map { jsonString($0.utf8) })))
  fields.append(("commands", jsonArray(finding.commands.map { jsonString($0.utf8) })))
  return jsonObject(fields)
}

func json(_ finding: Finding, title: String? = nil) -> [UInt8] {
  var fields: [(String, [UInt8])] = [
    ("rule", jsonString(finding.rule.utf8)),
    ("severity", jsonString(finding.severity.rawValue.utf8)),
    ("confidence", jsonString(finding.confidence.rawValue.utf8)),
    ("secret", jsonString(finding.secret.utf8)),
    ("fingerprint", jsonString(finding.fingerprint.utf8)),
    ("path", jsonString(finding.path.bytes)),
    ("line", jsonNumber(finding.line)),
    ("column", jsonNumber(finding.column)),
    ("endColumn", jsonNumber(finding.endColumn)),
    ("encoding", jsonString(finding.encoding.utf8)),
    ("snippet", jsonString(finding.snippet.bytes)),
  ]
  if let title { fields.append(("title", jsonText(title))) }
  if finding.place != .content { fields.append(("place", jsonString(finding.place.rawValue.utf8))) }
  if !finding.otherRules.isEmpty {
    fields.append(("otherRules", jsonArray(finding.otherRules.map { jsonString($0.utf8) })))
  }
  if let commit = finding.commit {
    fields.append(("commit", jsonString(commit.id.utf8)))
    fields.append(("author", jsonString(commit.author.utf8)))
    fields.append(("date", jsonString(commit.date.utf8)))
  }
  if let ref = finding.ref { fields.append(("ref", jsonString(ref.utf8))) }
  if let history = finding.history {
    fields.append(("reach", jsonString(history.reach.rawValue.utf8)))
    fields.append(("refs", jsonArray(history.refs.map { jsonString($0.utf8) })))
    fields.append(("refCount", jsonNumber(history.refCount)))
    fields.append(("commits", jsonNumber(history.commits)))
    fields.append(("objects", jsonNumber(history.objects)))
    if let departure = history.departure {
      fields += [("left", jsonText(departure.date)), ("leftCommit", jsonText(departure.id))]
    }
  }
  if let verification = finding.verification { fields.append(("verification", json(verification))) }
  return jsonObject(fields)
}

func json(_ key: AuditedKey) -> [UInt8] {
  var fields: [(String, [UInt8])] = [
    ("key", jsonText(key.secret)), ("fingerprint", jsonText(key.fingerprint)), ("places", jsonNumber(key.places)),
    (
      "uses",
      jsonArray(
        key.uses.map { use in
          jsonObject([
            ("path", jsonString(use.path.bytes)), ("line", jsonNumber(use.line)), ("kind", jsonText(use.kind)),
          ])
        })
    ),
    ("environments", jsonArray(key.environments.map { jsonText($0) })),
  ]
  if let age = key.age {
    fields += [
      ("since", jsonText(age.since)), ("ageDays", jsonNumber(age.days)), ("lowerBound", jsonBoolean(age.isLowerBound)),
    ]
  }
  if let left = key.left { fields.append(("left", jsonText(left))) }
  if let account = key.account { fields.append(("account", jsonText(account))) }
  fields.append(("next", jsonText(key.next)))
  return jsonObject(fields)
}
