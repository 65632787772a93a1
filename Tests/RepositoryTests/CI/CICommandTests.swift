// No line that hopxguard prints holds a command that GitHub's runner or Azure's agent would take from scanned
// content: not from a snippet, a file's name, a commit, an argument or a problem, in no format.

import Foundation
import TestSupport
import Testing

struct CICommandTests {
  private let folder = TestFolder()

  /// What GitHub's runner and Azure's agent act on, and are not meant to.
  private func commands(in output: String) -> [String] {
    output.split(whereSeparator: { $0 == "\n" || $0 == "\r\n" || $0 == "\r" }).map(String.init).filter { line in
      let start = line.trimmingCharacters(in: .whitespaces)
      let isOurs = ["::error ", "::warning ", "::notice "].contains { line.hasPrefix($0) }
      return start.hasPrefix("::") && !isOurs || line.contains("##[") || line.lowercased().contains("##vso[")
    }
  }

  private func expectNone(_ result: CommandResult, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(commands(in: result.output) == [], sourceLocation: sourceLocation)
    #expect(commands(in: result.errors) == [], sourceLocation: sourceLocation)
  }

  private static let formats = ["text", "json", "jsonl", "sarif", "gitlab", "junit", "github"]
  private static let lines = [
    "::stop-commands::x ", " \t::add-path::x ", "\u{3000}\u{A0}::error::x ", "x ##[group]y ", "###[error]",
    "##vso[task.setvariable variable=PATH]/evil ", "##VSO[task.complete]",
  ]

  @Test(arguments: formats)
  func `content, names and problems`(format: String) throws {
    let text = Self.lines.map { "\($0)\(keyText()) \($0)" }.joined(separator: "\n")
    folder.write("in/a", text)
    folder.write(
      "in/wide",
      String(repeating: "漢", count: 90) + "##[error]" + keyText() + String(repeating: "漢", count: 60) + "##[error]")
    for (number, line) in Self.lines.enumerated() where !line.contains("/") {
      folder.write("in/\(line)\(number)", "k = \(keyText())\n")
      folder.write("in/\(line)\(number).gz", [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3] + Array(repeating: 0xFF, count: 20))
    }
    let result = try hopxguard("scan", "in", "--format", format, in: folder)
    #expect(result.status == 2)
    expectNone(result)
  }

  @Test(arguments: formats)
  func `commits, their authors and refs`(format: String) throws {
    folder.git("init", "-q", "repo")
    folder.write("repo/a", "::error::x \(keyText())\n")
    folder.git("-C", "repo", "add", "a")
    folder.git(
      "-C", "repo", "-c", "user.name=::error::x ##[group]", "-c", "user.email=##vso[x]", "commit", "-qm",
      "##[error] \(keyText())\n\n  ::warning::x \(keyText())")
    folder.git("-C", "repo", "branch", "##vso")
    for mode in [["--history"], ["--range", "HEAD"]] {
      let result = try run(
        hopxguardPath, ["scan", "--format", format] + mode, in: folder.file("repo"))
      #expect(result.status == 1)
      expectNone(result)
    }
  }

  @Test func `a reader of JSON gets what is there`() throws {
    folder.write("in/##[x]", "##vso[y] \(keyText())\n")
    let report = try Report.scan("in", in: folder)
    #expect(report.findings.first?.path == "in/##[x]")
    #expect(report.findings.first?.snippet.hasPrefix("##vso[y] ") == true)
  }

  @Test(arguments: [
    ["scan", "no\n::error::x"], ["scan", "##[error]"], ["##vso[x]"], ["scan", "--format", "\n  ::error::x"],
    ["hook", "##[x]"], ["scan", "--x\n::stop-commands::y"], ["allow", "##[error]", "--reason", "x"],
  ])
  func `arguments`(arguments: [String]) throws {
    let result = try run(hopxguardPath, arguments, in: folder.path)
    #expect(result.status == 2)
    expectNone(result)
  }

  @Test(arguments: [
    ["scan"], ["redact"], ["scan", "--config"], ["hook", "run"], ["scan", "--format"], ["rules"], [], ["scan", "--x"],
    ["run", "--"], ["scan", "--baseline"], ["gitignore"], ["scan", "--range"], ["scan", "--diff"],
  ])
  func `a key that an argument splits up is redacted`(arguments: [String]) throws {
    let key = keyText()
    for place in [30, 20, 60] {
      let text = "\(key.prefix(place))\\\n\(key.dropFirst(place))"
      let result = try run(hopxguardPath, arguments + [text], in: folder.path)
      #expect(result.status != 0)
      let shown = result.output + result.errors
      #expect(!shown.contains(key.suffix(20)), "\(shown)")
      #expect(!shown.contains(key.prefix(place).dropFirst(15)) || place < 24, "\(shown)")
    }
  }
}
