// A report to look at: one HTML file that needs nothing else. The findings are data in it, and a script of our own
// shows them. The page's policy lets the browser run that script alone, so that a hostile name in a repository stays
// text even where something here were wrong.

import Bytes
import CEmbedded
import Findings
import Platform
import Rules

struct HTMLReporter: Reporter {
  private var findings: [[UInt8]] = []
  private var policies: [[UInt8]] = []
  private var keys: [[UInt8]] = []

  mutating func report(_ finding: Finding) -> [UInt8] {
    findings.append(json(finding, title: finding.title))
    return []
  }

  mutating func report(_ finding: PolicyFinding) -> [UInt8] {
    policies.append(json(finding))
    return []
  }

  mutating func report(_ keys: [AuditedKey]) -> [UInt8] {
    self.keys = keys.map(json)
    return []
  }

  mutating func finish(_ outcome: Outcome) -> [UInt8] {
    let data = jsonObject([
      ("tool", jsonText("\(Tool.name) \(Tool.version)")), ("ended", jsonText(utcDate(outcome.ended))),
      ("complete", jsonBoolean(outcome.isComplete)), ("count", jsonNumber(outcome.summary.findings)),
      ("extent", jsonText(extent(outcome.summary) + remarks(outcome.summary).map { "; \($0)" }.joined())),
      ("problems", jsonArray(outcome.problems.map { jsonText(line($0)) })),
      ("warnings", jsonArray(outcome.warnings.map { jsonText(line($0)) })), ("keys", jsonArray(keys)),
      ("policies", jsonArray(policies)), ("findings", jsonArray(findings)),
    ])
    let (style, script) = (text(embedded_page_css()), text(embedded_page_js()))
    let policy =
      "default-src 'none'; style-src 'sha256-\(digest(style))'; script-src 'sha256-\(digest(script))'; "
      + "base-uri 'none'; form-action 'none'"
    let head = """
      <!DOCTYPE html>
      <html lang="en">
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="\(policy)">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="referrer" content="no-referrer">
      <title>hopxguard report</title>
      <style>
      """
    let body = """
      </style>
      <main id="report"><noscript>JavaScript shows \(counted(outcome.summary.findings, "finding")) here. \
      --format text writes one that does not.</noscript></main>
      <script type="application/json" id="data">
      """
    var page = Array(head.utf8) + style + Array(body.utf8)
    // Nothing in the data can end the element that it is in.
    for byte in data {
      if byte == UInt8(ascii: "<") { page += Array("\\u003c".utf8) } else { page.append(byte) }
    }
    return page + Array("</script>\n<script>".utf8) + script + Array("</script>\n</html>\n".utf8)
  }

  private func text(_ file: embedded_file) -> [UInt8] {
    Array(UnsafeBufferPointer(start: file.bytes, count: file.length))
  }

  private func digest(_ bytes: [UInt8]) -> String { base64(bytes.withUnsafeBytes { sha256(of: $0) }) }
}

/// RFC 4648, section 4.
private func base64(_ bytes: [UInt8]) -> String {
  let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  var text: [UInt8] = []
  for start in stride(from: 0, to: bytes.count, by: 3) {
    let group = bytes[start..<min(start + 3, bytes.count)]
    let value = group.reduce(0) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
    for index in 0..<4 {
      text.append(index <= group.count ? alphabet[Int(value >> UInt32(18 - 6 * index) & 63)] : UInt8(ascii: "="))
    }
  }
  return String(decoding: text, as: UTF8.self)
}
