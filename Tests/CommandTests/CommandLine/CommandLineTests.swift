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
        What the report looks like. (values: text, json, jsonl, sarif, gitlab, junit, github, html)
        .It Fl \\-quiet
        No summary.
        .It Fl \\-color Ar when
        Whether to use colour. (values: auto, always, never; default: auto)
        .It Fl \\-rsyslog Ar module
        Speak. (values: omprog, mmexternal)

        """)
  }

  @Test(arguments: ["-V", "-v", "--version"]) func `the version has a short option`(option: String) throws {
    let result = try hopxguard(option)
    #expect(result.status == 0)
    #expect(result.output.hasPrefix("hopxguard "))
    #expect(result.output == (try hopxguard("--version")).output)
  }

  @Test func `-q and -v of a scan are --quiet and --verbose`() throws {
    folder.write("a", "key = \(keyText())\n")
    let quiet = try hopxguard("scan", "-q", in: folder)
    #expect(quiet.status == 1)
    #expect(quiet.errors.isEmpty)
    #expect(!quiet.output.isEmpty)
    let verbose = try hopxguard("scan", "-v", in: folder)
    #expect(verbose.errors.contains("format = \"text\"    default"), "\(verbose.errors)")
  }

  @Test(arguments: ["https://example.com/x.git", "git@example.com:x/y.git", "ssh://example.com/x", "s3://bucket/x"])
  func `an address is no path, and the error says what to do`(address: String) throws {
    let result = try hopxguard("scan", address)
    #expect(result.status == 2)
    #expect(result.errors.contains("git clone \(address) DIRECTORY && hopxguard scan --history DIRECTORY"))
  }

  @Test func `a range without a start says that it is all history`() throws {
    folder.git("init", "-q", "-b", "main")
    folder.write("a", "x\n")
    folder.git("add", ".")
    folder.git("commit", "-qm", "one")
    let whole = try hopxguard("scan", "--range", "main", in: folder)
    #expect(whole.status == 0)
    #expect(whole.errors.contains("note: --range main has no '..', so all history up to main was scanned"))
    #expect(whole.errors.contains("--range main..BRANCH"))
    for range in ["main..HEAD", "main^!"] {
      #expect(!(try hopxguard("scan", "--range", range, in: folder)).errors.contains("note:"), "\(range)")
    }
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
