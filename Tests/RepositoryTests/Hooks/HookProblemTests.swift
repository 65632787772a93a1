// What a hook says of files that it cannot read is a way out that works.

import Foundation
import TestSupport
import Testing

struct HookProblemTests {
  private let folder = TestFolder()

  init() throws {
    folder.git("init", "-q", "-b", "main")
    #expect(try hopxguard("hook", "install", in: folder).status == 0)
  }

  private func commit() throws -> CommandResult {
    let result = try run("/usr/bin/env", ["git", "-C", folder.path, "commit", "-qm", "x"], environment: gitIdentity)
    expectNoKey(in: Array(result.errors.utf8))
    return result
  }

  private func encrypt(_ name: String, _ text: String) throws {
    folder.write("plain/a.txt", text)
    folder.makeFolder("deploy")
    let made = try run(
      "/usr/bin/env", ["7zz", "a", "-bso0", "-tzip", "-psecret", folder.file(name), folder.file("plain/a.txt")])
    #expect(made.status == 0, "\(made.output)")
    try FileManager.default.removeItem(atPath: folder.file("plain"))
  }

  /// The settings that a hook prints.
  private func settings(in text: String) -> String {
    let lines = text.split(separator: "\n").drop { $0 != "  [scan]" }.prefix(2)
    return lines.joined(separator: "\n") + "\n"
  }

  @Test(arguments: ["deploy/enc.zip", "deploy/a \"b\" \\ *.zip"])
  func `an encrypted archive stops a commit until the printed settings name it`(name: String) throws {
    try encrypt(name, keyText())
    folder.write("src.py", "x")
    folder.git("add", ".")
    let stopped = try commit()
    #expect(stopped.status != 0)
    #expect(stopped.errors.contains("not everything could be scanned, so nothing is committed"))
    let printed = settings(in: stopped.errors)
    #expect(printed.contains("skip = ["), "\(stopped.errors)")
    folder.write(".hopxguard.toml", printed)
    let passed = try commit()
    #expect(passed.status == 0, "\(passed.errors)")
    #expect(passed.errors.contains("1 path skipped"))
    // What else the commit adds is scanned.
    folder.write("src.py", keyText())
    folder.git("add", "src.py")
    #expect(try commit().status == 1)
  }

  @Test func `an archive in an archive is named by the outer one`() throws {
    try encrypt("inner.zip", "x")
    _ = try run("/usr/bin/env", ["tar", "-C", folder.path, "-czf", folder.file("outer.tgz"), "inner.zip"])
    folder.git("add", "outer.tgz")
    let stopped = try commit()
    #expect(stopped.errors.contains("skip = [\"outer.tgz\"]"), "\(stopped.errors)")
  }

  @Test func `where no file is to blame no setting is named`() throws {
    folder.git("add", ".")
    let result = try hopxguard("hook", "run", "commit-msg", "--", "hook", "gone", in: folder)
    #expect(result.status == 2)
    #expect(!result.errors.contains("skip ="), "\(result.errors)")
  }
}
