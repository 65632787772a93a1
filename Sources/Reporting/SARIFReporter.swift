// SARIF 2.1.0 for GitHub code scanning and every other reader of that format. Sources: the OASIS standard,
// and GitHub's "SARIF support for code scanning", which requires more and limits results and bytes. As few
// results as possible are left out to stay below these limits, and a remark says so.

import Bytes
import CDeflate
import Findings
import Platform
import Rules

struct SARIFReporter: Reporter {
  private var results: [(rule: String, json: (_ ruleIndex: Int) -> [UInt8])] = []
  private var policies: [PolicyFinding] = []
  private var policyNames: Set<String> = []
  /// How often each substitute for a line hash has appeared.
  private var counts: [String: Int] = [:]
  private(set) var remark: String?

  /// Results of a run that GitHub takes.
  static let mostResults = 25_000
  /// Maximum number of problems and of warnings, so that they do not crowd out the results.
  private static let mostNotes = 1000
  /// Bytes, compressed, that GitHub takes: 10 MB. Its client compresses a little worse.
  static let mostCompressed = 9_500_000

  mutating func report(_ finding: Finding) -> [UInt8] {
    let hash =
      finding.lineHash
      ?? standIn(["\(finding.rule)", finding.place.rawValue, finding.fingerprint], finding.path)
    results.append((finding.rule, { result(finding, hash, ruleIndex: $0) }))
    return []
  }

  mutating func report(_ finding: PolicyFinding) -> [UInt8] {
    if policyNames.insert(finding.rule).inserted { policies.append(finding) }
    let hash = standIn([finding.rule, finding.code?.fingerprint ?? finding.message], finding.path)
    results.append((finding.rule, { result(finding, hash, ruleIndex: $0) }))
    return []
  }

  /// An identifier, in the form of a line hash, for a result without a line.
  private mutating func standIn(_ parts: [String], _ path: Path) -> String {
    let name = Array(parts.joined(separator: "\0").utf8) + [0] + path.bytes
    let hash = String(name.withUnsafeBytes { fingerprint(of: $0) }.dropFirst("sha256:".count).prefix(16))
    counts[hash, default: 0] += 1
    return "\(hash):\(counts[hash]!)"
  }

  mutating func finish(_ outcome: Outcome) -> [UInt8] {
    let rules = outcome.rules.map(descriptor) + policies.map(descriptor)
    var indexes: [String: Int] = [:]
    for (index, name) in (outcome.rules.map(\.id) + policies.map(\.rule)).enumerated() { indexes[name] = index }
    let total = results.count
    var kept = min(total, Self.mostResults)
    while true {
      if kept < total {
        remark =
          "the SARIF report holds the first \(grouped(kept)) of \(counted(total, "finding")): GitHub takes no more"
      }
      let list = results.prefix(kept).map { $0.json(indexes[$0.rule]!) }
      let report = log(outcome, rules, list)
      let size = compressedSize(report)
      if size <= Self.mostCompressed || kept == 0 { return report }
      kept = min(kept - 1, Int(Double(kept) * Double(Self.mostCompressed) / Double(size) * 0.98))
    }
  }

  private func log(_ outcome: Outcome, _ rules: [[UInt8]], _ results: [[UInt8]]) -> [UInt8] {
    let driver = jsonObject([
      ("name", jsonText(Tool.name)), ("semanticVersion", jsonText(Tool.version)),
      ("informationUri", jsonText(Tool.informationAddress)), ("rules", jsonArray(rules)),
    ])
    let run = jsonObject([
      ("tool", jsonObject([("driver", driver)])), ("invocations", jsonArray([invocation(outcome)])),
      ("columnKind", jsonText("utf16CodeUnits")), ("results", jsonArray(results)),
    ])
    return jsonObject([
      ("$schema", jsonText("https://json.schemastore.org/sarif-2.1.0.json")),
      ("version", jsonText("2.1.0")), ("runs", jsonArray([run])),
    ]) + [0x0A]
  }

  private func invocation(_ outcome: Outcome) -> [UInt8] {
    var notes =
      notifications("error", "problem", outcome.problems) + notifications("warning", "warning", outcome.warnings)
    if let remark {
      notes.append(notification("warning", remark))
    }
    notes += remarks(outcome.summary).map { notification("note", $0) }
    let started = outcome.ended - Int(outcome.summary.seconds)
    return jsonObject([
      ("executionSuccessful", jsonBoolean(outcome.isComplete)),
      ("startTimeUtc", jsonText(utcDate(started))), ("endTimeUtc", jsonText(utcDate(outcome.ended))),
      ("toolExecutionNotifications", jsonArray(notes)),
      // Counts, and no results with `suppressions`: GitHub takes no notice of those, and would show what was
      // allowed as open alerts (codeql-action, issue 1230).
      ("properties", jsonObject([("allowed", jsonNumber(outcome.summary.allowed))] + exceptions(outcome.summary))),
    ])
  }

  private func notifications(_ level: String, _ noun: String, _ problems: [Problem]) -> [[UInt8]] {
    let listed = problems.prefix(Self.mostNotes).map { problem in
      let region = problem.line.map { [("startLine", $0)] }
      let places = problem.path.bytes.isEmpty ? [] : [location(problem.path, region: region)]
      return notification(level, problem.message, places)
    }
    let more = problems.count - listed.count
    return more == 0 ? listed : listed + [notification(level, "and \(counted(more, "more \(noun)"))")]
  }

  private func notification(_ level: String, _ text: String, _ places: [[UInt8]] = []) -> [UInt8] {
    jsonObject(
      [("level", jsonText(level)), ("message", message(text))]
        + (places.isEmpty ? [] : [("locations", jsonArray(places))]))
  }
}

// MARK: Rules

private func descriptor(_ rule: Rule) -> [UInt8] {
  let help = rule.remediation.isEmpty ? ["Remove it, and create a new one."] : rule.remediation
  return descriptor(
    rule.id, rule.title, full: "A secret is where others can read it: \(rule.title).", help, rule.severity)
}

private func descriptor(_ finding: PolicyFinding) -> [UInt8] {
  let help =
    finding.code == nil
    ? ["`hopxguard gitignore` names the responsible line and the fix."]
    : finding.details + ["`hopxguard lint` shows the place, and `hopxguard lint --fix` mends it where one line does."]
  return descriptor(finding.rule, finding.title, full: finding.title, help, finding.severity)
}

private func descriptor(
  _ id: String, _ title: String, full: String, _ help: [String], _ severity: Severity
) -> [UInt8] {
  let steps = help.count == 1 ? help[0] : help.enumerated().map { "\($0 + 1). \($1)" }.joined(separator: "\n")
  return jsonObject([
    ("id", jsonText(shortened(id, 255))), ("name", jsonText(shortened(title, 255))),
    ("shortDescription", message(shortened(title, 1024))),
    ("fullDescription", message(shortened(full, 1024))),
    ("help", jsonObject([("text", jsonText(steps)), ("markdown", jsonText(steps))])),
    ("defaultConfiguration", jsonObject([("level", jsonText(level(severity)))])),
    (
      "properties",
      jsonObject([
        ("tags", jsonArray([jsonText("security"), jsonText("secret")])), ("precision", jsonText("high")),
        ("security-severity", jsonText(securitySeverity(severity))),
      ])
    ),
  ])
}

private func level(_ severity: Severity) -> String {
  switch severity {
  case .critical, .high: "error"
  case .medium: "warning"
  case .low, .info: "note"
  }
}

/// GitHub: over 9.0 is critical, 7.0 to 8.9 high, 4.0 to 6.9 medium, 0.1 to 3.9 low.
private func securitySeverity(_ severity: Severity) -> String {
  switch severity {
  case .critical: "9.5"
  case .high: "8.0"
  case .medium: "5.5"
  case .low: "3.0"
  case .info: "0.5"
  }
}

// MARK: Results

private func result(_ finding: Finding, _ hash: String, ruleIndex: Int) -> [UInt8] {
  var properties: [(String, [UInt8])] = [
    ("confidence", jsonText(finding.confidence.rawValue)), ("encoding", jsonText(finding.encoding)),
  ]
  if finding.place != .content { properties.append(("place", jsonText(finding.place.rawValue))) }
  if let commit = finding.commit {
    properties.append(("commit", jsonText(commit.id)))
    properties.append(("author", jsonText(commit.author)))
    properties.append(("date", jsonText(commit.date)))
  }
  if let history = finding.history { properties.append(("reach", jsonText(history.reach.rawValue))) }
  if let verification = finding.verification { properties.append(("verification", json(verification))) }
  let region = finding.region
  return jsonObject([
    ("ruleId", jsonText(finding.rule)), ("ruleIndex", jsonNumber(ruleIndex)),
    ("level", jsonText(level(finding.severity))), ("message", message(sentence(finding))),
    (
      "locations",
      jsonArray([
        location(
          finding.path,
          region: [
            ("startLine", finding.line), ("startColumn", region?.startColumn ?? finding.column),
            ("endLine", region?.endLine ?? finding.line), ("endColumn", region?.endColumn ?? finding.endColumn),
          ])
      ])
    ),
    (
      "partialFingerprints",
      jsonObject([
        ("primaryLocationLineHash", jsonText(hash)), ("secretFingerprint/v1", jsonText(finding.fingerprint)),
      ])
    ),
    ("properties", jsonObject(properties)),
  ])
}

private func result(_ finding: PolicyFinding, _ hash: String, ruleIndex: Int) -> [UInt8] {
  let line = finding.line ?? 1
  let text = ([finding.message] + finding.details + finding.commands.map { "> \($0)" }).joined(separator: "\n")
  let width = max(1, String(decoding: finding.text, as: UTF8.self).utf16.count)
  let region = finding.code?.region ?? TextRegion(startColumn: 1, endLine: line, endColumn: width + 1)
  let place = [
    ("startLine", line), ("startColumn", region.startColumn), ("endLine", region.endLine),
    ("endColumn", region.endColumn),
  ]
  var fields: [(String, [UInt8])] = [
    ("ruleId", jsonText(finding.rule)), ("ruleIndex", jsonNumber(ruleIndex)),
    ("level", jsonText(finding.isWarning ? "warning" : level(finding.severity))),
    ("message", message(text)),
    (
      "locations",
      jsonArray([location(finding.path, region: place)])
    ),
    ("partialFingerprints", jsonObject([("primaryLocationLineHash", jsonText(hash))])),
  ]
  if let fix = finding.code.flatMap({ fix($0, finding.path, place) }) { fields.append(("fixes", jsonArray([fix]))) }
  return jsonObject(fields)
}

/// What to write at the place, as viewers offer it.
private func fix(_ code: CodePlace, _ path: Path, _ place: [(String, Int)]) -> [UInt8]? {
  guard let replacement = code.replacement else { return nil }
  let edit = jsonObject([
    ("deletedRegion", jsonObject(place.map { ($0, jsonNumber($1)) })),
    ("insertedContent", jsonObject([("text", jsonString(replacement))])),
  ])
  let change = jsonObject([
    ("artifactLocation", jsonObject([("uri", jsonText(uri(path)))])), ("replacements", jsonArray([edit])),
  ])
  return jsonObject([
    ("description", message("Show the first 15 characters, which name the key.")),
    ("artifactChanges", jsonArray([change])),
  ])
}

private func location(_ path: Path, region: [(String, Int)]?) -> [UInt8] {
  var fields = [("artifactLocation", jsonObject([("uri", jsonText(uri(path)))]))]
  if let region {
    fields.append(("region", jsonObject(region.map { ($0, jsonNumber($1)) })))
  }
  return jsonObject([("physicalLocation", jsonObject(fields))])
}

private func message(_ text: String) -> [UInt8] { jsonObject([("text", jsonText(text))]) }

/// A path as a relative reference, or as a `file` URI where it is absolute (RFC 3986, RFC 8089): every
/// byte that is not a letter, a digit or one of `-._~/` becomes `%XX`, so that none is lost.
func uri(_ path: Path) -> String {
  let digits = Array("0123456789ABCDEF".utf8)
  var text: [UInt8] = path.bytes.first == UInt8(ascii: "/") ? Array("file://".utf8) : []
  for byte in path.bytes {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-")...UInt8(ascii: "/"), UInt8(ascii: "_"),
      UInt8(ascii: "~"):
      text.append(byte)
    default: text += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
  }
  return String(decoding: text, as: UTF8.self)
}

/// At most `count` UTF-16 code units.
func shortened(_ text: String, _ count: Int) -> String {
  if text.utf16.count <= count { return text }
  var result = text
  while result.utf16.count > count - 1 { result.unicodeScalars.removeLast() }
  return result + "…"
}

/// Bytes that gzip makes of it.
private func compressedSize(_ bytes: [UInt8]) -> Int {
  if bytes.count < SARIFReporter.mostCompressed { return bytes.count }
  guard let compressor = libdeflate_alloc_compressor(6) else { return bytes.count }
  defer { libdeflate_free_compressor(compressor) }
  let room = libdeflate_gzip_compress_bound(compressor, bytes.count)
  let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: room, alignment: 16)
  defer { memory.deallocate() }
  return bytes.withUnsafeBytes { source in
    libdeflate_gzip_compress(compressor, source.baseAddress, source.count, memory.baseAddress, room)
  }
}
