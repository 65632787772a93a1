// What the command line itself says: no command, half a command, help and the man page.

import Foundation
import TestSupport
import Testing

struct CommandLineTests {
  private let folder = TestFolder()

  @Test(arguments: [[], ["hook"]])
  func `without a command nothing is clean`(arguments: [String]) throws {
    let bare = try run(hopxguardPath, arguments)
    #expect(bare.status == 2)
    #expect(bare.output.isEmpty)
    let help = try run(hopxguardPath, arguments + ["--help"])
    #expect(help.status == 0)
    #expect(help.errors.isEmpty)
    #expect(bare.errors == help.output)
  }

  @Test(
    arguments: [
      (["scna"], "See 'hopxguard --help'."), (["hook", "instal"], "See 'hopxguard hook --help'."),
      (["help", "hook", "instal"], "See 'hopxguard hook --help'."),
      (["rules", "tets"], "See 'hopxguard rules --help'."),
    ] as [([String], String)])
  func `a misspelt command refers to the help that has the right one`(arguments: [String], words: String) throws {
    let result = try run(hopxguardPath, arguments)
    #expect(result.status == 2)
    #expect(result.errors.contains(words), "\(result.errors)")
  }

  @Test func `values have names, and the man page lists what they may be`() throws {
    for command in ["scan", "check", "gitignore"] {
      let help = try run(hopxguardPath, [command, "--help"]).output
      #expect(help.contains("--output <file>"))
      #expect(help.contains("--color <when>"))
    }
    let script =
      projectPath + "/scripts/manual"
    let page = """
      .It Fl -format Ar format[=file]...
      What the report looks like.
      .It Fl -quiet
      No summary.
      .It Fl -color Ar when
      Whether to use colour.
      .It Fl -rsyslog Ar module
      Speak.

      """
    let manual = try run(script, ["binary=\(hopxguardPath)"], input: Array(page.utf8)).output
    #expect(
      manual == """
        .It Fl \\-format Ar format[=file]...
        What the report looks like. (values: text, json, jsonl, sarif, gitlab, junit, github)
        .It Fl \\-quiet
        No summary.
        .It Fl \\-color Ar when
        Whether to use colour. (values: auto, always, never; default: auto)
        .It Fl \\-rsyslog Ar module
        Speak. (values: omprog, mmexternal)

        """)
  }

  @Test func `a note is given once`() throws {
    let other = TestFolder()
    for place in [folder, other] {
      place.git("init", "-q")
      place.write("x", "x")
    }
    let result = try hopxguard("scan", folder.path, other.path, in: folder)
    #expect(result.status == 0)
    #expect(result.errors.components(separatedBy: "the paths are in several places").count == 2, "\(result.errors)")
  }
}
