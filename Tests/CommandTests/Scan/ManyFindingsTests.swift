// Inputs that are full of keys fill no memory, and their report says what is not listed.

import Foundation
import TestSupport
import Testing

struct ManyFindingsTests {
  private let folder = TestFolder()

  private func keys(_ count: Int, apart: String) -> String {
    (0..<count).map { _ in keyText() + apart }.joined()
  }

  @Test(arguments: [" ", "\n"])
  func `all are counted, of one input the first 10,000 are listed`(apart: String) throws {
    folder.write("in/a", keys(12_000, apart: apart))
    folder.write("in/b", keys(3, apart: apart))
    let report = try Report.scan("in", in: folder)
    #expect(report.status == 2)
    #expect(report.findings.count == 10_003)
    #expect(report.summary.findings == 12_003)
    #expect(
      report.problems.map(\.message) == [
        "12000 findings; the first 10000 are listed; standard input and --format jsonl list all"
      ])
  }

  @Test(arguments: [true, false])
  func `of one file in a history, too, and it is said once`(isPacked: Bool) throws {
    folder.git("init", "-q", "repo")
    folder.write("repo/a", keys(12_000, apart: "\n"))
    folder.write("repo/b", keys(3, apart: "\n"))
    folder.git("-C", "repo", "add", "-A")
    folder.git("-C", "repo", "commit", "-qm", "all")
    if isPacked { folder.git("-C", "repo", "repack", "-adq") }
    let report = try Report.scan("--history", "repo", in: folder)
    #expect(report.status == 2)
    #expect(report.findings.count == 10_003)
    #expect(report.summary.findings == 12_003)
    #expect(report.problems.map(\.path) == ["a"])
    #expect(report.problems.map(\.message) == ["12000 findings; the first 10000 are listed"])
    #expect(report.findings.prefix(10_000).map(\.line) == Array(1...10_000))
  }

  @Test func `a report has 100,000, the first ones, and counts the others`() throws {
    let text = keys(9000, apart: "\n")
    for number in 10..<22 { folder.write("in/\(number)", text) }
    let result = try run(
      "/usr/bin/timeout", ["120", hopxguardPath, "scan", "in", "--jobs", "8", "--format", "jsonl", "--quiet"],
      in: folder.path)
    let lines = result.output.split(separator: "\n")
    #expect(lines.count == 100_001)
    #expect(lines[99_999].contains("\"path\":\"in/21\",\"line\":1000,"))
    #expect(lines[100_000].contains("\"findings\":108000,"))
    #expect(result.errors == "problem: 8,000 more findings found than can be listed; scan fewer files at a time\n")
  }

  @Test func `a stream that is reported as it comes has no limit`() throws {
    let input = Array(keys(12_000, apart: " ").utf8)
    let lines = try hopxguard("scan", "-", "--format", "jsonl", in: folder, input: input)
    #expect(lines.status == 1)
    #expect(lines.output.split(separator: "\n").count == 12_001)
    #expect(lines.output.contains("\"findings\":12000,"))
    let whole = try Report.scan("-", in: folder, input: input)
    #expect(whole.findings.count == 10_000)
    #expect(whole.summary.findings == 12_000)
  }

  @Test func `snippets of keys side by side show none, wherever chunks end`() throws {
    // Three chunks, on one line and on many.
    for apart in [" ", "\n", "", String(repeating: "-", count: 70)] {
      let text = keys(9000, apart: apart)
      folder.write("in/a", text)
      let report = try Report.scan("in", in: folder)
      #expect(report.findings.count == 9000)
      let places = keyPlaces(in: Array(text.utf8)).map(\.lowerBound)
      if apart != "\n" { #expect(report.findings.map { $0.column - 1 } == places) }
      #expect(report.findings.allSatisfy { $0.snippet.contains("...") && $0.snippet.utf8.count <= 200 })
    }
  }

  @Test func `of two rules at one place each is reported once, however the stream is cut`() throws {
    folder.write(
      "r.toml",
      """
      [[rule]]
      id = "long"
      literal = "hopx_live_"
      pattern = '(?s)hopx_live_.{200}'
      """)
    let text = keyText() + String(repeating: "-", count: 400) + "\n"
    for cut in [66, 67, 150, 209, 210, 211, 260, 300, 409] {
      let script = "printf %s \"$1\"; sleep 0.05; printf '%s\\n' \"$2\""
      let command = "bash -c '\(script)' - \"$1\" \"$2\" | \"$0\" scan - --rules r.toml --format jsonl --quiet"
      let result = try run(
        "/usr/bin/timeout",
        ["20", "/bin/bash", "-c", command, hopxguardPath, String(text.prefix(cut)), String(text.dropFirst(cut))],
        in: folder.path)
      let rules = result.output.split(separator: "\n").dropLast().map { $0.prefix(26) }
      #expect(rules.count == 2, "cut at \(cut): \(result.output)")
    }
  }

  @Test func `problems by the thousand are told at once`() throws {
    let names = (0..<2_000).map { "gone-\($0)" }
    folder.write("list", names.joined(separator: "\n"))
    let result = try run(
      "/usr/bin/timeout", ["60", "/bin/sh", "-c", "xargs -n 5000 \"$0\" scan --quiet < list", hopxguardPath],
      in: folder.path)
    #expect(result.errors.split(separator: "\n").count == 2_000)
    #expect(result.errors.hasPrefix("problem: gone-0: cannot be read: "))
  }

  @Test func `rules by the thousand on a file of candidates`() throws {
    let rules = (0..<300).map { "[[rule]]\nid = 'r\($0)'\nliteral = 'aaa'\npattern = 'aaa'\n" }.joined()
    folder.write("r.toml", rules)
    folder.write("in/a", String(repeating: "a", count: 2000))
    let result = try run(
      "/usr/bin/timeout",
      [
        "60", "/bin/bash", "-c", "ulimit -v 2000000; exec \"$0\" scan in --rules r.toml --format jsonl --quiet",
        hopxguardPath,
      ],
      in: folder.path)
    #expect(result.output.contains("\"findings\":\(1998 * 300),"))
  }
}
