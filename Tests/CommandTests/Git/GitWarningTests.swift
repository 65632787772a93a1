// What git warns of while it lists a working tree is a problem only if a file may have been missed.

import Foundation
import TestSupport
import Testing

struct GitWarningTests {
  private let folder = TestFolder()
  private let key = keyText()

  init() {
    folder.git("init", "-q", "repo")
    folder.write("repo/a", "x")
    folder.write("repo/closed/b", "x")
    folder.git("-C", "repo", "add", "a")
  }

  private func scan(_ command: String = ":", environment: [String: String] = [:]) throws -> Report {
    var words = ["/bin/bash", "-c", "\(command); exec '\(hopxguardPath)' scan --format json"]
    if getuid() == 0 {
      _ = try run("/bin/chown", ["-R", "65534", folder.path])
      words = ["/usr/bin/setpriv", "--reuid", "65534", "--clear-groups"] + words
    }
    let result = try run(
      words[0], Array(words.dropFirst()), in: folder.file("repo"),
      environment: ["GIT_CONFIG_NOSYSTEM": "1", "HOME": folder.path].merging(environment) { $1 })
    expectNoKey(in: result.outputBytes)
    return try Report.read(result)
  }

  @Test func `an ignore file of the user's that cannot be read takes nothing out of the list`() throws {
    folder.write("settings/git/ignore", "*.log\n")
    folder.write("repo/found.log", key)
    let report = try scan(
      "chmod 0 ../settings/git/ignore", environment: ["XDG_CONFIG_HOME": folder.file("settings")])
    #expect(report.problems.map(\.message) == [])
    #expect(report.status == 1)
    #expect(report.findings.map(\.path) == ["found.log"])
    // A link that leads to itself, and a line end in the name that git warns of.
    _ = try run("/bin/sh", ["-c", "mkdir -p 'odd; odd/git' && ln -s ignore 'odd; odd/git/ignore'"], in: folder.path)
    #expect(try scan(environment: ["XDG_CONFIG_HOME": folder.file("odd; odd")]).problems.map(\.message) == [])
  }

  @Test func `a folder that cannot be read is a problem`() throws {
    let report = try scan("chmod 0 closed")
    #expect(report.status == 2)
    #expect(report.problems.contains { $0.message.contains("closed") })
  }
}
