// A key that comes in where none is expected comes out nowhere.

import Foundation
import TestSupport
import Testing

struct LeakTests {
  private let folder = TestFolder()
  private let key = keyText()

  /// A rule that gives up on `bad`.
  private static let rule = """
    [[rule]]
    id = "acme"
    literal = "acme_"
    pattern = 'acme_(?<secret>(?:a+)+)(?![a-z!])'

    """
  private let bad = "acme_\(String(repeating: "a", count: 60))!"
  private let good = "acme_aaaaaaaaaaaa"

  /// That `arguments` name a problem at the redacted key and show no key; `hopxguard` checks that.
  private func expectProblem(_ arguments: [String]) throws {
    for format in ["json", "jsonl", "text"] {
      let result = try run(hopxguardPath, arguments + ["--format", format], in: folder.path)
      expectNoKey(in: result.outputBytes)
      expectNoKey(in: Array(result.errors.utf8))
      #expect(result.status == 2, "\(arguments) \(format)")
      let text = result.output + result.errors
      #expect(text.contains("\(key.prefix(15))..."), "\(arguments) \(format)")
    }
  }

  @Test func `an argument that cannot be read`() throws {
    try expectProblem(["scan", key])
    try expectProblem(["scan", "--all-files", "x/\(key)"])
    try expectProblem(["scan", "--history", key])
    try expectProblem(["scan", "--diff", key])
    try expectProblem(["gitignore", key])
    try expectProblem(["check", key])
    try expectProblem(["scan", "--rules", key])
    try expectProblem(["scan", "--output", "\(key)/x"])
  }

  @Test func `a revision that is none`() throws {
    folder.git("init", "-q")
    try expectProblem(["scan", "--range", "\(key)..HEAD"])
    try expectProblem(["scan", "--since", key])
    try expectProblem(["check", "--config", key])
  }

  @Test func `a repository that is called by a key`() throws {
    folder.makeFolder(key)
    folder.git("init", "-q", key)
    folder.write("\(key)/.git/objects/pack/pack-1.pack", "no pack")
    try expectProblem(["scan", "--history", key])
    try expectProblem(["scan", "--diff", key])
  }

  @Test func `a submodule that is called by a key`() throws {
    folder.git("init", "-q", "inner")
    folder.write("inner/a", keyText())
    folder.git("-C", "inner", "add", "a")
    folder.git("-C", "inner", "commit", "-qm", "a")
    folder.git("init", "-q", "outer")
    folder.makeFolder("outer/.git/modules")
    try FileManager.default.copyItem(
      atPath: folder.file("inner/.git"), toPath: folder.file("outer/.git/modules/\(key)"))
    let result = try hopxguard("scan", "--history", "outer", "--format", "jsonl", in: folder)
    #expect(result.output.contains("\"path\":\"\(key.prefix(15)).../a\""))
  }

  @Test func `rules from a file that is called by a key`() throws {
    folder.write("\(key).toml", Self.rule)
    for arguments in [["rules", "list", "--rules", "\(key).toml"], ["rules", "test", "\(key).toml"]] {
      let result = try run(hopxguardPath, arguments, in: folder.path)
      #expect(result.status == 0)
      expectNoKey(in: result.outputBytes)
      #expect(result.output.contains("\(key.prefix(15))..."))
    }
  }

  @Test func `the secrets of a user's rules are redacted wherever people look`() throws {
    folder.write("r.toml", Self.rule)
    folder.write("more.toml", "[[rule]]\nid = 'x'\ntitle = '\(good)'\nliteral = 'abc'\npattern = 'abc'\n")
    for arguments in [
      ["rules", "list", "--rules", "r.toml", "--rules", "more.toml"],
      ["scan", "--rules", "r.toml", "--quiet", good], ["scan", "--rules", "r.toml", "--rules", good],
    ] {
      let result = try run(hopxguardPath, arguments, in: folder.path)
      #expect(!(result.output + result.errors).contains("acme_aaaa"), "\(arguments)")
      #expect((result.output + result.errors).contains("acm..."), "\(arguments)")
    }
  }

  @Test func `a rule that gives up loses nothing and shows nothing`() throws {
    folder.write("r.toml", Self.rule)
    folder.write("in/a", "\(good) \(bad)\n\(good) \(key) \(good)\n")
    let report = try Report.scan("in", "--rules", "r.toml", in: folder)
    #expect(report.status == 2)
    #expect(report.places == ["in/a:1:1", "in/a:2:19"])
    #expect(report.findings.map(\.rule) == ["acme", "hopx-api-key"])
    #expect(report.findings.allSatisfy { !$0.snippet.contains("acme_aaa") })
    #expect(report.problems.map(\.path) == ["in/a"])
  }

  @Test func `a problem's path hides what a rule gave up on elsewhere`() throws {
    folder.write("r.toml", Self.rule)
    folder.write("in/\(good)", "\(bad)\n")
    for format in ["json", "text"] {
      let result = try hopxguard("scan", "in", "--rules", "r.toml", "--format", format, in: folder)
      #expect(result.status == 2)
      #expect(!(result.output + result.errors).contains("acme_aaa"))
      #expect((result.output + result.errors).contains("in/acm..."))
    }
  }

  @Test func `a file name that a rule gives up on is a problem`() throws {
    folder.write("r.toml", Self.rule)
    folder.write("in/\(bad)/one", "x")
    folder.write("in/\(bad)/two", "x")
    let report = try Report.scan("in", "--rules", "r.toml", in: folder)
    #expect(report.status == 2)
    #expect(!report.problems.isEmpty)
    #expect(Set(report.problems.map { "\($0.path)\($0.message)" }).count == report.problems.count)
    #expect(report.problems.allSatisfy { $0.message.contains("rule 'acme' gave up") && !$0.path.contains("acme_aaa") })
  }

  @Test func `a short match shows no more than half of itself`() throws {
    folder.write("r.toml", "[[rule]]\nid = 'a'\nliteral = 'abc'\npattern = 'abc'\nkeep = 8\n")
    folder.write("in/a", "abcabc abc\n")
    let report = try Report.scan("in", "--rules", "r.toml", in: folder)
    #expect(report.findings.map(\.secret) == ["a...", "a...", "a..."])
    #expect(report.findings.map(\.snippet) == ["a...a... a...", "a...a... a...", "a...a... a..."])
  }
}
