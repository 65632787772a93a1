// Proves that what lint finds can be allowed by its fingerprint and by a baseline, and that a hook says which code it
// has not read.

import TestSupport
import Testing

struct LintAllowTests {
  private let folder = TestFolder()

  private func prepare() { folder.makeLintedRepository("app.py") }

  @Test func `allow finds the line of a fingerprint, and scan does not miss it`() throws {
    prepare()
    let report = try hopxguard("lint", in: folder)
    let name = try #require(report.output.split(separator: "\n").last { $0.contains("sha256:") })
      .split(separator: " ").last.map(String.init)
    let allow = try hopxguard("allow", try #require(name), "--reason", "shown once", "--by", "Ada", in: folder)
    #expect(allow.status == 0, "\(allow.errors)")
    #expect(!allow.errors.contains("note:"))
    #expect(String(decoding: folder.read(".hopxguard.toml"), as: UTF8.self).contains("rule = \"key-logged\""))
    #expect(try hopxguard("lint", in: folder).status == 0)
    #expect(try hopxguard("check", "--strict", in: folder).status == 0)
    #expect(try !hopxguard("scan", in: folder).errors.contains("warning"))
  }

  @Test func `a baseline takes the code that check reports`() throws {
    prepare()
    #expect(try hopxguard("check", "--strict", in: folder).status == 1)
    #expect(try hopxguard("baseline", in: folder).errors.contains("1 known finding, 1 added"))
    folder.git("add", ".")
    #expect(try hopxguard("check", "--strict", in: folder).status == 0)
    folder.write("new.py", "print(api_key)\n")
    #expect(try hopxguard("check", "--strict", in: folder).status == 1)
  }

  @Test func `the hook says which code it has not read`() throws {
    prepare()
    #expect(try hopxguard("hook", "install", in: folder).status == 0)
    folder.write("large.py", String(repeating: "x = 1\n", count: 1_500_000))
    folder.write("data.bin", String(repeating: "x = 1\n", count: 1_500_000))
    folder.git("add", ".")
    let result = try run(
      "/usr/bin/env", ["git", "commit", "-q", "-m", "large"], in: folder.path, environment: gitIdentity)
    #expect(result.status == 0)
    #expect(result.errors.contains("warning: large.py: not linted"), "\(result.errors)")
    #expect(!result.errors.contains("data.bin"))
  }
}
