// A SARIF report that GitHub would refuse for its size is cut, and says so.

import Detection
import Findings
import Foundation
import Platform
import Reporting
import Rules
import Scanning
import TestSupport
import Testing

struct SARIFLimitTests {
  private let rules = RuleSet.builtIn()

  private func finding(at path: Path, _ random: inout SeededGenerator) -> Finding {
    let key = Array(random.key().utf8)
    return key.withUnsafeBytes { bytes in
      let match = Match(rule: 0, range: 0..<key.count, judgement: .secret(.high))
      let snippet = Snippet(of: match, line: 0..<key.count, in: bytes, cuts: cuts(for: [match], rules: rules))
      return Finding(
        rule: rules.rules[0], confidence: .high,
        secret: String(decoding: key.prefix(15), as: UTF8.self) + "...",
        fingerprint: fingerprint(of: bytes), path: path, place: .content, line: 1, column: 1, length: key.count,
        snippet: snippet)
    }
  }

  /// Bytes that gzip makes of it.
  private func compressed(_ bytes: [UInt8]) throws -> Int {
    let folder = TestFolder()
    folder.write("report", bytes)
    let result = try run("/bin/sh", ["-c", "gzip -6 -c report | wc -c"], in: folder.path)
    return try #require(Int(result.output.trimmingCharacters(in: .whitespacesAndNewlines)))
  }

  @Test func `no more bytes than GitHub takes, and hardly fewer`() throws {
    var random = SeededGenerator(seed: 1)
    var reporter = ReportFormat.sarif.reporter(style: .plain)
    // Bytes that no compression makes less of, and that come again too late for gzip to remember them.
    let bytes = (0..<100_000).map { _ in UInt8.random(in: 1...0xFF, using: &random) }
    for number in 0..<5000 {
      let start = number * 2000 % 98_000
      _ = reporter.report(finding(at: Path(bytes[start..<(start + 2000)]), &random))
    }
    var summary = Summary()
    summary.findings = 5000
    let report = reporter.finish(Outcome(summary: summary, problems: [], rules: rules))
    let remark = try #require(reporter.remark)
    #expect(
      remark.wholeMatch(of: /the SARIF report holds the first [34],\d{3} of 5,000 findings: GitHub takes no more/)
        != nil, "\(remark)")
    let size = try compressed(report)
    #expect(size <= 10_000_000)
    #expect(size > 8_500_000)
    #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(report)) }
    #expect(String(decoding: report, as: UTF8.self).contains("\"\(remark.prefix(30))"))
  }

  @Test func `a report within the limits says nothing`() {
    var random = SeededGenerator(seed: 2)
    var reporter = ReportFormat.sarif.reporter(style: .plain)
    _ = reporter.report(finding(at: "a", &random))
    var summary = Summary()
    summary.findings = 1
    _ = reporter.finish(Outcome(summary: summary, problems: [], rules: rules))
    #expect(reporter.remark == nil)
  }

  @Test func `a thousand problems are listed, the others counted`() {
    var reporter = ReportFormat.sarif.reporter(style: .plain)
    let problems = (0..<1500).map { Problem(path: Path("f\($0)"), message: "cannot be read") }
    let report = String(
      decoding: reporter.finish(Outcome(summary: Summary(), problems: problems, rules: rules)), as: UTF8.self)
    #expect(report.components(separatedBy: "\"cannot be read\"").count == 1001)
    #expect(report.contains("\"and 500 more problems\""))
    #expect(report.contains("\"executionSuccessful\":false"))
  }
}
