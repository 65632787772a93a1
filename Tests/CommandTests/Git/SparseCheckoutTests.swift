// A sparse checkout leaves tracked files out of the working tree. They are scanned from the index's objects
// all the same: a key in one is found, and a baseline or an allow-list that names it is not called stale.

import Foundation
import TestSupport
import Testing

struct SparseCheckoutTests {
  private let folder = TestFolder()

  /// A repository in which only the folder `here` is checked out.
  private func makeSparse(_ leak: String, cone: Bool = true) {
    folder.git("init", "-q", "-b", "main")
    folder.write("here/a", "clean\n")
    folder.write("there/deep/leak", leak)
    folder.git("add", ".")
    folder.git("commit", "-qm", "base")
    folder.git("sparse-checkout", "set", cone ? "--cone" : "--no-cone", "here")
    #expect(!FileManager.default.fileExists(atPath: folder.file("there/deep/leak")))
  }

  @Test(arguments: [true, false])
  func `a key in a file that is left out is found`(cone: Bool) throws {
    makeSparse("x\nk=\(keyText())\n", cone: cone)
    let report = try Report.scan(in: folder)
    #expect(report.places == ["there/deep/leak:2:3"])
    #expect(report.problems.isEmpty)
    #expect(report.summary.files == 2)
    #expect(try Report.of(["scan", "here"], in: folder).status == 0)
    #expect(try hopxguard("check", "--no-range", in: folder).output.contains("there/deep/leak\n  2:3"))
  }

  @Test func `with a sparse index, a link, and a name that holds a key`() throws {
    folder.git("init", "-q", "-b", "main")
    let (target, name) = (keyText(), keyText())
    folder.write("here/a", "clean\n")
    folder.makeFolder("there")
    try FileManager.default.createSymbolicLink(atPath: folder.file("there/link"), withDestinationPath: target)
    folder.write("there/\(name)", "clean\n")
    folder.git("add", ".")
    folder.git("commit", "-qm", "base")
    folder.git("sparse-checkout", "set", "--cone", "--sparse-index", "here")
    let report = try Report.scan(in: folder)
    #expect(report.findings.compactMap(\.place).sorted() == ["file name", "link target"])
  }

  @Test func `a folder that is a link by now hides nothing`() throws {
    makeSparse("k=\(keyText())\n")
    folder.makeFolder("other/deep")
    try FileManager.default.createSymbolicLink(atPath: folder.file("there"), withDestinationPath: "other")
    #expect(try Report.scan(in: folder).places == ["there/deep/leak:1:3"])
  }

  @Test func `what was made in a full checkout is not stale in a sparse one`() throws {
    makeSparse("k=\(keyText())\n")
    folder.git("sparse-checkout", "disable")
    #expect(try hopxguard("baseline", in: folder).status == 0)
    folder.git("add", ".")
    folder.git("commit", "-qm", "baseline")
    folder.git("sparse-checkout", "set", "--cone", "here")
    let scan = try hopxguard("scan", in: folder)
    #expect(scan.status == 0)
    #expect(!scan.errors.contains("no longer found"))
    #expect(try hopxguard("baseline", "--prune", in: folder).errors.contains("0 removed"))
    folder.git("sparse-checkout", "disable")
    #expect(try hopxguard("scan", in: folder).status == 0)
  }

  @Test func `skipped paths stay skipped`() throws {
    makeSparse("k=\(keyText())\n")
    folder.write(".hopxguard.toml", "[scan]\nskip = [\"there/\"]\n")
    let result = try hopxguard("scan", in: folder)
    #expect(result.status == 0)
    #expect(result.errors.contains("1 path skipped"))
  }

  @Test func `a partial clone that lacks them says so, once`() throws {
    makeSparse("k=\(keyText())\n")
    folder.git("sparse-checkout", "disable")
    folder.git("config", "uploadpack.allowFilter", "true")
    let clone = TestFolder()
    clone.git(
      "-c", "protocol.file.allow=always", "clone", "-q", "--no-checkout", "--filter=blob:none", "file://\(folder.path)",
      ".")
    clone.git("sparse-checkout", "set", "--cone", "here")
    clone.git("checkout", "-q", "main")
    let report = try Report.scan(in: clone)
    #expect(report.status == 2)
    #expect(report.problems.count == 1)
    #expect(report.problems[0].message.contains("git fetch --refetch"))
  }
}
