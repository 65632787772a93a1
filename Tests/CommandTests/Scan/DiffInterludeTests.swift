// What is outside of a diff's hunks: everything that git, diff and mail put there is read over or
// scanned, and anything else fails the scan with its line number, because it may be another kind of diff
// whose added lines were not looked at.

import Foundation
import TestSupport
import Testing

struct DiffInterludeTests {
  private let folder = TestFolder()
  private let key = keyText()
  private static let part = "diff --git a/x b/x\nindex 1111111..2222222 100644\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n"

  private func scan(_ diff: String) throws -> Report {
    try Report.of(["scan", "--diff", "-"], in: folder, input: Array(diff.utf8))
  }

  /// Each with the number of its line that fails the scan, and KEY where a key comes.
  @Test(arguments: [
    ("*** a/y\n--- b/y\n***************\n*** 1 ****\n! a\n--- 1 ----\n! KEY\n", 8),
    ("1c1\n< a\n---\n> KEY\n", 8),
    ("1c\nKEY\n.\n", 8),
    ("  --- a/y\n  +++ b/y\n  @@ -1 +1 @@\n  -a\n  +KEY\n", 8),
    ("\nProperty changes on: x\n___\nAdded: note\n## -0,0 +1 ##\n+KEY\n", 9),
    (" KEY\n", 8),
    ("+++ KEY\n", 8),
    ("--- KEY\n", 8),
    ("KEY\n", 8),
    ("GIT binary patch\nliteral 1\nIcmZPo\n\nKEY KEY\n", 12),
  ])
  func `anything else after a part of a unified diff fails with its line`(rest: String, line: Int) throws {
    let report = try scan(Self.part + rest.replacingOccurrences(of: "KEY", with: key))
    #expect(report.status == 2)
    #expect(report.problems.contains { $0.message.contains("line \(line)") }, "\(report.problems)")
  }

  @Test func `a context diff in front of a unified part is text, and is scanned`() throws {
    let report = try scan("*** a/y\n--- b/y\n***************\n*** 1 ****\n! a\n--- 1 ----\n! \(key)\n" + Self.part)
    #expect(report.places == ["<stdin>:7:3"])
  }

  @Test func `commit messages and mails are scanned at the diff's own lines`() throws {
    folder.git("init", "-q", "-b", "main")
    for (name, message) in [("a", "first"), ("b", "second with \(key)"), ("c", "third\n\n1c1\n< a\n---\n> b")] {
      folder.write(name, "\(name)\n")
      folder.git("add", ".")
      folder.git("commit", "-qm", message)
    }
    for arguments in [
      ["log", "-p"], ["log", "-p", "--oneline"], ["log", "-p", "--stat"],
      ["log", "-p", "--pretty=fuller", "--summary"],
      ["log", "-p", "--pretty=reference"], ["format-patch", "--stdout", "--root"], ["show", "HEAD", "HEAD^", "HEAD^^"],
    ] {
      let report = try scan(folder.git(arguments) + "\n")
      #expect(report.problems.isEmpty, "\(arguments)")
      #expect(report.findings.count == 1, "\(arguments)")
      #expect(report.findings.first?.path == "<stdin>", "\(arguments)")
    }
  }

  @Test func `several binary patches, submodules and unmerged files`() throws {
    folder.git("init", "-q", "-b", "main")
    for name in ["a", "b"] { folder.write(name, (0..<2000).map { UInt8(truncatingIfNeeded: $0 &* 7) }) }
    folder.git("add", ".")
    folder.git("commit", "-qm", "x")
    for name in ["a", "b"] { folder.git("rm", "-q", name) }
    folder.write("c", "clean\n")
    folder.git("add", "c")
    #expect(try scan(folder.git("diff", "--cached", "--binary") + "\n").status == 0)
    #expect(try scan(Self.part + "Submodule sub 1111111..2222222:\n  > a subject\n" + Self.part).status == 0)
    let unmerged = try scan(Self.part + "* Unmerged path y\n")
    #expect(unmerged.problems.map(\.path) == ["y"])
  }

  @Test(arguments: [
    "Only in b: y\n", "Index: y\n===================================================================\n",
    "diff -r 111111111111 -r 222222222222 y\n", "Common subdirectories: a/d and b/d\n",
    "\\ No newline at end of file\n", "\n",
    "-- \n2.39.5\n\n",
  ])
  func `what diff, svn, hg and git print between files is no obstacle`(between: String) throws {
    let report = try scan(Self.part + between + Self.part)
    #expect(report.problems.allSatisfy { $0.message.contains("diff -N") })
  }

  @Test func `every line of a text is scanned, however long`() throws {
    let long = String(repeating: "x", count: 100_000)
    #expect(try scan("\(long)\(key)\n\(key)\n" + Self.part).places == ["<stdin>:1:100001", "<stdin>:2:1"])
  }
}
