// `hopxguard baseline` accepts what a repository holds, stays small and mergeable while it lives on, and accepts
// nothing
// new.

import Foundation
import TestSupport
import Testing

struct BaselineTests {
  private let repository = AllowRepository()
  private var folder: TestFolder { repository.folder }

  private var lines: [String] {
    String(decoding: folder.read(".hopxguard-baseline"), as: UTF8.self).split(separator: "\n").map(String.init)
  }

  private func status(_ arguments: String...) throws -> Int32 {
    try run(hopxguardPath, ["scan", "--baseline", ".hopxguard-baseline"] + arguments, in: folder.path).status
  }

  @Test func `what is known passes, what is new fails, what is gone is pruned`() throws {
    let other = keyText()
    folder.write("z\tq\\\n", other)
    let first = try hopxguard("baseline", in: folder)
    #expect(first.status == 0)
    #expect(first.errors.contains("2 known findings, 2 added, 0 removed"))
    let expected = try [
      "\(repository.fingerprint())\thopx-api-key\tsrc/app.py",
      "\(repository.fingerprint(of: other))\thopx-api-key\tz\\x09q\\x5c\\x0a",
    ].sorted()
    #expect(lines.dropFirst() == expected[...])
    expectNoKey(in: folder.read(".hopxguard-baseline"))
    #expect(try status() == 0)
    #expect(
      try Exceptions.of("scan", "--baseline", ".hopxguard-baseline", in: folder).summary.allowedBy == ["baseline": 2])

    // The known key at another line is known; at another path it is new.
    folder.write("src/app.py", "\n\n\nmoved = '\(repository.key)'\n")
    #expect(try status() == 0)
    folder.write("copy", repository.key)
    #expect(try status() == 1)
    #expect(unlink(folder.file("copy")) == 0)
    folder.write("new", keyText())
    #expect(try status() == 1)

    #expect(unlink(folder.file("z\tq\\\n")) == 0)
    let gone = try run(hopxguardPath, ["scan", "--baseline", ".hopxguard-baseline"], in: folder.path)
    #expect(gone.errors.contains("warning: .hopxguard-baseline: no longer found: 1 known finding"))
    let pruned = try hopxguard("baseline", "--prune", in: folder)
    #expect(pruned.errors.contains("1 known finding, 0 added, 1 removed"))
    #expect(try lines.dropFirst() == ["\(repository.fingerprint())\thopx-api-key\tsrc/app.py"])
    #expect(try status() == 1)
    #expect(try hopxguard("baseline", in: folder).errors.contains("1 added"))
    #expect(try status() == 0)
    let before = folder.read(".hopxguard-baseline")
    #expect(try hopxguard("baseline", in: folder).status == 0)
    #expect(folder.read(".hopxguard-baseline") == before)
  }

  @Test func `a key is known anywhere where the file says so`() throws {
    folder.write(".hopxguard-baseline", "# hopxguard baseline 1\n\(try repository.fingerprint())\thopx-api-key\t*\n")
    folder.write("copy", repository.key)
    folder.write("*", "x")
    #expect(try status() == 0)
    #expect(try hopxguard("baseline", "--prune", in: folder).status == 0)
    #expect(try lines.dropFirst() == ["\(repository.fingerprint())\thopx-api-key\t*"])
    // A file of that name is not meant.
    folder.write(
      ".hopxguard-baseline", "# hopxguard baseline 1\n\(try repository.fingerprint())\thopx-api-key\t\\x2a\n")
    #expect(try status() == 1)
  }

  @Test func `under its usual name it counts at once, from the base where that is asked for`() throws {
    #expect(try hopxguard("scan", in: folder).status == 1)
    let first = try hopxguard("baseline", in: folder)
    #expect(first.errors.contains("the findings it lists are allowed from now on"))
    #expect(try Exceptions.of("scan", in: folder).summary.allowedBy == ["baseline": 1])
    #expect(
      try hopxguard("scan", "--show-config", in: folder).output.contains(
        "baseline = \".hopxguard-baseline\"    default\n"))
    #expect(try hopxguard("scan", "--no-allow", in: folder).status == 1)
    // The revision has none yet.
    #expect(try hopxguard("scan", "--allow-from", "HEAD", in: folder).status == 1)
    repository.commit()
    #expect(try hopxguard("scan", "--allow-from", "HEAD", in: folder).status == 0)
    folder.write("new", keyText())
    #expect(try hopxguard("scan", in: folder).status == 1)
    #expect(try !hopxguard("baseline", "--prune", in: folder).errors.contains("note: commit it"))
    repository.settings("[scan]\nbaseline = 'other'\n")
    #expect(try hopxguard("scan", in: folder).errors.contains("other: there is no such baseline"))
    folder.write("other", "# hopxguard baseline 1\n")
    #expect(try hopxguard("scan", in: folder).errors.contains("2 findings"))
  }

  @Test func `what is allowed or skipped is in no baseline, and the settings name it`() throws {
    folder.write("vendor/a", keyText())
    folder.write("b", keyText())
    repository.settings(
      "[scan]\nskip = ['vendor']\nbaseline = '.hopxguard-baseline'\n" + repository.entry("path = 'src'"))
    #expect(try hopxguard("scan", in: folder).status == 2)
    folder.write(".hopxguard-baseline", "# hopxguard baseline 1\n")
    #expect(try hopxguard("baseline", in: folder).status == 0)
    #expect(lines.count == 2)
    #expect(lines[1].hasSuffix("\tb"))
    #expect(try hopxguard("scan", in: folder).status == 0)
  }

  @Test func `the history's keys are known too, when asked for`() throws {
    folder.write("src/app.py", "x\n")
    repository.commit("gone from the tree")
    #expect(try hopxguard("baseline", in: folder).status == 0)
    #expect(try status("--history") == 1)
    #expect(try hopxguard("baseline", "--history", in: folder).status == 0)
    #expect(try status("--history") == 0)
    #expect(try hopxguard("baseline", "--history", "--prune", in: folder).status == 0)
    #expect(try status("--history") == 0)
  }

  @Test func `the baselines of two branches merge without a conflict`() throws {
    #expect(try hopxguard("baseline", in: folder).status == 0)
    repository.commit("baseline")
    for branch in ["one", "two"] {
      folder.git("checkout", "-q", "-b", branch, "main")
      for index in 1...3 { folder.write("\(branch)-\(index)", keyText()) }
      if branch == "two" { folder.write("src/app.py", "x\n") }
      #expect(try hopxguard("baseline", in: folder).status == 0)
      repository.commit(branch)
    }
    folder.git("merge", "-q", "--no-edit", "one")
    #expect(try status() == 0)
    #expect(try hopxguard("baseline", "--prune", in: folder).status == 0)
    #expect(lines.count == 7)
    #expect(lines.dropFirst().sorted() == Array(lines.dropFirst()))
    #expect(try status() == 0)
  }

  @Test func `an incomplete scan and a broken baseline write nothing`() throws {
    let name = try repository.fingerprint()
    for (text, part) in [
      ("x\n", "1: it does not begin with"),
      ("# hopxguard baseline 1\n\(name) hopx-api-key a\n", "2: a line is a fingerprint"),
      ("# hopxguard baseline 1\n\(name)\thopx-api-key\ta\\q\n", "2: a line is a fingerprint"),
      ("# hopxguard baseline 1\n<<<<<<< ours\n", "2: a merge conflict"),
    ] {
      folder.write(".hopxguard-baseline", text)
      for arguments in [["baseline"], ["scan", "--baseline", ".hopxguard-baseline"]] {
        let result = try run(hopxguardPath, arguments, in: folder.path)
        #expect(result.status == 2)
        #expect(result.errors.contains(".hopxguard-baseline:\(part)"), "\(result.errors)")
      }
      #expect(folder.read(".hopxguard-baseline") == Array(text.utf8))
    }
    #expect(unlink(folder.file(".hopxguard-baseline")) == 0)
    #expect(try hopxguard("baseline", "--prune", in: folder).status == 2)
    folder.write("src/a", "x")
    folder.git("add", ".")
    #expect(try run("/bin/sh", ["-c", "rm -rf .git/index && mkdir .git/index"], in: folder.path).status == 0)
    #expect(try hopxguard("baseline", in: folder).status == 2)
    #expect(folder.read(".hopxguard-baseline").isEmpty)
    #expect(try hopxguard("baseline", in: TestFolder()).status == 2)
  }
}
