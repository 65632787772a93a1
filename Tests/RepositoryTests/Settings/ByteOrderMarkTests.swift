// A byte order mark of UTF-8, which some Windows editors write, changes nothing: not at the start of settings,
// of a baseline, of a rule file, and not where `allow` adds to settings.

import TestSupport
import Testing

struct ByteOrderMarkTests {
  private let folder = TestFolder()
  private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

  private func repository(_ text: String) -> String {
    folder.git("init", "-q", "repo")
    folder.write("repo/a", text)
    folder.git("-C", "repo", "add", "a")
    return folder.file("repo")
  }

  private func hopxguard(_ arguments: String..., in repository: String) throws -> CommandResult {
    try run(hopxguardPath, arguments, in: repository, environment: ["HOME": folder.path, "GIT_AUTHOR_NAME": "a"])
  }

  private func fingerprint(in repository: String) throws -> String {
    let found = try Report.of(["scan", repository]).findings
    return try #require(found.first).fingerprint
  }

  @Test(arguments: ["0", "f"], ["\n", "\r\n"])
  func `settings that allow adds to`(digit: String, end: String) throws {
    let repository = repository("k = \(keyText())\n")
    let entry = ["[[allow]]", "fingerprint = \"sha256:\(String(repeating: digit, count: 32))\"", "reason = \"x\"", ""]
    folder.write("repo/.hopxguard.toml", Self.mark + Array(entry.joined(separator: end).utf8))
    let name = try fingerprint(in: repository)
    let added = try hopxguard("allow", name, "--reason", "y", in: repository)
    #expect(added.status == 0, "\(added.errors)")
    let text = folder.read("repo/.hopxguard.toml")
    #expect(text.starts(with: Self.mark))
    #expect(!text.dropFirst(3).contains(0xEF))
    let scan = try hopxguard("scan", in: repository)
    #expect(scan.status == 0, "\(scan.errors)")
  }

  @Test func `an entry at the start that is renewed`() throws {
    let repository = repository("k = \(keyText())\n")
    let name = try fingerprint(in: repository)
    folder.write(
      "repo/.hopxguard.toml",
      Self.mark + Array("[[allow]]\nfingerprint = \"\(name)\"\nreason = \"x\"\nexpires = 2020-01-01\n".utf8))
    #expect(try hopxguard("allow", name, "--reason", "y", in: repository).status == 0)
    #expect(folder.read("repo/.hopxguard.toml").starts(with: Self.mark + Array("[[allow]]".utf8)))
    #expect(try hopxguard("scan", in: repository).status == 0)
  }

  @Test func `a baseline, read and written`() throws {
    let repository = repository("k = \(keyText())\n")
    #expect(try hopxguard("baseline", in: repository).status == 0)
    folder.write("repo/.hopxguard-baseline", Self.mark + folder.read("repo/.hopxguard-baseline"))
    #expect(try hopxguard("scan", in: repository).status == 0)
    #expect(try hopxguard("baseline", in: repository).status == 0)
    #expect(try hopxguard("scan", in: repository).status == 0)
  }

  @Test func `a rule file`() throws {
    let repository = repository("pin_abcdefghi\n")
    let rule = "[[rule]]\nid = 'pin'\nliteral = 'pin_'\npattern = 'pin_[a-z]{9}'\n"
    folder.write("rules.toml", Self.mark + Array(rule.utf8))
    #expect(try hopxguard("scan", "--rules", folder.file("rules.toml"), in: repository).status == 1)
  }
}
