// `scan --diff` finds what a unified diff of any tool adds, with its file and line, and nothing else.

import Foundation
import TestSupport
import Testing

struct DiffScanTests {
  private let folder = TestFolder()
  private let key = keyText()

  private func scan(_ diff: String) throws -> Report {
    try Report.of(["scan", "--diff", "-"], in: folder, input: Array(diff.utf8))
  }

  /// A repository with a change of every kind, and diffs of it made by git itself.
  private func changed() {
    folder.git("init", "-q", "-b", "main")
    folder.write("edited", (1...20).map { "line \($0)" }.joined(separator: "\n") + "\n")
    folder.write("removed", "\(keyText())\n")
    folder.write("old name", (1...20).map { "row \($0)" }.joined(separator: "\n") + "\n")
    folder.git("add", ".")
    folder.git("commit", "-qm", "base")
    folder.write("edited", (1...20).map { $0 == 15 ? "\(key) here" : "line \($0)" }.joined(separator: "\n") + "\n")
    folder.git("rm", "-q", "removed")
    folder.git("mv", "old name", "new name")
    folder.write("new name", (1...20).map { "row \($0)" }.joined(separator: "\n") + "\n\(key)")
    folder.write("dir/ünïcode\t\"x\"", "\n\n\(key)\n")
    folder.write("b/inner", "\(key)\n")
    folder.git("add", "-A")
  }

  private let expected = ["b/inner:1:1", "dir/ünïcode\t\"x\":3:1", "edited:15:1", "new name:21:1"]

  @Test(arguments: [
    [], ["-M"], ["--no-renames"], ["--no-prefix", "-M"], ["--src-prefix=i/", "--dst-prefix=w/", "-M"],
    ["-U0", "-M"], ["-U100", "-M"], ["--full-index", "-M", "-C"], ["--function-context", "-M"],
    ["-c", "core.quotePath=false"], ["--stat", "-p", "-M"], ["--ignore-submodules", "--patience"],
  ])
  func `what git prints`(options: [String]) throws {
    changed()
    let settings = options.first == "-c" ? options : []
    let diff = folder.git(settings + ["diff", "--cached"] + (options.first == "-c" ? [] : options))
    let report = try scan(diff + "\n")
    #expect(report.places == expected)
    #expect(report.status == 1)
    #expect(report.problems.isEmpty)
    #expect(report.summary.files == (options.contains("--no-renames") ? 6 : 5))
  }

  @Test func `format-patch, with its message and its trailer`() throws {
    changed()
    folder.git("commit", "-qm", "subject\n\n--- not a header\n@@ nor that")
    let patch = folder.git("format-patch", "--stdout", "-1")
    #expect(try scan(patch).places == expected)
    let log = folder.git("log", "-p")
    #expect(try scan(log).findings.count == 5)
  }

  @Test func `diff -u and diff -ru`() throws {
    folder.write("one/a", "x\ny\n")
    folder.write("two/a", "x\n\(key)\ny\n")
    folder.write("two/b c", "\(key)")
    let diff = try run("/usr/bin/diff", ["-ruN", "one", "two"], in: folder.path).output
    #expect(try scan(diff).places == ["two/a:2:1", "two/b c:1:1"])
  }

  @Test func `CRLF line ends`() throws {
    changed()
    let diff = folder.git("diff", "--cached").replacingOccurrences(of: "\n", with: "\r\n") + "\r\n"
    #expect(try scan(diff).places == expected)
  }

  @Test func `a combined diff`() throws {
    folder.git("init", "-q", "-b", "main")
    folder.write("a", "1\n2\n3\n")
    folder.git("add", ".")
    folder.git("commit", "-qm", "x")
    folder.git("checkout", "-qb", "other")
    folder.write("a", "1\nother\n3\n")
    folder.git("commit", "-qam", "x")
    folder.git("checkout", "-q", "main")
    folder.write("a", "1\nmain\n3\n")
    folder.git("commit", "-qam", "x")
    _ = try run("/usr/bin/env", ["git", "-C", folder.path, "merge", "other"], environment: gitIdentity)
    folder.write("a", "1\n\(key)\n3\n\(key)\n")
    folder.git("commit", "-qam", "merge")
    for option in ["--cc", "-c"] {
      let diff = folder.git("show", option, "--format=")
      #expect(try scan(diff + "\n").places == ["a:2:1", "a:4:1"])
    }
  }

  @Test func `content that looks like a header is content`() throws {
    let diff = """
      --- a/x
      +++ b/x
      @@ -1,3 +1,5 @@
      --- a/fake
      -diff --git a/f b/f
      +++ b/fake \(key)
      +@@ -1 +1 @@
      ++++ \(key)
      +diff --git a/f b/f
      \u{20}end
      -- \n2.39
      """
    #expect(try scan(diff).places == ["x:1:11", "x:3:5"])
  }

  @Test func `removed lines and context add nothing`() throws {
    let diff = "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n \(key)\n-\(key)\n+clean\n"
    #expect(try scan(diff).status == 0)
  }

  @Test func `no newline at the end of the file`() throws {
    let diff =
      "--- x\n+++ x\n@@ -1 +1,2 @@\n-a\n\\ No newline at end of file\n+a\n+\(key)\n\\ No newline at end of file\n"
    #expect(try scan(diff).places == ["x:2:1"])
  }

  @Test func `binary parts are a problem, removed ones are not`() throws {
    folder.git("init", "-q")
    folder.write("gone", [0, 1, 2])
    folder.git("add", ".")
    folder.git("commit", "-qm", "x")
    folder.git("rm", "-q", "gone")
    #expect(try scan(folder.git("diff", "--cached", "--binary") + "\n").status == 0)
    #expect(try scan(folder.git("diff", "--cached") + "\n").status == 0)
    folder.write("bin", [0, 1] + Array(key.utf8))
    folder.write("text", key)
    folder.git("add", ".")
    for options in [["--binary"], []] {
      let report = try scan(folder.git(["diff", "--cached"] + options) + "\n")
      #expect(report.status == 2)
      #expect(report.problems.map(\.path) == ["bin"])
      #expect(report.places == ["text:1:1"])
    }
  }

  @Test(arguments: ["", "hello\n", "just\ntext\n+++ x\n", "@@ -1 +1 @@\n-a\n+b\n"])
  func `what is no diff is an error`(text: String) throws {
    let report = try scan(text)
    #expect(report.status == 2)
    #expect(report.problems.count == 1)
  }

  @Test func `a diff that is cut short is an error, and what was read is reported`() throws {
    let report = try scan("--- a/x\n+++ b/x\n@@ -1 +1,9 @@\n a\n+\(key)\n")
    #expect(report.status == 2)
    #expect(report.places == ["x:2:1"])
    #expect(report.problems[0].message.contains("cut short"))
  }

  @Test func `renames without a change, modes, empty files and key-named files`() throws {
    folder.git("init", "-q")
    folder.write("a", "x\n")
    folder.write("script", "x\n")
    folder.git("add", ".")
    folder.git("commit", "-qm", "x")
    folder.git("mv", "a", "\(key).txt")
    folder.git("update-index", "--chmod=+x", "script")
    folder.write("empty", "")
    folder.git("add", "empty")
    let report = try scan(folder.git("diff", "--cached", "-M") + "\n")
    #expect(report.findings.map(\.place) == ["file name"])
    #expect(report.summary.files == 3)
  }

  @Test func `from a file, with a summary of files and lines`() throws {
    changed()
    folder.write("change.patch", folder.git("diff", "--cached") + "\n")
    let result = try hopxguard("scan", "--diff", "change.patch", in: folder)
    #expect(result.status == 1)
    #expect(result.errors.contains("5 files, "))
    #expect(result.errors.contains(" added lines in "))
    #expect(try hopxguard("scan", "--diff", "gone.patch", in: folder).status == 2)
    #expect(try hopxguard("scan", "--diff", ".", in: folder).status == 2)
  }

  @Test func `a line of many megabytes`() throws {
    let long = String(repeating: "x", count: 3_000_000)
    #expect(try scan("--- a\n+++ a\n@@ -0,0 +1,2 @@\n+\(long)\(key)\n+\(key)\n").places == ["a:1:3000001", "a:2:1"])
    #expect(try scan("\(long)\n--- a\n+++ a\n@@ -1 +1 @@\n-\(long)\n+\(key)\n").places == ["a:1:1"])
  }

  @Test func `a merge of more parents than anybody makes`() throws {
    folder.git("init", "-q", "-b", "main")
    folder.write("a", "base\n")
    folder.git("add", ".")
    folder.git("commit", "-qm", "base")
    let tree = folder.git("rev-parse", "HEAD^{tree}")
    let parents = (0..<20).flatMap { ["-p", folder.git("commit-tree", tree, "-p", "HEAD", "-m", "\($0)")] }
    folder.write("a", "base\n\(key)\n")
    folder.git("add", "a")
    let merge = folder.git(["commit-tree", folder.git("write-tree")] + parents + ["-m", "merge"])
    #expect(try scan(folder.git("show", "-c", "--format=", merge) + "\n").places == ["a:2:1"])
  }

  @Test(arguments: [
    // Colour in part; words instead of lines; lines that the hunk's header does not count.
    "diff --git a/x b/x\n--- a/x\n+++ b/x\n\u{1B}[36m@@ -1 +1 @@\u{1B}[m\n-a\n+b\n",
    "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n  a {+b+}\n  c\n",
    "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n+c\n",
    "--- a/x\n+++ b/x\n@@ nonsense @@\n+b\n",
    // A file that is only named; a binary one whose name looks like a removal; an encoded mail.
    "Only in B: new\n--- A/x\n+++ B/x\n@@ -1 +1 @@\n-a\n+b\n",
    "Files A/y and B/y differ\n--- A/x\n+++ B/x\n@@ -1 +1 @@\n-a\n+b\n",
    "diff --git a/x and /dev/null b/x and /dev/null\nindex 1..2 100644\nBinary files a/x and /dev/null and b/x "
      + "and /dev/null differ\n",
    "Content-Transfer-Encoding: quoted-printable\n\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n",
  ])
  func `what cannot be read is named`(diff: String) throws {
    let report = try scan(diff)
    #expect(report.status == 2, "\(diff)")
    #expect(!report.problems.isEmpty)
  }
}
