// `[[allow]]`, `hopxguard allow` and `--no-allow`: what is allowed passes and is counted, until its day, and nothing
// else
// passes.

import Foundation
import TestSupport
import Testing

struct AllowTests {
  private let repository = AllowRepository()
  private var folder: TestFolder { repository.folder }

  // MARK: Entries

  @Test func `allow, then the scan is clean; over, and it fails again`() throws {
    let name = try repository.fingerprint()
    #expect(try hopxguard("scan", in: folder).status == 1)
    let allowed = try hopxguard("allow", name, "--reason", "the \"example\"", "--expires", "2999-12-31", in: folder)
    #expect(allowed.status == 0, "\(allowed.errors)")
    let text = String(decoding: folder.read(".hopxguard.toml"), as: UTF8.self)
    #expect(
      text == """
        [[allow]]
        fingerprint = "\(name)"
        reason = "the \\"example\\""
        by = "Ada Lovelace <ada@example.com>"
        expires = 2999-12-31

        """)
    let clean = try hopxguard("scan", in: folder)
    #expect(clean.status == 0)
    #expect(clean.errors.contains("No findings, 1 allowed (1 by fingerprint)"))

    repository.settings(text.replacingOccurrences(of: "2999-12-31", with: "2020-02-29"))
    let over = try hopxguard("scan", in: folder)
    #expect(over.status == 1)
    #expect(over.errors.contains("warning: .hopxguard.toml:1: \(name) was allowed until 2020-02-29"))
  }

  @Test func `an entry allows by path, by rule, and by all that it names`() throws {
    let name = try repository.fingerprint()
    let other = try repository.fingerprint(of: keyText())
    for (lines, kind) in [
      (["path = 'src/**'"], "path"), (["path = 'src'"], "path"), (["path = '**/*.py'"], "path"),
      (["rule = 'hopx-api-key'"], "rule"), (["path = 'src/app.py'", "rule = 'hopx-api-key'"], "path"),
      (["fingerprint = '\(name)'", "path = 'src'"], "fingerprint"),
      (["path = '*.py'"], nil), (["path = 'src/*.js'"], nil), (["rule = 'another'"], nil),
      (["fingerprint = '\(other)'", "path = 'src'"], nil), (["fingerprint = '\(name)'", "path = 'lib'"], nil),
    ] as [([String], String?)] {
      repository.settings("[[allow]]\n\(lines.joined(separator: "\n"))\nreason = 'x'\n")
      let summary = try Exceptions.of("scan", in: folder).summary
      #expect(summary.allowedBy == kind.map { [$0: 1] }, "\(lines)")
      #expect(summary.findings == (kind == nil ? 1 : 0), "\(lines)")
    }
  }

  @Test func `no-allow ignores the list, comments and the baseline`() throws {
    folder.write("b", "\(keyText()) hopxguard:allow x\n")
    folder.write("c", keyText())
    #expect(try hopxguard("baseline", in: folder).status == 0)
    repository.settings("[scan]\nbaseline = '.hopxguard-baseline'\n" + repository.entry("path = 'src'"))
    #expect(try Exceptions.of("scan", in: folder).summary.allowedBy == ["path": 1, "inline": 1, "baseline": 1])
    let all = try Exceptions.of("scan", "--no-allow", in: folder).summary
    #expect(all.findings == 3)
    #expect(all.allowed == 0)
    #expect(try Exceptions.of("scan", in: folder, environment: ["HOPXGUARD_NO_ALLOW": "1"]).summary.findings == 3)
  }

  @Test func `an entry that allows nothing is reported where that can be known`() throws {
    let other = try repository.fingerprint(of: keyText())
    repository.settings(repository.entry("path = 'src'") + repository.entry("fingerprint = '\(other)'"))
    for arguments in [["scan"], ["scan", "."], ["check"], ["scan", "--history"]] {
      let result = try run(hopxguardPath, arguments, in: folder.path)
      #expect(
        result.errors.contains("warning: .hopxguard.toml:4: \(other) is allowed but was not found"), "\(arguments)")
    }
    for arguments in [["scan", "src"], ["scan", "--staged"], ["scan", "-"]] {
      #expect(!(try run(hopxguardPath, arguments, in: folder.path)).errors.contains("warning:"), "\(arguments)")
    }
    let warnings = try Exceptions.of("scan", in: folder).warnings ?? []
    #expect(warnings.map(\.line) == [4])
  }

  // MARK: The command

  @Test func `entries are sorted by fingerprint, and every other byte stays`() throws {
    let names = [1, 5, 9].map { "sha256:" + String(repeating: "\($0)", count: 32) }
    let text = """
      # top
      [scan]
      skip = ["vendor/**"]   # theirs

      # the first
      [[allow]]
      fingerprint = "\(names[0])"   # one
      reason = '''
      long'''

      # the last
      # of two lines
      [[allow]]
      fingerprint = "\(names[2])"
      reason = "x"
      [[gitignore]]
      pattern = "*.pem"
      reason = "y"
      """
    repository.settings(text)
    #expect(try hopxguard("allow", names[1], "--reason", "mid", "--by", "Bob", in: folder).status == 0)
    let added = "[[allow]]\nfingerprint = \"\(names[1])\"\nreason = \"mid\"\nby = \"Bob\"\n\n"
    let expected = text.replacingOccurrences(of: "# the last\n", with: added + "# the last\n") + "\n"
    #expect(String(decoding: folder.read(".hopxguard.toml"), as: UTF8.self) == expected)

    let last = "sha256:" + String(repeating: "a", count: 32)
    #expect(try hopxguard("allow", last, "--reason", "end", "--by", "Bob", in: folder).status == 0)
    let after = String(decoding: folder.read(".hopxguard.toml"), as: UTF8.self)
    #expect(
      after
        == expected.replacingOccurrences(
          of: "[[gitignore]]",
          with: "\n[[allow]]\nfingerprint = \"\(last)\"\nreason = \"end\"\nby = \"Bob\"\n\n[[gitignore]]"))
  }

  @Test func `a file of Windows keeps its line ends`() throws {
    repository.settings("# x\r\n[scan]\r\njobs = 1\r\n")
    let name = try repository.fingerprint()
    #expect(try hopxguard("allow", name, "--reason", "x", "--by", "B", in: folder).status == 0)
    let text = String(decoding: folder.read(".hopxguard.toml"), as: UTF8.self)
    #expect(
      text
        == "# x\r\n[scan]\r\njobs = 1\r\n\r\n[[allow]]\r\nfingerprint = \"\(name)\"\r\nreason = \"x\"\r\nby = \"B\"\r\n"
    )
  }

  @Test func `what is no fingerprint is refused, and never shown`() throws {
    let result = try hopxguard("allow", repository.key, "--reason", "x", in: folder)
    #expect(result.status == 2)
    #expect(result.errors.contains(try repository.fingerprint()))
    #expect(!result.errors.contains(repository.key.suffix(20)))
    for text in ["sha256:12", "secret-half-of-a-key", "sha256:" + String(repeating: "G", count: 32)] {
      let other = try hopxguard("allow", text, "--reason", "x", in: folder)
      #expect(other.status == 2)
      #expect(!other.errors.contains(text))
      #expect(other.errors.contains("32 hex digits"))
    }
    #expect(folder.read(".hopxguard.toml").isEmpty)
  }

  @Test func `what would not be a sound entry is refused, and the file stays`() throws {
    let name = try repository.fingerprint()
    let sound = repository.entry("fingerprint = '\(name)'")
    let other = try repository.fingerprint(of: keyText())
    for (text, arguments, part) in [
      (sound, [name, "--reason", "x"], ".hopxguard.toml:1: already allowed"),
      (sound, [other, "--reason", " "], "--reason is empty"),
      (sound, [other, "--reason", "see \(repository.key)"], "--reason contains a key"),
      (sound, [other, "--reason", "x", "--expires", "2020-01-01"], "this day is in the past"),
      (sound, [other, "--reason", "x", "--expires", "2027-02-30"], "--expires takes a date"),
      (sound, [other, "--reason", "x", "--expires", "2999-01-01\n[scan]"], "--expires takes a date"),
      (sound, [other, "--reason", "x", "--by", ""], "--by is empty"),
      ("[[allow]\n", [other, "--reason", "x"], ".hopxguard.toml:1: "),
      ("allow = [{fingerprint = '\(name)', reason = 'x'}]\n", [other, "--reason", "x"], "under [[allow]]"),
    ] {
      repository.settings(text)
      let result = try run(hopxguardPath, ["allow"] + arguments, in: folder.path)
      #expect(result.status == 2, "\(arguments)")
      #expect(result.errors.contains(part), "\(result.errors)")
      expectNoKey(in: Array(result.errors.utf8))
      #expect(folder.read(".hopxguard.toml") == Array(text.utf8))
    }
    #expect(symlink("/etc/hostname", folder.file("link.toml")) == 0)
    #expect(try hopxguard("allow", name, "--reason", "x", "--config", "link.toml", in: folder).status == 2)
    #expect(try hopxguard("allow", name, "--reason", "x", in: TestFolder()).errors.contains("not in a git repository"))
  }

  // MARK: Comments

  @Test func `a comment on the line or the line before allows, with a reason`() throws {
    let key = repository.key
    let wide = Array("k = '\(key)' # hopxguard:allow wide\r\n".utf16).flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    for (text, isAllowed) in [
      ("k = '\(key)' # hopxguard:allow the docs' example\n", true),
      ("/* hopxguard:allow example */ k = '\(key)'\n", true),
      ("# hopxguard:allow-next-line example\nk = '\(key)'\n", true),
      ("// hopxguard:allow-next-line example\r\nk = '\(key)'\r\n", true),
      ("k = '\(key)' # hopxguard:allow\n", false),
      ("k = '\(key)' <!-- hopxguard:allow -->\n", false),
      ("/* hopxguard:allow*/ k = '\(key)'\n", false),
      ("# hopxguard:allow-next-line\nk = '\(key)'\n", false),
      ("# hopxguard:allow example\nk = '\(key)'\n", false),
      ("k = '\(key)' # hopxguard:allow-next-line example\n", false),
      ("# hopxguard:allow-next-line example\n\nk = '\(key)'\n", false),
      ("k = '\(key)' # hopxguard:allowed example\n", false),
      ("k = '\(key)'\n# hopxguard:allow example\n", false),
    ] {
      folder.write("src/app.py", text)
      #expect(try hopxguard("scan", "src", in: folder).status == (isAllowed ? 0 : 1), "\(text.prefix(30))")
      // However the input is cut.
      folder.write(
        "src/app.py",
        String(repeating: String(repeating: "x", count: 99) + "\n", count: 2621) + String(repeating: "y", count: 30)
          + "\n" + text)
      #expect(try hopxguard("scan", "src", in: folder).status == (isAllowed ? 0 : 1), "cut: \(text.prefix(30))")
    }
    folder.write("src/app.py", wide)
    #expect(try hopxguard("scan", "src", in: folder).status == 0)
    folder.write("src/app.py", "'\(key)'\(String(repeating: " ", count: 1024))# hopxguard:allow too far\n")
    #expect(try hopxguard("scan", "src", in: folder).status == 1)
  }

  @Test func `a comment without a reason is told`() throws {
    folder.write("src/app.py", "\n\(repository.key) hopxguard:allow\n")
    let warnings = try Exceptions.of("scan", in: folder).warnings ?? []
    #expect(warnings.count == 1)
    #expect(warnings[0].path == "src/app.py")
    #expect(warnings[0].line == 2)
    #expect(warnings[0].message.contains("has no reason"))
  }

  @Test func `a comment allows in a stream, a change and a history, not in a message or a name`() throws {
    let text = "\(repository.key) # hopxguard:allow example\n"
    #expect(try hopxguard("scan", "-", in: folder, input: Array(text.utf8)).status == 0)
    folder.write("src/app.py", text)
    folder.git("add", ".")
    #expect(try hopxguard("scan", "--staged", in: folder).status == 0)
    let fresh = AllowRepository()
    fresh.folder.write("new.py", "\(keyText()) # hopxguard:allow example\n")
    fresh.commit()
    #expect(try hopxguard("scan", "--range", "HEAD~1..HEAD", in: fresh.folder).status == 0)
    #expect(try Exceptions.of("scan", "--history", in: fresh.folder).summary.allowedBy == ["inline": 1])
    fresh.folder.git("commit", "-q", "--allow-empty", "-m", text)
    #expect(try hopxguard("scan", "--range", "HEAD~1..HEAD", in: fresh.folder).status == 1)
    fresh.folder.write("\(repository.key) hopxguard:allow example", "x")
    #expect(try hopxguard("scan", in: fresh.folder).status == 1)
  }
}
