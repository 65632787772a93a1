// An error says which input it is about, what happened, and what to do now.

import Foundation
import TestSupport
import Testing

struct ErrorTextTests {
  private let folder = TestFolder()

  @Test(
    arguments: [
      (["scan", "--staged"], "not in a git repository: go to one"),
      (["scan", "--history"], ".: is in no git repository: name one"),
      (["scan", "--allow-from", "x"], "--allow-from x: not in a git repository: go to one"),
      (["scan", "--baseline", "gone"], "gone: there is no such baseline; hopxguard baseline writes one"),
      (["check"], ".: not in a git repository: go to one"),
      (["baseline"], "not in a git repository: go to one"),
      (
        ["hook", "install"],
        "not in a git repository: go to one; `hopxguard hook install --global` is for those that are created "
          + "from now on\n"
      ),
      (["hook", "status"], "not in a git repository: go to one\n"),
      (["allow", "x", "--reason", "y"], "like the last line of a finding"),
      (["redact", "--in-place"], "as in: hopxguard redact --in-place app.log"),
    ] as [([String], String)])
  func `outside of a repository`(arguments: [String], words: String) throws {
    let result = try run(hopxguardPath, arguments, in: folder.path)
    #expect(result.status == 2)
    #expect(result.errors.contains(words), "\(result.errors)")
  }

  @Test(
    arguments: [
      (
        ["scan", "--range", "gone..HEAD"],
        "bad revision 'gone..HEAD': there is no such commit here; check the spelling, or get it with git fetch"
      ),
      (
        ["scan", "--allow-from", "gone"],
        "--allow-from gone: there is no such commit here; check the spelling, or get it with git fetch"
      ),
      (["baseline", "--prune"], "there is no baseline to prune; leave out --prune to write one"),
    ] as [([String], String)])
  func `in a repository`(arguments: [String], words: String) throws {
    folder.git("init", "-q")
    let result = try run(hopxguardPath, arguments, in: folder.path)
    #expect(result.status == 2)
    #expect(result.errors.contains(words), "\(result.errors)")
  }

  @Test func `a command that is not there`() throws {
    let result = try run(hopxguardPath, ["run", "no-such-command"], in: folder.path)
    #expect(result.status == 127)
    #expect(
      result.errors
        == "hopxguard: no-such-command: cannot be run: No such file or directory; is it installed, and in PATH?\n")
  }

  @Test(
    arguments: [
      (["scna"], "hopxguard: unknown command 'scna'; did you mean 'scan'?"),
      (["hook", "instal"], "hopxguard: unknown command 'instal'; did you mean 'install'?"),
      (["help", "gitignroe"], "hopxguard: unknown command 'gitignroe'; did you mean 'gitignore'?"),
      (["rules", "foo"], "hopxguard: unknown command 'foo'; known: convert, export, list, test"),
      (
        ["help", "\u{1b}[31m"],
        "hopxguard: unknown command '\\x1b[31m'; known: agent, allow, audit, baseline, check, gitignore, hook, lint, "
          + "redact, rotate, rules, run, scan, verify"
      ),
    ] as [([String], String)])
  func `a misspelt command`(arguments: [String], words: String) throws {
    let result = try run(hopxguardPath, arguments, in: folder.path)
    #expect(result.status == 2)
    #expect(result.output.isEmpty)
    #expect(result.errors.contains(words) && !result.errors.contains("\u{1b}"), "\(result.errors)")
    let key = try run(hopxguardPath, [keyText()], in: folder.path)
    #expect(key.status == 2)
    expectNoKey(in: Array(key.errors.utf8))
  }

  @Test(arguments: [
    ["scan", "--no-such-option"], ["scan", "--jobs", "0"], ["scan", "--staged", "src"], ["allow"], ["run"],
    ["scan", "--format", "pdf"], ["redact", "--check", "--in-place", "x"], ["rules", "list", "x"],
  ])
  func `a usage error has the prefix of every other error`(arguments: [String]) throws {
    let result = try run(hopxguardPath, arguments, in: folder.path)
    #expect(result.status == 2)
    #expect(result.errors.hasPrefix("hopxguard: "), "\(result.errors)")
    #expect(!result.errors.contains("Error: "), "\(result.errors)")
  }

  @Test(arguments: [
    "", "scan", "redact", "run", "gitignore", "check", "hook", "hook install", "hook status", "hook run", "allow",
    "baseline", "rules", "rules list", "rules test",
  ])
  func `help fits a terminal, and every command's has an example`(command: String) throws {
    let words = command.split(separator: " ").map(String.init)
    let help = try run(hopxguardPath, words + ["--help"], in: folder.path).output
    #expect(help.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(help)")
    if words.count < 2 { #expect(help.contains("\nExamples:\n  hopxguard") || help.contains("| hopxguard")) }
  }
}
