// Workflow commands and the page of a step show findings, and text in them that wants to be more than text stays text.

import Foundation
import TestSupport
import Testing

struct GitHubReportTests {
  private let folder = TestFolder()
  private let key = keyText()

  /// The commands of an output, as GitHub's runner takes them apart.
  private func commands(_ output: String) throws -> [(name: String, properties: [String: String], message: String)] {
    try output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map { line in
      let match = try #require(line.wholeMatch(of: /::([a-z]+) ([^\n]*?)::([^\n]*)/), "\(line)")
      var properties: [String: String] = [:]
      for property in match.2.split(separator: ",") {
        let parts = property.split(separator: "=", maxSplits: 1)
        var value = String(parts[1])
        for (escape, character) in [("%2C", ","), ("%3A", ":"), ("%0A", "\n"), ("%0D", "\r"), ("%25", "%")] {
          value = value.replacingOccurrences(of: escape, with: character)
        }
        properties[String(parts[0])] = value
      }
      return (String(match.1), properties, String(match.3))
    }
  }

  @Test func `names that look like commands stay names`() throws {
    let names = [
      "::error::x", "a,line=7::b", "%0A::warning::y", "c%25", "d\n::stop-commands::z", "##[error]e", "f\u{1B}[2J",
    ]
    for name in names { folder.write("in/\(name)", key) }
    let result = try hopxguard("scan", "in", "--format", "github", in: folder)
    let all = try commands(result.output)
    #expect(all.count == names.count + 1)
    let shown = names.map {
      "in/"
        + $0.replacingOccurrences(of: "\n", with: "\\n").replacingOccurrences(of: "\u{1B}", with: "\\x1b")
        .replacingOccurrences(of: "##[", with: "#\\x23[")
    }
    #expect(Set(all.dropLast().map { $0.properties["file"]! }) == Set(shown))
    #expect(all.dropLast().allSatisfy { $0.name == "error" && $0.properties["line"] == "1" })
    #expect(all.last!.name == "notice")
    #expect(all.last!.message.hasPrefix("7 findings in 7 files; scanned: 7 files"))
  }

  @Test func `text on a terminal of GitHub's begins no line with a command`() throws {
    folder.write("::stop-commands::x", key)
    folder.write("::error::y", "\(key)\n")
    let result = try hopxguard("scan", in: folder)
    #expect(result.status == 1)
    #expect(!result.output.split(separator: "\n").contains { $0.drop { $0 == " " }.hasPrefix("::") })
  }

  @Test func `the page of the step is added to`() throws {
    folder.write("page.md", "before\n")
    folder.write("in/a|b`<img src=x>[l](u)*_.txt", key)
    let result = try hopxguard(
      "scan", "in", "--format", "github", in: folder, environment: ["GITHUB_STEP_SUMMARY": folder.file("page.md")])
    #expect(result.status == 1)
    let page = String(decoding: folder.read("page.md"), as: UTF8.self)
    expectNoKey(in: Array(page.utf8))
    #expect(page.hasPrefix("before\n### hopxguard\n"))
    let row = try #require(page.split(separator: "\n").last { $0.hasPrefix("|") })
    #expect(row.filter { $0 == "|" }.count == 6)
    #expect(!row.contains("`") && !row.contains("<img") && !row.contains("[") && !row.contains("*"))
    #expect(row.contains("in/a&#124;b&#96;&#60;img src&#61;x&#62;&#91;l&#93;(u)&#42;&#95;.txt"))
  }

  @Test func `a page with more rows than GitHub takes is cut`() throws {
    folder.write("in/a", (0..<700).map { _ in keyText() + "\n" }.joined())
    let page = folder.file("page.md")
    #expect(
      try hopxguard("scan", "in", "--format", "github", in: folder, environment: ["GITHUB_STEP_SUMMARY": page]).status
        == 1)
    let text = String(decoding: folder.read("page.md"), as: UTF8.self)
    #expect(text.contains("\nAnd 200 more.\n"))
    #expect(text.utf8.count < 1 << 20)
  }

  @Test func `without a page, or without this format, nothing is added`() throws {
    folder.write("in/a", key)
    let page = folder.file("page.md")
    #expect(
      try hopxguard("scan", "in", "--format", "github", in: folder, environment: ["GITHUB_STEP_SUMMARY": ""]).status
        == 1)
    #expect(try hopxguard("scan", "in", in: folder, environment: ["GITHUB_STEP_SUMMARY": page]).status == 1)
    #expect(!FileManager.default.fileExists(atPath: page))
    let failed = try hopxguard(
      "scan", "in", "--format", "github", in: folder, environment: ["GITHUB_STEP_SUMMARY": "/absent/page"])
    #expect(failed.status == 2)
    #expect(failed.errors.contains("GITHUB_STEP_SUMMARY"))
    #expect(failed.output.contains("::error "))
  }
}
