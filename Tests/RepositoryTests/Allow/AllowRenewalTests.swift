// `hopxguard allow` renews the entry of a key that has expired, and writes no second one.

import Foundation
import TestSupport
import Testing

struct AllowRenewalTests {
  private let repository = AllowRepository()
  private var folder: TestFolder { repository.folder }
  private var text: String { String(decoding: folder.read(".hopxguard.toml"), as: UTF8.self) }

  private func allow(_ name: String, _ more: String...) throws -> CommandResult {
    let result = try run(
      hopxguardPath, ["allow", name, "--reason", "renewed", "--by", "Ada"] + more, in: folder.path)
    expectNoKey(in: Array(result.errors.utf8))
    return result
  }

  @Test(arguments: ["\n", "\r\n"])
  func `it is renewed in place, and every other byte stays`(end: String) throws {
    let name = try repository.fingerprint()
    let before = """
      # ours
      [scan]   # settings
      jobs = 2

      # the example
      [[allow]]
      reason   = "it's \\"old\\" # not a comment"  # why
        fingerprint = '\(name)'
      by = 'Bob'
      # until the next release
      expires = 2020-02-29   # a day

      [[allow]]
      path = "src/**"   # expires = 2020-01-01
      reason = "old"
      """.replacingOccurrences(of: "\n", with: end)
    folder.write(".hopxguard.toml", before)
    let result = try allow(name, "--expires", "2999-12-31")
    #expect(result.status == 0, "\(result.errors)")
    let wanted = before.replacingOccurrences(of: "\"it's \\\"old\\\" # not a comment\"", with: "\"renewed\"")
      .replacingOccurrences(of: "'Bob'", with: "\"Ada\"").replacingOccurrences(of: "2020-02-29", with: "2999-12-31")
    #expect(text == wanted)

    // It holds now, and says why.
    let again = try allow(name, "--expires", "2999-12-30")
    #expect(again.status == 2)
    #expect(
      again.errors.contains(
        ".hopxguard.toml:6: already allowed until 2999-12-31, for the reason 'renewed'; edit the entry to change it"
      ))
    #expect(text == wanted)
  }

  @Test func `a field comes and goes`() throws {
    let name = try repository.fingerprint()
    for (comment, rest) in [("", ""), ("  # once", "# once\n")] {
      repository.settings("[[allow]]\nfingerprint = '\(name)'\nexpires = 2020-01-01\(comment)\nreason = 'x'\n# end\n")
      #expect(try allow(name).status == 0)
      #expect(text == "[[allow]]\nfingerprint = '\(name)'\n\(rest)reason = \"renewed\"\nby = \"Ada\"\n# end\n")
      #expect(try hopxguard("scan", in: folder).status == 0)
    }
  }

  @Test func `one of another reach is left alone, and what cannot be changed safely is`() throws {
    let name = try repository.fingerprint()
    let other = "[[allow]]\nfingerprint = '\(name)'\npath = 'lib'\nexpires = 2020-01-01\nreason = 'x'\n"
    repository.settings(other)
    #expect(try allow(name).status == 0)
    #expect(text.contains(other))
    for broken in [
      "[[allow]]\nfingerprint = '\(name)'\nexpires = 2020-01-01\nreason = '''\nx\n'''\n",
      "[[allow]]\nfingerprint = '\(name)'\nexpires = 2020-01-01\n'reason' = 'x'\n",
      "allow = [{fingerprint = '\(name)', expires = 2020-01-01, reason = 'x'}]\n",
    ] {
      repository.settings(broken)
      let result = try allow(name)
      #expect(result.status == 2)
      #expect(result.errors.contains("by hand") || result.errors.contains(".hopxguard.toml:"), "\(result.errors)")
      #expect(text == broken)
    }
  }
}
